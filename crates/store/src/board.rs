//! A tenant's watches as its dashboard lists them: those with space first, then those that are not checked, then by their next
//! departure. Promises one page at a time and a bound on each statement, however many watches there are, and facts as released to the
//! reader's plan. Never tells of another tenant's watches, though they share targets.

mod page;

pub use page::{Asked, CARDS_MAX, Counts, Interval, Page, Show, page};

use crate::{Error, Result, TenantTx, document, sailing, word};
use chrono::{DateTime, Utc};
use domain::{
    code::RouteCode,
    facts::Availability,
    id::{AlertId, WatchId},
    operator::Operator,
    outage::Cause,
    plan::Plan,
    sailing::Sailing,
};
use uuid::Uuid;

/// The most sailings of one watch that are looked at: the nearest.
const SIGHTINGS_MAX: i64 = 400;

/// The most alerts of a page's watches that are looked at: those that are open first, then the newest.
const STRETCHES_MAX: i64 = 600;

/// The most outages that are looked at, the newest first.
const OUTAGES_MAX: i64 = 100;

/// One wanted sailing of one watch, as the plan was told of it.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Of which watch.
    pub watch: WatchId,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The sailing.
    pub sailing: Sailing,
    /// What was told of space for the watch's vehicle class; none if nothing.
    pub availability: Option<Availability>,
}

/// The sailings to come that the targets of these watches tell of, the nearest of each watch, as released to a plan. Some of them
/// a watch may not want: its days and hours are the caller's to ask.
///
/// # Errors
/// When the database cannot be read.
pub async fn sightings(
    tx: &mut TenantTx,
    watches: &[WatchId],
    plan: Plan,
    now: DateTime<Utc>,
) -> Result<Vec<Sighting>> {
    let watches: Vec<Uuid> = watches.iter().map(|watch| watch.0).collect();
    let rows = sqlx::query!(
        r#"select near.watch_id as "watch_id!", near.leg as "leg!", near.operator_id as "operator_id!",
                  near.route_code as "route_code!", near.key as "key!", near.departs_local as "departs_local!",
                  near.departs_at as "departs_at!", near.vessel, near.facts -> 'classes' -> near.class -> 'availability' as availability
           from unnest($1::uuid[]) as asked(id)
             cross join lateral (
               select wt.watch_id, wt.leg, wt.class, s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel,
                      known.facts
               from watch_target wt
                 join target t on t.id = wt.target_id
                 join fact f on f.target_id = t.id
                 join sailing s on s.id = f.sailing_id and s.departs_at > $3
                 cross join lateral released_facts(t.id, s.id, $2, least($3, t.last_good_at)) known
               where wt.watch_id = asked.id
               order by s.departs_at, s.id
               limit $4) near
           where near.facts is not null
           order by near.watch_id, near.departs_at, near.key"#,
        &watches,
        plan.as_str(),
        now,
        SIGHTINGS_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let read = || -> Result<Sighting> {
            let (operator, route): (Operator, RouteCode) = (word(&row.operator_id)?, word(&row.route_code)?);
            let zone = operator.zone_of(&route).ok_or_else(|| Error::Stored(format!("no route {route}")))?;
            let when = (row.departs_local, zone.name(), row.departs_at);
            let sailing = sailing::read((&row.operator_id, &row.route_code, &row.key), when, row.vessel)?;
            let availability = row.availability.map(document).transpose()?;
            Ok(Sighting { watch: WatchId(row.watch_id), leg: row.leg, sailing, availability })
        };
        read().inspect_err(|error| tracing::error!(%error, "a sailing cannot be read and is left out")).ok()
    });
    Ok(read.collect())
}

/// A stretch of truth of one watch on one sailing.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Of which watch.
    pub watch: WatchId,
    /// The alert.
    pub alert: AlertId,
    /// The sailing with space.
    pub sailing: Sailing,
    /// Since when the plan knows.
    pub since: DateTime<Utc>,
    /// Until when it was true; still, if none.
    pub until: Option<DateTime<Utc>>,
}

/// Where these watches have space, and had since an instant: what is open first, by departure.
///
/// # Errors
/// When the database cannot be read.
pub async fn stretches(tx: &mut TenantTx, watches: &[WatchId], since: DateTime<Utc>) -> Result<Vec<Stretch>> {
    let watches: Vec<Uuid> = watches.iter().map(|watch| watch.0).collect();
    let rows = sqlx::query!(
        r#"select a.id, a.watch_id, a.released_at as "released_at!", a.closed_at,
                  s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone
           from alert a
             join sailing s on s.id = a.sailing_id
             join route r on r.operator_id = s.operator_id and r.code = s.route_code
             join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
           where a.watch_id = any($1) and a.released_at is not null and (a.closed_at is null or a.closed_at > $2)
           order by a.closed_at desc nulls first, s.departs_at, a.id
           limit $3"#,
        &watches,
        since,
        STRETCHES_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        Ok(Stretch {
            watch: WatchId(row.watch_id),
            alert: AlertId(row.id),
            sailing: sailing::read(
                (&row.operator_id, &row.route_code, &row.key),
                (row.departs_local, &row.zone, row.departs_at),
                row.vessel,
            )?,
            since: row.released_at,
            until: row.closed_at,
        })
    });
    read.collect()
}

/// A stretch in which the tenant's checks at an operator were missed.
#[derive(Clone, Copy, Debug)]
pub struct Missed {
    /// At which.
    pub operator: Operator,
    /// Why.
    pub cause: Cause,
    /// Since when it was noticed.
    pub since: DateTime<Utc>,
    /// When checks were good again; still missed, if none.
    pub until: Option<DateTime<Utc>>,
}

/// What checks the tenant missed since an instant, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn missed(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<Vec<Missed>> {
    let rows = sqlx::query!(
        "select operator_id, cause, noticed_at, coalesce(good_since, ended_at) as until from outage
         where ended_at is null or ended_at > $1 order by noticed_at desc limit $2",
        since,
        OUTAGES_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        // A newer version's operator is that version's to show.
        let (operator, cause) = (word(&row.operator_id).ok()?, word(&row.cause).ok()?);
        Some(Missed { operator, cause, since: row.noticed_at, until: row.until })
    });
    Ok(read.collect())
}

/// The open alerts of these watches: what tells whether anything of theirs moved.
///
/// # Errors
/// When the database cannot be read.
pub async fn open(tx: &mut TenantTx, watches: &[WatchId]) -> Result<Vec<AlertId>> {
    let watches: Vec<Uuid> = watches.iter().map(|watch| watch.0).collect();
    let ids = sqlx::query_scalar!(
        "select id from alert where watch_id = any($1) and released_at is not null and closed_at is null order by id limit $2",
        &watches,
        STRETCHES_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(ids.into_iter().map(AlertId).collect())
}
