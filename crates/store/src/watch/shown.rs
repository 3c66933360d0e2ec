//! Watches as their tenant sees them: the wish, its state, and of each of its questions what tells when it was and will
//! be asked. Never tells of another tenant's watches, though they share targets.

use crate::{Listed, Place, Result, TenantTx, document, word};
use chrono::{DateTime, Utc};
use domain::{
    cadence::TargetState,
    code::VehicleClass,
    id::{ChannelId, TargetId, UserId, WatchId},
    operator::{Operator, Question},
    plan::Usage,
    watch::{Criteria, ReturnLeg, WatchState},
};
use serde_json::Value;
use uuid::Uuid;

/// A watch, read back.
#[derive(Clone, Debug)]
pub struct ShownWatch {
    /// Which.
    pub id: WatchId,
    /// Whose.
    pub user: UserId,
    /// Of which operator.
    pub operator: Operator,
    /// What is wanted.
    pub criteria: Criteria,
    /// The way back.
    pub return_leg: Option<ReturnLeg>,
    /// What its owner noted.
    pub note: String,
    /// Whether an alert asks if it may stop.
    pub stop_when_found: bool,
    /// What it is now.
    pub state: WatchState,
    /// Moves with every edit that matters.
    pub version: i32,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last made, edited, paused or resumed.
    pub changed_at: DateTime<Utc>,
    /// Until when it sleeps, if it does.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The channels it tells.
    pub channels: Vec<ChannelId>,
}

/// One question of a watch.
#[derive(Clone, Debug)]
pub struct ShownTarget {
    /// Of which watch.
    pub watch: WatchId,
    /// What is asked.
    pub question: Question,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class it reads from the answer.
    pub class: VehicleClass,
    /// From when it is asked.
    pub asked_from: DateTime<Utc>,
    /// Until when.
    pub asked_until: DateTime<Utc>,
    /// What tells when it is due.
    pub state: TargetState,
    /// Start of the last good poll.
    pub last_good_at: Option<DateTime<Utc>>,
    /// Start of the first failed or held poll since.
    pub failing_since: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    operator_id: String,
    criteria: Value,
    return_leg: Option<Value>,
    note: String,
    stop_when_found: bool,
    state: String,
    version: i32,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    snoozed_until: Option<DateTime<Utc>>,
    channels: Vec<Uuid>,
}

impl Row {
    fn read(self) -> Result<ShownWatch> {
        Ok(ShownWatch {
            id: WatchId(self.id),
            user: UserId(self.user_id),
            operator: word(&self.operator_id)?,
            criteria: document(self.criteria)?,
            return_leg: self.return_leg.map(document).transpose()?,
            note: self.note,
            stop_when_found: self.stop_when_found,
            state: word(&self.state)?,
            version: self.version,
            expires_at: self.expires_at,
            created_at: self.created_at,
            changed_at: self.changed_at,
            snoozed_until: self.snoozed_until,
            channels: self.channels.into_iter().map(ChannelId).collect(),
        })
    }
}

/// Watches, newest first, after a place; deleted ones are nobody's any more.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    tx: &mut TenantTx,
    state: Option<WatchState>,
    after: Option<&Place<Uuid>>,
    limit: i64,
) -> Result<Listed<ShownWatch, Uuid>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select w.id, w.user_id, w.operator_id, w.criteria, w.return_leg, w.note, w.stop_when_found, w.state, w.version,
                  w.expires_at, w.created_at, w.changed_at, w.snoozed_until,
                  array(select wc.channel_id from watch_channel wc
                        where wc.tenant_id = w.tenant_id and wc.watch_id = w.id order by 1) as "channels!"
           from watch w
           where w.state <> 'deleted' and ($1::text is null or w.state = $1)
             and ($2::timestamptz is null or (w.created_at, w.id) < ($2, $3))
           order by w.created_at desc, w.id desc
           limit least($4::bigint, 100) + 1"#,
        state.map(WatchState::as_str),
        after.map(|place| place.at),
        after.map(|place| place.key),
        limit
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(Listed::read(rows, limit, |row| Place { at: row.created_at, key: row.id }, Row::read))
}

/// These watches, in the order in which they are asked for; those that are not there are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_ids(tx: &mut TenantTx, ids: &[WatchId]) -> Result<Vec<ShownWatch>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select w.id, w.user_id, w.operator_id, w.criteria, w.return_leg, w.note, w.stop_when_found, w.state, w.version,
                  w.expires_at, w.created_at, w.changed_at, w.snoozed_until,
                  array(select wc.channel_id from watch_channel wc
                        where wc.tenant_id = w.tenant_id and wc.watch_id = w.id order by 1) as "channels!"
           from watch w where w.id = any($1) and w.state <> 'deleted'
           order by array_position($1, w.id) limit 100"#,
        &ids
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = |row| {
        Row::read(row).inspect_err(|error| tracing::error!(%error, "a watch cannot be read and is left out")).ok()
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// One watch; `None` if there is none, it was deleted, or it is another tenant's.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, id: WatchId) -> Result<Option<ShownWatch>> {
    let row = sqlx::query_as!(
        Row,
        r#"select w.id, w.user_id, w.operator_id, w.criteria, w.return_leg, w.note, w.stop_when_found, w.state, w.version,
                  w.expires_at, w.created_at, w.changed_at, w.snoozed_until,
                  array(select wc.channel_id from watch_channel wc
                        where wc.tenant_id = w.tenant_id and wc.watch_id = w.id order by 1) as "channels!"
           from watch w where w.id = $1 and w.state <> 'deleted'"#,
        id.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    row.map(Row::read).transpose()
}

/// Locks a watch that is about to be changed, and reads it.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock_for_change(tx: &mut TenantTx, id: WatchId) -> Result<Option<ShownWatch>> {
    sqlx::query!("select id from watch where id = $1 for no key update", id.0).fetch_optional(&mut *tx.tx).await?;
    find(tx, id).await
}

/// What the tenant uses of its plan at present; nobody is kept from changing it.
///
/// # Errors
/// When the database cannot be read.
pub async fn usage(tx: &mut TenantTx) -> Result<Usage> {
    let row = sqlx::query!(
        r#"select count(*) as "watches!", coalesce(sum(watched_days), 0) as "days!"
           from watch where state = 'active' or snoozed_until is not null"#
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(Usage {
        active_watches: u32::try_from(row.watches).unwrap_or(u32::MAX),
        watched_days: u32::try_from(row.days).unwrap_or(u32::MAX),
    })
}

/// The questions of these watches, in the order of legs and days. What this version cannot read is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn targets(tx: &mut TenantTx, watches: &[WatchId]) -> Result<Vec<ShownTarget>> {
    let watches: Vec<_> = watches.iter().map(|watch| watch.0).collect();
    let rows = sqlx::query!(
        "select wt.watch_id, wt.leg, wt.class, wt.asked_from, wt.asked_until,
                t.id, t.question, t.last_polled_at, t.last_good_at, t.not_before, t.failing_since, t.created_at
         from watch_target wt join target t on t.id = wt.target_id
         where wt.watch_id = any($1)
         order by wt.watch_id, wt.leg, wt.asked_until, t.id",
        &watches
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let target = row.id;
        let read = || -> Result<ShownTarget> {
            Ok(ShownTarget {
                watch: WatchId(row.watch_id),
                question: document(row.question)?,
                leg: row.leg,
                class: word(&row.class)?,
                asked_from: row.asked_from,
                asked_until: row.asked_until,
                // Who else wants it, and how fast, is not this tenant's to see.
                state: TargetState {
                    id: TargetId(row.id),
                    plan: None,
                    last_polled_at: row.last_polled_at,
                    not_before: row.not_before,
                    created_at: row.created_at,
                },
                last_good_at: row.last_good_at,
                failing_since: row.failing_since,
            })
        };
        read().inspect_err(|error| tracing::error!(target, %error, "a question cannot be read and is left out")).ok()
    });
    Ok(read.collect())
}
