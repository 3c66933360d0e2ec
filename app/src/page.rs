//! Pages that need no sign-in.

use crate::{
    App, access,
    error::Error,
    input::Path,
    notice::{Notice, notice},
    problem::{Code, Problem},
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage;

#[derive(Template)]
#[template(path = "bot.html")]
struct BotPage<'a> {
    contact: &'a str,
}

pub(crate) async fn home() -> Result<Html<String>, Error> {
    Ok(Html(HomePage.render()?))
}

/// Where our user agent points operators to.
pub(crate) async fn bot(State(app): State<App>) -> Result<Html<String>, Error> {
    Ok(Html(BotPage { contact: &app.contact }.render()?))
}

/// 200 while the database answers and no connection was handed back with a tenant still set.
pub(crate) async fn healthz(State(app): State<App>) -> Result<&'static str, Error> {
    if app.store.tenant_left_behind().await?.is_some() {
        return Err(Error::TenantLeftBehind);
    }
    Ok("ok")
}

pub(crate) async fn stylesheet() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/site.css"))
}

/// What a kind of problem means: where the `type` of a problem leads.
pub(crate) async fn problem(Path(word): Path<String>) -> Response {
    match Code::ALL.iter().find(|code| code.as_str() == word) {
        Some(code) => {
            let text = format!("Problems of the kind {word} have the status {}. The detail says more.", code.status());
            notice(StatusCode::OK, &Notice { title: code.title(), text: &text })
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
