//! Section 1: full cycles of the due set (claim, and fenced completion with the next due time) a second, and the memory
//! that a target costs, at three sizes. Nothing is fetched.

use crate::Measure;
use crate::meter::{float, median, redis_bytes, redis_cpu_s};
use crate::report::{Aim, Figure, Report};
use crate::steps;
use anyhow::Result;
use redis::aio::ConnectionManager;
use std::time::{Duration, Instant};
use workers::schedule::{Budget, DueSet, Partition, SetName, connect};

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Ids of a claim.
const BATCH: usize = 500;
/// Loops beside each other: while one waits for Redis the other reads what it got.
const LOOPS: usize = 2;
/// Ids begin here, so that they are as long as in production.
const FIRST_ID: u64 = 1_000_000_000;
const PARTITION: fn(u16) -> Partition = Partition::numbered;

/// What one run gave.
struct Run {
    per_s: f64,
    redis_us: f64,
}

/// Measures all sizes.
pub(crate) async fn measure(redis_url: &str, measure: Measure, report: &mut Report) -> Result<()> {
    let mut redis = connect(redis_url, Duration::from_secs(60)).await?;
    for size in SIZES.map(|size| size / measure.shrink) {
        let bar = steps::bar(&format!("schedule: {size} targets"), u64::from(measure.runs) + 1);
        let set = DueSet::new(redis.clone(), "bench", SetName::Polls, Duration::from_secs(60));
        // Once for nothing: scripts and buffers that grow the first time are no cost of a target.
        fill(&set, &mut redis, size).await?;
        let bytes = fill(&set, &mut redis, size).await?;
        bar.inc(1);
        let mut runs = Vec::new();
        for _ in 0..measure.runs {
            runs.push(run(&set, &mut redis, size, measure.lasts).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
        let figure =
            |what: &str, value, unit| Figure::new("schedule", format!("{what} at {size} targets"), value, unit);
        report.add(figure("cycles", of(|run| run.per_s), "/s").aim(Aim::AtLeast(50_000.0)));
        report.add(figure("Redis CPU a cycle", of(|run| run.redis_us), "us"));
        report.add(figure("memory", bytes, "B/target").aim(Aim::AtMost(120.0)));
    }
    Ok(())
}

/// Empties Redis and puts `size` targets in, all long due. Returns the bytes that each costs.
async fn fill(set: &DueSet, redis: &mut ConnectionManager, size: u64) -> Result<f64> {
    let _: () = redis::cmd("FLUSHDB").query_async(redis).await?;
    set.set_partitions(&[(PARTITION(1), Budget::UNLIMITED)]).await?;
    let before = redis_bytes(redis).await?;
    let all: Vec<_> = shuffled(size)
        .zip(1..)
        .map(|(id, due_us)| (PARTITION(1), i64::try_from(id).expect("BUG: ids are small"), due_us))
        .collect();
    set.upsert(&all).await?;
    Ok((redis_bytes(redis).await? - before) / float(size))
}

/// Ids in an order that is not their own: due order and id order differ in life.
pub(crate) fn shuffled(size: u64) -> impl Iterator<Item = u64> {
    // The prime shares no factor with any size here, so each id comes once.
    (0..size).map(move |n| FIRST_ID + n * 2_654_435_761 % size)
}

/// Turns the whole set round and round: each completion puts its target behind all others.
async fn run(set: &DueSet, redis: &mut ConnectionManager, size: u64, lasts: Duration) -> Result<Run> {
    let cpu = redis_cpu_s(redis).await?;
    let started = Instant::now();
    let behind = i64::try_from(size).expect("BUG: sizes are small");
    let loops = (0..LOOPS).map(|_| async {
        let mut cycles = 0;
        while started.elapsed() < lasts {
            let claims = set.claim(BATCH).await?;
            let ends: Vec<_> = claims.items.iter().map(|claim| claim.completed(Some(claim.due_us + behind))).collect();
            cycles += set.complete(&ends).await?;
        }
        anyhow::Ok(cycles)
    });
    let cycles: u64 = futures::future::try_join_all(loops).await?.into_iter().sum();
    let seconds = started.elapsed().as_secs_f64();
    let redis_us = (redis_cpu_s(redis).await? - cpu) * 1e6 / float(cycles);
    Ok(Run { per_s: float(cycles) / seconds, redis_us })
}
