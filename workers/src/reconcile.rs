//! Keeps the due set what Postgres says it should be: rebuilt at the start and whenever the epoch is
//! gone, corrected when a notification names a target, and walked once over every minute. Redis may be
//! flushed at any moment; nothing is lost but the time to notice.

use crate::{
    clock::Clock,
    config::Config,
    operators::AccessCodes,
    schedule::{Budget, DueSet, Partition},
    status::Tallies,
};
use domain::{
    cadence::{self, TimeScale},
    operator::Operator,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use store::{Store, delivery::LANES, listen::Wake, target::TargetRow};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Targets read and scheduled in one step of a walk.
const PAGE: i64 = 2_000;
/// How often everything is walked over without cause.
const WALK_EVERY: Duration = Duration::from_secs(60);
/// Pause after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Deliveries of one lane leased at once over all workers: more than one worker's seats, so that the leases of one
/// that died do not hold up the others.
const LEASED_A_LANE: u32 = 256;

/// What reconciles. Cheap to clone.
#[derive(Clone)]
pub struct Reconciler {
    /// The database, as `ferry_worker`.
    pub store: Store,
    /// Due targets.
    pub polls: DueSet,
    /// Due deliveries.
    pub deliveries: DueSet,
    /// Time.
    pub clock: Clock,
    /// How many times faster than life cadence runs.
    pub scale: TimeScale,
    /// What some operators ask for: without it they are not asked.
    pub access_codes: Arc<AccessCodes>,
}

/// Who is told to look again.
#[derive(Clone, Default)]
pub struct Wakes {
    /// Changes.
    pub fan_out: Arc<Notify>,
    /// New watches and held alerts.
    pub watches: Arc<Notify>,
    /// Due deliveries.
    pub deliveries: Arc<Notify>,
    /// The epoch is gone or a walk is wanted.
    pub walk: Arc<Notify>,
}

impl Reconciler {
    /// What is needed from the configuration.
    #[must_use]
    pub fn new(store: Store, polls: DueSet, deliveries: DueSet, clock: Clock, config: &Config) -> Reconciler {
        Reconciler {
            store,
            polls,
            deliveries,
            clock,
            scale: config.scale,
            access_codes: Arc::new(config.access_codes.clone()),
        }
    }

    /// Walks at the start, every minute, and when woken, until shutdown.
    pub async fn run(self, wakes: Wakes, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let pause = match self.walk().await {
                Ok(targets) => {
                    tracing::debug!(targets, "schedule reconciled");
                    wakes.deliveries.notify_one();
                    WALK_EVERY
                }
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "schedule not reconciled; trying again");
                    RETRY_AFTER
                }
            };
            tokio::select! {
                () = wakes.walk.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Listens and passes on what it hears, until shutdown. After a lost connection everybody looks again.
    pub async fn listen(self, wakes: Wakes, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                heard = self.hear(&wakes) => if let Err(error) = heard {
                    tracing::warn!(error = format!("{error:#}"), "not listening; sweeps go on, trying again");
                },
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY_AFTER) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    async fn hear(&self, wakes: &Wakes) -> anyhow::Result<()> {
        let mut listener = self.store.listen().await?;
        wakes.walk.notify_one();
        loop {
            match listener.next().await? {
                Wake::Target(target) => {
                    self.reschedule(&[target.0]).await?;
                    wakes.watches.notify_one();
                }
                Wake::Change => {
                    wakes.fan_out.notify_one();
                    wakes.watches.notify_one();
                }
                Wake::Delivery => wakes.deliveries.notify_one(),
                Wake::Everything => {
                    wakes.walk.notify_one();
                    wakes.fan_out.notify_one();
                    wakes.watches.notify_one();
                }
            }
        }
    }

    /// Walks over all operators and targets once: budgets, stretch, demand, due times, and how checks go. Returns how many
    /// targets there are. Marks the epoch last, so that a rebuild that was cut short is begun again.
    ///
    /// # Errors
    /// When the database or Redis fails.
    pub async fn walk(&self) -> anyhow::Result<u64> {
        let budget = Budget { concurrency_cap: LEASED_A_LANE, ..Budget::UNLIMITED };
        let lanes: Vec<_> = (0..LANES).map(|lane| (Partition::deliveries(lane), budget)).collect();
        self.deliveries.set_partitions(&lanes).await?;
        self.set_budgets().await?;
        let (mut after, mut targets, mut tallies) = (0, 0, Tallies::default());
        loop {
            let ids = self.store.target_ids(after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            targets += ids.len() as u64;
            tallies.add(&self.reschedule(&ids).await?);
        }
        tallies.record(&self.store, self.clock.now()).await?;
        if !(self.polls.mark_epoch().await? && self.deliveries.mark_epoch().await?) {
            anyhow::bail!("Redis was emptied during the walk");
        }
        Ok(targets)
    }

    async fn set_budgets(&self) -> anyhow::Result<()> {
        let mut partitions = Vec::new();
        for &operator in Operator::ALL {
            self.store.set_lacks_setting(operator, self.access_codes.missing(operator)).await?;
        }
        for row in self.store.operators().await? {
            let stretch_s = cadence::stretch_s(self.store.wanted_targets(row.operator).await?, row.requests_per_min);
            self.store.set_stretch(row.operator, stretch_s).await?;
            let budget = Budget {
                requests_per_min: row.requests_per_min.saturating_mul(self.scale.times()),
                burst: row.operator.manifest().burst,
                concurrency_cap: u32::from(row.concurrency_cap),
                paused: !row.polled,
            };
            partitions.push((Partition::operator(row.operator), budget));
        }
        Ok(self.polls.set_partitions(&partitions).await?)
    }

    /// Reads the demand for these targets, puts each where it belongs, due or out of the schedule, and gives them back.
    async fn reschedule(&self, ids: &[i64]) -> anyhow::Result<HashMap<i64, TargetRow>> {
        self.store.refresh_demand(ids, self.clock.now()).await?;
        let rows = self.store.targets(ids, self.scale).await?;
        let place = |row: &TargetRow| (Partition::operator(row.operator), row.id.0);
        let due = |row: &TargetRow| cadence::due(&row.state, &row.pace);
        let wanted: Vec<_> = rows
            .values()
            .filter_map(|row| due(row).map(|at| (place(row).0, place(row).1, at.timestamp_micros())))
            .collect();
        let unwanted: Vec<_> = rows.values().filter(|row| due(row).is_none()).map(place).collect();
        self.polls.upsert(&wanted).await?;
        self.polls.retire(&unwanted).await?;
        Ok(rows)
    }
}
