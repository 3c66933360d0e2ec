//! The simulated operators' own addresses.
//!
//! Promises: every request is taken down before it is answered; a misbehaving operator misbehaves on each of its addresses.
//! An answer becomes a 304 only where validators are switched on and the client has this body already.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use domain::operator::Operator;

use super::misbehaviour::{self, Format, Misbehaviour};
use super::playground::{NotAsked, Playground};
use super::requests::SeenRequest;

type Ground = State<Arc<Playground>>;

/// The routes of all operators.
pub(super) fn router() -> Router<Arc<Playground>> {
    Router::new()
        .route("/harbour/v1/sailings", get(harbour))
        .route("/current-conditions/{route}", get(bc_ferries))
        .route("/api/bebop/v1/crossing/prices", post(brittany))
        .route("/ferries/api/terminals/rest/terminalsailingspace/{terminal}", get(wsf))
        .route("/robots.txt", get(robots))
}

/// A request as it came.
struct Came<'a> {
    operator: Operator,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a str,
}

fn record(ground: &Playground, operator: Option<Operator>, (uri, headers): (&Uri, &HeaderMap), body: &str) {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    ground.requests.record(SeenRequest {
        operator,
        path: uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned()),
        body: body.to_owned(),
        at_us: ground.now().timestamp_micros(),
        user_agent: agent.unwrap_or_default().to_owned(),
        conditional: headers.contains_key(header::IF_NONE_MATCH),
        afresh: headers.get(header::CACHE_CONTROL).is_some_and(|value| value == "no-cache"),
    });
}

async fn robots(State(ground): Ground, uri: Uri, headers: HeaderMap) -> String {
    record(&ground, None, (&uri, &headers), "");
    ground.robots.lock().expect("BUG: nothing panics under this lock").clone()
}

async fn harbour(State(ground): Ground, uri: Uri, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let came = Came { operator: Operator::Harbour, uri: &uri, headers: &headers, body: "" };
    let answer = || ground.harbour_day(query.as_deref().unwrap_or_default());
    answered(&ground, Format::Json, &came, answer).await
}

async fn bc_ferries(State(ground): Ground, uri: Uri, Path(route): Path<String>, headers: HeaderMap) -> Response {
    let came = Came { operator: Operator::BcFerries, uri: &uri, headers: &headers, body: "" };
    answered(&ground, Format::Html, &came, || ground.bc_page(&route)).await
}

async fn brittany(State(ground): Ground, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let came = Came { operator: Operator::Brittany, uri: &uri, headers: &headers, body: &body };
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    let answer = || if is_json { ground.brittany_week(body.as_bytes()) } else { Err(NotAsked::BadQuery) };
    answered(&ground, Format::Json, &came, answer).await
}

async fn wsf(
    State(ground): Ground,
    uri: Uri,
    Path(terminal): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let came = Came { operator: Operator::Wsf, uri: &uri, headers: &headers, body: "" };
    // Who does not say so gets XML from the real one.
    let is_json = headers.get(header::ACCEPT).is_some_and(|value| value == "application/json");
    let answer = || match is_json {
        true => ground.wsf_terminal(&terminal, query.as_deref().unwrap_or_default()),
        false => Err(NotAsked::BadQuery),
    };
    answered(&ground, Format::Json, &came, answer).await
}

/// Takes a request down and answers it, in the way its operator behaves.
async fn answered(
    ground: &Playground,
    format: Format,
    came: &Came<'_>,
    answer: impl FnOnce() -> Result<Bytes, NotAsked>,
) -> Response {
    record(ground, Some(came.operator), (came.uri, came.headers), came.body);
    let how = ground.misbehaviour(came.operator);
    if let Some(response) = misbehaviour::answer(how, format, came.uri).await {
        return response;
    }
    match answer() {
        Ok(body) => respond(ground, format, how, body, came.headers),
        Err(refusal) => refuse(refusal),
    }
}

fn refuse(refusal: NotAsked) -> Response {
    let status = match refusal {
        NotAsked::NoSuchRoute => StatusCode::NOT_FOUND,
        NotAsked::BadQuery => StatusCode::BAD_REQUEST,
        NotAsked::Forbidden => StatusCode::FORBIDDEN,
    };
    status.into_response()
}

/// The body, or 304 where validators are switched on and the client has this body already.
fn respond(ground: &Playground, format: Format, how: Misbehaviour, body: Bytes, headers: &HeaderMap) -> Response {
    if how == Misbehaviour::CutShort {
        return misbehaviour::cut_short(format, &body);
    }
    if !ground.validates() {
        return misbehaviour::typed(format, Body::from(body));
    }
    let tag = entity_tag(&body);
    let mut response = if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        misbehaviour::typed(format, Body::from(body))
    };
    response.headers_mut().insert(header::ETAG, tag);
    response
}

fn entity_tag(body: &Bytes) -> HeaderValue {
    let hash = super::timetable::hash_bytes(body);
    HeaderValue::from_str(&format!("\"{hash:016x}\"")).expect("BUG: hexadecimal is a header value")
}
