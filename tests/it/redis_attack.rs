//! Somebody who can write to Redis, and somebody who can read it: the one gains nothing, the other
//! learns ids and times.

use crate::harness::{World, eventually, motorhome_days};
use chrono::TimeDelta;
use domain::plan::Plan;
use redis::{AsyncCommands, aio::ConnectionManager};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A world at rest: a target that was just polled, one mail sent, one delivery cancelled, one not due yet.
async fn at_rest() -> World {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    for name in ["Alice", "Bob", "Carol"] {
        let person = world.person(name, Plan::Fleet).await;
        world.watch(&person, &motorhome_days(1)).await;
    }
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    for sql in [
        "update delivery set state = 'cancelled', next_attempt_at = null where id = (select min(id) from delivery)",
        "update delivery set next_attempt_at = next_attempt_at + interval '1 day' where id = (select max(id) from delivery)",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 1);
    world
}

async fn redis(world: &World) -> ConnectionManager {
    workers::schedule::connect(world.config.redis_url.expose(), Duration::from_secs(5)).await.unwrap()
}

/// Everything an attacker might put among the due: known ids long due, unknown ids, and what is no id.
async fn forge(world: &World, redis: &mut ConnectionManager) {
    let targets: Vec<i64> = sqlx::query_scalar("select id from target").fetch_all(&world.admin).await.unwrap();
    let deliveries: Vec<i64> = sqlx::query_scalar("select id from delivery").fetch_all(&world.admin).await.unwrap();
    let known: Vec<String> = targets.iter().chain(&deliveries).map(ToString::to_string).collect();
    let unknown = ["0", "-1", "999999999", "9223372036854775807"].map(str::to_owned);
    let junk = ["", "x", "1.5", "1e3", " 1", "{\"tenant\":1}", "drop table watch"].map(str::to_owned);
    // An operator's budget lets ten entries a second be looked at; deliveries have none.
    for (queue, fillers) in [
        ("{ferry}:polls:due:operator.harbour", 10),
        ("{ferry}:polls:due:operator.bc_ferries", 10),
        ("{ferry}:deliveries:due:deliveries.0", 20_000),
    ] {
        for member in known.iter().chain(&unknown).chain(&junk) {
            let () = redis.zadd(queue, member, 1).await.unwrap();
        }
        let fillers: Vec<(i64, i64)> = (0..fillers).map(|filler| (2, 1_000_000_000 + filler)).collect();
        for some in fillers.chunks(1_000) {
            let () = redis.zadd_multiple(queue, some).await.unwrap();
        }
    }
    for agenda in ["{ferry}:polls:agenda", "{ferry}:deliveries:agenda"] {
        let () = redis
            .zadd_multiple(agenda, &[(1, "operator.harbour"), (1, "deliveries.0"), (1, "operator.nobody")])
            .await
            .unwrap();
    }
}

async fn long_due(redis: &mut ConnectionManager, queue: &str) -> usize {
    redis.zcount(queue, 0, 1_000).await.unwrap()
}

#[tokio::test]
async fn sr_job_01_whatever_is_written_into_redis_makes_no_request_and_no_message_that_is_not_due_by_postgres() {
    let world = at_rest().await;
    let (asked, told) = (world.sim.request_count(), world.sim.inbox().len());
    let attempts = world.count("select count(*) from attempt").await;
    let mut redis = redis(&world).await;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(world.another_worker().await.run(shutdown.clone()));
    eventually("the schedule is built", async || redis.clone().exists("{ferry}:deliveries:epoch").await.unwrap()).await;

    forge(&world, &mut redis).await;

    for queue in ["{ferry}:polls:due:operator.harbour", "{ferry}:deliveries:due:deliveries.0"] {
        let mut redis = redis.clone();
        eventually("all that was forged is looked at", async || long_due(&mut redis, queue).await == 0).await;
    }
    shutdown.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(world.sim.request_count(), asked);
    assert_eq!(world.sim.inbox().len(), told);
    assert_eq!(world.count("select count(*) from attempt").await, attempts);
}

/// Every key and all that is in it, as text.
async fn everything(redis: &mut ConnectionManager) -> Vec<String> {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(redis).await.unwrap();
    let mut found = Vec::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(redis).await.unwrap();
        let values: Vec<String> = match kind.as_str() {
            "zset" => redis.zrange(&key, 0, -1).await.unwrap(),
            "hash" => redis::cmd("HGETALL").arg(&key).query_async(redis).await.unwrap(),
            "set" => redis.smembers(&key).await.unwrap(),
            "string" => vec![redis.get(&key).await.unwrap()],
            "list" => redis.lrange(&key, 0, -1).await.unwrap(),
            other => panic!("{key} is a {other}"),
        };
        found.extend(values);
        found.push(key);
    }
    found
}

#[tokio::test]
async fn sr_job_08_redis_holds_ids_and_times_and_forgets_what_is_finished() {
    let world = at_rest().await;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(world.another_worker().await.run(shutdown.clone()));
    let mut redis = redis(&world).await;
    world.clock.advance(TimeDelta::days(1));
    eventually("the last delivery is made", async || {
        world.count("select count(*) from delivery where state = 'due'").await == 0
    })
    .await;
    let queue = "{ferry}:deliveries:due:deliveries.0";
    let leased = "{ferry}:deliveries:leased:deliveries.0";
    let mut looking = redis.clone();
    eventually("finished work leaves Redis", async || {
        let due: usize = looking.zcard(queue).await.unwrap();
        let held: usize = looking.zcard(leased).await.unwrap();
        due + held == 0
    })
    .await;
    // At rest, so that no key goes between its being listed and its being read.
    shutdown.cancel();
    running.await.unwrap().unwrap();
    let found = everything(&mut redis).await;

    assert!(!found.is_empty());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"{}:._-+,e".contains(&byte));
    for text in &found {
        assert!(plain(text), "{text:?} is more than a name, an id or a time");
        for canary in ["example", "alice", "bob", "carol", "motorhome"] {
            assert!(!text.to_lowercase().contains(canary), "{text:?}");
        }
    }
}
