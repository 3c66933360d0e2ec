//! Deliveries: sent once, only while wanted, retried within bounds, and nothing that anybody wrote can
//! bend the message.

mod mail;
mod operator_text;

use crate::harness::{World, alice_waits};
use chrono::{DateTime, TimeDelta, Utc};
use dev::sim::MailMisbehaviour;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;

/// A world in which one delivery to Alice is due.
async fn one_due() -> World {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 1);
    world
}

fn message_ids(world: &World) -> BTreeSet<String> {
    world.sim.inbox().into_iter().map(|mail| mail.message_id).collect()
}

#[tokio::test]
async fn sr_job_03_what_is_not_allowed_any_more_when_it_becomes_due_is_not_sent() {
    for (what, sql) in [
        ("paused", "update watch set state = 'paused'"),
        ("deleted", "update watch set state = 'deleted'"),
        ("edited", "update watch set version = version + 1"),
        ("unsubscribed", "update channel set disabled_at = now()"),
        ("unverified", "update channel set verified_at = null"),
        ("suspended", "update tenant set suspended_at = now()"),
        ("closed", "update tenant set closed_at = now()"),
        ("gone", "update alert set closed_at = now(), closed_reason = 'gone'"),
        ("departed", "update sailing set departs_at = '2026-07-01'"),
        ("removed", "delete from member"),
    ] {
        let world = one_due().await;
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&world.admin).await.unwrap();
        world.deliver_with(&world.parts).await;
        assert_eq!(world.sim.inbox().len(), 0, "{what}");
        assert_eq!(world.count("select count(*) from delivery where state in ('due', 'sent')").await, 0, "{what}");
    }
    let world = one_due().await;
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 1, "and with nothing changed it is sent");
}

#[tokio::test]
async fn sr_job_05_a_relay_that_never_takes_the_mail_is_tried_eight_times_with_growing_gaps() {
    let world = one_due().await;
    world.sim.misbehave_mail(MailMisbehaviour::RefuseAlways);
    let mut waits = Vec::new();
    for _ in 0..100 {
        world.deliver_with(&world.parts).await;
        let next: Option<DateTime<Utc>> =
            sqlx::query_scalar("select next_attempt_at from delivery").fetch_one(&world.admin).await.unwrap();
        let Some(next) = next else { break };
        waits.push(next - world.clock.now());
        world.clock.advance(next - world.clock.now());
    }
    assert_eq!(world.count("select count(*) from attempt").await, 8);
    assert_eq!(
        world.count("select count(*) from delivery where state = 'failed' and outcome = 'too_many_attempts'").await,
        1
    );
    assert_eq!(waits.len(), 7);
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    world.clock.advance(TimeDelta::days(1));
    world.deliver_with(&world.parts).await;
    assert_eq!(world.count("select count(*) from attempt").await, 8, "and never again");
}

#[tokio::test]
async fn sr_job_07_two_workers_with_the_same_delivery_send_it_once() {
    let world = one_due().await;
    let other = world.another_worker().await;
    tokio::join!(world.deliver_with(&world.parts), world.deliver_with(&other));
    world.deliver_with(&other).await;
    assert_eq!(world.sim.inbox().len(), 1);
    assert_eq!(world.count("select count(*) from attempt").await, 1);
}

#[tokio::test]
async fn sr_job_07_a_mail_whose_receipt_was_lost_is_sent_again_under_the_same_message_id() {
    let world = one_due().await;
    world.sim.misbehave_mail(MailMisbehaviour::DropAfterData);
    world.deliver_with(&world.parts).await;
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 1);
    world.clock.advance(TimeDelta::minutes(2));
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 2, "the relay had taken the first");
    assert_eq!(message_ids(&world).len(), 1);
    assert_eq!(world.count("select count(*) from delivery where state = 'sent'").await, 1);
}
