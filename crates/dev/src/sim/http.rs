//! The simulator's HTTP side: the switches and the pages for people, beside the operators' own addresses.
//!
//! Promises: nothing that a switch does reaches the outside. Never asks who is there: it listens on the loopback address only.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{Datelike, NaiveDate};
use domain::operator::Operator;
use serde::Deserialize;
use serde_json::{Value, json};

use super::markup::LOOK_CSS;
use super::misbehaviour::Misbehaviour;
use super::model::{Place, SailingStatus};
use super::playground::Playground;
use super::smtp::MailMisbehaviour;
use super::{answers, identity, pages};

type Ground = State<Arc<Playground>>;

/// What people's and machines' switches answer when they are used wrongly.
struct Refused(anyhow::Error);

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("{:#}\n", self.0)).into_response()
    }
}

/// All routes.
pub(super) fn router(ground: Arc<Playground>) -> Router {
    answers::router()
        .merge(identity::router())
        .route("/", get(async || Redirect::to("/sim")))
        .route("/sim", get(sailings_page))
        .route("/sim/look.css", get(async || ([(header::CONTENT_TYPE, "text/css")], LOOK_CSS)))
        .route("/sim/sailings", get(sailings_json))
        .route("/sim/space", post(set_space))
        .route("/sim/status", post(set_status))
        .route("/sim/misbehave", post(misbehave))
        .route("/sim/mail/misbehave", post(misbehave_mail))
        .route("/sim/validators", post(validators))
        .route("/sim/requests", get(requests))
        .route("/sim/mail", get(tally))
        .route("/sim/reset", post(reset))
        .route("/sim/page/space", post(page_space))
        .route("/sim/page/status", post(page_status))
        .route("/sim/page/misbehave", post(page_misbehave))
        .route("/inbox", get(inbox_page))
        .route("/inbox.json", get(inbox_json))
        .route("/inbox/{number}", get(mail_page))
        .route("/inbox/{number}/html", get(mail_html))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(ground)
}

#[derive(Deserialize)]
struct WhichDay {
    operator: Option<Operator>,
    route: Option<String>,
    date: Option<NaiveDate>,
}

impl WhichDay {
    fn shown(self, ground: &Playground) -> pages::Shown {
        let operator = self.operator.unwrap_or(Operator::Harbour);
        let routes = operator.manifest().routes;
        let known = |route: &String| routes.iter().any(|known| known.code == route);
        let first = || routes.first().map_or("", |route| route.code).to_owned();
        let route = self.route.filter(known).unwrap_or_else(first);
        let date = self.date.filter(|date| (1900..2200).contains(&date.year()));
        pages::Shown {
            date: date.unwrap_or_else(|| ground.first_day(operator)),
            misbehaviour: ground.misbehaviour(operator),
            operator,
            route,
        }
    }
}

async fn sailings_page(State(ground): Ground, Query(which): Query<WhichDay>) -> Html<String> {
    let shown = which.shown(&ground);
    let sailings = ground.sailings(shown.operator, &shown.route, shown.date);
    Html(pages::sailings(&shown, &sailings))
}

async fn sailings_json(State(ground): Ground, Query(which): Query<WhichDay>) -> Json<Value> {
    let shown = which.shown(&ground);
    Json(json!(ground.sailings(shown.operator, &shown.route, shown.date)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetSpace {
    operator: Operator,
    route: String,
    sailing: String,
    class: String,
    spaces: u32,
}

impl SetSpace {
    fn place(self) -> (Place, u32) {
        let place = Place { operator: self.operator, route: self.route, sailing: self.sailing, class: self.class };
        (place, self.spaces)
    }
}

async fn set_space(State(ground): Ground, Json(set): Json<SetSpace>) -> Result<Json<Value>, Refused> {
    let (place, spaces) = set.place();
    Ok(Json(json!(ground.set_spaces(&place, spaces)?)))
}

#[derive(Deserialize)]
struct SetStatus {
    operator: Operator,
    route: String,
    sailing: String,
    status: SailingStatus,
    date: Option<NaiveDate>,
}

async fn set_status(State(ground): Ground, Json(set): Json<SetStatus>) -> Result<Json<Value>, Refused> {
    Ok(Json(json!(ground.set_status(set.operator, &set.route, &set.sailing, set.status)?)))
}

#[derive(Deserialize)]
struct Misbehave {
    operator: Operator,
    how: Misbehaviour,
}

async fn misbehave(State(ground): Ground, Json(set): Json<Misbehave>) -> StatusCode {
    ground.misbehave(set.operator, set.how);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct MisbehaveMail {
    how: MailMisbehaviour,
}

async fn misbehave_mail(State(ground): Ground, Json(set): Json<MisbehaveMail>) -> StatusCode {
    ground.mail.misbehave(set.how);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct SetValidators {
    on: bool,
}

async fn validators(State(ground): Ground, Json(set): Json<SetValidators>) -> StatusCode {
    ground.set_validators(if set.on { super::Validators::On } else { super::Validators::Off });
    StatusCode::NO_CONTENT
}

async fn requests(State(ground): Ground) -> Json<Value> {
    Json(json!({ "total": ground.requests.total(), "requests": ground.requests.all() }))
}

async fn reset(State(ground): Ground) -> StatusCode {
    ground.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct PageSpace {
    operator: Operator,
    route: String,
    date: NaiveDate,
    sailing: String,
    class: String,
    spaces: u32,
}

async fn page_space(State(ground): Ground, Form(set): Form<PageSpace>) -> Result<Redirect, Refused> {
    let back = back(set.operator, &set.route, set.date);
    let place = Place { operator: set.operator, route: set.route, sailing: set.sailing, class: set.class };
    ground.set_spaces(&place, set.spaces)?;
    Ok(back)
}

async fn page_status(State(ground): Ground, Form(set): Form<SetStatus>) -> Result<Redirect, Refused> {
    ground.set_status(set.operator, &set.route, &set.sailing, set.status)?;
    let date = set.date.unwrap_or_else(|| ground.first_day(set.operator));
    Ok(back(set.operator, &set.route, date))
}

#[derive(Deserialize)]
struct PageMisbehave {
    operator: Operator,
    route: String,
    date: NaiveDate,
    misbehaviour: String,
}

async fn page_misbehave(State(ground): Ground, Form(set): Form<PageMisbehave>) -> Result<Redirect, Refused> {
    let how = serde_json::from_str(&set.misbehaviour).map_err(anyhow::Error::from)?;
    ground.misbehave(set.operator, how);
    Ok(back(set.operator, &set.route, set.date))
}

/// Back to the page the click came from. A route that is no route leads to the first one.
fn back(operator: Operator, route: &str, date: NaiveDate) -> Redirect {
    let code = domain::code::RouteCode::parse(route).map(String::from).unwrap_or_default();
    Redirect::to(&format!("/sim?operator={operator}&route={code}&date={date}"))
}

async fn inbox_page(State(ground): Ground) -> Html<String> {
    Html(pages::inbox(&ground.inbox.all(), ground.inbox.total()))
}

#[derive(Deserialize)]
struct WhichMails {
    to: Option<String>,
}

async fn inbox_json(State(ground): Ground, Query(which): Query<WhichMails>) -> Json<Value> {
    Json(json!(which.to.map_or_else(|| ground.inbox.all(), |mailbox| ground.inbox.to(&mailbox))))
}

async fn tally(State(ground): Ground) -> Json<Value> {
    Json(json!(ground.inbox.tally()))
}

async fn mail_page(State(ground): Ground, Path(number): Path<u64>) -> Result<Html<String>, StatusCode> {
    let mail = ground.inbox.one(number).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Html(pages::message(&mail)))
}

/// The HTML part as sent. The policy makes a sandbox even of a page opened on its own: no script, form or foreign load.
async fn mail_html(State(ground): Ground, Path(number): Path<u64>) -> Result<Response, StatusCode> {
    const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                          style-src 'unsafe-inline'; img-src data:";
    const POLICY_NAME: HeaderName = header::CONTENT_SECURITY_POLICY;
    let mail = ground.inbox.one(number).ok_or(StatusCode::NOT_FOUND)?;
    let html = mail.html.ok_or(StatusCode::NOT_FOUND)?;
    let page = format!("<base target=\"_blank\">{html}");
    Ok(([(POLICY_NAME, POLICY)], Html(page)).into_response())
}
