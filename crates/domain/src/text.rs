//! Operator text: what an operator wrote and people will read, such as a ship's name.
//!
//! Promises: however it was made, it is one line of at most [`MAX_CHARS`] printable characters, without control,
//! direction or invisible characters, and nothing in it is a link to a mail program: those make links of bare hosts too.
//! Never escapes: each page and mail escapes for itself.

use serde::{Deserialize, Serialize};

/// The longest text of an operator that is kept, in characters.
pub const MAX_CHARS: usize = 500;

/// One line that an operator wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperatorText(String);

/// A text in which nothing is left to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing in it can be read")]
pub struct Unreadable;

impl OperatorText {
    /// What is readable of a text, cut at `max_chars` and at [`MAX_CHARS`]; nothing if nothing is.
    pub fn read(text: &str, max_chars: usize) -> Option<OperatorText> {
        let line = inert(text, max_chars);
        (!line.is_empty()).then_some(OperatorText(line))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for OperatorText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OperatorText {
    type Error = Unreadable;

    fn try_from(text: String) -> Result<OperatorText, Unreadable> {
        OperatorText::read(&text, MAX_CHARS).ok_or(Unreadable)
    }
}

impl From<OperatorText> for String {
    fn from(text: OperatorText) -> String {
        text.0
    }
}

/// What is readable of a text that others will read in a mail: one line, cut at `max_chars` and at [`MAX_CHARS`], in which no
/// mail program sees a link.
pub fn inert(text: &str, max_chars: usize) -> String {
    unlinked(&one_line(text, max_chars), max_chars.min(MAX_CHARS))
}

/// Whether a mail program would make a link of something in this line.
pub(crate) fn has_link(line: &str) -> bool {
    unlinked(line, usize::MAX) != line
}

/// A text on one line, its white space collapsed, printable, cut at `max_chars` and at [`MAX_CHARS`].
pub fn one_line(text: &str, max_chars: usize) -> String {
    let (mut line, mut chars) = (String::new(), 0);
    for word in text.split(is_blank) {
        let mut visible = word.chars().filter(|character| !is_invisible(*character)).peekable();
        if chars > 0 && visible.peek().is_some() {
            line.push(' ');
            chars += 1;
        }
        for character in visible {
            if chars >= max_chars.min(MAX_CHARS) {
                return line.trim_end().to_owned();
            }
            line.push(character);
            chars += 1;
        }
    }
    line.trim_end().to_owned()
}

/// Takes a line apart where a mail program would see a link: behind a stop inside a word, behind the colon of a scheme,
/// and around the sign of an address.
fn unlinked(line: &str, max_chars: usize) -> String {
    let mut apart = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let inside = apart.chars().next_back().is_some_and(|before| before != ' ');
        let goes_on = rest.peek().is_some_and(|after| *after != ' ');
        match character {
            '@' if inside && goes_on => apart.push_str(" @ "),
            '@' if goes_on => apart.push_str("@ "),
            _ => {
                apart.push(character);
                if goes_on && (is_stop(character) || (character == ':' && rest.peek() == Some(&'/'))) {
                    apart.push(' ');
                }
            }
        }
    }
    // Cutting may leave a space at the end, which reading it again would take away.
    apart.chars().take(max_chars).collect::<String>().trim_end().to_owned()
}

/// The full stop, and the characters that names of hosts take for one (UTS 46).
fn is_stop(character: char) -> bool {
    matches!(character, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Characters that turn, join, fill or hide text: bidirectional controls, zero-width characters, blanks that are no white
/// space, variation selectors, tags, the replacement mark.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        OperatorText::read(text, 80).map(String::from).unwrap_or_default()
    }

    #[test]
    fn hostile_text_becomes_one_short_printable_line() {
        assert_eq!(read("  Coastal\r\n\t Celebration\u{0}\u{202e} "), "Coastal Celebration");
        assert_eq!(read("a\u{200b}b\u{2066}c"), "abc");
        assert_eq!(OperatorText::read("\u{202e} \u{3164}", 80), None);
        assert_eq!(OperatorText::read("long name", 6).unwrap().as_str(), "long n");
        assert_eq!(OperatorText::read(&"x".repeat(10_000), 10_000).unwrap().as_str().len(), MAX_CHARS);
    }

    #[test]
    fn no_mail_program_makes_a_link_of_it() {
        assert_eq!(read("https://evil.example/login"), "https: //evil. example/login");
        assert_eq!(read("www.evil.example"), "www. evil. example");
        assert_eq!(read("evil。example"), "evil。 example");
        assert_eq!(read("ev\u{200b}il.\u{200d}example"), "evil. example");
        assert_eq!(read("mail eve@evil.example"), "mail eve @ evil. example");
        assert_eq!(read("M.V. Coho"), "M. V. Coho");
        assert_eq!(read("St. Ola"), "St. Ola", "and what is none stays as it is");
    }

    proptest! {
        #[test]
        fn what_was_read_reads_the_same_again(text in "\\PC{0,90}|[a.:/@\u{202e} \r\n]{0,700}", max in 0_usize..700) {
            if let Some(read) = OperatorText::read(&text, max) {
                let line = read.as_str();
                prop_assert!(line.chars().count() <= max.min(MAX_CHARS) && !line.is_empty());
                prop_assert!(!line.chars().any(|c| c.is_control() || is_invisible(c)), "{:?}", line);
                prop_assert!(!line.contains("://"));
                prop_assert_eq!(OperatorText::read(line, max), Some(read.clone()));
                let json = serde_json::to_string(&read).unwrap();
                prop_assert_eq!(serde_json::from_str::<OperatorText>(&json).unwrap(), read);
            }
        }
    }
}
