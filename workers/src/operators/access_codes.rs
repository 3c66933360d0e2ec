//! The access codes that operators give to who registers.
//!
//! Promises: a code goes into a request just before it is sent, and comes out nowhere: not in a log, an error, a row or
//! Redis. An answer that repeats it is not read, for errors and facts may quote an answer. Never asks without a code
//! where one is needed.

use domain::operator::Operator;
use outbound::Request;
use std::collections::BTreeMap;
use telemetry::Secret;

/// The codes that are configured. Cheap enough to clone at the start.
#[derive(Clone, Debug, Default)]
pub struct AccessCodes(BTreeMap<Operator, Secret<String>>);

/// A code that is none. The sentence never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an access code is 8 to 128 letters, digits and hyphens")]
pub struct BadAccessCode;

impl AccessCodes {
    /// Adds an operator's code. Of so few characters that it reads the same in a URL, in JSON and in HTML.
    ///
    /// # Errors
    /// When it has other characters or an unlikely length.
    pub fn add(&mut self, operator: Operator, code: Secret<String>) -> Result<(), BadAccessCode> {
        let text = code.expose();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_plain || !(8..=128).contains(&text.len()) {
            return Err(BadAccessCode);
        }
        self.0.insert(operator, code);
        Ok(())
    }

    /// The setting that is missing, if this operator cannot be asked without one.
    pub fn missing(&self, operator: Operator) -> Option<&'static str> {
        operator.manifest().key_setting.filter(|_| !self.0.contains_key(&operator))
    }

    /// The request as it is sent: its query gets the code. Whoever holds the result sends it and does nothing else.
    #[must_use]
    pub fn signed(&self, operator: Operator, mut request: Request) -> Request {
        if let (Some(name), Some(code)) = (parameter(operator), self.0.get(&operator)) {
            request.url.set_query(Some(&format!("{name}={}", code.expose())));
        }
        request
    }

    /// Whether an answer of this operator repeats its code, in whatever case.
    pub fn repeated_in(&self, operator: Operator, body: &[u8]) -> bool {
        let Some(code) = self.0.get(&operator).map(|code| code.expose().as_bytes()) else { return false };
        body.windows(code.len()).any(|part| part.eq_ignore_ascii_case(code))
    }
}

/// The query parameter that carries an operator's code; the connector's address has it, empty.
pub(super) fn parameter(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Wsf => Some("apiaccesscode"),
        Operator::Harbour | Operator::BcFerries | Operator::Brittany => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_needs_a_code_has_a_place_for_it() {
        for &operator in Operator::ALL {
            let needs = operator.manifest().key_setting.is_some();
            assert_eq!(needs, parameter(operator).is_some(), "{operator}");
            assert_eq!(AccessCodes::default().missing(operator).is_some(), needs, "{operator}");
        }
    }

    #[test]
    fn only_plain_codes_are_taken_and_none_is_printed() {
        let mut codes = AccessCodes::default();
        for bad in ["short", "with space", "per%20cent", "a&b=cdefgh", &"x".repeat(129)] {
            assert_eq!(codes.add(Operator::Wsf, Secret::new(bad.to_owned())), Err(BadAccessCode), "{bad}");
        }
        codes.add(Operator::Wsf, Secret::new("canary-0123".to_owned())).unwrap();
        assert!(!format!("{codes:?}").contains("canary"));
        assert_eq!(codes.missing(Operator::Wsf), None);
        assert!(codes.repeated_in(Operator::Wsf, b"<p>No such code: CANARY-0123</p>"));
        assert!(!codes.repeated_in(Operator::Wsf, b"[]"));
        assert!(!codes.repeated_in(Operator::Harbour, b"canary-0123"));
    }
}
