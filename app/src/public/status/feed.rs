//! Incidents as a feed (RFC 4287), newest first. Promises ids that never change and one entry an incident, which is updated when
//! it ends. Never writes XML by hand.

use super::{days, since, title};
use crate::{App, problem::Problem, sheet::Sheet};
use atom_syndication::{Content, Entry, Feed, Link, Person, Text};
use axum::{
    extract::State,
    http::{HeaderName, header},
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use store::status::{self, Incident};
use url::Url;
use words::Said;

const ATOM: (HeaderName, &str) = (header::CONTENT_TYPE, "application/atom+xml; charset=utf-8");

/// The feed.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<impl IntoResponse, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.look().await?;
    let incidents = status::incidents(&mut tx, since(days(now).0), now).await?;
    drop(tx);
    Ok(([ATOM], feed(&app.base_url, &frame, &incidents, now).to_string()))
}

fn feed(base_url: &Url, frame: &Sheet, incidents: &[Incident], now: DateTime<Utc>) -> Feed {
    let page = base_url.join("/status").map(String::from).unwrap_or_default();
    let own = base_url.join("/status/feed.atom").map(String::from).unwrap_or_default();
    let updated = incidents.iter().map(changed).max().unwrap_or(now);
    Feed {
        title: Text::plain(frame.say("status-feed").to_string()),
        id: own.clone(),
        updated: updated.fixed_offset(),
        authors: vec![Person { name: "FerryAlert".to_owned(), ..Person::default() }],
        links: vec![link(own, "self", "application/atom+xml"), link(page.clone(), "alternate", "text/html")],
        lang: Some(frame.language.tag().to_owned()),
        entries: incidents.iter().map(|incident| entry(&page, frame, incident)).collect(),
        ..Feed::default()
    }
}

fn link(href: String, rel: &str, kind: &str) -> Link {
    Link { href, rel: rel.to_owned(), mime_type: Some(kind.to_owned()), ..Link::default() }
}

fn changed(incident: &Incident) -> DateTime<Utc> {
    incident.ended_at.unwrap_or(incident.began_at)
}

fn entry(page: &str, frame: &Sheet, incident: &Incident) -> Entry {
    let text = match incident.ended_at {
        Some(ended) => Said::new("incident-lasted").with("span", ended - incident.began_at),
        None => Said::new("incident-lasts"),
    };
    let id = format!("{page}#incident-{}", incident.id);
    Entry {
        title: Text::plain(frame.tell(&title(incident.operator, incident.what)).to_string()),
        id: id.clone(),
        updated: changed(incident).fixed_offset(),
        published: Some(incident.began_at.fixed_offset()),
        links: vec![link(id, "alternate", "text/html")],
        content: Some(Content {
            value: Some(frame.tell(&text).to_string()),
            content_type: Some("text".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}
