//! How often an address and a tenant may ask, and whose address it is.

use crate::{api::Client, harness::World};
use app::{client::Peer, shield::Bounds};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::{key::Scope, plan::Plan};
use std::time::Duration;

/// The status of a request that came from a socket of `peer` with these forwarded addresses.
async fn ask(client: &Client, peer: &str, forwarded: &str) -> StatusCode {
    let mut request =
        Request::builder().uri("/bot").header("x-forwarded-for", forwarded).header("x-real-ip", forwarded);
    request = request.header("forwarded", format!("for={forwarded}"));
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(format!("{peer}:4711").parse().unwrap()));
    client.ask(request).await.status
}

#[tokio::test]
async fn sr_api_01_forged_addresses_neither_evade_the_limit_nor_use_up_anothers() {
    let world = World::new().await;
    let bounds =
        Bounds { requests_per_address: 2, request_again_after: Duration::from_secs(3_600), ..Bounds::default() };
    let mut app = world.web_with(bounds);
    app.proxies = "10.0.0.1".parse().unwrap();
    let client = Client::of(app::router(app), None);
    let (ok, often) = (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS);
    // Around the proxy: whatever is claimed, the socket counts.
    for (forwarded, status) in [("198.51.100.1", ok), ("198.51.100.2", ok), ("198.51.100.3", often)] {
        assert_eq!(ask(&client, "203.0.113.5", forwarded).await, status, "{forwarded}");
    }
    // Nobody who was named there has used up anything.
    assert_eq!(ask(&client, "198.51.100.1", "").await, ok);
    // Through the proxy: the address that the proxy saw counts, and not what was written before it.
    for (forwarded, status) in
        [("1.1.1.1, 192.0.2.9", ok), ("2.2.2.2, 192.0.2.9", ok), ("3.3.3.3, 192.0.2.9", often), ("192.0.2.10", ok)]
    {
        assert_eq!(ask(&client, "10.0.0.1", forwarded).await, status, "{forwarded}");
    }
}

#[tokio::test]
async fn a_tenants_keys_share_its_plans_quota_and_every_answer_says_what_is_left() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice", Plan::Pro).await, world.person("Bob", Plan::Pro).await);
    let router = app::router(world.web());
    let client = async |person| Client::of(router.clone(), Some(world.key(person, &[Scope::Read]).await));
    let (one, two, bobs) = (client(&alice).await, client(&alice).await, client(&bob).await);
    let mut asked = 0;
    let refused = loop {
        let answer = if asked % 2 == 0 { one.get("/api/v1/key").await } else { two.get("/api/v1/key").await };
        assert_eq!(answer.headers["ratelimit-policy"], "\"default\";q=120;w=60");
        assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"default\";r="));
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        asked += 1;
        // Some come back while we ask: one each half second.
        assert!(asked < 600, "there is no limit");
    };
    assert!(asked >= 120, "refused after {asked}");
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!(refused.headers["ratelimit"], "\"default\";r=0;t=60");
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(bobs.get("/api/v1/key").await.status, StatusCode::OK, "another tenant is not held up");
}
