//! API keys on a request: found in `Authorization` and nowhere else, refused without a query when they cannot be one.
//! Never says why a key is not good, never logs one, and never looks into an address for one but to refuse it.

pub(crate) mod managed;

use crate::{
    access::ApiCx,
    problem::{Code, Problem},
};
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, Uri, header},
};
use chrono::{DateTime, Utc};
use domain::{
    key::{ApiKey, PREFIX, Scope},
    plan::ApiKeys,
};
use serde::Serialize;
use store::{Actor, Credentials, Membership};
use utoipa::ToSchema;

const NONE: &str = "Send your key as Authorization: Bearer fa_live_…";
const BAD: &str = "This key is mistyped, unknown, expired or revoked, or its maker is no longer a member.";

/// The key that a request presents, if it has the form of one.
pub(crate) fn presented(request: &Request) -> Result<ApiKey, Problem> {
    if shows_a_key(request.uri()) {
        let detail = "Addresses are logged on their way. Revoke this key and send the next one in Authorization.";
        return Err(Problem::bad_request(Code::KeyInUrl, detail));
    }
    bearer(request.headers())
}

/// Whose key this is.
pub(crate) async fn known(credentials: &Credentials, key: &ApiKey, now: DateTime<Utc>) -> Result<Membership, Problem> {
    credentials.key(key, now).await?.ok_or_else(worthless)
}

/// What a key that is none, or is none any more, is told.
pub(crate) fn worthless() -> Problem {
    Problem::unauthenticated(BAD)
}

fn shows_a_key(uri: &Uri) -> bool {
    uri.path_and_query().is_some_and(|address| address.as_str().contains(PREFIX))
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Result<ApiKey, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| Problem::unauthenticated(NONE))?;
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if values.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::unauthenticated(NONE));
    }
    ApiKey::parse(token.trim()).map_err(|_| Problem::unauthenticated(BAD))
}

/// A key, as its holder may know it.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Its public part: what lists and the audit log call it.
    #[schema(example = "0Qx7mC3kZ2a")]
    id: String,
    /// What it was made for.
    #[schema(example = json!(["read", "write"]))]
    scopes: Vec<&'static str>,
    /// What its maker is in the tenant now: viewer, editor, admin or owner. It may do no more than they may.
    #[schema(example = "owner")]
    role: &'static str,
    /// The tenant's plan.
    #[schema(example = "pro")]
    plan: &'static str,
    /// How often the plan has sailings checked, in seconds.
    #[schema(example = 120)]
    checked_every_s: u32,
    /// How many watches the plan allows at once.
    #[schema(example = 50)]
    active_watches_max: u32,
    /// How many requests all keys of the tenant may send in a minute.
    #[schema(example = 120)]
    requests_per_min: u32,
}

/// What the key of this request is and may do.
pub(crate) async fn show(cx: ApiCx) -> Result<Json<KeyView>, Problem> {
    let membership = cx.membership();
    let Actor::Key { public_id, scopes } = membership.by() else { return Err(Problem::not_found()) };
    let limits = membership.plan().limits();
    let requests_per_min = match limits.api_keys {
        ApiKeys::ReadWrite { requests_per_min } => requests_per_min.get(),
        ApiKeys::None => 0,
    };
    Ok(Json(KeyView {
        id: public_id.clone(),
        scopes: scopes.iter().map(|scope: &Scope| scope.as_str()).collect(),
        role: membership.role().as_str(),
        plan: membership.plan().as_str(),
        checked_every_s: limits.interval_s,
        active_watches_max: limits.active_watches,
        requests_per_min,
    }))
}
