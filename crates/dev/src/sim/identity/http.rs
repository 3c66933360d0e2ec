//! The addresses of the OpenID Providers.
//!
//! Promises: every request is counted before it is answered, or misanswered; nothing with a code or a token in it is kept by a cache.
//! Never follows a redirect or asks anybody anything.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::super::misbehaviour::{self, Format, Misbehaviour};
use super::super::playground::{Playground, lock};
use super::callback::{Callback, Mode};
use super::client::{self, Denied};
use super::fields::Fields;
use super::grant::{Grant, Shown};
use super::request::{Asked, Refused};
use super::{Endpoint, Identities, Person, Provider, github, page};

pub(super) type Ground = State<Arc<Playground>>;

/// What is left of an answer that is cut short.
const HALF: Bytes = Bytes::from_static(b"{\"issuer\":\"http://half.test\",\"access_token\":\"half of it,");

/// The routes of all providers.
pub(in super::super) fn router() -> Router<Arc<Playground>> {
    Router::new()
        .route("/id/{provider}/.well-known/openid-configuration", get(discovery))
        .route("/id/{provider}/keys", get(keys))
        .route("/id/{provider}/authorize", get(authorize).post(authorize_by_form))
        .route("/id/{provider}/sign-in", post(sign_in))
        .route("/id/{provider}/token", post(token))
        .route("/id/{provider}/userinfo", get(userinfo).post(userinfo))
        .merge(github::router())
}

/// A request to one address of one provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) provider: Provider,
    pub(super) endpoint: Endpoint,
    pub(super) uri: &'a Uri,
}

/// Counts a request and answers it, in the way the provider behaves there.
pub(super) async fn answered(
    ground: &Playground,
    at: At<'_>,
    answer: impl FnOnce(&Identities) -> Response,
) -> Response {
    ground.identities.count(at.provider, at.endpoint);
    let how = ground.identities.trouble(at.provider, at.endpoint);
    if how == Misbehaviour::CutShort {
        return misbehaviour::cut_short(Format::Json, &HALF);
    }
    match misbehaviour::answer(how, Format::Json, at.uri).await {
        Some(response) => response,
        None => answer(&ground.identities),
    }
}

/// An answer that no cache keeps and no later page tells of.
pub(super) fn private(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")], answer).into_response()
}

async fn discovery(State(ground): Ground, Path(name): Path<String>, uri: Uri) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let at = At { provider, endpoint: Endpoint::Discovery, uri: &uri };
    answered(&ground, at, |identities| Json(identities.discovery(provider)).into_response()).await
}

async fn keys(State(ground): Ground, Path(name): Path<String>, uri: Uri) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let at = At { provider, endpoint: Endpoint::Jwks, uri: &uri };
    answered(&ground, at, |identities| Json(json!(identities.jwks(provider))).into_response()).await
}

async fn authorize(ground: Ground, Path(name): Path<String>, uri: Uri, RawQuery(query): RawQuery) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    asked(ground, provider, &uri, &query.unwrap_or_default()).await
}

async fn authorize_by_form(ground: Ground, Path(name): Path<String>, uri: Uri, form: String) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    asked(ground, provider, &uri, &form).await
}

/// Somebody was sent here to sign in.
pub(super) async fn asked(State(ground): Ground, provider: Provider, uri: &Uri, encoded: &str) -> Response {
    let at = At { provider, endpoint: Endpoint::Authorization, uri };
    answered(&ground, at, |identities| match Asked::read(provider, encoded) {
        Err(refused) => turned_away(identities, provider, refused),
        Ok(asked) => match lock(&identities.next).remove(&provider) {
            Some(person) => sent(provider, identities.grant(&asked, &person, ground.now())),
            None => private(Html(page::sign_in(&asked, encoded, &identities.offered(provider)))),
        },
    })
    .await
}

async fn sign_in(ground: Ground, Path(name): Path<String>, form: String) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    chosen(ground, provider, &form)
}

/// Somebody clicked on the page of a provider. What was asked is read again: the page is not believed.
pub(super) fn chosen(State(ground): Ground, provider: Provider, form: &str) -> Response {
    let identities = &ground.identities;
    let Ok(fields) = Fields::parse(form.as_bytes()) else { return StatusCode::BAD_REQUEST.into_response() };
    let asked = match Asked::read(provider, fields.get("request").unwrap_or_default()) {
        Ok(asked) => asked,
        Err(refused) => return turned_away(identities, provider, refused),
    };
    if fields.get("refuse").is_some() {
        return sent(provider, asked.back.refusal(&identities.base_url, "access_denied", "the person said no"));
    }
    let person = match fields.get("sub") {
        Some(sub) => identities.offered(provider).into_iter().find(|known| known.sub == sub),
        None => fields.get("name").map(|name| {
            let known = Person::newcomer(provider, name, fields.get("email").unwrap_or_default());
            let known = if fields.get("verified").is_some() { known } else { known.unverified() };
            identities.remember(provider, known.clone());
            known
        }),
    };
    match person {
        Some(person) => sent(provider, identities.grant(&asked, &person, ground.now())),
        None => (StatusCode::UNPROCESSABLE_ENTITY, "choose somebody, or give a name\n").into_response(),
    }
}

fn turned_away(identities: &Identities, provider: Provider, refused: Refused) -> Response {
    match refused {
        Refused::Here(why) => private((StatusCode::BAD_REQUEST, Html(page::refused(provider, &why)))),
        Refused::Back(back, error, why) => sent(provider, back.refusal(&identities.base_url, error, &why)),
    }
}

/// The browser's way back.
fn sent(provider: Provider, callback: Callback) -> Response {
    match callback.mode {
        Mode::Query => private((StatusCode::SEE_OTHER, [(header::LOCATION, callback.url().to_string())])),
        Mode::FormPost => private(Html(page::form_post(provider, &callback))),
    }
}

/// Why a code is not redeemed.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    pub(super) error: &'static str,
    pub(super) why: &'static str,
}

impl Fault {
    fn new(error: &'static str, why: &'static str) -> Fault {
        Fault { status: StatusCode::BAD_REQUEST, error, why }
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Twice => Fault::new("invalid_request", "the client is authenticated in two ways"),
            Denied::Unknown => Fault {
                status: StatusCode::UNAUTHORIZED,
                ..Fault::new("invalid_client", "no such client, or not its secret")
            },
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.why }));
        let mut response = private((self.status, body));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"token endpoint\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Redeems the code of a token request.
pub(super) fn redeemed(
    ground: &Playground,
    provider: Provider,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Grant, String), Fault> {
    let form = "application/x-www-form-urlencoded";
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case(form)) {
        return Err(Fault::new("invalid_request", "a token request is a form"));
    }
    let fields = Fields::parse(body).map_err(|_| Fault::new("invalid_request", "a parameter was sent twice"))?;
    client::authenticate(provider, headers, &fields)?;
    match fields.get("grant_type") {
        Some("authorization_code") => {}
        // GitHub knows one and does not ask for its name.
        None if !provider.is_openid() => {}
        None => return Err(Fault::new("invalid_request", "grant_type is missing")),
        Some(_) => return Err(Fault::new("unsupported_grant_type", "grant_type is authorization_code here")),
    }
    let (Some(code), Some(redirect_uri)) = (fields.get("code"), fields.get("redirect_uri")) else {
        return Err(Fault::new("invalid_request", "code and redirect_uri are required"));
    };
    let verifier = fields.get("code_verifier").unwrap_or_default();
    let shown = Shown { provider, code, redirect_uri, verifier };
    let redeemed = lock(&ground.identities.grants).redeem(shown, ground.now());
    redeemed.map_err(|why| Fault::new("invalid_grant", why))
}

async fn token(State(ground): Ground, Path(name): Path<String>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let at = At { provider, endpoint: Endpoint::Token, uri: &uri };
    answered(&ground, at, |identities| match redeemed(&ground, provider, &headers, &body) {
        Ok((grant, token)) => private(Json(identities.tokens(&grant, token, ground.now()))),
        Err(fault) => fault.into_response(),
    })
    .await
}

/// The grant that the request's access token opens.
pub(super) fn opened(ground: &Playground, provider: Provider, headers: &HeaderMap) -> Option<Grant> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, token) = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))?;
    lock(&ground.identities.grants).opened(provider, token.trim(), ground.now())
}

async fn userinfo(State(ground): Ground, Path(name): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(provider) = Provider::openid(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let at = At { provider, endpoint: Endpoint::Userinfo, uri: &uri };
    answered(&ground, at, |identities| match opened(&ground, provider, &headers) {
        Some(grant) => private(Json(identities.userinfo(&grant))),
        None => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            private((StatusCode::UNAUTHORIZED, challenge, Body::empty()))
        }
    })
    .await
}
