//! OAuth 2.0 the way GitHub does it: its paths, its errors with status 200, its numbers for people.
//!
//! Promises: what GitHub's documents say of web applications, with PKCE. Never an ID Token, an issuer or a discovery document.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::playground::Playground;
use super::grant::Grant;
use super::hostile::{Hostility, UserinfoMutation};
use super::http::{At, Ground, answered, asked, chosen, opened, private, redeemed};
use super::{Endpoint, Identities, Provider};

/// The routes of GitHub.
pub(super) fn router() -> Router<Arc<Playground>> {
    Router::new()
        .route("/login/oauth/authorize", get(authorize))
        .route("/login/oauth/sign-in", post(sign_in))
        .route("/login/oauth/access_token", post(access_token))
        .route("/user", get(user))
        .route("/user/emails", get(emails))
}

async fn authorize(ground: Ground, uri: Uri, RawQuery(query): RawQuery) -> Response {
    asked(ground, Provider::Github, &uri, &query.unwrap_or_default()).await
}

async fn sign_in(ground: Ground, form: String) -> Response {
    chosen(ground, Provider::Github, &form)
}

async fn access_token(State(ground): Ground, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let at = At { provider: Provider::Github, endpoint: Endpoint::Token, uri: &uri };
    answered(&ground, at, |_| {
        let answer: Vec<(&str, String)> = match redeemed(&ground, Provider::Github, &headers, &body) {
            Ok((grant, token)) => {
                let scope = grant.scope.join(",");
                vec![("access_token", token), ("scope", scope), ("token_type", "bearer".into())]
            }
            Err(fault) => {
                let error = match fault.error {
                    "invalid_client" => "incorrect_client_credentials",
                    "invalid_grant" => "bad_verification_code",
                    other => other,
                };
                vec![("error", error.into()), ("error_description", fault.why.into())]
            }
        };
        // Whoever does not ask for JSON gets a form.
        if accepts_json(&headers) {
            let members = answer.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
            return private(Json(Value::Object(members.collect())));
        }
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        private(([(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")], form))
    })
    .await
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("application/json")
}

async fn user(State(ground): Ground, uri: Uri, headers: HeaderMap) -> Response {
    let at = At { provider: Provider::Github, endpoint: Endpoint::Userinfo, uri: &uri };
    answered(&ground, at, |identities| api(&ground, &headers, |grant| Some(identities.github_user(grant)))).await
}

async fn emails(State(ground): Ground, uri: Uri, headers: HeaderMap) -> Response {
    let at = At { provider: Provider::Github, endpoint: Endpoint::Emails, uri: &uri };
    answered(&ground, at, |identities| {
        let may = |grant: &Grant| grant.has("user:email") || grant.has("user");
        api(&ground, &headers, |grant| may(grant).then(|| identities.github_emails(grant)))
    })
    .await
}

/// An answer of the API: for a client that says who it is, with a good token, within its scope.
fn api(ground: &Playground, headers: &HeaderMap, answer: impl FnOnce(&Grant) -> Option<Value>) -> Response {
    let refusal = |status: StatusCode, message: &str| (status, Json(json!({ "message": message }))).into_response();
    if !headers.contains_key(header::USER_AGENT) {
        return refusal(StatusCode::FORBIDDEN, "Request forbidden by administrative rules: send a User-Agent");
    }
    let Some(grant) = opened(ground, Provider::Github, headers) else {
        return refusal(StatusCode::UNAUTHORIZED, "Bad credentials");
    };
    match answer(&grant) {
        Some(value) => private(Json(value)),
        None => refusal(StatusCode::NOT_FOUND, "Not Found"),
    }
}

impl Identities {
    /// The answer of `/user`: a number that stays, a login name that does not, and no address, as most people have it.
    fn github_user(&self, grant: &Grant) -> Value {
        let person = &grant.person;
        let id: Option<u64> = person.sub.parse().ok();
        let login = person.name.to_lowercase().replace(' ', "-");
        let mut user = json!({ "id": id, "login": login, "type": "User", "name": person.name, "email": null });
        match self.hostility(Provider::Github) {
            Some(Hostility::Userinfo(UserinfoMutation::OtherSubject)) => user["id"] = json!(666),
            Some(Hostility::Userinfo(UserinfoMutation::MissingSubject)) => user["id"] = Value::Null,
            Some(Hostility::Userinfo(UserinfoMutation::AddressOf(email))) => user["email"] = json!(email),
            _ => {}
        }
        user
    }

    /// The answer of `/user/emails`.
    fn github_emails(&self, grant: &Grant) -> Value {
        let Some(email) = &grant.person.email else { return json!([]) };
        let mut verified = json!(grant.person.email_verified);
        let mut email = email.clone();
        match self.hostility(Provider::Github) {
            Some(Hostility::Userinfo(UserinfoMutation::VerifiedAsText)) => verified = json!("false"),
            Some(Hostility::Userinfo(UserinfoMutation::AddressOf(other))) => (email, verified) = (other, json!(true)),
            _ => {}
        }
        json!([
            { "email": "old@users.noreply.github.test", "primary": false, "verified": true, "visibility": null },
            { "email": email, "primary": true, "verified": verified, "visibility": "private" },
        ])
    }
}
