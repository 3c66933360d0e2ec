//! Deliveries: one per (alert, channel), one per (notice, channel), which `outage` reads, and one per letter, which
//! `letter` reads. The attempt is written before the send, with a message id that never changes; what came of it is written
//! after. Between the two a crash costs at most a repeat with the same message id.

mod locked;

pub(crate) use locked::or_given_up;
pub use locked::{Due, lock_due};

use crate::{LinkKey, Purpose, Result, Store, TenantTx};
use chrono::{DateTime, Utc};
use domain::{
    cadence::HeadStart,
    cap::{self, Lately, Slot, Spent},
    change::AlertKind,
    code::VehicleClass,
    delivery::{ChannelKind, DeliveryFacts},
    facts::Facts,
    id::{AlertId, ChannelId, DeliveryId, TargetId},
    plan::Plan,
    sailing::Sailing,
    watch::{Criteria, ReturnLeg},
};
use uuid::Uuid;

/// How many lanes there are. A delivery's lane is the level of its rank among its tenant's waiting deliveries, or
/// among those of its change: below 100, 1,000, 10,000, and the rest (`delivery_lane` in the schema).
pub const LANES: u8 = 4;

/// A delivery of the due set's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAt {
    /// Which lane it waits in, below [`LANES`].
    pub lane: u8,
    /// Its id.
    pub id: i64,
    /// When it is due.
    pub at: DateTime<Utc>,
}

/// Everything one attempt needs, read under the tenant's row security with the delivery locked.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Which delivery.
    pub id: DeliveryId,
    /// Its alert.
    pub alert: AlertId,
    /// Its channel.
    pub channel: ChannelId,
    /// The same over all attempts.
    pub message_id: Uuid,
    /// Attempts made so far.
    pub attempts: u16,
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
    /// What decides whether it is still wanted.
    pub facts: DeliveryFacts,
    /// Kind of channel.
    pub kind: ChannelKind,
    /// Where to.
    pub address: String,
    /// The person's zone, IANA.
    pub zone: String,
    /// The person's language, as a BCP 47 tag.
    pub locale: String,
    /// What the message tells.
    pub told: Told,
    /// Set if this message is the last before a cap: until then others to the channel are held.
    pub last_until: Option<DateTime<Utc>>,
}

/// What an alert tells.
#[derive(Clone, Debug)]
pub struct Told {
    /// Why it alerts.
    pub alert_kind: AlertKind,
    /// The class that was read.
    pub class: VehicleClass,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The sailing with space.
    pub sailing: Sailing,
    /// Its facts as last known.
    pub sailing_facts: Facts,
    /// The sailing of the other leg, where both are wanted.
    pub pair: Option<Sailing>,
    /// That sailing's facts as last known.
    pub pair_facts: Option<Facts>,
    /// Names of the terminals, from and to.
    pub terminals: (String, String),
    /// The operator as it writes itself.
    pub operator_name: String,
    /// Start of the poll that saw it.
    pub seen_at: DateTime<Utc>,
    /// What the watch wants.
    pub criteria: Criteria,
    /// The watch's way back.
    pub return_leg: Option<ReturnLeg>,
    /// The tenant's plan.
    pub plan: Plan,
    /// The target that told.
    pub target: TargetId,
    /// What the person noted for themself.
    pub note: String,
    /// By how much the next better plan was ahead, where that can be told truly.
    pub head_start: Option<HeadStart>,
}

/// The paths a message carries, signed where they act.
#[derive(Clone, Debug)]
pub struct Links {
    /// Path of the alert's own page, for its members.
    pub alert: String,
    /// Path of "Booked, stop".
    pub stop: String,
    /// Path of "Keep watching".
    pub keep: String,
    /// Path of one-click unsubscribe.
    pub unsubscribe: String,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// The next hop took the message.
    Sent,
    /// It did not; try again then. The text says why, without secrets.
    Retry(DateTime<Utc>, &'a str),
    /// Never again.
    Failed(&'a str),
    /// Not wanted any more; nothing was sent.
    Cancelled(&'a str),
}

/// Writes the attempt before the send. Until `lease_until` no other worker takes the delivery.
///
/// # Errors
/// When the database refuses; then nothing may be sent.
pub async fn begin_attempt(
    tx: &mut TenantTx,
    id: DeliveryId,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let written = sqlx::query!(
        "with begun as (
           update delivery set attempts = attempts + 1, next_attempt_at = $2, begun_at = coalesce(begun_at, $3)
           where id = $1 returning tenant_id, id, attempts)
         insert into attempt (tenant_id, delivery_id, number, started_at)
         select tenant_id, id, attempts, $3::timestamptz from begun",
        id.0,
        lease_until,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    if written.rows_affected() == 0 {
        return Err(sqlx::Error::RowNotFound.into());
    }
    Ok(())
}

/// Writes what came of attempt number `attempts`, or that no further one is to be made after it. False, with
/// nothing written, if another worker has gone on since.
///
/// # Errors
/// When the database refuses; then the delivery is due again when its lease ends.
pub async fn record(
    tx: &mut TenantTx,
    (id, attempts): (DeliveryId, u16),
    outcome: &Outcome<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (state, next, text) = match outcome {
        Outcome::Sent => ("sent", None, None),
        Outcome::Retry(at, why) => ("due", Some(*at), Some(*why)),
        Outcome::Failed(why) => ("failed", None, Some(*why)),
        Outcome::Cancelled(why) => ("cancelled", None, Some(*why)),
    };
    let attempts = i16::try_from(attempts).unwrap_or(i16::MAX);
    let written = sqlx::query_scalar!(
        r#"with told as (
             update delivery set state = $2, next_attempt_at = $3, outcome = $4,
                                 sent_at = case when $2 = 'sent' then $5 else sent_at end
             where id = $1 and state = 'due' and attempts = $6
             returning tenant_id, id),
           ended as (
             update attempt a set finished_at = $5, outcome = coalesce($4, 'sent')
             from told where a.tenant_id = told.tenant_id and a.delivery_id = told.id and a.number = $6 and a.finished_at is null)
           select count(*) as "written!" from told"#,
        id.0,
        state,
        next,
        text,
        now,
        attempts
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(written > 0)
}

/// What stands as a delivery's outcome while it is held by a cap.
pub const HELD: &str = "held";

/// Lets a delivery rest without having tried.
///
/// # Errors
/// When the database refuses.
pub async fn postpone(tx: &mut TenantTx, id: DeliveryId, until: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update delivery set next_attempt_at = $2, outcome = $3 where id = $1 and state = 'due'",
        id.0,
        until,
        HELD
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// How many waiting deliveries of a channel one statement holds. What is left over comes up itself.
const HELD_AT_ONCE: i64 = 1_000;

/// Holds a delivery, and with it what else waits for its channel and has not begun: each would only be held in its turn.
///
/// # Errors
/// When the database refuses.
pub async fn hold(tx: &mut TenantTx, id: DeliveryId, until: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update delivery set next_attempt_at = $2, outcome = $3
         where state = 'due' and id = any($1::bigint || array(
           select w.id from delivery one join delivery w on w.tenant_id = one.tenant_id and w.channel_id = one.channel_id
           where one.id = $1 and w.state = 'due' and w.attempts = 0 and w.next_attempt_at < $2
           limit $4 for update of w skip locked))",
        id.0,
        until,
        HELD,
        HELD_AT_ONCE
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Whether one more message to a channel may begin now; `alert` where it is about one. Until the transaction ends, nothing else of the
/// tenant is asked, so that no two messages take the last slot.
///
/// # Errors
/// When the database cannot be read.
pub async fn slot(tx: &mut TenantTx, channel: ChannelId, alert: Option<AlertId>, now: DateTime<Utc>) -> Result<Slot> {
    let row = sqlx::query!(
        r#"select tenant_hour as "tenant_hour!", tenant_day as "tenant_day!", channel_hour as "channel_hour!",
                  channel_day as "channel_day!", sailing_day as "sailing_day!", sailing_at
           from told_lately($1, $2, $3, $4, $5)"#,
        channel.0,
        alert.map(|alert| alert.0),
        cap::hour_of(now),
        cap::day_of(now),
        i64::from(cap::TENANT.a_day)
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let lately = Lately {
        channel: spent(row.channel_hour, row.channel_day),
        tenant: spent(row.tenant_hour, row.tenant_day),
        of_sailing: count(row.sailing_day),
        of_sailing_at: row.sailing_at,
    };
    Ok(lately.slot(now))
}

/// Counts as the caps take them.
pub(crate) fn spent(hour: i64, day: i64) -> Spent {
    Spent { hour: count(hour), day: count(day) }
}

fn count(rows: i64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Signs the links of a delivery's message.
#[must_use]
pub fn links(tx: &TenantTx, delivery: &DeliveryRow, key: &LinkKey, now: DateTime<Utc>) -> Links {
    let path = |purpose: Purpose, subject| key.path(purpose, tx.tenant, subject, purpose.good_until(now));
    Links {
        alert: format!("/t/{}/alerts/{}", tx.tenant, delivery.alert.0),
        stop: path(Purpose::Stop, delivery.alert.0),
        keep: path(Purpose::Keep, delivery.alert.0),
        unsubscribe: path(Purpose::Unsubscribe, delivery.channel.0),
    }
}

impl Store {
    /// The deliveries due by `until` that come first in each lane, at most `limit` of a lane: a bounded head of
    /// whatever there is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_deliveries(&self, until: DateTime<Utc>, limit: i32) -> Result<Vec<DueAt>> {
        let rows = sqlx::query!(
            r#"select lane as "lane!", id as "id!", next_attempt_at as "at!" from due_deliveries($1, $2)"#,
            until,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        let due_at = |lane: i16, id, at| DueAt { lane: u8::try_from(lane).unwrap_or(LANES - 1), id, at };
        Ok(rows.into_iter().map(|row| due_at(row.lane, row.id, row.at)).collect())
    }
}
