//! Forged and faulty ID Tokens: each kind is the good token with one thing wrong, signed anew wherever the fault is not the signature.
//!
//! Promises: every kind differs from the good token, and a client that accepts it breaks OpenID Connect Core, RFC 7515 or the advice of
//! RFC 8725. Never random: the same kind is the same fault each time.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use serde_json::{Value, json};

use super::key::Key;

macro_rules! mutations {
    ($($(#[$doc:meta])* $kind:ident),+ $(,)?) => {
        /// What is wrong with an ID Token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TokenMutation { $($(#[$doc])* $kind),+ }

        impl TokenMutation {
            /// All kinds.
            pub const ALL: &'static [TokenMutation] = &[$(TokenMutation::$kind),+];
        }
    };
}

mutations! {
    /// `alg` is none and there is no signature.
    AlgorithmNone,
    /// The same in other letters: `nOnE`.
    AlgorithmNoneInOtherLetters,
    /// HS256 with the public key's text as the secret.
    HmacWithPublicKey,
    /// HS256 with the client's secret: honest, but whoever knows the secret can write tokens.
    HmacWithClientSecret,
    /// Signed by a key nobody published, under its own id.
    UnknownKey,
    /// Signed by a key nobody published, under the id of the good one.
    OtherKeyOfTheSameId,
    /// Signed by a key nobody published, without an id.
    OtherKeyWithoutId,
    /// Signed by the key that its own header brings (`jwk`).
    KeyInHeader,
    /// Signed by a key that the header says where to fetch (`jku`).
    KeyAtAddress,
    /// Signed by a key whose certificate the header says where to fetch (`x5u`).
    CertificateAtAddress,
    /// Well signed, with a critical extension that nobody knows (`crit`).
    CriticalExtension,
    /// The issuer is somebody else.
    OtherIssuer,
    /// The issuer ends in a slash.
    IssuerWithSlash,
    /// There is no issuer.
    MissingIssuer,
    /// Good in every way, at another provider: its issuer, audience and key.
    OfAnotherIssuer,
    /// For another client.
    ForeignAudience,
    /// For nobody.
    MissingAudience,
    /// For us and for another client, to whom it was given (`azp`).
    SeveralAudiencesForeignParty,
    /// For us and for another client, and it does not say to whom it was given.
    SeveralAudiencesWithoutParty,
    /// For us, given to another client (`azp`).
    ForeignParty,
    /// Expired an hour ago.
    Expired,
    /// Without an end.
    MissingExpiry,
    /// Issued an hour from now.
    IssuedInTheFuture,
    /// Issued yesterday and good until tomorrow: kept, then played back.
    IssuedYesterday,
    /// Without the time it was issued.
    MissingIssueTime,
    /// Without the nonce.
    MissingNonce,
    /// With the nonce of another attempt.
    OtherNonce,
    /// Without a subject.
    MissingSubject,
    /// With a subject of no letters.
    EmptySubject,
    /// With a subject longer than the 255 letters that are allowed.
    EndlessSubject,
    /// Beside an access token that is not the one it was written for.
    OtherAccessTokenHash,
    /// Somebody else's subject under the signature of the good token.
    TamperedPayload,
    /// The signature lost its last bytes.
    TruncatedSignature,
    /// There is no signature, and `alg` says there is.
    EmptySignature,
    /// Two parts instead of three.
    TwoParts,
    /// The claims are not JSON.
    PayloadNotJson,
    /// Not a token at all.
    NotAToken,
    /// There is none in the answer.
    Missing,
    /// The person proved who they are a day ago, whatever `max_age` was asked for. Only wrong where it was.
    StaleAuthTime,
    /// Does not say when the person proved who they are. Only wrong where `max_age` was asked for.
    MissingAuthTime,
}

impl TokenMutation {
    /// Whether it is wrong only where `max_age` was asked for.
    #[must_use]
    pub fn is_about_age(self) -> bool {
        matches!(self, TokenMutation::StaleAuthTime | TokenMutation::MissingAuthTime)
    }
}

/// What a forger has at hand.
pub(super) struct Forge<'a> {
    pub(super) key: &'a Key,
    pub(super) other_issuer: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) now: DateTime<Utc>,
}

impl Forge<'_> {
    /// The good token with that one thing wrong; `None` is no token.
    pub(super) fn apply(&self, mutation: TokenMutation, good: &str) -> Option<String> {
        let parts: Vec<&str> = good.split('.').collect();
        let [head, payload, signature] = parts[..] else { unreachable!("BUG: a good token has three parts") };
        let (header, claims) = (read(head), read(payload));
        if let Some(claims) = self.other_claims(mutation, &claims) {
            return Some(signed(&header, &claims, self.key));
        }
        if let Some(forged) = self.other_key(mutation, &header, &claims) {
            return Some(forged);
        }
        Some(match mutation {
            TokenMutation::CriticalExtension => {
                let header = with(&with(&header, "crit", json!(["boat"])), "boat", json!("Galicia"));
                signed(&header, &claims, self.key)
            }
            TokenMutation::TamperedPayload => {
                format!("{head}.{}.{signature}", written(&with(&claims, "sub", json!("somebody-else"))))
            }
            TokenMutation::TruncatedSignature => {
                let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("BUG: a good token is base64url");
                format!("{head}.{payload}.{}", BASE64_URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() - 4]))
            }
            TokenMutation::EmptySignature => format!("{head}.{payload}."),
            TokenMutation::TwoParts => format!("{head}.{payload}"),
            TokenMutation::PayloadNotJson => {
                let text = format!("{head}.{}", BASE64_URL_SAFE_NO_PAD.encode("iss=me&sub=you"));
                let signature = BASE64_URL_SAFE_NO_PAD.encode(self.key.sign(&text));
                format!("{text}.{signature}")
            }
            TokenMutation::NotAToken => "this is not a token".to_owned(),
            // The rest is none at all, or was made before.
            _ => return None,
        })
    }

    /// A fault of the claims.
    fn other_claims(&self, mutation: TokenMutation, good: &Value) -> Option<Value> {
        let at = |hours: i64| json!((self.now + TimeDelta::hours(hours)).timestamp());
        let client = good["aud"][0].clone();
        let several = with(good, "aud", json!([client, "another-client"]));
        Some(match mutation {
            TokenMutation::OtherIssuer => with(good, "iss", json!(self.other_issuer)),
            TokenMutation::IssuerWithSlash => {
                with(good, "iss", json!(format!("{}/", good["iss"].as_str().unwrap_or_default())))
            }
            TokenMutation::MissingIssuer => without(good, "iss"),
            TokenMutation::ForeignAudience => with(good, "aud", json!(["another-client"])),
            TokenMutation::MissingAudience => without(good, "aud"),
            TokenMutation::SeveralAudiencesForeignParty => with(&several, "azp", json!("another-client")),
            TokenMutation::SeveralAudiencesWithoutParty => several,
            TokenMutation::ForeignParty => with(good, "azp", json!("another-client")),
            TokenMutation::Expired => with(&with(good, "iat", at(-2)), "exp", at(-1)),
            TokenMutation::MissingExpiry => without(good, "exp"),
            TokenMutation::IssuedInTheFuture => with(&with(good, "iat", at(1)), "exp", at(2)),
            TokenMutation::IssuedYesterday => with(&with(good, "iat", at(-24)), "exp", at(24)),
            TokenMutation::MissingIssueTime => without(good, "iat"),
            TokenMutation::MissingNonce => without(good, "nonce"),
            TokenMutation::OtherNonce => with(good, "nonce", json!("nonce-of-another-attempt-0123456789abcdefgh")),
            TokenMutation::MissingSubject => without(good, "sub"),
            TokenMutation::EmptySubject => with(good, "sub", json!("")),
            TokenMutation::EndlessSubject => with(good, "sub", json!("s".repeat(5_000))),
            TokenMutation::OtherAccessTokenHash => with(good, "at_hash", json!("MDEyMzQ1Njc4OWFiY2RlZg")),
            TokenMutation::StaleAuthTime => with(good, "auth_time", at(-24)),
            TokenMutation::MissingAuthTime => without(good, "auth_time"),
            _ => return None,
        })
    }

    /// A fault of algorithm or key.
    fn other_key(&self, mutation: TokenMutation, header: &Value, claims: &Value) -> Option<String> {
        let unsigned = |name: &str| {
            format!("{}.{}.", written(&without(&with(header, "alg", json!(name)), "kid")), written(claims))
        };
        let foreign = self.key.foreign();
        let theirs = json!(foreign.public());
        let by_them = |header: &Value| signed(header, claims, &foreign);
        let elsewhere = "https://keys.elsewhere.test/";
        Some(match mutation {
            TokenMutation::AlgorithmNone => unsigned("none"),
            TokenMutation::AlgorithmNoneInOtherLetters => unsigned("nOnE"),
            TokenMutation::HmacWithPublicKey => keyed(self.key.public_text(), header, claims),
            TokenMutation::HmacWithClientSecret => keyed(self.client_secret, &without(header, "kid"), claims),
            TokenMutation::UnknownKey => by_them(&with(header, "kid", theirs["kid"].clone())),
            TokenMutation::OtherKeyOfTheSameId => by_them(header),
            TokenMutation::OtherKeyWithoutId => by_them(&without(header, "kid")),
            TokenMutation::KeyInHeader => by_them(&with(&with(header, "kid", theirs["kid"].clone()), "jwk", theirs)),
            TokenMutation::KeyAtAddress => by_them(&with(header, "jku", json!(elsewhere))),
            TokenMutation::CertificateAtAddress => by_them(&with(header, "x5u", json!(elsewhere))),
            _ => return None,
        })
    }
}

/// Header and claims under a key's signature.
fn signed(header: &Value, claims: &Value, key: &Key) -> String {
    let text = format!("{}.{}", written(header), written(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(&text));
    format!("{text}.{signature}")
}

/// Header and claims under HS256.
fn keyed(secret: &str, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", written(&with(header, "alg", json!("HS256"))), written(claims));
    let mac = CoreHmacKey::new(secret).sign(&CoreJwsSigningAlgorithm::HmacSha256, text.as_bytes());
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.expect("BUG: HMAC takes a key of any length")))
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut changed = object.clone();
    changed[name] = value;
    changed
}

fn without(object: &Value, name: &str) -> Value {
    let mut changed = object.clone();
    changed.as_object_mut().map(|members| members.remove(name));
    changed
}

fn read(part: &str) -> Value {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).expect("BUG: a good token is base64url");
    serde_json::from_slice(&bytes).expect("BUG: a good token is JSON")
}

fn written(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}
