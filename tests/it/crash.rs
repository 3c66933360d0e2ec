//! Workers that stop at any step, are killed, and find Redis empty: each alert once, each message under
//! one Message-ID, nothing lost.

use crate::harness::{World, alice_waits, eventually, motorhome_days_from, setting};
use chrono::TimeDelta;
use domain::plan::Plan;
use std::{collections::BTreeSet, pin::pin, process::Stdio, task::Poll};
use tokio::process::{Child, Command};

/// Runs a future for so many wakes and then drops it, as a crash would.
async fn stop_after<F: Future>(wakes: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut woken = 0;
    futures::future::poll_fn(move |cx| {
        if woken == wakes {
            return Poll::Ready(None);
        }
        woken += 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

fn message_ids(world: &World) -> BTreeSet<String> {
    world.sim.inbox().into_iter().map(|mail| mail.message_id).collect()
}

#[tokio::test]
async fn sr_job_07_a_worker_that_stops_at_any_step_is_followed_by_one_that_finishes_the_job_once() {
    let (world, sailing) = alice_waits().await;
    let mut finished_steps = BTreeSet::new();
    for (told, wakes) in (0..36).enumerate() {
        let stopped = world.another_worker().await;
        world.open(&sailing);
        world.clock.advance(TimeDelta::hours(1));
        let target = world.target().await;
        if stop_after(wakes, stopped.poller.poll(target)).await.is_some() {
            finished_steps.insert("poll");
        }
        world.poll().await;
        if stop_after(wakes, stopped.fan_out.sweep()).await.is_some() {
            finished_steps.insert("fan out");
        }
        // A change that the stopped worker held is free when the server has heard of its end.
        let alerts = i64::try_from(told).unwrap() + 1;
        eventually("the change is fanned out", async || {
            world.parts.fan_out.sweep().await.unwrap();
            world.count("select count(*) from alert").await == alerts
        })
        .await;
        if stop_after(wakes, world.deliver_with(&stopped)).await.is_some() {
            finished_steps.insert("deliver");
        }
        // What the stopped worker holds comes back when its attempt's lease ends.
        world.clock.advance(TimeDelta::minutes(2));
        eventually("the delivery is made", async || {
            world.deliver_with(&world.parts).await;
            world.count("select count(*) from delivery where state <> 'sent'").await == 0
        })
        .await;

        assert_eq!(message_ids(&world).len(), told + 1, "stopped after {wakes} wakes");
        assert_eq!(world.count("select count(*) from alert").await, alerts);
        world.fill(&sailing);
        world.an_hour_later().await;
        assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);
    }
    assert_eq!(finished_steps.len(), 3, "every step was stopped at each of its wakes: {finished_steps:?}");
}

/// The real workers' process on the world's database, Redis and simulators, a minute lasting a second.
fn start_workers(world: &World) -> Child {
    let config = &world.config;
    let simulators: Vec<String> = config.simulators.iter().map(ToString::to_string).collect();
    Command::new(setting("FERRY_BIN_WORKERS"))
        .env_clear()
        .env("FERRY_DATABASE_URL", config.database_url.expose())
        .env("FERRY_REDIS_URL", config.redis_url.expose())
        .env("FERRY_BASE_URL", config.base_url.as_str())
        .env("FERRY_CONTACT", &config.contact)
        .env("FERRY_SMTP_URL", config.smtp_url.expose())
        .env("FERRY_MAIL_FROM", &config.mail_from)
        .env("FERRY_LINK_KEY", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
        .env("FERRY_SEAL_KEYS", domain::seal::published_setting())
        .env("FERRY_TIME_SCALE", "60")
        .env("FERRY_SIMULATORS", simulators.join(","))
        .env("FERRY_HARBOUR_URL", world.sim.base_url())
        .env("FERRY_BC_FERRIES_URL", world.sim.base_url())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the workers' binary starts")
}

async fn flush_redis(world: &World) {
    let mut redis =
        workers::schedule::connect(world.config.redis_url.expose(), std::time::Duration::from_secs(5)).await.unwrap();
    let () = redis::cmd("FLUSHDB").query_async(&mut redis).await.unwrap();
}

/// What has happened when the process is killed.
const KILLED_WHEN: [(&str, &str); 4] = [
    ("a change is recorded", "select count(*) from change where before is not null"),
    ("an alert is recorded", "select count(*) from alert"),
    ("an attempt is written", "select count(*) from attempt"),
    ("a delivery is sent", "select count(*) from delivery where state = 'sent'"),
];

#[tokio::test]
async fn sr_job_07_workers_that_are_killed_and_a_redis_that_is_emptied_neither_lose_nor_repeat_an_alert() {
    let world = World::at(chrono::Utc::now()).await;
    let sailings = world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days_from(world.first_day, 1)).await;
    let mut process = start_workers(&world);
    let evaluated = "select count(*) from watch_target where evaluated_at is not null";
    eventually("the watch is evaluated", async || world.count(evaluated).await == 1).await;
    let mut openings = 0;
    for (when, sql) in KILLED_WHEN {
        let before = world.count(sql).await;
        world.open(&sailings[usize::try_from(openings).unwrap() % sailings.len()]);
        openings += 1;
        eventually(when, async || world.count(sql).await > before).await;
        process.kill().await.unwrap();
        flush_redis(&world).await;
        // The lease of an attempt that was cut off has a minute; the test does not wait for it.
        sqlx::query("update delivery set next_attempt_at = now() where state = 'due' and attempts > 0")
            .execute(&world.admin)
            .await
            .unwrap();
        process = start_workers(&world);
        let sent = "select count(*) from delivery where state = 'sent'";
        eventually("every opening is told", async || world.count(sent).await == openings).await;
    }
    assert_eq!(world.count("select count(*) from alert").await, openings);
    assert_eq!(i64::try_from(message_ids(&world).len()).unwrap(), openings);
    process.kill().await.unwrap();
}
