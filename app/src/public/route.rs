//! A route by months: where there is space for a vehicle, a buoy for each sailing, and the same facts as a table. Promises what
//! the least plan was told, how old it is, and which class it is about. Never shows another route than the one in the address.

use super::{
    answers::Answers,
    month::{BUOYS_MAX, CELL, Month, Place},
    onward, search,
    shown::{Checked, Departure, Space},
    vehicle::{self, Choice},
    verdict::{self, Misfit, Verdict},
};
use crate::{
    App,
    form::Refusals,
    input::{Path, Query},
    problem::Problem,
    reader::Reader,
    sheet::Sheet,
    when::every,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use chrono::{NaiveDate, TimeDelta};
use domain::operator::{ClassSpec, Manifest, Operator, RouteCode, SpaceTold, search::Connection};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::{PublicTx, calendar};
use words::Said;

/// How far ahead a month may be asked for: as far as a day may be watched.
const MONTHS_AHEAD_MAX: usize = 24;

/// Which month, and for what vehicle.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct MonthQuery {
    month: String,
    vehicle: String,
    length: String,
    height: String,
}

#[derive(Template)]
#[template(path = "public/route.html")]
struct RoutePage {
    frame: Sheet,
    canonical: String,
    connection: Connection,
    back: Option<Connection>,
    manifest: &'static Manifest,
    standing: Option<Said>,
    floor: Said,
    interval: Said,
    vehicles: Vec<Choice>,
    typed: Answers,
    refused: Refusals,
    verdict: Option<Result<Verdict, Misfit>>,
    chart: Chart,
    previous: Option<String>,
    next: Option<String>,
    watch: String,
}

/// A month as it is drawn, and the same as rows.
struct Chart {
    month: Month,
    days: Vec<Day>,
}

/// A cell of it.
struct Day {
    day: NaiveDate,
    place: Place,
    /// `past`, `today`, `told` or `untold`: beyond what the operator tells of.
    kind: &'static str,
    departures: Vec<Departure>,
    /// All sailings of the day.
    href: String,
}

impl Day {
    /// Which day, and all its sailings, in words.
    fn said(&self) -> Said {
        Said::line(self.day, Said::list_apart(self.departures.iter().map(Departure::said)))
    }
}

impl Chart {
    /// Where each buoy of a day stands, as many as there is room for.
    fn buoys<'a>(&self, day: &'a Day) -> Vec<(Place, &'a Departure)> {
        let room = if day.departures.len() > BUOYS_MAX { BUOYS_MAX - 1 } else { BUOYS_MAX };
        let places = (0..room).map(|at| self.month.buoy(day.day, at));
        places.zip(&day.departures).collect()
    }

    /// Where it is said that nobody has looked, though the operator tells of the day.
    fn unchecked(&self, day: &Day) -> Option<Place> {
        let is_unchecked = day.departures.is_empty() && matches!(day.kind, "today" | "told");
        is_unchecked.then(|| self.month.buoy(day.day, 0))
    }

    /// How many had none, and where that is said.
    fn more(&self, day: &Day) -> Option<(Place, usize)> {
        let more = day.departures.len().checked_sub(BUOYS_MAX).filter(|more| *more > 0)? + 1;
        Some((self.month.buoy(day.day, BUOYS_MAX - 1), more))
    }

    fn cell(&self) -> (u32, u32) {
        CELL
    }

    fn departures(&self) -> impl Iterator<Item = &Departure> {
        self.days.iter().flat_map(|day| &day.departures)
    }

    fn is_empty(&self) -> bool {
        self.departures().next().is_none()
    }
}

impl RoutePage {
    fn classes(&self) -> Vec<(Said, bool)> {
        let shown = |class: &ClassSpec| (verdict::bounds(class), class.space == SpaceTold::Yes);
        self.manifest.classes.iter().map(shown).collect()
    }

    /// Whether a watch on it can ever alert.
    fn can_be_watched(&self) -> bool {
        matches!(self.verdict, Some(Ok(_)))
    }

    fn horizon(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.manifest.horizon_days))
    }
}

/// The month of a route.
pub(crate) async fn show(
    State(app): State<App>,
    frame: Sheet,
    Path((operator, route)): Path<(Operator, RouteCode)>,
    Query(asked): Query<MonthQuery>,
) -> Result<Response, Problem> {
    let connection = connection(operator, &route).ok_or_else(Problem::not_found)?;
    let zone = operator.zone_of(&route).ok_or_else(Problem::not_found)?;
    let today = app.clock.now().with_timezone(&zone).date_naive();
    let month = month(&asked.month, Month::of(today)).ok_or_else(Problem::not_found)?;
    let MonthQuery { vehicle, length, height, .. } = asked;
    let typed = Answers { vehicle, length, height, ..Answers::default() };

    let mut tx = app.store.look().await?;
    let reader = Reader::of_nobody(&app, &mut tx).await?;
    let mut refused = Refusals::default();
    let verdict = typed.of_vehicle().read(&mut refused).map(|vehicle| verdict::of(operator, &vehicle));
    let told = match &verdict {
        Some(Ok(verdict)) => told(&mut tx, &reader, (&connection, &route), (month, verdict, &typed)).await?,
        _ => BTreeMap::new(),
    };
    drop(tx);
    let chart = chart((&connection, &route), (month, told, today), (&reader, &typed));
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let from = month.first().max(today);
    let earlier = (month.first() > today).then(|| onward::month(&connection, Some(month.previous().first()), &typed));
    let later = self::month(&written(month.next()), Month::of(today));
    let page = RoutePage {
        frame,
        canonical: app.base_url.join(&onward::path(&connection)).map(String::from).unwrap_or_default(),
        back: connection_back(&connection),
        manifest: operator.manifest(),
        standing: search::standing(&reader, &connection),
        floor: every(reader.floor(operator)),
        interval: every(reader.interval(operator)),
        vehicles: vehicle::choices(&typed.vehicle),
        verdict,
        chart,
        previous: earlier,
        next: later.map(|month| onward::month(&connection, Some(month.first()), &typed)),
        watch: onward::watch(&connection, (from, month.last().max(from)), &typed),
        connection,
        refused,
        typed,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// The route of an operator with its ends.
pub(super) fn connection(operator: Operator, route: &RouteCode) -> Option<Connection> {
    operator.connections().find(|connection| connection.route.code == route.as_str())
}

/// The other direction.
fn connection_back(there: &Connection) -> Option<Connection> {
    let ends = |connection: &Connection| (connection.to.code, connection.from.code);
    there.operator.connections().find(|back| (back.from.code, back.to.code) == ends(there))
}

fn written(month: Month) -> String {
    month.first().format("%Y-%m").to_string()
}

/// The month that is asked for, if it is one that is shown; this month if none is.
fn month(text: &str, this: Month) -> Option<Month> {
    if text.is_empty() {
        return Some(this);
    }
    let asked = Month::parse(text)?;
    let shown = std::iter::successors(Some(this), |month| Some(month.next()));
    shown.take(MONTHS_AHEAD_MAX).find(|month| *month == asked)
}

/// What the least plan was told of each day of the month.
async fn told(
    tx: &mut PublicTx,
    reader: &Reader,
    (connection, route): (&Connection, &RouteCode),
    (month, verdict, typed): (Month, &Verdict, &Answers),
) -> Result<BTreeMap<NaiveDate, Vec<Departure>>, Problem> {
    let asked = calendar::AskedDays {
        operator: connection.operator,
        route,
        from: month.first(),
        to: month.last(),
        class: &verdict.class,
        plan: reader.plan,
        now: reader.now,
    };
    let days = calendar::days(tx, &asked).await?;
    let told = days.into_iter().map(|day| {
        let departures = day.sailings.iter().map(|released| {
            let checked = reader.checked_at(released).map(|at| Checked::new(at, reader.now));
            let space = Space::of(released.facts.as_ref(), checked);
            let watch = onward::watch(connection, (day.date, day.date), typed);
            Departure::new(*connection, released, verdict.spec.name, (space, reader.now), watch)
        });
        (day.date, departures.collect())
    });
    Ok(told.collect())
}

fn chart(
    (connection, route): (&Connection, &RouteCode),
    (month, mut told, today): (Month, BTreeMap<NaiveDate, Vec<Departure>>, NaiveDate),
    (reader, typed): (&Reader, &Answers),
) -> Chart {
    let reach = connection.operator.days_told(route, reader.now).map(|days| *days.end());
    let days = month.first().iter_days().take_while(|day| *day <= month.last()).map(|day| Day {
        day,
        place: month.cell(day),
        kind: match day {
            day if day < today => "past",
            day if day == today => "today",
            day if reach.is_some_and(|last| day > last) => "untold",
            _ => "told",
        },
        departures: told.remove(&day).unwrap_or_default(),
        href: onward::search(connection, (day, day), typed),
    });
    Chart { month, days: days.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_shown_from_this_one_on() {
        let this = Month::parse("2026-07").unwrap();
        assert_eq!(month("", this), Some(this));
        assert_eq!(month("2026-08", this), Month::parse("2026-08"));
        assert_eq!(month("2028-06", this), Month::parse("2028-06"));
        for text in ["2026-06", "2028-07", "9999-12", "x", "2026-8"] {
            assert_eq!(month(text, this), None, "{text}");
        }
    }

    #[test]
    fn each_route_of_a_manifest_has_its_two_ends() {
        let there = connection(Operator::Harbour, &"POR-SAN".parse().unwrap()).unwrap();
        assert_eq!(connection_back(&there).unwrap().route.code, "SAN-POR");
        assert_eq!(connection(Operator::Harbour, &"POR-XXX".parse().unwrap()), None);
    }
}
