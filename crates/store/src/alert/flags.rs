//! The openings of a watch as a chart marks them: when each was seen, told and over, without the facts of now. Like every list of
//! alerts, of released ones only.

use crate::{Result, TenantTx, word};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::{
    change::AlertKind,
    code::{RouteCode, SailingKey, VehicleClass},
    id::{AlertId, WatchId},
};

/// One opening that its watch told of.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The alert.
    pub alert: AlertId,
    /// Why it was made.
    pub kind: AlertKind,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class that was read.
    pub class: VehicleClass,
    /// On which route.
    pub route: RouteCode,
    /// On which sailing.
    pub sailing: SailingKey,
    /// When that leaves, on the clock of the terminal.
    pub departs_local: NaiveDateTime,
    /// Start of the poll that saw it.
    pub seen_at: DateTime<Utc>,
    /// When the plan could know.
    pub released_at: DateTime<Utc>,
    /// When the first message about it left; `None` while none has.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the stretch of truth ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why.
    pub closed_reason: Option<String>,
}

impl Flag {
    /// From the look that saw it to the first message; `None` while none has left.
    #[must_use]
    pub fn delay(&self) -> Option<TimeDelta> {
        Some(self.sent_at? - self.seen_at)
    }
}

/// The openings that a watch told of since then, the newest first, at most 200. A watch that was deleted has none.
///
/// # Errors
/// When the database cannot be read.
pub async fn flags(tx: &mut TenantTx, watch: WatchId, since: DateTime<Utc>) -> Result<Vec<Flag>> {
    let rows = sqlx::query!(
        r#"select a.id, a.kind, a.leg, a.class, a.seen_at, a.released_at as "released_at!", a.closed_at, a.closed_reason,
                  s.route_code, s.key, s.departs_local,
                  (select min(d.sent_at) from delivery d where d.tenant_id = a.tenant_id and d.alert_id = a.id) as sent_at
           from alert a
             join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
             join sailing s on s.id = a.sailing_id
           where a.watch_id = $1 and a.released_at >= $2 and w.state <> 'deleted'
           order by a.released_at desc, a.id desc
           limit 200"#,
        watch.0,
        since
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let read = || -> Result<Flag> {
            Ok(Flag {
                alert: AlertId(row.id),
                kind: word(&row.kind)?,
                leg: row.leg,
                class: word(&row.class)?,
                route: word(&row.route_code)?,
                sailing: word(&row.key)?,
                departs_local: row.departs_local,
                seen_at: row.seen_at,
                released_at: row.released_at,
                sent_at: row.sent_at,
                closed_at: row.closed_at,
                closed_reason: row.closed_reason,
            })
        };
        read().inspect_err(|error| tracing::error!(%error, "an opening is left out of a chart")).ok()
    });
    Ok(read.collect())
}
