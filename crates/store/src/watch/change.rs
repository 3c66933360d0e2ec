//! Changing a watch. Whatever it was told before is withdrawn, and it is judged anew like a new one: its questions
//! are asked again, and its version moves, so that no alert of the earlier wish is sent any more.

use super::{NewWatch, ask, tell, wake_targets};
use crate::{Result, TenantTx};
use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, WatchId},
    watch::WatchState,
};
use sqlx::types::Json;
use uuid::Uuid;

/// What a watch holds besides its wish.
#[derive(Clone, Copy, Debug)]
pub struct Aside<'a> {
    /// The channels it tells.
    pub channels: &'a [ChannelId],
    /// What its owner notes for themself.
    pub note: &'a str,
    /// Whether an alert asks if it may stop.
    pub stop_when_found: bool,
    /// By which request it is changed: later alerts will name it.
    pub request_id: Option<Uuid>,
}

/// Gives a watch another wish, at a new version; its state and its owner stay.
///
/// # Errors
/// When the database refuses.
pub async fn rewrite(tx: &mut TenantTx, id: WatchId, watch: &NewWatch<'_>, now: DateTime<Utc>) -> Result<()> {
    withdraw(tx, id, now).await?;
    // Those that it asks no more are looked at again too.
    wake_targets(tx, id).await?;
    sqlx::query!("delete from watch_target where watch_id = $1", id.0).execute(&mut *tx.tx).await?;
    sqlx::query!(
        "update watch set criteria = $2, return_leg = $3, currency = $4, expires_at = $5, watched_days = $6,
                          version = version + 1, changed_at = $7, request_id = $8
         where id = $1",
        id.0,
        Json(watch.criteria) as _,
        watch.return_leg.map(Json) as _,
        watch.currency,
        watch.expires_at,
        watch.watched_days(),
        now,
        watch.request_id
    )
    .execute(&mut *tx.tx)
    .await?;
    ask(tx, id, watch, now).await
}

/// Changes what no alert depends on: note, question and channels. What is on its way still goes.
///
/// # Errors
/// When the database refuses.
pub async fn annotate(tx: &mut TenantTx, id: WatchId, aside: &Aside<'_>) -> Result<()> {
    sqlx::query!(
        "update watch set note = $2, stop_when_found = $3, request_id = $4 where id = $1",
        id.0,
        aside.note,
        aside.stop_when_found,
        aside.request_id
    )
    .execute(&mut *tx.tx)
    .await?;
    let kept: Vec<_> = aside.channels.iter().map(|ChannelId(channel)| *channel).collect();
    sqlx::query!("delete from watch_channel where watch_id = $1 and channel_id <> all($2)", id.0, &kept)
        .execute(&mut *tx.tx)
        .await?;
    tell(tx, id, aside.channels).await
}

/// Puts a watch into a state and wakes the workers: from the commit on its questions are asked, or not.
///
/// # Errors
/// When the database refuses.
pub async fn set_state(tx: &mut TenantTx, id: WatchId, state: WatchState, now: DateTime<Utc>) -> Result<()> {
    withdraw(tx, id, now).await?;
    sqlx::query!(
        "update watch set state = $2, snoozed_until = null, changed_at = $3 where id = $1",
        id.0,
        state.as_str(),
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    wake_targets(tx, id).await
}

/// Lets a watch sleep until an instant, from which on a worker wakes it. It keeps its room in the plan.
///
/// # Errors
/// When the database refuses.
pub async fn snooze(tx: &mut TenantTx, id: WatchId, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    withdraw(tx, id, now).await?;
    sqlx::query!(
        "update watch set state = 'paused', snoozed_until = $2, changed_at = $3 where id = $1",
        id.0,
        until,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    wake_targets(tx, id).await
}

/// Ends every open alert of a watch. Its questions are locked first, as by whoever judges it.
async fn withdraw(tx: &mut TenantTx, id: WatchId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("select target_id from watch_target where watch_id = $1 order by target_id, leg for update", id.0)
        .fetch_all(&mut *tx.tx)
        .await?;
    sqlx::query!(
        "update alert set closed_at = $2, closed_reason = 'withdrawn' where watch_id = $1 and closed_at is null",
        id.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}
