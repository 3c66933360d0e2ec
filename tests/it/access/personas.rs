//! Everybody who might ask, as a reader of the matrix knows them.

use super::{BOTH, Stage};
use crate::harness::{Person, some_key};
use domain::{
    access::Role,
    key::Scope,
    plan::Plan,
    session::{ABSOLUTE_LIMIT, IDLE_LIMIT},
    token::Token,
};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

/// Somebody who asks, with what they hold.
#[derive(Clone)]
pub(super) struct Persona {
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) session: Option<Session>,
}

/// A session's cookie in somebody's browser.
#[derive(Clone)]
pub(super) enum Session {
    /// Just signed in, by somebody who is this in their tenant, or nothing any more.
    Live(Person, Option<Role>),
    /// Signed in an hour ago.
    Stale(Person, Option<Role>),
    /// Just signed in, while the tenant of all of them is suspended.
    Suspended(Person),
    /// Begins and ends as its name says; nothing is renewed.
    Dead(Token),
}

/// What there is of a person besides sessions, and the column that says whose it is.
pub(super) const HELD: [(&str, &str); 4] =
    [("user_account", "user_id"), ("member", "user_id"), ("channel", "user_id"), ("api_key", "created_by")];

/// The token of a person's session in these tests.
fn token_of(person: &Person) -> Token {
    Token::mint(Sha256::digest(format!("session of {}", person.user)).into())
}

impl Persona {
    pub(super) fn with_key(name: impl Into<String>, key: Option<String>) -> Persona {
        Persona { name: name.into(), key, session: None }
    }

    pub(super) fn with_session(name: impl Into<String>, session: Session) -> Persona {
        Persona { name: name.into(), key: None, session: Some(session) }
    }

    /// What their browser sends.
    pub(super) fn token(&self) -> Option<Token> {
        match self.session.as_ref()? {
            Session::Live(person, _) | Session::Stale(person, _) | Session::Suspended(person) => Some(token_of(person)),
            Session::Dead(token) => Some(token.clone()),
        }
    }
}

impl Stage {
    /// Undoes what an earlier request of theirs did to what they hold and are, and to Alice's tenant.
    pub(super) async fn renew(&self, persona: &Persona) {
        let admin = &self.world.admin;
        let live = "update tenant set suspended_at = null, closed_at = null where tenant_id = any($1)";
        let tenants = [self.alice.tenant.0, self.mallory_tenant.0];
        sqlx::query(live).bind(&tenants[..]).execute(admin).await.unwrap();
        self.bring_back(&self.mallory_owner).await;
        let (person, role, ago_s) = match &persona.session {
            Some(Session::Live(person, role)) => (person, *role, 0),
            Some(Session::Stale(person, role)) => (person, *role, 3_600),
            Some(Session::Suspended(person)) => (person, Some(Role::Owner), 0),
            Some(Session::Dead(_)) | None => return,
        };
        self.bring_back(person).await;
        if let Some(Session::Suspended(person)) = &persona.session {
            let suspend =
                sqlx::query("update tenant set suspended_at = now() where tenant_id = $1").bind(person.tenant.0);
            suspend.execute(admin).await.unwrap();
        }
        if let Some(role) = role {
            let member = "insert into member (tenant_id, user_id, role) values ($1, $2, $3)
                          on conflict (tenant_id, user_id) do update set role = excluded.role";
            let member = sqlx::query(member).bind(person.tenant.0).bind(person.user.0).bind(role.as_str());
            member.execute(admin).await.unwrap();
        }
        self.world.write_session(person, &token_of(person)).await;
        let proved = "update session set proved_at = proved_at - make_interval(secs => $2) where token_hash = $1";
        let proved = sqlx::query(proved).bind(token_of(person).hash().to_vec()).bind(f64::from(ago_s));
        proved.execute(admin).await.unwrap();
    }

    /// Gives whoever was erased back what they were and held when they first asked.
    async fn bring_back(&self, person: &Person) {
        for (table, whose) in HELD {
            let hold = format!(
                "insert into public.held_{table} select * from app.{table} x where x.{whose} = $1
                 and not exists (select from public.held_{table} held where held.{whose} = $1)"
            );
            let back = format!(
                "insert into app.{table} select * from public.held_{table} where {whose} = $1
                 and not exists (select from app.session where user_id = $1) on conflict do nothing"
            );
            for sql in [hold, back] {
                sqlx::query(AssertSqlSafe(sql)).bind(person.user.0).execute(&self.world.admin).await.unwrap();
            }
        }
    }

    /// Those whom no key helps: no, unknown, dead or worthless keys.
    pub(super) async fn strangers(&self) -> Vec<Persona> {
        let mut strangers = vec![Persona::with_key("nobody", None)];
        strangers.push(Persona::with_key("an unknown key", Some(some_key().expose().to_owned())));
        let dead = [
            ("an expired key", "update api_key set expires_at = created_at - interval '1 second' where tenant_id = $1"),
            ("a revoked key", "update api_key set revoked_at = created_at where tenant_id = $1"),
            ("the key of a member who was removed", "delete from member where tenant_id = $1"),
            ("the key of a suspended tenant", "update tenant set suspended_at = now() where tenant_id = $1"),
            ("the key of a closed tenant", "update tenant set closed_at = now() where tenant_id = $1"),
        ];
        for (name, sql) in dead {
            let person = self.world.person(name, Plan::Fleet).await;
            let persona = Persona::with_key(name, Some(self.world.key(&person, &BOTH).await));
            let row = self.endpoints().into_iter().find(|row| row.path == "/api/v1/key").unwrap();
            let live = self.ask(&persona, &row).await;
            assert!(live.status.is_success(), "{name} was good before: {live:?}");
            sqlx::query(AssertSqlSafe(sql)).bind(person.tenant.0).execute(&self.world.admin).await.unwrap();
            strangers.push(persona);
        }
        strangers
            .push(Persona::with_session("the owner's session", Session::Live(self.alice.clone(), Some(Role::Owner))));
        strangers
    }

    /// The members of Alice's tenant, each with a key that reads and one that writes.
    pub(super) async fn key_holders(&self) -> Vec<Persona> {
        let mut members = Vec::new();
        for role in Role::ALL {
            let person = self.world.member(self.alice.tenant, &format!("key-{role}"), *role).await;
            for scope in Scope::ALL {
                let key = self.world.key(&person, &[*scope]).await;
                members.push(Persona::with_key(format!("{role}'s {scope} key"), Some(key)));
            }
        }
        members
    }

    /// Somebody whose plan has no keys, and who has one from before.
    pub(super) async fn downgraded(&self) -> Persona {
        let person = self.world.person("Bob", Plan::Free).await;
        Persona::with_key("the key of a tenant on the free plan", Some(self.world.key(&person, &BOTH).await))
    }

    /// Everybody who might hold a key.
    pub(super) async fn programs(&self) -> Vec<Persona> {
        let mut programs = self.key_holders().await;
        programs.push(Persona { name: "another tenant's owner".into(), session: None, ..self.mallory.clone() });
        programs.push(self.downgraded().await);
        programs.extend(self.strangers().await);
        programs
    }

    /// Everybody who might sit at a browser.
    pub(super) async fn people(&self) -> Vec<Persona> {
        let mut people = Vec::new();
        for role in Role::ALL {
            let person = self.world.member(self.alice.tenant, role.as_str(), *role).await;
            people.push(Persona::with_session(role.as_str(), Session::Live(person, Some(*role))));
        }
        let owner = self.world.member(self.alice.tenant, "stale", Role::Owner).await;
        people.push(Persona::with_session("owner who signed in an hour ago", Session::Stale(owner, Some(Role::Owner))));
        let owner = self.world.member(self.alice.tenant, "suspended", Role::Owner).await;
        people.push(Persona::with_session("owner while the tenant is suspended", Session::Suspended(owner)));
        people.push(Persona { name: "another tenant's owner".into(), key: None, ..self.mallory.clone() });
        people.extend(self.outsiders().await);
        people.push(Persona::with_key("nobody", None));
        people.push(Persona { name: "the owner's key".into(), session: None, ..self.control.clone() });
        people
    }

    /// Those whose cookie is none, or who belong to nothing any more.
    async fn outsiders(&self) -> Vec<Persona> {
        let removed = self.world.member(self.alice.tenant, "removed", Role::Owner).await;
        sqlx::query("delete from member where user_id = $1")
            .bind(removed.user.0)
            .execute(&self.world.admin)
            .await
            .unwrap();
        let mut outsiders = vec![Persona::with_session("a member who was removed", Session::Live(removed, None))];
        let unknown = Session::Dead(Token::mint([5; 32]));
        outsiders.push(Persona::with_session("an unknown session", unknown));
        for (name, ago) in [("a session unused for 12 hours", IDLE_LIMIT), ("a session of 14 days", ABSOLUTE_LIMIT)] {
            let person = self.world.member(self.alice.tenant, name, Role::Owner).await;
            let token = token_of(&person);
            self.world.write_session(&person, &token).await;
            let ended = "update session set seen_at = seen_at - make_interval(secs => $2),
                                            ends_at = ends_at - make_interval(secs => $2) where token_hash = $1";
            let ended = sqlx::query(ended).bind(token.hash().to_vec()).bind(ago.as_seconds_f64());
            ended.execute(&self.world.admin).await.unwrap();
            outsiders.push(Persona::with_session(name, Session::Dead(token)));
        }
        outsiders
    }
}
