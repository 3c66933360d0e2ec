//! Who may do what: the whole authorisation policy, in one `match`.
//!
//! Promises: a stronger role may do all that a weaker one may. Never looks at a request: it is given
//! the role read from the database.

closed_set! {
    /// What a member is in a tenant, from least to most.
    pub enum Role ("role") {
        /// Sees watches and alerts.
        Viewer = "viewer",
        /// Also changes watches.
        Editor = "editor",
        /// Also changes members.
        Admin = "admin",
        /// Also changes the plan and closes the tenant.
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
        /// Invite, change and remove members.
        ManageMembers = "manage_members",
        /// Change the plan and how it is paid.
        ManageBilling = "manage_billing",
    }
}

/// Whether a member with this role may do this.
pub fn allows(role: Role, action: Action) -> bool {
    let least = match action {
        Action::ReadWatches => Role::Viewer,
        Action::WriteWatches => Role::Editor,
        Action::ManageMembers => Role::Admin,
        Action::ManageBilling => Role::Owner,
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
                "manage_members: admin owner",
                "manage_billing: owner",
            ]
        );
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
