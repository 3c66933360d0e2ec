//! What programs that walk the web ask for: what they may read, what there is, whom to write to about a hole. Promises what the
//! standards say (RFC 9309, sitemaps.org, RFC 9116). Never names an address that is somebody's.

use super::onward;
use crate::{App, problem::Problem};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderName, header},
    response::IntoResponse,
};
use chrono::{NaiveTime, TimeDelta};
use domain::operator::Operator;

const TEXT: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
const XML: (HeaderName, &str) = (header::CONTENT_TYPE, "application/xml; charset=utf-8");

/// For how long what is said of the contact may be believed: well below the year that RFC 9116 recommends as the most.
const CONTACT_FOR: TimeDelta = TimeDelta::days(180);

/// What needs a session or a link, and what has no end.
const CLOSED: [&str; 8] = ["/account", "/api/", "/home", "/l/", "/login", "/search?", "/t/", "/watch"];

/// Pages that say the same to everybody.
const PAGES: [&str; 8] = ["/", "/ferries", "/search", "/status", "/pricing", "/security", "/privacy", "/bot"];

/// What crawlers may read.
pub(crate) async fn robots(State(app): State<App>) -> impl IntoResponse {
    let closed: String = CLOSED.iter().map(|path| format!("Disallow: {path}\n")).collect();
    let sitemap = address(&app, "/sitemap.xml");
    ([TEXT], format!("User-agent: *\n{closed}\nSitemap: {sitemap}\n"))
}

#[derive(Template)]
#[template(path = "public/sitemap.xml")]
struct Sitemap {
    addresses: Vec<String>,
}

/// What there is.
pub(crate) async fn sitemap(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let routes = Operator::ALL.iter().flat_map(|operator| operator.connections());
    let routes = routes.map(|connection| address(&app, &onward::path(&connection)));
    let addresses = PAGES.iter().map(|path| address(&app, path)).chain(routes).collect();
    Ok(([XML], Sitemap { addresses }.render()?))
}

/// Whom to write to about a hole.
pub(crate) async fn security(State(app): State<App>) -> impl IntoResponse {
    let expires = (app.clock.now() + CONTACT_FOR).date_naive().and_time(NaiveTime::MIN).and_utc();
    let text = format!(
        "Contact: {}\nExpires: {}\nPreferred-Languages: en, fr\nCanonical: {}\nPolicy: {}\n",
        reached(&app.contact),
        expires.format("%Y-%m-%dT%H:%M:%SZ"),
        address(&app, "/.well-known/security.txt"),
        address(&app, "/security#report"),
    );
    ([TEXT], text)
}

/// A contact as an address: of mail, unless it is one of the web already.
fn reached(contact: &str) -> String {
    if contact.starts_with("https://") { contact.to_owned() } else { format!("mailto:{contact}") }
}

fn address(app: &App, path: &str) -> String {
    app.base_url.join(path).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_reached_by_mail_or_by_its_page() {
        assert_eq!(reached("security@example.test"), "mailto:security@example.test");
        assert_eq!(reached("https://example.test/report"), "https://example.test/report");
    }
}
