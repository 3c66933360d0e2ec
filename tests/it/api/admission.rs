//! Plans over the API: limits hold under any number of requests at once, and a refusal says which, how much it allows and
//! how much was wanted.

use super::{Answer, motorhome, person_with_key};
use crate::harness::{World, motorhome_days};
use axum::http::{Method, StatusCode};
use domain::plan::Plan;
use futures::future::join_all;
use serde_json::{Value, json};

/// What a refusal says.
fn refusal(answer: &Answer) -> (Value, Value, Value) {
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "plan_limit"), "{}", answer.json());
    let problem = answer.json();
    (problem["limit"].clone(), problem["allowed"].clone(), problem["wanted"].clone())
}

#[tokio::test]
async fn sr_auz_07_fifty_creates_at_once_leave_exactly_as_many_watches_as_the_plan_allows() {
    let world = World::new().await;
    let (alice, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    for _ in 0..40 {
        world.watch(&alice, &motorhome_days(1)).await;
    }
    let watch = motorhome(&world, 1);
    let answers = join_all((0..50).map(|_| client.send(Method::POST, "/api/v1/watches", Some(&watch)))).await;
    let made = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(world.count("select count(*) from watch where state = 'active'").await, 50);
    assert_eq!(made, 10);
    for refused in answers.iter().filter(|answer| answer.status != StatusCode::CREATED) {
        assert_eq!(refusal(refused), (json!("active_watches"), json!(50), json!(51)));
    }
}

#[tokio::test]
async fn sr_auz_07_days_are_counted_together_and_a_change_or_a_resume_needs_room_too() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let mut made = Vec::new();
    for days in [62, 62, 62, 62, 62, 62, 62, 62] {
        made.push(client.create(&motorhome(&world, days)).await);
    }
    let answer = client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 5))).await;
    assert_eq!(refusal(&answer), (json!("watched_days"), json!(500), json!(501)));
    let small = client.create(&motorhome(&world, 4)).await;
    let before = world.digest().await;
    let wider = json!({"leg": motorhome(&world, 5)["leg"]});
    let answer = client.on_watch(Method::PATCH, &small, "", Some(&wider)).await;
    assert_eq!(refusal(&answer), (json!("watched_days"), json!(500), json!(501)));
    assert_eq!(world.digest().await, before, "a refusal changes nothing");

    client.on_watch(Method::POST, &made[0], "/pause", None).await;
    let answer = client.on_watch(Method::PATCH, &small, "", Some(&wider)).await;
    assert_eq!(answer.status, StatusCode::OK, "a paused watch counts for nothing");
    let answer = client.on_watch(Method::POST, &made[0], "/resume", None).await;
    assert_eq!(refusal(&answer), (json!("watched_days"), json!(500), json!(501)));
    let narrower = json!({"leg": motorhome(&world, 61)["leg"]});
    client.on_watch(Method::PATCH, &made[0], "", Some(&narrower)).await;
    let answer = client.on_watch(Method::POST, &made[0], "/resume", None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
}

#[tokio::test]
async fn sr_auz_07_resumes_at_once_pass_no_limit_either() {
    let world = World::new().await;
    let (alice, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    for _ in 0..60 {
        world.watch(&alice, &motorhome_days(1)).await;
    }
    sqlx::query("update watch set state = 'paused'").execute(&world.admin).await.unwrap();
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select id from watch").fetch_all(&world.admin).await.unwrap();
    let resume =
        async |id: &uuid::Uuid| client.send(Method::POST, &format!("/api/v1/watches/{id}/resume"), None).await.status;
    let statuses = join_all(ids.iter().map(resume)).await;
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 50);
    assert_eq!(world.count("select count(*) from watch where state = 'active'").await, 50);
}
