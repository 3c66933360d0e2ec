//! Operators and their routes: what may be watched, how often it is asked, and if not, why not. What stands in a manifest
//! is read from the manifest, what somebody decided from the database.

use crate::{
    access::ApiCx,
    input::Path,
    list::list,
    problem::Problem,
    reader::{Reader, Standing},
};
use axum::Json;
use chrono::{DateTime, Utc};
use domain::{
    code::RouteCode,
    operator::{Operator, RouteSpec, Tells, TerminalSpec},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A company that runs boats.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperatorView {
    /// Its word in addresses and in watches.
    #[schema(example = "harbour")]
    id: &'static str,
    /// Its name.
    #[schema(example = "Harbour Lines (simulated)")]
    name: &'static str,
    /// `asked`; `paused` while it answers badly, until `paused_until`; `stopped` or `disabled` by us. Watches are taken
    /// for operators that are asked or paused.
    #[schema(example = "asked")]
    state: &'static str,
    /// If it is not asked, why.
    why: Option<String>,
    /// With `paused`: when it is tried again.
    paused_until: Option<DateTime<Utc>>,
    /// Seconds between two checks of the same at the very least, whatever was bought.
    #[schema(example = 60)]
    floor_s: u64,
    /// How many days ahead it tells of sailings.
    #[schema(example = 365)]
    horizon_days: u16,
    /// Its vehicle classes, from small to large. A watch names a vehicle by its size; the class follows.
    classes: Vec<OperatorClassView>,
    /// What it tells besides space: `cabins`, `pet_cabins`, `prices`. A watch cannot want what is not told.
    #[schema(example = json!(["cabins", "prices"]))]
    tells: Vec<&'static str>,
    /// The currency of its prices.
    #[schema(example = "EUR")]
    currency: Option<String>,
}

/// A vehicle class of an operator.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperatorClassView {
    /// Its word in facts and alerts.
    #[schema(example = "motorhome")]
    class: &'static str,
}

/// An ordered pair of terminals.
#[derive(Serialize, ToSchema)]
pub(crate) struct RouteView {
    /// Its word in addresses and in watches.
    #[schema(example = "POR-SAN")]
    code: &'static str,
    /// Where it leaves from; a watch's days and times are on this terminal's clock.
    from: TerminalView,
    /// Where it goes to.
    to: TerminalView,
    /// Whether the operator is asked about it, should somebody watch.
    asked: bool,
    /// If not, why.
    why: Option<String>,
    /// Seconds between two checks of the same at the very least.
    #[schema(example = 60)]
    floor_s: u64,
    /// Seconds between two checks for your plan.
    #[schema(example = 120)]
    effective_interval_s: u64,
    /// If that is longer than your plan's, why.
    interval_why: Option<String>,
}

/// A place boats sail from.
#[derive(Serialize, ToSchema)]
pub(crate) struct TerminalView {
    /// The operator's code.
    #[schema(example = "POR")]
    code: &'static str,
    /// Its name.
    #[schema(example = "Portmouth Sim")]
    name: &'static str,
    /// The IANA zone of its clock.
    #[schema(example = "Europe/London")]
    zone: &'static str,
}

list!(
    /// Operators.
    OperatorList of OperatorView
);
list!(
    /// Routes of an operator.
    RouteList of RouteView
);

/// The two fields of a route's address.
type RoutePath = (Operator, RouteCode);

pub(crate) async fn list(cx: ApiCx) -> Result<Json<OperatorList>, Problem> {
    let reader = Reader::of(&cx, &mut cx.begin().await?).await?;
    let data = reader.operators().map(|operator| view(&reader, operator)).collect();
    Ok(Json(OperatorList::new(data, None)))
}

pub(crate) async fn show(cx: ApiCx, Path(operator): Path<Operator>) -> Result<Json<OperatorView>, Problem> {
    let reader = Reader::of(&cx, &mut cx.begin().await?).await?;
    Ok(Json(view(&reader, operator)))
}

pub(crate) async fn routes(cx: ApiCx, Path(operator): Path<Operator>) -> Result<Json<RouteList>, Problem> {
    let reader = Reader::of(&cx, &mut cx.begin().await?).await?;
    let data = operator.manifest().routes.iter().map(|route| route_view(&reader, operator, route)).collect();
    Ok(Json(RouteList::new(data, None)))
}

pub(crate) async fn route(cx: ApiCx, Path((operator, code)): Path<RoutePath>) -> Result<Json<RouteView>, Problem> {
    let route = operator.route(&code).ok_or_else(Problem::not_found)?;
    let reader = Reader::of(&cx, &mut cx.begin().await?).await?;
    Ok(Json(route_view(&reader, operator, route)))
}

fn view(reader: &Reader, operator: Operator) -> OperatorView {
    let manifest = operator.manifest();
    let (state, why, paused_until) = match reader.standing(operator) {
        Standing::Asked => ("asked", None, None),
        Standing::Paused(until) => ("paused", Some(format!("{} does not answer well", manifest.name)), Some(until)),
        Standing::Off(state, why) => (state, Some(why), None),
    };
    let told = |told: &Tells| match told {
        Tells::Cabin => "cabins",
        Tells::PetCabin => "pet_cabins",
        Tells::Price(_) => "prices",
    };
    let currency = |told: &Tells| match told {
        Tells::Price(currency) => Some(currency.to_string()),
        Tells::Cabin | Tells::PetCabin => None,
    };
    OperatorView {
        id: operator.as_str(),
        name: manifest.name,
        state,
        why,
        paused_until,
        floor_s: reader.floor_s(operator),
        horizon_days: manifest.horizon_days,
        classes: manifest.classes.iter().map(|class| OperatorClassView { class }).collect(),
        tells: manifest.tells.iter().map(told).collect(),
        currency: manifest.tells.iter().find_map(currency),
    }
}

fn route_view(reader: &Reader, operator: Operator, route: &'static RouteSpec) -> RouteView {
    let terminal =
        |code| terminal_view(operator.terminal(code).expect("BUG: a route is between terminals of its operator"));
    let (effective_interval_s, interval_why) = reader.interval_s(operator);
    let why = match reader.standing(operator) {
        Standing::Off(_, why) => Some(why),
        Standing::Asked | Standing::Paused(_) => None,
    };
    RouteView {
        code: route.code,
        from: terminal(route.from),
        to: terminal(route.to),
        asked: why.is_none(),
        why,
        floor_s: reader.floor_s(operator),
        effective_interval_s,
        interval_why,
    }
}

fn terminal_view(terminal: &'static TerminalSpec) -> TerminalView {
    TerminalView { code: terminal.code, name: terminal.name, zone: terminal.zone.name() }
}
