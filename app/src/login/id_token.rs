//! Whether an ID Token proves who somebody is, to us, now. Promises a signature of a listed algorithm by a key of the pinned issuer,
//! that issuer, us as the only audience, an instant within the attempt, and the attempt's nonce. Never reads a key, or an address of
//! one, out of the token (`jwk`, `jku`, `x5u`, `x5c`), and never takes `none` or a shared secret for a signature.

use super::claims::{Claims, Token};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, Nonce, SignatureVerificationError,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm as Alg},
};

/// Signatures with public keys. Of what is left out the library could check HS*, with a secret that many may know.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// How far a provider's clock and ours may be apart.
pub(crate) const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The longest subject that OpenID Connect allows.
const SUBJECT_CHARS_MAX: usize = 255;

/// What the token must be for.
pub(crate) struct Expected<'a> {
    /// Whose word it must be.
    pub(crate) issuer: &'a IssuerUrl,
    /// Us.
    pub(crate) client_id: &'a ClientId,
    /// What the attempt sent along.
    pub(crate) nonce: &'a Nonce,
    /// When the attempt began: nothing older proves anything about it.
    pub(crate) started_at: DateTime<Utc>,
    /// How recent the person's own proof must be.
    pub(crate) proof: ProofAge,
    /// Now.
    pub(crate) now: DateTime<Utc>,
}

/// When the person must have proved themself to the provider, by its word (`auth_time`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProofAge {
    /// At any time.
    Any,
    /// Within this attempt, if it says when.
    WithinAttemptIfTold,
    /// Within this attempt, and it says so.
    WithinAttempt,
}

/// Why a token proves nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenRefused {
    /// No key of the issuer's has the token's key id: the keys may be new.
    #[error("no key of the issuer fits")]
    UnknownKey,
    /// Anything else.
    #[error("{0}")]
    Claims(ClaimsVerificationError),
    /// The signature.
    #[error("signature: {0}")]
    Signature(SignatureVerificationError),
    /// `azp` names somebody else, or is missing among several audiences.
    #[error("the authorised party is not this client")]
    AuthorisedParty,
    /// `nbf` is ahead.
    #[error("not yet valid")]
    NotYet,
    /// Empty, overlong or not plain.
    #[error("the subject is not one")]
    Subject,
}

impl From<ClaimsVerificationError> for TokenRefused {
    fn from(error: ClaimsVerificationError) -> TokenRefused {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                TokenRefused::UnknownKey
            }
            ClaimsVerificationError::SignatureVerification(error) => TokenRefused::Signature(error),
            other => TokenRefused::Claims(other),
        }
    }
}

/// A verifier of the issuer's tokens for us: the keys are what the pinned issuer publishes, and nothing else.
pub(crate) fn verifier<'a>(expected: &Expected<'a>, keys: &CoreJsonWebKeySet) -> IdTokenVerifier<'a, CoreJsonWebKey> {
    let (now, started_at, proof) = (expected.now, expected.started_at, expected.proof);
    let is_within = move |at: DateTime<Utc>| at >= started_at - SKEW && at <= now + SKEW;
    // A public client has no secret to check a MAC with, whatever the algorithms say.
    IdTokenVerifier::new_public_client(expected.client_id.clone(), expected.issuer.clone(), keys.clone())
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - SKEW)
        .set_issue_time_verifier_fn(move |at| {
            if is_within(at) { Ok(()) } else { Err("issued at another time than this attempt's".to_owned()) }
        })
        .set_auth_time_verifier_fn(move |at| match (proof, at) {
            (ProofAge::Any, _) | (ProofAge::WithinAttemptIfTold, None) => Ok(()),
            (_, Some(at)) if is_within(at) => Ok(()),
            _ => Err("the person did not prove themself anew".to_owned()),
        })
}

/// The claims of a token that proves who somebody is.
pub(crate) fn claims<'t>(
    token: &'t Token,
    expected: &Expected<'_>,
    keys: &CoreJsonWebKeySet,
) -> Result<&'t Claims, TokenRefused> {
    let claims = token.claims(&verifier(expected, keys), expected.nonce)?;
    // The library leaves `azp` to us. It refuses any audience but us by itself; repeated, we may still be several.
    let is_ours = claims.authorized_party().map_or(claims.audiences().len() == 1, |party| party == expected.client_id);
    if !is_ours {
        return Err(TokenRefused::AuthorisedParty);
    }
    let latest = (expected.now + SKEW).timestamp();
    #[expect(clippy::cast_precision_loss, reason = "seconds of our time are exact in a float")]
    if claims.additional_claims().nbf.is_some_and(|nbf| nbf > latest as f64) {
        return Err(TokenRefused::NotYet);
    }
    let subject = claims.subject().as_str();
    let is_plain = !subject.is_empty() && subject.len() <= SUBJECT_CHARS_MAX && !subject.chars().any(char::is_control);
    if is_plain { Ok(claims) } else { Err(TokenRefused::Subject) }
}
