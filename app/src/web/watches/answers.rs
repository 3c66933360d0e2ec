//! What somebody has answered so far on the way to a watch: it travels in the address, from page to page, as it was typed. Promises
//! that nothing that was typed is lost on the way and that nothing which is no answer comes along. Never judges.

use chrono::{NaiveDate, NaiveTime};
use domain::{
    facts::Price,
    id::ChannelId,
    watch::{Criteria, Dates, Leg, Vehicle, Want, Weekdays, Window},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::watch::ShownWatch;
use url::form_urlencoded;

/// Days of the week, as their boxes are called.
pub(super) const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The fields of where and when. Those of the way back begin with `back_`.
pub(super) const WHEN: &[&str] = &[
    "way",
    "operator",
    "route",
    "from",
    "to",
    "picked",
    "after",
    "before",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "back_route",
    "back_from",
    "back_to",
    "back_picked",
    "back_after",
    "back_before",
    "back_mon",
    "back_tue",
    "back_wed",
    "back_thu",
    "back_fri",
    "back_sat",
    "back_sun",
    "rule",
];

/// The fields of what travels and what is wanted.
pub(super) const WHAT: &[&str] = &[
    "vehicle",
    "kind",
    "length",
    "height",
    "width",
    "trailer",
    "rack",
    "adults",
    "children",
    "infants",
    "pets",
    "cabin",
    "pet_cabin",
    "price",
    "told",
    "stop",
];

/// Fields of the last page, and what the pages say to each other.
const CHECK: &[&str] = &["note", "like", "version", "step"];

/// How the box of a channel begins; its id follows.
const TELL: &str = "tell-";

/// The longest answer that is kept, in bytes; what is longer is no answer to any of these questions.
const ANSWER_BYTES_MAX: usize = 4_000;

/// Answers by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers(BTreeMap<String, String>);

/// Answers that were sent to be acted upon: a field that is none of ours is refused.
#[derive(Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(crate) struct Sent(pub(super) Answers);

impl TryFrom<BTreeMap<String, String>> for Sent {
    type Error = String;

    fn try_from(fields: BTreeMap<String, String>) -> Result<Sent, String> {
        match fields.keys().find(|name| !is_ours(name)) {
            Some(name) => Err(format!("unknown field `{name}`")),
            None => Ok(Sent(Answers(fields))),
        }
    }
}

fn is_ours(name: &str) -> bool {
    let is_channel = || name.strip_prefix(TELL).is_some_and(|id| id.parse::<ChannelId>().is_ok());
    WHEN.contains(&name) || WHAT.contains(&name) || CHECK.contains(&name) || is_channel()
}

impl Answers {
    /// The answers in an address. What is no answer is left out, for links to us come from anywhere.
    pub(super) fn of_query(query: &str) -> Answers {
        let mut answers = Answers::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if is_ours(&name) && name != "note" && value.len() <= ANSWER_BYTES_MAX {
                answers.0.entry(name.into_owned()).or_insert_with(|| value.into_owned());
            }
        }
        answers
    }

    /// An answer as it was typed; nothing where none was.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether there is anything to read in an answer.
    pub(super) fn says(&self, name: &str) -> bool {
        !self.get(name).trim().is_empty()
    }

    /// Whether a question was put at all.
    pub(super) fn was_asked(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The same with another answer.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Answers {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// All answers but to these questions, to be carried along by a form that asks them.
    pub(super) fn besides<'a>(&'a self, asked: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let carried = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let of_channels = asked.contains(&"told");
        carried.filter(move |(name, value)| {
            let is_asked = asked.contains(name) || (of_channels && name.starts_with(TELL));
            !is_asked && *name != "step" && *name != "note" && !value.is_empty()
        })
    }

    /// The answers as the query of an address, for a page that shows this step.
    pub(super) fn query(&self, step: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.besides(&[])).append_pair("step", step).finish()
    }

    /// The channels that are to be told; `None` while nobody was asked.
    pub(super) fn channels(&self) -> Option<Vec<ChannelId>> {
        let chosen = self.0.keys().filter_map(|name| name.strip_prefix(TELL)?.parse().ok());
        self.was_asked("told").then(|| chosen.collect())
    }

    /// What a watch that there is would have been answered by.
    pub(super) fn of_watch(watch: &ShownWatch) -> Answers {
        let Criteria { leg, vehicle, party, wants } = &watch.criteria;
        let mut answers = Answers::default().with("operator", watch.operator.as_str());
        answers.put_leg("", leg);
        if let Some(back) = &watch.return_leg {
            answers.put_leg("back_", &back.leg);
            answers.put("rule", back.rule.as_str());
        }
        answers.put_vehicle(vehicle);
        for (name, count) in
            [("adults", party.adults), ("children", party.children), ("infants", party.infants), ("pets", party.pets)]
        {
            answers.put(name, count.to_string());
        }
        for (name, want) in [("cabin", wants.cabin), ("pet_cabin", wants.pet_cabin)] {
            if want == Want::Yes {
                answers.put(name, "yes");
            }
        }
        if let Some(Price { minor, .. }) = wants.price_ceiling {
            answers.put("price", format!("{}.{:02}", minor / 100, minor % 100));
        }
        answers.put("told", "yes");
        for channel in &watch.channels {
            answers.put(&format!("{TELL}{channel}"), "yes");
        }
        answers.put("stop", if watch.stop_when_found { "yes" } else { "no" });
        answers
    }

    fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_leg(&mut self, prefix: &str, leg: &Leg) {
        let name = |field: &str| format!("{prefix}{field}");
        self.put(&name("route"), leg.route.as_str());
        match &leg.dates {
            Dates::Range { from, to } => {
                self.put(&name("from"), from.to_string());
                self.put(&name("to"), to.to_string());
            }
            Dates::Picked(days) => {
                let days: Vec<_> = days.iter().map(NaiveDate::to_string).collect();
                self.put(&name("picked"), days.join(", "));
            }
        }
        if leg.weekdays != Weekdays::ALL {
            for day in Vec::<String>::from(leg.weekdays) {
                self.put(&name(&day), "yes");
            }
        }
        if let Some(Window { from, to }) = leg.window {
            let time = |time: NaiveTime| time.format("%H:%M").to_string();
            self.put(&name("after"), time(from));
            self.put(&name("before"), time(to));
        }
    }

    fn put_vehicle(&mut self, vehicle: &Vehicle) {
        if let Some(preset) = super::read::preset_of(vehicle) {
            self.put("vehicle", preset.as_str());
            return;
        }
        self.put("vehicle", super::read::OWN);
        self.put("kind", vehicle.kind.as_str());
        for (name, mm) in [
            ("length", vehicle.length_mm),
            ("height", vehicle.height_mm),
            ("width", vehicle.width_mm),
            ("trailer", vehicle.trailer_length_mm),
            ("rack", vehicle.bike_rack_mm),
        ] {
            if mm > 0 {
                self.put(name, format!("{}.{:03} m", mm / 1_000, mm % 1_000));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_answers_and_nothing_else() {
        let answers = Answers::of_query("from=2026-08-12&to=&plan=fleet&from=2030-01-01&tell-x=yes&note=secret&step=2");
        assert_eq!(answers.get("from"), "2026-08-12", "the first counts");
        assert!(answers.was_asked("to") && !answers.says("to"));
        for name in ["plan", "tell-x", "note"] {
            assert!(!answers.was_asked(name), "{name}");
        }
        assert_eq!(answers.query("3"), "from=2026-08-12&step=3", "a note never stands in an address");
    }

    #[test]
    fn sr_auz_05_a_field_that_is_no_answer_is_refused_where_something_is_done() {
        let sent = |name: &str| Sent::try_from(BTreeMap::from([(name.to_owned(), String::new())])).err();
        assert_eq!(sent("user_id"), Some("unknown field `user_id`".to_owned()));
        assert_eq!(sent("state"), Some("unknown field `state`".to_owned()));
        assert_eq!(sent("note"), None);
    }
}
