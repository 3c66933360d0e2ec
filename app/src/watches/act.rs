//! What is done to watches, whoever asks for it: programs over the API and people on pages come here. Promises that a plan's limit is
//! held under a lock, that nobody changes a watch that has ended, and that a wish which nobody would ask about is refused. Never commits: the caller's
//! line in the audit log goes with it.

use super::request::{Aside, again, as_stored};
use crate::{
    problem::{Code, Problem},
    reader::{Reader, Standing},
};
use chrono::{DateTime, Utc};
use domain::{
    id::{UserId, WatchId},
    operator::Operator,
    plan::{self, Plan, Usage},
    watch::{Wanted, WatchState},
};
use store::{
    TenantTx,
    watch::{self, ShownWatch},
};
use uuid::Uuid;
use words::Said;

/// By which request something is done, and the operators as they stand then.
pub(crate) struct By<'a> {
    pub(crate) request_id: Uuid,
    pub(crate) reader: &'a Reader,
}

/// A watch that is about to be changed, locked, and what its tenant uses besides.
pub(crate) struct Held {
    pub(crate) watch: ShownWatch,
    plan: Plan,
    usage: Usage,
}

impl Held {
    /// Whether it takes room in the plan.
    fn counts(&self) -> bool {
        self.watch.state == WatchState::Active || self.watch.snoozed_until.is_some()
    }
}

/// Begins a watch of this person.
pub(crate) async fn create(
    tx: &mut TenantTx,
    by: &By<'_>,
    user: UserId,
    (wanted, aside): (&Wanted, &Aside),
) -> Result<WatchId, Problem> {
    must_be_asked(by.reader, wanted.operator)?;
    let (plan, usage) = watch::lock_usage(tx, None).await?;
    plan::admit(plan, usage, wanted.days)?;
    let currency = wanted.currency();
    let new = as_stored(user, (wanted, &currency), aside, by.request_id);
    Ok(watch::insert(tx, &new, by.reader.now).await?)
}

/// Locks a watch that has not ended, and the use of the plan.
pub(crate) async fn hold(tx: &mut TenantTx, id: WatchId) -> Result<Held, Problem> {
    let (plan, usage) = watch::lock_usage(tx, Some(id)).await?;
    Ok(Held { watch: lock_running(tx, id).await?, plan, usage })
}

/// Changes a watch: its wish, if it is another, and what stands beside it.
pub(crate) async fn change(
    tx: &mut TenantTx,
    by: &By<'_>,
    held: &Held,
    (wanted, aside): (Option<&Wanted>, &Aside),
) -> Result<(), Problem> {
    let watch = &held.watch;
    if let Some(wanted) = wanted {
        must_be_asked(by.reader, wanted.operator)?;
        if held.counts() {
            plan::admit(held.plan, held.usage, wanted.days)?;
        }
        let currency = wanted.currency();
        let new = as_stored(watch.user, (wanted, &currency), aside, by.request_id);
        watch::rewrite(tx, watch.id, &new, by.reader.now).await?;
    }
    Ok(watch::annotate(tx, watch.id, &aside.as_stored(by.request_id)).await?)
}

/// Holds a watch until somebody resumes it. One that sleeps does not wake by itself any more.
pub(crate) async fn pause(tx: &mut TenantTx, id: WatchId, now: DateTime<Utc>) -> Result<(), Problem> {
    let watch = lock_running(tx, id).await?;
    if watch.state == WatchState::Active || watch.snoozed_until.is_some() {
        watch::set_state(tx, id, WatchState::Paused, now).await?;
    }
    Ok(())
}

/// Lets a watch sleep until an instant at which it still waits for something. A paused one takes its room in the plan again.
pub(crate) async fn snooze(
    tx: &mut TenantTx,
    id: WatchId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let held = hold(tx, id).await?;
    if !held.counts() {
        let wanted = again(&held.watch, now)?;
        plan::admit(held.plan, held.usage, wanted.days)?;
    }
    Ok(watch::snooze(tx, id, until, now).await?)
}

/// Like a new watch: asked again, admitted again, and told what is open now.
pub(crate) async fn resume(tx: &mut TenantTx, by: &By<'_>, id: WatchId) -> Result<(), Problem> {
    let held = hold(tx, id).await?;
    let watch = &held.watch;
    if watch.state == WatchState::Paused {
        let wanted = again(watch, by.reader.now)?;
        must_be_asked(by.reader, wanted.operator)?;
        plan::admit(held.plan, held.usage, wanted.days)?;
        let (currency, aside) = (wanted.currency(), Aside::of(watch));
        let new = as_stored(watch.user, (&wanted, &currency), &aside, by.request_id);
        watch::rewrite(tx, id, &new, by.reader.now).await?;
        watch::set_state(tx, id, WatchState::Active, by.reader.now).await?;
    }
    Ok(())
}

/// Deletes a watch, whatever it is.
pub(crate) async fn delete(tx: &mut TenantTx, id: WatchId, now: DateTime<Utc>) -> Result<(), Problem> {
    watch::lock_for_change(tx, id).await?.ok_or_else(Problem::not_found)?;
    Ok(watch::set_state(tx, id, WatchState::Deleted, now).await?)
}

/// "Booked": ends a watch for good.
pub(crate) async fn stop(tx: &mut TenantTx, id: WatchId, now: DateTime<Utc>) -> Result<(), Problem> {
    lock_running(tx, id).await?;
    watch::stop(tx, id, now).await?;
    Ok(())
}

/// A watch that has not ended, locked.
async fn lock_running(tx: &mut TenantTx, id: WatchId) -> Result<ShownWatch, Problem> {
    let watch = watch::lock_for_change(tx, id).await?.ok_or_else(Problem::not_found)?;
    match watch.state {
        WatchState::Active | WatchState::Paused => Ok(watch),
        WatchState::Stopped | WatchState::Expired | WatchState::Deleted => {
            Err(Problem::said(Code::Conflict, Said::new("watch-has-ended")))
        }
    }
}

/// Refuses a wish that nobody would ever ask about; one whose operator merely pauses is taken.
fn must_be_asked(reader: &Reader, operator: Operator) -> Result<(), Problem> {
    match reader.standing(operator) {
        Standing::Off(_, why) => Err(Problem::conflict(Code::OperatorOff, format!("{why}."))),
        Standing::Asked | Standing::Paused(_) => Ok(()),
    }
}
