//! The mails that say that we cannot check, and that we can again: what, since when, the last good check on the person's
//! clock, what we do about it, and that nothing is needed. One of each per outage; calm, plain, numerals.

use super::{
    Mailer,
    words::{Line, Mark, Words, line, one_line, pause, time},
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
        let told = match notice.facts.notice {
            Notice::Degraded => degraded(notice, self.clock.now()),
            Notice::Recovered => recovered(notice, self.clock.now()),
        };
        let words = Words {
            mark: Mark::quiet(told.mark),
            headline: told.headline,
            lead: vec![told.lead],
            lines: told.lines.into(),
            next: vec![told.next],
            button: None,
            answers: Vec::new(),
            notes: pause(notice.last_until, &notice.zone).into_iter().collect(),
            why: "You get this mail because a watch of yours waits for this operator.".to_owned(),
            unsubscribe_url: Some(self.url(unsubscribe)?),
        };
        self.message(&notice.address, notice.message_id, &words)
    }
}

/// What a notice says.
struct Telling {
    mark: &'static str,
    headline: String,
    lead: String,
    lines: [Line; 3],
    next: String,
}

fn degraded(notice: &NoticeRow, now: DateTime<Utc>) -> Telling {
    let operator = one_line(&notice.operator_name);
    let missed: Vec<_> = notice.checks.iter().filter(|check| check.missed_since(now).is_some()).collect();
    let since = missed.iter().filter_map(|check| check.missed_since(now)).min().unwrap_or(notice.noticed_at);
    let last_good = missed.iter().map(|check| check.checks.last_check(check.plan)).min().flatten();
    let routes = routes(notice.operator, missed.iter().map(|check| &check.question));
    let (lead, next) = match notice.cause {
        Cause::Failing => (
            format!("Some pages of {operator} do not give us answers we can rely on."),
            "We keep trying, less often while it fails, and check as usual as soon as the answers are good again.",
        ),
        Cause::Silent => (
            format!("{operator} does not answer us at the moment."),
            "We keep trying, less often while it fails, and check as usual as soon as it answers.",
        ),
        Cause::Off => {
            (format!("We have paused our checks of {operator}."), "We check as usual as soon as the pause is over.")
        }
    };
    Telling {
        mark: "◌ Not checked",
        headline: format!("We cannot check {operator} at the moment"),
        lead: format!("{lead} Until that changes we cannot tell you of space there."),
        lines: [
            line("Not checked", routes),
            line("Since", time(since, &notice.zone)),
            line("Last good check", last_good.map_or_else(|| "none yet".to_owned(), |at| time(at, &notice.zone))),
        ],
        next: format!(
            "{next} Your watches stay as they are and you need to do nothing. We write once more when checks work again."
        ),
    }
}

fn recovered(notice: &NoticeRow, now: DateTime<Utc>) -> Telling {
    let operator = one_line(&notice.operator_name);
    let last_good = notice.checks.iter().map(|check| check.checks.last_check(check.plan)).min().flatten();
    let routes = routes(notice.operator, notice.checks.iter().map(|check| &check.question));
    Telling {
        mark: "● Checked again",
        headline: format!("We check {operator} again"),
        lead: format!("We told you that we could not check {operator}. Checks work again for everything you wait for there."),
        lines: [
            line("Checked", routes),
            line("Again since", time(notice.good_since.unwrap_or(now), &notice.zone)),
            line("Last good check", last_good.map_or_else(|| "none yet".to_owned(), |at| time(at, &notice.zone))),
        ],
        next: "Your watches stayed as they are and you need to do nothing. Space that came and went meanwhile we could not see; what is open now you hear of as usual."
            .to_owned(),
    }
}

/// What is looked at, by the names of the terminals.
fn routes<'a>(operator: Operator, questions: impl Iterator<Item = &'a Question>) -> String {
    let places: BTreeSet<String> = questions.map(|question| question.place_in_words(operator)).collect();
    let named = places.iter().take(ROUTES_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    match places.len().saturating_sub(ROUTES_NAMED) {
        0 => named,
        1 => format!("{named}; and 1 more route"),
        more => format!("{named}; and {more} more routes"),
    }
}
