//! How an OpenID Provider describes itself (OpenID Connect Discovery 1.0, RFC 8414).
//! Never announces what it does not do.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, IssuerUrl, JsonWebKeySetUrl, ProviderMetadata, ResponseTypes, Scope, TokenUrl,
    UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::hostile::Hostility;
use super::{Identities, Provider};

/// What openidconnect's own type does not know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Beyond {
    code_challenge_methods_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
    prompt_values_supported: Vec<String>,
}

impl AdditionalProviderMetadata for Beyond {}

type Metadata = ProviderMetadata<
    Beyond,
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

impl Identities {
    /// The document of `/.well-known/openid-configuration`.
    pub(super) fn discovery(&self, provider: Provider) -> Value {
        let mut document = json!(self.metadata(provider).expect("BUG: our own addresses are URLs"));
        if let Some(Hostility::Discovery(foreign)) = self.hostility(provider) {
            foreign.apply(&mut document, &self.base_url);
        }
        document
    }

    fn metadata(&self, provider: Provider) -> Result<Metadata, url::ParseError> {
        let issuer = self.issuer(provider);
        let at = |path: &str| format!("{issuer}/{path}");
        let scopes = ["openid", "profile", "email"].map(|scope| Scope::new(scope.to_owned()));
        let claims = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name", "email", "email_verified"];
        let metadata = Metadata::new(
            IssuerUrl::new(issuer.clone())?,
            AuthUrl::new(at("authorize"))?,
            JsonWebKeySetUrl::new(at("keys"))?,
            vec![ResponseTypes::new(vec![CoreResponseType::Code])],
            vec![CoreSubjectIdentifierType::Public],
            vec![self.key(provider).algorithm()],
            Beyond {
                code_challenge_methods_supported: vec!["S256".into()],
                authorization_response_iss_parameter_supported: true,
                prompt_values_supported: ["none", "login", "consent", "select_account"].map(str::to_owned).into(),
            },
        );
        let methods = vec![CoreClientAuthMethod::ClientSecretBasic, CoreClientAuthMethod::ClientSecretPost];
        Ok(metadata
            .set_token_endpoint(Some(TokenUrl::new(at("token"))?))
            .set_userinfo_endpoint(Some(UserInfoUrl::new(at("userinfo"))?))
            .set_scopes_supported(Some(scopes.into()))
            .set_response_modes_supported(Some(vec![CoreResponseMode::Query, CoreResponseMode::FormPost]))
            .set_grant_types_supported(Some(vec![CoreGrantType::AuthorizationCode]))
            .set_token_endpoint_auth_methods_supported(Some(methods))
            .set_claims_supported(Some(claims.map(|name| CoreClaimName::new(name.to_owned())).into()))
            .set_claims_parameter_supported(Some(false))
            .set_request_parameter_supported(Some(false))
            .set_request_uri_parameter_supported(Some(false)))
    }
}
