//! The words of an alert mail: one headline, one button, two quiet links, the facts, when we saw it. In the language of whom it goes to,
//! plain, numerals; the sailing's time on the clock of its terminal. Never a fact that the plan was not told.

use super::{
    Mailer,
    words::{Answer, Line, Link, Mark, Words, language_of, line, one_line, pause, zone_of},
};
use crate::channels::Sent;
use chrono::{DateTime, Utc};
use domain::{
    change::AlertKind,
    facts::{Availability, ClassFacts},
    operator::Operator,
    watch::VehicleKind,
};
use lettre::Message;
use store::delivery::{DeliveryRow, Links, Told};
use words::{Language, Phrase, Said};

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
        let headline = language
            .say("mail-alert")
            .with("vehicle", vehicle(told))
            .with("leaves", told.sailing.departs_local)
            .with("from", from.clone())
            .with("to", to.clone());
        let book = language.say("mail-book").with("operator", one_line(&told.operator_name));
        let seen = seen(told.seen_at, (&delivery.zone, self.clock.now())).inside(language);
        let pause = pause(delivery.last_until, &delivery.zone).map(|pause| pause.inside(language));
        let answer = |question: Phrase, words: Phrase, path: &str| -> anyhow::Result<Answer> {
            Ok(Answer { question: question.to_string(), link: self.link(words, path)? })
        };
        Ok(Words {
            mark: Mark { words: language.say("mail-mark-open").to_string(), is_open: true },
            headline: headline.to_string(),
            lead: vec![caveat(told.alert_kind, language).to_string()],
            button: Some(Link { words: book.to_string(), url: told.sailing.operator.booking_link(&told.sailing) }),
            answers: vec![
                answer(language.say("mail-got-it"), language.say("mail-stop"), &links.stop)?,
                answer(language.say("mail-not-yet"), language.say("mail-keep"), &links.keep)?,
            ],
            lines: lines(told, language, (&from, &to)),
            notes: [Some(seen), pause].into_iter().flatten().map(|note| note.to_string()).collect(),
            unsubscribe_url: Some(self.url(&links.unsubscribe)?),
            ..Words::quiet(language, language.say("mail-mark-open"), language.say("mail-alert-why"))
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

fn lines(told: &Told, language: Language, (from, to): (&str, &str)) -> Vec<Line> {
    let leaves = |moment, from: &str| language.say("mail-leaves-from").with("moment", moment).with("from", from);
    let mut lines = vec![line(language.say("mail-leaves"), leaves(told.sailing.departs_local, from))];
    if let Some(pair) = &told.pair {
        lines.push(line(language.say("mail-back"), leaves(pair.departs_local, to)));
    }
    if let Some(vessel) = &told.sailing.vessel {
        lines.push(line(language.say("mail-ship"), one_line(vessel.as_str())));
    }
    lines.push(line(language.say("mail-class"), one_line(told.class.as_str())));
    if let Some(facts) = told.sailing_facts.classes.get(&told.class) {
        lines.extend(space(facts, price_basis(told.sailing.operator), language));
    }
    if told.sailing_facts.cabin.is_some_and(|cabin| matches!(cabin, Availability::Available { .. })) {
        lines.push(line(language.say("mail-cabin"), language.say("mail-available")));
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

fn space(facts: &ClassFacts, price_basis: Option<Said>, language: Language) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Availability::Available { spaces: Some(spaces) } = facts.availability {
        lines.push(line(language.say("mail-spaces"), language.say("mail-count").with("n", spaces)));
    }
    if let Some(price) = facts.price {
        let amount = match price_basis {
            Some(basis) => language.say("mail-price-for").with("price", price).with("basis", basis),
            None => language.say("mail-amount").with("price", price),
        };
        lines.push(line(language.say("mail-price"), amount));
    }
    lines
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
        ..5 => Said::new("mail-just-now"),
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
