//! POSTs with an `Idempotency-Key`: done once, answered alike, and refused where the key stands for something else.

use super::{Answer, Client, motorhome, person_with_key};
use crate::harness::World;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use chrono::TimeDelta;
use domain::plan::Plan;
use futures::future::join_all;
use serde_json::{Value, json};
use store::lock::Lock;

async fn create(client: &Client, key: &str, watch: &Value) -> Answer {
    client.with("idempotency-key", key).send(Method::POST, "/api/v1/watches", Some(watch)).await
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

async fn watches(world: &World) -> i64 {
    world.count("select count(*) from watch").await
}

#[tokio::test]
async fn sr_api_04_the_same_request_is_done_once_and_answered_with_the_same_status_and_body() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let first = create(&client, "k-1", &motorhome(&world, 1)).await;
    assert_eq!((first.status, is_replayed(&first)), (StatusCode::CREATED, false));
    world.clock.advance(TimeDelta::hours(23));
    let again = create(&client, "k-1", &motorhome(&world, 1)).await;
    assert_eq!((again.status, is_replayed(&again)), (StatusCode::CREATED, true));
    assert_eq!(again.body, first.body);
    assert_eq!(watches(&world).await, 1);
    assert_eq!(world.count("select count(*) from audit where action = 'watch.create'").await, 1);

    create(&client, "k-2", &motorhome(&world, 1)).await;
    client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    assert_eq!(watches(&world).await, 4, "another key, or none, is another request");
}

#[tokio::test]
async fn sr_api_04_another_request_under_the_same_key_is_refused() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    create(&client, "k", &motorhome(&world, 1)).await;
    let before = world.digest().await;
    let other = create(&client, "k", &motorhome(&world, 2)).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert_eq!(other.json()["errors"][0]["field"], "Idempotency-Key");
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn sr_api_04_of_many_at_once_one_is_done_and_the_others_are_told_the_same_or_to_ask_again() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let watch = motorhome(&world, 1);
    let answers = join_all((0..12).map(|_| create(&client, "k", &watch))).await;
    let done = answers.iter().filter(|answer| answer.status == StatusCode::CREATED);
    assert!(done.clone().filter(|answer| !is_replayed(answer)).count() == 1, "{answers:?}");
    let bodies: Vec<_> = done.map(|answer| &answer.body).collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    let others = answers.iter().filter(|answer| answer.status != StatusCode::CREATED);
    assert!(others.clone().all(|answer| answer.status == StatusCode::CONFLICT), "{answers:?}");
    assert_eq!(watches(&world).await, 1);
}

#[tokio::test]
async fn a_request_that_is_being_done_is_neither_done_twice_nor_waited_for() {
    let world = World::new().await;
    let (alice, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let mut other = world.admin.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(Lock::Repeat(alice.tenant, "POST /api/v1/watches", "k").number())
        .execute(&mut *other)
        .await
        .unwrap();
    let answer = create(&client, "k", &motorhome(&world, 1)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    assert_eq!(watches(&world).await, 0);
    other.rollback().await.unwrap();
    assert_eq!(create(&client, "k", &motorhome(&world, 1)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day_and_then_forgotten() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    create(&client, "k", &motorhome(&world, 1)).await;
    world.clock.advance(TimeDelta::hours(25));
    let again = create(&client, "k", &motorhome(&world, 2)).await;
    assert_eq!((again.status, is_replayed(&again)), (StatusCode::CREATED, false), "not pruned yet, but too old");
    assert_eq!(world.count("select count(*) from idempotency").await, 1);
    world.clock.advance(TimeDelta::hours(25));
    workers::prune::prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    assert_eq!(world.count("select count(*) from idempotency").await, 0);
}

#[tokio::test]
async fn a_request_that_was_refused_may_be_mended_and_sent_again_under_its_key() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let mut wrong = motorhome(&world, 1);
    wrong["vehicle"]["length_mm"] = 1.into();
    assert_eq!(create(&client, "k", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(create(&client, "k", &motorhome(&world, 1)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn sr_api_04_a_key_means_one_thing_for_each_tenant_and_each_address() {
    let world = World::new().await;
    let (_, alice) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let (_, bob) = person_with_key(&world, "Bob", Plan::Fleet).await;
    let one = create(&alice, "k", &motorhome(&world, 1)).await.json();
    let bobs = create(&bob, "k", &motorhome(&world, 2)).await;
    assert_eq!((bobs.status, is_replayed(&bobs)), (StatusCode::CREATED, false));
    let two = create(&alice, "k-2", &motorhome(&world, 1)).await.json();
    let keyed = alice.with("idempotency-key", "k");
    for (watch, what, replayed) in [
        (&one, "/pause", false),
        (&two, "/pause", false),
        (&one, "/pause", true),
        (&one, "/resume", false),
        (&one, "/resume", true),
    ] {
        let answer = keyed.on_watch(Method::POST, watch, what, None).await;
        assert_eq!((answer.status, is_replayed(&answer)), (StatusCode::OK, replayed), "{what}: {}", answer.json());
    }
    assert_eq!(world.count("select count(*) from watch where state = 'paused'").await, 1);
    assert_eq!(world.count("select max(version)::bigint from watch").await, 2, "resumed once");
}

#[tokio::test]
async fn a_key_that_is_no_short_printable_text_is_refused() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let send = async |values: &[&[u8]]| {
        let mut request = Request::builder().method(Method::POST).uri("/api/v1/watches");
        request = request.header(header::CONTENT_TYPE, "application/json");
        for value in values {
            request = request.header("idempotency-key", HeaderValue::from_bytes(value).unwrap());
        }
        client.ask(request.body(motorhome(&world, 1).to_string().into()).unwrap()).await.status
    };
    let long = [b'k'; 256];
    for bad in [&[&b""[..]][..], &[&long[..]], &[&b"a\tb"[..]], &["é".as_bytes()], &[&b"a"[..], &b"a"[..]]] {
        assert_eq!(send(bad).await, StatusCode::BAD_REQUEST, "{bad:?}");
    }
    assert_eq!(send(&[&long[..255]]).await, StatusCode::CREATED);
    assert_eq!(json!(watches(&world).await), json!(1));
}
