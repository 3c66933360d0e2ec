//! The libraries' types with the few claims beyond the standard that we read. Promises that a claim of an unexpected form is as good as
//! absent where it would grant something, and refuses the token where it would restrict.

use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, EmptyExtraTokenFields, IdToken, IdTokenClaims, IdTokenFields,
    ProviderMetadata, StandardTokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGenderClaim, CoreGrantType,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreTokenType,
    },
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Claims of an ID Token that OpenID Connect does not know.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MoreClaims {
    /// Not to be used before, in seconds (RFC 7519).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nbf: Option<f64>,
    /// The organisation whose mailboxes Google hosts.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) hd: Option<String>,
    /// Whether the owner of the address's domain was verified (Microsoft): true, 1 or "1".
    #[serde(default, deserialize_with = "yes")]
    pub(crate) xms_edov: bool,
}

impl AdditionalClaims for MoreClaims {}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(str::to_owned))
}

fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok([Value::from(true), Value::from(1), Value::from("1"), Value::from("true")].contains(&value))
}

/// What a discovery document says beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MoreMetadata {
    /// Whether each response names its issuer (RFC 9207).
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

/// A discovery document.
pub(crate) type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// An ID Token, not verified.
pub(crate) type Token =
    IdToken<MoreClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What a verified ID Token says.
pub(crate) type Claims = IdTokenClaims<MoreClaims, CoreGenderClaim>;

/// What a provider says of a person on request.
pub(crate) type Profile = UserInfoClaims<MoreClaims, CoreGenderClaim>;

/// What the token endpoint gives.
pub(crate) type Tokens = StandardTokenResponse<
    IdTokenFields<
        MoreClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
