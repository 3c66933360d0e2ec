//! What decisions are called before people. Promises that each word of `domain` that a page shows is a message of the catalogue,
//! found by an exhaustive match: a new one does not compile until it can be said. Never decides anything.

use domain::{
    access::Role,
    address::NoAddress,
    invitation::Refusal,
    key::Scope,
    membership::NotYours,
    name::{self, NotAName},
    plan::{self, LimitKind, Plan},
};
use words::Said;

/// Something that can be said in every language.
pub(crate) trait Spoken {
    /// The message.
    fn said(&self) -> Said;
}

impl Spoken for Said {
    fn said(&self) -> Said {
        self.clone()
    }
}

impl Spoken for Role {
    fn said(&self) -> Said {
        Said::new(match self {
            Role::Viewer => "role-viewer",
            Role::Editor => "role-editor",
            Role::Admin => "role-admin",
            Role::Owner => "role-owner",
        })
    }
}

/// A role where it stands alone, and what it may do besides what the one below it may.
pub(crate) fn titled(role: Role) -> (Said, Said) {
    let (title, may) = match role {
        Role::Viewer => ("role-viewer-title", "role-viewer-may"),
        Role::Editor => ("role-editor-title", "role-editor-may"),
        Role::Admin => ("role-admin-title", "role-admin-may"),
        Role::Owner => ("role-owner-title", "role-owner-may"),
    };
    (Said::new(title), Said::new(may))
}

impl Spoken for Plan {
    fn said(&self) -> Said {
        Said::new(match self {
            Plan::Free => "plan-free",
            Plan::Plus => "plan-plus",
            Plan::Pro => "plan-pro",
            Plan::Fleet => "plan-fleet",
        })
    }
}

impl Spoken for Scope {
    fn said(&self) -> Said {
        Said::new(match self {
            Scope::Read => "scope-read",
            Scope::Write => "scope-write",
        })
    }
}

impl Spoken for NotAName {
    fn said(&self) -> Said {
        match self {
            NotAName::Empty => Said::new("name-empty"),
            NotAName::TooLong => Said::new("name-too-long").with("most", name::MAX_CHARS),
            NotAName::Link => Said::new("name-link"),
        }
    }
}

impl Spoken for NoAddress {
    fn said(&self) -> Said {
        Said::new("address-wrong")
    }
}

impl Spoken for NotYours {
    fn said(&self) -> Said {
        Said::new(match self {
            NotYours::Unmanaged => "member-not-yours-unmanaged",
            NotYours::AboveOwn => "member-not-yours-above-own",
            NotYours::Owners => "member-not-yours-owners",
            NotYours::LastOwner => "member-not-yours-last-owner",
        })
    }
}

/// Why an invitation is not made; who holds one that is not accepted is told by `invitations`.
impl Spoken for Refusal {
    fn said(&self) -> Said {
        Said::new(match self {
            Refusal::PlanFull => "invite-plan-full",
            Refusal::AlreadyInvited => "invite-already-invited",
            Refusal::TooMany => "invite-too-many",
            Refusal::RoleAboveInviter => "member-not-yours-above-own",
            Refusal::AlreadyMember => "invite-already-member",
            Refusal::TenantGone
            | Refusal::Revoked
            | Refusal::Accepted
            | Refusal::Expired
            | Refusal::InviterGone
            | Refusal::OtherAddress => "invite-over",
        })
    }
}

impl Spoken for plan::Refusal {
    fn said(&self) -> Said {
        let said = match self.limit {
            LimitKind::ActiveWatches => Said::new("plan-refused-watches"),
            LimitKind::WatchedDays => Said::new("plan-refused-days"),
        };
        said.with("allowed", self.allowed).with("wanted", self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Language;

    #[test]
    fn a_refusal_of_a_name_or_a_deed_is_said_as_the_program_says_it() {
        let said = |spoken: &dyn Spoken| spoken.said().inside(Language::English).to_string();
        for error in [NotAName::Empty, NotAName::TooLong, NotAName::Link] {
            assert_eq!(said(&error), error.to_string());
        }
        for error in [NotYours::Unmanaged, NotYours::AboveOwn, NotYours::Owners, NotYours::LastOwner] {
            assert_eq!(said(&error), error.to_string());
        }
        let refusal = plan::Refusal { limit: LimitKind::WatchedDays, allowed: 1, wanted: 5_000 };
        assert_eq!(said(&refusal), "The plan allows 1 watched day in all, and this would make 5,000.");
    }
}
