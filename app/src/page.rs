//! Pages that need no sign-in.

use crate::{
    App,
    error::Error,
    notice::{Notice, notice},
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

pub(crate) async fn missing() -> Response {
    notice(
        StatusCode::NOT_FOUND,
        &Notice { title: "There is no such page", text: "Check the address, or begin at the start page." },
    )
}
