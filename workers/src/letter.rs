//! One letter: is it still true and allowed, is there room below the caps, write the attempt, send. The tail is that of every
//! delivery. Never mails an invitation that could not be accepted, and never reads an address before it is needed.

use crate::{
    deliver::{Deliverer, Start, start},
    schedule::NextDue,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{
    cap::Slot,
    delivery::{GiveUpReason, MAX_ATTEMPTS},
    id::DeliveryId,
    letter::still_wanted,
};
use store::{
    Audit, Claimed,
    delivery::{self, Due, Outcome},
    letter,
};

impl Deliverer {
    /// Makes one attempt of a letter, if the delivery is one, is due by its row and is still wanted.
    ///
    /// # Errors
    /// When the database fails; then the delivery is due again when its lease ends.
    pub(crate) async fn deliver_letter(&self, door: &Claimed<DeliveryId>) -> anyhow::Result<NextDue> {
        let now = self.clock.now();
        let mut tx = self.store.begin_claimed(door).await?;
        let row = match letter::lock(&mut tx, door.id(), &self.link_key, now).await.context("reading a letter")? {
            Due::Row(row) => row,
            Due::Unreadable => {
                tx.commit(Audit::OwnRecord).await?;
                return Ok(NextDue(None));
            }
            Due::Not => return Ok(NextDue(None)),
        };
        let ended = match still_wanted(&row.facts, now) {
            Err(reason) => Some(Outcome::Cancelled(reason.as_str())),
            Ok(()) if row.attempts >= MAX_ATTEMPTS => Some(Outcome::Failed(GiveUpReason::TooManyAttempts.as_str())),
            Ok(()) => None,
        };
        if let Some(outcome) = ended {
            delivery::record(&mut tx, (row.id, row.attempts), &outcome, now).await?;
            tx.commit(Audit::OwnRecord).await?;
            return Ok(NextDue(None));
        }
        let slot = match row.attempts {
            0 => letter::slot(&mut tx, row.to, now).await?,
            _ => Slot::Free,
        };
        let started = start(&mut tx, row.id, slot, now).await?;
        tx.commit(Audit::OwnRecord).await.context("writing an attempt")?;
        if let Start::Held(until) = started {
            return Ok(NextDue(Some(until)));
        }
        let sent = self.sender.send_letter(&row).await;
        let attempt = row.attempts + 1;
        tracing::info!(delivery = %row.id, letter = %row.facts.kind, attempt, ?sent, "attempt made");
        // What it says may end sooner than its attempts: then the next one cancels it.
        self.settle(door, (row.id, attempt), &sent, DateTime::<Utc>::MAX_UTC).await
    }
}
