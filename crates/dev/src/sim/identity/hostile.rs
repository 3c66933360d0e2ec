//! How a provider can be hostile, beyond the tokens it writes.
//!
//! Promises: one kind at a time for each provider, until it is told to behave. Never touches the other providers.

use serde_json::{Value, json};

use super::super::misbehaviour::Misbehaviour;
use super::callback::Callback;
use super::mutation::TokenMutation;
use super::{Endpoint, Provider};

/// What a provider does to whoever trusts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hostility {
    /// Writes this ID Token.
    Token(TokenMutation),
    /// Describes itself like this.
    Discovery(ForeignDiscovery),
    /// Sends people back like this.
    Callback(CallbackMutation),
    /// Tells this about people.
    Userinfo(UserinfoMutation),
    /// Is slow, down, huge or broken at one address, as operators can be. `RepeatsRequest { status: 500 }` is a plain failure.
    Trouble(Endpoint, Misbehaviour),
}

/// What is wrong with a discovery document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignDiscovery {
    /// The issuer is this one.
    Issuer(String),
    /// The issuer is the right one with a slash at its end.
    IssuerWithSlash,
    /// The issuer is that of another provider of ours.
    IssuerOf(Provider),
    /// There is no issuer.
    MissingIssuer,
    /// People are sent to this address to sign in.
    AuthorizationAt(String),
    /// Codes and the client's secret are sent to this address.
    TokenAt(String),
    /// Keys are fetched from this address.
    JwksAt(String),
    /// Access tokens are sent to this address.
    UserinfoAt(String),
    /// Only these algorithms sign.
    Algorithms(&'static [&'static str]),
    /// PKCE is not announced.
    WithoutPkce,
    /// The issuer in answers is not announced (RFC 9207): not wrong, and then not to be insisted on.
    WithoutIssuerParameter,
}

impl ForeignDiscovery {
    /// Changes a good document.
    pub(super) fn apply(&self, document: &mut Value, base_url: &str) {
        match self {
            ForeignDiscovery::Issuer(issuer) => document["issuer"] = json!(issuer),
            ForeignDiscovery::IssuerWithSlash => {
                document["issuer"] = json!(format!("{}/", document["issuer"].as_str().unwrap_or_default()));
            }
            ForeignDiscovery::IssuerOf(other) => document["issuer"] = json!(other.issuer_at(base_url)),
            ForeignDiscovery::MissingIssuer => remove(document, "issuer"),
            ForeignDiscovery::AuthorizationAt(url) => document["authorization_endpoint"] = json!(url),
            ForeignDiscovery::TokenAt(url) => document["token_endpoint"] = json!(url),
            ForeignDiscovery::JwksAt(url) => document["jwks_uri"] = json!(url),
            ForeignDiscovery::UserinfoAt(url) => document["userinfo_endpoint"] = json!(url),
            ForeignDiscovery::Algorithms(names) => document["id_token_signing_alg_values_supported"] = json!(names),
            ForeignDiscovery::WithoutPkce => remove(document, "code_challenge_methods_supported"),
            ForeignDiscovery::WithoutIssuerParameter => {
                document["authorization_response_iss_parameter_supported"] = json!(false);
            }
        }
    }
}

fn remove(document: &mut Value, name: &str) {
    document.as_object_mut().map(|members| members.remove(name));
}

/// What is wrong with the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackMutation {
    /// `iss` is that of another provider: the code was meant for it.
    IssuerOf(Provider),
    /// There is no `iss`, although it is announced.
    WithoutIssuer,
    /// `state` is this one.
    State(String),
    /// There is no `state`.
    WithoutState,
    /// `code` is this one, of another attempt for example.
    Code(String),
    /// There is a code and an error.
    CodeAndError,
}

impl CallbackMutation {
    /// Changes a good answer.
    pub(super) fn apply(self, good: Callback, base_url: &str) -> Callback {
        match self {
            CallbackMutation::IssuerOf(other) => good.with("iss", &other.issuer_at(base_url)),
            CallbackMutation::WithoutIssuer => good.without("iss"),
            CallbackMutation::State(state) => good.with("state", &state),
            CallbackMutation::WithoutState => good.without("state"),
            CallbackMutation::Code(code) => good.with("code", &code),
            CallbackMutation::CodeAndError => good.with("error", "access_denied"),
        }
    }
}

/// What is wrong with what a provider tells about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserinfoMutation {
    /// The subject is not that of the ID Token.
    OtherSubject,
    /// There is no subject.
    MissingSubject,
    /// `email_verified` is the text `false`, which many languages take for true.
    VerifiedAsText,
    /// The address is this one, and verified.
    AddressOf(String),
}
