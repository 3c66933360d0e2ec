//! The frame of the simulator's pages: look, buoys, escaping.
//!
//! Promises: every text that comes from outside is escaped; pages work without scripts, in light and dark, on a phone.

use domain::operator::Operator;

/// The style sheet, served on its own.
pub(super) const LOOK_CSS: &str = include_str!("look.css");

/// Escapes text for HTML, inside elements and quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page. `title` is plain text, `head` and `body` are markup.
pub(super) fn page(title: &str, head: &str, body: &str) -> String {
    let title = escape(title);
    let link = |operator: &Operator| {
        let name = escape(operator.manifest().name.trim_end_matches(" (simulated)"));
        format!("<a href=\"/sim?operator={operator}\">{name}</a> ")
    };
    let operators: String = Operator::ALL.iter().map(link).collect();
    format!(
        r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · FerryAlert simulator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/sim/look.css">
{head}</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header>
<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 19c2 0 2-1.4 4-1.4S8 19 10 19s2-1.4 4-1.4S16 19 18 19s2-1.4 4-1.4M5 15l-1-4h16l-2 4M8 11V7h8v4M11 7V4"/></svg> Simulator</p>
<nav aria-label="Simulator">
{operators}<a href="/inbox">Inbox</a> <a href="/sim/requests">Requests</a>
</nav>
</header>
<main id="main">
{body}</main>
</body>
</html>
"##
    )
}

/// A state as a buoy: colour, shape and word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buoy {
    /// Green starboard cone.
    Open,
    /// Red port can.
    Full,
    /// Hollow ring.
    NotReleased,
    /// Barred circle.
    Cancelled,
}

impl Buoy {
    /// The drawing and the word.
    pub(super) fn markup(self, word: &str) -> String {
        let (name, drawing) = match self {
            Buoy::Open => ("open", r#"<path d="M12 4 19 17H5zM3 20.5h18"/>"#),
            Buoy::Full => ("full", r#"<path d="M7 5h10v12H7zM3 20.5h18"/>"#),
            Buoy::NotReleased => ("later", r#"<circle cx="12" cy="12" r="7"/>"#),
            Buoy::Cancelled => ("off", r#"<circle cx="12" cy="12" r="8"/><path d="M6.5 17.5 17.5 6.5"/>"#),
        };
        let word = escape(word);
        format!(r#"<span class="buoy {name}"><svg viewBox="0 0 24 24" aria-hidden="true">{drawing}</svg>{word}</span>"#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(escape(r#"<a href='"x&'>"#), "&lt;a href=&#39;&quot;x&amp;&#39;&gt;");
        assert!(page("<b>", "", "").contains("<title>&lt;b&gt;"));
    }
}
