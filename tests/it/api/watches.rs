//! Watches made over the API: they alert like any, say what will be asked and when, and are refused with the field and
//! the reason.

use super::{motorhome, person_with_key};
use crate::harness::World;
use axum::http::{Method, StatusCode};
use chrono::{DateTime, Days, TimeDelta, Utc};
use dev::sim::Misbehaviour;
use domain::{operator::Operator, plan::Plan};
use serde_json::{Value, json};

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_watch_made_over_the_api_alerts_by_mail_and_the_alert_is_there_to_read() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (alice, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let watch = client.create(&motorhome(&world, 1)).await;
    assert_eq!(watch["channels"], json!([alice.channel.0]), "its maker's confirmed channels");
    world.poll().await;
    world.settle().await;
    assert_eq!(client.get("/api/v1/alerts").await.json()["data"], json!([]));

    world.open(&sailing);
    world.an_hour_later().await;

    let mails = world.sim.inbox();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [alice.email.as_str()]);
    let alerts = client.get("/api/v1/alerts").await.json();
    let alert = &alerts["data"][0];
    assert_eq!(alerts["data"].as_array().unwrap().len(), 1);
    assert_eq!(alert["watch"], watch["id"]);
    assert_eq!((alert["kind"].as_str(), alert["class"].as_str()), (Some("opening"), Some("motorhome")));
    assert_eq!(alert["sailing"]["key"], sailing.key);
    assert!(alert["sailing"]["booking_link"].as_str().unwrap().starts_with("https://"));
    assert_eq!(alert["deliveries"][0]["state"], "sent");
    assert!(!alerts.to_string().contains(&alice.email), "no address in an alert");
    let one = client.get(&format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap())).await.json();
    assert_eq!(&one, alert);
}

#[tokio::test]
async fn a_watch_says_when_it_was_and_will_be_checked_for_its_own_plan() {
    let world = World::new().await;
    world.everything_is_full(2);
    let (_, pro) = person_with_key(&world, "Bob", Plan::Pro).await;
    let (_, fleet) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let watch = pro.create(&motorhome(&world, 2)).await;
    assert_eq!(watch["last_check_at"], Value::Null);
    fleet.create(&motorhome(&world, 2)).await;
    world.poll().await;
    let mut told = Vec::new();
    for _ in 0..6 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
        let shown = pro.on_watch(Method::GET, &watch, "", None).await.json();
        let (last, next) = (instant(&shown["last_check_at"]), instant(&shown["next_check_at"]));
        assert!(last <= world.clock.now() && world.clock.now() <= next && next - last <= TimeDelta::minutes(4));
        for target in shown["targets"].as_array().unwrap() {
            told.push((instant(&target["last_check_at"]), target["question"].as_str().unwrap().to_owned()));
        }
    }
    let mut of_first: Vec<_> = told.iter().filter(|one| one.1 == told[0].1).map(|one| one.0).collect();
    of_first.dedup();
    let ticks: Vec<_> = of_first.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // The first may be the target's birth, which is no tick.
    assert!(
        ticks.iter().skip(1).all(|gap| *gap == TimeDelta::minutes(2)),
        "{ticks:?}: polls each minute leave no trace"
    );
    assert!(ticks.len() <= 4, "{of_first:?}");
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named_with_its_reason() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let mut wrong = motorhome(&world, 1);
    wrong["leg"]["route"] = "POR-MARS".into();
    wrong["vehicle"]["length_mm"] = 50.into();
    wrong["party"]["adults"] = 0.into();
    wrong["return"] = json!({"route": "SAN-POR", "dates": {"picked": ["2020-01-01"]}, "rule": "both"});
    wrong["note"] = "x".repeat(501).into();
    wrong["channels"] = json!(["00000000-0000-4000-8000-000000000000"]);
    let answer = client.send(Method::POST, "/api/v1/watches", Some(&wrong)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    let problem = answer.json();
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    let expected =
        ["leg.route", "vehicle.length_mm", "party.adults", "return.dates", "return.dates", "note", "channels"];
    assert_eq!(fields, expected, "{problem}");

    for (path, value, field) in [
        ("/vehicle/kind", json!("tank"), "vehicle.kind"),
        ("/vehicle/length_mm", json!("long"), "vehicle.length_mm"),
        ("/leg/route", json!("POR SAN"), "leg.route"),
        ("/leg/dates", json!({"range": {"from": "2026-13-01", "to": "2026-12-01"}}), "leg.dates.range.from"),
        ("/leg/dates", json!({}), "leg.dates"),
        (
            "/leg/dates",
            json!({"picked": ["2026-12-01"], "range": {"from": "2026-12-01", "to": "2026-12-01"}}),
            "leg.dates",
        ),
        ("/operator", json!("titanic"), "operator"),
    ] {
        let mut wrong = motorhome(&world, 1);
        *wrong.pointer_mut(path).unwrap() = value;
        let answer = client.send(Method::POST, "/api/v1/watches", Some(&wrong)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.json());
    }
    assert_eq!(world.count("select count(*) from watch").await, 0);
}

#[tokio::test]
async fn an_operator_that_nobody_asks_is_refused_with_the_reason_and_one_that_pauses_is_not() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let mut ferries = motorhome(&world, 1);
    ferries["operator"] = "bc_ferries".into();
    ferries["leg"]["route"] = "TSA-SWB".into();
    ferries["vehicle"]["length_mm"] = 5_500.into();
    ferries["vehicle"]["height_mm"] = 2_000.into();
    let answer = client.send(Method::POST, "/api/v1/watches", Some(&ferries)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "operator_off"));
    assert!(answer.json()["detail"].as_str().unwrap().contains("terms of use"), "{}", answer.json());

    sqlx::query("update operator set open_until = $1 where id = 'harbour'")
        .bind(world.clock.now() + TimeDelta::minutes(10))
        .execute(&world.admin)
        .await
        .unwrap();
    let watch = client.create(&motorhome(&world, 1)).await;
    assert_eq!(watch["next_check_at"], "2026-07-01T12:10:00Z");
    assert!(watch["warnings"][0].as_str().unwrap().contains("2026-07-01T12:10:00Z"), "{watch}");

    sqlx::query("update operator set lacks_setting = 'FERRY_WSF_ACCESS_CODE'").execute(&world.admin).await.unwrap();
    let answer = client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    assert!(answer.json()["detail"].as_str().unwrap().contains("has no FERRY_WSF_ACCESS_CODE"), "{}", answer.json());

    sqlx::query("update operator set lacks_setting = null, killed_at = now()").execute(&world.admin).await.unwrap();
    let answer = client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    assert_eq!(answer.code(), "operator_off");
    let shown = client.on_watch(Method::GET, &watch, "", None).await.json();
    assert_eq!(shown["next_check_at"], Value::Null, "nobody asks, so nobody promises");
}

#[tokio::test]
async fn a_watch_says_since_when_its_checks_are_missed_and_no_longer_once_they_work() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let watch = client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.sim.misbehave(Operator::Harbour, Misbehaviour::Blank);
    for _ in 0..3 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
    }
    let shown = client.on_watch(Method::GET, &watch, "", None).await.json();
    assert!(instant(&shown["degraded_since"]) > instant(&shown["last_check_at"]), "{shown}");
    assert_eq!(shown["targets"][0]["degraded_since"], shown["degraded_since"]);

    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.clock.advance(TimeDelta::minutes(10));
    world.poll().await;
    let shown = client.on_watch(Method::GET, &watch, "", None).await.json();
    assert_eq!(shown["degraded_since"], Value::Null);
}

#[tokio::test]
async fn only_the_makers_own_channels_may_be_named() {
    let world = World::new().await;
    let (alice, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let (bob, _) = person_with_key(&world, "Bob", Plan::Pro).await;
    for foreign in [bob.channel.0, uuid::Uuid::new_v4()] {
        let mut watch = motorhome(&world, 1);
        watch["channels"] = json!([foreign]);
        let answer = client.send(Method::POST, "/api/v1/watches", Some(&watch)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reason = answer.json()["errors"][0]["reason"].as_str().unwrap().replace(&foreign.to_string(), "");
        assert_eq!(reason, " is no channel of whoever makes the watch", "a foreign one is as unknown as a missing one");
    }
    let mut own = motorhome(&world, 1);
    own["channels"] = json!([alice.channel.0]);
    own["note"] = "Christmas at Ana's".into();
    own["stop_when_found"] = false.into();
    let watch = client.create(&own).await;
    assert_eq!((&watch["note"], &watch["stop_when_found"]), (&json!("Christmas at Ana's"), &json!(false)));
    own["channels"] = json!([]);
    let silent = client.create(&own).await;
    assert!(silent["warnings"][0].as_str().unwrap().contains("no channel"), "{silent}");
}

#[tokio::test]
async fn what_an_operator_tells_only_later_is_checked_from_then_on() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Pro).await;
    let mut far = motorhome(&world, 1);
    let day = world.clock.now().date_naive() + Days::new(400);
    far["leg"]["dates"] = json!({"picked": [day]});
    let watch = client.create(&far).await;
    let next: DateTime<Utc> = watch["next_check_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(watch["targets"][0]["asked_from"], watch["next_check_at"]);
    assert!(next > world.clock.now() + TimeDelta::days(30), "{watch}");
}
