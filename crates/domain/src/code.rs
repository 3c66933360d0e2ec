//! Short texts that come from outside and become keys.
//!
//! Promises: a code is 1 to 32 (a sailing's key 1 to 64) characters of a small ASCII alphabet, however
//! it was made, so it can stand in a URL, a log line or a key without escaping. Never repairs a text:
//! what does not fit is an error.

use serde::{Deserialize, Serialize};

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing in it.
    #[error("is empty")]
    Empty,
    /// More characters than the bound.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// A character outside of the alphabet.
    #[error("has a character other than letters, digits and {0}")]
    Character(&'static str),
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $max:literal, $signs:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a code; an error says what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, BadCode> {
                if text.is_empty() {
                    return Err(BadCode::Empty);
                }
                if text.len() > $max {
                    return Err(BadCode::TooLong($max));
                }
                if !text.chars().all(|c| c.is_ascii_alphanumeric() || $signs.contains(c)) {
                    return Err(BadCode::Character($signs));
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadCode;

            fn from_str(text: &str) -> Result<Self, BadCode> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadCode;

            fn try_from(text: String) -> Result<Self, BadCode> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }
    };
}

code!(
    /// A route of one operator, in our spelling, such as `POR-SAN`.
    RouteCode, 32, "_-"
);
code!(
    /// A terminal of one operator, such as `POR`.
    TerminalCode, 32, "_-"
);
code!(
    /// An operator's own bucket of vehicles, such as `van` or `oversize`.
    VehicleClass, 32, "_-"
);
code!(
    /// What tells a sailing from the others of its route: the operator's id, or its scheduled local
    /// time with the DST fold. Never an estimated time, which moves.
    SailingKey, 64, "_-.:~"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bad_code_says_what_is_wrong() {
        assert_eq!(RouteCode::parse(""), Err(BadCode::Empty));
        assert_eq!(RouteCode::parse(&"A".repeat(33)), Err(BadCode::TooLong(32)));
        assert_eq!(RouteCode::parse("POR SAN"), Err(BadCode::Character("_-")));
        assert_eq!(RouteCode::parse("POR:SAN"), Err(BadCode::Character("_-")));
        assert!(SailingKey::parse("2026-10-25T02:30~2").is_ok());
    }

    #[test]
    fn serde_holds_the_same_bounds() {
        assert!(serde_json::from_str::<VehicleClass>("\"van\"").is_ok());
        assert!(serde_json::from_str::<VehicleClass>("\"<script>\"").is_err());
        let key = SailingKey::parse("H-17").unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), "\"H-17\"");
    }

    proptest! {
        #[test]
        fn what_parses_needs_no_escaping(text in ".{0,80}") {
            if let Ok(key) = SailingKey::parse(&text) {
                prop_assert_eq!(key.as_str(), &text);
                prop_assert!(text.bytes().all(|b| b.is_ascii_graphic() && !b"&?#%/\\\"'<>+=".contains(&b)));
            }
        }
    }
}
