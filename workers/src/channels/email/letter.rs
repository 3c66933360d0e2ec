//! The words of an alert mail: one headline, one button, two quiet links, the facts, when we saw it.
//! British English, plain, numerals; the sailing's time on the clock of its terminal.

use anyhow::Context;
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use domain::{
    change::AlertKind,
    facts::{Availability, ClassFacts},
    watch::VehicleKind,
};
use store::delivery::{DeliveryRow, Links, Told};
use url::Url;

/// A row of facts.
pub(super) struct Line {
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// Everything both parts of the mail show.
pub(super) struct Letter {
    pub(super) headline: String,
    pub(super) lines: Vec<Line>,
    pub(super) operator: String,
    pub(super) booking_url: String,
    pub(super) stop_url: String,
    pub(super) keep_url: String,
    pub(super) unsubscribe_url: String,
    pub(super) seen: String,
    pub(super) caveat: &'static str,
}

impl Letter {
    pub(super) fn new(delivery: &DeliveryRow, links: &Links, base: &Url, now: DateTime<Utc>) -> anyhow::Result<Letter> {
        let told = &delivery.told;
        let link = |path: &str| base.join(path).map(String::from).context("a link could not be written");
        let (from, to) = (line(&told.terminals.0), line(&told.terminals.1));
        let headline =
            format!("Space for your {}: {}, {from} to {to}", vehicle(told), sailing_time(told.sailing.departs_local));
        Ok(Letter {
            headline,
            lines: lines(told, &from, &to),
            operator: line(&told.operator_name),
            booking_url: told.sailing.operator.booking_link(&told.sailing),
            stop_url: link(&links.stop)?,
            keep_url: link(&links.keep)?,
            unsubscribe_url: link(&links.unsubscribe)?,
            seen: seen(told.seen_at, &delivery.zone, now),
            caveat: match told.alert_kind {
                AlertKind::AlreadyOpen => " The space was there when your watch began.",
                AlertKind::FirstSeen => " It is the first time we see this sailing.",
                AlertKind::Opening => " Space that comes back is often gone within minutes.",
            },
        })
    }
}

fn lines(told: &Told, from: &str, to: &str) -> Vec<Line> {
    let mut lines =
        vec![Line { label: "Leaves", value: format!("{} from {from}", sailing_time(told.sailing.departs_local)) }];
    if let Some(pair) = &told.pair {
        lines.push(Line { label: "Back", value: format!("{} from {to}", sailing_time(pair.departs_local)) });
    }
    if let Some(vessel) = &told.sailing.vessel {
        lines.push(Line { label: "Ship", value: line(vessel.as_str()) });
    }
    lines.push(Line { label: "Vehicle class", value: line(told.class.as_str()) });
    if let Some(facts) = told.sailing_facts.classes.get(&told.class) {
        lines.extend(space(facts, told.sailing.operator.manifest().price_basis()));
    }
    if told.sailing_facts.cabin.is_some_and(|cabin| matches!(cabin, Availability::Available { .. })) {
        lines.push(Line { label: "Cabin", value: "available".into() });
    }
    lines
}

fn space(facts: &ClassFacts, price_basis: Option<&str>) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Availability::Available { spaces: Some(spaces) } = facts.availability {
        lines.push(Line { label: "Spaces left", value: spaces.to_string() });
    }
    if let Some(price) = &facts.price {
        let amount = format!("{}.{:02} {}", price.minor / 100, price.minor % 100, price.currency);
        let value = price_basis.map_or_else(|| amount.clone(), |basis| format!("{amount} for {basis}"));
        lines.push(Line { label: "Price", value });
    }
    lines
}

fn vehicle(told: &Told) -> &'static str {
    match told.criteria.vehicle.kind {
        VehicleKind::Car => "car",
        VehicleKind::Campervan => "campervan",
        VehicleKind::Motorhome => "motorhome",
        VehicleKind::Caravan => "caravan",
        VehicleKind::Van => "van",
        VehicleKind::Other => "vehicle",
    }
}

fn sailing_time(local: NaiveDateTime) -> String {
    local.format("%a %-d %b, %H:%M").to_string()
}

fn seen(at: DateTime<Utc>, zone: &str, now: DateTime<Utc>) -> String {
    let ago_s = (now - at).num_seconds().max(0);
    let ago = match ago_s {
        0..5 => "just now".to_owned(),
        5..60 => format!("{ago_s} seconds ago"),
        60..120 => "a minute ago".to_owned(),
        _ => format!("{} minutes ago", ago_s / 60),
    };
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    format!("We saw it {ago}, at {}.", at.with_timezone(&zone).format("%H:%M:%S %Z"))
}

/// Text from outside as one line: no control characters, and not longer than a line of a mail may show.
pub(super) fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
