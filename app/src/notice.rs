//! A page that says one thing: what was done, or what went wrong and the way out. Written by `shield`, which knows the
//! request's language and name.

use crate::{problem::WayOut, sheet::Sheet};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use words::Said;

/// What it says.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) title: Said,
    pub(crate) text: Said,
    /// Where it leads, if anywhere.
    pub(crate) way_out: Option<WayOut>,
    /// The name of a request that did not work, for whoever writes to us.
    pub(crate) request_id: Option<String>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    frame: &'a Sheet,
    notice: &'a Notice,
}

impl Notice {
    /// A notice by the ids of its two messages.
    pub(crate) const fn new(title: &'static str, text: &'static str) -> Notice {
        Notice { title: Said::new(title), text: Said::new(text), way_out: None, request_id: None }
    }

    /// The same with a way on.
    pub(crate) fn leading(self, href: impl Into<String>, label: &'static str) -> Notice {
        Notice { way_out: Some(WayOut { href: href.into(), label: Said::new(label) }), ..self }
    }

    /// The response that `write` makes a page of.
    pub(crate) fn answer(self, status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }

    /// The page, around the status and headers that `answer` made; its title alone should it not render.
    pub(crate) fn write(&self, response: Response, sheet: &Sheet) -> Response {
        let page = NoticePage { frame: sheet, notice: self };
        let page = page.render().unwrap_or_else(|_| sheet.tell(&self.title).to_string());
        let (mut parts, _) = response.into_parts();
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Response::from_parts(parts, Body::from(page))
    }
}
