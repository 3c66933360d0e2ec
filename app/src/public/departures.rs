//! A departure board of a few sailings: what is open now, and failing that what is known of the next ones. Promises what the least
//! plan was told, at most two sailings of a route, so that a busy one leaves room. Never fills up with what nobody knows.

use super::{
    onward, route,
    shown::{Checked, Space},
    verdict,
};
use crate::{problem::Problem, reader::Reader};
use chrono::NaiveDateTime;
use domain::{
    facts::Facts,
    operator::{ClassSpec, search::Connection},
};
use std::collections::HashMap;
use store::{PublicTx, sailing::ReleasedSailing};
use words::Said;

/// Rows of the board.
const ROWS_MAX: usize = 6;

/// Of one route.
const OF_A_ROUTE_MAX: usize = 2;

/// How many of each operator's next sailings are looked at.
const LOOKED_AT: i64 = 24;

/// A row of it.
pub(super) struct Line {
    pub(super) connection: Connection,
    pub(super) departs: NaiveDateTime,
    pub(super) class: Said,
    pub(super) space: Space,
    pub(super) href: String,
}

/// The board as it is now.
pub(super) async fn now(tx: &mut PublicTx, reader: &Reader) -> Result<Vec<Line>, Problem> {
    let released = store::departures::soonest(tx, reader.plan, reader.now, LOOKED_AT).await?;
    let lines = released.iter().filter_map(|released| line(reader, released)).collect();
    Ok(chosen(lines))
}

fn line(reader: &Reader, released: &ReleasedSailing) -> Option<Line> {
    let sailing = &released.sailing;
    let connection = route::connection(sailing.operator, &sailing.route)?;
    let class = telling(sailing.operator.manifest().classes, &released.facts)?;
    let facts = released.facts.classes.iter().find(|(name, _)| name.as_str() == class.name).map(|(_, facts)| facts);
    let checked = reader.checked_at(released).map(|at| Checked::new(at, reader.now));
    Some(Line {
        connection,
        departs: sailing.departs_local,
        class: verdict::bounds(class),
        space: Space::of(facts, checked),
        href: onward::path(&connection),
    })
}

/// The class that says most: the largest with space, else the largest of which anything is known.
fn telling(classes: &'static [ClassSpec], facts: &Facts) -> Option<&'static ClassSpec> {
    let known = |class: &&ClassSpec| facts.classes.keys().any(|name| name.as_str() == class.name);
    let has_space = |class: &&ClassSpec| {
        facts.classes.iter().any(|(name, facts)| name.as_str() == class.name && facts.availability.has_space())
    };
    classes.iter().rev().find(has_space).or_else(|| classes.iter().rev().find(known))
}

/// Those with space first, each route at most twice, in the order of their departure.
fn chosen(lines: Vec<Line>) -> Vec<Line> {
    let (open, others): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.space.is_open());
    let mut of_route: HashMap<&'static str, usize> = HashMap::new();
    let mut rows: Vec<Line> = open
        .into_iter()
        .chain(others.into_iter().filter(|line| line.space.checked.is_some()))
        .filter(|line| {
            let count = of_route.entry(line.connection.route.code).or_default();
            *count += 1;
            *count <= OF_A_ROUTE_MAX
        })
        .take(ROWS_MAX)
        .collect();
    rows.sort_by_key(|line| (!line.space.is_open(), line.departs));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::facts::{Availability, ClassFacts};
    use domain::operator::Operator;

    fn facts(known: &[(&str, Availability)]) -> Facts {
        let class = |(name, availability): &(&str, Availability)| {
            (name.parse().unwrap(), ClassFacts { availability: *availability, price: None })
        };
        Facts { classes: known.iter().map(class).collect(), ..Facts::default() }
    }

    #[test]
    fn the_largest_class_with_space_says_most() {
        let classes = Operator::Harbour.manifest().classes;
        let open = Availability::Available { spaces: Some(2) };
        let telling = |known: &[_]| telling(classes, &facts(known)).map(|class| class.name);
        assert_eq!(telling(&[("car", open), ("van", open), ("motorhome", Availability::Full)]), Some("van"));
        assert_eq!(telling(&[("car", Availability::Full), ("van", Availability::Full)]), Some("van"));
        assert_eq!(telling(&[]), None);
    }

    #[test]
    fn what_is_open_comes_first_and_no_route_fills_the_board() {
        let line = |route: &str, hour: u32, availability| {
            let connection = route::connection(Operator::Harbour, &route.parse().unwrap()).unwrap();
            let departs = chrono::NaiveDate::from_ymd_opt(2026, 8, 14).unwrap().and_hms_opt(hour, 0, 0).unwrap();
            let facts = ClassFacts { availability, price: None };
            let checked = Checked::new(departs.and_utc(), departs.and_utc());
            let space = Space::of(Some(&facts), Some(checked));
            let class = verdict::bounds(&Operator::Harbour.manifest().classes[0]);
            Line { connection, departs, class, space, href: String::new() }
        };
        let (open, full) = (Availability::Available { spaces: None }, Availability::Full);
        let rows = chosen(vec![
            line("POR-SAN", 8, full),
            line("POR-SAN", 9, open),
            line("POR-SAN", 10, open),
            line("POR-SAN", 11, open),
            line("SAN-POR", 12, full),
        ]);
        let shown: Vec<_> = rows.iter().map(|row| (row.connection.route.code, row.departs.to_string())).collect();
        let hours: Vec<&str> = shown.iter().map(|(_, departs)| &departs[11..13]).collect();
        assert_eq!(hours, ["09", "10", "12"]);
    }
}
