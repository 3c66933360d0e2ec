//! What we say to people: one catalogue of messages (Project Fluent) in every language, and days, times, spans, numbers and
//! money as that language writes them. Promises that a page and a mail say the same thing alike, and that what came from
//! outside stands in a message as plain text. Never decides what is said, and never escapes: that is the template's.

mod arg;
mod bundle;
mod language;
mod phrase;
mod write;

pub use arg::{Arg, Argument};
pub use language::Language;
pub use phrase::{Phrase, Said};

/// The messages of one language as their files stand in `crates/words/locales`: the file's name and its text.
#[must_use]
pub fn catalogue(language: Language) -> &'static [(&'static str, &'static str)] {
    bundle::files(language)
}
