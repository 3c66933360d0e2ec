//! Reads BC Ferries' page of current conditions.
//!
//! Promises: a page that is not the recorded table of departures for the route asked (blank, another layout, a login
//! or captcha wall, another day) is an error, never "full". Departed sailings and those under way are passed over.
//! The page speaks of the deck as a whole, so oversize vehicles stay unknown unless the sailing is cancelled. The class
//! name `cc-vessel-percent-full` lies: the number is the per cent that is free.
//! Never guesses a date where a row's link names one, and never reads more rows than a day and a half can have.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use domain::code::{RouteCode, VehicleClass};
use domain::facts::{Answer, Availability, ClassFacts, Facts, Sighting};
use domain::operator::Operator;
use domain::sailing::{Fold, Sailing, Scheduled, local_to_utc};
use domain::target::Question;
use domain::text::one_line;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use self::row::{Row, ShownDay, Space};
use super::{Asked, ParseError, add_path, page, unexpected};

mod row;

/// The most rows of the table; the recorded page has 14.
pub(super) const MAX_ROWS: usize = 200;
/// How far the day a page is about may lie from the day it was fetched: midnight passes, caches linger.
const MAX_DAYS_OFF: i64 = 1;
const MAX_TITLE_CHARS: usize = 120;

static CANONICAL: LazyLock<Selector> = LazyLock::new(|| selector("link[rel=canonical]"));
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("title"));
static TABLE: LazyLock<Selector> = LazyLock::new(|| selector("table.detail-departure-table"));
static ROW: LazyLock<Selector> = LazyLock::new(|| selector("tr.mobile-friendly-row"));

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("BUG: a constant selector parses")
}

/// Where the page of one route is.
pub(super) fn ask(question: &Question, mut base: Url) -> Result<Asked, ParseError> {
    let Question::RouteNow { route } = question else {
        return Err(ParseError::WrongQuestion(Operator::BcFerries));
    };
    add_path(&mut base, &["current-conditions", route.as_str()]);
    Ok(Asked::Page(base))
}

/// Reads the answer to a question as fetched at `seen_at`.
pub(super) fn read(question: &Question, body: &[u8], seen_at: DateTime<Utc>) -> Result<Answer, ParseError> {
    match question {
        Question::RouteNow { route } => parse(route, body, seen_at),
        _ => Err(ParseError::WrongQuestion(Operator::BcFerries)),
    }
}

/// Reads the page of one route as fetched at `seen_at`.
fn parse(route: &RouteCode, body: &[u8], seen_at: DateTime<Utc>) -> Result<Answer, ParseError> {
    let page = page::read(body)?;
    check_route(&page, route)?;
    let rows = rows(&page, route)?;
    let shown_day = shown_day(&rows, route, seen_at)?;
    let upcoming: Vec<&Row> = rows.iter().filter(|row| row.space != Space::Departed).collect();
    if !upcoming.is_empty() && upcoming.iter().all(|row| row.space == Space::Unsaid) {
        let what = "a word on space in at least one row";
        return Err(unexpected(what, "the table of departures", ""));
    }
    let mut answer = Answer::with_capacity(upcoming.len());
    for row in upcoming {
        let sighting = sighting(row, route, shown_day, &answer)?;
        answer.push(sighting);
    }
    Ok(answer)
}

fn check_route(page: &Html, route: &RouteCode) -> Result<(), ParseError> {
    let Some(canonical) = page.select(&CANONICAL).next() else {
        return Ok(());
    };
    let href = canonical.attr("href").unwrap_or_default();
    match href.rsplit_once("/current-conditions/") {
        Some((_, shown)) if shown == route.as_str() => Ok(()),
        _ => Err(unexpected("the page of the route asked for", "link[rel=canonical]", href)),
    }
}

fn rows(page: &Html, route: &RouteCode) -> Result<Vec<Row>, ParseError> {
    let mut tables = page.select(&TABLE);
    let (Some(table), None) = (tables.next(), tables.next()) else {
        let title = page.select(&TITLE).next().map(|title| text_of(title, MAX_TITLE_CHARS));
        let title = title.unwrap_or_default();
        return Err(unexpected("one table.detail-departure-table", "the page titled", &title));
    };
    let mut rows = Vec::new();
    for (index, row) in table.select(&ROW).enumerate() {
        if index >= MAX_ROWS {
            return Err(ParseError::TooComplex { what: "rows in the table of departures", limit: MAX_ROWS });
        }
        rows.push(row::read(index + 1, row, route)?);
    }
    if rows.is_empty() {
        let found = text_of(table, MAX_TITLE_CHARS);
        return Err(unexpected("tr.mobile-friendly-row", "the table of departures", &found));
    }
    Ok(rows)
}

/// Text of an element on one line; reading stops a little past `max_chars`, for hostile pages nest long texts.
fn text_of(element: ElementRef<'_>, max_chars: usize) -> String {
    let text: String = element.text().flat_map(str::chars).take(max_chars * 20).collect();
    one_line(&text, max_chars)
}

/// The day the page calls today. Rows' links name it; a page on which every row is full has no link, and then it is
/// the day it was fetched.
fn shown_day(rows: &[Row], route: &RouteCode, seen_at: DateTime<Utc>) -> Result<NaiveDate, ParseError> {
    let zone = Operator::BcFerries
        .zone_of(route)
        .ok_or_else(|| unexpected("a route of BC Ferries", "the question", route.as_str()))?;
    let fetched = seen_at.with_timezone(&zone).date_naive();
    let named = || {
        rows.iter().filter_map(|row| {
            let date = row.linked?.date();
            match row.day {
                ShownDay::Today => Some(date),
                ShownDay::Tomorrow => date.checked_sub_days(Days::new(1)),
            }
        })
    };
    // Sailings after midnight stand under today with tomorrow's date: the earliest day is the page's.
    let (Some(first), Some(last)) = (named().min(), named().max()) else {
        return Ok(fetched);
    };
    let off = (first - fetched).num_days().abs();
    if last - first > TimeDelta::days(1) || off > MAX_DAYS_OFF {
        let found = format!("{first} to {last}, fetched on {fetched}");
        return Err(unexpected("sailings of today and tomorrow", "the rows' links", &found));
    }
    Ok(first)
}

fn sighting(row: &Row, route: &RouteCode, shown_day: NaiveDate, before: &[Sighting]) -> Result<Sighting, ParseError> {
    let day = match row.day {
        ShownDay::Today => shown_day,
        ShownDay::Tomorrow => shown_day + Days::new(1),
    };
    let departs_local = row.linked.unwrap_or_else(|| day.and_time(row.time));
    let said = Scheduled {
        id: None,
        departs_local,
        fold: fold(departs_local, route, before, row)?,
        vessel: row.vessel.as_deref(),
    };
    let sailing = Sailing::parse(Operator::BcFerries, route, said)
        .map_err(|error| unexpected("a sailing", &row.place, &error.to_string()))?;
    Ok(Sighting { sailing, facts: facts(row.space) })
}

/// A local time that stands twice is the second fold if the clocks show it twice; else the page contradicts itself.
fn fold(departs_local: NaiveDateTime, route: &RouteCode, before: &[Sighting], row: &Row) -> Result<Fold, ParseError> {
    let mut same = before.iter().filter(|earlier| earlier.sailing.departs_local == departs_local);
    if same.next().is_none() {
        return Ok(Fold::First);
    }
    let instant = |fold| {
        let zone = Operator::BcFerries.zone_of(route)?;
        local_to_utc(departs_local, zone, fold).ok()
    };
    if same.next().is_some() || instant(Fold::First) == instant(Fold::Second) {
        let found = departs_local.to_string();
        return Err(unexpected("each departure once", &row.place, &found));
    }
    Ok(Fold::Second)
}

fn facts(space: Space) -> Facts {
    let (standard, oversize) = match space {
        Space::Free => (Availability::Available { spaces: None }, Availability::Unknown),
        Space::Full => (Availability::Full, Availability::Unknown),
        Space::Cancelled => (Availability::Cancelled, Availability::Cancelled),
        Space::Unsaid | Space::Departed => (Availability::Unknown, Availability::Unknown),
    };
    let classes = [("standard", standard), ("oversize", oversize)].map(|(class, availability)| {
        let class = VehicleClass::parse(class).expect("BUG: a constant class parses");
        let facts = ClassFacts { availability, price: None };
        (class, facts)
    });
    Facts { classes: BTreeMap::from(classes), cabin: None, pet_cabin: None }
}
