//! Polls: what they record, what they leave alone, and who may record it.

use crate::harness::{World, alice_waits, motorhome_days};
use chrono::TimeDelta;
use dev::sim::Misbehaviour;
use domain::{cadence::TimeScale, operator::Operator, plan::Plan};

#[tokio::test]
async fn an_opening_becomes_one_mail_with_the_booking_link_and_the_answers() {
    let (world, sailing) = alice_waits().await;
    assert_eq!(world.sim.inbox().len(), 0, "full is no news");

    world.open(&sailing);
    world.an_hour_later().await;
    world.an_hour_later().await;

    let mails = world.sim.inbox();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to, ["alice@example.test"]);
    assert!(mail.subject.starts_with("Space for your motorhome: "), "{}", mail.subject);
    let text = mail.text.as_deref().unwrap();
    for part in ["Book at", "https://", "/l/stop/", "/l/keep/", "/l/unsubscribe/"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(mail.html.as_deref().unwrap().contains("Booked, stop"));
    assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
}

#[tokio::test]
async fn a_poll_that_finds_nothing_new_records_nothing_but_its_heartbeat() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let changes = world.count("select count(*) from change").await;
    let version = world.count("select version from target").await;

    world.an_hour_later().await;

    assert_eq!(world.count("select count(*) from change").await, changes);
    assert_eq!(world.count("select version from target").await, version);
    let good = world.count("select count(*) from target where last_good_at = last_polled_at").await;
    assert_eq!(good, 1);
}

#[tokio::test]
async fn of_two_workers_that_saw_the_same_change_one_records_it() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let before = world.count("select count(*) from change").await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    let second = world.another_worker().await;
    let ids = world.parts.store.target_ids(0, 10).await.unwrap();
    let read = world.parts.store.targets(&ids, TimeScale::REAL).await.unwrap();
    let target = read.into_values().next().unwrap();

    let (one, two) = tokio::join!(world.parts.poller.poll(target.clone()), second.poller.poll(target));

    one.unwrap();
    two.unwrap();
    assert_eq!(world.count("select count(*) from change").await, before + 1);
}

#[tokio::test]
async fn a_page_that_is_not_understood_changes_nothing_that_is_known() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let facts = world.count("select count(*) from fact").await;

    world.sim.misbehave(Operator::Harbour, Misbehaviour::ChangedLayout);
    world.open(&sailing);
    world.an_hour_later().await;

    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from fact").await, facts);
    assert_eq!(world.count("select failures_in_row::bigint from target").await, 1);
    assert_eq!(world.count("select count(*) from target where not_before > last_polled_at").await, 1);
}
