//! Makes operators' text harmless to keep: one line, printable, short.
//!
//! Promises: no control, direction or invisible character and no line break passes, and nothing longer than asked.
//! Never escapes: each page and mail escapes for itself.

/// The longest excerpt of a page that an error quotes.
const MAX_EXCERPT_CHARS: usize = 80;

/// The text on one line, its white space collapsed, cut at `max_chars`.
pub(super) fn clean(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    // Where nothing printable comes for long, looking further is not worth it.
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if chars > 0 {
            line.push(' ');
            chars += 1;
        }
        for character in word.chars().filter(|character| !is_unprintable(*character)) {
            if chars >= max_chars {
                return line.trim_end().to_owned();
            }
            line.push(character);
            chars += 1;
        }
    }
    line.trim_end().to_owned()
}

/// What an error says it found: a short quotation, or that nothing was there.
pub(super) fn excerpt(text: &str) -> String {
    let line = clean(text, MAX_EXCERPT_CHARS);
    if line.is_empty() { "nothing".to_owned() } else { format!("\"{line}\"") }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Characters that turn, join or hide text: bidirectional controls, zero-width characters, tags, the replacement mark.
fn is_unprintable(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_short_printable_line() {
        assert_eq!(clean("  Coastal\r\n\t Celebration\u{0}\u{202e} ", 80), "Coastal Celebration");
        assert_eq!(clean("a\u{200b}b\u{2066}c", 80), "abc");
        assert_eq!(clean("\u{202e}", 80), "");
        assert_eq!(clean("long name", 6), "long n");
        assert_eq!(excerpt(" \n "), "nothing");
    }
}
