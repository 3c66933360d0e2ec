//! The mail that arrived: kept as received, read when somebody looks.
//!
//! Promises: every message the sink accepted counts, repeats apart; the newest 10,000 are kept whole. Never runs or fetches anything a
//! message contains.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser, MimeHeaders};
use serde::Serialize;
use tokio::sync::watch;

use super::tally::{Count, Tally};

/// How many messages are kept.
const KEPT: usize = 10_000;

/// One message, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Its number since the start, from 1.
    pub number: u64,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The envelope's sender.
    pub from: String,
    /// The subject, decoded.
    pub subject: String,
    /// The Message-ID without angle brackets.
    pub message_id: String,
    /// Every header in order: name, and value as sent, unfolded.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// When it arrived, in microseconds since 1970.
    pub received_at_us: i64,
}

impl Mail {
    /// The value of the first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The https and http links of the text part, in order.
    pub fn links(&self) -> Vec<String> {
        let text = self.text.as_deref().unwrap_or_default();
        text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(|link| link.trim_end_matches(['.', ',', ')']).to_owned())
            .collect()
    }
}

/// One message as it came in.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) raw: Vec<u8>,
    pub(super) received_at: DateTime<Utc>,
}

/// All messages.
#[derive(Debug)]
pub(super) struct Inbox {
    kept: Mutex<VecDeque<(u64, Received)>>,
    total: watch::Sender<u64>,
    count: Count,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { kept: Mutex::new(VecDeque::new()), total: watch::Sender::new(0), count: Count::default() }
    }

    /// Takes a message in and wakes those who wait for one.
    pub(super) fn deliver(&self, received: Received) {
        self.count.hear(&received.raw, received.received_at);
        let mut kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        let number = *self.total.borrow() + 1;
        kept.push_back((number, received));
        self.total.send_replace(number);
    }

    /// How many messages arrived since the start or the last reset.
    pub(super) fn total(&self) -> u64 {
        *self.total.borrow()
    }

    /// How many messages came, and how many of them twice.
    pub(super) fn tally(&self) -> Tally {
        self.count.tally()
    }

    /// The kept messages, oldest first, read.
    pub(super) fn all(&self) -> Vec<Mail> {
        self.those(|_| true)
    }

    /// The kept messages to one mailbox, oldest first, read.
    pub(super) fn to(&self, mailbox: &str) -> Vec<Mail> {
        self.those(|received| received.to.iter().any(|to| to == mailbox))
    }

    fn those(&self, wanted: impl Fn(&Received) -> bool) -> Vec<Mail> {
        let wanted: Vec<_> = {
            let kept = self.kept.lock().expect("BUG: nothing panics under this lock");
            kept.iter().filter(|(_, received)| wanted(received)).cloned().collect()
        };
        wanted.iter().map(|(number, received)| read(*number, received)).collect()
    }

    /// One message by its number.
    pub(super) fn one(&self, number: u64) -> Option<Mail> {
        let kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        let (number, received) = kept.iter().find(|(known, _)| *known == number)?.clone();
        drop(kept);
        Some(read(number, &received))
    }

    /// Waits until `count` messages arrived.
    pub(super) async fn wait_for(&self, count: u64, timeout: Duration) -> anyhow::Result<Vec<Mail>> {
        let mut total = self.total.subscribe();
        let arrived = tokio::time::timeout(timeout, total.wait_for(|total| *total >= count)).await;
        arrived
            .with_context(|| {
                let total = self.total();
                format!("waited {timeout:?} for {count} messages, {total} arrived")
            })?
            .context("the inbox is gone")?;
        Ok(self.all())
    }

    /// Throws all messages away.
    pub(super) fn clear(&self) {
        let mut kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        kept.clear();
        self.count.clear();
        self.total.send_replace(0);
    }
}

fn read(number: u64, received: &Received) -> Mail {
    let mut mail = Mail {
        number,
        to: received.to.clone(),
        from: received.from.clone(),
        subject: String::new(),
        message_id: String::new(),
        headers: Vec::new(),
        text: None,
        html: None,
        received_at_us: received.received_at.timestamp_micros(),
    };
    let Some(message) = MessageParser::default().parse(&received.raw).filter(|message| !message.parts.is_empty())
    else {
        mail.text = Some(String::from_utf8_lossy(&received.raw).into_owned());
        return mail;
    };
    mail.subject = message.subject().unwrap_or_default().to_owned();
    mail.message_id = message.message_id().unwrap_or_default().to_owned();
    mail.headers = message
        .headers_raw()
        .map(|(name, value)| (name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    mail.text = part(message.text_bodies(), &message, "plain");
    mail.html = part(message.html_bodies(), &message, "html");
    mail
}

/// The first body that really is of the subtype: the parser would otherwise make a text of HTML and the reverse.
fn part<'m>(
    mut bodies: impl Iterator<Item = &'m mail_parser::MessagePart<'m>>,
    message: &Message<'_>,
    subtype: &str,
) -> Option<String> {
    let untyped_is_plain = subtype == "plain" && message.parts.len() == 1;
    bodies
        .find(|part| match part.content_type() {
            Some(kind) => kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case(subtype)),
            None => untyped_is_plain,
        })
        .and_then(|part| part.text_contents())
        .map(str::to_owned)
}
