//! An erasure goes step by step: what it holds meanwhile, what becomes of one that breaks off half way, and what comes and goes beside it.

use super::erasure::{WORDS, erase};
use crate::harness::{Browser, Other, Page, Person, World, chance};
use app::shield::Bounds;
use axum::http::StatusCode;
use domain::{access::Role, id::TenantId, plan::Plan, token::Token};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use tokio::join;

/// Alice, with a tenant of her own, and a tenant of Hugo's in which she is an editor.
struct Stage {
    world: World,
    alice: Person,
    hugo: Person,
    browser: Browser,
}

impl Stage {
    async fn set() -> Stage {
        let world = World::new().await;
        let (alice, hugo) = (world.person("Alice", Plan::Fleet).await, world.person("Hugo", Plan::Fleet).await);
        let browser = world.signed_in(&alice).await;
        let stage = Stage { world, alice, hugo, browser };
        stage.join(&stage.alice, stage.hugo.tenant, Role::Editor).await;
        stage
    }

    async fn sql(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.world.admin).await.unwrap();
    }

    async fn join(&self, person: &Person, tenant: TenantId, role: Role) {
        self.sql(&joining(person, tenant, role)).await;
    }

    /// A further tenant of Alice's alone, with a channel in it.
    async fn another_of_alice(&self) -> Person {
        let own = self.world.person("Another", Plan::Fleet).await;
        self.sql(&joining(&self.alice, own.tenant, Role::Owner)).await;
        self.sql(&format!("update channel set user_id = '{}' where tenant_id = '{}'", self.alice.user, own.tenant))
            .await;
        self.sql(&format!("delete from member where user_id = '{}'", own.user)).await;
        own
    }

    /// The names of the tenants that Alice is a member of.
    async fn of_alice(&self) -> Vec<String> {
        let names = "select t.name from tenant t join member m using (tenant_id) where m.user_id = $1 order by t.name";
        sqlx::query_scalar(names).bind(self.alice.user.0).fetch_all(&self.world.admin).await.unwrap()
    }

    async fn lines(&self, action: &str) -> i64 {
        let lines = "select (select count(*) from audit where action = $1)
                          + (select count(*) from platform_audit where action = $1)";
        sqlx::query_scalar(lines).bind(action).fetch_one(&self.world.admin).await.unwrap()
    }

    /// Does something as soon as the erasure waits for the other one, who then lets go; what came of both.
    async fn beside<T>(&mut self, mut other: Other, meanwhile: impl AsyncFnOnce() -> T) -> (Page, T) {
        let world = &self.world;
        let beside = async {
            other.waited_for(world, 1).await;
            let done = meanwhile().await;
            other.commit().await;
            done
        };
        join!(self.browser.post("/account/data/erase", &WORDS), beside)
    }
}

/// How somebody is made a member.
fn joining(person: &Person, tenant: TenantId, role: Role) -> String {
    format!("insert into member (tenant_id, user_id, role) values ('{tenant}', '{}', '{role}')", person.user)
}

/// Holds up whoever empties this person's tenant, after whatever they have locked before.
fn in_the_way(person: &Person) -> String {
    format!("select from channel where tenant_id = '{}' for update", person.tenant)
}

#[tokio::test]
async fn sr_prv_01_while_what_is_ones_own_is_emptied_the_tenants_one_shares_go_on() {
    let mut stage = Stage::set().await;
    let mut other = Other::begin(&stage.world).await;
    other.run(&in_the_way(&stage.alice)).await;
    let mut hugo = stage.world.signed_in(&stage.hugo).await;
    let settings = format!("/t/{}/settings", stage.hugo.tenant);
    let rename = async || hugo.post(&settings, &[("name", "Hugo and fellows")]).await;
    let (erased, renamed) = stage.beside(other, rename).await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "nobody waits for somebody else's erasure: {}", renamed.text);
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.text);
    assert_eq!((stage.of_alice().await.len(), stage.lines("account.erase").await), (0, 1));
}

#[tokio::test]
async fn sr_prv_01_an_erasure_holds_a_shared_tenant_against_those_alone_who_change_its_members() {
    let mut stage = Stage::set().await;
    stage.sql(&format!("delete from member where tenant_id = '{}'", stage.alice.tenant)).await;
    // Its lines in the log come last: there it is held up, with all that it locks locked.
    let mut other = Other::begin(&stage.world).await;
    other.run("lock table audit in access exclusive mode").await;
    let mut worker = Other::begin(&stage.world).await;
    worker.run("set local lock_timeout = '2s'").await;
    let notice = format!(
        "insert into outage (tenant_id, operator_id, cause, noticed_at) values ('{}', 'harbour', 'off', now())",
        stage.hugo.tenant
    );
    let (erased, ()) = stage.beside(other, async || worker.run(&notice).await).await;
    worker.commit().await;
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.text);
    assert_eq!(stage.world.count("select count(*) from outage").await, 1);
}

#[tokio::test]
async fn sr_prv_01_an_erasure_that_breaks_off_half_way_says_so_and_ends_whole_when_it_is_repeated() {
    let mut stage = Stage::set().await;
    let second = stage.another_of_alice().await;
    let mut other = Other::begin(&stage.world).await;
    other.run(&in_the_way(&second)).await;
    let admin = stage.world.admin.clone();
    let cut = async || {
        let waiting = "select pg_cancel_backend(pid) from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        sqlx::query(waiting).execute(&admin).await.unwrap();
        // Until it has said so, it has not let go of what it waits for.
        crate::harness::eventually("it has given up", async || {
            sqlx::query(waiting).fetch_all(&admin).await.unwrap().is_empty()
        })
        .await;
    };
    let (broken, ()) = stage.beside(other, cut).await;
    assert_eq!(broken.status, StatusCode::CONFLICT, "{broken:?}");
    assert!(broken.text.contains("Much is erased, and not all yet. Do it once more."), "{}", broken.text);
    assert_eq!(stage.of_alice().await, ["Another", "Hugo"], "the first step is done, the others have not begun");
    assert_eq!((stage.lines("tenant.erase").await, stage.lines("account.erase").await), (1, 0));

    erase(&mut stage.browser).await;
    assert_eq!(stage.of_alice().await, [""; 0]);
    let lines =
        [stage.lines("tenant.erase").await, stage.lines("member.erase").await, stage.lines("account.erase").await];
    assert_eq!(lines, [2, 1, 1]);
    assert_eq!(stage.world.count("select count(*) from user_account where name = 'Alice'").await, 0);
    assert_eq!(stage.world.count("select count(*) from tenant where name = '' and closed_at is not null").await, 2);
}

#[tokio::test]
async fn sr_prv_01_an_erasure_that_is_cut_off_by_its_time_says_what_may_be_done_and_goes_on_when_it_is_repeated() {
    let mut stage = Stage::set().await;
    let second = stage.another_of_alice().await;
    // Before the lock is given up, and long after the first step.
    let bounds = Bounds { request_timeout: Duration::from_millis(2_800), ..stage.world.web().bounds };
    let router = app::router(stage.world.web_with(bounds));
    stage.browser = stage.world.signed_in_at(router, &stage.alice, Token::mint(chance())).await;
    let mut other = Other::begin(&stage.world).await;
    other.run(&in_the_way(&second)).await;
    let cut = stage.browser.post("/account/data/erase", &WORDS).await;
    assert_eq!(cut.status, StatusCode::SERVICE_UNAVAILABLE, "{cut:?}");
    assert!(cut.text.contains("Some of it may be erased already, and stays so."), "{}", cut.text);
    assert!(cut.text.contains("href=\"/account/data\"") && !cut.text.contains("Nothing was changed"), "{}", cut.text);
    assert_eq!(stage.of_alice().await, ["Another", "Hugo"]);
    other.commit().await;
    erase(&mut stage.browser).await;
    assert_eq!((stage.of_alice().await.len(), stage.lines("account.erase").await), (0, 1));
}

#[tokio::test]
async fn sr_prv_01_a_tenant_that_somebody_joins_beside_an_erasure_is_not_emptied() {
    let mut stage = Stage::set().await;
    let mut other = Other::begin(&stage.world).await;
    let own = stage.alice.tenant;
    other.run(&format!("select from tenant where tenant_id = '{own}' for no key update")).await;
    other.run(&joining(&stage.hugo, own, Role::Viewer)).await;
    let (page, ()) = stage.beside(other, async || ()).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(page.text.contains("Your account was not erased: Alice has other members"), "{}", page.text);
    assert_eq!(stage.of_alice().await, ["Alice", "Hugo"]);
    assert_eq!(stage.lines("tenant.erase").await, 0);
}

#[tokio::test]
async fn sr_prv_01_a_tenant_that_becomes_ones_own_beside_an_erasure_is_not_left_to_nobody() {
    let mut stage = Stage::set().await;
    stage.sql(&format!("update member set role = 'owner' where user_id = '{}'", stage.alice.user)).await;
    let mut other = Other::begin(&stage.world).await;
    let shared = stage.hugo.tenant;
    other.run(&format!("select from tenant where tenant_id = '{shared}' for no key update")).await;
    other.run(&format!("delete from member where user_id = '{}'", stage.hugo.user)).await;
    let (page, ()) = stage.beside(other, async || ()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(stage.lines("tenant.erase").await, 2, "both were hers alone when their turn came");
    assert_eq!(stage.world.count("select count(*) from tenant where closed_at is null").await, 0);
}

#[tokio::test]
async fn sr_prv_01_an_erasure_of_more_than_it_does_at_once_goes_on_when_it_is_repeated() {
    let mut stage = Stage::set().await;
    stage
        .sql(&format!(
            "with made as (insert into tenant (tenant_id, name) select gen_random_uuid(), 'x' from generate_series(1, 100) returning tenant_id)
             insert into member (tenant_id, user_id, role) select tenant_id, '{}', 'owner' from made",
            stage.alice.user
        ))
        .await;
    let page = stage.browser.post("/account/data/erase", &WORDS).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert_eq!(stage.lines("tenant.erase").await, 100);
    erase(&mut stage.browser).await;
    assert_eq!((stage.lines("tenant.erase").await, stage.lines("account.erase").await), (101, 1));
}
