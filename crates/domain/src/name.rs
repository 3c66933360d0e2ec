//! Names that people give themselves and their tenants. Others read them, in pages and in mail.
//!
//! Promises: one line of 1 to [`MAX_CHARS`] printable characters, in which no mail program sees a link. A refusal is a
//! sentence that says what to change. Never changes what was typed but for white space.

use crate::text::{has_link, one_line};

/// The longest name, in characters.
pub const MAX_CHARS: usize = 60;

/// A name that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// Nothing in it can be read.
    #[error("Enter a name.")]
    Empty,
    /// More than [`MAX_CHARS`].
    #[error("A name has at most {MAX_CHARS} characters.")]
    TooLong,
    /// Others would get it as a link.
    #[error("A name cannot hold a web or mail address: leave out dots inside words, // and @.")]
    Link,
}

impl Name {
    /// Reads what somebody typed.
    pub fn parse(text: &str) -> Result<Name, NotAName> {
        let line = one_line(text, MAX_CHARS + 1);
        if line.is_empty() {
            return Err(NotAName::Empty);
        }
        if line.chars().count() > MAX_CHARS {
            return Err(NotAName::TooLong);
        }
        if has_link(&line) { Err(NotAName::Link) } else { Ok(Name(line)) }
    }

    /// What can be kept of a name that somebody else wrote, such as a provider of identities; `otherwise` when nothing can.
    pub fn salvage(text: &str, otherwise: &str) -> Name {
        let short: String = one_line(text, MAX_CHARS);
        Name::parse(&short).or_else(|_| Name::parse(otherwise)).unwrap_or_else(|_| Name("Somebody".to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_readable_line_without_links() {
        assert_eq!(Name::parse("  Zoë  O'Neil-Łuk "), Ok(Name("Zoë O'Neil-Łuk".to_owned())));
        assert_eq!(Name::parse("Smith & Sons Ltd."), Ok(Name("Smith & Sons Ltd.".to_owned())));
        assert_eq!(Name::parse(" \u{202e} "), Err(NotAName::Empty));
        assert_eq!(Name::parse(&"x".repeat(61)), Err(NotAName::TooLong));
        assert!(Name::parse(&"ž".repeat(60)).is_ok());
        for link in ["evil.example", "Win at https://evil", "write to eve@evil"] {
            assert_eq!(Name::parse(link), Err(NotAName::Link), "{link}");
        }
    }

    #[test]
    fn a_providers_name_is_kept_where_it_can_be() {
        assert_eq!(Name::salvage("Alice", "x").as_str(), "Alice");
        assert_eq!(Name::salvage("evil.example", "Alice").as_str(), "Alice");
        assert_eq!(Name::salvage("\u{0}", "a@b").as_str(), "Somebody");
    }
}
