//! The background task that claims what is due, loads its rows and lines them up for the worker.
//!
//! Promises to lease no more than there are free seats, to outlive every error of Redis and of the loader, and to hand
//! back what it can no longer line up. Never ends before it is told to.

use super::ack::{Acks, Seat};
use super::due_set::{Claim, MAX_CLAIM};
use super::{Claimed, Load, Schedule};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// The shortest time between two claims that did not fill all free seats, so that a claim brings more than one id.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
/// The pause after a Redis error.
const ERROR_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause between two tries of the loader.
const LONGEST_LOAD_PAUSE: Duration = Duration::from_secs(2);

/// What the task works with.
pub(super) struct Claimer<L: Load> {
    pub(super) schedule: Schedule<L>,
    pub(super) seats: Arc<Semaphore>,
    pub(super) line: mpsc::Sender<Claimed<L::Row>>,
    pub(super) acks: Acks,
    pub(super) freed: Arc<Notify>,
    pub(super) stop: CancellationToken,
}

impl<L: Load> Claimer<L> {
    /// Claims until it is stopped.
    pub(super) async fn run(self) {
        let mut least = 1;
        while let Some(free) = self.free_seats(least).await {
            let asked = free.num_permits();
            let asked_at = self.schedule.settings.clock.now();
            match self.schedule.due_set.claim(asked).await {
                Ok(claims) => {
                    self.report(claims.epoch_missing, claims.quarantined);
                    let filled = claims.items.len() == asked;
                    self.line_up(claims.items, free, asked_at).await;
                    // With more due than seats, half the line is worked off before the next claim: one claim and
                    // one statement then serve many ids, and no handler waits, for the other half is loaded.
                    least = if filled { self.half_the_line() } else { 1 };
                    if !filled {
                        self.pause(claims.wait).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the due set could not be claimed from, trying again");
                    self.or_stopped(tokio::time::sleep(ERROR_PAUSE)).await;
                }
            }
        }
    }

    fn half_the_line(&self) -> u32 {
        u32::try_from((self.schedule.settings.prefetch / 2).clamp(1, MAX_CLAIM)).expect("BUG: MAX_CLAIM is a u32")
    }

    /// Waits for `least` seats and takes all that are free; `None` once stopped.
    async fn free_seats(&self, least: u32) -> Option<OwnedSemaphorePermit> {
        let first = self.seats.clone().acquire_many_owned(least);
        let mut free = self.or_stopped(first).await?.ok()?;
        // Only this task takes seats, so what is available cannot shrink in between.
        let more = self.seats.available_permits().min(MAX_CLAIM - free.num_permits());
        let more = u32::try_from(more).expect("BUG: MAX_CLAIM is no u32");
        if let Ok(rest) = self.seats.clone().try_acquire_many_owned(more) {
            free.merge(rest);
        }
        Some(free)
    }

    fn report(&self, epoch_missing: bool, quarantined: u64) {
        if epoch_missing {
            self.schedule.epoch_missing.notify_one();
        }
        if quarantined > 0 {
            let worker = &self.schedule.settings.name;
            tracing::error!(worker, quarantined, "junk in the due set was moved to quarantine");
        }
    }

    /// Loads the rows and lines them up, each with a seat. Ids without a row leave the due set.
    async fn line_up(&self, claims: Vec<Claim>, mut free: OwnedSemaphorePermit, asked_at: DateTime<Utc>) {
        if claims.is_empty() {
            return;
        }
        let settings = &self.schedule.settings;
        let start_by = asked_at + (self.schedule.due_set.lease() - settings.timeout);
        let Some(mut rows) = self.rows(&claims, start_by).await else {
            for claim in claims {
                self.acks.hand_back(claim, None).await;
            }
            return;
        };
        for claim in claims {
            let Some(row) = rows.remove(&claim.id) else {
                self.acks.complete(claim.completed(None), None).await;
                continue;
            };
            let seat = free.split(1).map(|permit| Seat { _permit: permit, start_by });
            let claimed = Claimed { claim, row, seat };
            // The line is as long as there are seats: this waits for nothing, and fails only when the worker closes.
            if let Err(unsent) = self.line.send(claimed).await {
                let Claimed { claim, seat, .. } = unsent.0;
                self.acks.hand_back(claim, seat).await;
            }
        }
    }

    /// The rows, tried again until the leases are too short to start anything; `None` if that came first.
    async fn rows(&self, claims: &[Claim], start_by: DateTime<Utc>) -> Option<HashMap<i64, L::Row>> {
        let ids: Vec<i64> = claims.iter().map(|claim| claim.id).collect();
        let mut pause = Duration::from_millis(50);
        loop {
            let error = match self.or_stopped(self.schedule.load.load(&ids)).await? {
                Ok(rows) => return Some(rows),
                Err(error) => error,
            };
            if self.schedule.settings.clock.now() >= start_by {
                tracing::error!(error = %format!("{error:#}"), claims = ids.len(), "claims handed back: their rows could not be loaded");
                return None;
            }
            tracing::warn!(error = %format!("{error:#}"), "claimed rows could not be loaded, trying again");
            self.or_stopped(tokio::time::sleep(pause)).await?;
            pause = (pause * 2).min(LONGEST_LOAD_PAUSE);
        }
    }

    /// Sleeps until something is due, or a lease of ours ended and made room in its partition, or the tick is over.
    async fn pause(&self, wait: Option<Duration>) {
        let tick = self.schedule.settings.tick.max(SHORTEST_PAUSE);
        let longest = wait.unwrap_or(tick).clamp(SHORTEST_PAUSE, tick);
        let pause = async {
            tokio::time::sleep(SHORTEST_PAUSE).await;
            let freed = self.freed.notified();
            let _ = tokio::time::timeout(longest - SHORTEST_PAUSE, freed).await;
        };
        self.or_stopped(pause).await;
    }

    /// What the future brings; `None` if the task was stopped first.
    async fn or_stopped<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.stop.run_until_cancelled(future).await
    }
}
