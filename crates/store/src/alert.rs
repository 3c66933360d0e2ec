//! Alerts: recorded one by one where a watch is judged alone, released when its plan may know,
//! closed when the stretch of truth ends, answered by the person.

use crate::{Capability, Result, Store, TenantTx, watch};
use chrono::{DateTime, Utc};
use domain::{
    change::AlertKind,
    code::VehicleClass,
    id::{AlertId, SailingId, TargetId, WatchId},
};

mod flags;
mod head_start;
mod shown;

pub use flags::{Flag, flags};
pub use head_start::head_start;
pub use shown::{AskedAlerts, ShownAlert, ShownDelivery, deliveries, find, list};

/// An alert of a watch that was judged alone.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// The watch.
    pub watch: WatchId,
    /// The watch's version when it was judged.
    pub watch_version: i32,
    /// The target that told.
    pub target: TargetId,
    /// The sailing with space.
    pub sailing: SailingId,
    /// The sailing of the other leg, for a return watch that wants both.
    pub pair: Option<SailingId>,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class that was read.
    pub class: VehicleClass,
    /// Why it alerts.
    pub kind: AlertKind,
    /// Start of the poll that saw it.
    pub seen_at: DateTime<Utc>,
    /// The instant before which the plan may not know.
    pub held_until: Option<DateTime<Utc>>,
}

/// An alert that is still open.
#[derive(Clone, Debug)]
pub struct OpenAlert {
    /// Which.
    pub id: AlertId,
    /// The sailing with space.
    pub sailing: SailingId,
    /// The sailing of the other leg.
    pub pair: Option<SailingId>,
    /// The target that told.
    pub target: TargetId,
    /// The watch's version when it was judged.
    pub watch_version: i32,
}

/// Records an alert and, unless it is held, its deliveries. False if one is open already.
///
/// # Errors
/// When the database refuses.
pub async fn record(tx: &mut TenantTx, alert: &NewAlert, now: DateTime<Utc>) -> Result<bool> {
    let id = sqlx::query_scalar!(
        "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, pair_sailing_id, leg, class,
                            kind, seen_at, held_until, released_at, request_id)
         values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                 case when $11::timestamptz is null then $12::timestamptz end,
                 (select request_id from watch where id = $2))
         on conflict do nothing returning id",
        tx.tenant,
        alert.watch.0,
        alert.watch_version,
        alert.target.0,
        alert.sailing.0,
        alert.pair.map(|sailing| sailing.0),
        alert.leg,
        alert.class.as_str(),
        alert.kind.as_str(),
        alert.seen_at,
        alert.held_until,
        now
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    let Some(id) = id else { return Ok(false) };
    if alert.held_until.is_none() {
        deliver(tx, AlertId(id), alert.watch, now).await?;
    }
    Ok(true)
}

async fn deliver(tx: &mut TenantTx, alert: AlertId, watch: WatchId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at, lane)
         select wc.tenant_id, $1, c.id, $3, delivery_lane(-1 + row_number() over () + (
           select count(*) from (select from delivery where state = 'due' limit 10000) bounded))
         from watch_channel wc join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
         where wc.watch_id = $2 and c.verified_at is not null and c.disabled_at is null
         on conflict do nothing",
        alert.0,
        watch.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    sqlx::query_scalar!("select pg_notify('ferry', 'delivery')").fetch_one(&mut *tx.tx).await?;
    Ok(())
}

/// The open alerts of a watch.
///
/// # Errors
/// When the database cannot be read.
pub async fn open(tx: &mut TenantTx, watch: WatchId) -> Result<Vec<OpenAlert>> {
    let rows = sqlx::query!(
        "select id, sailing_id, pair_sailing_id, target_id, watch_version from alert where watch_id = $1 and closed_at is null order by created_at",
        watch.0
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OpenAlert {
            id: AlertId(row.id),
            sailing: SailingId(row.sailing_id),
            pair: row.pair_sailing_id.map(SailingId),
            target: TargetId(row.target_id),
            watch_version: row.watch_version,
        })
        .collect())
}

/// Ends one stretch of truth: the space is gone.
///
/// # Errors
/// When the database refuses.
pub async fn close(tx: &mut TenantTx, alert: AlertId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update alert set closed_at = $2, closed_reason = 'gone' where id = $1 and closed_at is null",
        alert.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Ends an alert of a wish that is another by now, and has the watch judged again: while it was recorded beside the edit it
/// stood in the way of the new wish's own.
///
/// # Errors
/// When the database refuses.
pub async fn withdraw(tx: &mut TenantTx, alert: AlertId, now: DateTime<Utc>) -> Result<()> {
    let watch = sqlx::query_scalar!(
        "update alert set closed_at = $2, closed_reason = 'withdrawn' where id = $1 and closed_at is null returning watch_id",
        alert.0,
        now
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    sqlx::query!("update watch_target set evaluated_at = null, evaluated_version = null where watch_id = $1", watch)
        .execute(&mut *tx.tx)
        .await?;
    Ok(())
}

/// What came of an answer link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It changed something now.
    Done,
    /// It had been done before.
    Before,
    /// The watch has ended, so there is nothing to keep.
    Ended,
    /// The alert or channel is no longer kept.
    Missing,
}

/// "Booked, stop": ends the watch of the alert the link names.
///
/// # Errors
/// When the database refuses.
pub async fn answer_stop(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    stop(tx, AlertId(link.subject()), now).await
}

/// The same, said by a member.
///
/// # Errors
/// When the database refuses.
pub async fn stop(tx: &mut TenantTx, alert: AlertId, now: DateTime<Utc>) -> Result<Answered> {
    let Some((watch, changed, _)) = answer(tx, alert, "stop", now).await? else { return Ok(Answered::Missing) };
    let stopped = watch::stop(tx, watch, now).await?;
    Ok(if changed || stopped { Answered::Done } else { Answered::Before })
}

/// "Keep watching": notes the answer, if there is a watch to keep.
///
/// # Errors
/// When the database refuses.
pub async fn answer_keep(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    keep(tx, AlertId(link.subject()), now).await
}

/// The same, said by a member.
///
/// # Errors
/// When the database refuses.
pub async fn keep(tx: &mut TenantTx, alert: AlertId, now: DateTime<Utc>) -> Result<Answered> {
    Ok(match answer(tx, alert, "keep", now).await? {
        None => Answered::Missing,
        Some((_, _, false)) => Answered::Ended,
        Some((_, true, true)) => Answered::Done,
        Some((_, false, true)) => Answered::Before,
    })
}

/// Writes the answer where it is new and the watch runs. Returns the watch, whether the answer is new, and
/// whether the watch runs.
async fn answer(
    tx: &mut TenantTx,
    alert: AlertId,
    answer: &str,
    now: DateTime<Utc>,
) -> Result<Option<(WatchId, bool, bool)>> {
    let row = sqlx::query!(
        r#"select a.watch_id, a.answer is distinct from $2 as "is_new!", w.state in ('active', 'paused') as "runs!"
           from alert a join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
           where a.id = $1 and a.released_at is not null and w.state <> 'deleted' for update of a"#,
        alert.0,
        answer
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.is_new && row.runs {
        sqlx::query!("update alert set answer = $2, answered_at = $3 where id = $1", alert.0, answer, now)
            .execute(&mut *tx.tx)
            .await?;
    }
    Ok(Some((WatchId(row.watch_id), row.is_new && row.runs, row.runs)))
}

/// Stops all mail to the channel the link names.
///
/// # Errors
/// When the database refuses.
pub async fn unsubscribe(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    let stopped = sqlx::query!(
        "update channel set disabled_at = $2, disabled_reason = 'unsubscribed' where id = $1 and disabled_at is null",
        link.subject(),
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    if stopped.rows_affected() > 0 {
        return Ok(Answered::Done);
    }
    let kept = sqlx::query_scalar!(r#"select exists (select from channel where id = $1) as "kept!""#, link.subject())
        .fetch_one(&mut *tx.tx)
        .await?;
    Ok(if kept { Answered::Before } else { Answered::Missing })
}

impl Store {
    /// Releases held alerts whose plan may know by now; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_alerts(&self, now: DateTime<Utc>, limit: i32) -> Result<u64> {
        let made = sqlx::query_scalar!(r#"select release_alerts($1, $2) as "made!""#, now, limit)
            .fetch_one(&self.pool)
            .await?;
        Ok(made.unsigned_abs())
    }

    /// Wakes watches whose sleep is over; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn wake_watches(&self, now: DateTime<Utc>, limit: i32) -> Result<u64> {
        let woken =
            sqlx::query_scalar!(r#"select wake_watches($1, $2) as "woken!""#, now, limit).fetch_one(&self.pool).await?;
        Ok(woken.unsigned_abs())
    }

    /// Closes alerts whose sailing has left, and ends watches past their last day. Returns how many rows.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_departed(&self, now: DateTime<Utc>, limit: i32) -> Result<u64> {
        let row = sqlx::query!(
            r#"select close_departed($1, $2) as "alerts!", expire_watches($1, $2) as "watches!""#,
            now,
            limit
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(row.alerts.unsigned_abs() + row.watches.unsigned_abs())
    }
}
