//! Operators, routes and channels as they are shown.

use super::{Client, person_with_key};
use crate::harness::World;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::{access::Role, key::Scope, operator::Operator, plan::Plan};
use serde_json::{Value, json};

#[tokio::test]
async fn an_operator_says_whether_it_is_asked_and_if_not_why() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let list = client.get("/api/v1/operators").await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), Operator::ALL.len());
    let harbour = client.get("/api/v1/operators/harbour").await.json();
    assert_eq!((&harbour["state"], &harbour["why"]), (&json!("asked"), &Value::Null));
    assert_eq!(harbour["classes"][2]["class"], "motorhome");
    assert_eq!((&harbour["currency"], &harbour["floor_s"]), (&json!("EUR"), &json!(30)));
    let ferries = client.get("/api/v1/operators/bc_ferries").await.json();
    assert_eq!(ferries["state"], "disabled");
    assert!(ferries["why"].as_str().unwrap().contains("terms of use"), "{ferries}");
    let until = world.clock.now() + TimeDelta::minutes(5);
    sqlx::query("update operator set open_until = $1").bind(until).execute(&world.admin).await.unwrap();
    let paused = client.get("/api/v1/operators/harbour").await.json();
    assert_eq!((&paused["state"], &paused["paused_until"]), (&json!("paused"), &json!("2026-07-01T12:05:00Z")));
    sqlx::query("update operator set killed_at = now()").execute(&world.admin).await.unwrap();
    assert_eq!(client.get("/api/v1/operators/harbour").await.json()["state"], "stopped");
    assert_eq!(client.get("/api/v1/operators/titanic").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_route_says_on_whose_clock_it_leaves_and_how_often_it_is_checked() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let routes = client.get("/api/v1/operators/harbour/routes").await.json();
    assert_eq!(routes["data"].as_array().unwrap().len(), 4);
    let path = "/api/v1/operators/harbour/routes/POR-ISL";
    let route = client.get(path).await.json();
    assert_eq!(route["to"], json!({"code": "ISL", "name": "Isla Sim", "zone": "Atlantic/Canary"}));
    assert_eq!((&route["asked"], &route["effective_interval_s"]), (&json!(true), &json!(120)));
    assert_eq!(route["interval_why"], Value::Null);
    sqlx::query("update operator set stretch_s = 900").execute(&world.admin).await.unwrap();
    let stretched = client.get(path).await.json();
    assert_eq!(stretched["effective_interval_s"], 900);
    assert!(stretched["interval_why"].as_str().unwrap().contains("requests are shared"), "{stretched}");
    let off = client.get("/api/v1/operators/bc_ferries/routes/TSA-SWB").await.json();
    assert_eq!(off["asked"], false);
    for missing in ["harbour/routes/TSA-SWB", "harbour/routes/x%20y", "bc_ferries/routes/POR-SAN/sailings"] {
        assert_eq!(
            client.get(&format!("/api/v1/operators/{missing}")).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
}

#[tokio::test]
async fn an_address_is_shown_to_its_owner_and_masked_for_others() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let theo = world.member(alice.tenant, "Theo", Role::Viewer).await;
    sqlx::query("update channel set verified_at = null, created_at = now() + interval '1 hour' where id = $1")
        .bind(theo.channel.0)
        .execute(&world.admin)
        .await
        .unwrap();
    let client = Client::new(&world, Some(world.key(&alice, &[Scope::Read]).await));
    let channels = client.get("/api/v1/channels").await.json();
    let shown: Vec<_> = channels["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["address"], &one["yours"], &one["verified"]))
        .collect();
    assert_eq!(
        shown,
        [
            (&json!("alice@example.test"), &json!(true), &json!(true)),
            (&json!("t…@example.test"), &json!(false), &json!(false)),
        ]
    );
    let one = client.get(&format!("/api/v1/channels/{}", theo.channel)).await.json();
    assert_eq!(one, channels["data"][1]);
}
