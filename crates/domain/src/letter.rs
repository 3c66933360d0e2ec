//! Letters: what is mailed to a person and is no alert.
//!
//! Promises: the last look before a send cancels a letter that is no longer true or no longer allowed, and says why. What is
//! about a person and their account goes to them whatever became of a tenant. Never holds an address.

use crate::{
    delivery::CancelReason,
    invitation::Standing,
    key::{Life, State},
};
use chrono::{DateTime, TimeDelta, Utc};

closed_set! {
    /// What a letter says.
    pub enum LetterKind ("kind of letter") {
        /// Somebody is invited to a tenant.
        Invitation = "invitation",
        /// Whom they invited is a member now.
        MemberJoined = "member_joined",
        /// They have another role now.
        RoleChanged = "role_changed",
        /// They are no member any more.
        MemberRemoved = "member_removed",
        /// One more account signs them in.
        IdentityLinked = "identity_linked",
        /// Somebody made an API key in their tenant.
        KeyCreated = "key_created",
        /// One of its keys ends soon.
        KeyExpiring = "key_expiring",
        /// Whoever reads at an address is asked whether it is a member's channel.
        ChannelConfirm = "channel_confirm",
        /// What a channel gets when its owner tries it.
        ChannelTest = "channel_test",
    }
}

/// For how long after it was asked for a channel can be confirmed.
pub const CONFIRMED_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// The channel that a letter is about, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressed {
    /// It was confirmed and is switched on.
    pub works: bool,
    /// When the letter was asked for.
    pub asked_at: DateTime<Utc>,
}

/// All that decides whether a letter may still go out, read just before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterFacts {
    /// What it says.
    pub kind: LetterKind,
    /// The tenant is neither suspended nor closed.
    pub tenant_live: bool,
    /// The account it goes to is there; for an invitation there is none to look for.
    pub has_recipient: bool,
    /// The recipient is a member.
    pub is_member: bool,
    /// Whoever it is about is a member.
    pub subject_is_member: bool,
    /// The invitation it carries.
    pub invitation: Option<Standing>,
    /// The key it is about.
    pub key: Option<Life>,
    /// The channel it is about.
    pub channel: Option<Addressed>,
}

/// Whether a letter may go out now.
///
/// # Errors
/// With the reason, when it may not.
pub fn still_wanted(facts: &LetterFacts, now: DateTime<Utc>) -> Result<(), CancelReason> {
    let is_personal = facts.kind == LetterKind::IdentityLinked;
    let to_member = match facts.kind {
        LetterKind::MemberJoined
        | LetterKind::RoleChanged
        | LetterKind::KeyCreated
        | LetterKind::KeyExpiring
        | LetterKind::ChannelConfirm
        | LetterKind::ChannelTest => true,
        LetterKind::Invitation | LetterKind::MemberRemoved | LetterKind::IdentityLinked => false,
    };
    let works = facts.key.map(|key| key.state(now));
    let is_void = match (facts.kind, &facts.invitation) {
        (LetterKind::Invitation, Some(standing)) => standing.refused(now).is_some(),
        (LetterKind::Invitation, None) => true,
        (LetterKind::MemberJoined, _) => !facts.subject_is_member,
        (LetterKind::MemberRemoved, _) => facts.is_member,
        // That there was a new key is told even when it has ended again; not when it went with whoever made it.
        (LetterKind::KeyCreated, _) => works.is_none(),
        (LetterKind::KeyExpiring, _) => works != Some(State::Live),
        // A link that has ended before it is mailed would only puzzle.
        (LetterKind::ChannelConfirm, _) => {
            facts.channel.is_none_or(|channel| channel.works || channel.asked_at + CONFIRMED_WITHIN <= now)
        }
        (LetterKind::ChannelTest, _) => facts.channel.is_none_or(|channel| !channel.works),
        (LetterKind::RoleChanged | LetterKind::IdentityLinked, _) => false,
    };
    let hindrances = [
        (!facts.tenant_live && !is_personal, CancelReason::TenantGone),
        (!facts.has_recipient || (to_member && !facts.is_member), CancelReason::MemberGone),
        (is_void, CancelReason::Void),
    ];
    hindrances.into_iter().find(|(hinders, _)| *hinders).map_or(Ok(()), |(_, reason)| Err(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Role, samples::at};

    const KEY: Life = Life {
        created_at: DateTime::UNIX_EPOCH,
        expires_at: DateTime::<Utc>::MAX_UTC,
        revoked_at: None,
        replaced_by: None,
    };

    fn facts(kind: LetterKind) -> LetterFacts {
        let standing = Standing {
            tenant_live: true,
            role: Role::Editor,
            inviter: Some(Role::Admin),
            revoked: false,
            accepted: false,
            expires_at: at("2026-07-04T12:00:00Z"),
        };
        LetterFacts {
            kind,
            tenant_live: true,
            has_recipient: true,
            is_member: kind != LetterKind::MemberRemoved,
            subject_is_member: true,
            invitation: (kind == LetterKind::Invitation).then_some(standing),
            key: matches!(kind, LetterKind::KeyCreated | LetterKind::KeyExpiring).then_some(KEY),
            channel: match kind {
                LetterKind::ChannelConfirm => Some(Addressed { works: false, asked_at: at("2026-07-01T11:55:00Z") }),
                LetterKind::ChannelTest => Some(Addressed { works: true, asked_at: at("2026-07-01T11:55:00Z") }),
                _ => None,
            },
        }
    }

    #[test]
    fn a_letter_goes_while_it_is_true_and_allowed() {
        let now = at("2026-07-01T12:00:00Z");
        for &kind in LetterKind::ALL {
            assert_eq!(still_wanted(&facts(kind), now), Ok(()), "{kind}");
            let alone = LetterFacts { has_recipient: false, ..facts(kind) };
            assert_eq!(still_wanted(&alone, now), Err(CancelReason::MemberGone), "{kind}");
            let dead = still_wanted(&LetterFacts { tenant_live: false, ..facts(kind) }, now);
            let is_personal = kind == LetterKind::IdentityLinked;
            assert_eq!(dead, if is_personal { Ok(()) } else { Err(CancelReason::TenantGone) }, "{kind}");
        }
    }

    #[test]
    fn a_letter_that_is_not_true_any_more_is_void() {
        let now = at("2026-07-01T12:00:00Z");
        let invited = facts(LetterKind::Invitation);
        let revoked = invited.invitation.map(|standing| Standing { revoked: true, ..standing });
        let (made, ending) = (facts(LetterKind::KeyCreated), facts(LetterKind::KeyExpiring));
        let dead = Some(Life { revoked_at: Some(now), ..KEY });
        let (confirming, trying) = (facts(LetterKind::ChannelConfirm), facts(LetterKind::ChannelTest));
        let late = at("2026-07-01T12:05:00Z");
        assert_eq!(still_wanted(&confirming, late), Err(CancelReason::Void), "its link has ended");
        assert_eq!(still_wanted(&LetterFacts { key: dead, ..made }, now), Ok(()), "there was a key");
        for (facts, reason) in [
            (LetterFacts { invitation: revoked, ..invited }, CancelReason::Void),
            (LetterFacts { invitation: None, ..invited }, CancelReason::Void),
            (LetterFacts { subject_is_member: false, ..facts(LetterKind::MemberJoined) }, CancelReason::Void),
            (LetterFacts { is_member: false, ..facts(LetterKind::MemberJoined) }, CancelReason::MemberGone),
            (LetterFacts { is_member: false, ..facts(LetterKind::RoleChanged) }, CancelReason::MemberGone),
            (LetterFacts { is_member: true, ..facts(LetterKind::MemberRemoved) }, CancelReason::Void),
            (LetterFacts { key: None, ..made }, CancelReason::Void),
            (LetterFacts { is_member: false, ..made }, CancelReason::MemberGone),
            (LetterFacts { key: dead, ..ending }, CancelReason::Void),
            (LetterFacts { key: None, ..ending }, CancelReason::Void),
            (LetterFacts { channel: trying.channel, ..confirming }, CancelReason::Void),
            (LetterFacts { channel: None, ..confirming }, CancelReason::Void),
            (LetterFacts { is_member: false, ..confirming }, CancelReason::MemberGone),
            (LetterFacts { channel: confirming.channel, ..trying }, CancelReason::Void),
            (LetterFacts { channel: None, ..trying }, CancelReason::Void),
        ] {
            assert_eq!(still_wanted(&facts, now), Err(reason), "{facts:?}");
        }
    }
}
