//! A tenant's share of what runs at once.

use crate::{
    api::{Client, motorhome},
    harness::{World, eventually},
};
use app::shield::Bounds;
use axum::http::{Method, StatusCode};
use domain::{key::Scope, plan::Plan};
use store::watch;

#[tokio::test]
async fn sr_ten_08_a_tenant_at_its_cap_gets_429_while_another_is_answered() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice", Plan::Fleet).await, world.person("Bob", Plan::Fleet).await);
    let bounds = Bounds { requests_per_tenant_at_once: 2, requests_per_address: 100_000, ..Bounds::default() };
    let router = app::router(world.web_with(bounds));
    let client = async |person| Client::of(router.clone(), Some(world.key(person, &[Scope::Read, Scope::Write]).await));
    let (alices, bobs) = (client(&alice).await, client(&bob).await);
    let mut browser = world.signed_in_at(router.clone(), &alice, domain::token::Token::mint([5; 32])).await;
    let mut other_browser = world.signed_in_at(router.clone(), &bob, domain::token::Token::mint([6; 32])).await;
    let page = format!("/t/{}", alice.tenant);
    let other_page = format!("/t/{}", bob.tenant);

    // Whoever counts what a tenant uses waits for whoever does so already: here, for this test.
    let mut holder = world.app.begin(&world.membership(&alice).await).await.unwrap();
    watch::lock_usage(&mut holder, None).await.unwrap();
    let wish = motorhome(&world, 1);
    let create = |client: Client| {
        let wish = wish.clone();
        tokio::spawn(async move { client.send(Method::POST, "/api/v1/watches", Some(&wish)).await })
    };
    let held = [create(alices.clone()), create(alices.clone())];
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                   and database = (select oid from pg_database where datname = current_database())";
    eventually("both wait", async || world.count(waiting).await == 2).await;

    let refused = alices.get("/api/v1/watches").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    assert_eq!(refused.headers["retry-after"], "1");
    assert!(refused.headers.contains_key("ratelimit"), "the minute's quota is told all the same");
    assert_eq!(browser.get(&page).await.status, StatusCode::TOO_MANY_REQUESTS, "keys and people share one cap");
    assert_eq!(browser.get("/account").await.status, StatusCode::OK, "what is the person's own is no tenant's");
    assert_eq!(bobs.get("/api/v1/watches").await.status, StatusCode::OK, "another tenant");
    assert_eq!(other_browser.get(&other_page).await.status, StatusCode::OK);

    drop(holder);
    for answer in held {
        assert_eq!(answer.await.unwrap().status, StatusCode::CREATED);
    }
    assert_eq!(alices.get("/api/v1/watches").await.status, StatusCode::OK, "seats are given back");
    assert_eq!(browser.get(&page).await.status, StatusCode::OK);
}
