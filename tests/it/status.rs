//! How checks of operators go, minute by minute: counted once by whoever comes first, remembered as days and incidents, read by anybody.

use crate::harness::{World, alice_waits, motorhome_days};
use chrono::{DateTime, Days, TimeDelta, Utc};
use dev::sim::Misbehaviour;
use domain::{operator::Operator, plan::Plan, status::Condition};
use futures::future::join_all;
use sqlx::AssertSqlSafe;
use store::status::{self, Incident, OperatorDay, Present, Seen};

async fn today(world: &World) -> OperatorDay {
    let day = world.clock.now().date_naive();
    let days = status::days(&mut world.app.look().await.unwrap(), day, day).await.unwrap();
    *days.iter().find(|day| day.operator == Operator::Harbour).unwrap()
}

async fn present(world: &World) -> Present {
    let present = status::present(&mut world.app.look().await.unwrap()).await.unwrap();
    *present.iter().find(|present| present.operator == Operator::Harbour).unwrap()
}

async fn incidents(world: &World) -> Vec<Incident> {
    let (since, now) = (world.clock.now() - TimeDelta::days(30), world.clock.now());
    status::incidents(&mut world.app.look().await.unwrap(), since, now).await.unwrap()
}

/// Good, degraded, paused and off minutes.
fn minutes(day: &OperatorDay) -> (u16, u16, u16, u16) {
    (day.good_min, day.degraded_min, day.paused_min, day.off_min)
}

/// Walks once a minute, this many times.
async fn walk(world: &World, times: u32) {
    for _ in 0..times {
        world.clock.advance(TimeDelta::minutes(1));
        world.parts.reconciler.walk().await.unwrap();
    }
}

/// Switches the operator off or on, as an administrator does.
async fn switch(world: &World, killed_at: &str) {
    let sql = format!("update operator set killed_at = {killed_at} where id = 'harbour'");
    sqlx::query(AssertSqlSafe(sql)).execute(&world.admin).await.unwrap();
}

#[tokio::test]
async fn a_minute_is_counted_once_however_many_workers_look() {
    let (world, _) = alice_waits().await;
    let other = world.another_worker().await;
    let before = minutes(&today(&world).await);
    for _ in 0..3 {
        world.clock.advance(TimeDelta::minutes(1));
        let walks = [&world.parts, &other, &world.parts, &other].map(|parts| parts.reconciler.walk());
        for walked in join_all(walks).await {
            walked.unwrap();
        }
        world.clock.advance(TimeDelta::seconds(59));
        world.parts.reconciler.walk().await.unwrap();
        world.clock.advance(-TimeDelta::seconds(59));
    }
    assert_eq!(minutes(&today(&world).await), (before.0 + 3, 0, 0, 0));
}

#[tokio::test]
async fn a_little_delay_is_made_up_for_and_a_long_silence_stays_a_gap() {
    let (world, _) = alice_waits().await;
    let good = today(&world).await.good_min;
    world.clock.advance(TimeDelta::minutes(3));
    world.parts.reconciler.walk().await.unwrap();
    assert_eq!(today(&world).await.good_min, good + 3);
    world.clock.advance(TimeDelta::minutes(40));
    world.parts.reconciler.walk().await.unwrap();
    assert_eq!(today(&world).await.good_min, good + 6);
    // A clock that is behind counts nothing again.
    let (operator, condition) = (Operator::Harbour, Condition::Good);
    let seen = Seen { operator, condition, checked_at: None, now: world.clock.now() - TimeDelta::minutes(1) };
    assert!(!world.parts.store.count_minute(&seen).await.unwrap());
}

#[tokio::test]
async fn a_day_ends_at_midnight_of_utc_and_never_holds_more_minutes_than_it_has() {
    let world = World::at("2026-07-01T23:58:30Z".parse().unwrap()).await;
    world.parts.reconciler.walk().await.unwrap();
    walk(&world, 3).await;
    let (from, to) = (world.clock.now().date_naive() - Days::new(1), world.clock.now().date_naive());
    let days = status::days(&mut world.app.look().await.unwrap(), from, to).await.unwrap();
    let of_harbour: Vec<_> = days.iter().filter(|day| day.operator == Operator::Harbour).collect();
    assert_eq!(of_harbour.iter().map(|day| (day.day, day.good_min)).collect::<Vec<_>>(), [(from, 2), (to, 2)]);
    let off = days.iter().find(|day| day.operator == Operator::Brittany).unwrap();
    assert_eq!(minutes(off), (0, 0, 0, 2), "what is not asked is counted as off");
}

#[tokio::test]
async fn what_does_not_answer_is_degraded_then_paused_and_one_incident_until_it_was_good_for_five_minutes() {
    let (world, _) = alice_waits().await;
    assert_eq!(present(&world).await.condition, Condition::Good);
    let began = world.clock.now();
    world.sim.misbehave(Operator::Harbour, Misbehaviour::Blank);
    // Each failure lets the next wait longer; the fifth in a row opens the breaker.
    for _ in 0..60 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
        if present(&world).await.condition == Condition::Paused {
            break;
        }
    }
    let ill = minutes(&today(&world).await);
    assert!(ill.1 >= 1 && ill.2 >= 1 && ill.3 == 0, "{ill:?}");
    assert_eq!(present(&world).await.condition, Condition::Paused);
    let [open] = incidents(&world).await[..] else { panic!("one incident") };
    assert_eq!((open.operator, open.what, open.ended_at), (Operator::Harbour, Condition::Paused, None));
    assert!(open.began_at >= began);

    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    for _ in 0..30 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
    }
    assert_eq!(present(&world).await.condition, Condition::Good);
    let [over] = incidents(&world).await[..] else { panic!("still one incident") };
    assert_eq!((over.id, over.began_at, over.what), (open.id, open.began_at, Condition::Paused));
    let ended_at = over.ended_at.unwrap();
    assert!(ended_at > open.began_at && ended_at <= world.clock.now() - TimeDelta::minutes(5), "{over:?}");
}

#[tokio::test]
async fn a_good_minute_in_between_does_not_end_an_incident_and_a_short_one_is_not_told() {
    let (world, _) = alice_waits().await;
    switch(&world, "now()").await;
    walk(&world, 2).await;
    assert!(incidents(&world).await.is_empty(), "waited out");
    switch(&world, "null").await;
    walk(&world, 2).await;
    switch(&world, "now()").await;
    walk(&world, 3).await;
    let [open] = incidents(&world).await[..] else { panic!("one incident") };
    assert_eq!((open.what, open.ended_at), (Condition::Off, None));
    assert_eq!(minutes(&today(&world).await).3, 5);
    switch(&world, "null").await;
    walk(&world, 6).await;
    assert_eq!(incidents(&world).await[0].ended_at, Some(open.began_at + TimeDelta::minutes(7)));
}

#[tokio::test]
async fn what_was_never_asked_is_off_and_no_incident() {
    let (world, _) = alice_waits().await;
    walk(&world, 10).await;
    assert!(incidents(&world).await.is_empty());
    let off = world.count("select off_min::bigint from operator_day where operator_id = 'brittany'").await;
    assert_eq!(off, 11);
}

#[tokio::test]
async fn sr_api_05_the_last_good_check_is_shown_as_the_slowest_plan_may_know_of_it() {
    let world = World::new().await;
    world.everything_is_full(1);
    assert_eq!(status::present(&mut world.app.look().await.unwrap()).await.unwrap(), []);
    world.parts.reconciler.walk().await.unwrap();
    assert_eq!(present(&world).await.checked_at, None, "nobody looked yet");
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    let mut shown: Vec<Option<DateTime<Utc>>> = Vec::new();
    for _ in 0..90 {
        world.poll().await;
        shown.push(present(&world).await.checked_at);
        world.clock.advance(TimeDelta::minutes(1));
    }
    let told: std::collections::BTreeSet<_> = shown.iter().flatten().collect();
    assert!(
        (2..=3).contains(&told.len()),
        "the first check and one an hour, though a fleet is checked each minute: {told:?}"
    );
    assert!(shown.is_sorted());
}

#[tokio::test]
async fn the_seeded_quarter_holds_full_days_but_for_what_happened() {
    let world = World::new().await;
    for _ in 0..2 {
        dev::world::seed(&world.database.super_url(), world.clock.now().date_naive()).await.unwrap();
    }
    let today = world.clock.now().date_naive();
    let mut look = world.app.look().await.unwrap();
    let days = status::days(&mut look, today - Days::new(90), today).await.unwrap();
    assert_eq!(days.len(), 90 * Operator::ALL.len());
    let short: Vec<_> =
        days.iter().filter(|day| minutes(day).0 + minutes(day).1 + minutes(day).2 + minutes(day).3 != 1_440).collect();
    assert_eq!(short.len(), Operator::ALL.len(), "one morning when nobody looked");
    let told = status::incidents(&mut look, world.clock.now() - TimeDelta::days(90), world.clock.now()).await.unwrap();
    assert_eq!(told.len(), 4);
    for incident in told {
        let day =
            days.iter().find(|day| day.operator == incident.operator && day.day == incident.began_at.date_naive());
        let (good, degraded, paused, off) = minutes(day.unwrap());
        let lasted = (incident.ended_at.unwrap() - incident.began_at).num_minutes();
        assert_eq!(i64::from(degraded + paused + off), lasted);
        assert_eq!(i64::from(good), 1_440 - lasted);
    }
}
