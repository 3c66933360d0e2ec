//! A second look: what a page for people shows as space is asked for once more, afresh and within the operator's budget,
//! and only what both answers show is told.

use crate::harness::{ROUTE, World, alice_waits_at_a_listing};
use domain::{cadence::TimeScale, operator::Operator};
use workers::schedule::{Budget, Partition};

#[tokio::test]
async fn sr_opr_08_an_opening_on_a_listing_is_two_requests_and_one_mail_and_an_unchanged_poll_is_one_request() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    assert_eq!(world.listing_requests(), 1, "all is full: there is nothing to confirm");
    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 2, "unchanged");

    world.open_listed(&sailings[3..4]);
    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 4);
    let requests = world.sim.requests();
    let [.., first, second] = &requests[..] else { panic!("{requests:?}") };
    assert!(!first.afresh && second.afresh && !second.conditional);
    assert_eq!(world.sim.inbox().len(), 1);

    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 5, "known by now");
    assert_eq!(world.sim.inbox().len(), 1);
    world.fill_listed(&sailings);
    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 6, "a fall needs no second look");
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);
}

#[tokio::test]
async fn sr_opr_08_space_that_only_a_stale_cache_shows_is_told_to_nobody() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    let version = world.count("select version from target").await;
    world.open_listed(&sailings[3..4]);
    world.sim.freeze(world.clock.now());
    world.sim.answer_once_from_cache(ROUTE).unwrap();
    world.fill_listed(&sailings);

    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 3, "the second answer is the true one");
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from alert").await, 0);
    assert_eq!(world.count("select version from target").await, version, "nothing was recorded");
    world.a_minute_later().await;
    assert_eq!(world.listing_requests(), 4);
    assert_eq!(world.count("select count(*) from target where failing_since is not null").await, 0);
}

/// Polls without the walk that would write the operator's budget anew.
async fn poll_within_the_present_budget(world: &World) {
    world.clock.advance(chrono::TimeDelta::minutes(1));
    world.sim.freeze(world.clock.now());
    let ids = world.parts.store.target_ids(0, 10).await.unwrap();
    for (_, target) in world.parts.store.targets(&ids, TimeScale::REAL).await.unwrap() {
        world.parts.poller.poll(target).await.unwrap();
    }
    world.settle().await;
}

#[tokio::test]
async fn sr_opr_01_without_a_budget_for_a_second_look_there_is_none_and_the_next_poll_sees_the_opening() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    let partition = Partition::operator(Operator::BcFerries);
    let spent = Budget { requests_per_min: 12, burst: 1, concurrency_cap: 1, paused: true };
    world.parts.polls.set_partitions(&[(partition, spent)]).await.unwrap();
    world.open_listed(&sailings[3..4]);

    poll_within_the_present_budget(&world).await;
    assert_eq!(world.listing_requests(), 2, "no second request without a budget for it");
    assert_eq!(world.sim.inbox().len(), 0);

    world.parts.polls.set_partitions(&[(partition, Budget { paused: false, ..spent })]).await.unwrap();
    poll_within_the_present_budget(&world).await;
    assert_eq!(world.listing_requests(), 4);
    assert_eq!(world.sim.inbox().len(), 1);
}
