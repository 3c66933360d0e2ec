//! The schedule: due sets on Redis, and the apalis worker that runs what is due in them.
//!
//! Promises that each id runs at most once at a time, within its partition's budget and cap, that no Redis or database
//! error and no junk in Redis ends a worker, and that claims which were not started are handed back on shutdown.
//! Never decides when something is due next: the handler says so, from the row it was given.

mod ack;
mod backend;
mod claimer;
mod due_set;
mod partition;
mod worker;

pub use ack::NextDue;
pub use backend::{Backend, Claimed};
pub use due_set::{Claim, Claims, Completion, DueSet, MAX_CLAIM, MAX_LEASE, connect};
pub use partition::{Budget, Partition, SetName, UnknownPartition};
pub use worker::run;

use crate::clock::Clock;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Loads the rows behind claimed ids, with one statement for the whole batch.
pub trait Load: Clone + Send + Sync + 'static {
    /// What a handler works on.
    type Row: Send + Sync + 'static;

    /// The rows by id. An id without a row is taken out of the due set. An error is tried again while the leases last.
    fn load(&self, ids: &[i64]) -> impl Future<Output = anyhow::Result<HashMap<i64, Self::Row>>> + Send;
}

/// How one worker runs.
#[derive(Clone)]
pub struct Settings {
    /// Unique in the process.
    pub name: String,
    /// How many handlers run at once.
    pub concurrency: usize,
    /// How many claims may wait beside them, so that a handler that ends finds the next one loaded. About twice as
    /// many as run at once.
    pub prefetch: usize,
    /// When a handler is cut off.
    pub timeout: Duration,
    /// When an id is due again whose handler failed, panicked or was cut off.
    pub retry_delay: Duration,
    /// The longest sleep between two looks at Redis: how late an id may be noticed that another process made due.
    pub tick: Duration,
    /// How long a shutdown waits for handlers that run.
    pub shutdown_timeout: Duration,
    /// The clock that leases left and retries are measured by.
    pub clock: Clock,
}

impl Settings {
    /// Settings with the usual pauses.
    #[must_use]
    pub fn new(name: &str, concurrency: usize, timeout: Duration, clock: Clock) -> Self {
        Self {
            name: name.to_owned(),
            concurrency,
            prefetch: 2 * concurrency,
            timeout,
            retry_delay: Duration::from_secs(30),
            tick: Duration::from_millis(20),
            shutdown_timeout: timeout + Duration::from_secs(1),
            clock,
        }
    }
}

/// A due set, how its rows are loaded, and how its worker runs.
#[derive(Clone)]
pub struct Schedule<L> {
    due_set: DueSet,
    load: L,
    settings: Settings,
    epoch_missing: Arc<Notify>,
}

impl<L: Load> Schedule<L> {
    /// Puts the parts together. `epoch_missing` is notified while a claim finds the set incomplete; the one who waits
    /// for it asks [`DueSet::epoch_present`] before rebuilding, for it may be told more than once.
    ///
    /// # Errors
    /// The lease does not outlast the handler's timeout, or nothing may run at once.
    pub fn new(due_set: DueSet, load: L, settings: Settings, epoch_missing: Arc<Notify>) -> anyhow::Result<Self> {
        anyhow::ensure!(settings.concurrency > 0, "a worker needs a concurrency");
        anyhow::ensure!(
            due_set.lease() > settings.timeout,
            "a lease of {:?} does not outlast a handler's timeout of {:?}",
            due_set.lease(),
            settings.timeout
        );
        Ok(Self { due_set, load, settings, epoch_missing })
    }

    /// The due set.
    #[must_use]
    pub fn due_set(&self) -> &DueSet {
        &self.due_set
    }
}
