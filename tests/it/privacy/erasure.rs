//! What an erasure leaves: nothing of the person in any table, queue or log, and everybody else's things as they were.

use super::{CANARY, STRANGER, Stage};
use crate::{
    api::Client,
    harness::{Browser, Logs, Person, World},
};
use app::audit::verify::verify;
use axum::http::StatusCode;
use domain::{access::Role, plan::Plan};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use store::{
    DatabaseRole, Sealer, Store,
    privacy::{self, Class, Erased},
};
use uuid::Uuid;

pub(super) const WORDS: [(&str, &str); 1] = [("words", "erase everything")];

pub(super) async fn erase(browser: &mut Browser) {
    let page = browser.post("/account/data/erase", &WORDS).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert!(page.text.contains("Everything is erased"), "{}", page.text);
    assert!(page.headers.contains_key("clear-site-data") && browser.token().is_none());
}

#[tokio::test]
async fn sr_prv_01_after_an_erasure_no_table_queue_or_log_says_anything_of_the_person() {
    let (logs, _listening) = Logs::listen();
    let mut stage = Stage::new().await;
    let said = stage.tables_that_say(CANARY).await;
    let expected = ["idempotency", "tenant", "user_account", "watch"].map(str::to_owned);
    assert_eq!(said, BTreeSet::from(expected), "it was there before");
    let strangers = stage.tables_that_say(STRANGER).await;
    let mut copy = stage.browser.clone();
    erase(&mut stage.browser).await;
    for (text, what) in [(CANARY, "name, address and notes"), ("firefox on linux", "the device of a session")] {
        let left = stage.tables_that_say(text).await;
        let others = if text == CANARY { BTreeSet::new() } else { BTreeSet::from(["session".to_owned()]) };
        assert!(left.is_subset(&others), "{what}: {left:?}");
    }
    assert_eq!(stage.tables_that_say(STRANGER).await, strangers, "nobody else lost anything");
    stage.world.an_hour_later().await;
    assert!(!stage.world.remembered().await.to_lowercase().contains(CANARY), "Redis");
    assert!(!logs.text().to_lowercase().contains(CANARY), "the log");
    // And whatever they held opens nothing.
    assert!(copy.get("/account").await.location().starts_with("/login"));
    let client = Client::new(&stage.world, Some(stage.key.clone()));
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn sr_prv_01_an_erasure_does_to_each_table_what_the_map_says() {
    let mut stage = Stage::new().await;
    let admin = stage.world.admin.clone();
    erase(&mut stage.browser).await;
    for table in privacy::tables() {
        let sql = format!(
            "select to_jsonb(x) from {} x
             where to_jsonb(x) ->> 'tenant_id' = $1
                or $2 in (to_jsonb(x) ->> 'user_id', to_jsonb(x) ->> 'created_by', to_jsonb(x) ->> 'accepted_by')
                or 'user:' || $2 in (to_jsonb(x) ->> 'actor', to_jsonb(x) ->> 'subject')",
            table.name
        );
        let (tenant, user) = (stage.canary.tenant.to_string(), stage.canary.user.to_string());
        let rows: Vec<serde_json::Value> =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(tenant).bind(user).fetch_all(&admin).await.unwrap();
        match table.erased {
            Erased::Deleted | Erased::Nobodys => assert!(rows.is_empty(), "{}: {rows:?}", table.name),
            Erased::Emptied => {
                assert_eq!(rows.len(), 1, "{}", table.name);
                let personal = table.columns.iter().filter(|columns| columns.class == Class::Personal);
                for name in personal.flat_map(|columns| columns.names) {
                    assert_eq!(rows[0][name], "", "{}.{name}", table.name);
                }
            }
            Erased::Kept => {
                // What names nobody cannot be found by a name.
                let is_nobodys = ["platform_audit_head", "token_bucket"].contains(&table.name);
                assert!(!rows.is_empty() || is_nobodys, "{}", table.name);
            }
        }
    }
    let lines =
        "select count(*) from audit where action in ('tenant.erase', 'member.erase') and request_id is not null";
    assert_eq!(stage.world.count(lines).await, 2, "one in the tenant that is gone, one in the host's");
    let line = "select count(*) from platform_audit where action = 'account.erase'";
    assert_eq!(stage.world.count(line).await, 1);
    let url = stage.world.database.url("ferry_admin");
    let console = Store::connect(DatabaseRole::Admin, &url, 1, Sealer::without_keys()).await.unwrap();
    verify(&console, &[], |_| ()).await.expect("the chains are whole");
}

#[tokio::test]
async fn sr_prv_01_what_waits_to_be_sent_to_an_erased_person_is_not_sent() {
    let mut stage = Stage::new().await;
    sqlx::query("update delivery set state = 'due', next_attempt_at = now(), sent_at = null")
        .execute(&stage.world.admin)
        .await
        .unwrap();
    let ids: Vec<i64> =
        sqlx::query_scalar("select d.id from delivery d join channel c on c.id = d.channel_id where c.user_id = $1")
            .bind(stage.canary.user.0)
            .fetch_all(&stage.world.admin)
            .await
            .unwrap();
    assert!(ids.len() >= 2, "{ids:?}");
    let claimed = stage.world.parts.store.claim_deliveries(&ids).await.unwrap();
    let before = stage.world.sim.inbox().len();
    erase(&mut stage.browser).await;
    for (_, delivery) in claimed {
        stage.world.parts.deliverer.deliver(delivery).await.unwrap();
    }
    stage.world.an_hour_later().await;
    let mails = stage.world.sim.inbox();
    let to_them = mails[before..].iter().filter(|mail| mail.to == [stage.canary.email.clone()]);
    assert_eq!(to_them.count(), 0);
}

#[tokio::test]
async fn sr_prv_01_a_tenant_in_which_others_stay_needs_another_owner_first() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let bob = world.member(alice.tenant, "Bob", Role::Editor).await;
    let mut browser = world.signed_in(&alice).await;
    assert!(browser.get("/account/data").await.text.contains("no other owner"));
    // Signing the browser in and looking at the page was all that may write.
    let before = world.digest().await;
    let refused = browser.post("/account/data/erase", &WORDS).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("Your account was not erased: Alice has other members"), "{}", refused.text);
    assert_eq!(world.digest().await, before);

    sqlx::query("update member set role = 'owner' where user_id = $1")
        .bind(bob.user.0)
        .execute(&world.admin)
        .await
        .unwrap();
    let page = browser.get("/account/data").await.text;
    assert!(page.contains("go on without you") && !page.contains("no other owner"), "{page}");
    erase(&mut browser).await;
    assert_eq!(world.count("select count(*) from member").await, 1);
    assert_eq!(world.membership(&bob).await.role(), Role::Owner);
    assert_eq!(world.count("select count(*) from tenant where name = 'Alice' and closed_at is null").await, 1);
}

#[tokio::test]
async fn sr_prv_01_of_two_owners_who_are_erased_at_once_one_stays_while_others_do() {
    let world = World::new().await;
    for _ in 0..4 {
        let alice = world.person("Alice", Plan::Fleet).await;
        let bob = world.member(alice.tenant, "Bob", Role::Owner).await;
        world.member(alice.tenant, "Carol", Role::Viewer).await;
        let (mut a, mut b) = (world.signed_in(&alice).await, world.signed_in(&bob).await);
        let (a, b) = tokio::join!(a.post("/account/data/erase", &WORDS), b.post("/account/data/erase", &WORDS));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{a:?} {b:?}");
        assert_eq!(owners(&world, alice.tenant.0).await, 1);
    }
}

async fn owners(world: &World, tenant: Uuid) -> i64 {
    let owners = "select count(*) from member where tenant_id = $1 and role = 'owner'";
    sqlx::query_scalar(owners).bind(tenant).fetch_one(&world.admin).await.unwrap()
}

#[tokio::test]
async fn sr_prv_01_an_erasure_takes_the_words_and_no_other() {
    let world = World::new().await;
    let alice: Person = world.person("Alice", Plan::Free).await;
    let mut browser = world.signed_in(&alice).await;
    let before = world.digest().await;
    let page = browser.post("/account/data/erase", &[("words", "erase <me>")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Nothing was erased. Type"), "{}", page.text);
    assert!(page.text.contains("value=\"erase &#60;me&#62;\""), "{}", page.text);
    let fields: [&[(&str, &str)]; 2] = [&[], &[("words", "erase everything"), ("user_id", "x")]];
    for fields in fields {
        assert_eq!(browser.post("/account/data/erase", fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(world.digest().await, before);
}
