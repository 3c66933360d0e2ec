//! A sailing: one scheduled departure, at a local time of its terminal.
//!
//! Promises: a local time becomes an instant by the terminal's zone, with the DST fold told apart; a
//! time the clocks skipped is an error. Never keys a sailing by an estimated time.

use crate::code::{BadCode, RouteCode, SailingKey};
use crate::operator::Operator;
use crate::text::OperatorText;
use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The longest name of a vessel we keep, in characters.
pub const MAX_VESSEL_CHARS: usize = 80;

/// One scheduled departure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sailing {
    /// Who runs it.
    pub operator: Operator,
    /// From where to where.
    pub route: RouteCode,
    /// What tells it from the others of its route.
    pub key: SailingKey,
    /// When it is scheduled to leave, on the clock of the terminal it leaves from.
    pub departs_local: NaiveDateTime,
    /// The zone of that clock.
    pub zone: Tz,
    /// The same as an instant.
    pub departs_at: DateTime<Utc>,
    /// The ship, if the operator says.
    pub vessel: Option<OperatorText>,
}

/// Which of the two, when clocks are set back and a local time comes twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// The first time the clock shows it. Also any time that comes once.
    #[default]
    First,
    /// The second time.
    Second,
}

/// What an operator's page says of a departure, before it is a [`Sailing`].
#[derive(Clone, Copy, Debug)]
pub struct Scheduled<'a> {
    /// The operator's own id; without one the scheduled local time is the key.
    pub id: Option<&'a str>,
    /// The scheduled local time.
    pub departs_local: NaiveDateTime,
    /// Which of the two, when it comes twice.
    pub fold: Fold,
    /// The ship.
    pub vessel: Option<&'a str>,
}

/// Why something is not a sailing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SailingError {
    /// The operator has no such route.
    #[error("{0} is not a route of this operator")]
    UnknownRoute(RouteCode),
    /// The operator's id cannot be a key.
    #[error("the sailing's id {0}")]
    Key(#[from] BadCode),
    /// The clocks skipped this local time.
    #[error("{0} does not exist in {1}: the clocks skip it")]
    NoSuchTime(NaiveDateTime, Tz),
}

impl Sailing {
    /// Makes a sailing of what a page says. Of a vessel's name what is readable is kept, at most [`MAX_VESSEL_CHARS`].
    pub fn parse(operator: Operator, route: &RouteCode, said: Scheduled<'_>) -> Result<Sailing, SailingError> {
        let zone = operator.zone_of(route).ok_or_else(|| SailingError::UnknownRoute(route.clone()))?;
        let departs_at = local_to_utc(said.departs_local, zone, said.fold)?;
        let key = match said.id {
            Some(id) => SailingKey::parse(id)?,
            None => local_key(said.departs_local, zone, said.fold),
        };
        Ok(Sailing {
            operator,
            route: route.clone(),
            key,
            departs_local: said.departs_local,
            zone,
            departs_at,
            vessel: said.vessel.and_then(|name| OperatorText::read(name, MAX_VESSEL_CHARS)),
        })
    }
}

/// The instant at which the clocks of `zone` show `local`. `fold` matters only where that is twice.
pub fn local_to_utc(local: NaiveDateTime, zone: Tz, fold: Fold) -> Result<DateTime<Utc>, SailingError> {
    match (zone.from_local_datetime(&local), fold) {
        (LocalResult::Single(at), _)
        | (LocalResult::Ambiguous(at, _), Fold::First)
        | (LocalResult::Ambiguous(_, at), Fold::Second) => Ok(at.to_utc()),
        (LocalResult::None, _) => Err(SailingError::NoSuchTime(local, zone)),
    }
}

/// The key of a sailing without an id: its local time to the minute, and `~2` on the second fold.
pub fn local_key(local: NaiveDateTime, zone: Tz, fold: Fold) -> SailingKey {
    let twice = matches!(zone.from_local_datetime(&local), LocalResult::Ambiguous(_, _));
    let suffix = if twice && fold == Fold::Second { "~2" } else { "" };
    let text = format!("{}{suffix}", local.format("%Y-%m-%dT%H:%M"));
    SailingKey::parse(&text).expect("BUG: a local time is a key")
}

/// The first instant after `day` on the clocks of `zone`.
pub fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    let midnight = next.and_time(NaiveTime::MIN);
    // Some zones skip midnight itself; no zone skips more than a day.
    (0..=24 * 4)
        .find_map(|quarters| local_to_utc(midnight + TimeDelta::minutes(15 * quarters), zone, Fold::First).ok())
        .unwrap_or_else(|| midnight.and_utc())
}

#[cfg(test)]
mod tests;
