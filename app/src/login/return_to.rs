//! Where somebody goes after they signed in, or chose a language. Promises a path of this app in its one spelling, or `/`: nothing that a browser could
//! take for another site, another scheme or a second header. Never refuses a sign-in because of it.

use crate::server::HEAD_BYTES_MAX;
use serde::Deserialize;
use url::Url;

/// Longer ones lead to `/`: a cookie keeps them while somebody signs in.
const KEPT_CHARS_MAX: usize = 512;

/// A path with its query, on this app.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct ReturnTo(String);

impl ReturnTo {
    /// What somebody asked for, if it is a path of this app; else `/`.
    #[must_use]
    pub fn parse(text: &str) -> ReturnTo {
        ReturnTo::within(KEPT_CHARS_MAX, text)
    }

    /// The same for what is followed at once and kept nowhere: as long as an address that comes in can be, so that any page leads
    /// back to itself with all that was answered on the way to it.
    #[must_use]
    pub fn at_once(text: &str) -> ReturnTo {
        ReturnTo::within(HEAD_BYTES_MAX, text)
    }

    fn within(chars_max: usize, text: &str) -> ReturnTo {
        let text = Some(text).filter(|text| text.len() <= chars_max);
        text.and_then(local).map_or_else(ReturnTo::home, ReturnTo)
    }

    /// The first page.
    #[must_use]
    pub fn home() -> ReturnTo {
        ReturnTo("/".to_owned())
    }

    /// What is one's own: where a sign-in leads that was asked for nowhere in particular.
    #[must_use]
    pub fn own() -> ReturnTo {
        ReturnTo("/home".to_owned())
    }

    /// As it stands in a `Location`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> ReturnTo {
        ReturnTo::parse(&text)
    }
}

impl Default for ReturnTo {
    fn default() -> ReturnTo {
        ReturnTo::own()
    }
}

fn local(text: &str) -> Option<String> {
    // Browsers drop tabs and line ends, take `\` for `/`, and `//host` is another site.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !is_plain || !text.starts_with('/') || text.starts_with("//") || hides_a_delimiter(text) {
        return None;
    }
    let here = Url::parse("https://here.invalid/").expect("BUG: a URL of our own");
    let there = here.join(text).ok().filter(|there| there.origin() == here.origin() && there.fragment().is_none())?;
    let path = &there[url::Position::BeforePath..];
    // What a parser would rewrite (`/a/../..//evil`) is not followed in either spelling.
    (path == text).then(|| path.to_owned())
}

/// A control character, a slash or a backslash, written as `%xx`: whoever decodes once more would see another address.
fn hides_a_delimiter(text: &str) -> bool {
    let path = text.split('?').next().unwrap_or(text);
    let escape = |at: usize| text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    text.match_indices('%').any(|(at, _)| match escape(at) {
        Some(byte) => byte.is_ascii_control() || (at < path.len() && matches!(byte, b'/' | b'\\' | b'%')),
        None => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_of_ours_is_followed_as_it_stands() {
        for good in [
            "/",
            "/account",
            "/t/7b0c6a5e-1f5d-4c58-9e5f-2d3a4b5c6d7e/watches?page=2&q=a%20b",
            "/account/confirm?return_to=%2Faccount",
            "/r%C3%A9sum%C3%A9",
        ] {
            assert_eq!(ReturnTo::parse(good).as_str(), good);
        }
    }

    #[test]
    fn what_is_kept_is_short_and_what_is_followed_at_once_is_as_long_as_an_address() {
        let of = |chars: usize| format!("/{}", "x".repeat(chars - 1));
        assert_eq!(ReturnTo::parse(&of(KEPT_CHARS_MAX)).as_str(), of(KEPT_CHARS_MAX));
        assert_eq!(ReturnTo::parse(&of(KEPT_CHARS_MAX + 1)), ReturnTo::home());
        assert_eq!(ReturnTo::at_once(&of(HEAD_BYTES_MAX)).as_str(), of(HEAD_BYTES_MAX));
        assert_eq!(ReturnTo::at_once(&of(HEAD_BYTES_MAX + 1)), ReturnTo::home());
    }

    proptest! {
        #[test]
        fn whatever_comes_in_a_browser_stays_here(text in "[/\\\\%?#@:.a-z09\t\r\n é]{0,40}") {
            let base = Url::parse("https://ferryalert.test/login").unwrap();
            for to in [ReturnTo::parse(&text), ReturnTo::at_once(&text)] {
                prop_assert_eq!(base.join(to.as_str()).unwrap().origin(), base.origin());
                prop_assert!(to.as_str().starts_with('/') && to.as_str().is_ascii());
            }
        }
    }
}
