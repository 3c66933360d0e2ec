//! What a watch says of its checks: its own plan's, and nothing of anybody else's.

use crate::harness::{Person, World, motorhome_days};
use chrono::{DateTime, TimeDelta, Utc};
use dev::sim::Misbehaviour;
use domain::{cadence::TimeScale, operator::Operator, plan::Plan};
use store::check::{self, WatchCheck};

async fn checks(world: &World, person: &Person) -> WatchCheck {
    let mut tx = world.app.begin(&world.membership(person).await).await.unwrap();
    let mut found = check::wanted(&mut tx, Operator::Harbour, TimeScale::REAL, world.clock.now()).await.unwrap();
    assert_eq!(found.len(), 1, "one day is one question");
    found.remove(0)
}

/// Last check, next check and degraded since, minute by minute for an hour and a half, as Bob's free plan is shown them.
async fn what_bob_is_shown(with_alice: bool) -> Vec<(Option<DateTime<Utc>>, DateTime<Utc>, Option<DateTime<Utc>>)> {
    let world = World::new().await;
    world.everything_is_full(1);
    let bob = world.person("Bob", Plan::Free).await;
    world.watch(&bob, &motorhome_days(1)).await;
    if with_alice {
        let alice = world.person("Alice", Plan::Fleet).await;
        world.watch(&alice, &motorhome_days(1)).await;
    }
    let mut shown = Vec::new();
    for _ in 0..90 {
        world.poll().await;
        let WatchCheck { checks, wanted_from, .. } = checks(&world, &bob).await;
        let now = world.clock.now();
        let degraded = checks.degraded_since(Plan::Free, wanted_from, now);
        shown.push((checks.last_check(Plan::Free), checks.next_check(Plan::Free, None, now), degraded));
        world.clock.advance(TimeDelta::minutes(1));
    }
    shown
}

#[tokio::test]
async fn sr_api_05_nobody_is_shown_that_somebody_on_a_faster_plan_watches_the_same() {
    let (alone, beside_alice) = (what_bob_is_shown(false).await, what_bob_is_shown(true).await);
    assert_eq!(alone, beside_alice);
    let last: std::collections::BTreeSet<_> = alone.iter().map(|(last, _, _)| *last).collect();
    assert!((2..=3).contains(&last.len()), "the first check and one an hour: {last:?}");
    assert!(alone.iter().all(|(_, _, degraded)| degraded.is_none()));
}

#[tokio::test]
async fn a_watch_shows_since_when_its_own_checks_are_missed() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.sim.misbehave(Operator::Harbour, Misbehaviour::Blank);
    for _ in 0..5 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
    }
    let found = checks(&world, &alice).await;
    let since = found.checks.degraded_since(Plan::Fleet, found.wanted_from, world.clock.now()).unwrap();
    let last = found.checks.last_check(Plan::Fleet).unwrap();
    assert_eq!(since, last + TimeDelta::minutes(1));
    assert!(found.checks.next_check(Plan::Fleet, None, world.clock.now()) >= world.clock.now());
}
