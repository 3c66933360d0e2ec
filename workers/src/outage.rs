//! Says when we cannot check, and when we can again: looks at each operator now and then, opens and closes the outages of those
//! who miss checks, and sends the two notices. Any number of processes may look at once; the unique keys let
//! one of them tell. Never counts a failure of its own: the polls did.

use crate::{
    clock::Clock,
    deliver::{Deliverer, Start, start},
    schedule::NextDue,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{
    cadence::{Pace, TimeScale},
    cap::Slot,
    delivery::{CancelReason, GiveUpReason, MAX_ATTEMPTS},
    id::DeliveryId,
    outage::{Health, Notice, Verdict, still_wanted},
};
use std::{sync::Arc, time::Duration};
use store::{
    Audit, Claimed, Store, TenantTx,
    catalog::OperatorRow,
    delivery::{self, Due, Outcome},
    outage::{self, Look, NoticeRow, START},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often to look. A look at an operator that 100,000 tenants wait for and that is not checked takes 4 s of the database.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Watches, or outages, looked at in one statement.
const PAGE: i32 = 2_000;

/// What opens and closes outages. Cheap to clone.
#[derive(Clone)]
pub struct Outages {
    /// The database, as `ferry_worker`.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// How many times faster than life cadence runs.
    pub scale: TimeScale,
}

impl Outages {
    /// Looks until shutdown. `delivered` is woken after each look that made deliveries.
    pub async fn run(self, delivered: Arc<Notify>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            match self.look().await {
                Ok(0) => {}
                Ok(made) => {
                    tracing::info!(made, "notices of outages are due");
                    delivered.notify_one();
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "outages not looked at; trying again"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Looks at every operator once; returns how many deliveries were made.
    ///
    /// # Errors
    /// When the database fails; what was done stays done.
    pub async fn look(&self) -> anyhow::Result<u64> {
        let mut made = 0;
        for operator in self.store.operators().await? {
            let look = self.look_at(&operator);
            made += self.close(&look).await.context("closing outages")?;
            made += self.open(&look).await.context("opening outages")?;
        }
        Ok(made)
    }

    fn look_at(&self, row: &OperatorRow) -> Look {
        let now = self.clock.now();
        let OperatorRow { operator, polled, failures_in_row, open_until, floor_s, stretch_s, .. } = *row;
        let cause = Health { polled, failures_in_row, open_until }.cause(now, self.scale);
        Look { operator, cause, pace: Pace { scale: self.scale, floor_s, stretch_s }, now }
    }

    async fn open(&self, look: &Look) -> anyhow::Result<u64> {
        let (mut after, mut made) = (START, 0);
        while let Some((last, deliveries)) = self.store.open_outages(look, after, PAGE).await? {
            (after, made) = (last, made + deliveries);
        }
        Ok(made)
    }

    async fn close(&self, look: &Look) -> anyhow::Result<u64> {
        let (mut after, mut made) = (Uuid::nil(), 0);
        while let Some((last, deliveries)) = self.store.close_outages(look, after, PAGE).await? {
            (after, made) = (last, made + deliveries);
        }
        Ok(made)
    }
}

impl Deliverer {
    /// Makes one attempt of a notice, if the delivery is one, is due by its row and is still wanted.
    ///
    /// # Errors
    /// When the database fails; then the delivery is due again when its lease ends.
    pub(crate) async fn deliver_notice(&self, door: &Claimed<DeliveryId>) -> anyhow::Result<NextDue> {
        let now = self.clock.now();
        let mut tx = self.store.begin_claimed(door).await?;
        let mut row = match outage::lock_notice(&mut tx, door.id(), self.scale, now).await? {
            Due::Row(row) => row,
            Due::Unreadable => {
                tx.commit(Audit::OwnRecord).await?;
                return Ok(NextDue(None));
            }
            Due::Not => {
                drop(tx);
                return self.deliver_letter(door).await;
            }
        };
        match still_wanted(&row.facts) {
            Verdict::Send if row.attempts >= MAX_ATTEMPTS => {
                let outcome = Outcome::Failed(GiveUpReason::TooManyAttempts.as_str());
                self.drop_notice(tx, &row, &outcome, now).await
            }
            Verdict::Cancel(reason) => self.drop_notice(tx, &row, &Outcome::Cancelled(reason.as_str()), now).await,
            Verdict::Wait(span) => {
                delivery::postpone(&mut tx, row.id, now + span).await?;
                tx.commit(Audit::OwnRecord).await?;
                Ok(NextDue(Some(now + span)))
            }
            Verdict::Send => {
                let slot = match row.attempts {
                    0 => delivery::slot(&mut tx, row.channel, None, now).await?,
                    _ => Slot::Free,
                };
                match start(&mut tx, row.id, slot, now).await? {
                    Start::Now(last_until) => row.last_until = last_until,
                    Start::Held(until) => {
                        tx.commit(Audit::OwnRecord).await?;
                        return Ok(NextDue(Some(until)));
                    }
                }
                let unsubscribe = outage::unsubscribe_path(&tx, row.channel, &self.link_key, now);
                tx.commit(Audit::OwnRecord).await.context("writing an attempt")?;
                let sent = self.sender.send_notice(&row, &unsubscribe).await;
                let attempt = row.attempts + 1;
                tracing::info!(delivery = %row.id, outage = %row.outage, notice = %row.facts.notice, attempt, ?sent, "attempt made");
                // A notice has no sailing to leave without it: only its attempts end it.
                self.settle(door, (row.id, attempt), &sent, DateTime::<Utc>::MAX_UTC).await
            }
        }
    }

    /// Ends a notice that is not sent. If checks work again before anybody was told, the outage ends with it.
    async fn drop_notice(
        &self,
        mut tx: TenantTx,
        row: &NoticeRow,
        outcome: &Outcome<'_>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        delivery::record(&mut tx, (row.id, row.attempts), outcome, now).await?;
        let is_over = matches!(outcome, Outcome::Cancelled(reason) if *reason == CancelReason::Recovered.as_str());
        if is_over && row.facts.notice == Notice::Degraded {
            outage::end_untold(&mut tx, row.outage, now).await?;
        }
        tx.commit(Audit::OwnRecord).await?;
        Ok(NextDue(None))
    }
}
