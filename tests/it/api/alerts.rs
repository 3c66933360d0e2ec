//! Alerts as they are shown: pairs, answers and how the messages went, and nothing older than the plan's history.

use super::{motorhome, person_with_key};
use crate::harness::World;
use chrono::{Days, TimeDelta};
use dev::sim::MailMisbehaviour;
use domain::{operator::Operator, plan::Plan};
use serde_json::{Value, json};

#[tokio::test]
async fn an_alert_of_a_pair_shows_both_sailings() {
    let world = World::new().await;
    let out = world.everything_is_full(1).remove(0);
    let home = world.first_day + Days::new(7);
    let back = world.sim.take_all(Operator::Harbour, "SAN-POR", home).unwrap().remove(0);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let mut both = motorhome(&world, 1);
    both["return"] = json!({"route": "SAN-POR", "dates": {"picked": [home]}, "rule": "both"});
    client.create(&both).await;
    world.poll().await;
    world.settle().await;
    world.open(&out);
    world.open(&back);
    world.an_hour_later().await;
    let alert = client.get("/api/v1/alerts").await.json()["data"][0].clone();
    assert_eq!((&alert["leg"], &alert["sailing"]["key"]), (&json!("outbound"), &json!(out.key)));
    assert_eq!(alert["return_sailing"]["key"], back.key);
    let of_class = |facts: &Value| {
        let classes = facts["classes"].as_array().unwrap().clone();
        classes.into_iter().find(|class| class["class"] == "motorhome").unwrap()["availability"].clone()
    };
    assert_eq!((of_class(&alert["facts"]), of_class(&alert["return_facts"])), (json!("available"), json!("available")));
}

#[tokio::test]
async fn what_a_mail_server_said_is_not_passed_on_and_our_own_reasons_are() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (alice, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    world.sim.misbehave_mail(MailMisbehaviour::RefuseAlways);
    world.open(&sailing);
    world.an_hour_later().await;
    let delivery = async || client.get("/api/v1/alerts").await.json()["data"][0]["deliveries"][0].clone();
    let retried = delivery().await;
    assert_eq!((&retried["state"], &retried["reason"]), (&json!("due"), &Value::Null));
    sqlx::query("update delivery set outcome = $1")
        .bind(format!("550 5.1.1 <{}> unknown", alice.email))
        .execute(&world.admin)
        .await
        .unwrap();
    assert_eq!(delivery().await, retried);
    sqlx::query("update delivery set state = 'failed', next_attempt_at = null, outcome = 'too_many_attempts'")
        .execute(&world.admin)
        .await
        .unwrap();
    assert_eq!(delivery().await["reason"], "too_many_attempts");
}

#[tokio::test]
async fn an_answer_shows_and_so_does_that_the_space_is_gone() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    sqlx::query("update alert set answer = 'keep', answered_at = $1")
        .bind(world.clock.now())
        .execute(&world.admin)
        .await
        .unwrap();
    world.fill(&sailing);
    world.an_hour_later().await;
    let alert = client.get("/api/v1/alerts").await.json()["data"][0].clone();
    assert_eq!((&alert["answer"], &alert["open"]), (&json!("keep"), &json!(false)));
    assert_eq!((&alert["closed_reason"], &alert["answered_at"]), (&json!("gone"), &json!("2026-07-01T13:00:00Z")));
    let motorhome = alert["facts"]["classes"].as_array().unwrap().iter().find(|one| one["class"] == "motorhome");
    assert_eq!(motorhome.unwrap()["availability"], "full", "the facts are those of now");
}

#[tokio::test]
async fn nothing_older_than_the_plans_history_is_shown() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let alert = client.get("/api/v1/alerts").await.json()["data"][0].clone();
    let old = world.clock.now() - TimeDelta::days(731);
    sqlx::query("update alert set released_at = $1").bind(old).execute(&world.admin).await.unwrap();
    assert_eq!(client.get("/api/v1/alerts").await.json()["data"], json!([]));
    let path = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.code(), "not_found");
}
