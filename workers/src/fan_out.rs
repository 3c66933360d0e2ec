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
use futures::stream::{self, Stream, TryStreamExt};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    change::{ChangeClaim, Claim, Risen, START, WatchOnTarget},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Watches judged and recorded in one statement.
const WATCHES_PER_PAGE: i32 = 2_000;
/// Pages of one change recorded beside each other while the next is read.
const PAGES_AT_ONCE: u32 = 6;
/// Changes fanned out at once in one process, each of another target: a huge one holds up no small one.
pub const CHANGES_AT_ONCE: u32 = 3;
/// Database connections this work takes at most: a claim, a page being read and pages being recorded for each change
/// at once, and one for the rest.
pub const CONNECTIONS: u32 = CHANGES_AT_ONCE * (2 + PAGES_AT_ONCE) + 1;
/// Changes fanned out in one sweep; the next sweep takes the next.
const CHANGES_PER_SWEEP: usize = 200;
/// Statements that release held alerts in one sweep.
const RELEASES_PER_SWEEP: usize = 50;
/// Watches evaluated for the first time in one sweep.
const EVALUATED_PER_SWEEP: i32 = 500;
/// Held alerts released in one statement.
const RELEASED_PER_STATEMENT: i32 = 2_000;
/// How often to look without having been woken.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Deliveries made and alerts released.
    pub made: u64,
    /// Whether changes wait that this sweep left to the next.
    pub more: bool,
}

/// What a loop of fan-out takes care of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Changes that wait. Several loops share them.
    Changes,
    /// Watches that wait for their first answer, and alerts that are held. One loop.
    Waiting,
}

/// What came of one change.
#[derive(Default)]
struct Tally {
    alerts: u64,
    deliveries: u64,
    closed: u64,
}

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
    pub async fn run(self, care: Care, wake: Arc<Notify>, delivered: Arc<Notify>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let swept = match care {
                Care::Changes => self.sweep_changes(&wake).await,
                Care::Waiting => self.sweep_waiting().await,
            };
            match swept {
                // Where something was made or left there may be more than one sweep's worth.
                Ok(swept) if swept.more || swept.made > 0 => {
                    delivered.notify_one();
                    wake.notify_one();
                }
                Ok(_) => {}
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

    /// Does what there is to do now, within bounds: changes first, then what waits.
    ///
    /// # Errors
    /// When the database fails; what was done stays done.
    pub async fn sweep(&self) -> anyhow::Result<Swept> {
        let changes = self.sweep_changes(&Notify::new()).await?;
        let waiting = self.sweep_waiting().await?;
        Ok(Swept { made: changes.made + waiting.made, more: changes.more })
    }

    /// Fans out the changes that nobody else holds. Whoever waits on `others` is woken before each: while this one
    /// is busy, the next may be theirs.
    async fn sweep_changes(&self, others: &Notify) -> anyhow::Result<Swept> {
        let mut swept = Swept { made: 0, more: true };
        for _ in 0..CHANGES_PER_SWEEP {
            match self.store.claim_change(self.clock.now()).await.context("claiming a change")? {
                Claim::Change(change) => {
                    others.notify_one();
                    swept.made += self.fan_out(*change).await?;
                }
                Claim::Unreadable => {}
                Claim::None => {
                    swept.more = false;
                    break;
                }
            }
        }
        Ok(swept)
    }

    /// Judges new watches and releases held alerts.
    async fn sweep_waiting(&self) -> anyhow::Result<Swept> {
        let mut swept = Swept { made: 0, more: false };
        let new = self.store.unevaluated_watches(EVALUATED_PER_SWEEP).await.context("finding new watches")?;
        swept.made += self.judge_new(&new).await;
        for _ in 0..RELEASES_PER_SWEEP {
            let released = self.store.release_alerts(self.clock.now(), RELEASED_PER_STATEMENT).await?;
            swept.made += released;
            if released == 0 {
                break;
            }
        }
        Ok(swept)
    }

    async fn fan_out(&self, change: ChangeClaim) -> anyhow::Result<u64> {
        let recorded = self
            .judged_pages(&change)
            .map_ok(|judged| self.record(&change, judged))
            .try_buffer_unordered(PAGES_AT_ONCE as usize)
            .try_fold(Tally::default(), async |sum, page| {
                Ok(Tally {
                    alerts: sum.alerts + page.alerts,
                    deliveries: sum.deliveries + page.deliveries,
                    closed: sum.closed + page.closed,
                })
            });
        let Tally { alerts, deliveries, closed } = recorded.await?;
        tracing::info!(change = %change.id, target_id = %change.target, alerts, closed, deliveries, "fanned out");
        change.finish(self.clock.now()).await?;
        Ok(deliveries)
    }

    /// The watches that ask the changed target, page by page, each page judged.
    fn judged_pages<'a>(&'a self, change: &'a ChangeClaim) -> impl Stream<Item = anyhow::Result<Judged>> + 'a {
        stream::try_unfold((Some(START), 0), move |(cursor, from)| async move {
            let Some(cursor) = cursor else { return Ok(None) };
            let page = self.store.watches_of(change, cursor, WATCHES_PER_PAGE).await?;
            let judged = Judged { from, ..judge(change, &page.watches) };
            let told = from + judged.risen.len() as u64;
            Ok(Some((judged, (page.next, told))))
        })
    }

    /// Records what a page's judgement says.
    async fn record(&self, change: &ChangeClaim, judged: Judged) -> anyhow::Result<Tally> {
        let Judged { from, risen, fallen, pairs } = judged;
        let mut tally = Tally::default();
        if !risen.is_empty() {
            (tally.alerts, tally.deliveries) =
                self.store.record_alerts(change.id, from, &risen, self.clock.now()).await?;
        }
        if !fallen.is_empty() {
            tally.closed = self.store.close_alerts(change.id, &fallen, self.clock.now()).await?;
        }
        if !pairs.is_empty() {
            tally.deliveries += self.judge_pairs(&self.store.claim_watches(&pairs).await?).await?;
        }
        Ok(tally)
    }

    /// Judges watches that wait for their first answer. One that fails waits on and keeps nobody else waiting.
    async fn judge_new(&self, watches: &[store::Claimed<WatchId>]) -> u64 {
        let mut made = 0;
        for claimed in watches {
            match self.judge_alone(claimed).await {
                Ok(alerts) => made += alerts,
                Err(error) => not_judged(claimed, &error),
            }
        }
        made
    }

    /// Judges the return watches that a change may concern. Only what cannot be read is passed over: after any
    /// other failure the change stays unfinished, for nothing else would look at these watches again.
    async fn judge_pairs(&self, watches: &[store::Claimed<WatchId>]) -> anyhow::Result<u64> {
        let mut made = 0;
        for claimed in watches {
            match self.judge_alone(claimed).await {
                Ok(alerts) => made += alerts,
                Err(error) if is_unreadable(&error) => not_judged(claimed, &error),
                Err(error) => return Err(error.context("judging a pair")),
            }
        }
        Ok(made)
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

fn is_unreadable(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<store::Error>(), Some(store::Error::Stored(_)))
}

fn not_judged(claimed: &store::Claimed<WatchId>, error: &anyhow::Error) {
    tracing::error!(watch = %claimed.id(), error = format!("{error:#}"), "a watch could not be judged");
}

#[derive(Default)]
struct Judged {
    /// How many rose on the pages before.
    from: u64,
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
