//! What a watch's page marks: its openings with their delays, and the stretches in which checks were missed.

use super::alice_watches;
use crate::harness::{Person, World};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{change::AlertKind, id::WatchId, operator::Operator, outage::Cause, plan::Plan};
use sqlx::AssertSqlSafe;
use store::{
    alert::{self, Flag},
    outage::{self, Stretch},
};
use uuid::Uuid;

const LONG_AGO: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;

async fn flags(world: &World, reader: &Person, since: DateTime<Utc>) -> Vec<Flag> {
    let watch: Uuid = sqlx::query_scalar("select id from watch").fetch_one(&world.admin).await.unwrap();
    let mut tx = world.app.begin(&world.membership(reader).await).await.unwrap();
    alert::flags(&mut tx, WatchId(watch), since).await.unwrap()
}

async fn stretches(world: &World, reader: &Person, since: DateTime<Utc>) -> Vec<Stretch> {
    let mut tx = world.app.begin(&world.membership(reader).await).await.unwrap();
    outage::stretches(&mut tx, Operator::Harbour, since).await.unwrap()
}

#[tokio::test]
async fn a_watch_shows_its_openings_the_newest_first_and_how_soon_it_told() {
    let (world, sailing, alice) = alice_watches().await;
    assert!(flags(&world, &alice, LONG_AGO).await.is_empty());
    world.open(&sailing);
    world.an_hour_later().await;
    let opened_at = world.clock.now();
    world.fill(&sailing);
    world.an_hour_later().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::minutes(5));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    let untold = flags(&world, &alice, LONG_AGO).await;
    assert_eq!((untold.len(), untold[0].sent_at, untold[0].delay()), (2, None, None), "not told yet");

    world.clock.advance(TimeDelta::seconds(4));
    world.deliver_with(&world.parts).await;
    // The wait for its plan is part of the delay, which begins with the look that saw it.
    let later = "update alert set released_at = seen_at + interval '2 seconds' where closed_at is null";
    sqlx::query(later).execute(&world.admin).await.unwrap();
    let told = flags(&world, &alice, LONG_AGO).await;
    let [newest, oldest] = &told[..] else { panic!("{told:?}") };
    assert_eq!(newest.delay(), Some(TimeDelta::seconds(4)));
    assert_eq!((newest.sailing.as_str(), newest.route.as_str()), (sailing.key.as_str(), "POR-SAN"));
    assert_eq!((newest.kind, newest.class.as_str(), newest.closed_at), (AlertKind::Opening, "motorhome", None));
    assert_eq!((oldest.seen_at, oldest.closed_reason.as_deref()), (opened_at, Some("gone")));
    assert_eq!(flags(&world, &alice, newest.released_at).await.len(), 1);
    assert_eq!(flags(&world, &alice, world.clock.now()).await.len(), 0);
}

#[tokio::test]
async fn sr_ten_01_openings_and_outages_are_shown_to_their_own_tenant_alone() {
    let (world, sailing, alice) = alice_watches().await;
    let bob = world.person("Bob", Plan::Fleet).await;
    world.open(&sailing);
    world.an_hour_later().await;
    let outage = "insert into outage (tenant_id, operator_id, cause, noticed_at) values ($1, 'harbour', 'off', now())";
    sqlx::query(outage).bind(alice.tenant.0).execute(&world.admin).await.unwrap();
    assert_eq!((flags(&world, &alice, LONG_AGO).await.len(), stretches(&world, &alice, LONG_AGO).await.len()), (1, 1));
    assert_eq!((flags(&world, &bob, LONG_AGO).await.len(), stretches(&world, &bob, LONG_AGO).await.len()), (0, 0));
}

#[tokio::test]
async fn stretches_of_missed_checks_are_those_that_lasted_into_the_time_asked_for() {
    let (world, _, alice) = alice_watches().await;
    let now = world.clock.now();
    for (noticed, ended) in [("9 hours", Some("8 hours")), ("7 hours", Some("5 hours")), ("1 hour", None)] {
        let ended = ended.map_or("null".to_owned(), |ended| format!("$2 - interval '{ended}'"));
        let sql = format!(
            "insert into outage (tenant_id, operator_id, cause, noticed_at, ended_at)
             values ($1, 'harbour', 'silent', $2 - interval '{noticed}', {ended})"
        );
        sqlx::query(AssertSqlSafe(sql)).bind(alice.tenant.0).bind(now).execute(&world.admin).await.unwrap();
    }
    let hours = TimeDelta::hours;
    let lasting = Stretch { cause: Cause::Silent, noticed_at: now - hours(1), good_since: None, ended_at: None };
    let before = Stretch { noticed_at: now - hours(7), ended_at: Some(now - hours(5)), ..lasting };
    assert_eq!(stretches(&world, &alice, now - hours(6)).await, [lasting, before]);
    assert_eq!(stretches(&world, &alice, now).await, [lasting]);
    assert_eq!(stretches(&world, &alice, LONG_AGO).await.len(), 3);
}
