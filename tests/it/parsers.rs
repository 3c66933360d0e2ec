//! What the connectors read, and that no page can hurt them.
//!
//! Promises to hold the parsers against the recorded page, the simulator's pages, pages that are not answers, and
//! thousands of mangled ones. Never asks an operator.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::code::{RouteCode, VehicleClass};
use domain::facts::{Availability, Sighting};
use domain::operator::Operator;
use domain::target::{Monday, PetAsked, Question};
use workers::operators::{ParseError, parse};

mod bounds;
mod brittany;
mod simulated;
mod unexpected;
mod wsf;

/// BC Ferries' page as recorded.
pub(crate) const RECORDED: &str =
    include_str!("../../workers/src/operators/fixtures/bc_ferries/current_conditions_TSA-SWB_2026-02-22.html");
/// A day of Harbour.
pub(crate) const DAY: &str = include_str!("../../workers/src/operators/fixtures/harbour/day_POR-SAN_2026-12-24.json");

/// A week of Brittany Ferries, and the same wrapped by day.
pub(crate) const WEEK: &str =
    include_str!("../../workers/src/operators/fixtures/brittany/week_GBPME-ESBIO_2026-09-21.json");
pub(crate) const WEEK_BY_DAY: &str =
    include_str!("../../workers/src/operators/fixtures/brittany/week_by_day_GBPME-ESBIO_2026-09-21.json");
/// A terminal of Washington State Ferries.
pub(crate) const TERMINAL: &str = include_str!("../../workers/src/operators/fixtures/wsf/terminal_7_2026-07-01.json");

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn route_now(route: &str) -> Question {
    Question::RouteNow { route: RouteCode::parse(route).expect("a route") }
}

fn route_day(route: &str, date: NaiveDate) -> Question {
    Question::RouteDay { route: RouteCode::parse(route).expect("a route"), date }
}

/// The week of the fixture, asked for a campervan of 6 m by 3 m.
fn route_week(pet: PetAsked) -> Question {
    Question::RouteWeek {
        route: RouteCode::parse("GBPME-ESBIO").expect("a route"),
        monday: Monday::of(NaiveDate::from_ymd_opt(2026, 9, 21).expect("a date")),
        class: VehicleClass::parse("600x300").expect("a class"),
        pet,
    }
}

fn terminal_now(terminal: &str) -> Question {
    Question::TerminalNow { terminal: terminal.parse().expect("a terminal") }
}

fn christmas_eve() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 24).expect("a date")
}

/// Reads BC Ferries' page as if fetched when the recorded one was.
pub(crate) fn read_page(page: &[u8]) -> Result<Vec<Sighting>, ParseError> {
    parse(Operator::BcFerries, &route_now("TSA-SWB"), page, at("2026-02-22T18:35:00Z"))
}

/// Reads a day of Harbour.
pub(crate) fn read_day(day: &[u8]) -> Result<Vec<Sighting>, ParseError> {
    let question = route_day("POR-SAN", christmas_eve());
    parse(Operator::Harbour, &question, day, at("2026-12-01T12:00:00Z"))
}

/// Reads a week of Brittany Ferries, asked for without a pet.
pub(crate) fn read_week(week: &[u8]) -> Result<Vec<Sighting>, ParseError> {
    parse(Operator::Brittany, &route_week(PetAsked::None), week, at("2026-07-01T12:00:00Z"))
}

/// Reads a terminal of Washington State Ferries as if fetched at 13:00 there.
pub(crate) fn read_terminal(terminal: &[u8]) -> Result<Vec<Sighting>, ParseError> {
    parse(Operator::Wsf, &terminal_now("7"), terminal, at("2026-07-01T20:00:00Z"))
}

fn availability(sighting: &Sighting, class: &str) -> Availability {
    sighting.facts.availability(&VehicleClass::parse(class).expect("a class"))
}

/// One line per sailing, which a person can compare with the page.
fn table(sightings: &[Sighting]) -> Vec<String> {
    let line = |sighting: &Sighting| {
        let sailing = &sighting.sailing;
        format!(
            "{} {} {:?} {}",
            sailing.key,
            sailing.departs_at.format("%dT%H:%MZ"),
            availability(sighting, "standard"),
            sailing.vessel.as_ref().map_or("-", |vessel| vessel.as_str()),
        )
    };
    sightings.iter().map(line).collect()
}

#[test]
fn the_recorded_page_is_read_row_by_row() {
    let free = "Available { spaces: None }";
    let expected = [
        "2026-02-22T11:00 22T19:00Z Full Spirit of British Columbia".to_owned(),
        format!("2026-02-22T12:00 22T20:00Z {free} Queen of New Westminster"),
        format!("2026-02-22T13:00 22T21:00Z {free} Coastal Renaissance"),
        format!("2026-02-22T14:00 22T22:00Z {free} Coastal Celebration"),
        format!("2026-02-22T15:00 22T23:00Z {free} Spirit of British Columbia"),
        format!("2026-02-22T16:00 23T00:00Z {free} Queen of New Westminster"),
        format!("2026-02-22T17:00 23T01:00Z {free} Coastal Renaissance"),
        format!("2026-02-22T18:00 23T02:00Z {free} Coastal Celebration"),
        format!("2026-02-22T19:00 23T03:00Z {free} Spirit of British Columbia"),
        format!("2026-02-22T21:00 23T05:00Z {free} Coastal Renaissance"),
        format!("2026-02-23T07:00 23T15:00Z {free} Spirit of British Columbia"),
        format!("2026-02-23T09:00 23T17:00Z {free} Coastal Renaissance"),
        format!("2026-02-23T11:00 23T19:00Z {free} Spirit of British Columbia"),
    ];
    let seen = read_page(RECORDED.as_bytes()).unwrap();
    assert_eq!(table(&seen), expected);
}

#[test]
fn oversize_vehicles_stay_unknown_where_the_page_speaks_of_the_deck_as_a_whole() {
    for sighting in read_page(RECORDED.as_bytes()).unwrap() {
        assert_eq!(availability(&sighting, "oversize"), Availability::Unknown, "{:?}", sighting.sailing.key);
        assert_eq!(sighting.facts.cabin, None);
    }
}

#[test]
fn a_cancelled_row_is_cancelled_for_every_class() {
    let full = "<div class=\"cc-message-updates\">\n                    <span class=\"font-size-22\">\n                            Full</span>";
    let cancelled = "<div class=\"text-red\"><p>Cancelled</p><p>Mechanical difficulty</p></div><div><span>";
    assert!(RECORDED.contains(full));
    let seen = read_page(RECORDED.replace(full, cancelled).as_bytes()).unwrap();
    assert_eq!(availability(&seen[0], "standard"), Availability::Cancelled);
    assert_eq!(availability(&seen[0], "oversize"), Availability::Cancelled);
}

#[test]
fn a_row_without_a_link_is_dated_by_the_rows_that_have_one() {
    // Fetched shortly after midnight, a cached page still means yesterday by "today".
    let late = at("2026-02-23T08:05:00Z");
    let seen = parse(Operator::BcFerries, &route_now("TSA-SWB"), RECORDED.as_bytes(), late).unwrap();
    assert_eq!(seen[0].sailing.key.as_str(), "2026-02-22T11:00");
}

#[test]
fn a_page_of_full_rows_is_dated_by_when_it_was_fetched() {
    let rows = row("11:00 pm", "") + &row("7:00 am", "(Tomorrow)");
    let seen = read_page(page_of(&rows).as_bytes()).unwrap();
    assert_eq!(seen[0].sailing.key.as_str(), "2026-02-22T23:00");
    assert_eq!(seen[1].sailing.key.as_str(), "2026-02-23T07:00");
    assert_eq!(availability(&seen[1], "standard"), Availability::Full);
}

#[test]
fn an_hour_the_clocks_show_twice_has_two_sailings() {
    let page = page_of(&(row("1:30 am", "") + &row("1:30 am", "")));
    let before_the_change = at("2026-11-01T07:00:00Z");
    let seen = parse(Operator::BcFerries, &route_now("TSA-SWB"), page.as_bytes(), before_the_change).unwrap();
    assert_eq!(seen[0].sailing.key.as_str(), "2026-11-01T01:30");
    assert_eq!(seen[1].sailing.key.as_str(), "2026-11-01T01:30~2");
    assert_eq!(seen[1].sailing.departs_at - seen[0].sailing.departs_at, TimeDelta::hours(1));
    // On any other night the page contradicts itself.
    assert!(read_page(page.as_bytes()).is_err());
}

#[test]
fn a_day_of_harbour_has_classes_prices_and_cabins() {
    let seen = read_day(DAY.as_bytes()).unwrap();
    assert_eq!(seen.len(), 4);
    let first = &seen[0];
    assert_eq!(first.sailing.key.as_str(), "POR-SAN-20261224-0845");
    assert_eq!(first.sailing.departs_at, at("2026-12-24T08:45:00Z"));
    assert_eq!(first.sailing.vessel.as_ref().unwrap().as_str(), "Spinnaker");
    assert_eq!(availability(first, "car"), Availability::Available { spaces: Some(6) });
    assert_eq!(availability(first, "motorhome"), Availability::Full);
    assert_eq!(first.facts.cabin, Some(Availability::Available { spaces: None }));
    let price = first.facts.classes[&VehicleClass::parse("car").unwrap()].price.unwrap();
    assert_eq!((price.minor, price.currency.as_str()), (15_500, "EUR"));
}

#[test]
fn operators_text_is_kept_short_and_printable() {
    let hostile = "Spin\\u202enaker\\n\\u0000<script>".to_owned() + &"x".repeat(500);
    let seen = read_day(DAY.replace("Spinnaker", &hostile).as_bytes()).unwrap();
    let vessel = seen[0].sailing.vessel.as_ref().unwrap().as_str();
    assert!(vessel.starts_with("Spinnaker <script>x"), "{vessel}");
    assert_eq!(vessel.chars().count(), 80);
}

#[test]
fn a_question_of_the_wrong_kind_is_refused() {
    let now = at("2026-12-01T12:00:00Z");
    let wrong = parse(Operator::Harbour, &route_now("POR-SAN"), DAY.as_bytes(), now);
    assert_eq!(wrong, Err(ParseError::WrongQuestion(Operator::Harbour)));
    let wrong = parse(Operator::BcFerries, &route_day("TSA-SWB", christmas_eve()), RECORDED.as_bytes(), now);
    assert_eq!(wrong, Err(ParseError::WrongQuestion(Operator::BcFerries)));
    let wrong = parse(Operator::Brittany, &route_now("GBPME-ESBIO"), WEEK.as_bytes(), now);
    assert_eq!(wrong, Err(ParseError::WrongQuestion(Operator::Brittany)));
    let wrong = parse(Operator::Wsf, &route_now("7-3"), TERMINAL.as_bytes(), now);
    assert_eq!(wrong, Err(ParseError::WrongQuestion(Operator::Wsf)));
}

/// A row in the recorded layout that says "Full".
pub(crate) fn row(time: &str, day: &str) -> String {
    format!(
        "<tr class=\"mobile-friendly-row\"><td><p><span>{time}</span> {day} <a class=\"sailing-ferry-name\">Boat</a></p></td>\
         <td><div class=\"cc-message-updates\"><span>Full</span></div></td></tr>"
    )
}

pub(crate) fn page_of(rows: &str) -> String {
    format!("<title>x</title><table class=\"detail-departure-table\"><tbody>{rows}</tbody></table>")
}
