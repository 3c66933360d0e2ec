//! A message with its gaps filled: before its language is known, and in one.

use crate::{Arg, Argument, Language, bundle, write};
use domain::cadence::HeadStart;
use fluent_bundle::{FluentArgs, FluentValue};
use std::fmt;

/// The message that is its gap and nothing else.
const PLAIN: &str = "plain";

/// What is to be said, whatever the language: a message's id and what stands in its gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    id: &'static str,
    args: Vec<(&'static str, Arg)>,
}

impl Said {
    /// A message without gaps, or before they are filled.
    #[must_use]
    pub const fn new(id: &'static str) -> Said {
        Said { id, args: Vec::new() }
    }

    /// Somebody else's words, as they are: an address, the name of a route, of a person or of a provider.
    #[must_use]
    pub fn quoted(text: impl Into<String>) -> Said {
        Said { id: "quoted", args: vec![("text", Arg::Text(text.into()))] }
    }

    /// Words that are no message of ours, as they are: what programs are told, which speak English.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Said {
        Said { id: PLAIN, args: vec![("text", Arg::Text(text.into()))] }
    }

    /// What something is called, and what it is.
    #[must_use]
    pub fn line(label: impl Argument, value: impl Argument) -> Said {
        Said::new("line").with("label", label).with("value", value)
    }

    /// Several things, one after the other.
    #[must_use]
    pub fn list(things: impl IntoIterator<Item = Said>) -> Said {
        Said::joined("list-more", things)
    }

    /// Several things that have commas of their own.
    #[must_use]
    pub fn list_apart(things: impl IntoIterator<Item = Said>) -> Said {
        Said::joined("list-apart", things)
    }

    fn joined(id: &'static str, things: impl IntoIterator<Item = Said>) -> Said {
        let joined = |all: Said, more: Said| Said::new(id).with("all", all).with("more", more);
        things.into_iter().reduce(joined).unwrap_or_else(|| Said::quoted(String::new()))
    }

    /// Whether it is for programs.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.id == PLAIN
    }

    /// Fills a gap.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Said {
        self.args.push((name, value.arg()));
        self
    }

    /// The message's id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The same in a language.
    #[must_use]
    pub const fn inside(self, language: Language) -> Phrase {
        Phrase { said: self, language }
    }
}

impl From<HeadStart> for Said {
    fn from(ahead: HeadStart) -> Said {
        let span = Said::new("span-minutes").with("n", ahead.minutes);
        Said::new("alert-head-start").with("plan", ahead.plan.name()).with("span", span)
    }
}

/// A message in one language; shown, it is the text. Made for templates: `{{ frame.say("watches-running").with("n", n) }}`.
#[derive(Clone, Debug)]
pub struct Phrase {
    said: Said,
    language: Language,
}

impl Phrase {
    /// Fills a gap.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Argument) -> Phrase {
        Phrase { said: self.said.with(name, value), ..self }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut args = FluentArgs::with_capacity(self.said.args.len());
        for (name, arg) in &self.said.args {
            args.set(*name, value(arg, self.language));
        }
        f.write_str(&bundle::text(self.language, self.said.id, &args))
    }
}

fn value(arg: &Arg, language: Language) -> FluentValue<'static> {
    match arg {
        Arg::Count(n) => FluentValue::from(*n),
        Arg::Text(text) => FluentValue::from(text.clone()),
        Arg::Said(said) => FluentValue::from(said.clone().inside(language).to_string()),
        other => FluentValue::from(write::written(other, language)),
    }
}
