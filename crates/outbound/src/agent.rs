//! The name we give ourselves.
//!
//! Operators see who asks and where to complain; there is no way to send any other name.

use http::HeaderValue;
use url::Url;

/// The product token: what robots.txt files address us by.
pub(crate) const PRODUCT: &str = "FerryAlertBot";

/// The value of our `User-Agent` header: `FerryAlertBot/1.0 (+<base url>/bot; <contact>)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(pub(crate) HeaderValue);

/// Why a user agent could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the contact must be a plain address of 3 to 200 characters, without spaces or brackets")]
pub struct AgentError;

impl UserAgent {
    /// Names this deployment: its public base URL and an address that people read.
    ///
    /// # Errors
    /// When the contact would not fit inside the comment of a header.
    pub fn new(base_url: &Url, contact: &str) -> Result<Self, AgentError> {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | ';' | '\\' | '"');
        if !(3..=200).contains(&contact.len()) || !contact.chars().all(plain) {
            return Err(AgentError);
        }
        let base = base_url.as_str().trim_end_matches('/');
        let text = format!("{PRODUCT}/1.0 (+{base}/bot; {contact})");
        HeaderValue::from_str(&text).map(Self).map_err(|_| AgentError)
    }

    /// The header's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or(PRODUCT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_names_us_and_a_contact() {
        let base = Url::parse("https://ferryalert.example/").unwrap();
        let agent = UserAgent::new(&base, "bot@ferryalert.example").unwrap();
        assert_eq!(agent.as_str(), "FerryAlertBot/1.0 (+https://ferryalert.example/bot; bot@ferryalert.example)");
    }

    #[test]
    fn a_contact_cannot_break_out_of_the_comment() {
        let base = Url::parse("https://ferryalert.example/").unwrap();
        for contact in ["", "a b", "a)b", "a\r\nX: y", "a;b", "é@example.test"] {
            assert_eq!(UserAgent::new(&base, contact), Err(AgentError), "{contact:?}");
        }
    }
}
