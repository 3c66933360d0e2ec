//! One delivery: is it still true, is there room below the caps, write the attempt, send, write what came of it. Takes the tenant only
//! from the row the id names and reads everything again under that tenant's row security; what Redis
//! says is an id and nothing more.

use crate::{
    channels::{Sender, Sent},
    clock::{Chance, Clock},
    schedule::{DueSet, NextDue, Partition},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    cadence::TimeScale,
    cap::Slot,
    delivery::{CancelReason, GiveUpReason, MAX_ATTEMPTS, NextAttempt, next_attempt, still_wanted},
    id::DeliveryId,
    watch::Wish,
};
use std::{sync::Arc, time::Duration};
use store::{
    Audit, LinkKey, Store, TenantTx, alert,
    delivery::{self, DeliveryRow, Due, Links, Outcome, Told},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// While an attempt runs nobody else takes the delivery; after a crash it is due again this much later.
const ATTEMPT_LEASE_S: i64 = 60;
/// How often to look for due deliveries without having been woken.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Deliveries due within this many seconds are put into the due set: more than the time between two sweeps, less than
/// an attempt's lease.
const LOOKAHEAD_S: i64 = 10;
/// The most deliveries of a lane that a sweep puts into the due set, however many wait: two seconds' work, and the
/// next sweep brings what follows.
pub const HEAD_OF_LANE: i32 = 2_000;

/// What a claimed id of the due set is loaded as.
pub type DueDelivery = (store::Claimed<DeliveryId>, Option<DateTime<Utc>>);

/// What a deliverer works with. Cheap to clone.
#[derive(Clone)]
pub struct Deliverer {
    /// The database, as `ferry_worker`.
    pub store: Store,
    /// The channels' senders.
    pub sender: Sender,
    /// Signs the links in messages.
    pub link_key: LinkKey,
    /// Time.
    pub clock: Clock,
    /// Jitter.
    pub chance: Chance,
    /// How many times faster than life cadence runs.
    pub scale: TimeScale,
}

/// What became of a delivery before anything is sent.
enum Begun {
    /// Its attempt is written: send it.
    Attempt(Box<(DeliveryRow, Links)>),
    /// It is not to be sent now, and its row says why.
    Settled(NextDue),
    /// No alert's delivery is due under this id.
    NoAlert,
}

impl Deliverer {
    /// Makes one attempt, if the delivery is due by its row and still wanted.
    ///
    /// # Errors
    /// When the database fails; then the delivery is due again when its lease ends.
    pub async fn deliver(&self, (door, next_attempt_at): DueDelivery) -> anyhow::Result<NextDue> {
        // What a late sweep put back after its last attempt costs no transaction.
        if next_attempt_at.is_none_or(|at| at > self.clock.now()) {
            return Ok(NextDue(next_attempt_at));
        }
        match self.begin(&door).await? {
            Begun::Attempt(begun) => {
                let (delivery, links) = *begun;
                let sent = self.sender.send(&delivery, &links).await;
                let attempt = delivery.attempts + 1;
                tracing::info!(delivery = %delivery.id, alert = %delivery.alert, attempt, ?sent, "attempt made");
                self.settle(&door, (delivery.id, attempt), &sent, delivery.facts.departs_at).await
            }
            Begun::Settled(next) => Ok(next),
            Begun::NoAlert => self.deliver_notice(&door).await,
        }
    }

    /// Writes what came of an attempt. What was not taken now is tried again, but not after `until`.
    pub(crate) async fn settle(
        &self,
        door: &store::Claimed<DeliveryId>,
        (delivery, attempt): (DeliveryId, u16),
        sent: &Sent,
        until: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        let now = self.clock.now();
        let outcome = match sent {
            Sent::Taken => Outcome::Sent,
            Sent::Refused(why) => Outcome::Failed(why),
            Sent::NotNow(why) => match next_attempt(attempt, now, until, self.chance.draw()) {
                NextAttempt::At(at) => Outcome::Retry(at, why),
                NextAttempt::GiveUp(reason) => Outcome::Failed(reason.as_str()),
            },
        };
        let mut tx = self.store.begin_claimed(door).await?;
        if !delivery::record(&mut tx, (delivery, attempt), &outcome, now).await? {
            tracing::warn!(%delivery, "another worker went on while this attempt ran");
        }
        tx.commit(Audit::OwnRecord).await.context("recording an attempt")?;
        Ok(NextDue(match outcome {
            Outcome::Retry(at, _) => Some(at),
            Outcome::Sent | Outcome::Failed(_) | Outcome::Cancelled(_) => None,
        }))
    }

    /// Locks the delivery, asks once more whether it is wanted, and writes the attempt.
    async fn begin(&self, door: &store::Claimed<DeliveryId>) -> anyhow::Result<Begun> {
        let now = self.clock.now();
        let mut tx = self.store.begin_claimed(door).await?;
        let mut row = match delivery::lock_due(&mut tx, door.id(), now).await.context("reading a delivery")? {
            Due::Row(row) => row,
            Due::Unreadable => {
                tx.commit(Audit::OwnRecord).await?;
                return Ok(Begun::Settled(NextDue(None)));
            }
            Due::Not => return Ok(Begun::NoAlert),
        };
        let cancelled = match still_wanted(&row.facts, now) {
            Err(reason) => Some(reason),
            Ok(()) => (!still_true(&row.told)).then_some(CancelReason::Gone),
        };
        match cancelled {
            // Its stretch of truth ends with it, so that the next one is told.
            Some(CancelReason::Gone) => alert::close(&mut tx, row.alert, now).await?,
            Some(CancelReason::WatchChanged | CancelReason::WatchInactive) => {
                alert::withdraw(&mut tx, row.alert, now).await?;
            }
            Some(_) | None => {}
        }
        let ended = match cancelled {
            Some(reason) => Some(Outcome::Cancelled(reason.as_str())),
            // An attempt that was cut off counts too.
            None => (row.attempts >= MAX_ATTEMPTS).then(|| Outcome::Failed(GiveUpReason::TooManyAttempts.as_str())),
        };
        if let Some(outcome) = ended {
            delivery::record(&mut tx, (row.id, row.attempts), &outcome, now).await?;
            tx.commit(Audit::OwnRecord).await?;
            return Ok(Begun::Settled(NextDue(None)));
        }
        let slot = match row.attempts {
            0 => delivery::slot(&mut tx, row.channel, Some(row.alert), now).await?,
            _ => Slot::Free,
        };
        match start(&mut tx, row.id, slot, now).await? {
            Start::Now(last_until) => row.last_until = last_until,
            Start::Held(until) => {
                tx.commit(Audit::OwnRecord).await?;
                return Ok(Begun::Settled(NextDue(Some(until))));
            }
        }
        let links = delivery::links(&tx, &row, &self.link_key, now);
        tx.commit(Audit::OwnRecord).await.context("writing an attempt")?;
        Ok(Begun::Attempt(Box::new((*row, links))))
    }
}

/// Whether an attempt begins.
pub(crate) enum Start {
    /// It is written. Set if it is the last that begins before then.
    Now(Option<DateTime<Utc>>),
    /// A cap holds it until then.
    Held(DateTime<Utc>),
}

/// Writes the attempt, or that a cap holds it. The slot of a retry is free: it took its own when it began.
pub(crate) async fn start(tx: &mut TenantTx, id: DeliveryId, slot: Slot, now: DateTime<Utc>) -> anyhow::Result<Start> {
    let last_until = match slot {
        Slot::Free => None,
        Slot::Last(until) => Some(until),
        Slot::Held(until) => {
            delivery::postpone(tx, id, until).await?;
            return Ok(Start::Held(until));
        }
    };
    delivery::begin_attempt(tx, id, now + TimeDelta::seconds(ATTEMPT_LEASE_S), now).await?;
    Ok(Start::Now(last_until))
}

/// Whether the newest facts still fulfil the wish, on both legs where both are wanted: a fall may wait for
/// its fan-out.
fn still_true(told: &Told) -> bool {
    let holds = |leg, sailing, facts| Wish { criteria: &told.criteria, leg, class: &told.class }.holds(sailing, facts);
    let leg = match (&told.return_leg, told.leg) {
        (Some(back), 1) => &back.leg,
        _ => &told.criteria.leg,
    };
    let back = match (&told.pair, &told.return_leg) {
        (Some(pair), Some(back)) => told.pair_facts.as_ref().is_some_and(|facts| holds(&back.leg, pair, facts)),
        _ => true,
    };
    holds(leg, &told.sailing, &told.sailing_facts) && back
}

/// Puts due deliveries into the due set whenever woken and once a second, until shutdown.
pub async fn sweep_deliveries(
    store: Store,
    due_set: DueSet,
    clock: Clock,
    wake: Arc<Notify>,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        if let Err(error) = sweep(&store, &due_set, &clock).await {
            tracing::warn!(error = format!("{error:#}"), "due deliveries not scheduled; the next sweep tries again");
        }
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Puts the head of each lane into the due set.
///
/// # Errors
/// When the database or Redis fails.
pub async fn sweep(store: &Store, due_set: &DueSet, clock: &Clock) -> anyhow::Result<()> {
    let until = clock.now() + TimeDelta::seconds(LOOKAHEAD_S);
    let due = store.due_deliveries(until, HEAD_OF_LANE).await?;
    let entries: Vec<_> =
        due.iter().map(|due| (Partition::deliveries(due.lane), due.id, due.at.timestamp_micros())).collect();
    Ok(due_set.upsert(&entries).await?)
}
