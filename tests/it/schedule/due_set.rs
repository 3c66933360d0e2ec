//! The due set: claims, leases, budgets, and what ends them.

use super::*;

#[tokio::test]
async fn claims_only_what_is_due_in_order_of_due_time() {
    let world = World::new().await;
    world
        .set
        .upsert(&[(ONE(1), 7, past(30)), (ONE(1), 8, FUTURE), (ONE(1), 9, past(10)), (ONE(1), 10, past(20))])
        .await
        .unwrap();
    let claims = world.set.claim(2).await.unwrap();
    assert_eq!(ids(&claims.items), [9, 10]);
    assert_eq!(claims.items[0].due_us, past(10));
    assert_eq!(claims.wait, Some(Duration::ZERO), "there is more to be had at once");
    let claims = world.set.claim(10).await.unwrap();
    assert_eq!(ids(&claims.items), [7]);
    assert!(claims.wait.unwrap() > Duration::from_secs(1), "nothing more is due");
    assert_eq!(world.claim(10).await, [], "what is leased is not due");
}

#[tokio::test]
async fn an_empty_set_has_nothing_to_wait_for() {
    let world = World::new().await;
    assert_eq!(world.set.claim(10).await.unwrap().wait, None);
}

#[tokio::test]
async fn a_completed_claim_is_due_when_its_holder_says_and_gone_without_a_time() {
    let world = World::new().await;
    world.due(1, [1, 2]).await;
    let claims = world.claim(10).await;
    let ends = [claims[0].completed(Some(FUTURE)), claims[1].completed(None)];
    assert_eq!(world.set.complete(&ends).await.unwrap(), 2);
    assert_eq!(world.due_of(1, 1).await, Some(FUTURE));
    assert_eq!(world.due_of(1, 2).await, None);
    assert_eq!(world.leased(1).await, 0);
    assert_eq!(world.set.complete(&ends).await.unwrap(), 0, "a completion repeated changes nothing");
}

#[tokio::test]
async fn never_leases_more_than_the_concurrency_cap() {
    let world = World::new().await;
    let cap = Budget { concurrency_cap: 2, ..Budget::UNLIMITED };
    world.allow(1, cap).await;
    world.due(1, 1..=9).await;
    let held = world.claim(100).await;
    assert_eq!(ids(&held), [1, 2]);
    assert_eq!(world.claim(100).await, []);
    world.set.complete(&[held[0].completed(None)]).await.unwrap();
    assert_eq!(ids(&world.claim(100).await), [3], "a lease that ended makes room for one");
}

#[tokio::test]
async fn never_leases_more_than_the_budget_however_many_ask() {
    let world = World::new().await;
    // One a minute after a burst of five: nothing more comes while this test runs.
    let slow = Budget { requests_per_min: 1, burst: 5, ..Budget::UNLIMITED };
    world.allow(1, slow).await;
    world.due(1, 1..=100).await;
    assert_eq!(ids(&world.claim(3).await), [1, 2, 3]);
    let (a, b) = tokio::join!(world.claim(100), world.claim(100));
    assert_eq!(a.len() + b.len(), 2);
    let claims = world.set.claim(100).await.unwrap();
    assert_eq!(claims.items, []);
    let wait = claims.wait.unwrap();
    assert!(wait > Duration::from_secs(50) && wait <= LONG, "the next is a minute after the first: {wait:?}");
}

#[tokio::test]
async fn a_budget_fills_up_again() {
    let world = World::new().await;
    let brisk = Budget { requests_per_min: 6_000, burst: 1, ..Budget::UNLIMITED };
    world.allow(1, brisk).await;
    world.due(1, 1..=3).await;
    for id in 1..=3 {
        assert_eq!(ids(&world.claim_some().await), [id]);
    }
}

#[tokio::test]
async fn an_expired_lease_returns_and_its_old_token_is_worth_nothing() {
    let world = World::with_lease(Duration::from_millis(5)).await;
    world.due(1, [1]).await;
    let stale = world.claim(1).await[0];
    let held = world.claim_some().await[0];
    assert_eq!(held.id, 1);
    assert!(held.token > stale.token);
    assert_eq!(world.set.complete(&[stale.completed(Some(FUTURE))]).await.unwrap(), 0);
    assert_eq!(world.due_of(1, 1).await, None, "the stale holder changed nothing");
    assert_eq!(world.leased(1).await, 1);
    assert_eq!(world.set.complete(&[held.completed(Some(FUTURE))]).await.unwrap(), 1);
    assert_eq!(world.due_of(1, 1).await, Some(FUTURE));
}

#[tokio::test]
async fn an_upsert_while_leased_starts_no_second_poll_and_is_applied_at_completion() {
    let world = World::new().await;
    world.due(1, [1, 2, 3]).await;
    let held = world.claim(10).await;
    let sooner = [(ONE(1), 1, past(5)), (ONE(1), 2, FUTURE + 1), (ONE(1), 3, past(6))];
    world.set.upsert(&sooner).await.unwrap();
    assert_eq!(world.claim(10).await, [], "all are still leased");
    let ends = [held[0].completed(Some(FUTURE)), held[1].completed(Some(FUTURE)), held[2].completed(None)];
    world.set.complete(&ends).await.unwrap();
    assert_eq!(world.due_of(1, 1).await, Some(past(5)), "the earlier wins");
    assert_eq!(world.due_of(1, 2).await, Some(FUTURE), "the earlier wins");
    assert_eq!(world.due_of(1, 3).await, Some(past(6)), "wanted again meanwhile");
}

#[tokio::test]
async fn a_retired_id_goes_at_once_or_when_its_lease_ends() {
    let world = World::new().await;
    world.due(1, [1, 2]).await;
    let held = world.claim(1).await[0];
    world.set.retire(&[(ONE(1), 1), (ONE(1), 2)]).await.unwrap();
    assert_eq!(world.due_of(1, 2).await, None);
    assert_eq!(world.set.complete(&[held.completed(Some(past(1)))]).await.unwrap(), 1);
    assert_eq!(world.due_of(1, 1).await, None);
    assert_eq!(world.claim(10).await, []);
    world.due(1, [1]).await;
    assert_eq!(ids(&world.claim(10).await), [1], "an upsert brings it back for good");
}

#[tokio::test]
async fn a_retired_id_whose_lease_expires_does_not_return() {
    let world = World::with_lease(Duration::from_millis(5)).await;
    world.due(1, [1, 2]).await;
    world.claim(2).await;
    world.set.retire(&[(ONE(1), 1)]).await.unwrap();
    assert_eq!(ids(&world.claim_some().await), [2]);
}

#[tokio::test]
async fn an_id_that_a_stranger_made_due_twice_is_leased_once() {
    let world = World::new().await;
    world.due(1, [1]).await;
    world.claim(1).await;
    let key = world.key("due:numbered.1");
    let _: () = world.redis.clone().zadd(key, 1, past(1)).await.unwrap();
    world.due(1, [2]).await;
    assert_eq!(ids(&world.claim(10).await), [2]);
}

#[tokio::test]
async fn a_backlog_of_one_partition_starves_no_other() {
    let world = World::new().await;
    world.due(1, 1..=1_000).await;
    world.due(2, 2_000..2_003).await;
    world.due(3, 3_000..3_001).await;
    let claims = world.claim(12).await;
    let of = |p: u16| claims.iter().filter(|c| c.partition == ONE(p)).count();
    assert_eq!((of(1), of(2), of(3)), (8, 3, 1), "a fair share each, and what is left to whom it helps");
}

#[tokio::test]
async fn a_paused_or_hung_partition_starves_no_other() {
    let world = World::new().await;
    world.due(1, 1..=10).await;
    world.due(2, 11..=20).await;
    let hung = Budget { concurrency_cap: 1, ..Budget::UNLIMITED };
    let paused = Budget { paused: true, ..Budget::UNLIMITED };
    world.allow(1, hung).await;
    world.allow(2, paused).await;
    world.due(3, 21..=30).await;
    assert_eq!(world.claim(100).await.len(), 11, "one of the capped, none of the paused, all of the third");
    world.due(3, 31..=40).await;
    assert_eq!(ids(&world.claim(100).await), (31..=40).collect::<Vec<_>>(), "one hangs for ever");
    world.allow(2, Budget::UNLIMITED).await;
    assert_eq!(ids(&world.claim(100).await), (11..=20).collect::<Vec<_>>(), "nothing was lost by the pause");
}

#[tokio::test]
async fn a_partition_without_a_budget_is_not_served() {
    let world = World::new().await;
    world.due(4, [1]).await;
    assert_eq!(world.claim(10).await, []);
    world.allow(4, Budget::UNLIMITED).await;
    assert_eq!(ids(&world.claim(10).await), [1]);
}

#[tokio::test]
async fn more_than_ten_thousand_due_at_once_break_no_claim() {
    let world = World::new().await;
    world.due(1, 1..=12_000).await;
    world.due(2, 12_001..=25_000).await;
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 25_000 {
        let claims = world.claim(usize::MAX).await;
        assert!(!claims.is_empty(), "{} claimed", seen.len());
        let ends: Vec<_> = claims.iter().map(|claim| claim.completed(None)).collect();
        assert_eq!(world.set.complete(&ends).await.unwrap(), claims.len() as u64);
        seen.extend(ids(&claims));
    }
    assert_eq!(world.claim(10).await, []);
}

#[tokio::test]
async fn ten_thousand_expired_leases_break_no_claim() {
    let world = World::with_lease(Duration::from_millis(1)).await;
    world.due(1, 1..=10_000).await;
    assert_eq!(world.claim(10_000).await.len(), 10_000);
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 10_000 {
        let claims = world.claim_some().await;
        let ends: Vec<_> = claims.iter().map(|claim| claim.completed(None)).collect();
        world.set.complete(&ends).await.unwrap();
        seen.extend(ids(&claims));
    }
}

#[tokio::test]
async fn flushed_redis_is_noticed_by_the_missing_epoch() {
    let world = World::new().await;
    assert!(!world.set.claim(1).await.unwrap().epoch_missing);
    assert!(world.set.epoch_present().await.unwrap());
    world.flush().await;
    assert!(world.set.claim(1).await.unwrap().epoch_missing);
    assert!(!world.set.epoch_present().await.unwrap());
    assert!(!world.set.mark_epoch().await.unwrap(), "emptied while it was rebuilt: what came before is gone");
    world.allow(1, Budget::UNLIMITED).await;
    assert!(world.set.mark_epoch().await.unwrap());
    assert!(!world.set.claim(1).await.unwrap().epoch_missing);
}

#[tokio::test]
async fn sr_opr_01_a_start_that_is_spent_beside_a_claim_counts_and_waits_like_any_other() {
    let world = World::new().await;
    let slow = Budget { requests_per_min: 1, burst: 2, ..Budget::UNLIMITED };
    world.allow(1, slow).await;
    world.due(1, 1..=3).await;
    assert_eq!(ids(&world.claim(1).await), [1]);
    assert_eq!(world.set.spend(ONE(1), LONG).await.unwrap(), Some(Duration::ZERO));
    assert_eq!(world.claim(10).await, [], "the start was spent");
    assert_eq!(world.set.spend(ONE(1), LONG).await.unwrap(), None, "the next is a minute away");
    let brisk = Budget { requests_per_min: 60, burst: 1, ..Budget::UNLIMITED };
    world.allow(2, brisk).await;
    assert_eq!(world.set.spend(ONE(2), LONG).await.unwrap(), Some(Duration::ZERO));
    let wait = world.set.spend(ONE(2), LONG).await.unwrap().unwrap();
    assert!(wait > Duration::from_millis(500) && wait <= Duration::from_secs(1), "{wait:?}");
    assert_eq!(
        world.set.spend(ONE(2), Duration::from_millis(10)).await.unwrap(),
        None,
        "nobody waits longer than they want"
    );
    world.allow(3, Budget { paused: true, ..brisk }).await;
    assert_eq!(world.set.spend(ONE(3), LONG).await.unwrap(), None, "a kill switch stops it too");
}
