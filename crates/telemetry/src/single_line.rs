//! A writer that keeps each event on its line.
//!
//! Promises that no control character but the newline that ends an event reaches the writer below. Never drops or shortens anything.

use std::io::{self, Write};

/// Escapes control characters on the way to `W`. The formatter writes one event in one call.
pub(crate) struct SingleLine<W>(pub(crate) W);

impl<W: Write> Write for SingleLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(escaped(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(event: &str) -> String {
    let (line, end) = event.strip_suffix('\n').map_or((event, ""), |line| (line, "\n"));
    let mut safe = String::with_capacity(event.len());
    for character in line.chars() {
        if is_harmless(character) {
            safe.push(character);
        } else {
            safe.extend(character.escape_default());
        }
    }
    safe + end
}

/// Not a control character, nor one that breaks lines or turns the reading direction.
fn is_harmless(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !character.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Where the events of a test go.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("BUG: a writer panicked").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool) -> String {
        let kept = Kept::default();
        let target = kept.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || SingleLine(target.clone()));
        let hostile = "page\r\n2026-01-01 ERROR forged\u{1b}[2J\u{202e}\u{9b}31m";
        let log = || {
            let _span = tracing::info_span!("poll", note = hostile, shown = %hostile).entered();
            tracing::error!(page = hostile, shown = %hostile, "failed: {hostile}");
        };
        if json {
            tracing::subscriber::with_default(lines.json().finish(), log);
        } else {
            tracing::subscriber::with_default(lines.finish(), log);
        }
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_event_stays_on_its_line_whatever_its_fields_hold() {
        for text in [logged(false), logged(true)] {
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(text.ends_with('\n'));
            assert!(text.trim_end_matches('\n').chars().all(is_harmless), "{text:?}");
            assert!(text.contains("forged") && text.contains("failed"), "{text}");
        }
    }

    #[test]
    fn what_is_harmless_is_left_alone() {
        assert_eq!(escaped("Santoña 🚢 \"x\"\n"), "Santoña 🚢 \"x\"\n");
        assert_eq!(escaped("a\nb\n"), "a\\nb\n");
    }
}
