//! The next sailings of every operator, as a departure board shows them. Promises what a reader's plan may know, and that an
//! operator with many sailings leaves room for the others. Never looks further than it is told to.

use crate::{
    Reading, Result,
    sailing::{ReleasedSailing, Row},
};
use chrono::{DateTime, Utc};
use domain::plan::Plan;

/// The next sailings of which a plan may know anything, in the order of their departure: of each operator those among its next
/// `of_each`, at most 100.
///
/// # Errors
/// When the database cannot be read.
pub async fn soonest(
    reading: impl Into<Reading<'_>>,
    plan: Plan,
    now: DateTime<Utc>,
    of_each: i64,
) -> Result<Vec<ReleasedSailing>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone,
                  told.target_id as "target_id!", told.last_good_at, told.created_at as "created_at!", told.facts as "facts!"
           from operator o
             cross join lateral (
               select * from sailing next where next.operator_id = o.id and next.departs_at > $2
               order by next.departs_at, next.key limit least($3::bigint, 100)) s
             join route r on r.operator_id = s.operator_id and r.code = s.route_code
             join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
             cross join lateral (
               select teller.*, known.facts
               from (
                 select t.id as target_id, t.last_good_at, t.created_at
                 from fact f join target t on t.id = f.target_id
                 where f.sailing_id = s.id
                 order by t.last_good_at desc nulls last, t.id limit 1) teller
                 cross join lateral (
                   select released_facts(teller.target_id, s.id, $1, least($2, teller.last_good_at)) as facts) known
               where known.facts is not null) told
           order by s.departs_at, s.operator_id, s.key"#,
        plan.as_str(),
        now,
        of_each
    )
    .fetch_all(reading.into().connection())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            row.read().inspect_err(|error| tracing::error!(%error, "a sailing is left off the board")).ok()
        })
        .collect())
}
