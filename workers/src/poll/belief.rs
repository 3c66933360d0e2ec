//! Whether an answer that differs is to be believed: an opening on a page that may be cached is asked for once more, and what
//! turns over en masse is held for a person to look at.
//!
//! Promises that a second request passes the operator's budget like any other, and that nothing rises that one of the two answers
//! does not show. Never runs for a poll that found nothing new.

use super::{Answer, Page, PollError, Poller};
use crate::{operators, schedule::Partition};
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{
    change::{self, KnownFacts},
    facts,
    operator::SourceKind,
    plausible::{self, Suspicion, Turns},
};
use outbound::{Limits, Request, Validators};
use std::time::Duration;
use store::{held::Held, target::TargetRow};

/// How long a second request may wait for the operator's budget. A budget with a start to spare costs no wait; twelve a
/// minute, all in use, have one every five seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The second answer is given so long: together with the first and the wait it stays within a poll.
const SECOND_TIMEOUT: Duration = Duration::from_secs(4);

impl Poller {
    /// The page with only those rises that a second, fresh answer shows as well, where the operator's source asks for that.
    /// Without a second answer in time nothing rises now, and the next poll sees it anew.
    pub(super) async fn confirm(
        &self,
        target: &TargetRow,
        known: &KnownFacts,
        first: Page,
        now: DateTime<Utc>,
    ) -> Result<Page, PollError> {
        let is_listing = match target.operator.manifest().source_kind {
            SourceKind::Listing => true,
            SourceKind::Api => false,
        };
        // What is held en masse is not asked for again: if it is released, a person has looked.
        let is_held = || Turns::count(known, &first.seen, now).suspicion().is_some();
        if !is_listing || !change::has_rises(known, &first.seen) || is_held() {
            return Ok(first);
        }
        let (first, second) = match self.ask_again(target, now).await? {
            Some(second) => (first.seen, second),
            None => (Vec::new(), first),
        };
        let seen = change::confirm(known, &first, &second.seen);
        let digest = facts::digest(&seen);
        // Validators stand for the page as it came: what was left out of it must be looked at again.
        let validators = if digest == second.digest { second.validators } else { Validators::default() };
        Ok(Page { seen, digest, validators })
    }

    /// Asks once more, past any cache, as soon as the operator's budget allows; `None` if it does not in time.
    async fn ask_again(&self, target: &TargetRow, now: DateTime<Utc>) -> Result<Option<Page>, PollError> {
        let spent = self.budgets.spend(Partition::operator(target.operator), LONGEST_WAIT).await;
        let wait = spent.inspect_err(|error| tracing::warn!(%error, "no budget for a second look")).ok().flatten();
        let Some(wait) = wait else { return Ok(None) };
        tokio::time::sleep(wait).await;
        let request: Request =
            operators::request(target.operator, &target.question, &self.base_urls, now).map_err(PollError::Parse)?;
        let limits = Limits { total_timeout: SECOND_TIMEOUT, ..request.limits };
        match self.fetch(target, request.within(limits).afresh(), now).await? {
            Answer::Sightings(page) => Ok(Some(page)),
            Answer::NotModified => Ok(None),
        }
    }

    /// Why an answer is not to be believed, unless an administrator released this very answer.
    pub(super) async fn suspicion(
        &self,
        target: &TargetRow,
        turns: &Turns,
        page: &Page,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Option<Suspicion>> {
        let mut suspicion = turns.suspicion();
        if suspicion.is_none() && turns.turn_over() {
            let since = now - target.pace.scale.scaled(plausible::CROWD_S);
            let (turned, wanted) = self.store.turned_over(target, since).await.context("counting a crowd")?;
            suspicion = plausible::crowd(turned, wanted);
        }
        match suspicion {
            Some(_) if self.store.is_released(target.id, &page.digest).await? => Ok(None),
            suspicion => Ok(suspicion),
        }
    }

    /// Holds an answer: nothing of it is recorded, and the check does not count as good.
    pub(super) async fn hold(
        &self,
        target: &TargetRow,
        suspicion: Suspicion,
        page: &Page,
        polled_at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let held = Held { polled_at, suspicion, digest: page.digest, answer: &page.seen };
        let Suspicion { doubt, turned, told } = suspicion;
        if self.store.hold(target, &held).await.context("holding an answer")? {
            tracing::error!(target = %target.id, operator = %target.operator, %doubt, turned, told, "an answer is held for review: see `app held`");
        } else {
            tracing::debug!(target = %target.id, %doubt, turned, told, "the answer is still held");
        }
        Ok(())
    }

    /// After an answer that is believed. Only a target whose last poll failed or was held can have anything to settle.
    pub(super) async fn settle_held(&self, target: &TargetRow) -> anyhow::Result<()> {
        if target.failures_in_row > 0 {
            self.store.settle_held(target.id, self.clock.now()).await.context("settling what was held")?;
        }
        Ok(())
    }
}
