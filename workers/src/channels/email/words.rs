//! What every mail is made of, whatever it is about: one headline, at most one button, the facts, why it came; all of it in the language
//! of whom it goes to. One HTML and one text part show the same words. Never a word of a person or an operator that a mail program could
//! take for a link.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use words::{Argument, Language, Phrase, Said};

/// The words of a mail, in the order in which they are read.
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) mark: Mark,
    pub(super) subject: String,
    /// What stands largest; the subject without what the board tells.
    pub(super) headline: String,
    /// Before the button.
    pub(super) lead: Vec<String>,
    pub(super) board: Board,
    pub(super) button: Option<Link>,
    pub(super) answers: Vec<Answer>,
    pub(super) lines: Vec<Line>,
    /// After the facts: what happens next, what to do.
    pub(super) next: Vec<String>,
    /// Below the card.
    pub(super) notes: Vec<String>,
    /// Why the mail came.
    pub(super) why: String,
    /// Where the same is shown as it is now.
    pub(super) page: Option<Link>,
    pub(super) unsubscribe_url: Option<String>,
}

/// A signal: shape and word, and the one colour that is loud.
pub(super) struct Mark {
    pub(super) words: String,
    pub(super) is_open: bool,
}

/// What one reads at a glance, as on a departure board.
#[derive(Default)]
pub(super) struct Board {
    /// Way and time.
    pub(super) sailings: Vec<Line>,
    /// How many, for how much.
    pub(super) figures: Vec<Line>,
}

impl Board {
    fn is_empty(&self) -> bool {
        self.sailings.is_empty() && self.figures.is_empty()
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.sailings.iter().chain(&self.figures)
    }
}

/// A row of facts.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) value: String,
}

pub(super) fn line(label: Phrase, value: impl ToString) -> Line {
    Line { label: label.to_string(), value: value.to_string() }
}

/// Somewhere to go.
pub(super) struct Link {
    pub(super) words: String,
    pub(super) url: String,
}

/// A link that answers a question.
pub(super) struct Answer {
    pub(super) question: String,
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
    /// A mail with a mark that is not loud, a headline and a reason, and nothing else yet.
    pub(super) fn quiet(language: Language, mark: Phrase, headline: Phrase, why: Phrase) -> Words {
        let headline = headline.to_string();
        Words {
            language,
            mark: Mark { words: mark.to_string(), is_open: false },
            subject: headline.clone(),
            headline,
            lead: Vec::new(),
            board: Board::default(),
            button: None,
            answers: Vec::new(),
            lines: Vec::new(),
            next: Vec::new(),
            notes: Vec::new(),
            why: why.to_string(),
            page: None,
            unsubscribe_url: None,
        }
    }

    /// The text part and the HTML part.
    pub(super) fn parts(&self) -> askama::Result<(String, String)> {
        Ok((TextPart { mail: self }.render()?, HtmlPart { mail: self }.render()?))
    }

    fn stop(&self) -> Phrase {
        self.language.say("mail-stop-all")
    }

    /// A line as text.
    fn line(&self, label: impl Argument, value: impl Argument) -> Phrase {
        Said::line(label, value).inside(self.language)
    }
}

/// The language of a person; English for who has none that we speak.
pub(super) fn language_of(locale: &str) -> Language {
    Language::of_tag(locale).unwrap_or_default()
}

/// Text from outside as one line: no control characters, and not longer than a line of a mail may show.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// An instant on the clock of somebody's zone, which is named.
pub(super) fn time(at: DateTime<Utc>, zone: &str) -> Said {
    let local = at.with_timezone(&zone_of(zone));
    Said::new("moment-exact").with("at", local.naive_local()).with("zone", local.format("%Z").to_string())
}

/// The zone of a person; UTC for who has none that we know.
pub(super) fn zone_of(zone: &str) -> Tz {
    zone.parse().unwrap_or(Tz::UTC)
}

/// What the last mail before a cap says.
pub(super) fn pause(until: Option<DateTime<Utc>>, zone: &str) -> Option<Said> {
    until.map(|until| Said::new("mail-pause").with("until", time(until, zone)))
}
