//! The search and what it finds: sailings by day, each with what the least plan was told. Promises an answer for every day that
//! was asked for, be it that nobody has looked; and that what cannot be read comes back as it was typed, with a sentence beside
//! the field. Never asks an operator: it shows what is known.

use super::{
    answers::{Answers, Sentence, Wish},
    onward,
    shown::{Checked, Departure, Space},
    vehicle,
    verdict::{self, Misfit, Verdict},
};
use crate::{
    App,
    form::Refusals,
    input::Query,
    problem::Problem,
    reader::{Reader, Standing},
    sheet::Sheet,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use chrono::NaiveDate;
use domain::operator::search::{self, Connection};
use domain::watch::Preset;
use std::collections::BTreeMap;
use store::{PublicTx, calendar};
use words::Said;

/// Of so many routes at once sailings are shown; of more, the routes themselves.
const ROUTES_MAX: usize = 3;

/// So many sailings stand on one page; the days after them are one link away.
const SAILINGS_MAX: usize = 120;

#[derive(Template)]
#[template(path = "public/search.html")]
struct SearchPage {
    frame: Sheet,
    sentence: Sentence,
    found: Option<Found>,
}

/// What was found for a sentence that could be read.
enum Found {
    /// No route leads from the one to the other; these leave from there.
    Nowhere { from: Vec<Lead>, to: Vec<Lead> },
    /// Several routes could be meant.
    Routes(Vec<Lead>),
    /// Sailings.
    Sailings(Sailings),
}

/// A route to go on with.
struct Lead {
    connection: Connection,
    href: String,
}

struct Sailings {
    legs: Vec<Leg>,
    vehicle: Said,
    first: NaiveDate,
    last: NaiveDate,
    stretches: Vec<Stretch>,
    /// Where the days are that did not fit on the page.
    later: Option<String>,
    open: usize,
}

/// A route that was searched.
struct Leg {
    connection: Connection,
    verdict: Result<Verdict, Misfit>,
    /// Why nobody asks the operator at present.
    standing: Option<Said>,
    /// The last day that the operator tells of.
    told_until: Option<NaiveDate>,
    month: String,
    watch: String,
}

/// Days that are alike.
enum Stretch {
    /// A day with sailings.
    Day(NaiveDate, Vec<Departure>),
    /// Days of which nobody has asked yet.
    Unchecked(NaiveDate, NaiveDate, Option<String>),
}

impl Leg {
    /// Whether a watch on it can ever alert.
    fn can_be_watched(&self) -> bool {
        self.verdict.is_ok()
    }
}

/// The sentence, and what was found for it.
pub(crate) async fn show(
    State(app): State<App>,
    frame: Sheet,
    Query(typed): Query<Answers>,
) -> Result<Response, Problem> {
    let today = app.clock.now().date_naive();
    let mut refused = Refusals::default();
    let wish = if typed.is_empty() { None } else { typed.read(today, &mut refused) };
    let found = match wish {
        Some(wish) => Some(find(&app, wish, &typed).await?),
        None => None,
    };
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SearchPage { frame, sentence: Sentence::new(typed, refused, today), found };
    Ok((status, Html(page.render()?)).into_response())
}

async fn find(app: &App, wish: Wish, typed: &Answers) -> Result<Found, Problem> {
    let lead =
        |connection: Connection| Lead { href: onward::search(&connection, (wish.first, wish.last), typed), connection };
    if wish.connections.is_empty() {
        let leads = |found: Vec<Connection>| found.into_iter().map(lead).collect();
        let (from, to) = (search::connections(&typed.start, ""), search::connections("", &typed.end));
        return Ok(Found::Nowhere { from: leads(from), to: leads(to) });
    }
    if wish.connections.len() > ROUTES_MAX {
        return Ok(Found::Routes(wish.connections.into_iter().map(lead).collect()));
    }
    sailings(app, &wish, typed).await.map(Found::Sailings)
}

async fn sailings(app: &App, wish: &Wish, typed: &Answers) -> Result<Sailings, Problem> {
    let mut tx = app.store.look().await?;
    let reader = Reader::of_nobody(app, &mut tx).await?;
    let (mut legs, mut departures) = (Vec::new(), Vec::new());
    for connection in &wish.connections {
        let leg = leg(&reader, *connection, wish, typed);
        if let Ok(verdict) = &leg.verdict {
            departures.extend(told(&mut tx, &reader, &leg, verdict, (wish, typed)).await?);
        }
        legs.push(leg);
    }
    departures.sort_by_key(|departure| departure.departs);
    let cut = departures.get(SAILINGS_MAX).map(Departure::day);
    if let Some(day) = cut {
        departures.retain(|departure| departure.day() < day);
    }
    let last = cut.and_then(|day| day.pred_opt()).unwrap_or(wish.last);
    let open = departures.iter().filter(|departure| departure.is_open()).count();
    let watchable = legs.iter().find(|leg| leg.can_be_watched()).map(|leg| leg.connection);
    let unchecked = |days| watchable.map(|connection| onward::watch(&connection, days, typed));
    Ok(Sailings {
        vehicle: named(typed),
        first: wish.first,
        last,
        stretches: stretches((wish.first, last), departures, unchecked),
        later: cut.map(|day| onward::search(&wish.connections[0], (day, wish.last), typed)),
        open,
        legs,
    })
}

/// The vehicle as the headline says it.
fn named(typed: &Answers) -> Said {
    let preset: Result<Preset, _> = typed.vehicle.parse();
    match (typed.vehicle.as_str(), preset) {
        ("", _) => vehicle::name(vehicle::USUAL),
        (_, Ok(preset)) => vehicle::name(preset),
        _ => Said::new("vehicle-of-size").with("length", typed.length.trim()).with("height", typed.height.trim()),
    }
}

fn leg(reader: &Reader, connection: Connection, wish: &Wish, typed: &Answers) -> Leg {
    let operator = connection.operator;
    let route = domain::operator::RouteCode::parse(connection.route.code).expect("BUG: our own route is a code");
    Leg {
        connection,
        verdict: verdict::of(operator, &wish.vehicle),
        standing: standing(reader, &connection),
        told_until: operator.days_told(&route, reader.now).map(|days| *days.end()).filter(|last| *last < wish.last),
        month: onward::month(&connection, Some(wish.first), typed),
        watch: onward::watch(&connection, (wish.first, wish.last), typed),
    }
}

/// Why nobody asks an operator at present; nothing while it is asked.
pub(super) fn standing(reader: &Reader, connection: &Connection) -> Option<Said> {
    let name = connection.operator.manifest().name;
    match reader.standing(connection.operator) {
        Standing::Asked => None,
        Standing::Paused(_) => Some(Said::new("operator-paused").with("operator", name)),
        Standing::Off(..) => Some(Said::new("operator-off").with("operator", name)),
    }
}

/// What the least plan was told of the sailings of a leg.
async fn told(
    tx: &mut PublicTx,
    reader: &Reader,
    leg: &Leg,
    verdict: &Verdict,
    (wish, typed): (&Wish, &Answers),
) -> Result<Vec<Departure>, Problem> {
    let connection = leg.connection;
    let route = domain::operator::RouteCode::parse(connection.route.code).expect("BUG: our own route is a code");
    let asked = calendar::AskedDays {
        operator: connection.operator,
        route: &route,
        from: wish.first,
        to: wish.last,
        class: &verdict.class,
        plan: reader.plan,
        now: reader.now,
    };
    let days = calendar::days(tx, &asked).await?;
    let departures = days.iter().flat_map(|day| &day.sailings).map(|released| {
        let checked = reader.checked_at(released).map(|at| Checked::new(at, reader.now));
        let space = Space::of(released.facts.as_ref(), checked);
        let day = released.sailing.departs_local.date();
        let watch = onward::watch(&connection, (day, day), typed);
        Departure::new(connection, released, verdict.spec.name, (space, reader.now), watch)
    });
    Ok(departures.collect())
}

/// Every day from the first to the last: those with sailings one by one, the others together.
fn stretches(
    (first, last): (NaiveDate, NaiveDate),
    departures: Vec<Departure>,
    watch: impl Fn((NaiveDate, NaiveDate)) -> Option<String>,
) -> Vec<Stretch> {
    let mut days: BTreeMap<NaiveDate, Vec<Departure>> = BTreeMap::new();
    for departure in departures {
        days.entry(departure.day()).or_default().push(departure);
    }
    let mut stretches = Vec::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        match (days.remove(&day), stretches.last_mut()) {
            (Some(departures), _) => stretches.push(Stretch::Day(day, departures)),
            (None, Some(Stretch::Unchecked(from, to, link))) => {
                *to = day;
                *link = watch((*from, day));
            }
            (None, _) => stretches.push(Stretch::Unchecked(day, day, watch((day, day)))),
        }
    }
    stretches
}
