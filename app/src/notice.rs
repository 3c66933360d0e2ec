//! A page that says one thing: what was done, or what went wrong and the way out.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

/// What it says.
pub(crate) struct Notice {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    notice: &'a Notice,
}

/// The page; its title alone should it not render.
pub(crate) fn notice(status: StatusCode, notice: &Notice) -> Response {
    match (NoticePage { notice }).render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => (status, notice.title).into_response(),
    }
}
