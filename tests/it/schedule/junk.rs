//! Junk in Redis: stray entries never stop a worker.

use super::{
    World, past,
    worker::{Running, settings},
};
use redis::AsyncCommands;
use workers::schedule::Budget;

/// Puts junk into the due set between good ids, runs a worker, and expects all good ids to finish.
async fn good_jobs_finish_beside(world: World, good: std::ops::RangeInclusive<i64>) -> World {
    let mut running = Running::quick(&world, settings(4));
    assert_eq!(running.next_n(good.clone().count()).await, good.collect::<Vec<_>>());
    world.due(1, [999]).await;
    assert_eq!(running.next().await, 999, "the worker is still up");
    assert!(!running.task.is_finished());
    running.stop().await;
    world
}

#[tokio::test]
async fn sr_job_02_a_stray_id_between_good_jobs_stops_nothing() {
    let world = World::new().await;
    world.due(1, [1, 2_000_000, 2, 3_000_000, 3]).await;
    let world = good_jobs_finish_beside(world, 1..=3).await;
    assert_eq!(world.due_of(1, 2_000_000).await, None, "it is gone");
    assert_eq!(world.leased(1).await, 0);
}

#[tokio::test]
async fn sr_job_02_junk_bytes_between_good_jobs_are_quarantined() {
    let world = World::new().await;
    world.due(1, 1..=5).await;
    let junk: [&[u8]; 11] = [
        b"",
        b"abc",
        b"-5",
        b"0",
        b"007",
        b"1.5",
        b" 4",
        b"4\n",
        b"9223372036854775808",
        b"\xff\xfe\x00\x01",
        &[b'x'; 100_000],
    ];
    let (due, leased) = (world.key("due:numbered.1"), world.key("leased:numbered.1"));
    let mut redis = world.redis.clone();
    for (n, junk) in junk.into_iter().enumerate() {
        let _: () = redis.zadd(&due, junk, past(1 + n as i64)).await.unwrap();
    }
    let _: () = redis.zadd(&due, "minus-infinity", "-inf").await.unwrap();
    let _: () = redis.zadd(&leased, "expired-junk", 1).await.unwrap();
    let world = good_jobs_finish_beside(world, 1..=5).await;
    let quarantined: Vec<Vec<u8>> = redis.smembers(world.key("quarantine")).await.unwrap();
    assert_eq!(quarantined.len(), 13);
    assert!(quarantined.iter().all(|junk| junk.len() <= 256), "kept short");
    let left: Vec<String> = redis.zrange(&due, 0, -1).await.unwrap();
    assert!(left.iter().all(|id| id.parse::<i64>().is_ok()), "{left:?}");
}

#[tokio::test]
async fn sr_job_02_junk_that_fills_a_concurrency_cap_is_cleared() {
    let world = World::new().await;
    let cap = Budget { concurrency_cap: 2, ..Budget::UNLIMITED };
    world.allow(1, cap).await;
    let leased = world.key("leased:numbered.1");
    let mut redis = world.redis.clone();
    for junk in ["junk", "12345"] {
        let _: () = redis.zadd(&leased, junk, "+inf").await.unwrap();
    }
    world.due(1, 1..=5).await;
    let mut running = Running::quick(&world, settings(4));
    assert_eq!(running.next_n(6).await, [1, 2, 3, 4, 5, 12345]);
    running.stop().await;
}

#[tokio::test]
async fn sr_job_02_keys_of_the_wrong_type_are_moved_aside_and_the_set_is_rebuilt() {
    for broken in [
        "due:numbered.1",
        "leased:numbered.1",
        "later:numbered.1",
        "budget:numbered.1",
        "agenda",
        "quarantine",
        "partitions",
    ] {
        let world = World::new().await;
        let mut redis = world.redis.clone();
        let _: () = redis.del(world.key(broken)).await.unwrap();
        let _: () = redis.set(world.key(broken), "not yours").await.unwrap();
        let _: () = redis.zadd(world.key("due:numbered.2"), "junk", 1).await.unwrap();
        world.due(2, 1..=3).await;
        let mut running = Running::quick(&world, settings(4));
        // What reconcile does again and again.
        for partition in 1..=3 {
            world.allow(partition, Budget::UNLIMITED).await;
        }
        world.due(1, 4..=6).await;
        assert_eq!(running.next_n(6).await, (1..=6).collect::<Vec<_>>(), "{broken}");
        assert!(!running.task.is_finished(), "{broken}");
        running.stop().await;
        assert_eq!(world.leased(1).await + world.leased(2).await, 0, "{broken}: all were completed");
    }
}

#[tokio::test]
async fn sr_job_02_a_strange_partition_stops_nothing() {
    let world = World::new().await;
    let mut redis = world.redis.clone();
    let agenda = world.key("agenda");
    for junk in ["", "nobody", "operator.nobody", "numbered.1 ", "\u{1f6a2}"] {
        let _: () = redis.zadd(&agenda, junk, 1).await.unwrap();
    }
    // One with everything a partition has, save a name that this version knows.
    let stranger = world.key("budget:operator.nobody");
    let fields = [("emission_us", "1"), ("burst", "9"), ("cap", "9"), ("paused", "0")];
    let _: () = redis.hset_multiple(stranger, &fields).await.unwrap();
    let _: () = redis.zadd(world.key("due:operator.nobody"), 77, 1).await.unwrap();
    world.due(1, 1..=3).await;
    good_jobs_finish_beside(world, 1..=3).await;
}
