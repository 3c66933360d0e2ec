//! Pages that need no sign-in.

use crate::{
    App, access,
    error::Error,
    input::Path,
    notice::Notice,
    problem::{Code, Problem},
    sheet::Sheet,
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use words::Said;

#[derive(Template)]
#[template(path = "bot.html")]
struct BotPage<'a> {
    frame: Sheet,
    contact: &'a str,
}

/// Where our user agent points operators to.
pub(crate) async fn bot(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Error> {
    Ok(Html(BotPage { frame, contact: &app.contact }.render()?))
}

/// 200 while the database answers and no connection was handed back with a tenant still set.
pub(crate) async fn healthz(State(app): State<App>) -> Result<&'static str, Error> {
    if app.store.tenant_left_behind().await?.is_some() {
        return Err(Error::TenantLeftBehind);
    }
    Ok("ok")
}

/// What a kind of problem means: where the `type` of a problem leads.
pub(crate) async fn problem(Path(word): Path<String>) -> Response {
    match Code::ALL.iter().find(|code| code.as_str() == word) {
        Some(code) => {
            let text = Said::new("problem-explained").with("word", &word).with("status", code.status().as_str());
            Notice { title: Said::new(code.said()), text, way_out: None, request_id: None }.answer(StatusCode::OK)
        }
        None => Problem::not_found().into_response(),
    }
}

/// No row has this path.
pub(crate) async fn missing() -> Response {
    access::enforced(Problem::not_found().into_response())
}

/// A row has this path, but not with this method.
pub(crate) async fn method_not_allowed() -> Response {
    let detail = "The Allow header names the methods it takes.";
    access::enforced(Problem::bad_request(Code::MethodNotAllowed, detail).into_response())
}
