//! Answers, read: what they come to as a wish, and what of them cannot be read, field by field. What can be read is judged where the API's
//! wishes are judged, by `domain::watch::Wanted`; here its verdict gets the words of a page. Never fills in what somebody must know.

use super::{
    answers::{Answers, WEEK, WHAT, WHEN},
    wrong::{field_of, said_of, said_of_length, said_of_price},
};
use crate::{
    form::Refusals,
    watches::request::{Aside, AsideError, NOTE_CHARS_MAX},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use domain::{
    code::RouteCode,
    facts::{Currency, Price},
    id::ChannelId,
    length,
    operator::{Operator, RouteSpec, Tells},
    watch::{
        Criteria, Dates, FieldError, Leg, Party, Preset, ReturnLeg, ReturnRule, Vehicle, VehicleKind, Want, Wanted,
        Wants, Weekdays, Window,
    },
};
use std::collections::BTreeSet;
use store::channel::ShownChannel;
use words::Said;

/// The vehicle that has its sizes typed in.
pub(super) const OWN: &str = "own";

/// The width that is taken where nobody knows theirs: no operator has a class by it.
const USUAL_WIDTH_MM: u32 = 2_300;

/// A page of the way to a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    When,
    What,
    Check,
}

impl Step {
    /// Its word in addresses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Step::When => "1",
            Step::What => "2",
            Step::Check => "3",
        }
    }

    /// The page that asks for a field.
    fn of(field: &str) -> Step {
        match field {
            _ if WHEN.contains(&field) => Step::When,
            _ if WHAT.contains(&field) => Step::What,
            _ => Step::Check,
        }
    }
}

/// What answers come to.
pub(super) struct Reading {
    /// The route, as soon as it is known.
    pub(super) way: Option<(Operator, RouteCode)>,
    /// The vehicle, as soon as it is known.
    pub(super) vehicle: Option<Vehicle>,
    /// The whole wish, once it is good. What stands beside it may still be refused.
    pub(super) wanted: Option<Wanted>,
    /// What stands beside it.
    pub(super) aside: Aside,
    /// What cannot be read or is not good.
    pub(super) refused: Refusals,
    /// The first page that lacks a good answer.
    pub(super) step: Step,
}

/// Notes what was refused, and on which page the first of it is asked.
struct Noting {
    refused: Refusals,
    step: Step,
}

impl Noting {
    fn refuse(&mut self, field: &'static str, why: Said) {
        self.step = self.step.min(Step::of(field));
        if self.refused.of(field).is_none() {
            self.refused.say(field, why);
        }
    }

    fn take<T>(&mut self, field: &'static str, value: Result<T, Said>) -> Option<T> {
        value.map_err(|why| self.refuse(field, why)).ok()
    }
}

/// Reads answers for somebody with these channels.
pub(super) fn read(answers: &Answers, own: &[ShownChannel], now: DateTime<Utc>) -> Reading {
    let mut noting = Noting { refused: Refusals::default(), step: Step::Check };
    let way = noting.take("way", way(answers)).flatten();
    let leg = way.as_ref().and_then(|(_, route)| leg(&mut noting, answers, "", route));
    let back = way.as_ref().and_then(|(operator, route)| way_back(&mut noting, answers, (*operator, route)));
    if leg.is_none() {
        noting.step = Step::When;
    }
    let vehicle = vehicle(&mut noting, answers);
    if vehicle.is_none() {
        noting.step = noting.step.min(Step::What);
    }
    let party = party(&mut noting, answers);
    let wants = wants(&mut noting, answers, way.as_ref().map(|(operator, _)| *operator));
    let aside = aside(&mut noting, answers, own);
    let mut wanted = None;
    if let (Some((operator, _)), Some(leg), Some(party), Some(wants)) = (&way, leg, party, wants) {
        // What is wrong with when is said before anybody is asked with what.
        let criteria = Criteria { leg, vehicle: vehicle.unwrap_or(Preset::Car.vehicle()), party, wants };
        match Wanted::parse(*operator, criteria, back, now) {
            Ok(good) => wanted = vehicle.is_some().then_some(good),
            Err(errors) => judge(&mut noting, errors, vehicle.is_some()),
        }
    }
    let Noting { refused, step } = noting;
    let wanted = wanted.filter(|_| step == Step::Check);
    Reading { way, vehicle, wanted, aside, refused, step }
}

fn judge(noting: &mut Noting, errors: Vec<FieldError>, knows_vehicle: bool) {
    for FieldError { field, wrong } in errors {
        let is_size = field.starts_with("vehicle");
        if knows_vehicle || !is_size {
            let why = if field == "wants.price_ceiling" { said_of_price(&wrong) } else { said_of(&wrong, is_size) };
            noting.refuse(field_of(field), why);
        }
    }
}

/// The route, as one choice or as the two words of a link.
fn way(answers: &Answers) -> Result<Option<(Operator, RouteCode)>, Said> {
    let (operator, route) = match answers.get("way").split_once(':') {
        Some(way) => way,
        None if answers.was_asked("way") => return Err(Said::new("wizard-way-missing")),
        None if answers.says("operator") => (answers.get("operator"), answers.get("route")),
        None => return Ok(None),
    };
    let (operator, route) = (operator.parse::<Operator>().ok(), route.parse::<RouteCode>().ok());
    let way = operator.zip(route).filter(|(operator, route)| operator.route(route).is_some());
    way.map(Some).ok_or_else(|| Said::new("wizard-way-missing"))
}

/// The route that leads back, if the operator sells it.
pub(super) fn reverse(operator: Operator, route: &RouteCode) -> Option<&'static RouteSpec> {
    let out = operator.route(route)?;
    operator.manifest().routes.iter().find(|back| back.from == out.to && back.to == out.from)
}

fn leg(noting: &mut Noting, answers: &Answers, prefix: &str, route: &RouteCode) -> Option<Leg> {
    let is_back = !prefix.is_empty();
    let (from, after) = if is_back { ("back_from", "back_after") } else { ("from", "after") };
    let dates = noting.take(from, dates(answers, prefix));
    let window = noting.take(after, window(answers, prefix));
    let dates = match dates? {
        None if !is_back && answers.was_asked("from") => {
            noting.refuse("from", Said::new("wizard-from-missing"));
            return None;
        }
        dates => dates?,
    };
    Some(Leg { route: route.clone(), dates, weekdays: weekdays(answers, prefix), window: window? })
}

/// The way back is wanted when its days are given.
fn way_back(noting: &mut Noting, answers: &Answers, (operator, out): (Operator, &RouteCode)) -> Option<ReturnLeg> {
    if !["back_from", "back_to", "back_picked"].iter().any(|name| answers.says(name)) {
        return None;
    }
    let named = answers.get("back_route").parse::<RouteCode>().ok();
    let named = named.filter(|named| {
        let (way, back) = (operator.route(out), operator.route(named));
        way.zip(back).is_some_and(|(way, back)| back.from == way.to || back.to == way.from)
    });
    let route = named.or_else(|| reverse(operator, out)?.code.parse().ok());
    let Some(route) = route else {
        let why = Said::new("wizard-no-way-back").with("operator", operator.manifest().name);
        noting.refuse("back_from", why);
        return None;
    };
    let rule = answers.get("rule").parse().unwrap_or(ReturnRule::Either);
    Some(ReturnLeg { leg: leg(noting, answers, "back_", &route)?, rule })
}

/// A day as browsers send it, or as people write it.
fn day(text: &str) -> Option<NaiveDate> {
    let forms = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"];
    forms.iter().find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok())
}

fn dates(answers: &Answers, prefix: &str) -> Result<Option<Dates>, Said> {
    let text = |field: &str| answers.get(&format!("{prefix}{field}")).trim();
    let read = |text: &str| day(text).ok_or_else(|| Said::new("wizard-day-unread").with("day", text));
    let picked = text("picked");
    if !picked.is_empty() {
        let days = picked.split([',', ';', ' ', '\n', '\r']).filter(|day| !day.is_empty());
        return days.map(read).collect::<Result<BTreeSet<_>, _>>().map(|days| Some(Dates::Picked(days)));
    }
    match (text("from"), text("to")) {
        ("", "") => Ok(None),
        ("", _) => Err(Said::new("wizard-from-missing")),
        (from, "") => read(from).map(|from| Some(Dates::Range { from, to: from })),
        (from, to) => Ok(Some(Dates::Range { from: read(from)?, to: read(to)? })),
    }
}

fn window(answers: &Answers, prefix: &str) -> Result<Option<Window>, Said> {
    let read = |field: &str, otherwise: NaiveTime| match answers.get(&format!("{prefix}{field}")).trim() {
        "" => Ok(otherwise),
        text => ["%H:%M", "%H:%M:%S"]
            .iter()
            .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
            .ok_or_else(|| Said::new("wizard-time-unread").with("time", text)),
    };
    let last = NaiveTime::from_hms_opt(23, 59, 0).expect("BUG: a time of day");
    let window = Window { from: read("after", NaiveTime::MIN)?, to: read("before", last)? };
    Ok((window != Window { from: NaiveTime::MIN, to: last }).then_some(window))
}

/// The days that are ticked; any where none is.
fn weekdays(answers: &Answers, prefix: &str) -> Weekdays {
    const DAYS: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let ticked = WEEK.iter().zip(DAYS).filter(|(name, _)| answers.says(&format!("{prefix}{name}")));
    let ticked: Vec<_> = ticked.map(|(_, day)| day).collect();
    if ticked.is_empty() { Weekdays::ALL } else { Weekdays::of(&ticked) }
}

/// The preset with just these sizes.
pub(super) fn preset_of(vehicle: &Vehicle) -> Option<Preset> {
    Preset::ALL.iter().copied().find(|preset| preset.vehicle() == *vehicle)
}

fn vehicle(noting: &mut Noting, answers: &Answers) -> Option<Vehicle> {
    match answers.get("vehicle") {
        "" => {
            if answers.was_asked("adults") {
                noting.refuse("vehicle", Said::new("wizard-vehicle-missing"));
            }
            None
        }
        OWN => own_size(noting, answers),
        word => match word.parse::<Preset>() {
            Ok(preset) => Some(preset.vehicle()),
            Err(_) => {
                noting.refuse("vehicle", Said::new("wizard-vehicle-missing"));
                None
            }
        },
    }
}

fn own_size(noting: &mut Noting, answers: &Answers) -> Option<Vehicle> {
    let mut size = |field: &'static str, otherwise: Option<u32>| match (answers.says(field), otherwise) {
        (false, Some(mm)) => Some(mm),
        _ => noting.take(field, length::parse(answers.get(field)).map_err(said_of_length)),
    };
    let (length_mm, height_mm) = (size("length", None), size("height", None));
    let (width_mm, trailer, rack) =
        (size("width", Some(USUAL_WIDTH_MM)), size("trailer", Some(0)), size("rack", Some(0)));
    Some(Vehicle {
        kind: answers.get("kind").parse().unwrap_or(VehicleKind::Campervan),
        length_mm: length_mm?,
        height_mm: height_mm?,
        width_mm: width_mm?,
        trailer_length_mm: trailer?,
        bike_rack_mm: rack?,
    })
}

fn party(noting: &mut Noting, answers: &Answers) -> Option<Party> {
    let mut count = |field: &'static str, otherwise: u8| match answers.get(field).trim() {
        "" => Some(otherwise),
        text => noting.take(field, text.parse().map_err(|_| Said::new("wizard-count-unread"))),
    };
    let (adults, children) = (count("adults", 2), count("children", 0));
    let (infants, pets) = (count("infants", 0), count("pets", 0));
    Some(Party { adults: adults?, children: children?, infants: infants?, pets: pets? })
}

/// The currency of an operator's prices, if it tells of any.
pub(super) fn currency(operator: Operator) -> Option<Currency> {
    operator.manifest().tells.iter().find_map(|told| match told {
        Tells::Price { currency, .. } => Some(*currency),
        Tells::Cabin | Tells::PetCabin => None,
    })
}

fn wants(noting: &mut Noting, answers: &Answers, operator: Option<Operator>) -> Option<Wants> {
    let want = |field: &str| if answers.says(field) { Want::Yes } else { Want::No };
    let price_ceiling = match answers.get("price").trim() {
        "" => None,
        text => {
            let currency = operator.and_then(currency).unwrap_or(Currency::EUR);
            let minor = noting.take("price", minor(text).ok_or_else(|| Said::new("wizard-price-unread")))?;
            Some(Price { minor, currency })
        }
    };
    Some(Wants { cabin: want("cabin"), pet_cabin: want("pet_cabin"), price_ceiling })
}

/// An amount with at most two decimals, after a point or a comma, in the smallest unit.
fn minor(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !"€£$".contains(*c)).collect();
    let (whole, part) = text.split_once([',', '.']).unwrap_or((&text, ""));
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || part.len() > 2 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?)
}

fn aside(noting: &mut Noting, answers: &Answers, own: &[ShownChannel]) -> Aside {
    let usual = || own.iter().filter(|channel| channel.works() && channel.is_default).map(|channel| channel.id);
    let channels: Vec<ChannelId> = answers.channels().unwrap_or_else(|| usual().collect());
    let note = answers.get("note").replace("\r\n", "\n").trim().to_owned();
    let aside = Aside::new(channels, note, answers.get("stop") != "no");
    for error in aside.errors(own) {
        match error {
            AsideError::LongNote(_) => noting.refuse("note", Said::new("wizard-note-long").with("n", NOTE_CHARS_MAX)),
            AsideError::UnreadableNote => noting.refuse("note", Said::new("wizard-note-unread")),
            AsideError::ManyChannels | AsideError::ForeignChannel(_) => {
                noting.refuse("told", Said::new("wizard-channel-foreign"));
            }
        }
    }
    aside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, read) in [
            ("350", Some(35_000)),
            ("350.5", Some(35_050)),
            ("€ 350,50", Some(35_050)),
            ("0", Some(0)),
            ("", None),
            ("-1", None),
            ("1.234", None),
            ("3 5 0", Some(35_000)),
            ("99999999", None),
            ("1e3", None),
        ] {
            assert_eq!(minor(text), read, "{text}");
        }
    }

    #[test]
    fn the_way_leads_to_the_first_page_that_lacks_an_answer() {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        let step = |query: &str| {
            let reading = read(&Answers::of_query(query), &[], now);
            (reading.step, reading.refused.is_empty())
        };
        let way = "operator=harbour&route=POR-SAN&from=2026-08-12&to=2026-08-20";
        assert_eq!(step(""), (Step::When, true), "nobody is scolded before they answered");
        assert_eq!(step("way="), (Step::When, false));
        assert_eq!(step(way), (Step::What, true));
        assert_eq!(step(&format!("{way}&vehicle=california_roof_down")), (Step::Check, true));
        assert_eq!(step(&format!("{way}&vehicle=own&length=5.4&height=")), (Step::What, false));
        assert_eq!(step(&format!("{way}&vehicle=own&length=17+ft+9&height=2,0")), (Step::Check, true));
        assert_eq!(step(&format!("{way}&vehicle=spaceship")), (Step::What, false));
        assert_eq!(step("operator=harbour&route=POR-SAN&from=2020-01-01&to=&vehicle=car"), (Step::When, false));
        assert_eq!(step("operator=harbour&route=POR-MARS&from=2026-08-12"), (Step::When, false));
    }

    #[test]
    fn days_are_read_as_browsers_and_people_write_them() {
        let dates = |query: &str| dates(&Answers::of_query(query), "").ok().flatten();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(
            dates("picked=14/8/2026,+2026-08-16"),
            Some(Dates::Picked([day("2026-08-14"), day("2026-08-16")].into()))
        );
        let one = Dates::Range { from: day("2026-08-14"), to: day("2026-08-14") };
        assert_eq!(dates("from=2026-08-14"), Some(one));
        assert_eq!(dates("picked=tomorrow"), None);
    }
}
