//! What the app asks of the authorization endpoint, read strictly.
//!
//! Promises: nobody is sent to an address that is not the client's; with a good address every refusal goes back there as the standards
//! say. Never remembers anything.

use chrono::{DateTime, TimeDelta, Utc};
use url::{Host, Url};

use super::callback::{Callback, Mode};
use super::fields::Fields;
use super::{Person, Provider};

/// Where an answer goes.
#[derive(Clone, Debug)]
pub(super) struct Back {
    pub(super) provider: Provider,
    redirect_uri: Url,
    mode: Mode,
    state: Option<String>,
}

impl Back {
    /// An answer: with the state, and with the issuer where the provider says who it is (RFC 9207).
    pub(super) fn with(&self, base_url: &str, fields: Vec<(&str, String)>) -> Callback {
        let issuer = self.provider.is_openid().then(|| ("iss", self.provider.issuer_at(base_url)));
        let state = self.state.clone().map(|state| ("state", state));
        let fields = fields.into_iter().chain(state).chain(issuer);
        Callback {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.mode,
            fields: fields.map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }

    /// An answer that says no.
    pub(super) fn refusal(&self, base_url: &str, error: &str, why: &str) -> Callback {
        self.with(base_url, vec![("error", error.to_owned()), ("error_description", why.to_owned())])
    }
}

/// Why nobody can sign in to what was asked.
#[derive(Debug)]
pub(super) enum Refused {
    /// Client or address are not known: told to whoever looks, and sent to nobody.
    Here(String),
    /// Told to the client.
    Back(Box<Back>, &'static str, String),
}

/// A good request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) back: Back,
    /// As it was sent: the token endpoint wants the same again.
    pub(super) redirect_uri: String,
    pub(super) scope: Vec<String>,
    pub(super) nonce: Option<String>,
    /// `code_challenge`, by S256.
    pub(super) challenge: String,
    pub(super) login_hint: Option<String>,
    prompts: Vec<String>,
    max_age: Option<TimeDelta>,
}

impl Asked {
    /// Reads the query or form of an authorization request.
    pub(super) fn read(provider: Provider, encoded: &str) -> Result<Asked, Refused> {
        let fields =
            Fields::parse(encoded.as_bytes()).map_err(|name| Refused::Here(format!("{name} was sent twice")))?;
        if fields.get("client_id") != Some(provider.client_id()) {
            return Err(Refused::Here("no client of this name is registered here".into()));
        }
        let redirect_uri = fields.owned("redirect_uri").unwrap_or_default();
        let Some(registered) = registered(provider, &redirect_uri) else {
            return Err(Refused::Here(format!("{redirect_uri:?} is not a registered redirect_uri of this client")));
        };
        let mode = match fields.get("response_mode") {
            Some("form_post") if provider.is_openid() => Mode::FormPost,
            _ => Mode::Query,
        };
        let back = Back { provider, redirect_uri: registered, mode, state: fields.owned("state") };
        let asked = Asked {
            redirect_uri,
            scope: fields.words("scope"),
            nonce: fields.owned("nonce"),
            challenge: fields.owned("code_challenge").unwrap_or_default(),
            login_hint: fields.owned("login_hint").or_else(|| fields.owned("login")),
            prompts: fields.words("prompt"),
            max_age: fields.get("max_age").and_then(|age| age.parse().ok()).and_then(TimeDelta::try_seconds),
            back,
        };
        match asked.fault(&fields) {
            Some((error, why)) => Err(Refused::Back(Box::new(asked.back), error, why.to_owned())),
            None => Ok(asked),
        }
    }

    /// What is wrong with the rest, as error code and sentence.
    fn fault(&self, fields: &Fields) -> Option<(&'static str, &'static str)> {
        let is_openid = self.back.provider.is_openid();
        for (name, error) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
            ("registration", "registration_not_supported"),
        ] {
            if fields.get(name).is_some() {
                return Some((error, "request objects and registration are not taken here"));
            }
        }
        let response_type = fields.get("response_type");
        // GitHub knows one flow and does not ask for its name.
        match response_type {
            None if !is_openid => {}
            Some("code") => {}
            None => return Some(("invalid_request", "response_type is missing")),
            Some(_) => return Some(("unsupported_response_type", "response_type is code here")),
        }
        if !matches!(fields.get("response_mode"), None | Some("query" | "form_post")) {
            return Some(("invalid_request", "response_mode is query or form_post here"));
        }
        if is_openid && !self.scope.iter().any(|scope| scope == "openid") {
            return Some(("invalid_scope", "scope has no openid"));
        }
        if fields.get("code_challenge_method") != Some("S256") || !is_challenge(&self.challenge) {
            return Some(("invalid_request", "PKCE with S256 is required"));
        }
        if fields.get("max_age").is_some() && self.max_age.is_none_or(|age| age < TimeDelta::zero()) {
            return Some(("invalid_request", "max_age is a number of seconds"));
        }
        if !self.prompts.iter().all(|prompt| ["none", "login", "consent", "select_account"].contains(&prompt.as_str()))
        {
            return Some(("invalid_request", "prompt is none, login, consent or select_account"));
        }
        if self.prompts.iter().any(|prompt| prompt == "none") {
            // Nobody is ever signed in here: each time somebody clicks.
            return Some(match self.prompts.len() {
                1 => ("login_required", "nobody is signed in"),
                _ => ("invalid_request", "prompt=none stands alone"),
            });
        }
        None
    }

    /// When this person will have proved who they are: now, if asked to again.
    pub(super) fn signed_in_at(&self, person: &Person, now: DateTime<Utc>) -> DateTime<Utc> {
        let again = self.prompts.iter().any(|prompt| prompt == "login");
        let is_fresh = |at: &DateTime<Utc>| self.max_age.is_none_or(|age| now - *at <= age);
        person.signed_in_at.filter(|at| !again && is_fresh(at)).unwrap_or(now)
    }
}

/// A redirect URI of our client: the callback of this very provider, in an app that runs on this machine or in a test.
fn registered(provider: Provider, redirect_uri: &str) -> Option<Url> {
    let url = Url::parse(redirect_uri).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".test"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_exact = url.path() == format!("/login/{}/callback", provider.name())
        && url.as_str() == redirect_uri
        && (url.query(), url.fragment(), url.username(), url.password()) == (None, None, "", None);
    (is_here && is_exact && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// SHA-256 in base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
