//! The roles that programs connect as: how long each may keep the server busy, and whether the server gave us
//! the role we asked for and no power beyond it. Never trusts the name in the URL: the database is asked.

use crate::{Result, Sealer, Store, setting, setting::Unfit};
use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// A role that a program connects as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseRole {
    /// Pages and links.
    App,
    /// Credentials and sessions.
    Auth,
    /// Polls, alerts, deliveries.
    Worker,
    /// Operators' limits and kill switches.
    Admin,
}

/// How long one connection may hold the server up. `migrations/0009_least.sql` says the same for whoever
/// connects by other means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A statement is cancelled after this.
    pub statement_s: u16,
    /// Waiting for a lock is given up after this.
    pub lock_s: u16,
    /// A transaction in which nothing happens is ended, with its connection, after this.
    pub idle_s: u16,
}

impl DatabaseRole {
    /// Every role.
    pub const ALL: [DatabaseRole; 4] =
        [DatabaseRole::App, DatabaseRole::Auth, DatabaseRole::Worker, DatabaseRole::Admin];

    /// Its name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DatabaseRole::App => "ferry_app",
            DatabaseRole::Auth => "ferry_auth",
            DatabaseRole::Worker => "ferry_worker",
            DatabaseRole::Admin => "ferry_admin",
        }
    }

    /// How long it may hold the server up.
    #[must_use]
    pub fn patience(self) -> Patience {
        match self {
            // Somebody waits for a page. A transaction of theirs awaits nothing but the database.
            DatabaseRole::App | DatabaseRole::Auth => Patience { statement_s: 5, lock_s: 3, idle_s: 10 },
            // No statement does more than a page of 2,000 watches; 60 s are for a server in trouble. The claim of a change
            // stays open and idle while all its pages are judged, 500 of them for a million watches; ending it early
            // would begin the same fan-out again and again.
            DatabaseRole::Worker => Patience { statement_s: 60, lock_s: 15, idle_s: 900 },
            // A person with a console.
            DatabaseRole::Admin => Patience { statement_s: 30, lock_s: 5, idle_s: 60 },
        }
    }

    /// Options of a runtime connection: unqualified names mean schema `app` and patience ends, whatever the URL says.
    fn options(self, url: &str) -> Result<PgConnectOptions> {
        let Patience { statement_s, lock_s, idle_s } = self.patience();
        Ok(setting::options(url)?.application_name(self.as_str()).options([
            ("search_path", "app,pg_temp".to_owned()),
            // A statement that is prepared while a table is empty keeps its plan while the table grows: none may read a
            // whole table where there is an index.
            ("enable_seqscan", "off".to_owned()),
            ("statement_timeout", format!("{statement_s}s")),
            ("lock_timeout", format!("{lock_s}s")),
            ("idle_in_transaction_session_timeout", format!("{idle_s}s")),
        ]))
    }
}

/// How long a statement may wait for a free connection before it is an error, in seconds.
const ACQUIRE_TIMEOUT_S: u64 = 10;

/// How long a connection may have been idle to be used without asking whether it still stands.
const IDLE_UNTESTED: Duration = Duration::from_secs(1);

impl Store {
    /// Connects with at most `connections` connections; the sealer opens what rows hold.
    ///
    /// # Errors
    /// When the URL is unfit, the server refuses, or it knows us as anything but `role` with a runtime role's powers.
    pub async fn connect(role: DatabaseRole, url: &str, connections: u32, sealer: Sealer) -> Result<Store> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_S))
            // A connection that was just in use is alive; asking it first would be one more journey for every transaction.
            .test_before_acquire(false)
            .before_acquire(|connection, idle| {
                Box::pin(async move {
                    if idle.idle_for >= IDLE_UNTESTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(role.options(url)?)
            .await?;
        Standing::of(&pool).await?.check(role)?;
        Ok(Store { pool, sealer })
    }
}

/// What the server says of the role of a connection.
struct Standing {
    name: String,
    is_super: bool,
    bypasses_row_security: bool,
    creates: bool,
    owns: bool,
    is_member: bool,
}

impl Standing {
    async fn of(pool: &PgPool) -> Result<Standing> {
        Ok(sqlx::query_as!(
            Standing,
            r#"select r.rolname::text as "name!", r.rolsuper as "is_super!", r.rolbypassrls as "bypasses_row_security!",
                      r.rolcreaterole or r.rolcreatedb or r.rolreplication as "creates!",
                      exists (select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o'
                                and d.dbid in (0, (select oid from pg_database where datname = current_database()))) as "owns!",
                      session_user <> current_user or exists (select from pg_auth_members m where m.member = r.oid) as "is_member!"
               from pg_roles r where r.rolname = current_user"#
        )
        .fetch_one(pool)
        .await?)
    }

    fn check(&self, role: DatabaseRole) -> std::result::Result<(), Unfit> {
        let defects = [
            (
                self.is_super,
                "connects as a superuser, whom no policy binds: use the role that was made for this program",
            ),
            (self.bypasses_row_security, "connects as a role with BYPASSRLS: alter role … nobypassrls"),
            (self.creates, "connects as a role that may create roles or databases or replicate: use a runtime role"),
            (
                self.owns,
                "connects as a role that owns objects of the database, such as the one that migrates: use a runtime role",
            ),
            (
                self.name != role.as_str(),
                match role {
                    DatabaseRole::App => "connects as another role than ferry_app",
                    DatabaseRole::Auth => "connects as another role than ferry_auth",
                    DatabaseRole::Worker => "connects as another role than ferry_worker",
                    DatabaseRole::Admin => "connects as another role than ferry_admin",
                },
            ),
            (self.is_member, "connects as a member of another role: revoke that membership"),
        ];
        defects.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, sentence)| Err(Unfit(sentence)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str) -> Standing {
        Standing {
            name: name.to_owned(),
            is_super: false,
            bypasses_row_security: false,
            creates: false,
            owns: false,
            is_member: false,
        }
    }

    #[test]
    fn sr_cfg_02_a_role_with_any_power_beyond_its_own_is_refused() {
        for role in DatabaseRole::ALL {
            let name = role.as_str();
            assert_eq!(plain(name).check(role), Ok(()));
            let powerful = [
                Standing { is_super: true, ..plain(name) },
                Standing { bypasses_row_security: true, ..plain(name) },
                Standing { creates: true, ..plain(name) },
                Standing { owns: true, ..plain(name) },
                Standing { is_member: true, ..plain(name) },
                plain("somebody"),
            ];
            let said: Vec<Unfit> = powerful.iter().map(|standing| standing.check(role).unwrap_err()).collect();
            assert!((1..said.len()).all(|at| !said[..at].contains(&said[at])), "each has its own sentence: {said:?}");
        }
    }
}
