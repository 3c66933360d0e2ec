//! Requests that the database gives up on because they are in each other's way: whoever is cut short is told that too much is going on,
//! and to come again.

use crate::harness::{Browser, Logs, Other, Page, Person, World, chance, sealer};
use axum::http::StatusCode;
use domain::{plan::Plan, token::Token};
use sqlx::AssertSqlSafe;
use store::{DatabaseRole, Store};
use tokio::join;

/// Alice, who gives her tenant another name, beside somebody else's transaction.
struct Stage {
    world: World,
    alice: Person,
    browser: Browser,
}

impl Stage {
    /// With a setting of the connections that her requests use.
    async fn set(setting: &str) -> Stage {
        let world = World::new().await;
        let alice = world.person("Alice", Plan::Fleet).await;
        let name = world.database.name();
        let set = format!("alter role ferry_app in database {name} set {setting}");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&world.admin).await.unwrap();
        let mut app = world.web();
        let url = world.database.url("ferry_app");
        app.store = Store::connect(DatabaseRole::App, &url, 2, sealer()).await.unwrap();
        let browser = world.signed_in_at(app::router(app), &alice, Token::mint(chance())).await;
        Stage { world, alice, browser }
    }

    async fn rename(&mut self) -> Page {
        let settings = format!("/t/{}/settings", self.alice.tenant);
        self.browser.post(&settings, &[("name", "Alice and fellows")]).await
    }

    /// The same, beside another who does this as soon as it waits for them.
    async fn rename_beside(&mut self, mut other: Other, meanwhile: &str) -> Page {
        let settings = format!("/t/{}/settings", self.alice.tenant);
        let world = &self.world;
        let beside = async {
            other.waited_for(world, 1).await;
            other.run(meanwhile).await;
            other.commit().await;
        };
        join!(self.browser.post(&settings, &[("name", "Alice and fellows")]), beside).0
    }

    async fn renamed(&self) -> i64 {
        self.world.count("select count(*) from tenant where name = 'Alice and fellows'").await
    }

    /// Asserts that it was told as busy for this cause, and that it works when it is done again.
    async fn assert_busy(&mut self, page: &Page, cause: &str, logs: &Logs) {
        assert!(logs.text().contains(cause), "it came to no {cause}: {page:?}");
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{page:?}");
        assert_eq!(page.headers["retry-after"], "5");
        assert!(page.text.contains("Nothing was changed.") && !page.text.contains(cause), "{}", page.text);
        assert_eq!(self.renamed().await, 0);
        assert_eq!(self.rename().await.status, StatusCode::SEE_OTHER);
        assert_eq!(self.renamed().await, 1);
    }
}

#[tokio::test]
async fn sr_dos_02_whom_the_database_ends_to_undo_a_deadlock_is_told_to_come_again() {
    // Within what a lock is waited for, and long enough for the circle to be closed before it is looked for.
    let mut stage = Stage::set("deadlock_timeout = '2s'").await;
    let (logs, _listening) = Logs::listen();
    let mut other = Other::begin(&stage.world).await;
    let (tenant, user) = (stage.alice.tenant, stage.alice.user);
    // The other never gives way: it is hers to be ended.
    other.run("set local deadlock_timeout = '1h'").await;
    other.run(&format!("select from member where user_id = '{user}' for update")).await;
    // She holds her tenant by then, and waits for her membership.
    let circle = format!("select from tenant where tenant_id = '{tenant}' for update");
    let page = stage.rename_beside(other, &circle).await;
    stage.assert_busy(&page, "deadlock detected", &logs).await;
}

#[tokio::test]
async fn sr_dos_02_whom_the_database_cannot_put_in_an_order_with_others_is_told_to_come_again() {
    let mut stage = Stage::set("default_transaction_isolation = 'repeatable read'").await;
    let (logs, _listening) = Logs::listen();
    let mut other = Other::begin(&stage.world).await;
    other.run(&format!("update tenant set name = 'Another' where tenant_id = '{}'", stage.alice.tenant)).await;
    let page = stage.rename_beside(other, "select").await;
    stage.assert_busy(&page, "could not serialize access", &logs).await;
}
