//! What is known of a space, as a page shows it: a buoy, a word, a price and how old that is. Promises that shape, colour and
//! word say the same, and that what nobody has checked says so. Never rounds an age up to now.

use crate::space;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use domain::{
    facts::{ClassFacts, Price},
    operator::search::Connection,
};
use store::sailing::ReleasedSailing;
use words::Said;

/// What is known of a space.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Space {
    /// The buoy.
    pub(crate) signal: &'static str,
    pub(crate) word: Said,
    pub(crate) price: Option<Price>,
    pub(crate) checked: Option<Checked>,
}

/// When somebody's plan was last told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) at: DateTime<Utc>,
    pub(crate) age: TimeDelta,
}

impl Checked {
    pub(crate) fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Checked {
        Checked { at, age: now - at }
    }

    /// As programs read it.
    pub(crate) fn iso(&self) -> String {
        self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The clock of nowhere, which the page names.
    pub(crate) fn utc(&self) -> NaiveDateTime {
        self.at.naive_utc()
    }
}

impl Space {
    /// What is known of a class; nothing, if nobody has looked for it.
    pub(crate) fn of(facts: Option<&ClassFacts>, checked: Option<Checked>) -> Space {
        let Some(facts) = facts else {
            return Space { signal: "unchecked", word: Said::new("space-unchecked"), price: None, checked: None };
        };
        let (signal, word) = space::said(facts.availability);
        Space { signal, word, price: facts.price, checked }
    }

    /// Whether one may try to book it.
    pub(crate) fn is_open(&self) -> bool {
        self.signal == "open"
    }
}

/// A sailing of a list.
pub(crate) struct Departure {
    pub(crate) connection: Connection,
    pub(crate) departs: NaiveDateTime,
    pub(crate) has_left: bool,
    pub(crate) vessel: Option<String>,
    /// The operator's class that the rest is about.
    pub(crate) class: &'static str,
    pub(crate) space: Space,
    /// Where a person books it, at its operator's.
    pub(crate) booking: String,
    /// Into the wizard.
    pub(crate) watch: String,
}

impl Departure {
    pub(crate) fn new<F>(
        connection: Connection,
        released: &ReleasedSailing<F>,
        class: &'static str,
        (space, now): (Space, DateTime<Utc>),
        watch: String,
    ) -> Departure {
        let sailing = &released.sailing;
        Departure {
            connection,
            departs: sailing.departs_local,
            has_left: sailing.departs_at <= now,
            vessel: sailing.vessel.as_ref().map(ToString::to_string),
            class,
            space,
            booking: sailing.operator.booking_link(sailing),
            watch,
        }
    }

    pub(crate) fn day(&self) -> NaiveDate {
        self.departs.date()
    }

    /// When it leaves and what is known of it, in words.
    pub(crate) fn said(&self) -> Said {
        let Space { word, price, checked, .. } = &self.space;
        let leaves = Said::new("departure").with("time", self.departs.time()).with("space", word);
        let price = price.map(|price| Said::new("price").with("price", price));
        let checked = checked.map(|checked| Said::new("checked-ago").with("span", checked.age));
        Said::list([Some(leaves), price, checked].into_iter().flatten())
    }

    /// Whether one may try to book it still.
    pub(crate) fn is_open(&self) -> bool {
        !self.has_left && self.space.is_open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::facts::Availability;

    #[test]
    fn shape_and_word_say_the_same() {
        let shown = |availability| {
            let space = Space::of(Some(&ClassFacts { availability, price: None }), None);
            (space.signal, space.word.id(), space.is_open())
        };
        assert_eq!(shown(Availability::Available { spaces: Some(2) }), ("open", "space-open-n", true));
        assert_eq!(shown(Availability::Available { spaces: None }), ("open", "space-open", true));
        assert_eq!(shown(Availability::Available { spaces: Some(0) }), ("full", "space-full", false));
        assert_eq!(shown(Availability::Full), ("full", "space-full", false));
        assert_eq!(shown(Availability::NotReleased), ("not_released", "space-not-released", false));
        assert_eq!(shown(Availability::Cancelled), ("cancelled", "space-cancelled", false));
        assert_eq!(shown(Availability::Unknown), ("unknown", "space-unknown", false));
        let unchecked = Space::of(None, None);
        assert_eq!((unchecked.signal, unchecked.word.id()), ("unchecked", "space-unchecked"));
    }
}
