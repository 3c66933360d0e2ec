//! The audit log: chains that nobody edits unseen, lines for what was done, events for what was denied, and the way from a mail
//! back to who asked for it.

mod anchors;
mod chain;
mod damage;
mod denied;
mod page;
mod trace;

use crate::{
    api::{Client, motorhome},
    harness::{Person, World},
};
use app::audit::verify::{Checked, verify};
use domain::{key::Scope, plan::Plan};
use store::{DatabaseRole, Sealer, Store, anchor::Anchor};

/// A world with some of everything in its log: Alice's chain has four rows, Bob's two and the platform's three.
struct Logged {
    world: World,
    alice: Person,
    admin: Store,
}

impl Logged {
    async fn some() -> Logged {
        let world = World::new().await;
        let (alice, bob) = (world.person("Alice", Plan::Fleet).await, world.person("Bob", Plan::Fleet).await);
        for (person, watches) in [(&alice, 3), (&bob, 1)] {
            let client = Client::new(&world, Some(world.key(person, &[Scope::Read, Scope::Write]).await));
            for days in 1..=watches {
                client.create(&motorhome(&world, days)).await;
            }
        }
        let mut browser = world.signed_in(&alice).await;
        for name in ["Alice A.", "Alice B.", "Alice C."] {
            browser.post("/account", &[("name", name), ("zone", "Europe/Paris")]).await;
        }
        let admin = administrator(&world).await;
        Logged { world, alice, admin }
    }

    /// What `app audit verify` says: what it counted, or the first defect.
    async fn verify(&self, anchors: &[Anchor]) -> Result<Checked, String> {
        verify(&self.admin, anchors, |_| ()).await.map_err(|error| error.to_string())
    }

    /// Runs what only a superuser can, with `$tenant` for Alice's tenant.
    async fn damage(&self, sql: &str) {
        let sql = sql.replace("$tenant", &format!("'{}'", self.alice.tenant));
        let damage = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&self.world.admin).await;
        damage.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// The database as an administrator's console has it.
async fn administrator(world: &World) -> Store {
    Store::connect(DatabaseRole::Admin, &world.database.url("ferry_admin"), 1, Sealer::without_keys()).await.unwrap()
}
