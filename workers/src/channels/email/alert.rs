//! The words of an alert mail: one headline, one button, two quiet links, the facts, when we saw it.
//! British English, plain, numerals; the sailing's time on the clock of its terminal.

use super::{
    Mailer,
    words::{Answer, Line, Link, Mark, Words, line, one_line, pause, zone_of},
};
use crate::channels::Sent;
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    change::AlertKind,
    facts::{Availability, ClassFacts},
    watch::VehicleKind,
};
use lettre::Message;
use store::delivery::{DeliveryRow, Links, Told};

impl Mailer {
    /// Sends one attempt.
    pub async fn send(&self, delivery: &DeliveryRow, links: &Links) -> Sent {
        self.hand_over(self.compose(delivery, links)).await
    }

    /// The message of a delivery, under the Message-ID that all its attempts share.
    ///
    /// # Errors
    /// When an address or a header value is none.
    pub fn compose(&self, delivery: &DeliveryRow, links: &Links) -> anyhow::Result<Message> {
        let words = self.alert_words(delivery, links)?;
        self.message(&delivery.address, delivery.message_id, &words)
    }

    fn alert_words(&self, delivery: &DeliveryRow, links: &Links) -> anyhow::Result<Words> {
        let told = &delivery.told;
        let (from, to) = (one_line(&told.terminals.0), one_line(&told.terminals.1));
        let leaves = sailing_time(told.sailing.departs_local);
        let caveat = match told.alert_kind {
            AlertKind::AlreadyOpen => " The space was there when your watch began.",
            AlertKind::FirstSeen => " It is the first time we see this sailing.",
            AlertKind::Opening => " Space that comes back is often gone within minutes.",
        };
        let seen = seen(told.seen_at, &delivery.zone, self.clock.now()) + caveat;
        Ok(Words {
            mark: Mark { words: "▲ Space open", is_open: true },
            headline: format!("Space for your {}: {leaves}, {from} to {to}", vehicle(told)),
            lead: Vec::new(),
            lines: lines(told, &from, &to),
            next: Vec::new(),
            button: Some(Link {
                words: format!("Book at {}", one_line(&told.operator_name)),
                url: told.sailing.operator.booking_link(&told.sailing),
            }),
            answers: vec![
                Answer { question: "Got it?", link: self.link("Booked, stop", &links.stop)? },
                Answer { question: "Not yet?", link: self.link("Keep watching", &links.keep)? },
            ],
            notes: [Some(seen), pause(delivery.last_until, &delivery.zone)].into_iter().flatten().collect(),
            why: "You get this mail because a watch of yours asks for it.".to_owned(),
            unsubscribe_url: Some(self.url(&links.unsubscribe)?),
        })
    }
}

fn lines(told: &Told, from: &str, to: &str) -> Vec<Line> {
    let mut lines = vec![line("Leaves", format!("{} from {from}", sailing_time(told.sailing.departs_local)))];
    if let Some(pair) = &told.pair {
        lines.push(line("Back", format!("{} from {to}", sailing_time(pair.departs_local))));
    }
    if let Some(vessel) = &told.sailing.vessel {
        lines.push(line("Ship", one_line(vessel.as_str())));
    }
    lines.push(line("Vehicle class", one_line(told.class.as_str())));
    if let Some(facts) = told.sailing_facts.classes.get(&told.class) {
        lines.extend(space(facts, told.sailing.operator.manifest().price_basis()));
    }
    if told.sailing_facts.cabin.is_some_and(|cabin| matches!(cabin, Availability::Available { .. })) {
        lines.push(line("Cabin", "available"));
    }
    lines
}

fn space(facts: &ClassFacts, price_basis: Option<&str>) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Availability::Available { spaces: Some(spaces) } = facts.availability {
        lines.push(line("Spaces left", spaces.to_string()));
    }
    if let Some(price) = &facts.price {
        let amount = format!("{}.{:02} {}", price.minor / 100, price.minor % 100, price.currency);
        let value = price_basis.map_or_else(|| amount.clone(), |basis| format!("{amount} for {basis}"));
        lines.push(line("Price", value));
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
    format!("We saw it {ago}, at {}.", at.with_timezone(&zone_of(zone)).format("%H:%M:%S %Z"))
}
