//! A target: one question to an operator, shared by all who want its answer.
//!
//! Promises: equal questions have equal JSON, which is the key under which a target exists once. Never
//! holds anything of a tenant: a question says what is asked, not who asks.

use crate::code::{RouteCode, VehicleClass};
use crate::operator::Operator;
use crate::sailing::end_of_day;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What is asked, as the connector of the operator defines it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// All sailings of a route on a local day.
    RouteDay {
        /// The route.
        route: RouteCode,
        /// The day at the terminal it leaves from.
        date: NaiveDate,
    },
    /// What the operator shows of a route at the moment: today and tomorrow.
    RouteNow {
        /// The route.
        route: RouteCode,
    },
}

impl Question {
    /// The route it asks about.
    pub fn route(&self) -> &RouteCode {
        match self {
            Question::RouteDay { route, .. } | Question::RouteNow { route } => route,
        }
    }

    /// The question in words, such as `Portmouth Sim to Santoña Sim on 2026-12-24`.
    pub fn in_words(&self, operator: Operator) -> String {
        let name = |code| operator.terminal(code).map_or(code, |terminal| terminal.name);
        let route = match operator.route(self.route()) {
            Some(route) => format!("{} to {}", name(route.from), name(route.to)),
            None => self.route().to_string(),
        };
        match self {
            Question::RouteDay { date, .. } => format!("{route} on {date}"),
            Question::RouteNow { .. } => format!("{route}, as shown today"),
        }
    }

    /// From when it is worth asking, for somebody whose first day is `first_day` at a terminal in `zone`: an
    /// operator whose answers reach `horizon_days` ahead has nothing to say before.
    pub fn asked_from(&self, zone: Tz, first_day: NaiveDate, horizon_days: u16) -> DateTime<Utc> {
        let day = match self {
            Question::RouteDay { date, .. } => *date,
            Question::RouteNow { .. } => first_day,
        };
        let eve = day.checked_sub_days(Days::new(u64::from(horizon_days) + 1));
        end_of_day(eve.unwrap_or(NaiveDate::MIN), zone)
    }

    /// Until when it is worth asking, for somebody whose last day is `last_day` at a terminal in `zone`.
    pub fn asked_until(&self, zone: Tz, last_day: NaiveDate) -> DateTime<Utc> {
        match self {
            Question::RouteDay { date, .. } => end_of_day(*date, zone),
            Question::RouteNow { .. } => end_of_day(last_day, zone),
        }
    }
}

/// Which leg of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegSide {
    /// The way out.
    Outbound,
    /// The way back.
    Return,
}

impl LegSide {
    /// 0 for the way out, 1 for the way back: the form in which it is stored.
    pub const fn number(self) -> i16 {
        match self {
            LegSide::Outbound => 0,
            LegSide::Return => 1,
        }
    }

    /// Reads the stored form.
    pub const fn from_number(number: i16) -> Option<LegSide> {
        match number {
            0 => Some(LegSide::Outbound),
            1 => Some(LegSide::Return),
            _ => None,
        }
    }
}

/// One question that a wish needs answered, and what of the answer it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub question: Question,
    /// The vehicle class to read from the answer.
    pub class: VehicleClass,
    /// For which leg.
    pub leg: LegSide,
    /// From when it is worth asking.
    pub from: DateTime<Utc>,
    /// Until when it is worth asking.
    pub until: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_canonical_json() {
        let route = RouteCode::parse("POR-SAN").unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 12, 24).unwrap();
        let day = Question::RouteDay { route: route.clone(), date };
        let text = r#"{"kind":"route_day","route":"POR-SAN","date":"2026-12-24"}"#;
        assert_eq!(serde_json::to_string(&day).unwrap(), text);
        assert_eq!(serde_json::from_str::<Question>(text).unwrap(), day);
        let now = Question::RouteNow { route };
        assert_eq!(serde_json::to_string(&now).unwrap(), r#"{"kind":"route_now","route":"POR-SAN"}"#);
        assert!(serde_json::from_str::<Question>(r#"{"kind":"route_now","route":"A","date":"2026-12-24"}"#).is_err());
    }

    #[test]
    fn a_question_reads_as_a_sentence() {
        let route = RouteCode::parse("POR-SAN").unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 12, 24).unwrap();
        let day = Question::RouteDay { route: route.clone(), date };
        assert_eq!(day.in_words(Operator::Harbour), "Portmouth Sim to Santoña Sim on 2026-12-24");
        let now = Question::RouteNow { route };
        assert_eq!(now.in_words(Operator::BcFerries), "POR-SAN, as shown today", "a route that was withdrawn");
    }

    #[test]
    fn nothing_is_asked_before_the_operators_answers_can_reach_the_first_day() {
        let route = RouteCode::parse("POR-SAN").unwrap();
        let date = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        let zone = chrono_tz::Europe::Madrid;
        let day = Question::RouteDay { route: route.clone(), date: date(20) };
        assert_eq!(day.asked_from(zone, date(1), 10).to_rfc3339(), "2026-07-09T22:00:00+00:00");
        let now = Question::RouteNow { route };
        assert_eq!(now.asked_from(zone, date(9), 2).to_rfc3339(), "2026-07-06T22:00:00+00:00");
    }

    #[test]
    fn a_day_is_asked_until_it_ends_and_the_present_until_the_last_day() {
        let route = RouteCode::parse("POR-SAN").unwrap();
        let date = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        let zone = chrono_tz::Europe::Madrid;
        let day = Question::RouteDay { route: route.clone(), date: date(3) };
        assert_eq!(day.asked_until(zone, date(9)).to_rfc3339(), "2026-07-03T22:00:00+00:00");
        let now = Question::RouteNow { route };
        assert_eq!(now.asked_until(zone, date(9)).to_rfc3339(), "2026-07-09T22:00:00+00:00");
    }

    #[test]
    fn a_leg_reads_back_its_number() {
        for side in [LegSide::Outbound, LegSide::Return] {
            assert_eq!(LegSide::from_number(side.number()), Some(side));
        }
        assert_eq!(LegSide::from_number(2), None);
    }
}
