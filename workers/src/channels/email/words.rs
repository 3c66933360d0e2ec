//! What every mail is made of, whatever it is about: one headline, the facts, at most one button, why it came. One HTML and one text part
//! show the same words. British English, plain, numerals; never a word of a person or an operator that a mail program could
//! take for a link.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The words of a mail, in the order in which they are read.
pub(super) struct Words {
    pub(super) mark: Mark,
    /// Also the subject.
    pub(super) headline: String,
    /// Before the facts.
    pub(super) lead: Vec<String>,
    pub(super) lines: Vec<Line>,
    /// After the facts: what happens next, what to do.
    pub(super) next: Vec<String>,
    pub(super) button: Option<Link>,
    pub(super) answers: Vec<Answer>,
    /// Below the card.
    pub(super) notes: Vec<String>,
    /// Why the mail came.
    pub(super) why: String,
    pub(super) unsubscribe_url: Option<String>,
}

/// A signal: shape and word, and the one colour that is loud.
pub(super) struct Mark {
    pub(super) words: &'static str,
    pub(super) is_open: bool,
}

impl Mark {
    pub(super) fn quiet(words: &'static str) -> Mark {
        Mark { words, is_open: false }
    }
}

/// A row of facts.
pub(super) struct Line {
    pub(super) label: &'static str,
    pub(super) value: String,
}

pub(super) fn line(label: &'static str, value: impl Into<String>) -> Line {
    Line { label, value: value.into() }
}

/// Somewhere to go.
pub(super) struct Link {
    pub(super) words: String,
    pub(super) url: String,
}

/// A link that answers a question.
pub(super) struct Answer {
    pub(super) question: &'static str,
    pub(super) link: Link,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct TextPart<'a> {
    mail: &'a Words,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct HtmlPart<'a> {
    mail: &'a Words,
}

impl Words {
    /// The text part and the HTML part.
    pub(super) fn parts(&self) -> askama::Result<(String, String)> {
        Ok((TextPart { mail: self }.render()?, HtmlPart { mail: self }.render()?))
    }
}

/// Text from outside as one line: no control characters, and not longer than a line of a mail may show.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// An instant on the clock of somebody's zone.
pub(super) fn time(at: DateTime<Utc>, zone: &str) -> String {
    at.with_timezone(&zone_of(zone)).format("%a %-d %b, %H:%M %Z").to_string()
}

/// The zone of a person; UTC for who has none that we know.
pub(super) fn zone_of(zone: &str) -> Tz {
    zone.parse().unwrap_or(Tz::UTC)
}

/// What the last mail before a cap says.
pub(super) fn pause(until: Option<DateTime<Utc>>, zone: &str) -> Option<String> {
    until.map(|until| {
        format!(
            "This is the last of many mails for now. What opens before {} we hold back, and send then if it is still so.",
            time(until, zone)
        )
    })
}
