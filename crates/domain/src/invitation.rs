//! Invitations: for how long they stand, what they may grant, and whether somebody may accept one.
//!
//! Promises: an invitation grants at most what its inviter may grant at that moment, once, to the address it was sent to,
//! and only while it stands. Every refusal has its own word. Never knows an address: it is told whether two are the same.

use crate::{access::Role, plan::Plan};
use chrono::{DateTime, TimeDelta, Utc};

/// How long an invitation stands.
pub const LIFE: TimeDelta = TimeDelta::hours(72);

/// How many invitations a tenant may make within a day (UTC), those it took back included.
pub const A_DAY: u32 = 30;

closed_set! {
    /// Why an invitation is not made, not mailed or not accepted.
    pub enum Refusal ("refusal of an invitation") {
        /// The tenant is suspended or closed.
        TenantGone = "tenant_gone",
        /// It was taken back.
        Revoked = "revoked",
        /// It was accepted before.
        Accepted = "accepted",
        /// It is too old.
        Expired = "expired",
        /// Whoever invited is no member any more.
        InviterGone = "inviter_gone",
        /// It would grant more than whoever invited holds now.
        RoleAboveInviter = "role_above_inviter",
        /// Who accepts has not proved to hold the address it was sent to.
        OtherAddress = "other_address",
        /// Who accepts is a member already.
        AlreadyMember = "already_member",
        /// The plan has no room for one more member.
        PlanFull = "plan_full",
        /// An invitation to this address waits already.
        AlreadyInvited = "already_invited",
        /// The tenant has made too many today.
        TooMany = "too_many",
    }
}

/// What decides whether an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The tenant is neither suspended nor closed.
    pub tenant_live: bool,
    /// What it grants.
    pub role: Role,
    /// What whoever invited is in the tenant now, if anything.
    pub inviter: Option<Role>,
    /// It was taken back.
    pub revoked: bool,
    /// It was accepted.
    pub accepted: bool,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl Standing {
    /// Why the invitation does not stand, if it does not.
    pub fn refused(&self, now: DateTime<Utc>) -> Option<Refusal> {
        let hindrances = [
            (!self.tenant_live, Refusal::TenantGone),
            (self.revoked, Refusal::Revoked),
            (self.accepted, Refusal::Accepted),
            (self.expires_at <= now, Refusal::Expired),
            (self.inviter.is_none(), Refusal::InviterGone),
            (self.inviter < Some(self.role), Refusal::RoleAboveInviter),
        ];
        hindrances.into_iter().find(|(hinders, _)| *hinders).map(|(_, refusal)| refusal)
    }
}

/// Who wants to accept, and what there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The address they proved is the one that was invited.
    pub same_address: bool,
    /// They are a member already.
    pub is_member: bool,
    /// How many members there are.
    pub members: u32,
    /// The tenant's plan.
    pub plan: Plan,
}

/// Whether somebody may accept an invitation.
///
/// # Errors
/// With the first thing that is in the way.
pub fn accept(standing: &Standing, who: &Acceptance, now: DateTime<Utc>) -> Result<(), Refusal> {
    if let Some(refusal) = standing.refused(now) {
        return Err(refusal);
    }
    let hindrances = [
        (!who.same_address, Refusal::OtherAddress),
        (who.is_member, Refusal::AlreadyMember),
        (who.members >= who.plan.limits().members, Refusal::PlanFull),
    ];
    hindrances.into_iter().find(|(hinders, _)| *hinders).map_or(Ok(()), |(_, refusal)| Err(refusal))
}

/// Who invites, and what the tenant has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inviting {
    /// The inviter's role.
    pub inviter: Role,
    /// What the invitation would grant.
    pub role: Role,
    /// Members and invitations that wait, together.
    pub seats_taken: u32,
    /// Invitations made today.
    pub made_today: u32,
    /// The tenant's plan.
    pub plan: Plan,
}

/// Whether somebody may invite one more.
///
/// # Errors
/// With the first thing that is in the way.
pub fn invite(inviting: &Inviting) -> Result<(), Refusal> {
    let hindrances = [
        (inviting.inviter < inviting.role, Refusal::RoleAboveInviter),
        (inviting.seats_taken >= inviting.plan.limits().members, Refusal::PlanFull),
        (inviting.made_today >= A_DAY, Refusal::TooMany),
    ];
    hindrances.into_iter().find(|(hinders, _)| *hinders).map_or(Ok(()), |(_, refusal)| Err(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::at;

    fn standing() -> Standing {
        Standing {
            tenant_live: true,
            role: Role::Editor,
            inviter: Some(Role::Admin),
            revoked: false,
            accepted: false,
            expires_at: at("2026-07-04T12:00:00Z"),
        }
    }

    const WHO: Acceptance = Acceptance { same_address: true, is_member: false, members: 1, plan: Plan::Plus };

    #[test]
    fn every_hindrance_refuses_with_its_own_word() {
        let now = at("2026-07-01T12:00:00Z");
        let well = standing();
        assert_eq!(accept(&well, &WHO, now), Ok(()));
        for (standing, who, refusal) in [
            (Standing { tenant_live: false, ..well }, WHO, Refusal::TenantGone),
            (Standing { revoked: true, ..well }, WHO, Refusal::Revoked),
            (Standing { accepted: true, ..well }, WHO, Refusal::Accepted),
            (Standing { expires_at: now, ..well }, WHO, Refusal::Expired),
            (Standing { inviter: None, ..well }, WHO, Refusal::InviterGone),
            (Standing { inviter: Some(Role::Viewer), ..well }, WHO, Refusal::RoleAboveInviter),
            (Standing { role: Role::Owner, ..well }, WHO, Refusal::RoleAboveInviter),
            (well, Acceptance { same_address: false, ..WHO }, Refusal::OtherAddress),
            (well, Acceptance { is_member: true, ..WHO }, Refusal::AlreadyMember),
            (well, Acceptance { members: 2, ..WHO }, Refusal::PlanFull),
        ] {
            assert_eq!(accept(&standing, &who, now), Err(refusal));
        }
    }

    #[test]
    fn nobody_invites_above_themself_over_the_plan_or_without_end() {
        let well =
            Inviting { inviter: Role::Admin, role: Role::Admin, seats_taken: 1, made_today: 0, plan: Plan::Plus };
        assert_eq!(invite(&well), Ok(()));
        for (inviting, refusal) in [
            (Inviting { role: Role::Owner, ..well }, Refusal::RoleAboveInviter),
            (Inviting { seats_taken: 2, ..well }, Refusal::PlanFull),
            (Inviting { plan: Plan::Free, ..well }, Refusal::PlanFull),
            (Inviting { made_today: A_DAY, ..well }, Refusal::TooMany),
        ] {
            assert_eq!(invite(&inviting), Err(refusal));
        }
    }
}
