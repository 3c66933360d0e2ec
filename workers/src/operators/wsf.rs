//! Asks Washington State Ferries what space a terminal's sailings have today, and reads the answer.
//!
//! Promises: destinations are read from `ArrivalTerminalIDs` alone; the terminal named beside them may be the one the boat
//! leaves from. A count that is not displayed, is missing or is negative is unknown, never 0. Drive-up space that stands
//! at its maximum long before departure is unknown too: it is not counted yet. Sailings that left are passed over. No
//! error quotes words of the answer. Never adds the offset that a date shows, which is for display only.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::Los_Angeles;
use domain::code::{RouteCode, TerminalCode, VehicleClass};
use domain::facts::{Answer, Availability, ClassFacts, Facts, Sighting};
use domain::operator::Operator;
use domain::sailing::{Fold, Sailing, Scheduled, local_to_utc};
use domain::target::Question;
use serde::Deserialize;
use url::Url;

use super::{Asked, ParseError, access_codes, add_path, unexpected};

/// The most bytes of one terminal; a busy one has about 60 KB.
const MAX_BYTES: usize = 512 * 1024;
/// The most departures of one terminal in a day.
const MAX_DEPARTURES: usize = 300;
/// The most destinations of one departure.
const MAX_DESTINATIONS: usize = 64;
/// The most spaces of one boat that are believed.
const MAX_SPACES: i64 = 10_000;
/// From when before departure drive-up space is counted; until then it stands at its maximum.
const COUNTED_MIN: i64 = 30;
/// Until then a sailing belongs to the day before.
const SERVICE_DAY_ENDS_HOURS: i64 = 3;
/// How far the day an answer is about may lie from the day it was fetched: midnight passes, caches linger.
const MAX_DAYS_OFF: i64 = 1;
/// Car spaces that a vehicle of each class takes.
const SPACES_NEEDED: [(&str, u32); 2] = [("standard", 1), ("long", 2)];

#[derive(Deserialize)]
struct Terminal {
    #[serde(rename = "TerminalID")]
    id: u32,
    #[serde(rename = "DepartingSpaces")]
    departures: Option<Vec<Departure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Departure {
    departure: String,
    is_cancelled: Option<bool>,
    vessel_name: Option<String>,
    space_for_arrival_terminals: Option<Vec<Space>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Space {
    display_reservable_space: Option<bool>,
    reservable_space_count: Option<i64>,
    display_drive_up_space: Option<bool>,
    drive_up_space_count: Option<i64>,
    max_space_count: Option<i64>,
    #[serde(rename = "ArrivalTerminalIDs")]
    arrivals: Vec<u32>,
}

/// What is said of one kind of space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Figure {
    /// It is not sold here.
    NotShown,
    /// It is sold, and nobody says how many are left.
    Unknown,
    /// So many are left.
    Left(u32),
}

/// Where a terminal's sailings are answered. The access code is missing: it is added when the request is sent.
pub(super) fn ask(question: &Question, mut base: Url) -> Result<Asked, ParseError> {
    let terminal = terminal_of(question)?;
    add_path(&mut base, &["ferries", "api", "terminals", "rest", "terminalsailingspace", terminal.as_str()]);
    base.set_query(access_codes::parameter(Operator::Wsf).map(|name| format!("{name}=")).as_deref());
    Ok(Asked::Page(base))
}

fn terminal_of(question: &Question) -> Result<&TerminalCode, ParseError> {
    match question {
        Question::TerminalNow { terminal } => Ok(terminal),
        _ => Err(ParseError::WrongQuestion(Operator::Wsf)),
    }
}

/// Reads the answer to a question as fetched at `seen_at`.
pub(super) fn read(question: &Question, body: &[u8], seen_at: DateTime<Utc>) -> Result<Answer, ParseError> {
    let asked = terminal_of(question)?;
    if body.len() > MAX_BYTES {
        return Err(ParseError::TooComplex { what: "bytes", limit: MAX_BYTES });
    }
    let departures = departures(asked, body)?;
    if departures.len() > MAX_DEPARTURES {
        return Err(ParseError::TooComplex { what: "departures of one terminal", limit: MAX_DEPARTURES });
    }
    let (mut seen, mut answer) = (BTreeSet::new(), Answer::new());
    for (number, departure) in (1..).zip(&departures) {
        let place = format!("departure {number}");
        let departs_at =
            instant(&departure.departure).ok_or_else(|| unexpected("/Date(…)/", &place, "another form"))?;
        check_day(departs_at, seen_at, &place)?;
        if departs_at <= seen_at {
            continue;
        }
        for (route, facts) in routes(asked, departure, departs_at - seen_at, &place)? {
            let sailing = sailing(&route, departs_at, departure, &place)?;
            if !seen.insert((route, sailing.key.clone())) {
                return Err(unexpected("each destination of a departure once", &place, sailing.key.as_str()));
            }
            answer.push(Sighting { sailing, facts });
        }
    }
    Ok(answer)
}

/// One terminal is answered alone, all of them in a list.
fn departures(asked: &TerminalCode, body: &[u8]) -> Result<Vec<Departure>, ParseError> {
    let is_list = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    // serde_json itself stops at 128 levels of nesting.
    let terminals: Result<Vec<Terminal>, _> = if is_list {
        serde_json::from_slice(body)
    } else {
        serde_json::from_slice(body).map(|terminal| vec![terminal])
    };
    let terminals = terminals.map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        unexpected("a terminal's sailing space as JSON", &place, "another form")
    })?;
    let mut own = terminals.into_iter().filter(|terminal| terminal.id.to_string() == asked.as_str());
    match (own.next(), own.next()) {
        (Some(terminal), None) => Ok(terminal.departures.unwrap_or_default()),
        _ => Err(unexpected("the terminal asked for, once", "the answer", "another")),
    }
}

/// Reads `/Date(1628791200000-0700)/`: milliseconds since 1970 in UTC, and an offset for display.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let digits = inner.find(['+', '-']).map_or(inner, |at| &inner[..at]);
    let offset = &inner[digits.len()..];
    let is_offset = offset.is_empty() || (offset.len() == 5 && offset[1..].bytes().all(|byte| byte.is_ascii_digit()));
    if !is_offset || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    DateTime::from_timestamp_millis(digits.parse().ok()?)
}

fn service_day(at: DateTime<Utc>) -> NaiveDate {
    (at.with_timezone(&Los_Angeles).naive_local() - TimeDelta::hours(SERVICE_DAY_ENDS_HOURS)).date()
}

fn check_day(departs_at: DateTime<Utc>, seen_at: DateTime<Utc>, place: &str) -> Result<(), ParseError> {
    let reasonable = (seen_at - TimeDelta::days(3)..seen_at + TimeDelta::days(3)).contains(&departs_at);
    if reasonable && (service_day(departs_at) - service_day(seen_at)).num_days().abs() <= MAX_DAYS_OFF {
        return Ok(());
    }
    Err(unexpected("a departure of the day", place, &departs_at.to_rfc3339()))
}

/// The routes of ours that a departure serves, with what is known of each.
fn routes(
    asked: &TerminalCode,
    departure: &Departure,
    until_it_leaves: TimeDelta,
    place: &str,
) -> Result<Vec<(RouteCode, Facts)>, ParseError> {
    let spaces = departure.space_for_arrival_terminals.as_deref().unwrap_or_default();
    let destinations: usize = spaces.iter().map(|space| space.arrivals.len()).sum();
    if spaces.len() > MAX_DESTINATIONS || destinations > MAX_DESTINATIONS {
        return Err(ParseError::TooComplex { what: "destinations of one departure", limit: MAX_DESTINATIONS });
    }
    let mut routes = Vec::new();
    for space in spaces {
        let facts = match departure.is_cancelled {
            Some(true) => facts(|_| Availability::Cancelled),
            Some(false) | None => of_space(space, until_it_leaves, place)?,
        };
        for arrival in &space.arrivals {
            let code = RouteCode::parse(&format!("{asked}-{arrival}"));
            // Where we know no such route nobody can wish for it.
            if let Some(route) = code.ok().filter(|code| Operator::Wsf.route(code).is_some()) {
                routes.push((route, facts.clone()));
            }
        }
    }
    Ok(routes)
}

fn of_space(space: &Space, until_it_leaves: TimeDelta, place: &str) -> Result<Facts, ParseError> {
    let most =
        [space.reservable_space_count, space.drive_up_space_count, space.max_space_count].into_iter().flatten().max();
    if let Some(most) = most.filter(|most| *most > MAX_SPACES) {
        return Err(unexpected("a number of car spaces", place, &most.to_string()));
    }
    let figures =
        [figure(space.display_reservable_space, space.reservable_space_count), drive_up(space, until_it_leaves)];
    Ok(facts(|class| availability(figures, class)))
}

fn figure(displayed: Option<bool>, count: Option<i64>) -> Figure {
    match (displayed, count.map(u32::try_from)) {
        (Some(true), Some(Ok(left))) => Figure::Left(left),
        (Some(true), Some(Err(_)) | None) => Figure::Unknown,
        (Some(false) | None, _) => Figure::NotShown,
    }
}

/// Drive-up space. Before it is counted it stands at the maximum, which says nothing of how many will be left.
fn drive_up(space: &Space, until_it_leaves: TimeDelta) -> Figure {
    let figure = figure(space.display_drive_up_space, space.drive_up_space_count);
    let at_maximum = |left: u32| space.max_space_count.is_none_or(|max| i64::from(left) >= max);
    match figure {
        Figure::Left(left) if left > 0 && at_maximum(left) && until_it_leaves > TimeDelta::minutes(COUNTED_MIN) => {
            Figure::Unknown
        }
        other => other,
    }
}

/// What the figures say to a vehicle of a class. Space that is reserved and space to drive up to are not added up to one:
/// nobody gets half a place of each.
fn availability(figures: [Figure; 2], class: &str) -> Availability {
    let needed = SPACES_NEEDED.iter().find(|(name, _)| *name == class).map(|(_, needed)| *needed);
    let left = |figure: &Figure| match figure {
        Figure::Left(left) => *left,
        Figure::NotShown | Figure::Unknown => 0,
    };
    let room: u32 = figures.iter().map(|figure| needed.map_or(0, |needed| left(figure) / needed)).sum();
    if room > 0 {
        return Availability::Available { spaces: Some(room) };
    }
    let is_told = figures.iter().any(|figure| matches!(figure, Figure::Left(_))) && !figures.contains(&Figure::Unknown);
    // What is too large to be counted has no room where nobody has.
    let is_full = needed.is_some() || figures.iter().all(|figure| left(figure) == 0);
    if is_told && is_full { Availability::Full } else { Availability::Unknown }
}

fn facts(of_class: impl Fn(&str) -> Availability) -> Facts {
    let classes = Operator::Wsf.manifest().classes.iter().map(|class| {
        let facts = ClassFacts { availability: of_class(class.name), price: None };
        (VehicleClass::parse(class.name).expect("BUG: a class of our manifest is a code"), facts)
    });
    Facts { classes: BTreeMap::from_iter(classes), cabin: None, pet_cabin: None }
}

fn sailing(
    route: &RouteCode,
    departs_at: DateTime<Utc>,
    departure: &Departure,
    place: &str,
) -> Result<Sailing, ParseError> {
    let departs_local = departs_at.with_timezone(&Los_Angeles).naive_local();
    let is_first = local_to_utc(departs_local, Los_Angeles, Fold::First).is_ok_and(|first| first == departs_at);
    let said = Scheduled {
        id: None,
        departs_local,
        fold: if is_first { Fold::First } else { Fold::Second },
        vessel: departure.vessel_name.as_deref(),
    };
    Sailing::parse(Operator::Wsf, route, said).map_err(|_| unexpected("a sailing", place, "another form"))
}
