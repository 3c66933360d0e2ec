//! The whole side of section 3: the product's own poller, schedule and store, on a database with one target for each
//! page. A minute lasts a 60th of a second, so that there is always more due than can be polled.

use super::{CONCURRENCY, Counted, count, questions, requests_seen};
use crate::ground::{self, Simulator};
use anyhow::{Result, ensure};
use chrono::Utc;
use dev::cluster::Cluster;
use domain::{cadence::TimeScale, operator::Operator};
use sqlx::{Connection, PgConnection};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::Store;
use store::target::TargetRow;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::clock::{Chance, Clock};
use workers::poll::Poller;
use workers::run::Parts;
use workers::schedule::{Budget, Claimed, DueSet, Load, Partition, Schedule, SetName, Settings, connect, run};

const DATABASE: &str = "bench";
/// As fast as time goes here.
const SCALE: u32 = 3_600;
/// How long warming up may take: the first poll of each target records what it finds.
const WARM_WITHIN: Duration = Duration::from_secs(120);

/// A prepared side.
pub(crate) struct Whole {
    poller: Poller,
    store: Store,
    redis_url: String,
    simulator: SocketAddr,
    scale: TimeScale,
    targets: Vec<i64>,
}

#[derive(Clone)]
struct Targets {
    store: Store,
    scale: TimeScale,
}

impl Load for Targets {
    type Row = TargetRow;

    async fn load(&self, ids: &[i64]) -> Result<HashMap<i64, TargetRow>> {
        Ok(self.store.targets(ids, self.scale).await?)
    }
}

/// Makes the database and its targets, and connects the product's parts to it.
pub(crate) async fn prepare(cluster: &Cluster, simulator: Simulator) -> Result<Whole> {
    ground::database(cluster, DATABASE).await?;
    dev::world::seed(&cluster.super_url(DATABASE), Utc::now().date_naive()).await?;
    let targets = write_targets(cluster).await?;
    let config = ground::config(cluster, DATABASE, simulator, SCALE)?;
    let scale = config.scale;
    let parts =
        Parts::connect(&config, Clock::new(Utc::now), Chance::new(rand::random::<f64>), ground::sealer()).await?;
    Ok(Whole {
        poller: parts.poller,
        store: parts.store,
        redis_url: cluster.redis_url(1),
        simulator: simulator.http,
        scale,
        targets,
    })
}

/// One wanted target for each page, in place of watches.
async fn write_targets(cluster: &Cluster) -> Result<Vec<i64>> {
    let (routes, dates): (Vec<&str>, Vec<String>) =
        questions().into_iter().map(|(route, date)| (route, date.to_string())).unzip();
    let mut connection = PgConnection::connect(&cluster.super_url(DATABASE)).await?;
    let ids = sqlx::query_scalar(
        "insert into target (operator_id, question, plan, created_at)
         select 'harbour', jsonb_build_object('kind', 'route_day', 'route', route, 'date', date), 'fleet', now()
         from unnest($1::text[], $2::text[]) as page (route, date)
         on conflict (operator_id, question) do update set plan = excluded.plan
         returning id",
    )
    .bind(routes)
    .bind(dates)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    Ok(ids)
}

impl Whole {
    /// Polls all targets until each is known, then counts.
    pub(crate) async fn run(&self, lasts: Duration) -> Result<Counted> {
        let seen = requests_seen(self.simulator).await?;
        let polls = Arc::new(AtomicU64::new(0));
        let shutdown = CancellationToken::new();
        let worker = self.worker(polls.clone(), shutdown.clone()).await?;
        let heartbeat = tokio::spawn(self.poller.heartbeat.clone().run(self.store.clone(), shutdown.clone()));
        let warm = self.targets.len() as u64 * 3;
        let warming = async {
            while polls.load(Ordering::Relaxed) < warm {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let warmed = tokio::time::timeout(WARM_WITHIN, warming).await;
        let counted = count(lasts, || polls.load(Ordering::Relaxed)).await;
        shutdown.cancel();
        worker.await?;
        heartbeat.await?;
        let (polls, asked) = (polls.load(Ordering::Relaxed), requests_seen(self.simulator).await? - seen);
        ensure!(warmed.is_ok(), "polls are too slow to warm up: {polls} in {WARM_WITHIN:?}");
        ensure!(polls <= asked, "{polls} polls were counted, but the simulator was asked {asked} times");
        counted
    }

    /// The worker as the product runs it, save that the operator's budget is open.
    async fn worker(&self, polls: Arc<AtomicU64>, shutdown: CancellationToken) -> Result<JoinHandle<()>> {
        let redis = connect(&self.redis_url, Duration::from_secs(10)).await?;
        let set = DueSet::new(redis, "bench", SetName::Polls, Duration::from_secs(30));
        let harbour = Partition::operator(Operator::Harbour);
        set.set_partitions(&[(harbour, Budget::UNLIMITED)]).await?;
        let due: Vec<_> = self.targets.iter().map(|id| (harbour, *id, 0)).collect();
        set.upsert(&due).await?;
        set.mark_epoch().await?;
        let settings = Settings::new("bench", CONCURRENCY, Duration::from_secs(20), Clock::new(Utc::now));
        let load = Targets { store: self.store.clone(), scale: self.scale };
        let schedule = Schedule::new(set, load, settings, Arc::new(Notify::new()))?;
        let poller = self.poller.clone();
        let handler = move |claimed: Claimed<TargetRow>| {
            let (poller, polls) = (poller.clone(), polls.clone());
            let target = claimed.row.id;
            async move {
                let before = poller.heartbeat.last(target);
                let next = poller.poll(claimed.row).await;
                // A good poll of an unchanged page leaves its trace here; nothing else is counted.
                if poller.heartbeat.last(target) != before {
                    polls.fetch_add(1, Ordering::Relaxed);
                }
                next
            }
        };
        Ok(tokio::spawn(run(schedule, handler, shutdown)))
    }
}
