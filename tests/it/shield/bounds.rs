//! Bounds of what comes in, on every route.

use super::{short, with_planted_failures};
use crate::{
    api::{Answer, Client},
    harness::{World, sealer},
};
use app::{input::JSON_DEPTH_MAX, routes, shield::BODY_BYTES_MAX};
use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use domain::{key::Scope, plan::Plan};
use futures::{StreamExt, stream};
use sqlx::AssertSqlSafe;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::Credentials;
use tokio::time::timeout;

/// How long a test waits for what should happen much sooner.
const PATIENCE: Duration = Duration::from_secs(20);
const CHUNK: [u8; 1024] = [b' '; 1024];

fn said(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.code())
}

async fn with_key(world: &World) -> Client {
    let alice = world.person("Alice", Plan::Fleet).await;
    let key = world.key(&alice, &[Scope::Read, Scope::Write]).await;
    Client::new(world, Some(key))
}

#[tokio::test]
async fn sr_api_02_a_body_past_the_bound_is_refused_on_every_route_and_not_read_to_its_end() {
    let world = World::new().await;
    let client = with_key(&world).await;
    for endpoint in routes::table(world.web()).endpoints() {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = read.clone();
        let endless = stream::repeat_with(move || {
            counted.fetch_add(CHUNK.len(), Ordering::Relaxed);
            Ok::<_, io::Error>(Bytes::from_static(&CHUNK))
        });
        let request = Request::builder().method(endpoint.method.clone()).uri(endpoint.path);
        let answer = client.ask(request.body(Body::from_stream(endless)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{} {}", endpoint.method, endpoint.path);
        assert!(read.load(Ordering::Relaxed) <= BODY_BYTES_MAX + CHUNK.len(), "read on past the bound");
    }
}

#[tokio::test]
async fn sr_api_02_a_body_that_is_too_deep_or_not_what_was_asked_for_is_refused_on_every_route_that_takes_one() {
    let world = World::new().await;
    let client = with_key(&world).await;
    let nested = "[".repeat(JSON_DEPTH_MAX + 1) + &"]".repeat(JSON_DEPTH_MAX + 1);
    for endpoint in routes::table(world.web()).endpoints() {
        let Some(doc) = endpoint.doc.as_ref().filter(|doc| doc.takes_a_body()) else { continue };
        let send = async |content_type: &str, body: String| {
            let path = endpoint.path.replace(['{', '}'], "");
            let request = Request::builder().method(endpoint.method.clone()).uri(path);
            let request = request.header("content-type", content_type).header("idempotency-key", "a-key-of-a-test");
            let answer = client.ask(request.body(Body::from(body)).unwrap()).await;
            (answer.status.as_u16(), answer.code())
        };
        let what = doc.summary();
        // Where the object is missing too, either refusal will do.
        let mut expected = vec![(400, "bad_request".to_owned())];
        if endpoint.path.contains('{') {
            expected.push((404, "not_found".to_owned()));
        }
        let answer = send("application/json", nested.clone()).await;
        assert!(expected.contains(&answer), "{what}: {answer:?}");
        expected[0] = (415, "unsupported_media_type".to_owned());
        let answer = send("text/plain", "{}".to_owned()).await;
        assert!(expected.contains(&answer), "{what}: {answer:?}");
        expected[0] = (422, "invalid".to_owned());
        let answer = send("application/json", r#"{"unknown_to_us": 1}"#.to_owned()).await;
        assert!(expected.contains(&answer), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn sr_api_02_a_statement_that_takes_too_long_is_cancelled_and_told_as_busy() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let key = world.key(&alice, &[Scope::Read]).await;
    let impatient =
        format!("alter role ferry_auth in database {} set statement_timeout = '50ms'", world.database.name());
    sqlx::raw_sql(AssertSqlSafe(impatient)).execute(&world.admin).await.unwrap();
    let mut app = world.web();
    app.credentials = Credentials::connect(&world.database.url("ferry_auth"), 1, sealer()).await.unwrap();
    let client = Client::of(app::router(app), Some(key));
    let mut holds = world.admin.begin().await.unwrap();
    sqlx::raw_sql("lock table app.api_key in access exclusive mode").execute(&mut *holds).await.unwrap();
    let answer = client.get("/api/v1/key").await;
    assert_eq!(said(&answer), (StatusCode::SERVICE_UNAVAILABLE, "busy".into()));
    assert!(answer.headers.contains_key("retry-after"));
    holds.rollback().await.unwrap();
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::OK, "and nothing is left behind");
}

#[tokio::test]
async fn sr_api_02_a_request_that_takes_too_long_is_answered_all_the_same() {
    let world = World::new().await;
    let client = with_planted_failures(&world, short());
    let drip = stream::once(async { Ok::<_, io::Error>(Bytes::from_static(b"{")) }).chain(stream::pending());
    let request = Request::builder().method(Method::POST).uri("/api/v1/key").body(Body::from_stream(drip)).unwrap();
    let answer = timeout(PATIENCE, client.ask(request)).await.expect("it waits for the body");
    assert_eq!(said(&answer), (StatusCode::REQUEST_TIMEOUT, "timeout".into()));
    let answer = timeout(PATIENCE, client.get("/api/hangs")).await.expect("it waits for what is inside");
    assert_eq!(said(&answer), (StatusCode::SERVICE_UNAVAILABLE, "busy".into()));
}
