//! Alerts as their tenant sees them: released ones only, with the facts of now as the tenant's plan may know them. An
//! alert that is held does not exist for anybody.

use crate::{Listed, Place, Result, TenantTx, document, sailing, word};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    change::AlertKind,
    code::VehicleClass,
    delivery::ChannelKind,
    facts::Facts,
    id::{AlertId, ChannelId, WatchId},
    plan::Plan,
    sailing::Sailing,
};
use serde_json::Value;
use uuid::Uuid;

/// Which alerts are asked for.
#[derive(Clone, Debug)]
pub struct AskedAlerts {
    /// Only of this watch.
    pub watch: Option<WatchId>,
    /// Only those that are open, or only those that are not.
    pub open: Option<bool>,
    /// Only those released since then.
    pub since: DateTime<Utc>,
    /// The reader's plan.
    pub plan: Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// An alert, read back.
#[derive(Clone, Debug)]
pub struct ShownAlert {
    /// Which.
    pub id: AlertId,
    /// Of which watch.
    pub watch: WatchId,
    /// Why it was made.
    pub kind: AlertKind,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class that was read.
    pub class: VehicleClass,
    /// The sailing with space.
    pub sailing: Sailing,
    /// What is known of it now, as released.
    pub facts: Option<Facts>,
    /// The sailing of the other leg, for a watch that wants both, and what is known of it.
    pub pair: Option<(Sailing, Option<Facts>)>,
    /// Start of the poll that saw it.
    pub seen_at: DateTime<Utc>,
    /// When the plan could know.
    pub released_at: DateTime<Utc>,
    /// When the stretch of truth ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why.
    pub closed_reason: Option<String>,
    /// What the person said.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

/// A delivery of an alert, without its address.
#[derive(Clone, Debug)]
pub struct ShownDelivery {
    /// Of which alert.
    pub alert: AlertId,
    /// On which channel, and how that reaches its owner; `None` once it was removed.
    pub channel: Option<(ChannelId, ChannelKind)>,
    /// `due`, `sent`, `failed` or `cancelled`.
    pub state: String,
    /// What came of it. May hold words of a mail server: shown where it is one of ours only.
    pub outcome: Option<String>,
    /// When the next hop took it.
    pub sent_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    watch_id: Uuid,
    kind: String,
    leg: i16,
    class: String,
    seen_at: DateTime<Utc>,
    released_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    closed_reason: Option<String>,
    answer: Option<String>,
    answered_at: Option<DateTime<Utc>>,
    operator_id: String,
    route_code: String,
    key: String,
    departs_local: NaiveDateTime,
    departs_at: DateTime<Utc>,
    vessel: Option<String>,
    zone: String,
    facts: Option<Value>,
    pair_route: Option<String>,
    pair_key: Option<String>,
    pair_local: Option<NaiveDateTime>,
    pair_at: Option<DateTime<Utc>>,
    pair_vessel: Option<String>,
    pair_zone: Option<String>,
    pair_facts: Option<Value>,
}

impl Row {
    fn read(self) -> Result<ShownAlert> {
        let pair = match (&self.pair_route, &self.pair_key, self.pair_local, self.pair_at, &self.pair_zone) {
            (Some(route), Some(key), Some(departs_local), Some(departs_at), Some(zone)) => {
                let when = (departs_local, zone.as_str(), departs_at);
                let sailing = sailing::read((&self.operator_id, route, key), when, self.pair_vessel)?;
                Some((sailing, self.pair_facts.map(document).transpose()?))
            }
            _ => None,
        };
        Ok(ShownAlert {
            id: AlertId(self.id),
            watch: WatchId(self.watch_id),
            kind: word(&self.kind)?,
            leg: self.leg,
            class: word(&self.class)?,
            sailing: sailing::read(
                (&self.operator_id, &self.route_code, &self.key),
                (self.departs_local, &self.zone, self.departs_at),
                self.vessel,
            )?,
            facts: self.facts.map(document).transpose()?,
            pair,
            seen_at: self.seen_at,
            released_at: self.released_at,
            closed_at: self.closed_at,
            closed_reason: self.closed_reason,
            answer: self.answer,
            answered_at: self.answered_at,
        })
    }
}

/// Alerts, the newest released first, after a place.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    tx: &mut TenantTx,
    asked: &AskedAlerts,
    after: Option<&Place<Uuid>>,
    limit: i64,
) -> Result<Listed<ShownAlert, Uuid>> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/alert/list.sql",
        asked.watch.map(|watch| watch.0),
        asked.open,
        asked.since,
        asked.plan.as_str(),
        asked.now,
        after.map(|place| place.at),
        after.map(|place| place.key),
        limit,
        None::<Uuid>
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(Listed::read(rows, limit, |row| Place { at: row.released_at, key: row.id }, Row::read))
}

/// One alert; `None` if there is none, it is held, its watch was deleted, or it is another tenant's.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, id: AlertId, asked: &AskedAlerts) -> Result<Option<ShownAlert>> {
    let row = sqlx::query_file_as!(
        Row,
        "src/alert/list.sql",
        asked.watch.map(|watch| watch.0),
        asked.open,
        asked.since,
        asked.plan.as_str(),
        asked.now,
        None::<DateTime<Utc>>,
        None::<Uuid>,
        0,
        Some(id.0)
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    row.map(Row::read).transpose()
}

/// The deliveries of these alerts, those to channels that were removed since among them.
///
/// # Errors
/// When the database cannot be read.
pub async fn deliveries(tx: &mut TenantTx, alerts: &[AlertId]) -> Result<Vec<ShownDelivery>> {
    let alerts: Vec<_> = alerts.iter().map(|alert| alert.0).collect();
    let rows = sqlx::query!(
        r#"select d.alert_id as "alert_id!", c.id as "channel_id?", c.kind as "kind?", d.state, d.outcome, d.sent_at
           from delivery d left join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
           where d.alert_id = any($1)
           order by d.alert_id, d.created_at, d.channel_id"#,
        &alerts
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        let kind = row.kind.as_deref().map(word::<ChannelKind>).transpose().ok()?;
        Some(ShownDelivery {
            alert: AlertId(row.alert_id),
            channel: row.channel_id.map(ChannelId).zip(kind),
            state: row.state,
            outcome: row.outcome,
            sent_at: row.sent_at,
        })
    });
    Ok(known.collect())
}
