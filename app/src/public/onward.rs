//! Where a page leads on to, with every answer it holds: to a wider search, to a month, into the wizard of a new watch. Promises
//! addresses of our own with the fields that the pages behind them know. Never carries what nobody typed.

use super::answers::Answers;
use crate::{input::Query, problem::Problem, signed_in::SessionCx};
use axum::response::Redirect;
use chrono::{Datelike, NaiveDate};
use domain::{access::Action::WriteWatches, access::allows, operator::search::Connection};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// An address with the fields that are not empty.
pub(crate) fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Into the wizard, for these days of a route.
pub(crate) fn watch(connection: &Connection, (from, to): (NaiveDate, NaiveDate), answers: &Answers) -> String {
    let (from, to) = (from.to_string(), to.to_string());
    let mut fields = vec![
        ("operator", connection.operator.as_str()),
        ("route", connection.route.code),
        ("from", from.as_str()),
        ("to", to.as_str()),
    ];
    fields.extend(of_vehicle(answers));
    address("/watch", &fields)
}

/// To the sailings of these days between these terminals.
pub(crate) fn search(connection: &Connection, (from, to): (NaiveDate, NaiveDate), answers: &Answers) -> String {
    let (from, to) = (from.to_string(), to.to_string());
    let mut fields = vec![
        ("start", connection.from.name),
        ("end", connection.to.name),
        ("from", from.as_str()),
        ("to", to.as_str()),
    ];
    fields.extend(of_vehicle(answers));
    address("/search", &fields)
}

/// To a route's month.
pub(crate) fn month(connection: &Connection, day: Option<NaiveDate>, answers: &Answers) -> String {
    let month = day.map(|day| format!("{:04}-{:02}", day.year(), day.month())).unwrap_or_default();
    let mut fields = vec![("month", month.as_str())];
    fields.extend(of_vehicle(answers));
    address(&path(connection), &fields)
}

/// The page of a route.
pub(crate) fn path(connection: &Connection) -> String {
    format!("/ferries/{}/{}", connection.operator, connection.route.code)
}

fn of_vehicle(answers: &Answers) -> [(&'static str, &str); 3] {
    let is_own = answers.vehicle == super::vehicle::OWN;
    let sized = |typed: &'_ str| if is_own { typed.len() } else { 0 };
    [
        ("vehicle", answers.vehicle.as_str()),
        ("length", &answers.length[..sized(&answers.length)]),
        ("height", &answers.height[..sized(&answers.height)]),
    ]
}

/// What the wizard is told.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Wished {
    operator: String,
    route: String,
    from: String,
    to: String,
    vehicle: String,
    length: String,
    height: String,
    width: String,
}

/// Leads whoever wants to watch into the wizard of the first of their tenants in which they may, with what they asked for.
pub(crate) async fn begin(cx: SessionCx, Query(wished): Query<Wished>) -> Result<Redirect, Problem> {
    let mut tx = cx.begin().await?;
    let tenants = tx.tenants().await?;
    let open = tenants.iter().filter(|belonging| belonging.suspended.is_none());
    let Some(tenant) = open.min_by_key(|belonging| !allows(belonging.role, WriteWatches)) else {
        return Ok(Redirect::to("/account/tenants"));
    };
    let fields = [
        ("operator", wished.operator.as_str()),
        ("route", &wished.route),
        ("from", &wished.from),
        ("to", &wished.to),
        ("vehicle", &wished.vehicle),
        ("length", &wished.length),
        ("height", &wished.height),
        ("width", &wished.width),
    ];
    Ok(Redirect::to(&address(&format!("/t/{}/watches/new", tenant.tenant), &fields)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::operator::search::connections;

    #[test]
    fn what_was_answered_goes_along_and_nothing_else() {
        let connection = connections("portsmouth", "bilbao").remove(0);
        let days = ("2026-08-12".parse().unwrap(), "2026-08-20".parse().unwrap());
        let preset = Answers { vehicle: "car".into(), length: "left over".into(), ..Answers::default() };
        let wanted = "/watch?operator=brittany&route=GBPME-ESBIO&from=2026-08-12&to=2026-08-20&vehicle=car";
        assert_eq!(watch(&connection, days, &preset), wanted);
        let own =
            Answers { vehicle: "own".into(), length: "17 ft 9".into(), height: "2,0".into(), ..Answers::default() };
        assert_eq!(
            search(&connection, days, &own),
            "/search?start=Portsmouth&end=Bilbao&from=2026-08-12&to=2026-08-20&vehicle=own&length=17+ft+9&height=2%2C0"
        );
        assert_eq!(
            month(&connection, Some(days.0), &Answers::default()),
            "/ferries/brittany/GBPME-ESBIO?month=2026-08"
        );
        assert_eq!(month(&connection, None, &Answers::default()), "/ferries/brittany/GBPME-ESBIO");
    }
}
