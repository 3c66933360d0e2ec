//! A target: one question to an operator, shared by all who want its answer.
//!
//! Promises: equal questions have equal JSON, which is the key under which a target exists once. Never
//! holds anything of a tenant: a question says what is asked, not who asks.

use crate::code::{RouteCode, TerminalCode, VehicleClass};
use crate::operator::Operator;
use crate::sailing::end_of_day;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
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
    /// All sailings of a route in a week, for one vehicle class.
    RouteWeek {
        /// The route.
        route: RouteCode,
        /// The week, so that wishes for neighbouring days ask the same.
        monday: Monday,
        /// The class of the vehicle that is asked for.
        class: VehicleClass,
        /// Which pet is asked for.
        pet: PetAsked,
    },
    /// What the operator shows of a terminal at the moment: today's sailings to everywhere.
    TerminalNow {
        /// Where they leave from.
        terminal: TerminalCode,
    },
}

closed_set! {
    /// The pet that a question is asked with. One of each stands for all, so that wishes share questions.
    pub enum PetAsked ("pet") {
        /// None travels, or none needs a place of its own.
        None = "none",
        /// One large dog.
        Dog = "dog",
    }
}

/// The first day of a week: the one form in which a week is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "NaiveDate", into = "NaiveDate")]
pub struct Monday(NaiveDate);

/// A day that is no Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a week begins on a Monday")]
pub struct NoMonday;

impl Monday {
    /// The Monday of the week that a day is in.
    pub fn of(day: NaiveDate) -> Monday {
        Monday(day.week(chrono::Weekday::Mon).checked_first_day().unwrap_or(day))
    }

    /// The Monday.
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// The Sunday.
    pub fn last_day(self) -> NaiveDate {
        self.0.checked_add_days(Days::new(6)).unwrap_or(self.0)
    }
}

impl TryFrom<NaiveDate> for Monday {
    type Error = NoMonday;

    fn try_from(day: NaiveDate) -> Result<Monday, NoMonday> {
        if day.weekday() == chrono::Weekday::Mon { Ok(Monday(day)) } else { Err(NoMonday) }
    }
}

impl From<Monday> for NaiveDate {
    fn from(monday: Monday) -> NaiveDate {
        monday.0
    }
}

impl Question {
    /// Where it looks, in words, such as `Portmouth Sim to Santoña Sim`.
    pub fn place_in_words(&self, operator: Operator) -> String {
        let name = |code| operator.terminal(code).map_or(code, |terminal| terminal.name);
        let route = match self {
            Question::RouteDay { route, .. } | Question::RouteNow { route } | Question::RouteWeek { route, .. } => {
                route
            }
            Question::TerminalNow { terminal } => return format!("from {}", name(terminal.as_str())),
        };
        match operator.route(route) {
            Some(route) => format!("{} to {}", name(route.from), name(route.to)),
            None => route.to_string(),
        }
    }

    /// The question in words, such as `Portmouth Sim to Santoña Sim on 2026-12-24`.
    pub fn in_words(&self, operator: Operator) -> String {
        let place = self.place_in_words(operator);
        match self {
            Question::RouteDay { date, .. } => format!("{place} on {date}"),
            Question::RouteWeek { monday, .. } => format!("{place}, {} to {}", monday.date(), monday.last_day()),
            Question::RouteNow { .. } | Question::TerminalNow { .. } => format!("{place}, as shown today"),
        }
    }

    /// From when it is worth asking, for somebody whose first day is `first_day` at a terminal in `zone`: an
    /// operator whose answers reach `horizon_days` ahead has nothing to say before.
    pub fn asked_from(&self, zone: Tz, first_day: NaiveDate, horizon_days: u16) -> DateTime<Utc> {
        let day = match self {
            Question::RouteDay { date, .. } => *date,
            // Before the first wanted day of its week nothing in the answer is wanted.
            Question::RouteWeek { monday, .. } => monday.date().max(first_day),
            Question::RouteNow { .. } | Question::TerminalNow { .. } => first_day,
        };
        let eve = day.checked_sub_days(Days::new(u64::from(horizon_days) + 1));
        end_of_day(eve.unwrap_or(NaiveDate::MIN), zone)
    }

    /// Until when it is worth asking, for somebody whose last day is `last_day` at a terminal in `zone`.
    pub fn asked_until(&self, zone: Tz, last_day: NaiveDate) -> DateTime<Utc> {
        match self {
            Question::RouteDay { date, .. } => end_of_day(*date, zone),
            Question::RouteWeek { monday, .. } => end_of_day(monday.last_day().min(last_day), zone),
            Question::RouteNow { .. } | Question::TerminalNow { .. } => end_of_day(last_day, zone),
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
    fn a_week_has_one_form_and_is_asked_for_its_wanted_days_only() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        let (route, class) = (RouteCode::parse("GBPME-ESBIO").unwrap(), VehicleClass::parse("600x300").unwrap());
        let week = |day| {
            let monday = Monday::of(date(day));
            Question::RouteWeek { route: route.clone(), monday, class: class.clone(), pet: PetAsked::None }
        };
        assert_eq!(week(6), week(12));
        assert_ne!(week(5), week(6));
        let text =
            r#"{"kind":"route_week","route":"GBPME-ESBIO","monday":"2026-07-06","class":"600x300","pet":"none"}"#;
        assert_eq!(serde_json::to_string(&week(8)).unwrap(), text);
        assert_eq!(serde_json::from_str::<Question>(text).unwrap(), week(8));
        assert!(serde_json::from_str::<Question>(&text.replace("07-06", "07-07")).is_err(), "a Tuesday");
        let zone = chrono_tz::Europe::London;
        assert_eq!(week(8).asked_until(zone, date(9)).to_rfc3339(), "2026-07-09T23:00:00+00:00");
        assert_eq!(week(8).asked_until(zone, date(20)).to_rfc3339(), "2026-07-12T23:00:00+00:00");
        assert_eq!(week(8).asked_from(zone, date(8), 1).to_rfc3339(), "2026-07-06T23:00:00+00:00");
        assert_eq!(week(15).asked_from(zone, date(8), 1).to_rfc3339(), "2026-07-11T23:00:00+00:00");
    }

    #[test]
    fn a_question_reads_as_a_sentence() {
        let route = RouteCode::parse("POR-SAN").unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 12, 24).unwrap();
        let day = Question::RouteDay { route: route.clone(), date };
        assert_eq!(day.in_words(Operator::Harbour), "Portmouth Sim to Santoña Sim on 2026-12-24");
        let now = Question::RouteNow { route };
        assert_eq!(now.in_words(Operator::BcFerries), "POR-SAN, as shown today", "a route that was withdrawn");
        let terminal = Question::TerminalNow { terminal: TerminalCode::parse("7").unwrap() };
        assert_eq!(terminal.in_words(Operator::Wsf), "from Seattle, as shown today");
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
