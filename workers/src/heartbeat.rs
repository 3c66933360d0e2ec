//! Good polls that changed nothing, gathered and written in one statement a second. Until the write
//! this process remembers them, so that it never asks a target again too soon because a row is a
//! moment behind.

use chrono::{DateTime, Utc};
use domain::id::TargetId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::Store;
use tokio_util::sync::CancellationToken;

/// How often the gathered polls are written.
const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// Rows a statement; more wait for the next statement of the same flush.
const ROWS_PER_STATEMENT: usize = 5_000;

/// The gathered polls. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub struct Heartbeat(Arc<Mutex<HashMap<TargetId, DateTime<Utc>>>>);

impl Heartbeat {
    /// Notes a good poll that started then.
    pub fn note(&self, target: TargetId, polled_at: DateTime<Utc>) {
        self.lock().insert(target, polled_at);
    }

    /// The start of the target's last noted poll, if it is not written yet.
    #[must_use]
    pub fn last(&self, target: TargetId) -> Option<DateTime<Utc>> {
        self.lock().get(&target).copied()
    }

    /// Writes what is gathered. What is noted meanwhile, or could not be written, stays for the next flush.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flush(&self, store: &Store) -> store::Result<()> {
        let mut gathered: Vec<(TargetId, DateTime<Utc>)> =
            self.lock().iter().map(|(target, at)| (*target, *at)).collect();
        gathered.sort_unstable();
        for rows in gathered.chunks(ROWS_PER_STATEMENT) {
            let (ids, at): (Vec<_>, Vec<_>) = rows.iter().map(|(target, at)| (target.0, *at)).unzip();
            store.record_unchanged(&ids, &at).await?;
            let mut pending = self.lock();
            for (target, at) in rows {
                if pending.get(target) == Some(at) {
                    pending.remove(target);
                }
            }
        }
        Ok(())
    }

    /// Flushes every second until shutdown, and once more then.
    pub async fn run(self, store: Store, shutdown: CancellationToken) {
        let mut every = tokio::time::interval(FLUSH_EVERY);
        let mut last = false;
        while !last {
            tokio::select! {
                _ = every.tick() => {}
                () = shutdown.cancelled() => last = true,
            }
            if let Err(error) = self.flush(&store).await {
                tracing::warn!(%error, "heartbeats not written; they stay for the next flush");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TargetId, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
