//! What a plan may know: the facts of its own last tick, until its next one is served; and nothing of who else watches.

use super::{Client, motorhome, person_with_key};
use crate::harness::{Person, World, motorhome_days};
use chrono::{DateTime, TimeDelta, Utc};
use dev::sim::SimSailing;
use domain::{
    cadence::{Pace, TimeScale, interval, next_tick, phase},
    facts::Availability,
    id::TargetId,
    operator::Operator,
    plan::Plan,
};
use serde_json::Value;
use store::sailing::{self, Asked, ReleasedSailing};

/// The instant of a plan's next tick on the only target.
pub(crate) async fn next_tick_of(world: &World, plan: Plan) -> DateTime<Utc> {
    let target = TargetId(world.count("select id from target").await);
    let pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };
    next_tick(world.clock.now(), phase(target, pace.scale), interval(plan, &pace))
}

/// Moves to just after a tick of this plan and polls, so that its next tick is almost an interval away.
pub(crate) async fn just_after_a_tick_of(world: &World, plan: Plan) {
    world.clock.advance(next_tick_of(world, plan).await - world.clock.now() + TimeDelta::seconds(1));
    world.poll().await;
    world.settle().await;
}

/// Alice's fleet watches one full day.
async fn alice_watches() -> (World, SimSailing, Person) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    (world, sailing, alice)
}

/// What somebody on a plan may know of the sailings of the first day.
async fn known(world: &World, reader: &Person, plan: Plan) -> Vec<ReleasedSailing> {
    let mut tx = world.app.begin(&world.membership(reader).await).await.unwrap();
    let (route, day) = ("POR-SAN".parse().unwrap(), world.first_day);
    let operator = Operator::Harbour;
    let asked = Asked { operator, route: &route, from: day, to: day, class: None, plan, now: world.clock.now() };
    sailing::released(&mut tx, &asked, None, 100).await.unwrap().rows
}

/// What they may know of space for a motorhome on one of them.
async fn space(world: &World, reader: &Person, plan: Plan, sailing: &SimSailing) -> Option<Availability> {
    let known = known(world, reader, plan).await;
    let one = known.into_iter().find(|known| known.sailing.key.as_str() == sailing.key)?;
    Some(one.facts.availability(&"motorhome".parse().unwrap()))
}

#[tokio::test]
async fn sr_api_05_a_free_reader_sees_the_old_facts_until_its_tick_and_a_fleet_the_new_at_once() {
    let (world, sailing, alice) = alice_watches().await;
    let bob = world.person("Bob", Plan::Free).await;
    just_after_a_tick_of(&world, Plan::Free).await;
    let spaces = |count| Some(Availability::Available { spaces: Some(count) });

    // Two changes in the slow plan's hour: it sees neither, and what was before the first of them.
    for count in [1, 2] {
        world.sim.free(&sailing.place("motorhome"), count).unwrap();
        world.clock.advance(TimeDelta::minutes(2));
        world.poll().await;
        world.settle().await;
        assert_eq!(space(&world, &alice, Plan::Fleet, &sailing).await, spaces(count));
        assert_eq!(space(&world, &bob, Plan::Free, &sailing).await, Some(Availability::Full));
    }

    // At the tick itself nothing is released: a good poll must have served it.
    world.clock.advance(next_tick_of(&world, Plan::Free).await - world.clock.now());
    assert_eq!(space(&world, &bob, Plan::Free, &sailing).await, Some(Availability::Full));
    world.clock.advance(TimeDelta::seconds(90));
    world.poll().await;
    assert_eq!(space(&world, &bob, Plan::Free, &sailing).await, spaces(2));
}

#[tokio::test]
async fn a_sailing_that_a_plan_may_not_know_of_yet_is_absent() {
    let (world, sailing, alice) = alice_watches().await;
    let bob = world.person("Bob", Plan::Free).await;
    just_after_a_tick_of(&world, Plan::Free).await;
    // As if the operator had put this sailing on sale only now.
    for sql in [
        "delete from change where sailing_id = (select id from sailing where key = $1)",
        "delete from fact where sailing_id = (select id from sailing where key = $1)",
        "update target set digest = null where $1 <> ''",
    ] {
        sqlx::query(sql).bind(&sailing.key).execute(&world.admin).await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    assert_eq!(space(&world, &alice, Plan::Fleet, &sailing).await, Some(Availability::Full));
    assert_eq!(space(&world, &bob, Plan::Free, &sailing).await, None);
    assert!(!known(&world, &bob, Plan::Free).await.is_empty(), "the others are there");
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    assert_eq!(space(&world, &bob, Plan::Free, &sailing).await, Some(Availability::Full));
}

#[tokio::test]
async fn facts_whose_history_is_forgotten_are_still_known() {
    let (world, sailing, alice) = alice_watches().await;
    sqlx::query("delete from change").execute(&world.admin).await.unwrap();
    assert_eq!(space(&world, &alice, Plan::Free, &sailing).await, Some(Availability::Full));
}

/// What the API tells of one sailing: its motorhome space, and when it was checked.
async fn told(world: &World, client: &Client, sailing: &SimSailing) -> (Value, Value) {
    let day = world.first_day;
    let path = format!("/api/v1/operators/harbour/routes/POR-SAN/sailings?from={day}&to={day}");
    let list = client.get(&path).await.json();
    let one = list["data"].as_array().unwrap().iter().find(|one| one["key"] == sailing.key.as_str()).unwrap();
    let class = one["facts"]["classes"].as_array().unwrap().iter().find(|class| class["class"] == "motorhome").unwrap();
    (class["availability"].clone(), one["checked_at"].clone())
}

#[tokio::test]
async fn sr_api_05_over_the_api_a_slower_plan_sees_neither_the_new_facts_nor_that_somebody_checked() {
    let (world, sailing, _) = alice_watches().await;
    let (_, pro) = person_with_key(&world, "Paul", Plan::Pro).await;
    let (_, fleet) = person_with_key(&world, "Flora", Plan::Fleet).await;
    just_after_a_tick_of(&world, Plan::Pro).await;
    let before = told(&world, &pro, &sailing).await;
    assert_eq!(before.0, "full");
    let fleet_before = told(&world, &fleet, &sailing).await;

    world.open(&sailing);
    world.clock.advance(TimeDelta::seconds(61));
    world.poll().await;
    assert_eq!(told(&world, &pro, &sailing).await, before, "nothing shows that Alice's fleet has looked");
    let (space, checked) = told(&world, &fleet, &sailing).await;
    assert_eq!(space, "available");
    assert_ne!(checked, fleet_before.1);

    world.clock.advance(TimeDelta::seconds(61));
    world.poll().await;
    let (space, checked) = told(&world, &pro, &sailing).await;
    assert_eq!(space, "available");
    assert!(checked.as_str() > before.1.as_str());
}

#[tokio::test]
async fn an_alert_that_is_held_does_not_exist_until_its_plans_tick() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (_, fleet) = person_with_key(&world, "Flora", Plan::Fleet).await;
    let (_, pro) = person_with_key(&world, "Paul", Plan::Pro).await;
    fleet.create(&motorhome(&world, 1)).await;
    let watch = pro.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    just_after_a_tick_of(&world, Plan::Pro).await;

    world.open(&sailing);
    world.clock.advance(TimeDelta::seconds(61));
    world.poll().await;
    world.settle().await;
    let alerts = async |client: &Client| client.get("/api/v1/alerts").await.json()["data"].as_array().unwrap().clone();
    assert_eq!(alerts(&fleet).await.len(), 1);
    assert_eq!(alerts(&pro).await.len(), 0);
    let held: uuid::Uuid = sqlx::query_scalar("select id from alert where watch_id = $1::uuid")
        .bind(watch["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap())
        .fetch_one(&world.admin)
        .await
        .unwrap();
    assert_eq!(pro.get(&format!("/api/v1/alerts/{held}")).await.code(), "not_found");

    world.clock.advance(TimeDelta::seconds(61));
    world.poll().await;
    world.settle().await;
    assert_eq!(alerts(&pro).await[0]["id"], held.to_string());
}
