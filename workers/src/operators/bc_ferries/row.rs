//! Reads one row of BC Ferries' table of departures: when, which boat, what space.
//!
//! Promises: a row whose words are not among those known is an error that quotes them. Never takes the boat's name,
//! the estimated time or the "Details" link for a word on space.

use std::sync::LazyLock;

use chrono::{NaiveDateTime, NaiveTime, Timelike};
use domain::code::RouteCode;
use domain::sailing::MAX_VESSEL_CHARS;
use scraper::{ElementRef, Selector};
use url::Url;

use super::{ParseError, selector, text_of, unexpected};

/// The longest text of a cell that is read.
const MAX_CELL_CHARS: usize = 300;

static VESSEL: LazyLock<Selector> = LazyLock::new(|| selector("a.sailing-ferry-name"));
static MESSAGE: LazyLock<Selector> = LazyLock::new(|| selector("div.cc-message-updates"));
static PERCENT: LazyLock<Selector> = LazyLock::new(|| selector("span.cc-vessel-percent-full"));
static RED: LazyLock<Selector> = LazyLock::new(|| selector("div.text-red"));
static DETAILS: LazyLock<Selector> = LazyLock::new(|| selector("a.vehicle-info-link[href*=\"departureTime=\"]"));

/// What a row says of space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// Some per cent are free.
    Free,
    /// The word "Full", or 0 per cent.
    Full,
    /// The sailing will not run.
    Cancelled,
    /// It left, or is under way.
    Departed,
    /// Nothing.
    Unsaid,
}

/// Under which day a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShownDay {
    Today,
    Tomorrow,
}

/// One row, read.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Where it is, for errors.
    pub(super) place: String,
    pub(super) time: NaiveTime,
    pub(super) day: ShownDay,
    /// The departure its link names, the only place with a date.
    pub(super) linked: Option<NaiveDateTime>,
    pub(super) vessel: Option<String>,
    pub(super) space: Space,
}

/// Reads the row that stands at `number`.
pub(super) fn read(number: usize, row: ElementRef<'_>, route: &RouteCode) -> Result<Row, ParseError> {
    let place = format!("row {number} of the table of departures");
    let mut cells = row.child_elements().filter(|child| child.value().name() == "td");
    let (Some(when), Some(status)) = (cells.next(), cells.next()) else {
        let found = text_of(row, MAX_CELL_CHARS);
        return Err(unexpected("two cells", &place, &found));
    };
    let vessel =
        when.select(&VESSEL).next().map(|link| text_of(link, MAX_VESSEL_CHARS)).filter(|name| !name.is_empty());
    let (time, day, departed) = read_when(&text_of(when, MAX_CELL_CHARS), vessel.as_deref(), &place)?;
    let linked = read_link(status, route, &place)?;
    if let Some(linked) = linked
        && (linked.hour(), linked.minute()) != (time.hour(), time.minute())
    {
        let found = format!("{linked} beside {time}");
        return Err(unexpected("the row's time in its link", &place, &found));
    }
    let space = match departed {
        Some(departed) => departed,
        None => read_space(status, &place)?,
    };
    Ok(Row { place, time, day, linked, vessel, space })
}

/// Reads "12:00 pm", "7:00 am (Tomorrow)" or "7:00 am Departed 6:58 am", each followed by the boat's name.
fn read_when(
    text: &str,
    vessel: Option<&str>,
    place: &str,
) -> Result<(NaiveTime, ShownDay, Option<Space>), ParseError> {
    let wrong = |expected| unexpected(expected, place, text);
    let mut words = text.splitn(3, ' ');
    let (clock, half) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let time = read_time(clock, half).ok_or_else(|| wrong("a time such as 12:00 pm"))?;
    let rest = words.next().unwrap_or("");
    let between = match vessel {
        Some(name) => rest.strip_suffix(name).ok_or_else(|| wrong("the boat's name at the end"))?,
        None => rest,
    };
    let between = between.trim().to_ascii_lowercase();
    match between.as_str() {
        "" => Ok((time, ShownDay::Today, None)),
        "(tomorrow)" => Ok((time, ShownDay::Tomorrow, None)),
        _ if between.starts_with("departed") => Ok((time, ShownDay::Today, Some(Space::Departed))),
        _ => Err(wrong("nothing, (Tomorrow) or Departed after the time")),
    }
}

/// Reads a twelve-hour clock.
fn read_time(clock: &str, half: &str) -> Option<NaiveTime> {
    let (hour, minute) = clock.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 || !clock.bytes().all(|c| c.is_ascii_digit() || c == b':') {
        return None;
    }
    let hour: u32 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let afternoon = match half.to_ascii_lowercase().as_str() {
        "am" => 0,
        "pm" => 12,
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour % 12 + afternoon, minute.parse().ok()?, 0)
}

/// The date and time in the "Details" link, whose route must be the one asked for.
fn read_link(status: ElementRef<'_>, route: &RouteCode, place: &str) -> Result<Option<NaiveDateTime>, ParseError> {
    let Some(href) = status.select(&DETAILS).next().and_then(|link| link.attr("href")) else {
        return Ok(None);
    };
    let wrong = || unexpected("a link with departureTime and routeCode", place, href);
    let link = Url::parse("https://www.bcferries.com/").and_then(|base| base.join(href)).map_err(|_| wrong())?;
    let value = |name: &str| link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if value("routeCode").as_deref() != Some(route.as_str()) {
        return Err(wrong());
    }
    let departs = value("departureTime").ok_or_else(wrong)?;
    NaiveDateTime::parse_from_str(&departs, "%Y-%m-%d %H:%M:%S").map(Some).map_err(|_| wrong())
}

/// What the second cell says of space.
fn read_space(status: ElementRef<'_>, place: &str) -> Result<Space, ParseError> {
    let text = |what: &Selector| status.select(what).next().map(|element| text_of(element, MAX_CELL_CHARS));
    let says_cancelled =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.to_ascii_lowercase().contains("cancel"));
    let (red, message) = (text(&RED), text(&MESSAGE));
    if says_cancelled(&red) || says_cancelled(&message) {
        return Ok(Space::Cancelled);
    }
    let Some(message) = message else {
        let found = text_of(status, MAX_CELL_CHARS);
        return Err(unexpected("div.cc-message-updates", place, &found));
    };
    let word = text(&PERCENT).unwrap_or(message);
    if let Some(percent) = word.strip_suffix('%') {
        return match percent.trim_end().parse::<u8>() {
            Ok(0) => Ok(Space::Full),
            Ok(1..=100) => Ok(Space::Free),
            _ => Err(unexpected("0% to 100%", place, &word)),
        };
    }
    match word.to_ascii_lowercase().as_str() {
        "" => Ok(Space::Unsaid),
        "full" => Ok(Space::Full),
        other if ["arrived", "eta", "..."].iter().any(|said| other.starts_with(said)) => Ok(Space::Departed),
        _ => Err(unexpected("a per cent, Full, Cancelled, Arrived or ETA", place, &word)),
    }
}
