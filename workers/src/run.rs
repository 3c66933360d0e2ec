//! Puts the parts together and takes them down in order: first nothing new is claimed and what runs
//! ends, then the last heartbeats are written, then the connections close.

use crate::{
    Config,
    channels::{Sender, email::Mailer},
    clock::{Chance, Clock},
    deliver::{self, Deliverer, DueDelivery},
    fan_out::{self, Care, FanOut},
    heartbeat::Heartbeat,
    operators::BaseUrls,
    outage::Outages,
    poll::Poller,
    prune,
    reconcile::{Reconciler, Wakes},
    schedule::{self, Claimed, DueSet, Load, Schedule, SetName, Settings},
};
use anyhow::Context;
use domain::{cadence::TimeScale, operator::Operator};
use outbound::{Client, Development, Egress, UserAgent};
use std::{collections::HashMap, sync::Arc, time::Duration};
use store::{DatabaseRole, Sealer, Store, target::TargetRow};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Database connections of one process for polls, the schedule and housekeeping. Fan-out and deliveries have pools of
/// their own: a backlog of one kind of work never waits for connections that another holds.
const CONNECTIONS: u32 = 10;
/// Database connections for deliveries. Few: an attempt holds one for two moments and none while it sends.
const DELIVERY_CONNECTIONS: u32 = 4;
/// Polls at once in one process; the operators' own caps are far lower.
const POLLS_AT_ONCE: usize = 64;
/// Deliveries at once in one process.
const DELIVERIES_AT_ONCE: usize = 32;
/// A poll is cut off after this; the client's own limits end it sooner.
const POLL_TIMEOUT: Duration = Duration::from_secs(25);
/// A delivery is cut off after this; the relay's timeout ends it sooner.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);
/// Claims come back this long after a worker died.
const LEASE: Duration = Duration::from_secs(30);
/// Claims of deliveries outlast their handler too.
const DELIVERY_LEASE: Duration = Duration::from_secs(40);
/// A Redis that is slower than this counts as gone for the moment.
const REDIS_TIMEOUT: Duration = Duration::from_secs(10);
/// Keys of this installation in Redis.
const PREFIX: &str = "ferry";

#[derive(Clone)]
struct Targets {
    store: Store,
    scale: TimeScale,
}

impl Load for Targets {
    type Row = TargetRow;

    async fn load(&self, ids: &[i64]) -> anyhow::Result<HashMap<i64, TargetRow>> {
        Ok(self.store.targets(ids, self.scale).await?)
    }
}

#[derive(Clone)]
struct Deliveries {
    store: Store,
}

impl Load for Deliveries {
    type Row = DueDelivery;

    async fn load(&self, ids: &[i64]) -> anyhow::Result<HashMap<i64, DueDelivery>> {
        Ok(self.store.claim_deliveries(ids).await?)
    }
}

/// The parts of a running worker process.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Due targets.
    pub polls: DueSet,
    /// Due deliveries.
    pub deliveries: DueSet,
    /// Polls.
    pub poller: Poller,
    /// Turns changes into alerts.
    pub fan_out: FanOut,
    /// Delivers.
    pub deliverer: Deliverer,
    /// Says when we cannot check.
    pub outages: Outages,
    /// Keeps the schedule right.
    pub reconciler: Reconciler,
    clock: Clock,
    scale: TimeScale,
}

/// Runs until `shutdown`.
///
/// # Errors
/// When a setting is wrong or Postgres or Redis cannot be reached at the start. Later outages are waited out.
pub async fn run(
    config: Config,
    clock: Clock,
    chance: Chance,
    sealer: Sealer,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let parts = Parts::connect(&config, clock, chance, sealer).await?;
    tracing::info!("workers are up");
    parts.run(shutdown).await
}

impl Parts {
    /// Connects and checks; starts nothing.
    ///
    /// # Errors
    /// When a setting is wrong or Postgres or Redis cannot be reached.
    pub async fn connect(config: &Config, clock: Clock, chance: Chance, sealer: Sealer) -> anyhow::Result<Parts> {
        let url = config.database_url.expose();
        let pool = async |connections| Store::connect(DatabaseRole::Worker, url, connections, sealer.clone()).await;
        let store = pool(CONNECTIONS).await.context("FERRY_DATABASE_URL")?;
        let environment = store.environment().await?;
        config.check_against(&environment)?;
        store.check_keys().await.context("FERRY_SEAL_KEYS")?;
        let redis = schedule::connect(config.redis_url.expose(), REDIS_TIMEOUT).await.context("FERRY_REDIS_URL")?;
        let polls = DueSet::new(redis.clone(), PREFIX, SetName::Polls, LEASE);
        let deliveries = DueSet::new(redis, PREFIX, SetName::Deliveries, DELIVERY_LEASE);
        let egress = match Development::attested_by(&environment) {
            Some(proof) => Egress::development(proof, config.simulators.clone()),
            None => Egress::production(),
        };
        for operator in Operator::ALL.iter().copied() {
            if let Some(setting) = config.access_codes.missing(operator) {
                tracing::warn!(%operator, setting, "an operator is not asked: its access code is not set");
            }
        }
        let agent = UserAgent::new(&config.base_url, &config.contact).context("FERRY_CONTACT")?;
        let email = Mailer::new(config.smtp_url.expose(), &config.mail_from, config.base_url.clone(), clock.clone())?;
        let poller = Poller {
            store: store.clone(),
            client: Client::new(egress, &agent)?,
            base_urls: Arc::new(BaseUrls::new(&config.base_urls)?),
            access_codes: Arc::new(config.access_codes.clone()),
            budgets: polls.clone(),
            heartbeat: Heartbeat::default(),
            memory: Arc::default(),
            clock: clock.clone(),
            chance: chance.clone(),
        };
        Ok(Parts {
            polls: polls.clone(),
            deliveries: deliveries.clone(),
            poller,
            fan_out: FanOut { store: pool(fan_out::CONNECTIONS).await?, clock: clock.clone() },
            deliverer: Deliverer {
                store: pool(DELIVERY_CONNECTIONS).await?,
                sender: Sender { email },
                link_key: config.link_key.clone(),
                clock: clock.clone(),
                chance,
                scale: config.scale,
            },
            outages: Outages { store: store.clone(), clock: clock.clone(), scale: config.scale },
            reconciler: Reconciler::new(store.clone(), polls, deliveries, clock.clone(), config),
            store,
            clock,
            scale: config.scale,
        })
    }

    /// Runs everything until `shutdown`, and ends in order.
    ///
    /// # Errors
    /// When the settings of a schedule contradict each other.
    pub async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let wakes = Wakes::default();
        let (tasks, last) = (TaskTracker::new(), CancellationToken::new());
        let heartbeat = tokio::spawn(self.poller.heartbeat.clone().run(self.store.clone(), last.clone()));
        tasks.spawn(self.reconciler.clone().run(wakes.clone(), shutdown.clone()));
        tasks.spawn(self.reconciler.clone().listen(wakes.clone(), shutdown.clone()));
        let fan_out = |care, wake: &Arc<Notify>| {
            self.fan_out.clone().run(care, wake.clone(), wakes.deliveries.clone(), shutdown.clone())
        };
        for _ in 0..fan_out::CHANGES_AT_ONCE {
            tasks.spawn(fan_out(Care::Changes, &wakes.fan_out));
        }
        tasks.spawn(fan_out(Care::Waiting, &wakes.watches));
        tasks.spawn(deliver::sweep_deliveries(
            self.deliverer.store.clone(),
            self.deliveries.clone(),
            self.clock.clone(),
            wakes.deliveries.clone(),
            shutdown.clone(),
        ));
        tasks.spawn(self.outages.clone().run(wakes.deliveries.clone(), shutdown.clone()));
        tasks.spawn(prune::run(self.store.clone(), self.clock.clone(), shutdown.clone()));
        tasks.spawn(self.poll_worker(&wakes, shutdown.clone())?);
        tasks.spawn(self.delivery_worker(&wakes, shutdown.clone())?);
        shutdown.cancelled().await;
        tasks.close();
        tasks.wait().await;
        last.cancel();
        heartbeat.await.context("the last heartbeats")?;
        for store in [&self.store, &self.fan_out.store, &self.deliverer.store] {
            store.close().await;
        }
        Ok(())
    }

    fn poll_worker(
        &self,
        wakes: &Wakes,
        shutdown: CancellationToken,
    ) -> anyhow::Result<impl Future<Output = ()> + use<>> {
        let load = Targets { store: self.store.clone(), scale: self.scale };
        let settings = Settings::new("polls", POLLS_AT_ONCE, POLL_TIMEOUT, self.clock.clone());
        let schedule = Schedule::new(self.polls.clone(), load, settings, wakes.walk.clone())?;
        let poller = self.poller.clone();
        let handler = move |claimed: Claimed<TargetRow>| {
            let poller = poller.clone();
            async move { poller.poll(claimed.row).await }
        };
        Ok(schedule::run(schedule, handler, shutdown))
    }

    fn delivery_worker(
        &self,
        wakes: &Wakes,
        shutdown: CancellationToken,
    ) -> anyhow::Result<impl Future<Output = ()> + use<>> {
        let load = Deliveries { store: self.deliverer.store.clone() };
        let settings = Settings::new("deliveries", DELIVERIES_AT_ONCE, DELIVERY_TIMEOUT, self.clock.clone());
        let schedule = Schedule::new(self.deliveries.clone(), load, settings, wakes.walk.clone())?;
        let deliverer = self.deliverer.clone();
        let handler = move |claimed: Claimed<DueDelivery>| {
            let deliverer = deliverer.clone();
            async move { deliverer.deliver(claimed.row).await }
        };
        Ok(schedule::run(schedule, handler, shutdown))
    }
}
