//! Reads and locks a due delivery with all that its attempt needs, in one statement.

use super::{DeliveryRow, Outcome, Told};
use crate::{Result, TenantTx, alert, document, sailing, word};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    delivery::{ChannelKind, DeliveryFacts, Permission},
    id::{AlertId, ChannelId, DeliveryId, TargetId},
    plan::Plan,
    sailing::Sailing,
};
use serde_json::Value;
use uuid::Uuid;

/// What a look at a delivery found, of an alert, of a notice or of a letter.
#[derive(Debug)]
pub enum Due<T> {
    /// It is due, and locked until the transaction ends.
    Row(Box<T>),
    /// It cannot be read by this version and is now marked as failed; commit that.
    Unreadable,
    /// It is not due, another worker has it, or it is of another kind.
    Not,
}

/// Reads and locks a delivery, if it is due by `now`.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock_due(tx: &mut TenantTx, id: DeliveryId, now: DateTime<Utc>) -> Result<Due<DeliveryRow>> {
    let locked =
        sqlx::query_file_as!(Locked, "src/delivery/lock_due.sql", id.0, now).fetch_optional(&mut *tx.tx).await?;
    let Some(locked) = locked else { return Ok(Due::Not) };
    let (attempts, was_held) = (locked.attempts.unsigned_abs(), locked.was_held);
    let mut row = locked.into_row(tx);
    if let Ok(row) = &mut row
        && was_held
    {
        row.told.head_start = alert::head_start(tx, row.alert, row.told.plan).await?;
    }
    or_given_up(tx, (id, attempts), row, now).await
}

/// The row; one that this version cannot read is given up, for it would be due for ever and stand before others. One
/// whose address is sealed under a key that the setting lacks stays due: it is the setting that is wrong.
pub(crate) async fn or_given_up<T>(
    tx: &mut TenantTx,
    (id, attempts): (DeliveryId, u16),
    read: Result<T>,
    now: DateTime<Utc>,
) -> Result<Due<T>> {
    match read {
        Ok(row) => Ok(Due::Row(Box::new(row))),
        Err(error) if error.lacks_key() => Err(error),
        Err(error) => {
            tracing::error!(delivery = %id, %error, "a delivery cannot be read and is given up");
            super::record(tx, (id, attempts), &Outcome::Failed("unreadable"), now).await?;
            Ok(Due::Unreadable)
        }
    }
}

/// The row as the statement returns it.
struct Locked {
    id: i64,
    alert_id: Uuid,
    channel_id: Uuid,
    message_id: Uuid,
    attempts: i16,
    next_attempt_at: DateTime<Utc>,
    alert_open: bool,
    alert_kind: String,
    class: String,
    leg: i16,
    seen_at: DateTime<Utc>,
    watch_version: i32,
    target_id: i64,
    was_held: bool,
    state: String,
    version: i32,
    criteria: Value,
    return_leg: Option<Value>,
    note: String,
    kind: String,
    address: Vec<u8>,
    verified: bool,
    enabled: bool,
    member: Option<Uuid>,
    zone: Option<String>,
    locale: Option<String>,
    plan: String,
    tenant_live: bool,
    operator_id: String,
    route_code: String,
    key: String,
    departs_local: NaiveDateTime,
    departs_at: DateTime<Utc>,
    vessel: Option<String>,
    sailing_zone: String,
    from_name: String,
    to_name: String,
    operator_name: String,
    facts: Option<Value>,
    pair_route: Option<String>,
    pair_key: Option<String>,
    pair_local: Option<NaiveDateTime>,
    pair_at: Option<DateTime<Utc>>,
    pair_vessel: Option<String>,
    pair_zone: String,
    pair_facts: Option<Value>,
}

impl Locked {
    fn into_row(self, tx: &TenantTx) -> Result<DeliveryRow> {
        let kind: ChannelKind = word(&self.kind)?;
        Ok(DeliveryRow {
            id: DeliveryId(self.id),
            alert: AlertId(self.alert_id),
            channel: ChannelId(self.channel_id),
            message_id: self.message_id,
            attempts: self.attempts.unsigned_abs(),
            next_attempt_at: self.next_attempt_at,
            facts: self.facts_for(kind)?,
            kind,
            told: self.told()?,
            address: tx.address(self.channel_id, &self.address)?,
            zone: self.zone.unwrap_or_default(),
            locale: self.locale.unwrap_or_default(),
            last_until: None,
        })
    }

    fn facts_for(&self, kind: ChannelKind) -> Result<DeliveryFacts> {
        let plan: Plan = word(&self.plan)?;
        Ok(DeliveryFacts {
            alert_open: self.alert_open,
            watch_state: word(&self.state)?,
            watch_version_same: self.version == self.watch_version,
            permission: Permission {
                tenant_live: self.tenant_live,
                member_present: self.member.is_some(),
                channel_enabled: self.enabled,
                channel_verified: self.verified,
                plan_allows: plan.limits().channels.contains(&kind),
            },
            departs_at: self.departs_at,
        })
    }

    fn told(&self) -> Result<Told> {
        Ok(Told {
            alert_kind: word(&self.alert_kind)?,
            class: word(&self.class)?,
            leg: self.leg,
            sailing: sailing::read(
                (&self.operator_id, &self.route_code, &self.key),
                (self.departs_local, &self.sailing_zone, self.departs_at),
                self.vessel.clone(),
            )?,
            sailing_facts: self.facts.clone().map(document).transpose()?.unwrap_or_default(),
            pair: self.pair()?,
            pair_facts: self.pair_facts.clone().map(document).transpose()?,
            terminals: (self.from_name.clone(), self.to_name.clone()),
            operator_name: self.operator_name.clone(),
            seen_at: self.seen_at,
            criteria: document(self.criteria.clone())?,
            return_leg: self.return_leg.clone().map(document).transpose()?,
            plan: word(&self.plan)?,
            target: TargetId(self.target_id),
            note: self.note.clone(),
            head_start: None,
        })
    }

    fn pair(&self) -> Result<Option<Sailing>> {
        let parts = (&self.pair_route, &self.pair_key, self.pair_local, self.pair_at);
        let (Some(route), Some(key), Some(departs_local), Some(departs_at)) = parts else { return Ok(None) };
        let when = (departs_local, self.pair_zone.as_str(), departs_at);
        sailing::read((&self.operator_id, route, key), when, self.pair_vessel.clone()).map(Some)
    }
}
