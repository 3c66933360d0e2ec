//! One configured way to sign in, from the request a browser is sent off with to the proof of who came back. Promises that what proves
//! somebody is said by the provider the attempt began with, over its own endpoints, for this attempt. Never asks for more than identity:
//! no refresh token, no further scope; the access token is used at once and dropped.

use super::{
    apple::AppleKey,
    claims::{Claims, MoreClaims, Profile, Token, Tokens},
    discovery::{Discovery, Known},
    email::{self, Authority, Told},
    github,
    id_token::{self, Expected, ProofAge, TokenRefused},
    wire::Wire,
};
use anyhow::{Context, anyhow, ensure};
use chrono::{DateTime, Utc};
use http::{HeaderValue, Request, header};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken,
    TokenResponse as _, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse},
};
use openidconnect::{AccessTokenHash, IdTokenVerifier, IssuerUrl, Nonce, TokenResponse as _, core::CoreJsonWebKey};
use std::sync::Arc;
use telemetry::Secret;
use url::Url;

type OAuth = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A way to sign in.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) issuer: IssuerUrl,
    pub(crate) client_id: ClientId,
    pub(crate) credential: Credential,
    pub(crate) speaks: Speaks,
    pub(crate) authority: Authority,
    pub(crate) habits: Habits,
}

/// What we prove ourselves with.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// A secret both sides know.
    Secret(Secret<String>),
    /// A key that signs one for each exchange.
    Apple(AppleKey),
}

/// Which protocol it speaks.
pub(crate) enum Speaks {
    /// OpenID Connect.
    OpenId(Discovery),
    /// OAuth 2.0 and GitHub's own API.
    GitHub(github::Endpoints),
}

/// In what a provider differs from the standard's defaults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) scopes: &'static [&'static str],
    /// How it is told to have the person prove themself anew.
    pub(crate) prompt: &'static str,
    /// It posts its answer, where scopes are asked for (Apple).
    pub(crate) posts: bool,
    pub(crate) age: Age,
}

/// Whether a provider that was asked how long ago the person proved themself (`max_age`) says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// It must, as OpenID Connect says.
    Told,
    /// It is known not to, or not always: it is not asked, and what it says is judged.
    Unknown,
}

/// How recently the person must have proved themself to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// At any time.
    Any,
    /// Within this attempt, as far as the provider can tell.
    WithinAttempt,
}

/// The secrets of an attempt.
pub(crate) struct Asked {
    pub(crate) state: CsrfToken,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: Secret<String>,
    pub(crate) is_fresh: Freshness,
}

/// What is known of an attempt when its answer comes.
pub(crate) struct Answered {
    pub(crate) code: AuthorizationCode,
    /// Who the response says it is from (RFC 9207).
    pub(crate) iss: Option<String>,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: Secret<String>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) is_fresh: Freshness,
}

/// Who somebody is, as far as a provider can prove it.
#[derive(Clone, Debug)]
pub(crate) struct Proved {
    pub(crate) subject: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: bool,
}

impl Provider {
    /// Where a browser is sent to. The issuer is fixed from here on: the attempt's redirect address names this provider alone.
    pub(crate) async fn authorization(
        &self,
        asked: Asked,
        redirect: RedirectUrl,
        wire: Wire<'_>,
    ) -> anyhow::Result<Url> {
        let client = self.client(redirect, wire).await?;
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(asked.verifier.expose().clone()));
        let state = asked.state;
        let mut request = client.authorize_url(move || state).set_pkce_challenge(challenge);
        request = request.add_scopes(self.habits.scopes.iter().map(|scope| Scope::new((*scope).to_owned())));
        if let Speaks::OpenId(_) = self.speaks {
            request = request.add_extra_param("nonce", asked.nonce.secret().clone());
        }
        if asked.is_fresh == Freshness::WithinAttempt {
            request = request.add_extra_param("prompt", self.habits.prompt);
            if self.habits.age == Age::Told {
                request = request.add_extra_param("max_age", "0");
            }
        }
        if self.habits.posts {
            request = request.add_extra_param("response_mode", "form_post");
        }
        Ok(request.url().0)
    }

    /// Who came back.
    pub(crate) async fn prove(
        &self,
        answered: Answered,
        redirect: RedirectUrl,
        wire: Wire<'_>,
    ) -> anyhow::Result<Proved> {
        self.check_response_issuer(answered.iss.as_deref(), wire).await?;
        let client = self.client(redirect, wire).await?;
        let exchange = client.exchange_code(answered.code.clone());
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(answered.verifier.expose().clone()));
        let tokens = exchange.request_async(&wire).await.map_err(|error| match error {
            // What does not parse may hold tokens; it is not quoted.
            RequestTokenError::Parse(..) => anyhow!("the token endpoint's answer is not as it should be"),
            other => anyhow::Error::new(other),
        });
        let tokens = tokens.context("exchanging the code")?;
        match &self.speaks {
            Speaks::OpenId(discovery) => self.prove_by_token(discovery, &tokens, &answered, wire).await,
            Speaks::GitHub(endpoints) => {
                let account = endpoints.account(tokens.access_token(), wire).await?;
                Ok(self.proved(account.subject, account.name, &account.told, &MoreClaims::default()))
            }
        }
    }

    /// An answer that names an issuer must name this one; a provider that promises to name itself must do so.
    async fn check_response_issuer(&self, iss: Option<&str>, wire: Wire<'_>) -> anyhow::Result<()> {
        let is_needed = match &self.speaks {
            Speaks::OpenId(discovery) => discovery.known(wire).await?.names_issuer_in_responses(),
            Speaks::GitHub(_) => false,
        };
        match iss {
            Some(iss) => ensure!(iss == self.issuer.as_str(), "the response is from another issuer"),
            None => ensure!(!is_needed, "the response does not say which issuer it is from"),
        }
        Ok(())
    }

    async fn client(&self, redirect: RedirectUrl, wire: Wire<'_>) -> anyhow::Result<OAuth> {
        let (authorization, token, auth_type) = match &self.speaks {
            Speaks::OpenId(discovery) => {
                let known = discovery.known(wire).await?;
                let token = known.metadata.token_endpoint().context("BUG: discovery checks that there is one")?.clone();
                let auth_type = if known.wants_secret_in_body() { AuthType::RequestBody } else { AuthType::BasicAuth };
                (known.metadata.authorization_endpoint().clone(), token, auth_type)
            }
            Speaks::GitHub(endpoints) => {
                let (authorization, token) = (endpoints.authorization.clone(), endpoints.token.clone());
                (AuthUrl::from_url(authorization), TokenUrl::from_url(token), AuthType::RequestBody)
            }
        };
        let secret = match &self.credential {
            Credential::Secret(secret) => secret.expose().clone(),
            Credential::Apple(key) => key.client_secret(&self.client_id, wire.now),
        };
        let client = Client::new(self.client_id.clone()).set_client_secret(ClientSecret::new(secret));
        let client = client.set_auth_uri(authorization).set_token_uri(token).set_auth_type(auth_type);
        Ok(client.set_redirect_uri(redirect))
    }

    async fn prove_by_token(
        &self,
        discovery: &Discovery,
        tokens: &Tokens,
        answered: &Answered,
        wire: Wire<'_>,
    ) -> anyhow::Result<Proved> {
        let token = tokens.id_token().context("no ID Token came")?;
        let expected = Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            nonce: &answered.nonce,
            started_at: answered.started_at,
            proof: match (answered.is_fresh, self.habits.age) {
                (Freshness::Any, _) => ProofAge::Any,
                (Freshness::WithinAttempt, Age::Told) => ProofAge::WithinAttempt,
                (Freshness::WithinAttempt, Age::Unknown) => ProofAge::WithinAttemptIfTold,
            },
            now: wire.now,
        };
        let mut known = discovery.known(wire).await?;
        let mut claims = id_token::claims(token, &expected, known.metadata.jwks());
        if let Err(TokenRefused::UnknownKey) = claims {
            known = discovery.renewed(wire).await?;
            claims = id_token::claims(token, &expected, known.metadata.jwks());
        }
        let claims = claims.context("ID Token")?;
        check_access_token((token, claims), tokens, &id_token::verifier(&expected, known.metadata.jwks()))?;
        let profile = self.profile(claims, tokens, &known, wire).await?;
        let told = told(claims, profile.as_ref());
        let name = claims.name().or_else(|| profile.as_ref()?.name()).and_then(|name| name.get(None));
        let name = name.map(|name| name.as_str().to_owned());
        Ok(self.proved(claims.subject().as_str().to_owned(), name, &told, claims.additional_claims()))
    }

    /// What the token does not say of the person, where the provider has a place to ask.
    async fn profile(
        &self,
        claims: &Claims,
        tokens: &Tokens,
        known: &Arc<Known>,
        wire: Wire<'_>,
    ) -> anyhow::Result<Option<Profile>> {
        let Some(endpoint) = known.metadata.userinfo_endpoint().filter(|_| claims.email().is_none()) else {
            return Ok(None);
        };
        let bearer = HeaderValue::from_str(&format!("Bearer {}", tokens.access_token().secret()));
        let mut bearer = bearer.context("an access token that is no header")?;
        bearer.set_sensitive(true);
        let request = Request::get(endpoint.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, bearer);
        let answer = wire.call(request.body(Vec::new())?).await.context("asking for the profile")?;
        // The library refuses the profile of any other subject.
        let profile = Profile::from_json::<std::convert::Infallible>(answer.body(), Some(claims.subject()));
        profile.map(Some).map_err(|_| anyhow!("the profile is not as it should be, or somebody else's"))
    }

    fn proved(&self, subject: String, name: Option<String>, told: &Told, more: &MoreClaims) -> Proved {
        let email = told.address.as_deref().and_then(email::usable);
        let email_verified = email.is_some() && self.authority.verifies(told, more);
        Proved { subject, name, email, email_verified }
    }
}

/// The access token must be the one the ID Token came with, where that says which (`at_hash`).
fn check_access_token(
    (token, claims): (&Token, &Claims),
    tokens: &Tokens,
    verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
) -> anyhow::Result<()> {
    let Some(hash) = claims.access_token_hash() else { return Ok(()) };
    let actual =
        AccessTokenHash::from_token(tokens.access_token(), token.signing_alg()?, token.signing_key(verifier)?)?;
    ensure!(actual == *hash, "the access token is not the one the ID Token was made with");
    Ok(())
}

fn told(claims: &Claims, profile: Option<&Profile>) -> Told {
    match (claims.email(), profile) {
        (Some(email), _) => {
            Told { address: Some(email.as_str().to_owned()), is_called_verified: claims.email_verified() == Some(true) }
        }
        (None, Some(profile)) => Told {
            address: profile.email().map(|email| email.as_str().to_owned()),
            is_called_verified: profile.email_verified() == Some(true),
        },
        (None, None) => Told::default(),
    }
}
