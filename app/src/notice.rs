//! A page that says one thing: what was done, or what went wrong and the way out.

use crate::problem::WayOut;
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

/// What it says.
pub(crate) struct Notice<'a> {
    pub(crate) title: &'a str,
    pub(crate) text: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    notice: &'a Notice<'a>,
    way_out: Option<&'a WayOut>,
}

/// The page; its title alone should it not render.
pub(crate) fn notice(status: StatusCode, notice: &Notice<'_>) -> Response {
    leading(status, notice, None)
}

/// The same with a way on.
pub(crate) fn leading(status: StatusCode, notice: &Notice<'_>, way_out: Option<&WayOut>) -> Response {
    match (NoticePage { notice, way_out }).render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => (status, notice.title.to_owned()).into_response(),
    }
}

/// A page about a problem, with the request's id for whoever writes to us.
pub(crate) fn problem(title: &str, detail: &str, (request_id, way_out): (&str, Option<&WayOut>)) -> String {
    let text = format!("{detail} If you write to us, name this request: {request_id}.");
    let page = NoticePage { notice: &Notice { title, text: &text }, way_out };
    page.render().unwrap_or_else(|_| title.to_owned())
}
