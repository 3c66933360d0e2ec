//! A sailing that is waited for, as a row of a list: when it leaves, what is known of it, and where it is booked. Promises facts as released to
//! the reader's plan. Never asks the database.

use crate::{
    reader::Reader,
    web::told::{self, Instant, Space},
};
use chrono::NaiveDateTime;
use domain::code::VehicleClass;
use store::sailing::ReleasedSailing;
use words::Said;

/// The row.
pub(super) struct Row {
    /// All of it in a sentence, for those who do not see the row.
    pub(super) said: Said,
    /// On the clock of the terminal.
    pub(super) departs: NaiveDateTime,
    /// From where to where, in a list of both ways.
    pub(super) route: Option<Said>,
    pub(super) vessel: Option<String>,
    pub(super) space: Space,
    pub(super) price: Option<Said>,
    pub(super) checked: Option<Instant>,
    pub(super) book: String,
    pub(super) picture: Option<Link>,
}

/// Where the picture of a sailing is, and whether it is the one that is shown.
pub(super) struct Link {
    pub(super) href: String,
    pub(super) is_here: bool,
}

impl Row {
    /// A sailing for a class, in a list that has both ways or one.
    pub(super) fn of(
        row: &ReleasedSailing,
        class: Option<&VehicleClass>,
        (reader, zone, both_ways): (&Reader, &str, bool),
    ) -> Row {
        let sailing = &row.sailing;
        Row {
            said: told::sailing_said(sailing),
            departs: sailing.departs_local,
            route: both_ways.then(|| told::route_said(sailing.operator, &sailing.route)),
            vessel: sailing.vessel.as_ref().map(ToString::to_string),
            space: Space::of_class(class.and_then(|class| row.facts.classes.get(class))),
            price: class.and_then(|class| told::price_said(&row.facts, class)),
            checked: reader.checked_at(row).map(|at| Instant::of(at, reader.now, zone)),
            book: sailing.operator.booking_link(sailing),
            picture: None,
        }
    }

    /// The same with a link to its picture on the page of its watch.
    pub(super) fn pictured(self, key: &str, (here, is_here): (&str, bool)) -> Row {
        // Keys are made of characters that need no escaping in an address, but for the one that a query reads as a space.
        let href = format!("{here}?sailing={}#picture", key.replace('+', "%2B"));
        Row { picture: Some(Link { href, is_here }), ..self }
    }
}
