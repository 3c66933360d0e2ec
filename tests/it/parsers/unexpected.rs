//! Pages that are not answers: each is an error with a sentence, and none says that a boat is full.

use super::{DAY, RECORDED, page_of, read_day, read_page, read_terminal, read_week, row};
use proptest::prelude::*;
use workers::operators::ParseError;

fn why(answer: Result<Vec<domain::facts::Sighting>, ParseError>) -> String {
    answer.expect_err("a page that is no answer").to_string()
}

/// The recorded page with one thing changed, which must be there.
fn recorded_with(from: &str, to: &str) -> String {
    assert!(RECORDED.contains(from), "the recorded page has {from:?}");
    RECORDED.replace(from, to)
}

#[test]
fn a_page_that_is_no_table_of_departures_is_an_error_naming_its_title() {
    let pages = [
        "",
        "   \n",
        "<!DOCTYPE html><title>Log in</title><form><input type=password></form>",
        "<title>Are you human?</title><div class=captcha>Full</div>",
        "<title>Status</title><div class=grid><b>12:00 pm</b> Full</div>",
        "{\"error\":\"full\"}",
    ];
    for page in pages {
        let why = why(read_page(page.as_bytes()));
        assert!(why.starts_with("expected one table.detail-departure-table at the page titled"), "{why}");
    }
    assert!(why(read_page(pages[2].as_bytes())).ends_with("found \"Log in\""));
}

#[test]
fn a_table_of_another_layout_is_an_error_that_says_where() {
    let changes = [
        ("mobile-friendly-row", "departure-row", "expected tr.mobile-friendly-row at the table of departures"),
        ("cc-message-updates", "cc-news", "expected div.cc-message-updates at row 3"),
        ("                            Full</span>", "Sold out</span>", "found \"Sold out\""),
        ("15%", "115%", "expected 0% to 100% at row 4"),
        ("15%", "-15%", "expected 0% to 100% at row 4"),
        ("11:00 am", "11.00", "expected a time such as 12:00 pm at row 3"),
        ("(Tomorrow)", "(Monday)", "expected nothing, (Tomorrow) or Departed after the time at row 13"),
        (
            "detail-departure-table\">",
            "detail-departure-table\"></table><table class=\"detail-departure-table\">",
            "one table",
        ),
    ];
    for (from, to, expected) in changes {
        let why = why(read_page(recorded_with(from, to).as_bytes()));
        assert!(why.contains(expected), "{from:?} to {to:?}: {why}");
    }
}

#[test]
fn a_page_about_another_route_or_day_is_an_error() {
    let changes = [
        (
            "href=\"https://www.bcferries.com/current-conditions/TSA-SWB\"",
            "href=\"https://www.bcferries.com/\"",
            "the route",
        ),
        ("routeCode=TSA-SWB", "routeCode=SWB-TSA", "departureTime and routeCode"),
        ("departureTime=2026-02-2", "departureTime=2026-01-2", "today and tomorrow"),
        ("2026-02-22 12:00:00", "2026-02-22 13:00:00", "the row's time in its link"),
        ("2026-02-22 12:00:00", "2026-02-19 12:00:00", "today and tomorrow"),
        ("2026-02-22 12:00:00", "noon", "departureTime and routeCode"),
    ];
    for (from, to, expected) in changes {
        let why = why(read_page(recorded_with(from, to).as_bytes()));
        assert!(why.contains(expected), "{from:?} to {to:?}: {why}");
    }
}

#[test]
fn rows_that_say_nothing_at_all_are_an_error() {
    let blank = row("11:00 pm", "").replace("Full", "");
    assert!(why(read_page(page_of(&blank).as_bytes())).contains("a word on space"));
    // One silent row beside others is only unknown.
    let seen = read_page(page_of(&(blank + &row("11:30 pm", ""))).as_bytes()).unwrap();
    assert_eq!(super::availability(&seen[0], "standard"), domain::facts::Availability::Unknown);
}

#[test]
fn a_day_of_harbour_that_contradicts_itself_is_an_error() {
    let changes = [
        ("\"route\":\"POR-SAN\"", "\"route\":\"SAN-POR\"", "the route and day asked for"),
        ("\"date\":\"2026-12-24\"", "\"date\":\"2026-12-25\"", "the route and day asked for"),
        ("\"departs\":\"2026-12-24T08:45\"", "\"departs\":\"2026-12-25T08:45\"", "a departure on the day asked for"),
        ("\"departs\":\"2026-12-24T08:45\"", "\"departs\":\"soon\"", "a local time"),
        ("POR-SAN-20261224-1315", "POR-SAN-20261224-0845", "each sailing once"),
        ("POR-SAN-20261224-1315", "POR SAN", "a sailing"),
        ("\"class\":\"van\"", "\"class\":\"car\"", "each vehicle class once"),
        ("\"spaces\":6", "\"spaces\":0", "spaces that fit the status"),
        ("\"spaces\":6", "\"spaces\":4000000", "spaces that fit the status"),
        ("\"spaces\":6", "\"spaces\":-1", "a day of sailings as JSON"),
        ("\"amount_minor\":15500", "\"amount_minor\":-1", "a price"),
        ("\"EUR\"", "\"euro\"", "a day of sailings as JSON"),
        ("\"scheduled\"", "\"sold_out\"", "a day of sailings as JSON"),
        ("\"status\":\"full\"", "\"state\":\"full\"", "a day of sailings as JSON"),
        ("\"sailings\"", "\"departures\"", "a day of sailings as JSON"),
    ];
    for (from, to, expected) in changes {
        assert!(DAY.contains(from), "the day has {from:?}");
        let why = why(read_day(DAY.replace(from, to).as_bytes()));
        assert!(why.contains(&format!("expected {expected}")), "{from:?} to {to:?}: {why}");
    }
    assert!(why(read_day(b"<html>Log in</html>")).contains("a day of sailings as JSON"));
    assert!(why(read_day(b"")).contains("a day of sailings as JSON"));
}

#[test]
fn a_cancelled_or_unreleased_sailing_is_neither_open_nor_full() {
    use domain::facts::Availability::{Cancelled, NotReleased};
    for (status, expected) in [("cancelled", Cancelled), ("not_released", NotReleased)] {
        let day = DAY.replace("\"scheduled\"", &format!("\"{status}\""));
        for sighting in read_day(day.as_bytes()).unwrap() {
            assert_eq!(super::availability(&sighting, "car"), expected);
            assert_eq!(super::availability(&sighting, "long"), expected);
            assert_eq!(sighting.facts.cabin, Some(expected));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_error_quotes_little_and_only_printable_text(garbage in "\\PC{0,300}|[\\x00-\\x1f\u{202e}<>&a]{0,300}") {
        let garbage = garbage.as_bytes();
        for error in [read_page(garbage), read_day(garbage), read_week(garbage), read_terminal(garbage)] {
            let why = why(error);
            prop_assert!(why.chars().count() < 300, "{}", why);
            prop_assert!(!why.chars().any(|c| c.is_control() || c == '\u{202e}'), "{:?}", why);
        }
    }
}
