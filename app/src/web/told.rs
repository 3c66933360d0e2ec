//! What the pages of watches, alerts and channels say alike: whether there is space, in which class a vehicle falls and why, how often we ask
//! and why, when something was. Promises that each is said in one way wherever it stands. Never asks the database.

use crate::{reader::Reader, space, when::every};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::{
    cadence::IntervalBound,
    code::RouteCode,
    facts::{Availability, ClassFacts, Facts},
    operator::{ClassVerdict, Measured, Operator, TooLarge},
    plan::Plan,
    sailing::Sailing,
    watch::{Criteria, Dates, Leg, Preset, ReturnLeg, ReturnRule, Vehicle, VehicleKind, Want, Weekdays},
};
use words::{Arg, Said};

/// What plans are called, in every language.
pub(super) const fn plan_name(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "Free",
        Plan::Plus => "Plus",
        Plan::Pro => "Pro",
        Plan::Fleet => "Fleet",
    }
}

/// Whether there is space: a buoy and its word.
pub(super) struct Space {
    pub(super) signal: &'static str,
    pub(super) said: Said,
}

impl Space {
    pub(super) fn of(availability: Availability) -> Space {
        let (signal, said) = space::said(availability);
        Space { signal, said }
    }

    /// What is known of a class.
    pub(super) fn of_class(facts: Option<&ClassFacts>) -> Space {
        Space::of(facts.map_or(Availability::Unknown, |facts| facts.availability))
    }
}

/// An instant for people: in words, and exactly.
pub(super) struct Instant {
    pub(super) iso: String,
    pub(super) exact: Said,
    pub(super) said: Said,
}

impl Instant {
    /// As one says it now: 6 minutes ago, in 2 hours; what is further than two days away by its day.
    pub(super) fn of(at: DateTime<Utc>, now: DateTime<Utc>, zone: &str) -> Instant {
        let away = now - at;
        let said = match away {
            _ if away.abs() > TimeDelta::days(2) => Said::new("moment").with("at", local(at, zone).naive_local()),
            _ if away >= TimeDelta::zero() => Said::new("ago").with("span", away),
            _ => Said::new("in-span").with("span", -away),
        };
        Instant { said, ..Instant::at(at, zone) }
    }

    /// By its day and time.
    pub(super) fn at(at: DateTime<Utc>, zone: &str) -> Instant {
        let local = local(at, zone);
        let exact =
            Said::new("moment-exact").with("at", local.naive_local()).with("zone", local.format("%Z").to_string());
        let said = Said::new("moment").with("at", local.naive_local());
        Instant { iso: at.format("%FT%TZ").to_string(), exact, said }
    }
}

fn local(at: DateTime<Utc>, zone: &str) -> DateTime<Tz> {
    at.with_timezone(&zone.parse::<Tz>().unwrap_or(Tz::UTC))
}

/// The names of the two ends of a route.
pub(super) fn ends(operator: Operator, route: &RouteCode) -> (&'static str, &'static str) {
    let name = |code: &str| operator.terminal(code).map_or("", |terminal| terminal.name);
    operator.route(route).map_or(("", ""), |route| (name(route.from), name(route.to)))
}

/// A route by its ends, or by its code where the operator has given it up.
pub(super) fn route_said(operator: Operator, route: &RouteCode) -> Said {
    match ends(operator, route) {
        ("", _) => Said::quoted(route.as_str()),
        (from, to) => Said::new("route").with("from", from).with("to", to),
    }
}

/// A sailing: from where to where, and when on the clock of the terminal.
pub(super) fn sailing_said(sailing: &Sailing) -> Said {
    let route = route_said(sailing.operator, &sailing.route);
    Said::new("sailing").with("route", route).with("at", sailing.departs_local)
}

/// A day of the week by its short name.
pub(super) fn weekday_said(word: &str) -> Said {
    Said::new(match word {
        "mon" => "weekday-mon",
        "tue" => "weekday-tue",
        "wed" => "weekday-wed",
        "thu" => "weekday-thu",
        "fri" => "weekday-fri",
        "sat" => "weekday-sat",
        _ => "weekday-sun",
    })
}

/// The days of a leg in a few words.
pub(super) fn days_said(dates: &Dates) -> Said {
    let day = |day: &NaiveDate| Said::new("day").with("day", *day);
    match dates {
        Dates::Range { from, to } if from == to => day(from),
        Dates::Range { from, to } => Said::new("days-range").with("from", *from).with("to", *to),
        Dates::Picked(days) => Said::list(days.iter().map(day)),
    }
}

/// A leg, line by line: the way and its days, then what narrows it.
fn leg_lines(operator: Operator, leg: &Leg) -> Vec<Said> {
    let route = route_said(operator, &leg.route);
    let mut lines = vec![Said::new("wish-leg").with("route", route).with("days", days_said(&leg.dates))];
    if leg.weekdays != Weekdays::ALL {
        let days = Vec::<String>::from(leg.weekdays);
        lines.push(Said::new("wish-weekdays").with("days", Said::list(days.iter().map(|day| weekday_said(day)))));
    }
    if let Some(window) = leg.window {
        lines.push(Said::new("wish-window").with("from", window.from).with("to", window.to));
    }
    lines
}

/// Where and when, line by line.
pub(super) fn when_lines(operator: Operator, leg: &Leg, back: Option<&ReturnLeg>) -> Vec<Said> {
    let mut lines = leg_lines(operator, leg);
    if let Some(back) = back {
        lines.push(Said::new(match back.rule {
            ReturnRule::Either => "wish-back-either",
            ReturnRule::Both => "wish-back-both",
        }));
        lines.extend(leg_lines(operator, &back.leg));
    }
    lines
}

/// What a preset is called.
pub(super) fn preset_said(preset: Preset) -> Said {
    Said::new(match preset {
        Preset::Car => "wizard-vehicle-car",
        Preset::CarRoofBox => "wizard-vehicle-car-roof-box",
        Preset::CaliforniaRoofDown => "wizard-vehicle-california-roof-down",
        Preset::CaliforniaHighRoof => "wizard-vehicle-california-high-roof",
        Preset::Campervan540 => "wizard-vehicle-campervan-540",
        Preset::Campervan600 => "wizard-vehicle-campervan-600",
        Preset::Campervan600Bikes => "wizard-vehicle-campervan-600-bikes",
        Preset::Campervan640 => "wizard-vehicle-campervan-640",
        Preset::Coachbuilt700 => "wizard-vehicle-coachbuilt-700",
        Preset::AClass750 => "wizard-vehicle-a-class-750",
        Preset::CarCaravan => "wizard-vehicle-car-caravan",
    })
}

/// What a kind of vehicle is called.
pub(super) fn kind_said(kind: VehicleKind) -> Said {
    Said::new(match kind {
        VehicleKind::Car => "kind-car",
        VehicleKind::Campervan => "kind-campervan",
        VehicleKind::Motorhome => "kind-motorhome",
        VehicleKind::Caravan => "kind-caravan",
        VehicleKind::Van => "kind-van",
        VehicleKind::Other => "kind-other",
    })
}

/// A vehicle by its kind and size.
pub(super) fn vehicle_said(vehicle: &Vehicle) -> Said {
    Said::new("vehicle-size")
        .with("kind", kind_said(vehicle.kind))
        .with("length", Arg::Length(vehicle.total_length_mm()))
        .with("height", Arg::Length(vehicle.height_mm))
}

/// Who travels and what else is wanted, line by line.
pub(super) fn what_lines(criteria: &Criteria) -> Vec<Said> {
    let Criteria { vehicle, party, wants, .. } = criteria;
    let mut lines = vec![vehicle_said(vehicle)];
    let counts = [
        ("party-adults", party.adults),
        ("party-children", party.children),
        ("party-infants", party.infants),
        ("party-pets", party.pets),
    ];
    let counted = counts.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| Said::new(id).with("n", n));
    lines.push(Said::list(counted));
    if wants.cabin == Want::Yes {
        lines.push(Said::new("wish-cabin"));
    }
    if wants.pet_cabin == Want::Yes {
        lines.push(Said::new("wish-pet-cabin"));
    }
    if let Some(price) = wants.price_ceiling {
        lines.push(Said::new("wish-price").with("price", price));
    }
    lines
}

/// A class by what the operator calls it.
pub(super) fn class_said(class: &str) -> Said {
    Said::new("class").with("class", class)
}

/// In which class a vehicle falls, and why; or that no class takes it.
pub(super) fn verdict_lines(operator: Operator, vehicle: &Vehicle) -> Vec<Said> {
    let name = operator.manifest().name;
    match operator.verdict(vehicle) {
        Ok(ClassVerdict { class, length, height }) => vec![
            Said::new("class-falls").with("class", class.name).with("operator", name),
            side_said(&length, ["class-length-between", "class-length-within", "class-length-over", "class-length"]),
            side_said(&height, ["class-height-between", "class-height-within", "class-height-over", "class-height"]),
        ],
        Err(TooLarge { length, height }) => vec![
            Said::new("wizard-no-class").with("operator", name),
            side_said(&length, ["class-length-between", "class-length-within", "class-length-over", "class-length"]),
            side_said(&height, ["class-height-between", "class-height-within", "class-height-over", "class-height"]),
        ],
    }
}

fn side_said(side: &Measured, [between, within, over, bare]: [&'static str; 4]) -> Said {
    let is = Arg::Length(side.mm);
    match (side.over_mm, side.within_mm) {
        (Some(past), Some(bound)) => {
            Said::new(between).with("is", is).with("over", Arg::Length(past)).with("within", Arg::Length(bound))
        }
        (None, Some(bound)) => Said::new(within).with("is", is).with("within", Arg::Length(bound)),
        (Some(past), None) => Said::new(over).with("is", is).with("over", Arg::Length(past)),
        (None, None) => Said::new(bare).with("is", is),
    }
}

/// How often we ask for a reader's plan, and why not more often than that.
pub(super) fn interval_lines(reader: &Reader, operator: Operator) -> Vec<Said> {
    let plan = plan_name(reader.plan);
    let name = operator.manifest().name;
    let every = Said::new("interval-every").with("every", every(reader.interval(operator)));
    match reader.bound(operator) {
        IntervalBound::Plan => vec![every, Said::new("interval-plan").with("plan", plan)],
        IntervalBound::Floor => vec![every, Said::new("interval-floor").with("operator", name)],
        IntervalBound::Budget => vec![every, Said::new("interval-budget").with("operator", name)],
    }
}

/// What is known of a sailing in a class: the price, if there is one.
pub(super) fn price_said(facts: &Facts, class: &domain::code::VehicleClass) -> Option<Said> {
    let price = facts.classes.get(class)?.price?;
    Some(Said::new("price").with("price", price))
}
