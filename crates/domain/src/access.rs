//! Who may do what: the whole authorisation policy, in one `match`.
//!
//! Promises: a stronger role may do all that a weaker one may. Never looks at a request: it is given
//! the role read from the database.

use crate::{
    key::Scope,
    plan::{ApiKeys, Plan},
};

closed_set! {
    /// What a member is in a tenant, from least to most.
    pub enum Role ("role") {
        /// Sees watches and alerts.
        Viewer = "viewer",
        /// Also changes watches.
        Editor = "editor",
        /// Also changes members and keys, and reads the audit log.
        Admin = "admin",
        /// Also changes the plan, hands the tenant over and closes it.
        Owner = "owner",
    }
}

closed_set! {
    /// What a route demands.
    pub enum Action ("action") {
        /// See watches, alerts and channels.
        ReadWatches = "read_watches",
        /// Create, change and delete watches.
        WriteWatches = "write_watches",
        /// See who the members are.
        ReadMembers = "read_members",
        /// Invite, change and remove members.
        ManageMembers = "manage_members",
        /// Create, rotate and revoke API keys.
        ManageKeys = "manage_keys",
        /// Read the audit log.
        ReadAudit = "read_audit",
        /// Change the plan and how it is paid.
        ManageBilling = "manage_billing",
        /// Rename, hand over and close the tenant.
        ManageTenant = "manage_tenant",
    }
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Their role is too weak.
    #[error("the role {0} does not allow this")]
    Role(Role),
    /// The key was not made for it.
    #[error("the key lacks the scope {0}")]
    Scope(Scope),
    /// No key may do it: keys manage neither members, keys, money nor the tenant.
    #[error("no key may do this: sign in")]
    NotByKey,
    /// The tenant's plan has no API keys.
    #[error("the plan {0} has no API keys")]
    Plan(Plan),
}

/// Whether a key may do this: only what its scopes, its creator's present role and the plan all allow.
pub fn key_allows(scopes: &[Scope], role: Role, plan: Plan, action: Action) -> Result<(), Denied> {
    let scope = match action {
        Action::ReadWatches => Scope::Read,
        Action::WriteWatches => Scope::Write,
        Action::ReadMembers
        | Action::ManageMembers
        | Action::ManageKeys
        | Action::ReadAudit
        | Action::ManageBilling
        | Action::ManageTenant => return Err(Denied::NotByKey),
    };
    if plan.limits().api_keys == ApiKeys::None {
        return Err(Denied::Plan(plan));
    }
    if !scopes.contains(&scope) {
        return Err(Denied::Scope(scope));
    }
    if allows(role, action) { Ok(()) } else { Err(Denied::Role(role)) }
}

/// Whether a member with this role may do this.
pub fn allows(role: Role, action: Action) -> bool {
    let least = match action {
        Action::ReadWatches | Action::ReadMembers => Role::Viewer,
        Action::WriteWatches => Role::Editor,
        Action::ManageMembers | Action::ManageKeys | Action::ReadAudit => Role::Admin,
        Action::ManageBilling | Action::ManageTenant => Role::Owner,
    };
    least <= role
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_role_may_do_all_that_a_weaker_one_may() {
        for &action in Action::ALL {
            for pair in Role::ALL.windows(2) {
                assert!(!allows(pair[0], action) || allows(pair[1], action), "{action}");
            }
        }
    }

    #[test]
    fn each_action_has_its_least_role() {
        let table: Vec<String> = Action::ALL
            .iter()
            .map(|&action| {
                let roles = Role::ALL.iter().filter(|&&role| allows(role, action));
                let roles: Vec<&str> = roles.map(|role| role.as_str()).collect();
                format!("{action}: {}", roles.join(" "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "read_watches: viewer editor admin owner",
                "write_watches: editor admin owner",
                "read_members: viewer editor admin owner",
                "manage_members: admin owner",
                "manage_keys: admin owner",
                "read_audit: admin owner",
                "manage_billing: owner",
                "manage_tenant: owner",
            ]
        );
    }

    #[test]
    fn sr_key_02_a_key_may_do_what_its_scopes_its_creators_role_and_the_plan_all_allow() {
        let both = [Scope::Read, Scope::Write];
        let subsets: [&[Scope]; 4] = [&[], &both[..1], &both[1..], &both];
        for (&role, &plan) in Role::ALL.iter().flat_map(|role| Plan::ALL.iter().map(move |plan| (role, plan))) {
            for scopes in subsets {
                let has_keys = matches!(plan, Plan::Pro | Plan::Fleet);
                let may = |action| key_allows(scopes, role, plan, action).is_ok();
                assert_eq!(may(Action::ReadWatches), has_keys && scopes.contains(&Scope::Read));
                let writes = has_keys && scopes.contains(&Scope::Write) && role >= Role::Editor;
                assert_eq!(may(Action::WriteWatches), writes, "{scopes:?} {role} {plan}");
                let of_watches = [Action::ReadWatches, Action::WriteWatches];
                for action in Action::ALL.iter().filter(|action| !of_watches.contains(action)) {
                    assert!(!may(*action), "no key may {action}");
                }
            }
        }
    }

    #[test]
    fn words_read_back_and_others_are_refused() {
        for &role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        let error = "root".parse::<Role>().unwrap_err();
        assert_eq!(error.to_string(), "not a known role");
    }
}
