//! What the simulated identity providers promise to those who develop and test against them: the good path is judged by
//! openidconnect's own client.

mod github;
mod hostile;
mod page;
mod strict;

use std::net::SocketAddr;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};

use super::*;
use crate::sim::Sim;

type Configured =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

async fn sim() -> Sim {
    Sim::start(chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()).await.unwrap()
}

/// An HTTP client that follows no redirects.
fn http() -> reqwest::Client {
    // reqwest asks for a TLS provider even where only plain http is spoken. An error says that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).user_agent("a test").build().unwrap()
}

/// The same, as openidconnect wants it.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = http().execute(request.try_into()?).await?;
    let mut answer = axum::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    Ok(answer.body(response.bytes().await?.to_vec()).unwrap())
}

/// A relying party made of openidconnect's own types, and what it remembers of one attempt.
struct App {
    provider: Provider,
    client: Configured,
    nonce: Nonce,
    verifier: String,
    url: String,
}

fn redirect_uri(provider: Provider) -> String {
    format!("https://ferryalert.test/login/{}/callback", provider.name())
}

impl App {
    /// Reads discovery and starts an attempt, with these parameters on top.
    async fn start(sim: &Sim, provider: Provider, more: &[(&str, &str)]) -> App {
        let issuer = IssuerUrl::new(sim.issuer(provider)).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &send).await.unwrap();
        let secret = ClientSecret::new(provider.client_secret());
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id().into()), Some(secret))
                .set_redirect_uri(RedirectUrl::new(redirect_uri(provider)).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, || CsrfToken::new("the-state".into()), Nonce::new_random)
            .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.into())))
            .set_pkce_challenge(challenge);
        for (name, value) in more {
            request = request.add_extra_param(*name, *value);
        }
        let (url, _, nonce) = request.url();
        App { provider, client, nonce, verifier: verifier.into_secret(), url: url.into() }
    }

    async fn redeem(&self, code: &str) -> Option<CoreTokenResponse> {
        let request = self.client.exchange_code(AuthorizationCode::new(code.into())).unwrap();
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(self.verifier.clone()));
        request.request_async(&send).await.ok()
    }

    /// The claims, if the token satisfies openidconnect.
    fn verified(&self, id_token: &CoreIdToken) -> Option<CoreIdTokenClaims> {
        let algorithms = [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EdDsa];
        let verifier = self.client.id_token_verifier().set_allowed_algs(algorithms);
        id_token.claims(&verifier, &self.nonce).ok().cloned()
    }

    async fn userinfo(&self, token: &AccessToken, claims: &CoreIdTokenClaims) -> Option<CoreUserInfoClaims> {
        let request = self.client.user_info(token.clone(), Some(claims.subject().clone())).unwrap();
        request.request_async(&send).await.ok()
    }

    /// A whole sign-in.
    async fn sign_in(&self, sim: &Sim, person: &Person) -> Option<(CoreIdTokenClaims, CoreUserInfoClaims)> {
        let callback = sim.sign_in(&self.url, person).unwrap();
        let tokens = self.redeem(callback.get("code")?).await?;
        let claims = self.verified(tokens.id_token()?)?;
        let userinfo = self.userinfo(tokens.access_token(), &claims).await?;
        Some((claims, userinfo))
    }
}

const OPENID: [Provider; 2] = [Provider::HarbourId, Provider::QuayId];

#[tokio::test]
async fn a_client_of_openidconnect_signs_in_by_either_way_to_authenticate() {
    let sim = sim().await;
    for (provider, way) in OPENID.into_iter().zip([AuthType::BasicAuth, AuthType::RequestBody]) {
        let mut app = App::start(&sim, provider, &[]).await;
        app.client = app.client.set_auth_type(way);
        let alice = NEIGHBOURS[0].at(provider);
        let callback = sim.sign_in(&app.url, &alice).unwrap();
        assert_eq!(callback.get("state"), Some("the-state"));
        assert_eq!(callback.get("iss"), Some(sim.issuer(provider).as_str()));
        let (claims, told) = app.sign_in(&sim, &alice).await.unwrap();
        assert_eq!(claims.subject().as_str(), alice.sub);
        assert_eq!(told.email().map(|email| email.as_str()), alice.email.as_deref());
        assert_eq!(told.email_verified(), Some(true));
        // One of the two tells the address in the token too: a client has to cope with either.
        assert_eq!(claims.email().is_some(), provider == Provider::HarbourId);
        assert!(claims.auth_time().is_some() && claims.access_token_hash().is_some());
    }
}

#[tokio::test]
async fn each_request_is_counted_where_it_came_and_nowhere_else() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[]).await;
    app.sign_in(&sim, &NEIGHBOURS[1].at(Provider::HarbourId)).await.unwrap();
    let all = [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Authorization, Endpoint::Token, Endpoint::Userinfo];
    assert_eq!(all.map(|endpoint| sim.asked_of(Provider::HarbourId, endpoint)), [1; 5]);
    assert_eq!(all.map(|endpoint| sim.asked_of(Provider::QuayId, endpoint)), [0; 5]);
    sim.reset();
    assert_eq!(sim.asked_of(Provider::HarbourId, Endpoint::Token), 0);
}

#[tokio::test]
async fn a_person_is_asked_again_when_the_proof_is_older_than_the_app_wants() {
    let sim = sim().await;
    let now = Utc::now();
    let an_hour_ago = now - chrono::TimeDelta::hours(1);
    let bob = NEIGHBOURS[1].at(Provider::QuayId).signed_in_at(an_hour_ago);
    for (more, is_asked_again) in [
        (&[][..], false),
        (&[("max_age", "7200")], false),
        (&[("max_age", "60")], true),
        (&[("prompt", "login")], true),
    ] {
        let app = App::start(&sim, Provider::QuayId, more).await;
        let (claims, _) = app.sign_in(&sim, &bob).await.unwrap();
        let proved_at = claims.auth_time().unwrap();
        assert_eq!(proved_at > now - chrono::TimeDelta::minutes(10), is_asked_again, "{more:?}");
    }
}

#[tokio::test]
async fn a_new_key_signs_at_once_and_old_tokens_live_as_long_as_their_key_is_published() {
    let sim = sim().await;
    for provider in OPENID {
        let app = App::start(&sim, provider, &[]).await;
        let callback = sim.sign_in(&app.url, &NEIGHBOURS[0].at(provider)).unwrap();
        let old = app.redeem(callback.get("code").unwrap()).await.unwrap();
        for (keys, is_good) in [(OldKeys::Published, true), (OldKeys::Withdrawn, false)] {
            sim.rotate_keys(provider, keys);
            let mut later = App::start(&sim, provider, &[]).await;
            assert!(later.sign_in(&sim, &NEIGHBOURS[0].at(provider)).await.is_some());
            later.nonce = app.nonce.clone();
            assert_eq!(later.verified(old.id_token().unwrap()).is_some(), is_good, "{keys:?}");
        }
        assert!(app.sign_in(&sim, &NEIGHBOURS[0].at(provider)).await.is_none(), "knows only the old keys");
    }
}

#[test]
fn the_settings_name_every_provider_and_where_it_is() {
    let settings = settings("http://127.0.0.1:8300");
    let of = |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(of("FERRY_SIGN_IN"), Some("harbour-id,quay-id,github"));
    assert_eq!(of("FERRY_SIGN_IN_QUAY_ID_ISSUER"), Some("http://127.0.0.1:8300/id/quay-id"));
    assert_eq!(of("FERRY_SIGN_IN_GITHUB_ISSUER"), Some("http://127.0.0.1:8300"));
    assert_eq!(of("FERRY_SIGN_IN_HARBOUR_ID_CLIENT_ID"), Some("ferryalert-at-harbour"));
    assert_eq!(settings.len(), 1 + 3 * 3 + 2 * 2, "GitHub knows its title and what its word is worth");
}

/// Where the simulator of a test listens, as text.
fn at(address: SocketAddr, path: &str) -> String {
    format!("http://{address}{path}")
}
