//! What every page is written on: the language, this response's nonce, and where the reader is. Promises that `shield` makes
//! one for each request and nobody else does. Never says who somebody is: it only sees that a browser brought a session.

use crate::{assets, form::Form, icon::Icon, login::return_to::ReturnTo, session};
use axum::{
    extract::{FromRequestParts, Request},
    http::{Extensions, HeaderMap, Method, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::Cookie;
use serde::Deserialize;
use std::{convert::Infallible, fmt};
use words::{Language, Phrase, Said};

/// The cookie that carries a browser's language, and nothing else.
pub(crate) const LANGUAGE_COOKIE: &str = "__Host-language";

const A_YEAR_S: i64 = 365 * 24 * 3_600;

/// 128 bits that let this response's own scripts run (CSP level 3, section 6.7.3.3), and nobody else's.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    pub(crate) fn mint(bytes: [u8; 32]) -> Nonce {
        Nonce(URL_SAFE_NO_PAD.encode(&bytes[..16]))
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a page is written on.
#[derive(Clone)]
pub(crate) struct Sheet {
    /// What it is written in.
    pub(crate) language: Language,
    /// What its scripts carry.
    pub(crate) nonce: Nonce,
    /// Its path and query.
    pub(crate) address: String,
    /// Whether that can be opened, rather than only be sent to.
    can_be_opened: bool,
    /// Whether the browser brought a session, good or not: enough to offer the way in that fits.
    pub(crate) has_session: bool,
}

impl Sheet {
    pub(crate) fn of(request: &Request, nonce: Nonce) -> Sheet {
        Sheet {
            language: language(request.headers()),
            nonce,
            address: request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned(),
            can_be_opened: request.method() == Method::GET,
            has_session: session::presented(request.headers(), session::COOKIE).is_some(),
        }
    }

    pub(crate) fn from(extensions: &Extensions) -> Sheet {
        extensions.get::<Sheet>().cloned().expect("BUG: the shield makes a sheet for every request")
    }

    /// A message of the catalogue.
    pub(crate) fn say(&self, id: &'static str) -> Phrase {
        Said::new(id).inside(self.language)
    }

    /// A message that was made before its language was known.
    pub(crate) fn tell(&self, said: &Said) -> Phrase {
        said.clone().inside(self.language)
    }

    /// A picture out of the sheet of icons.
    pub(crate) fn icon(&self, name: &'static str) -> Icon {
        Icon { name, class: "icon" }
    }

    /// A buoy: `open`, `full`, `not_released`, `cancelled` or `unknown`. The word stands beside it.
    pub(crate) fn signal(&self, name: &'static str) -> Icon {
        Icon { name, class: "icon signal" }
    }

    /// Where a file of ours is.
    pub(crate) fn asset(&self, file: &str) -> String {
        assets::address(file)
    }

    /// Where the page can be opened again, unless it answers what was sent.
    pub(crate) fn opened(&self) -> Option<&str> {
        self.can_be_opened.then_some(self.address.as_str())
    }

    /// Where it leads to whoever wants it in another language.
    pub(crate) fn reopened(&self) -> &str {
        self.opened().unwrap_or("/")
    }

    /// Whether the page is at this path, or below it.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let here = self.address.split('?').next().unwrap_or_default();
        here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the page is at this path, and nowhere below it.
    pub(crate) fn is_just_at(&self, path: &str) -> bool {
        self.address.split('?').next() == Some(path)
    }

    /// The languages there are.
    pub(crate) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Sheet {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Sheet::from(&parts.extensions))
    }
}

/// What somebody chose, else what their browser likes best.
fn language(headers: &HeaderMap) -> Language {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == LANGUAGE_COOKIE);
    let chosen = cookies.next().and_then(|cookie| Language::of_tag(cookie.value()));
    chosen.unwrap_or_else(|| {
        let liked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::preferred(liked.unwrap_or_default())
    })
}

/// Has a browser remember a language.
pub(crate) fn remember(headers: &mut HeaderMap, language: Language) {
    session::set(headers, LANGUAGE_COOKIE, language.tag(), A_YEAR_S);
}

/// A language, and where it was asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageForm {
    language: String,
    #[serde(default)]
    return_to: String,
}

/// Back to the page one came from, in the language one chose; one that we do not speak changes nothing.
pub(crate) async fn choose(Form(form): Form<LanguageForm>) -> Response {
    let mut response = Redirect::to(ReturnTo::at_once(&form.return_to).as_str()).into_response();
    if let Some(language) = Language::of_tag(&form.language) {
        remember(response.headers_mut(), language);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn sheet(headers: &[(&str, &str)]) -> Sheet {
        let request = headers
            .iter()
            .fold(Request::get("/t/1/watches?x=1"), |request, (name, value)| request.header(*name, *value));
        Sheet::of(&request.body(Body::empty()).unwrap(), Nonce::mint([7; 32]))
    }

    #[test]
    fn what_somebody_chose_wins_over_what_their_browser_likes() {
        let like = ("accept-language", "fr-FR,fr;q=0.9");
        assert_eq!(sheet(&[]).language, Language::English);
        assert_eq!(sheet(&[like]).language, Language::French);
        assert_eq!(sheet(&[like, ("cookie", "__Host-language=en")]).language, Language::English);
        assert_eq!(sheet(&[like, ("cookie", "__Host-language=<script>")]).language, Language::French);
    }

    #[test]
    fn a_page_knows_where_it_is() {
        let sheet = sheet(&[]);
        assert!(sheet.is_at("/t/1/watches") && sheet.is_at("/t/1"));
        assert!(!sheet.is_at("/t/1/watch") && !sheet.is_at("/t/1/watches/2"));
        assert!(sheet.is_just_at("/t/1/watches") && !sheet.is_just_at("/t/1"));
    }
}
