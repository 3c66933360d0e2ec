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
    // Chosen before anything is looked up for them: a page costs what it shows, however many there are.
    let ids = match asked.watch {
        Some(watch) => of_watch(tx, watch, asked, after, limit).await?,
        None => of_all(tx, asked, after, limit).await?,
    };
    let rows = rows(tx, &ids, asked).await?;
    Ok(Listed::read(rows, limit, |row| Place { at: row.released_at, key: row.id }, Row::read))
}

/// One alert; `None` if there is none, it is held, its watch was deleted, or it is another tenant's. Of what is asked, it heeds the
/// plan, the present and since when.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, id: AlertId, asked: &AskedAlerts) -> Result<Option<ShownAlert>> {
    rows(tx, &[id.0], asked).await?.pop().map(Row::read).transpose()
}

async fn rows(tx: &mut TenantTx, ids: &[Uuid], asked: &AskedAlerts) -> Result<Vec<Row>> {
    Ok(sqlx::query_file_as!(Row, "src/alert/shown.sql", ids, asked.since, asked.plan.as_str(), asked.now)
        .fetch_all(&mut *tx.tx)
        .await?)
}

/// One more than `limit` alerts of all watches. What may be asked for is no `or` here and below: a plan for any parameters would
/// think that it leaves next to nothing, and read and sort all.
async fn of_all(tx: &mut TenantTx, asked: &AskedAlerts, after: Option<&Place<Uuid>>, limit: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select a.id from alert a
         where a.released_at is not null and a.released_at >= $1
           and (select w.state from watch w where w.tenant_id = a.tenant_id and w.id = a.watch_id) <> 'deleted'
           and case when $2::boolean is null then true else (a.closed_at is null) = $2 end
           and case when $3::timestamptz is null then true else (a.released_at, a.id) < ($3, $4) end
         order by a.released_at desc, a.id desc
         limit least($5::bigint, 100) + 1",
        asked.since,
        asked.open,
        after.map(|place| place.at),
        after.map(|place| place.key),
        limit
    )
    .fetch_all(&mut *tx.tx)
    .await?)
}

/// The same of one watch, along an index of its own.
async fn of_watch(
    tx: &mut TenantTx,
    watch: WatchId,
    asked: &AskedAlerts,
    after: Option<&Place<Uuid>>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select a.id from alert a
         where a.watch_id = $1 and a.released_at is not null and a.released_at >= $2
           and (select w.state from watch w where w.id = $1) <> 'deleted'
           and case when $3::boolean is null then true else (a.closed_at is null) = $3 end
           and case when $4::timestamptz is null then true else (a.released_at, a.id) < ($4, $5) end
         order by a.released_at desc, a.id desc
         limit least($6::bigint, 100) + 1",
        watch.0,
        asked.since,
        asked.open,
        after.map(|place| place.at),
        after.map(|place| place.key),
        limit
    )
    .fetch_all(&mut *tx.tx)
    .await?)
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
