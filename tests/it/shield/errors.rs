//! Whatever goes wrong, what is answered is a document of known fields that tells no cause, under the same headers.

use super::{CANARY, assert_shielded, short, with_planted_failures};
use crate::{
    api::{Answer, Client},
    harness::{World, masked},
};
use app::{client::Peer, routes, shield::Bounds};
use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use domain::{key::Scope, plan::Plan};
use futures::stream;
use std::io;

/// Words that only a cause would hold.
const CAUSES: [&str; 14] = [
    CANARY,
    "sqlx",
    "postgres",
    "select ",
    "insert ",
    "relation",
    "constraint",
    "pkey",
    "does not exist",
    "pool",
    "panicked",
    ".rs",
    "ferry_",
    "key_by_public_id",
];
const FIELDS: [&str; 10] =
    ["type", "title", "status", "code", "detail", "request_id", "errors", "limit", "allowed", "wanted"];

fn assert_tells_no_cause(answer: &Answer, what: &str) {
    let (_, text) = masked(&answer.headers, &String::from_utf8_lossy(&answer.body));
    let text = text.to_lowercase().replace("ferryalert", "");
    for cause in CAUSES {
        assert!(!text.contains(cause), "{what} tells {cause:?}: {text}");
    }
    if answer.headers.get("content-type").is_none_or(|kind| kind != "application/problem+json") {
        return;
    }
    let json = answer.json();
    for (field, value) in json.as_object().unwrap() {
        assert!(FIELDS.contains(&field.as_str()), "{what}: {field}");
        let is_plain = value.is_string() || value.is_u64() || field == "errors";
        assert!(is_plain, "{what}: {field} is {value}");
    }
    assert_eq!(json["status"], answer.status.as_u16(), "{what}");
    assert_eq!(json["request_id"], answer.headers["x-request-id"].to_str().unwrap(), "{what}");
    assert!(json["type"].as_str().unwrap().ends_with(&format!("/problems/{}", answer.code())), "{what}");
}

fn assert_as_it_should_be(answer: &Answer, status: StatusCode, what: &str) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert_shielded(&answer.headers, what);
    assert_tells_no_cause(answer, what);
}

#[tokio::test]
async fn sr_api_03_each_kind_of_failure_is_told_without_its_cause() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let key = world.key(&alice, &[Scope::Read]).await;
    let planted = with_planted_failures(&world, short());
    assert_as_it_should_be(&planted.get("/api/panics").await, StatusCode::INTERNAL_SERVER_ERROR, "a panic");
    assert_as_it_should_be(&planted.get("/api/hangs").await, StatusCode::SERVICE_UNAVAILABLE, "no answer in time");
    let client = Client::new(&world, Some(key));
    for (status, method, path) in [
        (StatusCode::BAD_REQUEST, Method::GET, "/api/v1/key?x=fa_live_x"),
        (StatusCode::NOT_FOUND, Method::GET, "/api/v1/%27%20or%201=1--"),
        (StatusCode::NOT_FOUND, Method::GET, "/problems/%3Cscript%3E"),
        (StatusCode::METHOD_NOT_ALLOWED, Method::PATCH, "/api/v1/key"),
    ] {
        assert_as_it_should_be(&client.send(method, path, None).await, status, path);
    }
    for failure in [
        // A function that is gone, a right that is gone, a value that is no word of ours, a server that is gone.
        "alter function app.key_by_public_id rename to another",
        "alter function app.another rename to key_by_public_id; revoke execute on function app.key_by_public_id from ferry_auth",
        "grant execute on function app.key_by_public_id to ferry_auth; alter table app.member drop constraint member_role_check; update app.member set role = 'canary-7f3a'",
    ] {
        sqlx::raw_sql(failure).execute(&world.admin).await.unwrap();
        let answer = client.get("/api/v1/key").await;
        assert_as_it_should_be(&answer, StatusCode::INTERNAL_SERVER_ERROR, failure);
    }
    world.credentials.close().await;
    let answer = client.get("/api/v1/key").await;
    assert_as_it_should_be(&answer, StatusCode::INTERNAL_SERVER_ERROR, "a closed pool");
    world.app.close().await;
    let answer = client.get("/healthz").await;
    assert_as_it_should_be(&answer, StatusCode::INTERNAL_SERVER_ERROR, "a page without a database");
}

#[tokio::test]
async fn sr_web_04_every_route_in_every_kind_of_failure_answers_under_the_same_headers() {
    let world = World::new().await;
    let client = Client::of(app::router(world.web_with(short())), None);
    let never =
        Bounds { requests_per_address: 1, request_again_after: std::time::Duration::from_secs(3_600), ..short() };
    for endpoint in routes::table(world.web()).endpoints() {
        let what = |failure: &str| format!("{} {}: {failure}", endpoint.method, endpoint.path);
        let request = |method: &Method, body: Body| {
            Request::builder().method(method.clone()).uri(endpoint.path).body(body).unwrap()
        };
        let plain = client.ask(request(&endpoint.method, Body::empty())).await;
        assert_shielded(&plain.headers, &what("as it is, without a key"));
        if !plain.status.is_success() {
            assert_tells_no_cause(&plain, &what("as it is, without a key"));
        }
        let answer = client.ask(request(&Method::TRACE, Body::empty())).await;
        assert_as_it_should_be(&answer, StatusCode::METHOD_NOT_ALLOWED, &what("another method"));
        let answer = client.ask(request(&endpoint.method, Body::from(vec![b' '; 65 * 1024]))).await;
        assert_as_it_should_be(&answer, StatusCode::PAYLOAD_TOO_LARGE, &what("too large"));
        let slow = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        let answer = client.ask(request(&endpoint.method, slow)).await;
        assert_as_it_should_be(&answer, StatusCode::REQUEST_TIMEOUT, &what("too slow"));
        let hurried = Client::of(app::router(world.web_with(never)), None);
        hurried.ask(request(&endpoint.method, Body::empty())).await;
        let answer = hurried.ask(request(&endpoint.method, Body::empty())).await;
        assert_as_it_should_be(&answer, StatusCode::TOO_MANY_REQUESTS, &what("too often"));
        assert!(answer.headers.contains_key("retry-after"));
    }
    for path in ["/nothing", "/api", "/api/v1/nothing", "/assets/nothing.css"] {
        assert_as_it_should_be(&client.get(path).await, StatusCode::NOT_FOUND, path);
    }
}

#[tokio::test]
async fn a_request_is_named_by_us_and_never_by_whoever_sends_it() {
    let world = World::new().await;
    let client = Client::new(&world, None);
    let forged = "4b0fca9e-3f0c-4a41-8a3c-0a8a8c8f5d10";
    let (one, other) = (client.with("x-request-id", forged).get("/").await, client.get("/").await);
    assert_ne!(one.headers["x-request-id"], forged);
    assert_ne!(one.headers["x-request-id"], other.headers["x-request-id"]);
    let peer: Peer = Peer("203.0.113.5:1".parse().unwrap());
    let mut request = Request::builder().uri("/").body(Body::empty()).unwrap();
    request.extensions_mut().insert(peer);
    assert_eq!(client.ask(request).await.status, StatusCode::OK);
}
