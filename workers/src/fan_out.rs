//! From a recorded change to alerts, and from a new watch to its first answer. Everything here may run
//! twice and none of it may be lost: a change is marked only after its last page, and what the first
//! run recorded the second run finds.

use crate::clock::Clock;
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{
    cadence::Releases,
    change::{Transition, transition},
    id::WatchId,
    plan::Plan,
    watch::{ReturnRule, Wish},
};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    change::{ChangeClaim, Risen, START, WatchOnTarget},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Watches judged and recorded in one statement.
const WATCHES_PER_PAGE: i32 = 2_000;
/// Watches evaluated for the first time in one sweep.
const EVALUATED_PER_SWEEP: i32 = 500;
/// Held alerts released in one statement.
const RELEASED_PER_STATEMENT: i32 = 2_000;
/// How often to look without having been woken.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// What fans out. Cheap to clone.
#[derive(Clone)]
pub struct FanOut {
    /// The database, as `ferry_worker`.
    pub store: Store,
    /// Time.
    pub clock: Clock,
}

impl FanOut {
    /// Sweeps whenever woken and once a second, until shutdown. `delivered` is woken after each sweep
    /// that made deliveries.
    pub async fn run(self, wake: Arc<Notify>, delivered: Arc<Notify>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            match self.sweep().await {
                Ok(0) => {}
                Ok(_) => delivered.notify_one(),
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "fan-out interrupted; it goes on at the next sweep")
                }
            }
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(SWEEP_EVERY) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Does all there is to do now; returns how many deliveries that made.
    ///
    /// # Errors
    /// When the database fails; what was done stays done.
    pub async fn sweep(&self) -> anyhow::Result<u64> {
        let mut deliveries = 0;
        while let Some(change) = self.store.claim_change().await.context("claiming a change")? {
            deliveries += self.fan_out(change).await?;
        }
        for claimed in self.store.unevaluated_watches(EVALUATED_PER_SWEEP).await.context("finding new watches")? {
            deliveries += self.judge_alone(&claimed).await?;
        }
        loop {
            let released = self.store.release_alerts(self.clock.now(), RELEASED_PER_STATEMENT).await?;
            deliveries += released;
            if released == 0 {
                return Ok(deliveries);
            }
        }
    }

    async fn fan_out(&self, change: ChangeClaim) -> anyhow::Result<u64> {
        let (mut cursor, mut alerts, mut deliveries, mut closed) = (START, 0, 0, 0);
        let mut alone = Vec::new();
        loop {
            let page = self.store.watches_of_target(change.target, cursor, WATCHES_PER_PAGE).await?;
            let Some(last) = page.last() else { break };
            cursor = (last.watch, last.leg);
            let Judged { risen, fallen, pairs } = judge(&change, &page);
            alone.extend(pairs);
            if !risen.is_empty() {
                let made = self.store.record_alerts(change.id, &risen, self.clock.now()).await?;
                alerts += made.0;
                deliveries += made.1;
            }
            if !fallen.is_empty() {
                closed += self.store.close_alerts(change.id, &fallen, self.clock.now()).await?;
            }
        }
        for claimed in self.store.claim_watches(&alone).await? {
            deliveries += self.judge_alone(&claimed).await?;
        }
        tracing::info!(change = %change.id, target = %change.target, alerts, closed, deliveries, "fanned out");
        change.finish(self.clock.now()).await?;
        Ok(deliveries)
    }

    /// Judges one watch against what is known now: a new one on all its answered targets, a return watch
    /// that wants both legs on its pairs.
    async fn judge_alone(&self, claimed: &store::Claimed<WatchId>) -> anyhow::Result<u64> {
        let now = self.clock.now();
        let mut tx = self.store.begin_claimed(claimed).await?;
        let Some(watch) = store::watch::lock(&mut tx, claimed.id()).await? else { return Ok(0) };
        let made = crate::evaluate::evaluate(&mut tx, &watch, now).await?;
        tx.commit(store::Audit::OwnRecord).await?;
        Ok(made)
    }
}

#[derive(Default)]
struct Judged {
    risen: Vec<Risen>,
    fallen: Vec<Uuid>,
    pairs: Vec<Uuid>,
}

fn judge(change: &ChangeClaim, page: &[WatchOnTarget]) -> Judged {
    let mut judged = Judged::default();
    for watch in page {
        if watch.return_leg.as_ref().is_some_and(|back| back.rule == ReturnRule::Both) {
            judged.pairs.push(watch.watch);
            continue;
        }
        let leg = match (&watch.return_leg, watch.leg) {
            (Some(back), 1) => &back.leg,
            _ => &watch.criteria.leg,
        };
        let wish = Wish { criteria: &watch.criteria, leg, class: &watch.class };
        match transition(&wish, &change.sailing, change.before.as_ref(), &change.after) {
            Transition::Rises(kind) => judged.risen.push(Risen {
                watch: watch.watch,
                leg: watch.leg,
                kind,
                held_until: held_until(&change.releases, watch.plan, change.polled_at),
            }),
            Transition::Falls => judged.fallen.push(watch.watch),
            Transition::Stays => {}
        }
    }
    judged
}

fn held_until(releases: &Releases, plan: Plan, polled_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(releases.of(plan)).filter(|at| *at > polled_at)
}
