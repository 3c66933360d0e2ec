//! A sailing over time: the steps a plan was told, at the instants from which it could know.

use super::{alice_watches, motorhome, route};
use crate::{
    api::released::{just_after_a_tick_of, next_tick_of},
    harness::World,
};
use chrono::{DateTime, TimeDelta, Utc};
use dev::sim::SimSailing;
use domain::{facts::Availability, operator::Operator, plan::Plan};
use store::timeline::{self, AskedSteps, Step};

const LONG_AGO: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;

async fn steps(world: &World, sailing: &SimSailing, plan: Plan, since: DateTime<Utc>) -> Vec<Step> {
    let (route, class, key) = (route(), motorhome(), sailing.key.parse().unwrap());
    let (operator, now) = (Operator::Harbour, world.clock.now());
    let asked = AskedSteps { operator, route: &route, key: &key, class: &class, plan, since, now };
    timeline::steps(&mut world.app.look().await.unwrap(), &asked).await.unwrap()
}

/// The steps in short: when, and how many spaces there were, none for a full sailing.
async fn told(world: &World, sailing: &SimSailing, plan: Plan, since: DateTime<Utc>) -> Vec<(DateTime<Utc>, u32)> {
    let spaces = |step: Step| match step.facts.map(|facts| facts.availability) {
        Some(Availability::Available { spaces }) => spaces.unwrap(),
        Some(Availability::Full) => 0,
        other => panic!("{other:?}"),
    };
    steps(world, sailing, plan, since).await.into_iter().map(|step| (step.at, spaces(step))).collect()
}

/// So many spaces are seen in two minutes; returns when.
async fn seen(world: &World, sailing: &SimSailing, spaces: u32) -> DateTime<Utc> {
    world.clock.advance(TimeDelta::minutes(2));
    world.sim.free(&sailing.place("motorhome"), spaces).unwrap();
    world.poll().await;
    world.settle().await;
    world.clock.now()
}

#[tokio::test]
async fn sr_api_05_each_step_stands_at_the_instant_from_which_the_plan_could_know() {
    let (world, sailing, _) = alice_watches().await;
    let first = told(&world, &sailing, Plan::Fleet, LONG_AGO).await;
    assert_eq!(first, told(&world, &sailing, Plan::Free, LONG_AGO).await, "the first look serves every plan");
    just_after_a_tick_of(&world, Plan::Free).await;
    let (once, twice, thrice) =
        (seen(&world, &sailing, 2).await, seen(&world, &sailing, 0).await, seen(&world, &sailing, 3).await);

    let fleet = [first[0], (once, 2), (twice, 0), (thrice, 3)];
    assert_eq!(told(&world, &sailing, Plan::Fleet, LONG_AGO).await, fleet);
    assert_eq!(told(&world, &sailing, Plan::Free, LONG_AGO).await, first, "nothing before its tick");

    // At the tick itself nothing is released: a good poll must have served it. Then the last of the three, at the tick.
    let tick = next_tick_of(&world, Plan::Free).await;
    world.clock.advance(tick - world.clock.now());
    assert_eq!(told(&world, &sailing, Plan::Free, LONG_AGO).await, first);
    world.clock.advance(TimeDelta::seconds(90));
    world.poll().await;
    assert_eq!(told(&world, &sailing, Plan::Free, LONG_AGO).await, [first[0], (tick, 3)]);
    assert_eq!(told(&world, &sailing, Plan::Fleet, LONG_AGO).await, fleet, "nothing new");
}

#[tokio::test]
async fn a_timeline_begins_with_what_held_then_and_tells_each_difference_once() {
    let (world, sailing, _) = alice_watches().await;
    let first = told(&world, &sailing, Plan::Fleet, LONG_AGO).await[0];
    let (once, twice) = (seen(&world, &sailing, 2).await, seen(&world, &sailing, 5).await);
    // Another class of the same sailing, which is a change and no step.
    world.sim.free(&sailing.place("car"), 7).unwrap();
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    let told = async |since| told(&world, &sailing, Plan::Fleet, since).await;
    assert_eq!(told(LONG_AGO).await, [first, (once, 2), (twice, 5)]);
    assert_eq!(told(once - TimeDelta::seconds(1)).await, [first, (once, 2), (twice, 5)]);
    assert_eq!(told(once).await, [(once, 2), (twice, 5)]);
    assert_eq!(told(world.clock.now()).await, [(twice, 5)]);

    // What is so old that it is forgotten is told by what came after it.
    sqlx::query("delete from change where before is null").execute(&world.admin).await.unwrap();
    assert_eq!(told(LONG_AGO).await, [(LONG_AGO, 0), (once, 2), (twice, 5)]);
    // Facts are forgotten soon after a sailing left, its history is not.
    sqlx::query("delete from fact").execute(&world.admin).await.unwrap();
    assert_eq!(told(twice).await, [(twice, 5)]);
}

#[tokio::test]
async fn of_a_sailing_that_nobody_looked_at_there_is_nothing_to_tell() {
    let (world, sailing, _) = alice_watches().await;
    let other = SimSailing { key: "H-20300101-1".to_owned(), ..sailing };
    assert_eq!(steps(&world, &other, Plan::Fleet, LONG_AGO).await, []);
}

#[tokio::test]
async fn of_a_restless_sailing_the_newest_steps_are_told() {
    let (world, sailing, _) = alice_watches().await;
    sqlx::query(
        "insert into change (target_id, target_version, sailing_id, before, after, polled_at, free_at, plus_at, pro_at, fleet_at, recorded_at)
         select c.target_id, 1000 + n, c.sailing_id, c.after,
                jsonb_set(c.after, '{classes,motorhome,availability}', jsonb_build_object('is', 'available', 'spaces', n)),
                at, at, at, at, at, at
         from change c cross join generate_series(1, 2500) n cross join lateral (select c.polled_at + n * interval '1 second' as at) told
         where c.sailing_id = (select id from sailing where key = $1)",
    )
    .bind(&sailing.key)
    .execute(&world.admin)
    .await
    .unwrap();
    world.clock.advance(TimeDelta::hours(2));
    world.poll().await;
    let told = told(&world, &sailing, Plan::Fleet, LONG_AGO).await;
    assert_eq!(told.len(), 500);
    assert!(told.is_sorted_by_key(|(at, _)| *at));
    assert_eq!((told[0].1, told[499].1), (2_001, 2_500));
}
