//! Who asks at the token endpoint: client_secret_basic and client_secret_post (RFC 6749, section 2.3.1), one of them and not both.
//! Never lets a public client in.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Provider;
use super::fields::Fields;

/// Why a client is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// Two ways at once.
    Twice,
    /// Not our client, or not its secret.
    Unknown,
}

/// Proves that the request comes from the provider's client.
pub(super) fn authenticate(provider: Provider, headers: &HeaderMap, fields: &Fields) -> Result<(), Denied> {
    let basic = match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(value.to_str().ok().and_then(read_basic).ok_or(Denied::Unknown)?),
        None => None,
    };
    let shown = match (basic, fields.get("client_secret")) {
        (Some(_), Some(_)) => return Err(Denied::Twice),
        (Some(basic), None) if fields.get("client_id").is_none_or(|id| id == basic.0) => Some(basic),
        (Some(_), None) => None,
        (None, secret) => fields.owned("client_id").zip(secret.map(str::to_owned)),
    };
    let known = (provider.client_id().to_owned(), provider.client_secret());
    if shown == Some(known) { Ok(()) } else { Err(Denied::Unknown) }
}

/// Name and secret, each form-encoded before they are joined.
fn read_basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let joined = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = joined.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    Some((decoded(id)?, decoded(secret)?))
}

/// One form-encoded value.
fn decoded(text: &str) -> Option<String> {
    let is_one = !text.contains(['&', '=']);
    let (value, _) = url::form_urlencoded::parse(text.as_bytes()).next().filter(|_| is_one)?;
    Some(value.into_owned())
}
