//! Who may do what about whose membership: the whole policy, in one decision.
//!
//! Promises: nobody gives or takes a role above their own, only an owner touches owners, and the last owner stays until
//! somebody else is one. Never looks at a request: it is given the roles and the number of owners as the database has them
//! under a lock.

use crate::access::{Action, Role, allows};

/// How many tenants on the free plan one person may own; those closed within the last day count, so that opening and
/// closing has an end too.
pub const FREE_TENANTS_MAX: u32 = 3;

/// What somebody wants to do about a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Invite somebody into this role.
    Invite(Role),
    /// Give a member another role.
    Change {
        /// What they are.
        from: Role,
        /// What they are to be.
        to: Role,
    },
    /// Remove a member of this role.
    Remove(Role),
    /// Go, oneself.
    Leave,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotYours {
    /// Their role manages nobody.
    #[error("Only admins and owners manage members.")]
    Unmanaged,
    /// It would make somebody more than they are themself.
    #[error("You cannot give a role above your own.")]
    AboveOwn,
    /// An owner is concerned, and they are none.
    #[error("Only an owner can change or remove an owner.")]
    Owners,
    /// There would be no owner.
    #[error("A tenant needs an owner. Make somebody else an owner first, or close the tenant.")]
    LastOwner,
}

impl Deed {
    /// Whether it makes or unmakes somebody who manages others: then a fresh proof of identity is wanted, or a stolen
    /// session could make itself a lasting place here.
    pub fn wants_fresh_proof(self) -> bool {
        match self {
            Deed::Invite(role) | Deed::Remove(role) => role >= Role::Admin,
            Deed::Change { from, to } => from.max(to) >= Role::Admin,
            Deed::Leave => false,
        }
    }

    fn unmakes_owner(self) -> bool {
        match self {
            Deed::Change { from: Role::Owner, to } => to != Role::Owner,
            Deed::Remove(role) => role == Role::Owner,
            Deed::Change { .. } | Deed::Invite(_) | Deed::Leave => false,
        }
    }
}

/// Whether a member of this role may do this in a tenant that has so many owners.
///
/// # Errors
/// With the first thing that is in the way.
pub fn decide(by: Role, deed: Deed, owners: u32) -> Result<(), NotYours> {
    if deed == Deed::Leave {
        return if by == Role::Owner && owners <= 1 { Err(NotYours::LastOwner) } else { Ok(()) };
    }
    if !allows(by, Action::ManageMembers) {
        return Err(NotYours::Unmanaged);
    }
    let (held, given) = match deed {
        Deed::Invite(role) => (None, Some(role)),
        Deed::Change { from, to } => (Some(from), Some(to)),
        Deed::Remove(role) => (Some(role), None),
        Deed::Leave => (None, None),
    };
    if held == Some(Role::Owner) && by != Role::Owner {
        return Err(NotYours::Owners);
    }
    if given > Some(by) {
        return Err(NotYours::AboveOwn);
    }
    if deed.unmakes_owner() && owners <= 1 { Err(NotYours::LastOwner) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every deed of everybody, as a line: who, what, and what is said with one owner and with two.
    fn table() -> Vec<String> {
        let mut deeds = vec![("leave".to_owned(), Deed::Leave)];
        for &role in Role::ALL {
            deeds.push((format!("invite {role}"), Deed::Invite(role)));
            deeds.push((format!("remove {role}"), Deed::Remove(role)));
            for &to in Role::ALL {
                deeds.push((format!("make {role} {to}"), Deed::Change { from: role, to }));
            }
        }
        let said = |by, deed, owners| match decide(by, deed, owners) {
            Ok(()) => "yes",
            Err(NotYours::Unmanaged) => "manages nobody",
            Err(NotYours::AboveOwn) => "above own",
            Err(NotYours::Owners) => "owners only",
            Err(NotYours::LastOwner) => "last owner",
        };
        let mut lines = Vec::new();
        for (name, deed) in &deeds {
            for &by in Role::ALL {
                lines.push(format!("{by}: {name}: {}, {}", said(by, *deed, 1), said(by, *deed, 2)));
            }
        }
        lines
    }

    #[test]
    fn sr_aut_06_every_deed_of_every_role_is_decided_by_these_rules_alone() {
        let table = table();
        assert_eq!(table.len(), 4 * (1 + 4 + 4 + 16));
        for line in table {
            let (by, rest) = line.split_once(": ").unwrap();
            let (deed, said) = rest.split_once(": ").unwrap();
            let wanted = match (by, deed) {
                ("owner", "leave") => "last owner, yes",
                (_, "leave") => "yes, yes",
                ("viewer" | "editor", _) => "manages nobody, manages nobody",
                ("admin", "invite owner") => "above own, above own",
                ("admin", deed) if deed == "remove owner" || deed.starts_with("make owner") => {
                    "owners only, owners only"
                }
                ("admin", deed) if deed.ends_with(" owner") => "above own, above own",
                ("owner", "make owner owner") => "yes, yes",
                ("owner", deed) if deed == "remove owner" || deed.starts_with("make owner") => "last owner, yes",
                _ => "yes, yes",
            };
            assert_eq!(said, wanted, "{by}: {deed}");
        }
    }

    #[test]
    fn what_makes_or_unmakes_somebody_who_manages_others_wants_a_fresh_proof() {
        let grave = [
            Deed::Invite(Role::Owner),
            Deed::Invite(Role::Admin),
            Deed::Remove(Role::Admin),
            Deed::Change { from: Role::Owner, to: Role::Viewer },
            Deed::Change { from: Role::Viewer, to: Role::Admin },
        ];
        assert!(grave.into_iter().all(Deed::wants_fresh_proof));
        let others = [
            Deed::Invite(Role::Editor),
            Deed::Remove(Role::Editor),
            Deed::Change { from: Role::Viewer, to: Role::Editor },
            Deed::Leave,
        ];
        assert!(!others.into_iter().any(Deed::wants_fresh_proof));
    }
}
