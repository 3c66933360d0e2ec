//! The words of an alert mail: one headline, one button, two quiet links, the facts, when we saw it. In the language of whom it goes to,
//! plain, numerals; the sailing's time on the clock of its terminal. Never a fact that the plan was not told.

use super::{
    Mailer,
    words::{Answer, Board, Line, Link, Mark, Words, language_of, line, one_line, pause, zone_of},
};
use crate::channels::Sent;
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{change::AlertKind, facts::Availability, operator::Operator, text::inert, watch::VehicleKind};
use lettre::Message;
use store::delivery::{DeliveryRow, Links, Told};
use words::{Arg, Language, Phrase, Said};

/// The most of a note that a mail repeats, in characters.
const NOTE_CHARS: usize = 280;

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
        let (told, language) = (&delivery.told, language_of(&delivery.locale));
        let (from, to) = (one_line(&told.terminals.0), one_line(&told.terminals.1));
        let route = |from: &str, to: &str| Said::new("route").with("from", from).with("to", to);
        let headline = language.say("mail-alert").with("vehicle", vehicle(told));
        let subject = language.say("mail-alert-subject").with("headline", headline.clone());
        let subject = subject.with("leaves", told.sailing.departs_local).with("route", route(&from, &to));
        let book = language.say("book-at").with("operator", one_line(&told.operator_name));
        let seen = seen(told.seen_at, (&delivery.zone, self.clock.now())).inside(language);
        let head_start = told.head_start.map(|ahead| Said::from(ahead).inside(language));
        let pause = pause(delivery.last_until, &delivery.zone).map(|pause| pause.inside(language));
        let answer = |question: Phrase, words: Phrase, path: &str| -> anyhow::Result<Answer> {
            Ok(Answer { question: question.to_string(), link: self.link(words, path)? })
        };
        Ok(Words {
            mark: Mark { words: language.say("mail-mark-open").to_string(), is_open: true },
            subject: subject.to_string(),
            lead: vec![caveat(told.alert_kind, language).to_string()],
            button: Some(Link { words: book.to_string(), url: told.sailing.operator.booking_link(&told.sailing) }),
            answers: vec![
                answer(language.say("mail-got-it"), language.say("link-stop-go"), &links.stop)?,
                answer(language.say("mail-not-yet"), language.say("link-keep-go"), &links.keep)?,
            ],
            board: Board {
                sailings: sailings(told, language, [route(&from, &to), route(&to, &from)]),
                figures: figures(told, language),
            },
            lines: lines(told, language),
            notes: [Some(seen), head_start, pause].into_iter().flatten().map(|note| note.to_string()).collect(),
            page: Some(self.link(language.say("mail-alert-page"), &links.alert)?),
            unsubscribe_url: Some(self.url(&links.unsubscribe)?),
            ..Words::quiet(language, language.say("mail-mark-open"), headline, language.say("mail-alert-why"))
        })
    }
}

fn caveat(kind: AlertKind, language: Language) -> Phrase {
    match kind {
        AlertKind::AlreadyOpen => language.say("mail-alert-already-open"),
        AlertKind::FirstSeen => language.say("mail-alert-first-seen"),
        AlertKind::Opening => language.say("mail-alert-opening"),
    }
}

/// The sailing, and the one back where both are wanted.
fn sailings(told: &Told, language: Language, [out, back]: [Said; 2]) -> Vec<Line> {
    let leaves = |route: Said, at: NaiveDateTime| line(route.inside(language), language.say("moment").with("at", at));
    let back = told.pair.as_ref().map(|pair| leaves(back, pair.departs_local));
    [Some(leaves(out, told.sailing.departs_local)), back].into_iter().flatten().collect()
}

/// How many spaces, and for how much.
fn figures(told: &Told, language: Language) -> Vec<Line> {
    let Some(facts) = told.sailing_facts.classes.get(&told.class) else { return Vec::new() };
    let spaces = if let Availability::Available { spaces } = facts.availability { spaces } else { None };
    let spaces = spaces.map(|n| line(language.say("mail-spaces"), language.say("plain").with("text", n)));
    let price = facts.price.map(|price| line(language.say("mail-price"), language.say("price").with("price", price)));
    [spaces, price].into_iter().flatten().collect()
}

fn lines(told: &Told, language: Language) -> Vec<Line> {
    let vehicle = &told.criteria.vehicle;
    let size = language.say("wizard-size").with("length", Arg::Length(vehicle.total_length_mm()));
    let mut lines = vec![
        line(language.say("mail-size"), size.with("height", Arg::Length(vehicle.height_mm))),
        line(language.say("mail-class"), one_line(told.class.as_str())),
    ];
    let is_priced = told.sailing_facts.classes.get(&told.class).is_some_and(|facts| facts.price.is_some());
    if let Some(basis) = price_basis(told.sailing.operator).filter(|_| is_priced) {
        lines.push(line(language.say("mail-price-basis"), basis.inside(language)));
    }
    if let Some(vessel) = &told.sailing.vessel {
        lines.push(line(language.say("mail-ship"), one_line(vessel.as_str())));
    }
    if told.sailing_facts.cabin.is_some_and(|cabin| matches!(cabin, Availability::Available { .. })) {
        lines.push(line(language.say("mail-cabin"), language.say("mail-available")));
    }
    if !told.note.is_empty() {
        lines.push(line(language.say("mail-note"), inert(&told.note, NOTE_CHARS)));
    }
    lines
}

/// What an operator's prices are for, where our question fixes it.
fn price_basis(operator: Operator) -> Option<Said> {
    operator.manifest().price_basis()?;
    match operator {
        Operator::Brittany => Some(Said::new("mail-basis-brittany")),
        Operator::Harbour | Operator::BcFerries | Operator::Wsf => None,
    }
}

fn vehicle(told: &Told) -> Said {
    Said::new(match told.criteria.vehicle.kind {
        VehicleKind::Car => "mail-car",
        VehicleKind::Campervan => "mail-campervan",
        VehicleKind::Motorhome => "mail-motorhome",
        VehicleKind::Caravan => "mail-caravan",
        VehicleKind::Van => "mail-van",
        VehicleKind::Other => "mail-vehicle",
    })
}

fn seen(at: DateTime<Utc>, (zone, now): (&str, DateTime<Utc>)) -> Said {
    let local = at.with_timezone(&zone_of(zone));
    let ago = match (now - at).num_seconds() {
        ..5 => Said::new("just-now"),
        _ => Said::new("ago").with("span", now - at),
    };
    Said::new("mail-seen")
        .with("ago", ago)
        .with("time", local.format("%H:%M:%S").to_string())
        .with("zone", local.format("%Z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_price_is_for_is_said_wherever_it_is_fixed() {
        for &operator in Operator::ALL {
            assert_eq!(price_basis(operator).is_some(), operator.manifest().price_basis().is_some(), "{operator}");
        }
    }
}
