//! The mails that say that we cannot check, and that we can again: what, since when, the last good check on the person's
//! clock, what we do about it, and that nothing is needed. One of each per outage; calm, plain, numerals, in the person's language.

use super::{
    Mailer,
    words::{Line, Words, language_of, line, one_line, pause, time},
};
use crate::channels::Sent;
use chrono::{DateTime, Utc};
use domain::{
    operator::Operator,
    outage::{Cause, Notice},
    target::Question,
};
use lettre::Message;
use std::collections::BTreeSet;
use store::outage::NoticeRow;
use words::{Language, Phrase, Said};

/// Routes named at most; the others are counted.
const ROUTES_NAMED: usize = 3;

impl Mailer {
    /// Sends one attempt of a notice.
    pub async fn send_notice(&self, notice: &NoticeRow, unsubscribe: &str) -> Sent {
        self.hand_over(self.compose_notice(notice, unsubscribe)).await
    }

    /// The message of a notice, under the Message-ID that all its attempts share.
    ///
    /// # Errors
    /// When an address or a header value is none.
    pub fn compose_notice(&self, notice: &NoticeRow, unsubscribe: &str) -> anyhow::Result<Message> {
        let language = language_of(&notice.locale);
        let told = match notice.facts.notice {
            Notice::Degraded => degraded(notice, language, self.clock.now()),
            Notice::Recovered => recovered(notice, language, self.clock.now()),
        };
        let pause = pause(notice.last_until, &notice.zone).map(|pause| pause.inside(language).to_string());
        let words = Words {
            lead: vec![told.lead.to_string()],
            lines: told.lines.into(),
            next: vec![told.next.to_string()],
            notes: pause.into_iter().collect(),
            unsubscribe_url: Some(self.url(unsubscribe)?),
            ..Words::quiet(language, told.mark, told.headline, language.say("mail-notice-why"))
        };
        self.message(&notice.address, notice.message_id, &words)
    }
}

/// What a notice says.
struct Telling {
    mark: Phrase,
    headline: Phrase,
    lead: Phrase,
    lines: [Line; 3],
    next: Phrase,
}

fn degraded(notice: &NoticeRow, language: Language, now: DateTime<Utc>) -> Telling {
    let operator = one_line(&notice.operator_name);
    let missed: Vec<_> = notice.checks.iter().filter(|check| check.missed_since(now).is_some()).collect();
    let since = missed.iter().filter_map(|check| check.missed_since(now)).min().unwrap_or(notice.noticed_at);
    let last_good = missed.iter().map(|check| check.checks.last_check(check.plan)).min().flatten();
    let routes = routes((notice.operator, language), missed.iter().map(|check| &check.question));
    let (lead, next) = match notice.cause {
        Cause::Failing => (Said::new("mail-failing"), language.say("mail-failing-next")),
        Cause::Silent => (Said::new("mail-silent"), language.say("mail-silent-next")),
        Cause::Off => (Said::new("mail-off"), language.say("mail-off-next")),
    };
    Telling {
        mark: language.say("mail-mark-not-checked"),
        headline: language.say("mail-degraded").with("operator", operator.clone()),
        lead: language.say("mail-degraded-lead").with("what", lead.with("operator", operator)),
        lines: [
            line(language.say("mail-not-checked"), routes),
            line(language.say("mail-since"), time(since, &notice.zone).inside(language)),
            last_good_line(last_good, &notice.zone, language),
        ],
        next: language.say("mail-degraded-next").with("what", next),
    }
}

fn recovered(notice: &NoticeRow, language: Language, now: DateTime<Utc>) -> Telling {
    let operator = one_line(&notice.operator_name);
    let last_good = notice.checks.iter().map(|check| check.checks.last_check(check.plan)).min().flatten();
    let routes = routes((notice.operator, language), notice.checks.iter().map(|check| &check.question));
    let again = time(notice.good_since.unwrap_or(now), &notice.zone);
    Telling {
        mark: language.say("mail-mark-checked-again"),
        headline: language.say("mail-recovered").with("operator", operator.clone()),
        lead: language.say("mail-recovered-lead").with("operator", operator),
        lines: [
            line(language.say("mail-checked"), routes),
            line(language.say("mail-again-since"), again.inside(language)),
            last_good_line(last_good, &notice.zone, language),
        ],
        next: language.say("mail-recovered-next"),
    }
}

fn last_good_line(at: Option<DateTime<Utc>>, zone: &str, language: Language) -> Line {
    let at = at.map_or(Said::new("mail-none-yet"), |at| time(at, zone));
    line(language.say("mail-last-good"), at.inside(language))
}

/// What is looked at, by the names of the terminals.
fn routes<'a>((operator, language): (Operator, Language), questions: impl Iterator<Item = &'a Question>) -> Phrase {
    let places: BTreeSet<String> =
        questions.map(|question| place(operator, question).inside(language).to_string()).collect();
    let named = Said::list_apart(places.iter().take(ROUTES_NAMED).map(Said::quoted));
    match places.len().saturating_sub(ROUTES_NAMED) {
        0 => named.inside(language),
        more => language.say("mail-routes-more").with("named", named).with("more", more),
    }
}

/// Where a question looks.
fn place(operator: Operator, question: &Question) -> Said {
    let name =
        |code: &str| operator.terminal(code).map_or_else(|| code.to_owned(), |terminal| terminal.name.to_owned());
    match question {
        Question::RouteDay { route, .. } | Question::RouteNow { route } | Question::RouteWeek { route, .. } => {
            match operator.route(route) {
                Some(route) => Said::new("route").with("from", name(route.from)).with("to", name(route.to)),
                None => Said::quoted(route.to_string()),
            }
        }
        Question::TerminalNow { terminal } => Said::new("mail-from").with("from", name(terminal.as_str())),
    }
}
