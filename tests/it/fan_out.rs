//! From changes to alerts: who hears, when, and how often.

use crate::harness::{World, alice_waits, motorhome_days, today};
use chrono::{Days, TimeDelta};
use domain::{
    operator::Operator,
    plan::Plan,
    watch::{ReturnLeg, ReturnRule},
};

#[tokio::test]
async fn a_watch_that_is_true_when_it_begins_alerts_once_and_says_so() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    world.open(&sailing);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;

    world.poll().await;
    world.settle().await;
    world.an_hour_later().await;

    assert_eq!(world.sim.inbox().len(), 1);
    assert_eq!(world.count("select count(*) from alert where kind = 'already_open'").await, 1);
}

#[tokio::test]
async fn space_that_goes_and_comes_back_is_told_once_for_each_stretch() {
    let (world, sailing) = alice_waits().await;

    for told in 1..=3 {
        world.open(&sailing);
        world.an_hour_later().await;
        assert_eq!(world.sim.inbox().len(), told);
        world.fill(&sailing);
        world.an_hour_later().await;
        assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);
    }
}

#[tokio::test]
async fn a_watch_hears_nothing_of_sailings_and_sizes_it_did_not_ask_for() {
    let world = World::new().await;
    let sailing = world.everything_is_full(2).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    let mut tomorrow = motorhome_days(1);
    tomorrow.leg = crate::harness::leg("POR-SAN", today() + Days::new(11), today() + Days::new(11));
    world.watch(&world.person("Bob", Plan::Fleet).await, &tomorrow).await;
    world.poll().await;
    world.settle().await;

    world.sim.free(&sailing.place("car"), 3).unwrap();
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 0, "a car's space is none for a motorhome");

    world.open(&sailing);
    world.an_hour_later().await;
    let mails = world.sim.inbox();
    assert_eq!(mails.iter().flat_map(|mail| &mail.to).collect::<Vec<_>>(), ["alice@example.test"]);
}

#[tokio::test]
async fn a_slower_plan_hears_at_its_own_tick_and_only_if_the_space_is_still_there() {
    let world = World::new().await;
    let sailings = world.everything_is_full(1);
    let fast = world.person("Alice", Plan::Fleet).await;
    let slow = world.person("Bob", Plan::Free).await;
    world.watch(&fast, &motorhome_days(1)).await;
    world.watch(&slow, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    // Both stand just after a tick of the slow plan, so that its next tick is almost an hour away.
    world.an_hour_later().await;
    let tick: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select last_good_at from target").fetch_one(&world.admin).await.unwrap();
    let target = domain::id::TargetId(world.count("select id from target").await);
    let pace = domain::cadence::Pace { scale: domain::cadence::TimeScale::REAL, floor_s: 30, stretch_s: 0 };
    let hour = domain::cadence::interval(Plan::Free, &pace);
    let phase = domain::cadence::phase(target, pace.scale);
    let next = domain::cadence::next_tick(tick, phase, hour);
    world.clock.advance(next - tick + TimeDelta::seconds(61));
    world.poll().await;

    world.open(&sailings[0]);
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    world.settle().await;
    let to = || world.sim.inbox().into_iter().flat_map(|mail| mail.to).collect::<Vec<_>>();
    assert_eq!(to(), ["alice@example.test"], "the slow plan's tick is still to come");
    assert_eq!(world.count("select count(*) from alert where released_at is null").await, 1);

    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.settle().await;
    assert_eq!(to(), ["alice@example.test", "bob@example.test"]);

    world.open(&sailings[1]);
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    world.settle().await;
    world.fill(&sailings[1]);
    world.an_hour_later().await;
    assert_eq!(to().len(), 3, "space that was gone by the slow plan's tick is not told to it");
    let missed = "select count(*) from alert where released_at is null and closed_reason = 'gone'";
    assert_eq!(world.count(missed).await, 1);
}

#[tokio::test]
async fn a_return_watch_that_wants_both_legs_alerts_once_on_the_pair() {
    let world = World::new().await;
    let out = world.everything_is_full(1).remove(0);
    let home = today() + Days::new(17);
    let back = world.sim.take_all(Operator::Harbour, "SAN-POR", home).unwrap().remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    let way_back = ReturnLeg { leg: crate::harness::leg("SAN-POR", home, home), rule: ReturnRule::Both };
    world.watch_with_return(&alice, &motorhome_days(1), Some(&way_back)).await;
    world.poll().await;
    world.settle().await;

    world.open(&out);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 0, "one leg is not enough");

    world.open(&back);
    world.an_hour_later().await;
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1);
    assert!(world.sim.inbox()[0].text.as_deref().unwrap().contains("\nSantoña Sim to Portmouth Sim: "));

    world.fill(&out);
    world.an_hour_later().await;
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);
}

#[tokio::test]
async fn a_thousand_watches_of_one_opening_are_recorded_once_even_if_the_fan_out_is_done_twice() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    for _ in 0..1_000 {
        world.watch(&alice, &motorhome_days(1)).await;
    }
    world.poll().await;
    while world.count("select count(*) from watch_target where evaluated_at is null").await > 0 {
        world.parts.fan_out.sweep().await.unwrap();
    }
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    sqlx::query("update change set fanned_out_at = null").execute(&world.admin).await.unwrap();
    world.parts.fan_out.sweep().await.unwrap();

    assert_eq!(world.count("select count(*) from alert").await, 1_000);
    assert_eq!(world.count("select count(*) from delivery").await, 1_000);
}
