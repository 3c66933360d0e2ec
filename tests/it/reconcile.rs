//! The schedule follows Postgres: at the start, when told, when Redis was emptied, and by walking.

use crate::harness::{World, eventually, motorhome_days};
use chrono::TimeDelta;
use domain::plan::Plan;
use redis::{AsyncCommands, aio::ConnectionManager};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const DUE: &str = "{ferry}:polls:due:operator.harbour";
const LEASED: &str = "{ferry}:polls:leased:operator.harbour";

async fn redis(world: &World) -> ConnectionManager {
    workers::schedule::connect(world.config.redis_url.expose(), Duration::from_secs(5)).await.unwrap()
}

async fn scheduled(redis: &mut ConnectionManager) -> usize {
    let due: usize = redis.zcard(DUE).await.unwrap();
    let leased: usize = redis.zcard(LEASED).await.unwrap();
    due + leased
}

async fn running(world: &World) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    let shutdown = CancellationToken::new();
    let parts = world.another_worker().await;
    (tokio::spawn(parts.run(shutdown.clone())), shutdown)
}

#[tokio::test]
async fn a_new_watch_is_polled_at_once_without_waiting_for_a_walk() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Free).await;
    let (running, shutdown) = running(&world).await;
    let mut redis = redis(&world).await;
    eventually("the schedule is built", async || redis.exists("{ferry}:polls:epoch").await.unwrap()).await;

    world.watch(&alice, &motorhome_days(1)).await;

    let polled = "select count(*) from target where last_good_at is not null";
    eventually("the new target is polled", async || world.count(polled).await == 1).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_emptied_redis_is_rebuilt_from_postgres_at_once() {
    let world = World::new().await;
    world.everything_is_full(2);
    let alice = world.person("Alice", Plan::Free).await;
    world.watch(&alice, &motorhome_days(2)).await;
    let (running, shutdown) = running(&world).await;
    let mut redis = redis(&world).await;
    eventually("both targets are scheduled", async || scheduled(&mut redis).await == 2).await;

    let () = redis::cmd("FLUSHDB").query_async(&mut redis).await.unwrap();

    eventually("both targets are scheduled again", async || scheduled(&mut redis).await == 2).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_target_that_nobody_wants_any_more_leaves_the_schedule() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Free).await;
    let watch = world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let mut redis = redis(&world).await;
    assert_eq!(scheduled(&mut redis).await, 1);

    let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
    store::watch::stop(&mut tx, watch, world.clock.now()).await.unwrap();
    tx.commit(store::Audit::OwnRecord).await.unwrap();
    world.parts.reconciler.walk().await.unwrap();

    assert_eq!(scheduled(&mut redis).await, 0);
    assert_eq!(world.count("select count(*) from target where plan is null").await, 1);
}

#[tokio::test]
async fn nothing_is_asked_after_the_last_wanted_day() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let asked = world.sim.request_count();
    world.clock.advance(TimeDelta::days(12));
    world.poll().await;
    assert_eq!(world.sim.request_count(), asked);
    workers::prune::prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    assert_eq!(world.count("select count(*) from watch where state = 'expired'").await, 1);
}
