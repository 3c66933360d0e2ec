//! Alerts: recorded one by one where a watch is judged alone, released when its plan may know,
//! closed when the stretch of truth ends, answered by the person.

use crate::{Capability, Result, Store, TenantTx, watch};
use chrono::{DateTime, Utc};
use domain::{
    change::AlertKind,
    code::VehicleClass,
    id::{AlertId, SailingId, TargetId, WatchId},
};

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
}

/// Records an alert and, unless it is held, its deliveries. False if one is open already.
///
/// # Errors
/// When the database refuses.
pub async fn record(tx: &mut TenantTx, alert: &NewAlert, now: DateTime<Utc>) -> Result<bool> {
    let id = sqlx::query_scalar!(
        "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, pair_sailing_id, leg, class,
                            kind, seen_at, held_until, released_at)
         values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                 case when $11::timestamptz is null then $12::timestamptz end)
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
        "insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at)
         select wc.tenant_id, $1, c.id, $3 from watch_channel wc join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
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
        "select id, sailing_id, pair_sailing_id from alert where watch_id = $1 and closed_at is null order by created_at",
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

/// What came of an answer link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It did what it says, now or when it was first used.
    Done,
    /// The alert is no longer kept.
    Missing,
}

/// "Booked, stop": ends the watch of the alert the link names. Doing it twice changes nothing more.
///
/// # Errors
/// When the database refuses.
pub async fn answer_stop(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    let watch = answer(tx, link, "stop", now).await?;
    let Some(watch) = watch else { return Ok(Answered::Missing) };
    watch::stop(tx, watch, now).await?;
    Ok(Answered::Done)
}

/// "Keep watching": notes the answer; the watch goes on.
///
/// # Errors
/// When the database refuses.
pub async fn answer_keep(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    let watch = answer(tx, link, "keep", now).await?;
    Ok(if watch.is_some() { Answered::Done } else { Answered::Missing })
}

async fn answer(tx: &mut TenantTx, link: &Capability, answer: &str, now: DateTime<Utc>) -> Result<Option<WatchId>> {
    let watch = sqlx::query_scalar!(
        "update alert set answer = $2, answered_at = $3 where id = $1 returning watch_id",
        link.subject(),
        answer,
        now
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    Ok(watch.map(WatchId))
}

/// Stops all mail to the channel the link names.
///
/// # Errors
/// When the database refuses.
pub async fn unsubscribe(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Answered> {
    let done = sqlx::query!(
        "update channel set disabled_at = coalesce(disabled_at, $2), disabled_reason = coalesce(disabled_reason, 'unsubscribed')
         where id = $1",
        link.subject(),
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(if done.rows_affected() > 0 { Answered::Done } else { Answered::Missing })
}

impl Store {
    /// Releases held alerts whose plan may know by now; returns how many deliveries that made.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_alerts(&self, now: DateTime<Utc>, limit: i32) -> Result<u64> {
        let made = sqlx::query_scalar!(r#"select release_alerts($1, $2) as "made!""#, now, limit)
            .fetch_one(&self.pool)
            .await?;
        Ok(made.unsigned_abs())
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
