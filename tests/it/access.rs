//! Who gets what on which route, tried with live requests on every row of the route table.

mod matrix;
mod objects;
mod registry;
mod requests;

use crate::{
    api::{Answer, Client},
    harness::{Person, World, some_key},
};
use app::routes::{self, Endpoint};
use axum::Router;
use domain::{access::Role, key::Scope, plan::Plan};
use sqlx::AssertSqlSafe;

/// Both things a key can be made for.
const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

/// Somebody who asks, as a reader of the matrix knows them.
struct Persona {
    name: String,
    client: Client,
}

/// Alice's tenant with its objects, and everybody who might want them.
struct Stage {
    world: World,
    alice: Person,
    router: Router,
    /// Alice, with a key for everything: what she asks for is granted.
    control: Client,
    /// The owner of another tenant, with such a key too.
    mallory: Client,
}

impl Stage {
    async fn set() -> Stage {
        let world = World::new().await;
        let router = app::router(world.web());
        let alice = world.person("Alice", Plan::Fleet).await;
        let mallory = world.person("Mallory", Plan::Fleet).await;
        let control = Client::of(router.clone(), Some(world.key(&alice, &BOTH).await));
        let mallory = Client::of(router.clone(), Some(world.key(&mallory, &BOTH).await));
        Stage { world, alice, router, control, mallory }
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        routes::table(self.world.web()).endpoints().to_vec()
    }

    fn client(&self, name: impl Into<String>, key: Option<String>) -> Persona {
        Persona { name: name.into(), client: Client::of(self.router.clone(), key) }
    }

    /// Those whom no key helps: no, unknown, dead or worthless keys.
    async fn strangers(&self) -> Vec<Persona> {
        let mut strangers = vec![self.client("nobody", None)];
        strangers.push(self.client("an unknown key", Some(some_key().expose().to_owned())));
        let dead = [
            ("an expired key", "update api_key set expires_at = created_at - interval '1 second' where tenant_id = $1"),
            ("a revoked key", "update api_key set revoked_at = created_at where tenant_id = $1"),
            ("the key of a member who was removed", "delete from member where tenant_id = $1"),
            ("the key of a suspended tenant", "update tenant set suspended_at = now() where tenant_id = $1"),
            ("the key of a closed tenant", "update tenant set closed_at = now() where tenant_id = $1"),
        ];
        for (name, sql) in dead {
            let person = self.world.person(name, Plan::Fleet).await;
            let key = self.world.key(&person, &BOTH).await;
            let live = Client::of(self.router.clone(), Some(key.clone())).get("/api/v1/key").await;
            assert!(live.status.is_success(), "{name} was good before: {live:?}");
            sqlx::query(AssertSqlSafe(sql)).bind(person.tenant.0).execute(&self.world.admin).await.unwrap();
            strangers.push(self.client(name, Some(key)));
        }
        strangers
    }

    /// The members of Alice's tenant, each with a key that reads and one that writes.
    async fn members(&self) -> Vec<Persona> {
        let mut members = Vec::new();
        for role in Role::ALL {
            let person = self.world.member(self.alice.tenant, role.as_str(), *role).await;
            for scope in Scope::ALL {
                let key = self.world.key(&person, &[*scope]).await;
                members.push(self.client(format!("{role}'s {scope} key"), Some(key)));
            }
        }
        members
    }

    /// Somebody whose plan has no keys, and who has one from before.
    async fn downgraded(&self) -> Persona {
        let person = self.world.person("Bob", Plan::Free).await;
        self.client("the key of a tenant on the free plan", Some(self.world.key(&person, &BOTH).await))
    }

    /// Asks for a row, as it should be asked, on an object of Alice's.
    async fn ask(&self, client: &Client, endpoint: &Endpoint) -> Answer {
        let path = requests::path(self, endpoint).await;
        self.ask_at(client, endpoint, &path).await
    }

    async fn ask_at(&self, client: &Client, endpoint: &Endpoint, path: &str) -> Answer {
        let body = requests::body(self, endpoint);
        let client = if endpoint.method == "POST" {
            client.with("idempotency-key", some_key().public_id())
        } else {
            client.clone()
        };
        client.send(endpoint.method.clone(), path, body.as_ref()).await
    }
}
