//! The search as a sentence: what somebody typed into it, and what that means. Promises that nothing typed is lost, that each
//! refusal stands beside its field, and that a name is found however it is spelt. Never looks anything up in the database.

use super::vehicle::{self, Choice};
use crate::form::Refusals;
use chrono::{Days, NaiveDate};
use domain::{
    operator::search::{self, Connection},
    watch::{MAX_DAYS, Vehicle},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use words::{Arg, Said};

/// How far ahead a day may lie, as for a watch.
const DAYS_AHEAD_MAX: u64 = 730;

/// How many days are looked at where no last day is named.
const USUAL_DAYS: u64 = 14;

/// What stands in the sentence, as typed. Fields that are no part of it are not looked at: links that are passed on collect some.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answers {
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) vehicle: String,
    pub(crate) length: String,
    pub(crate) height: String,
}

/// What it means.
pub(crate) struct Wish {
    /// The routes that the two names may mean, the best first.
    pub(crate) connections: Vec<Connection>,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
    pub(crate) vehicle: Vehicle,
}

/// The sentence as a page shows it.
pub(crate) struct Sentence {
    pub(crate) typed: Answers,
    pub(crate) refused: Refusals,
    pub(crate) today: NaiveDate,
    pub(crate) furthest: NaiveDate,
    pub(crate) vehicles: Vec<Choice>,
    /// Every terminal by its name, and who sails from it.
    pub(crate) terminals: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Answers {
    /// Whether nobody asked anything yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.start.trim().is_empty() && self.end.trim().is_empty()
    }

    /// What of it is said of the vehicle.
    pub(crate) fn of_vehicle(&self) -> vehicle::Typed<'_> {
        vehicle::Typed { vehicle: &self.vehicle, length: &self.length, height: &self.height }
    }

    /// What it means; nothing and a note beside each field that is not as it should be.
    pub(crate) fn read(&self, today: NaiveDate, refused: &mut Refusals) -> Option<Wish> {
        for (field, typed) in [("start", &self.start), ("end", &self.end)] {
            if search::terminals(typed).is_empty() {
                let shown: String = typed.trim().chars().take(search::MAX_CHARS).collect();
                refused.say(field, Said::new("terminal-unknown").with("name", shown));
            }
        }
        let days = self.days(today, refused);
        let vehicle = self.of_vehicle().read(refused);
        let ((first, last), vehicle) = (days?, vehicle?);
        refused.is_empty().then(|| {
            let connections = search::connections(&self.start, &self.end);
            Wish { connections, first, last, vehicle }
        })
    }

    fn days(&self, today: NaiveDate, refused: &mut Refusals) -> Option<(NaiveDate, NaiveDate)> {
        let first = day(refused, "from", &self.from, today)?;
        let furthest = furthest(today);
        // Somewhere it is still yesterday.
        if first < today.pred_opt().unwrap_or(today) || first > furthest {
            refused.say("from", Said::new("day-bounds").with("from", today).with("to", furthest));
            return None;
        }
        let last = day(refused, "to", &self.to, later(first, USUAL_DAYS - 1))?;
        if last < first || last > later(first, MAX_DAYS as u64 - 1) {
            let most = later(first, MAX_DAYS as u64 - 1);
            refused.say("to", Said::new("day-bounds").with("from", first).with("to", most));
            return None;
        }
        Some((first, last))
    }
}

impl Sentence {
    /// The sentence with the days filled in that are taken where none are said.
    pub(crate) fn new(typed: Answers, refused: Refusals, today: NaiveDate) -> Sentence {
        let or = |typed: String, usual: NaiveDate| if typed.trim().is_empty() { usual.to_string() } else { typed };
        let from = or(typed.from, today);
        let first = from.trim().parse().unwrap_or(today);
        let to = or(typed.to, later(first, USUAL_DAYS - 1));
        let mut terminals: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for found in search::terminals("") {
            terminals.entry(found.terminal.name).or_default().push(found.operator.manifest().name);
        }
        let vehicles = vehicle::choices(&typed.vehicle);
        Sentence {
            typed: Answers { from, to, ..typed },
            refused,
            today,
            furthest: furthest(today),
            vehicles,
            terminals,
        }
    }

    /// Why a field was refused.
    pub(crate) fn why(&self, field: &str) -> Option<&Said> {
        self.refused.of(field)
    }
}

fn day(refused: &mut Refusals, field: &str, typed: &str, usual: NaiveDate) -> Option<NaiveDate> {
    if typed.trim().is_empty() {
        return Some(usual);
    }
    let day = typed.trim().parse();
    if day.is_err() {
        refused.say(field, Said::new("day-not-one").with("example", Arg::Text(usual.to_string())));
    }
    day.ok()
}

fn furthest(today: NaiveDate) -> NaiveDate {
    later(today, DAYS_AHEAD_MAX)
}

/// So many days later, or as late as there are days.
fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        "2026-07-01".parse().unwrap()
    }

    fn answers(start: &str, end: &str, from: &str, to: &str) -> Answers {
        let [start, end, from, to] = [start, end, from, to].map(str::to_owned);
        Answers { start, end, from, to, ..Answers::default() }
    }

    /// The routes and days found, or the fields refused.
    fn read(answers: &Answers) -> Result<(Vec<&'static str>, String), Vec<&'static str>> {
        let mut refused = Refusals::default();
        match answers.read(today(), &mut refused) {
            Some(wish) => {
                let routes = wish.connections.iter().map(|found| found.route.code).collect();
                Ok((routes, format!("{} {}", wish.first, wish.last)))
            }
            None => {
                let fields = ["start", "end", "from", "to", "vehicle", "length", "height"];
                Err(fields.into_iter().filter(|field| refused.of(field).is_some()).collect())
            }
        }
    }

    #[test]
    fn a_sentence_is_read_as_it_is_meant() {
        let said = |start, end, from, to| read(&answers(start, end, from, to));
        let days = "2026-08-12 2026-08-20".to_owned();
        assert_eq!(said("portsmouth", "Bilbao", "2026-08-12", "2026-08-20"), Ok((vec!["GBPME-ESBIO"], days)));
        let days = "2026-07-01 2026-07-14".to_owned();
        assert_eq!(said("Bilbao", "portsmouth", "", ""), Ok((vec!["ESBIO-GBPME"], days.clone())));
        assert_eq!(said("Bilbao", "Seattle", "", ""), Ok((vec![], days)), "known, but nobody sails it");
    }

    #[test]
    fn each_field_is_refused_by_itself() {
        let said = |start, end, from, to| read(&answers(start, end, from, to));
        assert_eq!(said("Atlantis", "<script>x", "", ""), Err(vec!["start", "end"]));
        assert_eq!(said("Bilbao", "Portsmouth", "soon", ""), Err(vec!["from"]));
        assert_eq!(said("Bilbao", "Portsmouth", "2026-06-01", ""), Err(vec!["from"]));
        assert_eq!(said("Bilbao", "Portsmouth", "2026-08-12", "2026-08-11"), Err(vec!["to"]));
        assert_eq!(said("Bilbao", "Portsmouth", "2026-08-12", "2026-10-13"), Err(vec!["to"]));
        let own = Answers { vehicle: "own".to_owned(), ..answers("Atlantis", "Bilbao", "never", "") };
        assert_eq!(read(&own), Err(vec!["start", "from", "length", "height"]));
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_it(texts in proptest::collection::vec("\\PC{0,40}|[0-9-]{0,12}", 7)) {
            let [start, end, from, to, vehicle, length, height] = texts.try_into().unwrap();
            let typed = Answers { start, end, from, to, vehicle, length, height };
            let mut refused = Refusals::default();
            if let Some(wish) = typed.read(today(), &mut refused) {
                prop_assert!(wish.first <= wish.last && (wish.last - wish.first).num_days() < MAX_DAYS as i64);
            } else {
                prop_assert!(!refused.is_empty());
            }
            let shown = Sentence::new(typed.clone(), refused, today());
            prop_assert_eq!(shown.typed.start, typed.start);
        }
    }
}
