//! The days of a route: what a plan may know, and nothing of who made us look.

use super::{alice_watches, motorhome, route};
use crate::{
    api::released::{just_after_a_tick_of, next_tick_of},
    harness::World,
};
use app::reader::{Reader, Standing};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use dev::sim::SimSailing;
use domain::{facts::Availability, operator::Operator, plan::Plan};
use store::{
    Reading,
    calendar::{self, AskedDays, Day},
};

async fn days(world: &World, door: impl Into<Reading<'_>>, plan: Plan, (from, to): (NaiveDate, NaiveDate)) -> Vec<Day> {
    let (operator, route, class, now) = (Operator::Harbour, route(), motorhome(), world.clock.now());
    let asked = AskedDays { operator, route: &route, from, to, class: &class, plan, now };
    calendar::days(door, &asked).await.unwrap()
}

/// What whoever did not sign in is shown of a sailing: its space, and how old that is.
async fn anybody(world: &World, sailing: &SimSailing) -> (Availability, Option<DateTime<Utc>>) {
    let mut look = world.app.look().await.unwrap();
    let reader = Reader::of_nobody(&world.web(), &mut look).await.unwrap();
    let days = days(world, &mut look, reader.plan, (world.first_day, world.first_day)).await;
    let found = days[0].sailings.iter().find(|found| found.sailing.key.as_str() == sailing.key).unwrap();
    (found.facts.map_or(Availability::Unknown, |facts| facts.availability), reader.checked_at(found))
}

#[tokio::test]
async fn every_day_asked_for_is_there_and_one_of_which_nothing_is_known_is_empty() {
    let (world, sailing, alice) = alice_watches().await;
    let (from, to) = (world.first_day - Days::new(2), world.first_day + Days::new(100));
    let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
    let days = days(&world, &mut tx, Plan::Fleet, (from, to)).await;
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    assert_eq!(dates, from.iter_days().take(62).collect::<Vec<_>>(), "62 days and no more");
    let known: Vec<&Day> = days.iter().filter(|day| !day.sailings.is_empty()).collect();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].date, world.first_day);
    let departures: Vec<_> = known[0].sailings.iter().map(|found| found.sailing.departs_at).collect();
    assert!(departures.is_sorted() && departures.len() > 1, "{departures:?}");
    let found = known[0].sailings.iter().find(|found| found.sailing.key.as_str() == sailing.key).unwrap();
    assert_eq!(found.facts.map_or(Availability::Unknown, |facts| facts.availability), Availability::Full);
}

#[tokio::test]
async fn a_sailing_of_which_nothing_is_known_for_the_class_is_there_without_it() {
    let (world, sailing, _) = alice_watches().await;
    for sql in [
        "update change set after = after #- '{classes,motorhome}' where sailing_id = (select id from sailing where key = $1)",
        "update fact set facts = facts #- '{classes,motorhome}' where sailing_id = (select id from sailing where key = $1)",
    ] {
        sqlx::query(sql).bind(&sailing.key).execute(&world.admin).await.unwrap();
    }
    assert_eq!(anybody(&world, &sailing).await.0, Availability::Unknown);
}

#[tokio::test]
async fn of_several_that_tell_of_a_sailing_the_one_that_tells_of_the_class_is_shown() {
    let (world, sailing, _) = alice_watches().await;
    // Another question, answered later, that does not tell of motorhomes.
    sqlx::query(
        "with other as (
           insert into target (operator_id, question, created_at, last_good_at)
           values ('harbour', '{\"kind\": \"route_now\", \"route\": \"POR-SAN\"}', $2, $2 + interval '1 hour') returning id)
         insert into fact (target_id, sailing_id, facts, observed_at)
         select other.id, s.id, '{\"classes\": {\"car\": {\"availability\": {\"is\": \"full\"}, \"price\": null}}, \"cabin\": null, \"pet_cabin\": null}', $2
         from other, sailing s where s.key = $1",
    )
    .bind(&sailing.key)
    .bind(world.clock.now())
    .execute(&world.admin)
    .await
    .unwrap();
    assert_eq!(anybody(&world, &sailing).await.0, Availability::Full);
}

#[tokio::test]
async fn sr_api_05_whoever_did_not_sign_in_is_shown_neither_what_others_pay_for_nor_that_somebody_looked() {
    let (world, sailing, alice) = alice_watches().await;
    just_after_a_tick_of(&world, Plan::Free).await;
    let before = anybody(&world, &sailing).await;
    assert_eq!(before.0, Availability::Full);
    assert!(before.1.is_some());

    world.open(&sailing);
    for _ in 0..3 {
        world.clock.advance(TimeDelta::minutes(2));
        world.poll().await;
        world.settle().await;
        assert_eq!(anybody(&world, &sailing).await, before);
    }
    let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
    let fleet = days(&world, &mut tx, Plan::Fleet, (world.first_day, world.first_day)).await;
    let fleet = fleet[0].sailings.iter().find(|found| found.sailing.key.as_str() == sailing.key).unwrap();
    assert!(fleet.facts.unwrap().availability.has_space());
    drop(tx);

    // At the tick itself nothing is released: a good poll must have served it.
    world.clock.advance(next_tick_of(&world, Plan::Free).await - world.clock.now());
    assert_eq!(anybody(&world, &sailing).await, before);
    world.clock.advance(TimeDelta::seconds(90));
    world.poll().await;
    let after = anybody(&world, &sailing).await;
    assert!(after.0.has_space() && after.1 > before.1, "{after:?}");
}

#[tokio::test]
async fn whoever_did_not_sign_in_is_told_of_operators_what_the_least_plan_is_told() {
    let (world, _, _) = alice_watches().await;
    let mut look = world.app.look().await.unwrap();
    let reader = Reader::of_nobody(&world.web(), &mut look).await.unwrap();
    assert_eq!(reader.plan, Plan::Free);
    assert_eq!(reader.interval_s(Operator::Harbour), (3_600, None));
    assert_eq!(reader.standing(Operator::Harbour), Standing::Asked);
    assert!(matches!(reader.standing(Operator::Brittany), Standing::Off("disabled", _)));
}
