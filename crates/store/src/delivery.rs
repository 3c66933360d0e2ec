//! Deliveries: one per (alert, channel). The attempt is written before the send, with a message id
//! that never changes; what came of it is written after. Between the two a crash costs at most a
//! repeat with the same message id.

use crate::{LinkKey, Purpose, Result, Store, TenantTx, word};
use chrono::{DateTime, Utc};
use domain::{
    change::AlertKind,
    delivery::{ChannelKind, DeliveryFacts},
    facts::Facts,
    id::{AlertId, ChannelId, DeliveryId, TargetId},
    operator::Operator,
    plan::Plan,
    code::VehicleClass,
    sailing::Sailing,
    watch::{Criteria, ReturnLeg},
};
use sqlx::types::Json;
use uuid::Uuid;

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
    /// The person's name.
    pub person: String,
    /// The person's language, BCP 47.
    pub locale: String,
    /// The person's zone, IANA.
    pub zone: String,
    /// What the message tells.
    pub told: Told,
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
}

/// The signed paths a message carries.
#[derive(Clone, Debug)]
pub struct Links {
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

/// Reads and locks a delivery that is due by `now`; `None` if it is not, or another worker has it.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock_due(tx: &mut TenantTx, id: DeliveryId, now: DateTime<Utc>) -> Result<Option<DeliveryRow>> {
    let row = sqlx::query!(
        r#"select d.id, d.alert_id, d.channel_id, d.message_id, d.attempts, d.next_attempt_at as "next_attempt_at!",
                  a.closed_at is null as "alert_open!", a.kind as alert_kind, a.class, a.leg, a.seen_at, a.watch_version, a.target_id,
                  w.state, w.version, w.criteria as "criteria: Json<Criteria>", w.return_leg as "return_leg: Json<ReturnLeg>",
                  c.kind, c.address, c.verified_at is not null as "verified!", c.disabled_at is null as "enabled!",
                  m.user_id as "member: Option<Uuid>", u.name as "name?", u.locale as "locale?", u.zone as "zone?",
                  t.plan, t.suspended_at is null and t.closed_at is null as "tenant_live!",
                  s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel,
                  tf.zone as sailing_zone, tf.name as from_name, tt.name as to_name, o.name as operator_name,
                  f.facts as "facts?: Json<Facts>",
                  p.route_code as "pair_route?", p.key as "pair_key?", p.departs_local as "pair_local?",
                  p.departs_at as "pair_at?", p.vessel as "pair_vessel?", tt.zone as pair_zone
           from delivery d
             join alert a on a.tenant_id = d.tenant_id and a.id = d.alert_id
             join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
             join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
             join tenant t on t.tenant_id = d.tenant_id
             left join member m on m.tenant_id = c.tenant_id and m.user_id = c.user_id
             left join user_account u on u.user_id = m.user_id
             join sailing s on s.id = a.sailing_id
             join route r on r.operator_id = s.operator_id and r.code = s.route_code
             join terminal tf on tf.operator_id = r.operator_id and tf.code = r.from_code
             join terminal tt on tt.operator_id = r.operator_id and tt.code = r.to_code
             join operator o on o.id = s.operator_id
             left join fact f on f.target_id = a.target_id and f.sailing_id = a.sailing_id
             left join sailing p on p.id = a.pair_sailing_id
           where d.id = $1 and d.state = 'due' and d.next_attempt_at <= $2
           for update of d skip locked"#,
        id.0,
        now
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let operator: Operator = word(&row.operator_id)?;
    let pair = match (row.pair_route, row.pair_key, row.pair_local, row.pair_at) {
        (Some(route), Some(key), Some(departs_local), Some(departs_at)) => Some(Sailing {
            operator,
            route: word(&route)?,
            key: word(&key)?,
            departs_local,
            zone: word(&row.pair_zone)?,
            departs_at,
            vessel: row.pair_vessel,
        }),
        _ => None,
    };
    let plan: Plan = word(&row.plan)?;
    let kind: ChannelKind = word(&row.kind)?;
    Ok(Some(DeliveryRow {
        id,
        alert: AlertId(row.alert_id),
        channel: ChannelId(row.channel_id),
        message_id: row.message_id,
        attempts: u16::try_from(row.attempts).unwrap_or(u16::MAX),
        next_attempt_at: row.next_attempt_at,
        facts: DeliveryFacts {
            alert_open: row.alert_open,
            watch_state: word(&row.state)?,
            watch_version_same: row.version == row.watch_version,
            channel_enabled: row.enabled,
            channel_verified: row.verified,
            member_present: row.member.is_some(),
            tenant_live: row.tenant_live,
            plan_allows: plan.limits().channels.contains(&kind),
            departs_at: row.departs_at,
        },
        kind,
        address: row.address,
        person: row.name.unwrap_or_default(),
        locale: row.locale.unwrap_or_default(),
        zone: row.zone.unwrap_or_default(),
        told: Told {
            alert_kind: word(&row.alert_kind)?,
            class: word(&row.class)?,
            leg: row.leg,
            sailing: Sailing {
                operator,
                route: word(&row.route_code)?,
                key: word(&row.key)?,
                departs_local: row.departs_local,
                zone: word(&row.sailing_zone)?,
                departs_at: row.departs_at,
                vessel: row.vessel,
            },
            sailing_facts: row.facts.map(|facts| facts.0).unwrap_or_default(),
            pair,
            terminals: (row.from_name, row.to_name),
            operator_name: row.operator_name,
            seen_at: row.seen_at,
            criteria: row.criteria.0,
            return_leg: row.return_leg.map(|leg| leg.0),
            plan,
            target: TargetId(row.target_id),
        },
    }))
}

/// Writes the attempt before the send. Until `lease_until` no other worker takes the delivery.
///
/// # Errors
/// When the database refuses; then nothing may be sent.
pub async fn begin_attempt(
    tx: &mut TenantTx,
    delivery: &DeliveryRow,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let number = sqlx::query_scalar!(
        "update delivery set attempts = attempts + 1, next_attempt_at = $2 where id = $1 returning attempts",
        delivery.id.0,
        lease_until
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    sqlx::query!(
        "insert into attempt (tenant_id, delivery_id, number, started_at) values ($1, $2, $3, $4)",
        tx.tenant,
        delivery.id.0,
        number,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Writes what came of the last attempt, or that none is to be made.
///
/// # Errors
/// When the database refuses; then the delivery is due again when its lease ends.
pub async fn record(tx: &mut TenantTx, id: DeliveryId, outcome: &Outcome<'_>, now: DateTime<Utc>) -> Result<()> {
    let (state, next, text) = match outcome {
        Outcome::Sent => ("sent", None, None),
        Outcome::Retry(at, why) => ("due", Some(*at), Some(*why)),
        Outcome::Failed(why) => ("failed", None, Some(*why)),
        Outcome::Cancelled(why) => ("cancelled", None, Some(*why)),
    };
    sqlx::query!(
        "update delivery set state = $2, next_attempt_at = $3, outcome = $4,
                             sent_at = case when $2 = 'sent' then $5 else sent_at end
         where id = $1",
        id.0,
        state,
        next,
        text,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    sqlx::query!(
        "update attempt set finished_at = $2, outcome = coalesce($3, 'sent')
         where delivery_id = $1 and finished_at is null",
        id.0,
        now,
        text
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Signs the links of a delivery's message.
#[must_use]
pub fn links(tx: &TenantTx, delivery: &DeliveryRow, key: &LinkKey, now: DateTime<Utc>) -> Links {
    let path = |purpose: Purpose, subject| format!("/l/{}/{}", purpose.as_str(), key.sign(purpose, tx.tenant, subject, now));
    Links {
        stop: path(Purpose::Stop, delivery.alert.0),
        keep: path(Purpose::Keep, delivery.alert.0),
        unsubscribe: path(Purpose::Unsubscribe, delivery.channel.0),
    }
}

impl Store {
    /// Ids and due times of deliveries due by `until`, after a position, soonest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_deliveries(
        &self,
        after: (DateTime<Utc>, i64),
        until: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<(i64, DateTime<Utc>)>> {
        let rows = sqlx::query!(
            r#"select id as "id!", next_attempt_at as "at!" from due_deliveries($1, $2, $3, $4)"#,
            after.0,
            after.1,
            until,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.id, row.at)).collect())
    }
}
