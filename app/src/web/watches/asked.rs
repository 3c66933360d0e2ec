//! The first two pages of the way to a watch, which ask: where and when, and with what. Promises that whatever was answered stands where it
//! was answered, and that a vehicle's class is said before anything begins.

use super::{
    answers::WEEK,
    read::{self, OWN, currency},
    wizard::{Ground, Way},
};
use crate::{
    reader::{Reader, Standing},
    signed_in::Frame,
    web::told,
};
use askama::Template;
use chrono::NaiveDate;
use domain::{
    code::RouteCode,
    id::TenantId,
    operator::{ClassVerdict, Operator, RouteSpec, Tells},
    watch::{Preset, ReturnRule, Vehicle, VehicleKind},
};
use store::channel::ShownChannel;
use words::{Arg, Said};

/// The routes of an operator, as a choice.
struct Routes {
    operator: &'static str,
    /// Why they cannot be chosen, if they cannot.
    off: bool,
    routes: Vec<(String, Said, bool)>,
}

/// A day of the week, as a box to tick.
struct DayBox {
    name: String,
    said: Said,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "watch_when.html")]
pub(super) struct WhenPage {
    frame: Frame,
    way: Way,
    operators: Vec<Routes>,
    first: NaiveDate,
    week: Vec<DayBox>,
    back_week: Vec<DayBox>,
    has_back: bool,
    is_both: bool,
}

/// A vehicle to choose.
struct Choice {
    word: &'static str,
    said: Said,
    length: Arg,
    height: Arg,
    /// The operator's class, if it takes it and tells of its space.
    class: Option<Said>,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "watch_what.html")]
pub(super) struct WhatPage {
    frame: Frame,
    way: Way,
    tenant: TenantId,
    when: Vec<Said>,
    presets: Vec<Choice>,
    is_own: bool,
    kinds: Vec<(&'static str, Said, bool)>,
    verdict: Vec<Said>,
    tells_cabins: bool,
    tells_pet_cabins: bool,
    currency: Option<String>,
    operator: &'static str,
    channels: Vec<(ShownChannel, bool)>,
}

/// The routes there are, by operator; first those that are asked.
fn routes(way: &Way, reader: &Reader) -> Vec<Routes> {
    let chosen = match way.get("way") {
        "" => format!("{}:{}", way.get("operator"), way.get("route")),
        way => way.to_owned(),
    };
    let mut operators: Vec<_> = reader.operators().collect();
    let is_off = |operator: Operator| matches!(reader.standing(operator), Standing::Off(..));
    operators.sort_by_key(|operator| (is_off(*operator), operator.manifest().name));
    let of = |operator: Operator| {
        let manifest = operator.manifest();
        let route = |route: &RouteSpec| {
            let value = format!("{operator}:{}", route.code);
            let name = |code| operator.terminal(code).map_or("", |terminal| terminal.name);
            let said = Said::new("route").with("from", name(route.from)).with("to", name(route.to));
            let is_chosen = value == chosen;
            (value, said, is_chosen)
        };
        Routes { operator: manifest.name, off: is_off(operator), routes: manifest.routes.iter().map(route).collect() }
    };
    operators.into_iter().map(of).collect()
}

/// The page that asks where and when.
pub(super) fn when_page(frame: Frame, way: Way, ground: &Ground) -> WhenPage {
    let boxes = |prefix: &str| {
        let of = |day: &str| {
            let name = format!("{prefix}{day}");
            DayBox { said: told::weekday_said(day), ticked: way.ticks(&name), name }
        };
        WEEK.into_iter().map(of).collect()
    };
    WhenPage {
        operators: routes(&way, &ground.reader),
        first: ground.reader.now.date_naive(),
        week: boxes(""),
        back_week: boxes("back_"),
        has_back: ["back_from", "back_to", "back_picked"].iter().any(|name| way.ticks(name)),
        is_both: way.get("rule") == ReturnRule::Both.as_str(),
        frame,
        way,
    }
}

/// The page that asks with what.
pub(super) fn what_page(
    (frame, way, tenant): (Frame, Way, TenantId),
    ground: &Ground,
    (operator, _): &(Operator, RouteCode),
    vehicle: Option<Vehicle>,
) -> WhatPage {
    let operator = *operator;
    let chosen = way.get("vehicle").to_owned();
    let preset = |preset: &Preset| {
        let vehicle = preset.vehicle();
        Choice {
            word: preset.as_str(),
            said: told::preset_said(*preset),
            length: Arg::Length(vehicle.total_length_mm()),
            height: Arg::Length(vehicle.height_mm),
            class: operator.verdict(&vehicle).ok().map(|ClassVerdict { class, .. }| told::class_said(class.name)),
            chosen: chosen == preset.as_str(),
        }
    };
    let kind = match way.get("kind") {
        "" => VehicleKind::Campervan.as_str(),
        kind => kind,
    };
    let kinds = VehicleKind::ALL.iter().map(|one| (one.as_str(), told::kind_said(*one), one.as_str() == kind));
    let tells = operator.manifest().tells;
    let told = way.answers.channels();
    let is_told = |channel: &ShownChannel| match &told {
        Some(chosen) => chosen.contains(&channel.id),
        None => channel.works() && channel.is_default,
    };
    let channels = ground.own.iter().map(|channel| (channel.clone(), is_told(channel))).collect();
    let leg = read::read(&way.answers, &ground.own, ground.reader.now).wanted;
    let when = leg.map(|wanted| told::when_lines(operator, &wanted.criteria.leg, wanted.way_back.as_ref()));
    WhatPage {
        presets: Preset::ALL.iter().map(preset).collect(),
        is_own: chosen == OWN,
        kinds: kinds.collect(),
        verdict: vehicle.map(|vehicle| told::verdict_lines(operator, &vehicle)).unwrap_or_default(),
        tells_cabins: tells.contains(&Tells::Cabin),
        tells_pet_cabins: tells.contains(&Tells::PetCabin),
        currency: currency(operator).map(|currency| currency.to_string()),
        operator: operator.manifest().name,
        when: when.unwrap_or_default(),
        channels,
        tenant,
        frame,
        way,
    }
}
