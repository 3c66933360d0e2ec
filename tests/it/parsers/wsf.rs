//! What is read of Washington State Ferries' sailing space: each trap, and each contradiction.

use super::{TERMINAL, at, availability, read_terminal, terminal_now};
use domain::facts::{Availability, Sighting};
use domain::operator::Operator;
use workers::operators::parse;

/// One line a sailing, which a person can compare with the fixture.
fn table(sightings: &[Sighting]) -> Vec<String> {
    let word = |availability| match availability {
        Availability::Available { spaces } => spaces.map_or("free".to_owned(), |spaces| spaces.to_string()),
        other => format!("{other:?}").to_lowercase(),
    };
    let line = |sighting: &Sighting| {
        let told = ["standard", "long", "oversize"].map(|class| word(availability(sighting, class))).join(" ");
        let vessel = sighting.sailing.vessel.as_ref().unwrap();
        format!("{} {} {told} {vessel}", sighting.sailing.route, sighting.sailing.key)
    };
    sightings.iter().map(line).collect()
}

#[test]
fn a_terminal_is_read_departure_by_departure_and_what_left_is_passed_over() {
    let expected = [
        "7-3 2026-07-01T13:20 197 98 unknown Wenatchee",
        "7-3 2026-07-01T14:05 unknown unknown unknown Tacoma",
        "7-4 2026-07-01T14:30 12 6 unknown Chimacum",
        "7-3 2026-07-01T15:00 full full full Wenatchee",
        "7-4 2026-07-01T15:50 unknown unknown unknown Chimacum",
        "7-3 2026-07-01T16:45 unknown unknown unknown Tacoma",
        "7-3 2026-07-01T17:30 cancelled cancelled cancelled Wenatchee",
        "7-4 2026-07-01T18:00 unknown unknown unknown Chimacum",
        "7-3 2026-07-01T18:45 1 full unknown Wenatchee",
        "7-3 2026-07-02T00:50 100 50 unknown Tacoma",
    ];
    let seen = read_terminal(TERMINAL.as_bytes()).unwrap();
    assert_eq!(table(&seen), expected);
    assert_eq!(seen[0].sailing.departs_at, at("2026-07-01T20:20:00Z"), "the offset is for display");
    let list = format!("\n[{TERMINAL}]");
    assert_eq!(read_terminal(list.as_bytes()).unwrap(), seen, "alone or in a list of one");
}

#[test]
fn a_terminal_without_departures_is_an_answer() {
    let nothing = "{\"TerminalID\":7,\"DepartingSpaces\":null}";
    assert_eq!(read_terminal(nothing.as_bytes()).unwrap(), []);
}

#[test]
fn drive_up_space_at_its_maximum_is_no_opening_until_it_is_counted() {
    let read = |seen_at: &str| parse(Operator::Wsf, &terminal_now("7"), TERMINAL.as_bytes(), at(seen_at)).unwrap();
    let at_1405 = |sightings: Vec<Sighting>| {
        let seen = sightings.into_iter().find(|seen| seen.sailing.key.as_str() == "2026-07-01T14:05").unwrap();
        availability(&seen, "standard")
    };
    assert_eq!(at_1405(read("2026-07-01T20:34:59Z")), Availability::Unknown);
    assert_eq!(at_1405(read("2026-07-01T20:35:00Z")), Availability::Available { spaces: Some(197) });
    let no_maximum = TERMINAL.replace("\"MaxSpaceCount\": 124", "\"MaxSpaceCount\": null");
    let seen = read_terminal(no_maximum.as_bytes()).unwrap();
    assert_eq!(availability(&seen[2], "standard"), Availability::Unknown, "who knows whether 12 is all");
}

#[test]
fn reserved_space_counts_beside_space_to_drive_up_to() {
    let with = |shown: bool, count: &str| {
        let text =
            TERMINAL.replace("\"DisplayReservableSpace\": false", &format!("\"DisplayReservableSpace\": {shown}"));
        let text = text.replace("\"ReservableSpaceCount\": null", &format!("\"ReservableSpaceCount\": {count}"));
        table(&read_terminal(text.as_bytes()).unwrap())
    };
    assert!(with(true, "3")[2].contains("14:30 15 7 "), "6 of 12 and 1 of 3: no vehicle stands in both");
    assert!(with(true, "3")[3].contains("15:00 3 1 "));
    assert!(with(true, "0")[3].contains("15:00 full full full"));
    assert!(with(true, "null")[3].contains("15:00 unknown unknown unknown"), "a displayed count that is missing");
    assert!(with(false, "3")[3].contains("15:00 full full full"), "what is not displayed does not count");
}

#[test]
fn destinations_are_those_of_the_list_and_unknown_ones_are_passed_over() {
    let trap = "\"TerminalID\": 7,\n     \"TerminalName\": \"Seattle -> Bainbridge Island\"";
    assert!(TERMINAL.contains(trap), "beside a count stands the terminal the boat leaves from");
    let mut terminal: serde_json::Value = serde_json::from_str(TERMINAL).unwrap();
    terminal["DepartingSpaces"][3]["SpaceForArrivalTerminals"][0]["ArrivalTerminalIDs"] =
        serde_json::json!([3, 4, 99, 7]);
    let seen = table(&read_terminal(terminal.to_string().as_bytes()).unwrap());
    assert!(
        seen[2].starts_with("7-3 2026-07-01T14:30 12") && seen[3].starts_with("7-4 2026-07-01T14:30 12"),
        "{seen:?}"
    );
    assert_eq!(seen.len(), 11);
}

#[test]
fn an_hour_the_clocks_show_twice_has_two_sailings() {
    let mut terminal: serde_json::Value = serde_json::from_str(TERMINAL).unwrap();
    let departure = terminal["DepartingSpaces"][3].clone();
    let at_ms = |text: &str| {
        let mut copy = departure.clone();
        copy["Departure"] = format!("/Date({})/", at(text).timestamp_millis()).into();
        copy
    };
    terminal["DepartingSpaces"] = serde_json::json!([at_ms("2026-11-01T08:30:00Z"), at_ms("2026-11-01T09:30:00Z")]);
    let text = terminal.to_string();
    let seen = parse(Operator::Wsf, &terminal_now("7"), text.as_bytes(), at("2026-11-01T06:00:00Z")).unwrap();
    let keys: Vec<_> = seen.iter().map(|seen| seen.sailing.key.as_str()).collect();
    assert_eq!(keys, ["2026-11-01T01:30", "2026-11-01T01:30~2"]);
    assert_eq!(seen[1].sailing.departs_at, at("2026-11-01T09:30:00Z"));
}

#[test]
fn a_terminal_that_contradicts_itself_is_an_error_without_its_words() {
    let changes = [
        (
            "\"TerminalID\": 7,\n \"TerminalSubjectID\"",
            "\"TerminalID\": 3,\n \"TerminalSubjectID\"",
            "the terminal asked for, once",
        ),
        (
            "\"TerminalID\": 7,\n \"TerminalSubjectID\"",
            "\"TerminalID\": \"Eve\",\n \"TerminalSubjectID\"",
            "a terminal's sailing space",
        ),
        ("/Date(1782937200000-0700)/", "2026-07-01T13:20:00", "/Date(…)/"),
        ("/Date(1782937200000-0700)/", "/Date(1782937200000-07)/", "/Date(…)/"),
        ("/Date(1782937200000-0700)/", "/Date(99999999999999999999)/", "/Date(…)/"),
        ("/Date(1782937200000-0700)/", "/Date(1784937200000-0700)/", "a departure of the day"),
        ("/Date(1782937200000-0700)/", "/Date(1782943200000-0700)/", "each destination of a departure once"),
        ("\"MaxSpaceCount\": 197", "\"MaxSpaceCount\": 19700000", "a number of car spaces"),
        ("\"ArrivalTerminalIDs\"", "\"Arrivals\"", "a terminal's sailing space"),
        ("\"DriveUpSpaceCount\": 197", "\"DriveUpSpaceCount\": \"Eve\"", "a terminal's sailing space"),
        ("\"Departure\"", "\"Leaves\"", "a terminal's sailing space"),
    ];
    for (from, to, expected) in changes {
        assert!(TERMINAL.contains(from), "the terminal has {from:?}");
        let why = read_terminal(TERMINAL.replace(from, to).as_bytes()).expect_err(to).to_string();
        assert!(why.contains(&format!("expected {expected}")), "{from:?} to {to:?}: {why}");
        assert!(!why.contains("Eve"), "{why}");
    }
    let twice = format!("[{TERMINAL},{TERMINAL}]");
    assert!(read_terminal(twice.as_bytes()).is_err());
    assert!(read_terminal(b"<html>Log in</html>").is_err());
    assert!(read_terminal(b"").is_err());
}
