//! The sailings of a route day by day, with what a reader's plan may know of one vehicle class. Promises that a day on which
//! nothing is known is there and empty, so that it can be called unchecked, and never that it has no sailings. Shows nothing
//! that a list of sailings does not: who watches, and how fast, is not in it.

use crate::{
    Reading, Result,
    sailing::{ReleasedSailing, Row},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    code::{RouteCode, VehicleClass},
    facts::ClassFacts,
    operator::Operator,
    plan::Plan,
    watch::MAX_DAYS,
};
use std::collections::BTreeMap;

/// Sailings read at most: three dozen a day over the longest span.
const LIMIT: usize = 2_000;

/// Which days, and for whom.
#[derive(Clone, Debug)]
pub struct AskedDays<'a> {
    /// Of which operator.
    pub operator: Operator,
    /// On which route.
    pub route: &'a RouteCode,
    /// From this local day.
    pub from: NaiveDate,
    /// Until this local day, included; at most [`MAX_DAYS`] in all.
    pub to: NaiveDate,
    /// For this class of the operator.
    pub class: &'a VehicleClass,
    /// The reader's plan.
    pub plan: Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// One day of a route.
#[derive(Clone, Debug)]
pub struct Day {
    /// Which, on the clock of the terminal of departure.
    pub date: NaiveDate,
    /// The sailings of which the plan may know anything, in their order, each with what it may know of the class asked for.
    pub sailings: Vec<ReleasedSailing<Option<ClassFacts>>>,
}

/// The days asked for, each once and in their order. Where a route has more sailings than are read, the days after the last that
/// was read whole are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn days(reading: impl Into<Reading<'_>>, asked: &AskedDays<'_>) -> Result<Vec<Day>> {
    let last = asked.from.checked_add_days(Days::new(MAX_DAYS as u64 - 1)).unwrap_or(asked.from);
    let to = asked.to.min(last);
    let mut rows = sqlx::query_as!(
        Row,
        r#"select s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel,
                  (select te.zone from route r join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
                   where r.operator_id = $1 and r.code = $2) as "zone!",
                  told.target_id as "target_id!", told.last_good_at, told.created_at as "created_at!",
                  coalesce(told.facts -> 'classes' -> $5, 'null') as "facts!"
           from sailing s
             -- Of the two targets that were asked last, of those that tell of the class if there are any, the one that tells this
             -- plan of it. A class that facts once held stays in them.
             cross join lateral (
               select teller.*, known.facts
               from (
                 select t.id as target_id, t.last_good_at, t.created_at
                 from fact f join target t on t.id = f.target_id
                 where f.sailing_id = s.id
                 order by jsonb_exists(f.facts -> 'classes', $5) desc, t.last_good_at desc nulls last, t.id limit 2) teller
                 -- Looked up once: without the fence it would be wherever it is named.
                 cross join lateral (
                   select facts from released_facts(teller.target_id, s.id, $6, least($7, teller.last_good_at)) offset 0) known
               where known.facts is not null
               order by jsonb_exists(known.facts -> 'classes', $5) desc, teller.last_good_at desc nulls last, teller.target_id
               limit 1) told
           where s.operator_id = $1 and s.route_code = $2 and s.departs_local::date between $3 and $4
             -- A day of slack on either side, so that the index bounds the scan whatever the zone.
             and s.departs_at between $3::date - interval '1 day' and $4::date + interval '2 days'
           order by s.departs_at, s.key
           limit $8"#,
        asked.operator.as_str(),
        asked.route.as_str(),
        asked.from,
        to,
        asked.class.as_str(),
        asked.plan.as_str(),
        asked.now,
        LIMIT as i64 + 1
    )
    .fetch_all(reading.into().connection())
    .await?;
    let cut = (rows.len() > LIMIT).then(|| rows.split_off(LIMIT)[0].departs_local.date());
    let until = cut.unwrap_or(NaiveDate::MAX);
    let mut days: BTreeMap<NaiveDate, Vec<ReleasedSailing<Option<ClassFacts>>>> =
        asked.from.iter_days().take_while(|date| *date <= to && *date < until).map(|date| (date, Vec::new())).collect();
    for row in rows {
        let Some(day) = days.get_mut(&row.departs_local.date()) else { continue };
        let read = row.read().inspect_err(|error| tracing::error!(%error, "a sailing is left out of a calendar"));
        day.extend(read.ok());
    }
    Ok(days.into_iter().map(|(date, sailings)| Day { date, sailings }).collect())
}
