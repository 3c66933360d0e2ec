//! Pausing, resuming, changing and deleting over the API: what becomes of polls, alerts and messages.

use super::{Client, motorhome, person_with_key};
use crate::harness::World;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use dev::sim::SimSailing;
use domain::plan::Plan;
use serde_json::{Value, json};

/// Alice watches one day over the API; everything is full and known to be.
async fn waiting() -> (World, Client, Value, SimSailing) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let watch = client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    (world, client, watch, sailing)
}

/// How many polls an hour brings.
async fn polls_in_an_hour(world: &World) -> u64 {
    let before = world.sim.request_count();
    world.an_hour_later().await;
    world.sim.request_count() - before
}

#[tokio::test]
async fn a_paused_watch_is_not_polled_and_one_that_is_resumed_hears_what_is_open_now() {
    let (world, client, watch, sailing) = waiting().await;
    assert_eq!(polls_in_an_hour(&world).await, 1);
    let paused = client.on_watch(Method::POST, &watch, "/pause", None).await;
    assert_eq!((paused.status, &paused.json()["state"]), (StatusCode::OK, &json!("paused")));
    assert_eq!(paused.json()["next_check_at"], Value::Null);
    world.open(&sailing);
    assert_eq!(polls_in_an_hour(&world).await, 0, "nobody wants it any more");
    assert_eq!(world.sim.inbox().len(), 0);

    let resumed = client.on_watch(Method::POST, &watch, "/resume", None).await.json();
    assert_eq!(resumed["state"], "active");
    assert_eq!(resumed["version"], 2);
    assert_eq!(polls_in_an_hour(&world).await, 1);
    assert_eq!(world.sim.inbox().len(), 1);
    let alert = client.get("/api/v1/alerts").await.json()["data"][0].clone();
    assert_eq!(alert["kind"], "already_open", "{alert}");
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1, "once");
}

#[tokio::test]
async fn a_message_that_is_due_when_the_watch_is_paused_is_not_sent_and_resuming_tells_it_again() {
    let (world, client, watch, sailing) = waiting().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    client.on_watch(Method::POST, &watch, "/pause", None).await;
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 0);
    let alert = client.get("/api/v1/alerts").await.json()["data"][0].clone();
    assert_eq!((&alert["open"], &alert["closed_reason"]), (&json!(false), &json!("withdrawn")));
    assert_eq!(alert["deliveries"][0]["state"], "cancelled");
    assert_eq!(alert["deliveries"][0]["reason"], "watch_inactive");

    client.on_watch(Method::POST, &watch, "/resume", None).await;
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 1, "what is known is fresh, so nothing need be asked");
}

#[tokio::test]
async fn an_edit_is_judged_anew_and_ends_what_was_told_for_the_earlier_wish() {
    let (world, client, watch, sailing) = waiting().await;
    world.open(&sailing);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1);
    let longer = json!({"vehicle": {"kind": "motorhome", "length_mm": 9_000, "height_mm": 2_950, "width_mm": 2_300}});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&longer)).await;
    assert_eq!((changed.status, &changed.json()["version"]), (StatusCode::OK, &json!(2)), "{}", changed.json());
    assert_eq!(changed.json()["class"]["class"], "long");
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1, "there is no space for the longer one");

    let back = json!({"vehicle": watch["vehicle"]});
    client.on_watch(Method::PATCH, &watch, "", Some(&back)).await;
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 2, "and for the first one there is, still");
    assert_eq!(world.count("select count(*) from alert where kind = 'already_open' and watch_version = 3").await, 1);
}

#[tokio::test]
async fn a_message_that_is_due_for_the_wish_before_the_edit_is_not_sent() {
    let (world, client, watch, sailing) = waiting().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    let longer = json!({"vehicle": {"kind": "motorhome", "length_mm": 9_000, "height_mm": 2_950, "width_mm": 2_300}});
    client.on_watch(Method::PATCH, &watch, "", Some(&longer)).await;
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from delivery where outcome = 'watch_changed'").await, 1);
}

#[tokio::test]
async fn an_edit_of_the_days_asks_about_the_new_ones_and_no_more_about_the_old() {
    let (world, client, watch, _) = waiting().await;
    let day = world.first_day + chrono::Days::new(5);
    let later = json!({"leg": {"route": "POR-SAN", "dates": {"picked": [day]}}});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&later)).await.json();
    assert_eq!(changed["targets"].as_array().unwrap().len(), 1);
    assert!(changed["targets"][0]["question"].as_str().unwrap().ends_with(&day.to_string()));
    world.an_hour_later().await;
    let asked = world.sim.requests().last().unwrap().clone();
    assert!(format!("{asked:?}").contains(&day.to_string()), "{asked:?}");
    assert_eq!(world.count("select count(*) from target where plan is not null").await, 1);
}

#[tokio::test]
async fn a_note_or_a_channel_is_changed_without_another_version_and_alerts_stay() {
    let (world, client, watch, sailing) = waiting().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let aside = json!({"note": "for Ana", "stop_when_found": false, "channels": []});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&aside)).await.json();
    assert_eq!((&changed["version"], &changed["note"]), (&json!(1), &json!("for Ana")));
    assert_eq!((&changed["stop_when_found"], &changed["channels"]), (&json!(false), &json!([])));
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 1);
    let same = json!({"vehicle": watch["vehicle"], "leg": watch["leg"], "return": null});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&same)).await.json();
    assert_eq!(changed["version"], 1, "the same wish is no other wish");
    assert_eq!(changed["note"], "for Ana");
}

#[tokio::test]
async fn a_way_back_is_added_and_taken_away_again() {
    let (world, client, watch, _) = waiting().await;
    let day = world.first_day + chrono::Days::new(7);
    let with = json!({"return": {"route": "SAN-POR", "dates": {"picked": [day]}, "rule": "either"}});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&with)).await.json();
    assert_eq!(changed["return"]["route"], "SAN-POR", "{changed}");
    assert_eq!(changed["targets"][1]["leg"], "return");
    let without = client.on_watch(Method::PATCH, &watch, "", Some(&json!({"return": null}))).await.json();
    assert_eq!((&without["return"], &without["version"]), (&Value::Null, &json!(3)));
    assert_eq!(without["targets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_edit_for_a_version_that_has_moved_on_is_refused() {
    let (_, client, watch, _) = waiting().await;
    let edit = |version: i32| json!({"if_version": version, "party": {"adults": version + 2}});
    let first = client.on_watch(Method::PATCH, &watch, "", Some(&edit(1))).await;
    assert_eq!(first.status, StatusCode::OK);
    let second = client.on_watch(Method::PATCH, &watch, "", Some(&edit(1))).await;
    assert_eq!((second.status, second.code().as_str()), (StatusCode::CONFLICT, "conflict"));
}

#[tokio::test]
async fn a_deleted_watch_never_alerts_and_is_gone_with_its_alerts() {
    let (world, client, watch, sailing) = waiting().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    let deleted = client.on_watch(Method::DELETE, &watch, "", None).await;
    assert_eq!((deleted.status, deleted.body.len()), (StatusCode::NO_CONTENT, 0));
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from delivery where state = 'cancelled'").await, 1);
    assert_eq!(polls_in_an_hour(&world).await, 0);
    for (method, what) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::DELETE, ""),
        (Method::POST, "/pause"),
        (Method::POST, "/resume"),
    ] {
        let body = (method == Method::PATCH).then(|| json!({"note": "x"}));
        let answer = client.on_watch(method.clone(), &watch, what, body.as_ref()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {what}");
    }
    assert_eq!(client.get("/api/v1/watches").await.json()["data"], json!([]));
    assert_eq!(client.get("/api/v1/alerts").await.json()["data"], json!([]));
}

#[tokio::test]
async fn a_watch_that_has_ended_is_neither_changed_nor_resumed() {
    let (world, client, watch, _) = waiting().await;
    for state in ["stopped", "expired"] {
        sqlx::query("update watch set state = $1").bind(state).execute(&world.admin).await.unwrap();
        for (method, what, body) in [
            (Method::PATCH, "", Some(json!({"note": "x"}))),
            (Method::POST, "/pause", None),
            (Method::POST, "/resume", None),
        ] {
            let answer = client.on_watch(method, &watch, what, body.as_ref()).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "conflict"), "{state} {what}");
        }
    }
}

#[tokio::test]
async fn whatever_a_program_does_stands_in_the_audit_log_under_its_key() {
    let (world, client, watch, _) = waiting().await;
    client.on_watch(Method::PATCH, &watch, "", Some(&json!({"note": "x"}))).await;
    client.on_watch(Method::POST, &watch, "/pause", None).await;
    client.on_watch(Method::POST, &watch, "/resume", None).await;
    client.on_watch(Method::DELETE, &watch, "", None).await;
    let lines: Vec<String> =
        sqlx::query_scalar("select action from audit where actor like 'key:%' and subject = $1 order by at, action")
            .bind(watch["id"].as_str().unwrap())
            .fetch_all(&world.admin)
            .await
            .unwrap();
    assert_eq!(lines, ["watch.change", "watch.create", "watch.delete", "watch.pause", "watch.resume"]);
}
