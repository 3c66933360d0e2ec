//! No page can stop, fill or crash a worker (SR-OPR-03).

use super::{DAY, RECORDED, TERMINAL, WEEK, WEEK_BY_DAY, read_day, read_page, read_terminal, read_week};
use domain::facts::{MAX_SIGHTINGS, Sighting};
use proptest::prelude::*;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use workers::operators::ParseError;

/// Far more than any page needs, far less than a hostile one takes where a bound is missing.
const ENOUGH: Duration = Duration::from_secs(20);

/// Runs a parser on a small stack, as a worker's thread has, and fails when it does not come back.
fn within_time_and_stack(
    what: &str,
    read: fn(&[u8]) -> Result<Vec<Sighting>, ParseError>,
    page: Vec<u8>,
) -> ParseError {
    let (done, wait) = sync_channel(1);
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    thread.spawn(move || done.send(read(&page)).expect("the test waits")).expect("a thread starts");
    let answer = wait.recv_timeout(ENOUGH).unwrap_or_else(|_| panic!("{what}: no answer within {ENOUGH:?}"));
    answer.expect_err(what)
}

fn too_complex(error: &ParseError, expected: &str) {
    match error {
        ParseError::TooComplex { what, .. } => assert_eq!(*what, expected),
        other => panic!("expected a bound on {expected}, not: {other}"),
    }
}

#[test]
fn sr_opr_03_deep_nesting_is_refused_without_recursion() {
    let deep = |tag: &str| tag.repeat(100_000).into_bytes();
    for tag in ["<div>", "<b>", "<table><tr><td>", "<select>x<option>", "<p><a href=x>", "<svg>", "<template>"] {
        let error = within_time_and_stack(tag, read_page, deep(tag));
        assert!(matches!(error, ParseError::TooComplex { .. } | ParseError::Unexpected { .. }), "{tag}: {error}");
    }
    too_complex(&within_time_and_stack("div", read_page, deep("<div>")), "levels of nesting");
    for nested in ["[", "{\"a\":", "{\"sailings\":["] {
        within_time_and_stack(nested, read_day, deep(nested));
        within_time_and_stack(nested, read_week, deep(nested));
        within_time_and_stack(nested, read_terminal, deep(nested));
    }
    for nested in ["{\"crossings\":[", "{\"crossings\":[{\"prices\":["] {
        within_time_and_stack(nested, read_week, (nested.to_owned() + &"[".repeat(100_000)).into());
    }
    for nested in ["{\"TerminalID\":7,\"DepartingSpaces\":[", "{\"x\":"] {
        within_time_and_stack(nested, read_terminal, (nested.to_owned() + &"[".repeat(100_000)).into());
    }
}

#[test]
fn sr_opr_03_nodes_tags_and_attributes_are_bounded_while_a_page_is_read() {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len()).into_bytes();
    let size = 2_000_000;
    too_complex(&within_time_and_stack("nodes", read_page, many("<br>", size)), "nodes");
    too_complex(&within_time_and_stack("comments", read_page, many("<!---->", size)), "nodes");
    too_complex(&within_time_and_stack("stray ends", read_page, many("</b>", size)), "tags");
    let attributes: String = (0..200_000).map(|n| format!(" a{n}")).collect();
    let one_tag = format!("<p{attributes}>").into_bytes();
    too_complex(&within_time_and_stack("attributes", read_page, one_tag), "bytes in one tag");
    let some: String = (0..200).map(|n| format!(" a{n}")).collect();
    too_complex(&within_time_and_stack("attributes", read_page, format!("<p{some}>").into()), "attributes in one tag");
    too_complex(&within_time_and_stack("bytes", read_page, many(" ", 2_200_000)), "bytes");
    too_complex(&within_time_and_stack("bytes", read_day, many(" ", 300_000)), "bytes");
    too_complex(&within_time_and_stack("bytes", read_week, many(" ", 600_000)), "bytes");
    too_complex(&within_time_and_stack("bytes", read_terminal, many(" ", 600_000)), "bytes");
    // As many values as the bound on bytes lets through.
    let values = |head: &str| format!("{head}{}0]}}", "0,".repeat(250_000)).into_bytes();
    within_time_and_stack("values", read_week, values("{\"crossings\":["));
    within_time_and_stack("values", read_terminal, values("{\"TerminalID\":7,\"DepartingSpaces\":["));
}

#[test]
fn sr_opr_03_misnested_markup_cannot_grow_into_many_nodes() {
    // Each paragraph opens all formatting elements anew: 100 x 10,000 nodes from 100 KB, by the browsers' own rules.
    let formatting: String = (0..100).map(|n| format!("<b id=b{n}>")).collect();
    let page = format!("<p>{formatting}{}", "</p><p>x".repeat(10_000));
    too_complex(&within_time_and_stack("formatting", read_page, page.into()), "nodes");
    let adoption = format!("{}{}", "<a><div>".repeat(60), "</a>".repeat(10_000));
    within_time_and_stack("adoption", read_page, adoption.into());
}

#[test]
fn sr_opr_03_rows_and_sailings_are_bounded() {
    let rows = super::page_of(&super::row("11:00 pm", "").repeat(201));
    too_complex(&within_time_and_stack("rows", read_page, rows.into()), "rows in the table of departures");
    let sailing = |n: usize| {
        format!(
            "{{\"id\":\"s{n}\",\"departs\":\"2026-12-24T08:45\",\"vessel\":null,\"status\":\"scheduled\",\"classes\":[],\
             \"cabin\":null,\"pet_cabin\":null}}"
        )
    };
    let day = |count: usize| {
        let sailings: Vec<_> = (0..count).map(sailing).collect();
        format!("{{\"route\":\"POR-SAN\",\"date\":\"2026-12-24\",\"sailings\":[{}]}}", sailings.join(",")).into_bytes()
    };
    assert_eq!(read_day(&day(200)).unwrap().len(), 200);
    too_complex(&within_time_and_stack("sailings", read_day, day(201)), "sailings in one day");
}

/// The fixture with its list repeated until it has `count` entries.
fn repeated(fixture: &str, list: &str, count: usize) -> Vec<u8> {
    let mut answer: serde_json::Value = serde_json::from_str(fixture).unwrap();
    let entries = answer[list].as_array().unwrap().clone();
    answer[list] = entries.into_iter().cycle().take(count).collect();
    answer.to_string().into_bytes()
}

#[test]
fn sr_opr_03_crossings_departures_and_destinations_are_bounded() {
    too_complex(
        &within_time_and_stack("crossings", read_week, repeated(WEEK, "crossings", 201)),
        "crossings in one week",
    );
    too_complex(
        &within_time_and_stack("crossings", read_week, repeated(WEEK_BY_DAY, "crossings", 201)),
        "crossings in one week",
    );
    too_complex(
        &within_time_and_stack("departures", read_terminal, repeated(TERMINAL, "DepartingSpaces", 301)),
        "departures of one terminal",
    );
    let everywhere: Vec<u32> = (0..65).collect();
    let mut terminal: serde_json::Value = serde_json::from_str(TERMINAL).unwrap();
    terminal["DepartingSpaces"][1]["SpaceForArrivalTerminals"][0]["ArrivalTerminalIDs"] = everywhere.into();
    let terminal = terminal.to_string().into_bytes();
    too_complex(&within_time_and_stack("destinations", read_terminal, terminal), "destinations of one departure");
}

/// The connectors' own sources.
fn sources() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../workers/src/");
    let (mut found, mut folders) = (vec![format!("{root}operators.rs")], vec![format!("{root}operators")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("the sources can be listed").path();
            let text = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(text);
            } else if text.ends_with(".rs") {
                found.push(text);
            }
        }
    }
    found
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(&path).expect("the sources can be read")))
        .collect()
}

#[test]
fn sr_opr_03_parsers_use_no_pattern_engine_and_nothing_that_panics() {
    let banned = ["regex", "Regex", ".unwrap()", "panic!", "unreachable!", "assert!", "unsafe", "std::process"];
    let sources = sources();
    assert!(sources.len() >= 6, "the sources moved: {sources:?}");
    for (path, text) in &sources {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap();
            let found = banned.iter().find(|word| line.contains(**word));
            assert_eq!(found, None, "{path}:{}: {line}", number + 1);
        }
    }
    let manifest = include_str!("../../../workers/Cargo.toml");
    for engine in ["regex", "pcre", "onig"] {
        assert!(!manifest.contains(engine), "workers depends on a pattern engine: {engine}");
    }
}

/// One way to mangle a page.
#[derive(Clone, Debug)]
enum Mangle {
    Truncate(usize),
    Flip(Vec<(usize, u8)>),
    Remove(usize, usize),
    Duplicate(usize, usize, usize),
    Insert(usize, Vec<u8>),
    Nest(usize, usize, &'static str),
}

fn mangle() -> impl Strategy<Value = Mangle> {
    let place = any::<usize>();
    let tags = prop_oneof![
        Just("<div>"),
        Just("<table>"),
        Just("</td>"),
        Just("<b>"),
        Just("["),
        Just("{\"a\":"),
        Just("<!--")
    ];
    prop_oneof![
        place.prop_map(Mangle::Truncate),
        prop::collection::vec((place, any::<u8>()), 1..40).prop_map(Mangle::Flip),
        (place, 0..4_000_usize).prop_map(|(at, bytes)| Mangle::Remove(at, bytes)),
        (place, 0..4_000_usize, 1..6_usize).prop_map(|(at, bytes, times)| Mangle::Duplicate(at, bytes, times)),
        (place, prop::collection::vec(any::<u8>(), 0..400)).prop_map(|(at, bytes)| Mangle::Insert(at, bytes)),
        (place, 1..100_000_usize, tags).prop_map(|(at, times, tag)| Mangle::Nest(at, times, tag)),
    ]
}

fn mangled(page: &[u8], how: &Mangle) -> Vec<u8> {
    let mut page = page.to_vec();
    let place = |at: usize, page: &[u8]| at % (page.len() + 1);
    match how {
        Mangle::Truncate(at) => page.truncate(place(*at, &page)),
        Mangle::Flip(flips) => {
            for (at, byte) in flips {
                let length = page.len();
                if let Some(target) = page.get_mut(at % length.max(1)) {
                    *target ^= byte;
                }
            }
        }
        Mangle::Remove(at, bytes) => {
            let from = place(*at, &page);
            page.drain(from..(from + bytes).min(page.len()));
        }
        Mangle::Duplicate(at, bytes, times) => {
            let from = place(*at, &page);
            let copy = page[from..(from + bytes).min(page.len())].repeat(*times);
            page.splice(from..from, copy);
        }
        Mangle::Insert(at, bytes) => {
            let from = place(*at, &page);
            page.splice(from..from, bytes.iter().copied());
        }
        Mangle::Nest(at, times, tag) => {
            let from = place(*at, &page);
            page.splice(from..from, tag.repeat(*times).into_bytes());
        }
    }
    page
}

/// Words that are nearly right, and any others.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{0,4}[:%-]?[0-9]{0,5} ?[apmAPM%]{0,3}",
        "\\PC{0,12}",
        "[é% :\\u{0}<>&\"0-9]{0,6}",
        "-?[0-9]{1,20}-[0-9]{1,3}-[0-9]{1,3}[T ][0-9]{1,3}:[0-9]{1,3}(:[0-9]{2})?",
    ]
}

/// What holds of every answer, whatever the page was.
fn sound(answer: Result<Vec<Sighting>, ParseError>) -> Result<(), TestCaseError> {
    let Ok(sightings) = answer else { return Ok(()) };
    prop_assert!(sightings.len() <= MAX_SIGHTINGS);
    let key = |seen: &Sighting| (seen.sailing.route.clone(), seen.sailing.key.clone());
    let keys: std::collections::BTreeSet<_> = sightings.iter().map(key).collect();
    prop_assert_eq!(keys.len(), sightings.len(), "each sailing once");
    for Sighting { sailing, .. } in &sightings {
        let vessel = sailing.vessel.as_ref().map_or("", |vessel| vessel.as_str());
        prop_assert!(vessel.chars().count() <= 80 && !vessel.chars().any(char::is_control), "{:?}", vessel);
    }
    Ok(())
}

/// The table of the recorded page with little around it, so that mangling hits what is read.
fn table_only() -> &'static str {
    let from = RECORDED.find("<table").expect("the page has a table");
    let to = RECORDED.find("</table>").expect("the page has a table");
    &RECORDED[from..to]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn sr_opr_03_no_mangled_page_makes_a_parser_panic(hows in prop::collection::vec(mangle(), 1..4)) {
        let mangle_all = |page: &str| hows.iter().fold(page.as_bytes().to_vec(), |page, how| mangled(&page, how));
        sound(read_page(&mangle_all(table_only())))?;
        sound(read_day(&mangle_all(DAY)))?;
        sound(read_week(&mangle_all(WEEK)))?;
        sound(read_week(&mangle_all(WEEK_BY_DAY)))?;
        sound(read_terminal(&mangle_all(TERMINAL)))?;
    }

    #[test]
    fn sr_opr_03_no_word_makes_a_parser_panic(word in word()) {
        let link = ["2026-02-22 12:00:00", "routeCode=TSA-SWB"];
        for known in ["12:00 pm", "15%", "Full", "(Tomorrow)", "Departed", "Coastal Renaissance"].iter().chain(&link) {
            sound(read_page(table_only().replacen(known, &word, 3).as_bytes()))?;
        }
        for known in ["2026-12-24T08:45", "Spinnaker", "open", "15500", "POR-SAN-20261224-0845", "car", "EUR", "6"] {
            sound(read_day(DAY.replacen(known, &word, 3).as_bytes()))?;
        }
        for known in ["2026-09-22", "08:15", "2026-09-22T07:15:00Z", "GBPME", "Santoña", "289.5", "418531", "GBP", "true"] {
            sound(read_week(WEEK.replacen(known, &word, 3).as_bytes()))?;
            sound(read_week(WEEK_BY_DAY.replacen(known, &word, 3).as_bytes()))?;
        }
        for known in ["/Date(", "-0700", "1782937200000", "197", "-1", "Wenatchee", "null", "\"32\"", "false", "3"] {
            sound(read_terminal(TERMINAL.replacen(known, &word, 3).as_bytes()))?;
        }
    }

    #[test]
    fn sr_opr_03_no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..5_000)) {
        sound(read_page(&bytes))?;
        sound(read_day(&bytes))?;
        sound(read_week(&bytes))?;
        sound(read_terminal(&bytes))?;
    }
}
