//! Keys on requests: where they are taken from, what is kept of them, and when they end.

use crate::{
    api::{Answer, Client},
    harness::{Person, World, some_key},
};
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use domain::{
    key::{ApiKey, Scope},
    plan::Plan,
};
use sqlx::AssertSqlSafe;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::{Dispatch, subscriber::DefaultGuard};

/// Where the logs of one test go.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logs {
    /// Everything that is logged on this thread from now on, as loudly as it can be said. With one subscriber alone, what
    /// another test's thread meets first would count as unwanted for everybody: a second one keeps that from happening.
    fn listen() -> (Logs, (Dispatch, DefaultGuard)) {
        let logs = Logs::default();
        let second = Dispatch::new(tracing_subscriber::registry());
        let target = logs.clone();
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || target.clone());
        (logs, (second, tracing::subscriber::set_default(lines.finish())))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

async fn world() -> (World, Person) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    (world, alice)
}

fn refused(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"), "{answer:?}");
}

/// All rows of all tables, as text.
async fn dump(world: &World) -> String {
    let tables = "select tablename::text from pg_tables where schemaname = 'app'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&world.admin).await.unwrap();
    let mut text = String::new();
    for table in tables {
        let sql = format!("select coalesce(string_agg(to_jsonb(x)::text, ' '), '') from {table} x");
        text += &sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_one(&world.admin).await.unwrap();
    }
    text
}

#[tokio::test]
async fn sr_key_01_neither_the_database_nor_a_log_holds_a_secret() {
    let (logs, _listening) = Logs::listen();
    let (world, alice) = world().await;
    let key = world.key(&alice, &[Scope::Read]).await;
    let client = Client::new(&world, Some(key.clone()));
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::OK);
    assert_eq!(client.send(Method::DELETE, "/api/v1/key", None).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(client.get(&format!("/api/v1/key?key={key}")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.get(&format!("/api/v1/{key}")).await.status, StatusCode::NOT_FOUND);
    sqlx::query("drop function app.key_by_public_id").execute(&world.admin).await.unwrap();
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::INTERNAL_SERVER_ERROR);

    let (secret, public) = (key.split('_').nth(3).unwrap(), key.split('_').nth(2).unwrap());
    let rows = dump(&world).await;
    assert!(rows.contains(public), "the key itself is there");
    assert!(!rows.contains(secret), "but not its secret");
    let logged = logs.text();
    assert!(logged.contains("key_by_public_id"), "queries and errors were logged: {}", logged.len());
    assert!(!logged.contains(secret), "and none told the secret");
}

#[tokio::test]
async fn sr_key_01_a_mistyped_key_is_refused_without_a_query() {
    let (world, alice) = world().await;
    let key = world.key(&alice, &[Scope::Read]).await;
    // From here on any query for a key fails.
    world.credentials.close().await;
    let asked = Client::new(&world, Some(key.clone())).get("/api/v1/key").await;
    assert_eq!(asked.status, StatusCode::INTERNAL_SERVER_ERROR, "a good key is looked up: {asked:?}");
    let (body, _) = key.rsplit_once('_').unwrap();
    for wrong in [format!("{body}_00000000"), key.replacen("fa_live", "fa_test", 1), format!("{key}x"), "x".into()] {
        refused(&Client::new(&world, Some(wrong)).get("/api/v1/key").await);
    }
}

#[tokio::test]
async fn sr_key_01_a_key_is_taken_from_authorization_and_from_nowhere_else() {
    let (world, alice) = world().await;
    let key = world.key(&alice, &[Scope::Read]).await;
    let nobody = Client::new(&world, None);
    for (name, value) in [
        ("x-api-key", key.clone()),
        ("cookie", format!("key={key}")),
        ("authorization", format!("Basic {key}")),
        ("authorization", key.clone()),
        ("proxy-authorization", format!("Bearer {key}")),
    ] {
        refused(&nobody.with(name, &value).get("/api/v1/key").await);
    }
    let good = nobody.with("authorization", &format!("bearer {key}"));
    assert_eq!(good.get("/api/v1/key").await.status, StatusCode::OK, "the scheme's case does not matter");
    for path in [format!("/api/v1/key?key={key}"), format!("/api/v1/key?{key}")] {
        for client in [&nobody, &good] {
            let answer = client.get(&path).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "key_in_url"));
            assert!(!String::from_utf8_lossy(&answer.body).contains(&key));
        }
    }
}

#[tokio::test]
async fn sr_key_01_the_secret_must_be_the_one_that_was_issued() {
    let (world, alice) = world().await;
    let key = world.key(&alice, &[Scope::Read]).await;
    // The same public id with another secret, and a checksum that fits.
    let other = some_key().expose().to_owned();
    let body = format!("fa_live_{}_{}", key.split('_').nth(2).unwrap(), other.split('_').nth(3).unwrap());
    let forged = format!("{body}_{:08x}", crc32fast::hash(body.as_bytes()));
    assert!(ApiKey::parse(&forged).is_ok(), "well formed");
    refused(&Client::new(&world, Some(forged)).get("/api/v1/key").await);
    assert_eq!(Client::new(&world, Some(key)).get("/api/v1/key").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_ends_when_its_time_is_over_and_notes_its_last_use_once_a_minute() {
    let (world, alice) = world().await;
    let client = Client::new(&world, Some(world.key(&alice, &[Scope::Read]).await));
    let seconds = "select extract(epoch from last_used_at)::bigint from api_key";
    let start = world.clock.now().timestamp();
    for (advance_s, noted_s) in [(0, 0), (59, 0), (2, 61), (30, 61), (31, 122)] {
        world.clock.advance(TimeDelta::seconds(advance_s));
        assert_eq!(client.get("/api/v1/key").await.status, StatusCode::OK);
        assert_eq!(world.count(seconds).await - start, noted_s);
    }
    world.clock.advance(TimeDelta::days(90));
    refused(&client.get("/api/v1/key").await);
}

#[tokio::test]
async fn sr_key_02_a_key_is_worth_what_its_maker_may_do_now() {
    let (world, alice) = world().await;
    let client = Client::new(&world, Some(world.key(&alice, &[Scope::Read, Scope::Write]).await));
    assert_eq!(client.get("/api/v1/key").await.json()["role"], "owner");
    sqlx::query("update member set role = 'viewer'").execute(&world.admin).await.unwrap();
    assert_eq!(client.get("/api/v1/key").await.json()["role"], "viewer", "the very next request");
    sqlx::query("update tenant set plan = 'plus'").execute(&world.admin).await.unwrap();
    let answer = client.get("/api/v1/key").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
    sqlx::query("update tenant set plan = 'pro'").execute(&world.admin).await.unwrap();
    sqlx::query("delete from member").execute(&world.admin).await.unwrap();
    refused(&client.get("/api/v1/key").await);
}

#[tokio::test]
async fn an_administrator_gives_keys_to_members_of_live_tenants_for_a_year_at_most() {
    let (world, alice) = world().await;
    let mallory = world.person("Mallory", Plan::Pro).await;
    let (now, admin_url) = (world.clock.now(), world.database.url("ferry_admin"));
    let issue = async |tenant, user, days| {
        let life = store::key::Life { from: now, until: now + TimeDelta::days(days), request_id: uuid::Uuid::new_v4() };
        store::key::issue(&admin_url, (tenant, user), &some_key(), &[Scope::Read], &life).await
    };
    assert!(issue(alice.tenant, alice.user, 365).await.unwrap());
    assert!(!issue(alice.tenant, mallory.user, 90).await.unwrap(), "not to a stranger");
    assert!(issue(alice.tenant, alice.user, 367).await.is_err(), "not for longer");
    sqlx::query("update tenant set suspended_at = now()").execute(&world.admin).await.unwrap();
    assert!(!issue(alice.tenant, alice.user, 90).await.unwrap(), "not to a suspended tenant");
    let audited = "select count(*) from audit a join api_key k on k.public_id = a.subject
                   where a.actor = 'admin' and a.action = 'key.create'";
    assert_eq!((world.count("select count(*) from api_key").await, world.count(audited).await), (1, 1));
}

#[tokio::test]
async fn sr_aut_08_a_key_that_is_unknown_and_one_with_another_secret_get_the_same_answer_in_the_same_time() {
    let (world, alice) = world().await;
    let known = world.key(&alice, &[Scope::Read]).await;
    let other = some_key().expose().to_owned();
    let body = format!("fa_live_{}_{}", known.split('_').nth(2).unwrap(), other.split('_').nth(3).unwrap());
    let forged = format!("{body}_{:08x}", crc32fast::hash(body.as_bytes()));
    let clients = [forged, other].map(|key| Client::new(&world, Some(key)));
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..100 {
        let mut told = Vec::new();
        for (client, took) in clients.iter().zip(&mut took) {
            let start = std::time::Instant::now();
            let mut answer = client.get("/api/v1/key").await;
            took.push(start.elapsed());
            let id = answer.headers.remove("x-request-id").unwrap().to_str().unwrap().to_owned();
            told.push((
                answer.status,
                answer.headers,
                String::from_utf8(answer.body).unwrap().replace(&id, "[request]"),
            ));
        }
        assert_eq!(told[0], told[1]);
    }
    let [known, unknown] = took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2]
    });
    assert!(known.abs_diff(unknown) < std::time::Duration::from_millis(10), "{known:?} and {unknown:?}");
}
