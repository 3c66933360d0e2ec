//! Section 2: how late handlers start, with a million targets that are each due once a minute, through the whole worker:
//! claim, load, line, layers, handler, completion. Nothing is fetched, and rows come from nowhere.

use crate::Measure;
use crate::cycles::shuffled;
use crate::meter::{cpu_s, float, median, per_mille};
use crate::report::{Aim, Figure, Report};
use crate::steps;
use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use workers::clock::Clock;
use workers::schedule::{Budget, Claimed, DueSet, Load, NextDue, Partition, Schedule, SetName, Settings, connect, run};

const TARGETS: u64 = 1_000_000;
const INTERVAL: TimeDelta = TimeDelta::seconds(60);
/// As many operators as there may ever be, as many as the design aims at, and one that has it all, each with the
/// milliseconds that its 99th percentile may take.
const PARTITIONS: [(u16, f64); 3] = [(500, 150.0), (50, 100.0), (1, 25.0)];
/// How much longer than nothing filling the set takes, and what warming up takes after it.
const FILL_AND_WARM_UP: Duration = Duration::from_secs(25);
/// Handlers at once.
const CONCURRENCY: usize = 512;

/// The row is the id itself.
#[derive(Clone)]
struct Nothing;

impl Load for Nothing {
    type Row = ();

    async fn load(&self, ids: &[i64]) -> Result<HashMap<i64, ()>> {
        Ok(ids.iter().map(|id| (*id, ())).collect())
    }
}

/// How late each handler started, in microseconds; `None` while nothing is noted.
type Noted = Arc<Mutex<Option<Vec<i64>>>>;

/// What one run gave, in milliseconds.
struct Run {
    served_per_s: f64,
    p50: f64,
    p99: f64,
    max: f64,
    cpu: f64,
}

/// Measures with many partitions and with one.
pub(crate) async fn measure(redis_url: &str, measure: Measure, report: &mut Report) -> Result<()> {
    let targets = TARGETS / measure.shrink;
    for (partitions, aim) in PARTITIONS {
        let what = format!("lateness: {targets} targets, {partitions} operators");
        let bar = steps::bar(&what, u64::from(measure.runs));
        let mut runs = Vec::new();
        for _ in 0..measure.runs {
            runs.push(one_run(redis_url, targets, partitions, measure.lasts).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
        let figure = |what: &str, value, unit| {
            Figure::new("lateness", format!("{what}, {targets} a minute, {partitions} operators"), value, unit)
        };
        report.add(figure("served", of(|run| run.served_per_s), "/s"));
        report.add(figure("p50", of(|run| run.p50), "ms"));
        report.add(figure("p99", of(|run| run.p99), "ms").aim(Aim::AtMost(aim)));
        report.add(figure("max", of(|run| run.max), "ms"));
        report.add(figure("worker CPU", of(|run| run.cpu), "CPU-s/s"));
    }
    Ok(())
}

async fn one_run(redis_url: &str, targets: u64, partitions: u16, lasts: Duration) -> Result<Run> {
    let mut redis = connect(redis_url, Duration::from_secs(60)).await?;
    let _: () = redis::cmd("FLUSHDB").query_async(&mut redis).await?;
    let set = DueSet::new(redis, "bench", SetName::Polls, Duration::from_secs(60));
    let budgets: Vec<_> = (1..=partitions).map(|n| (Partition::numbered(n), Budget::UNLIMITED)).collect();
    set.set_partitions(&budgets).await?;
    let first = Utc::now() + FILL_AND_WARM_UP - Duration::from_secs(5);
    fill(&set, targets, partitions, first).await?;
    set.mark_epoch().await?;
    let noted = Noted::default();
    let shutdown = CancellationToken::new();
    let settings = Settings::new("bench", CONCURRENCY, Duration::from_secs(10), Clock::new(Utc::now));
    let schedule = Schedule::new(set, Nothing, settings, Arc::new(Notify::new()))?;
    let handler = note(noted.clone());
    let worker = tokio::spawn(run(schedule, handler, shutdown.clone()));
    let warm = (first + Duration::from_secs(5) - Utc::now()).to_std().context("filling took too long")?;
    tokio::time::sleep(warm).await;
    let cpu = cpu_s()?;
    *noted.lock().expect("BUG: nothing panics under this lock") = Some(Vec::new());
    tokio::time::sleep(lasts).await;
    let late = noted.lock().expect("BUG: nothing panics under this lock").take();
    let cpu = (cpu_s()? - cpu) / lasts.as_secs_f64();
    shutdown.cancel();
    worker.await?;
    let mut late = late.context("BUG: noted since above")?;
    late.sort_unstable();
    let ms = |part| {
        let us = u64::try_from(per_mille(&late, part)).unwrap_or_default();
        float(us) / 1e3
    };
    let served_per_s = float(late.len() as u64) / lasts.as_secs_f64();
    Ok(Run { served_per_s, p50: ms(500), p99: ms(990), max: ms(1_000), cpu })
}

/// Spreads the targets evenly over the interval and the partitions.
async fn fill(set: &DueSet, targets: u64, partitions: u16, first: DateTime<Utc>) -> Result<()> {
    let interval_us = INTERVAL.num_microseconds().context("BUG: a minute fits")?;
    let count = i64::try_from(targets)?;
    let all: Vec<_> = shuffled(targets)
        .zip(0..count)
        .map(|(id, n)| {
            let id = i64::try_from(id).expect("BUG: ids are small");
            let partition = u16::try_from(n % i64::from(partitions)).expect("BUG: less than partitions");
            (Partition::numbered(partition + 1), id, first.timestamp_micros() + n * interval_us / count)
        })
        .collect();
    Ok(set.upsert(&all).await?)
}

/// A handler that notes how late it is and wants the same again one interval later.
fn note(noted: Noted) -> impl Fn(Claimed<()>) -> std::future::Ready<Result<NextDue>> + Clone {
    move |claimed| {
        let due_us = claimed.claim.due_us;
        if let Some(late) = &mut *noted.lock().expect("BUG: nothing panics under this lock") {
            late.push(Utc::now().timestamp_micros() - due_us);
        }
        let next = DateTime::from_timestamp_micros(due_us).map(|due| due + INTERVAL);
        std::future::ready(Ok(NextDue(next)))
    }
}
