//! A tenant's watches as its dashboard lists them: those with space first, then those that are not checked, then by their next
//! departure. Promises one page at a time and a bound on each statement, however many watches there are, and facts as released to the
//! reader's plan. Never tells of another tenant's watches, though they share targets.

use crate::{Error, Result, TenantTx, document, sailing, word};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    code::RouteCode,
    facts::ClassFacts,
    id::{AlertId, WatchId},
    operator::Operator,
    outage::Cause,
    plan::{Plan, Usage},
    sailing::Sailing,
};
use uuid::Uuid;

/// The most watches of a page.
pub const CARDS_MAX: i64 = 30;

/// The most sailings of one watch that are looked at: the nearest.
const SIGHTINGS_MAX: i64 = 400;

/// The most alerts of a page's watches that are looked at: those that are open first, then the newest.
const STRETCHES_MAX: i64 = 600;

/// The most outages that are looked at, the newest first.
const OUTAGES_MAX: i64 = 100;

/// Which watches a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Those that run or are paused.
    Current,
    /// Those that have space now.
    Open,
    /// Those that are paused.
    Paused,
    /// Those that are over.
    Ended,
}

impl Show {
    fn states(self) -> &'static [&'static str] {
        match self {
            Show::Current => &["active", "paused"],
            Show::Open => &["active"],
            Show::Paused => &["paused"],
            Show::Ended => &["stopped", "expired"],
        }
    }
}

/// How often an operator is asked for the reader's plan, which tells when one of its watches misses a check.
pub type Interval = (Operator, TimeDelta);

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Which watches.
    pub show: Show,
    /// From the how-manyth on.
    pub skip: i64,
    /// All operators with the intervals of the reader's plan.
    pub intervals: &'a [Interval],
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// How many watches each list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Run or are paused.
    pub current: i64,
    /// Have space now.
    pub open: i64,
    /// Are paused.
    pub paused: i64,
    /// Are over.
    pub ended: i64,
}

/// The watches of a page, in the order of the list, at most [`CARDS_MAX`].
///
/// # Errors
/// When the database cannot be read.
pub async fn page(tx: &mut TenantTx, asked: &Asked<'_>) -> Result<Vec<WatchId>> {
    let operators: Vec<String> = asked.intervals.iter().map(|(operator, _)| operator.as_str().to_owned()).collect();
    let seconds: Vec<f64> = asked.intervals.iter().map(|(_, interval)| interval.as_seconds_f64()).collect();
    let states: Vec<String> = asked.show.states().iter().map(|state| (*state).to_owned()).collect();
    let ids = sqlx::query_scalar!(
        r#"with open as materialized (
             select distinct watch_id from alert where released_at is not null and closed_at is null),
           -- Those that miss a check of the plan's own now: `domain::cadence::Checks::degraded_since`, as a set.
           failing as materialized (
             select distinct w.id as watch_id
             from unnest($1::text[], $2::double precision[]) as pace(operator_id, interval_s)
               join target t on t.operator_id = pace.operator_id and t.failing_since is not null
               join watch_target wt on wt.target_id = t.id and wt.asked_from <= $3 and $3 < wt.asked_until
               join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id and w.state = 'active'
             where greatest(coalesce(t.last_good_at, t.created_at), w.changed_at, wt.asked_from)
                     + make_interval(secs => pace.interval_s) < $3)
           select w.id
           from watch w left join open on open.watch_id = w.id left join failing on failing.watch_id = w.id
           where w.state = any($4) and (not $5 or open.watch_id is not null)
           order by (case when w.state <> 'active' then 3 when open.watch_id is not null then 0
                          when failing.watch_id is not null then 1 else 2 end),
                    greatest(w.first_day, $8), w.expires_at, w.id
           offset $6 limit $7"#,
        &operators,
        &seconds,
        asked.now,
        &states,
        asked.show == Show::Open,
        asked.skip,
        CARDS_MAX,
        asked.now.date_naive()
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(ids.into_iter().map(WatchId).collect())
}

/// How many watches each list shows, and what the tenant uses of its plan.
///
/// # Errors
/// When the database cannot be read.
pub async fn counts(tx: &mut TenantTx) -> Result<(Counts, Usage)> {
    let row = sqlx::query!(
        r#"select coalesce(sum(n) filter (where state in ('active', 'paused')), 0)::bigint as "current!",
                  coalesce(sum(n) filter (where state = 'active'), 0)::bigint as "active!",
                  coalesce(sum(n) filter (where state = 'paused'), 0)::bigint as "paused!",
                  coalesce(sum(n) filter (where state in ('stopped', 'expired')), 0)::bigint as "ended!",
                  (select coalesce(sum(w.watched_days), 0) from watch w where w.state = 'active') as "days!",
                  (select count(*) from watch w
                   where w.state = 'active'
                     and exists (select from alert a where a.tenant_id = w.tenant_id and a.watch_id = w.id
                                   and a.released_at is not null and a.closed_at is null)) as "open!"
           from (select state, count(*) as n from watch where state <> 'deleted' group by state) told"#
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let counts = Counts { current: row.current, open: row.open, paused: row.paused, ended: row.ended };
    let usage = Usage {
        active_watches: u32::try_from(row.active).unwrap_or(u32::MAX),
        watched_days: u32::try_from(row.days).unwrap_or(u32::MAX),
    };
    Ok((counts, usage))
}

/// One wanted sailing of one watch, as the plan was told of it.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Of which watch.
    pub watch: WatchId,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The sailing.
    pub sailing: Sailing,
    /// What was told of the watch's vehicle class; none if nothing.
    pub facts: Option<ClassFacts>,
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
                  near.departs_at as "departs_at!", near.vessel, near.facts -> 'classes' -> near.class as class_facts
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
            let facts = row.class_facts.map(document).transpose()?;
            Ok(Sighting { watch: WatchId(row.watch_id), leg: row.leg, sailing, facts })
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
