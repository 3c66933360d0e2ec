//! What a provider sends back through the browser, as far as it can be read before anything is believed. Never takes a field that is
//! given twice, or a code beside an error.

use domain::token::Token;
use oauth2::AuthorizationCode;
use std::{borrow::Cow, collections::HashMap};
use url::form_urlencoded;

/// The fields that are passed on; whatever else providers add is dropped.
const FIELDS: [&str; 4] = ["state", "code", "iss", "error"];
const CODE_CHARS_MAX: usize = 4_096;
const ISSUER_CHARS_MAX: usize = 255;
const ERROR_CHARS_MAX: usize = 40;

/// An answer.
pub(crate) struct Answer {
    pub(crate) state: Token,
    /// Who says it is from (RFC 9207).
    pub(crate) iss: Option<String>,
    pub(crate) outcome: Outcome,
}

/// What it says.
pub(crate) enum Outcome {
    /// Here is what proves who came.
    Code(AuthorizationCode),
    /// Nobody was signed in; why, as one word.
    Refused(String),
}

impl Answer {
    /// Reads a query or a form.
    pub(crate) fn parse(encoded: &[u8]) -> Option<Answer> {
        let mut fields = fields(encoded)?;
        let state = Token::parse(&fields.remove("state")?).ok()?;
        let iss = fields.remove("iss").map(Cow::into_owned);
        if iss.as_ref().is_some_and(|iss| iss.len() > ISSUER_CHARS_MAX) {
            return None;
        }
        let outcome = match (fields.remove("error"), fields.remove("code")) {
            (Some(error), _) => {
                let is_word = |c: &char| c.is_ascii_lowercase() || *c == '_';
                Outcome::Refused(error.chars().filter(is_word).take(ERROR_CHARS_MAX).collect())
            }
            (None, Some(code)) if !code.is_empty() && code.len() <= CODE_CHARS_MAX => {
                Outcome::Code(AuthorizationCode::new(code.into_owned()))
            }
            (None, _) => return None,
        };
        Some(Answer { state, iss, outcome })
    }

    /// The query that brings the fields of a posted form by GET.
    pub(crate) fn query_of_form(encoded: &[u8]) -> Option<String> {
        Answer::parse(encoded)?;
        let fields = fields(encoded)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in FIELDS {
            if let Some(value) = fields.get(name) {
                query.append_pair(name, value);
            }
        }
        Some(query.finish())
    }
}

fn fields(encoded: &[u8]) -> Option<HashMap<String, Cow<'_, str>>> {
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(encoded).filter(|(name, _)| FIELDS.contains(&&**name)) {
        if fields.insert(name.into_owned(), value).is_some() {
            return None;
        }
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_state_and_either_a_code_or_an_error_each_given_once() {
        let state = Token::mint([5; 32]);
        let state = state.expose();
        let read = |text: &str| Answer::parse(text.replace("STATE", state).as_bytes());
        assert!(matches!(read("state=STATE&code=x&scope=openid&hd=a"), Some(Answer { outcome: Outcome::Code(_), .. })));
        let refused = |text: &str| match read(text).map(|answer| answer.outcome) {
            Some(Outcome::Refused(why)) => why,
            _ => panic!("{text}"),
        };
        assert_eq!(refused("state=STATE&error=access_denied&code=x"), "access_denied");
        assert_eq!(refused("state=STATE&error=%0d%0aX-Evil:+a_b"), "vila_b");
        let long = format!("state=STATE&code={}", "x".repeat(5_000));
        for wrong in [
            "",
            "code=x",
            "state=STATE",
            "state=STATE&code=",
            "state=x&code=x",
            "state=STATE&state=STATE&code=x",
            "state=STATE&code=x&code=y",
            "state=STATE&code=x&iss=a&iss=b",
            &long,
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_form_becomes_a_query_of_what_is_known() {
        let state = Token::mint([5; 32]);
        let form = format!("user=%7B%7D&code=a%26b&state={}&iss=https%3A%2F%2Fid.test", state.expose());
        let expected = format!("state={}&code=a%26b&iss=https%3A%2F%2Fid.test", state.expose());
        assert_eq!(Answer::query_of_form(form.as_bytes()), Some(expected));
        assert_eq!(Answer::query_of_form(b"code=x"), None);
    }
}
