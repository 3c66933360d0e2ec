//! What a browser keeps of its attempt to sign in: a token, and where it goes afterwards. Promises that an attempt is found by both
//! together, so that neither can be exchanged for another, and that nobody but the browser keeps the address: it may be a link that
//! redeems something. Never shows either in `Debug`.

use super::return_to::ReturnTo;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::token::Token;
use std::fmt;

/// The value of [`super::COOKIE`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AttemptCookie {
    token: Token,
    pub(crate) return_to: ReturnTo,
}

impl fmt::Debug for AttemptCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptCookie([secret])")
    }
}

impl AttemptCookie {
    /// A new one, of a token that nobody had before.
    pub(crate) fn new(token: Token, return_to: ReturnTo) -> AttemptCookie {
        AttemptCookie { token, return_to }
    }

    /// Reads what a browser presents.
    pub(crate) fn parse(text: &str) -> Option<AttemptCookie> {
        let (token, return_to) = text.split_once('.')?;
        let return_to = String::from_utf8(URL_SAFE_NO_PAD.decode(return_to).ok()?).ok()?;
        Some(AttemptCookie { token: Token::parse(token).ok()?, return_to: ReturnTo::parse(&return_to) })
    }

    /// What the browser is given: letters and digits, whatever the address is made of.
    pub(crate) fn value(&self) -> String {
        format!("{}.{}", self.token.expose(), URL_SAFE_NO_PAD.encode(self.return_to.as_str()))
    }

    /// What the attempt is found by. Who changes the address has another one.
    pub(crate) fn proof(&self) -> Token {
        self.token.derive(self.return_to.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cookie(seed: u8, return_to: &str) -> AttemptCookie {
        AttemptCookie::new(Token::mint([seed; 32]), ReturnTo::parse(return_to))
    }

    #[test]
    fn sr_aut_07_a_browser_is_given_what_fits_into_a_cookie_and_shows_in_no_log() {
        let longest = format!("/{}", "a".repeat(511));
        let value = cookie(1, &longest).value();
        assert!(value.len() < 1_000 && value.len() > 512, "browsers keep 4,096 bytes of a cookie");
        assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        assert_eq!(format!("{:?}", cookie(1, "/account")), "AttemptCookie([secret])");
    }

    #[test]
    fn what_is_no_cookie_of_ours_is_none() {
        let good = cookie(1, "/account").value();
        let token = good.split('.').next().unwrap();
        for wrong in ["", ".", token, &format!("{token}.%"), &format!("{token}./account"), &good[1..]] {
            assert_eq!(AttemptCookie::parse(wrong), None, "{wrong}");
        }
        assert_eq!(AttemptCookie::parse(&format!("{token}.")), Some(cookie(1, "/")));
    }

    proptest! {
        #[test]
        fn sr_aut_07_an_attempt_is_found_by_the_token_and_the_address_together(
            (one, other) in (0_u8..3, 0_u8..3),
            (here, there) in ("/[a-c;,\"%2c]{0,2}", "/[a-c;,\"%2c]{0,2}"),
        ) {
            let (one, other) = (cookie(one, &here), cookie(other, &there));
            prop_assert_eq!(AttemptCookie::parse(&one.value()), Some(one.clone()));
            prop_assert_eq!(one == other, one.proof() == other.proof());
        }
    }
}
