//! Reference tokens: 256 random bits that mean nothing by themselves.
//!
//! Promises: what is kept of a token is its SHA-256, which opens nothing. Never shows one in `Debug`, and never draws
//! one: chance is an argument.

use sha2::{Digest, Sha256};
use std::fmt;

/// 256 bits in the url-safe alphabet of base 64 (RFC 4648, section 5), without padding.
const DIGITS: usize = 43;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Not a token: another length or a foreign character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct NotAToken;

/// A token in the clear: just minted, or as somebody presented it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([secret])")
    }
}

impl Token {
    /// A new token from 32 random bytes.
    pub fn mint(random: [u8; 32]) -> Token {
        Token(base64url(&random))
    }

    /// Reads what somebody presents.
    pub fn parse(text: &str) -> Result<Token, NotAToken> {
        if text.len() == DIGITS && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            return Ok(Token(text.to_owned()));
        }
        Err(NotAToken)
    }

    /// What a database keeps of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Another token that only who holds this one can make, for one purpose. From it this one cannot be found. A token has one
    /// length, so that no two purposes run into it alike.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Token {
        let mut digest = Sha256::new();
        digest.update(purpose);
        digest.update([0]);
        digest.update(&self.0);
        Token(base64url(&digest.finalize().into()))
    }

    /// The whole token, for whom it is made.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn base64url(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(DIGITS);
    for chunk in bytes.chunks(3) {
        let three = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(three >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sr_ses_02_a_token_has_256_bits_and_no_debug() {
        let token = Token::mint([0xff; 32]);
        assert_eq!(token.expose(), format!("{}8", "_".repeat(42)), "43 digits of 6 bits hold 256");
        assert_eq!(format!("{token:?} {token:#?}"), "Token([secret]) Token([secret])");
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_leads_nowhere_back() {
        let token = Token::mint([7; 32]);
        let csrf = token.derive("csrf");
        assert_eq!(csrf, token.derive("csrf"));
        assert_ne!(csrf, token.derive("nonce"));
        assert_ne!(csrf.hash(), token.hash());
    }

    #[test]
    fn other_lengths_and_characters_are_refused() {
        let good = Token::mint([1; 32]);
        for wrong in ["", "x", &good.expose()[1..], &format!("{}x", good.expose()), &good.expose().replace('A', "+")] {
            assert_eq!(Token::parse(wrong), Err(NotAToken), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_minted_token_parses_and_different_bytes_have_different_hashes(one in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let token = Token::mint(one);
            prop_assert_eq!(Token::parse(token.expose()).unwrap().hash(), token.hash());
            prop_assert_eq!(one == other, Token::mint(other).hash() == token.hash());
        }
    }
}
