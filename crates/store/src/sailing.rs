//! Sailings as a reader's plan may know them. What a faster plan was told and this one was not yet is not here, and a
//! sailing of which the plan may know nothing is absent.

use crate::{Listed, Place, Reading, Result, document, word};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::{
    cadence::TargetState,
    code::{RouteCode, VehicleClass},
    facts::Facts,
    id::TargetId,
    operator::Operator,
    plan::Plan,
    sailing::Sailing,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Which sailings are asked for, and by whom.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Of which operator.
    pub operator: Operator,
    /// On which route.
    pub route: &'a RouteCode,
    /// From this local day.
    pub from: NaiveDate,
    /// Until this local day, included.
    pub to: NaiveDate,
    /// Only those of which something is known for this class.
    pub class: Option<&'a VehicleClass>,
    /// The reader's plan.
    pub plan: Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// A sailing and what a plan may know of it.
#[derive(Clone, Debug)]
pub struct ReleasedSailing<F = Facts> {
    /// The sailing.
    pub sailing: Sailing,
    /// What is known of it, as released: of all its vehicle classes, or of what was asked for.
    pub facts: F,
    /// The target that told, as far as it tells when it was checked.
    pub target: TargetState,
    /// Start of the target's last good poll.
    pub last_good_at: Option<DateTime<Utc>>,
}

/// A stored sailing, read back: whose it is and where on its route, when and by which clock it departs, and with which ship. A ship's name
/// that cannot be read is left out.
pub(crate) fn read(
    (operator, route, key): (&str, &str, &str),
    (departs_local, zone, departs_at): (NaiveDateTime, &str, DateTime<Utc>),
    vessel: Option<String>,
) -> Result<Sailing> {
    let vessel = vessel.and_then(|name| name.try_into().ok());
    let (operator, route, key, zone) = (word(operator)?, word(route)?, word(key)?, word(zone)?);
    Ok(Sailing { operator, route, key, departs_local, zone, departs_at, vessel })
}

/// A row of a list of sailings or of a calendar.
pub(crate) struct Row {
    pub(crate) operator_id: String,
    pub(crate) route_code: String,
    pub(crate) key: String,
    pub(crate) departs_local: NaiveDateTime,
    pub(crate) departs_at: DateTime<Utc>,
    pub(crate) vessel: Option<String>,
    pub(crate) zone: String,
    pub(crate) target_id: i64,
    pub(crate) last_good_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) facts: Value,
}

impl Row {
    pub(crate) fn read<F: DeserializeOwned>(self) -> Result<ReleasedSailing<F>> {
        Ok(ReleasedSailing {
            sailing: read(
                (&self.operator_id, &self.route_code, &self.key),
                (self.departs_local, &self.zone, self.departs_at),
                self.vessel,
            )?,
            facts: document(self.facts)?,
            target: TargetState {
                id: TargetId(self.target_id),
                plan: None,
                last_polled_at: None,
                not_before: None,
                created_at: self.created_at,
            },
            last_good_at: self.last_good_at,
        })
    }
}

/// Sailings in the order of their departure, after a place.
///
/// # Errors
/// When the database cannot be read.
pub async fn released(
    reading: impl Into<Reading<'_>>,
    asked: &Asked<'_>,
    after: Option<&Place<String>>,
    limit: i64,
) -> Result<Listed<ReleasedSailing, String>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone,
                  told.target_id as "target_id!", told.last_good_at, told.created_at as "created_at!", told.facts as "facts!"
           from sailing s
             join route r on r.operator_id = s.operator_id and r.code = s.route_code
             join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
             -- Where several targets tell of a sailing, the one that was asked last of those that tell what is asked for.
             cross join lateral (
               select t.id as target_id, t.last_good_at, t.created_at, known.facts
               from fact f
                 join target t on t.id = f.target_id
                 -- Looked up once: without the fence it would be wherever it is named.
                 cross join lateral (
                   select facts from released_facts(t.id, s.id, $6, least($7, t.last_good_at)) offset 0) known
               where f.sailing_id = s.id
                 and known.facts is not null and ($5::text is null or jsonb_exists(known.facts -> 'classes', $5))
               order by t.last_good_at desc nulls last, t.id limit 1) told
           where s.operator_id = $1 and s.route_code = $2 and s.departs_local::date between $3 and $4
             -- A day of slack on either side, so that the index bounds the scan whatever the zone.
             and s.departs_at between $3::date - interval '1 day' and $4::date + interval '2 days'
             and ($8::timestamptz is null or (s.departs_at, s.key) > ($8, $9))
           order by s.departs_at, s.key
           limit least($10::bigint, 100) + 1"#,
        asked.operator.as_str(),
        asked.route.as_str(),
        asked.from,
        asked.to,
        asked.class.map(VehicleClass::as_str),
        asked.plan.as_str(),
        asked.now,
        after.map(|place| place.at),
        after.map(|place| place.key.as_str()),
        limit
    )
    .fetch_all(reading.into().connection())
    .await?;
    Ok(Listed::read(rows, limit, |row| Place { at: row.departs_at, key: row.key.clone() }, Row::read))
}
