//! Every route there is, by operator, and whether it is asked. Promises the operators' own spelling. Never tells what is watched.

use super::{onward, search};
use crate::{App, problem::Problem, reader::Reader, sheet::Sheet};
use askama::Template;
use axum::{extract::State, response::Html};
use domain::operator::{Operator, TerminalSpec, search::Connection};
use words::Said;

#[derive(Template)]
#[template(path = "public/ferries.html")]
struct FerriesPage {
    frame: Sheet,
    canonical: String,
    lines: Vec<Line>,
}

/// An operator and where it sails.
pub(super) struct Line {
    pub(super) operator: Operator,
    pub(super) name: &'static str,
    /// Why it is not asked at present, if it is not.
    pub(super) standing: Option<Said>,
    /// Its routes by where they leave from.
    pub(super) quays: Vec<Quay>,
}

/// A terminal and where one sails from it.
pub(super) struct Quay {
    pub(super) from: &'static TerminalSpec,
    pub(super) routes: Vec<Route>,
}

/// A route and its page.
pub(super) struct Route {
    pub(super) to: &'static TerminalSpec,
    pub(super) href: String,
}

impl Line {
    pub(super) fn of(reader: &Reader, operator: Operator) -> Option<Line> {
        let connections: Vec<Connection> = operator.connections().collect();
        let mut quays: Vec<Quay> = Vec::new();
        for connection in &connections {
            let route = Route { to: connection.to, href: onward::path(connection) };
            match quays.iter_mut().find(|quay| quay.from == connection.from) {
                Some(quay) => quay.routes.push(route),
                None => quays.push(Quay { from: connection.from, routes: vec![route] }),
            }
        }
        let standing = search::standing(reader, connections.first()?);
        Some(Line { operator, name: operator.manifest().name, standing, quays })
    }

    /// How many routes it has.
    pub(super) fn count(&self) -> usize {
        self.quays.iter().map(|quay| quay.routes.len()).sum()
    }

    /// Those that are asked first, each in the order of the manifests.
    pub(super) fn all(reader: &Reader) -> Vec<Line> {
        let mut lines: Vec<Line> = Operator::ALL.iter().filter_map(|operator| Line::of(reader, *operator)).collect();
        lines.sort_by_key(|line| line.standing.is_some());
        lines
    }
}

/// The routes.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let mut tx = app.store.look().await?;
    let reader = Reader::of_nobody(&app, &mut tx).await?;
    let canonical = app.base_url.join("/ferries").map(String::from).unwrap_or_default();
    Ok(Html(FerriesPage { frame, canonical, lines: Line::all(&reader) }.render()?))
}
