//! Quotes operators' text in errors.
//!
//! Promises: an excerpt is one line, printable and short. Never escapes: each page and mail escapes for itself.

use domain::text::one_line;

/// The longest excerpt of a page that an error quotes.
const MAX_EXCERPT_CHARS: usize = 80;

/// What an error says it found: a short quotation, or that nothing was there.
pub(super) fn excerpt(text: &str) -> String {
    let line = one_line(text, MAX_EXCERPT_CHARS);
    if line.is_empty() { "nothing".to_owned() } else { format!("\"{line}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_printable_line() {
        assert_eq!(excerpt(" \n "), "nothing");
        assert_eq!(excerpt("a\r\n\u{202e}b"), "\"a b\"");
        assert_eq!(excerpt(&"x".repeat(200)).len(), 82);
    }
}
