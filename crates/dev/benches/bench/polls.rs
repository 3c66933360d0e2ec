//! Section 3: whole polls (claim, load, fetch 3 KB from the simulator, parse, compare, reschedule; pages unchanged) a
//! second, against a bare loop that fetches and reads the same pages from the same server.
//!
//! Promises that both sides use the same number of connections, and that the simulator runs in its own process. Never
//! counts a poll that did not end well, nor more polls than the simulator saw requests.

mod whole;

use crate::Measure;
use crate::ground::Simulator;
use crate::meter::{cpu_s, float, median, rss_mb};
use crate::report::{Aim, Figure, Report};
use crate::steps;
use anyhow::{Context, Result, ensure};
use dev::cluster::Cluster;
use dev::leash::{Leashed, Order, Output};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Fetches at once, on both sides.
const CONCURRENCY: usize = 64;
/// Days ahead that are asked for, for each route: with fewer targets, cadence would be the limit.
const DAYS: u64 = 300;
const ROUTES: [&str; 4] = ["POR-SAN", "SAN-POR", "POR-ISL", "ISL-POR"];
/// How long the simulator may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// What a run of one side gave.
pub(crate) struct Run {
    per_s: f64,
    cpu_s_per_1000: f64,
    rss_mb: Option<f64>,
}

/// The question of each target: a route and a day.
pub(crate) fn questions() -> Vec<(&'static str, chrono::NaiveDate)> {
    let today = chrono::Utc::now().date_naive();
    let dates: Vec<_> = (1..=DAYS).map(|day| today + chrono::Days::new(day)).collect();
    ROUTES.into_iter().flat_map(|route| dates.iter().map(move |date| (route, *date))).collect()
}

/// Measures both sides in turn, so that what else the machine does meets both.
pub(crate) async fn measure(cluster: &Cluster, measure: Measure, report: &mut Report) -> Result<()> {
    let bar = steps::bar("polls: whole ones and a bare loop", 2 * u64::from(measure.runs) + 1);
    let (simulator, _process) = simulator().await?;
    let urls = pages(simulator.http);
    let side = whole::prepare(cluster, simulator).await?;
    bar.inc(1);
    let (mut bare_runs, mut whole_runs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..measure.runs {
        let bare = bare(&urls, measure.lasts).await?;
        bar.inc(1);
        let whole = metered(measure.lasts, || side.run(measure.lasts)).await?;
        bar.inc(1);
        ratios.push(whole.per_s / bare.per_s);
        bare_runs.push(bare);
        whole_runs.push(whole);
    }
    bar.finish_and_clear();
    add(report, "bare loop", &bare_runs);
    add(report, "whole polls", &whole_runs);
    report.add(Figure::new("polls", "whole / bare", median(ratios), "").aim(Aim::AtLeast(0.55)));
    Ok(())
}

fn add(report: &mut Report, side: &str, runs: &[Run]) {
    let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
    report.add(Figure::new("polls", side, of(|run| run.per_s), "/s"));
    report.add(Figure::new("polls", format!("{side}: CPU"), of(|run| run.cpu_s_per_1000), "s/1000"));
    if let Some(rss) = runs.last().and_then(|run| run.rss_mb) {
        report.add(Figure::new("polls", format!("{side}: RSS"), rss, "MB"));
    }
}

/// Runs one side, which gives back how many polls ended well while it lasted, and meters this process meanwhile.
async fn metered<F: Future<Output = Result<Counted>>>(lasts: Duration, side: impl FnOnce() -> F) -> Result<Run> {
    let counted = side().await?;
    ensure!(counted.polls > 0, "no poll ended well in {lasts:?}");
    let polls = float(counted.polls);
    Ok(Run { per_s: polls / counted.seconds, cpu_s_per_1000: counted.cpu_s / polls * 1e3, rss_mb: rss_mb() })
}

/// What one side counts of the time it was warm.
pub(crate) struct Counted {
    polls: u64,
    seconds: f64,
    cpu_s: f64,
}

/// Counts what `polls` grows by while time passes.
pub(crate) async fn count(lasts: Duration, polls: impl Fn() -> u64) -> Result<Counted> {
    let (before, cpu, started) = (polls(), cpu_s()?, Instant::now());
    tokio::time::sleep(lasts).await;
    Ok(Counted { polls: polls() - before, seconds: started.elapsed().as_secs_f64(), cpu_s: cpu_s()? - cpu })
}

/// The bare loop, in as many lanes as polls run at once: ask, read to the end, parse as JSON, ask again.
async fn bare(urls: &Arc<[String]>, lasts: Duration) -> Result<Run> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONCURRENCY).build()?;
    let done = Arc::new(AtomicUsize::new(0));
    let mut lanes = JoinSet::new();
    for first in 0..CONCURRENCY {
        lanes.spawn(lane(client.clone(), urls.clone(), first, done.clone()));
    }
    metered(lasts, || async {
        tokio::select! {
            failed = lanes.join_next() => match failed.context("BUG: there are lanes")?? {
                Err(failed) => Err(failed),
                Ok(never) => match never {},
            },
            counted = count(lasts, || done.load(Ordering::Relaxed) as u64) => counted,
        }
    })
    .await
}

async fn lane(
    client: reqwest::Client,
    urls: Arc<[String]>,
    first: usize,
    done: Arc<AtomicUsize>,
) -> Result<Infallible> {
    for at in (first..).step_by(CONCURRENCY) {
        let page = client.get(&urls[at % urls.len()]).send().await?.error_for_status()?.bytes().await?;
        let page: serde_json::Value = serde_json::from_slice(&page)?;
        std::hint::black_box(page);
        done.fetch_add(1, Ordering::Relaxed);
    }
    unreachable!("BUG: the lane has no end")
}

/// How many requests the simulator has seen.
pub(crate) async fn requests_seen(simulator: SocketAddr) -> Result<u64> {
    #[derive(serde::Deserialize)]
    struct Seen {
        total: u64,
    }
    let seen = reqwest::get(format!("http://{simulator}/sim/requests")).await?.bytes().await?;
    Ok(serde_json::from_slice::<Seen>(&seen)?.total)
}

fn pages(simulator: SocketAddr) -> Arc<[String]> {
    let page = |(route, date)| format!("http://{simulator}/harbour/v1/sailings?route={route}&date={date}");
    questions().into_iter().map(page).collect()
}

/// The simulator in its own process, on ports that were free a moment ago.
pub(crate) async fn simulator() -> Result<(Simulator, Leashed)> {
    let (http, smtp) = (free()?, free()?);
    // Not the program that started us, which is no release build.
    let mut process = Order::new("simulator", Path::new(env!("CARGO_BIN_EXE_dev")))
        .args(["sim".into(), format!("--http={http}"), format!("--smtp={smtp}")])
        .start(Output::Ours)?;
    let started = Instant::now();
    while tokio::net::TcpStream::connect(http).await.is_err() {
        ensure!(process.ended()?.is_none() && started.elapsed() < STARTS_WITHIN, "the simulator does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok((Simulator { http, smtp }, process))
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
