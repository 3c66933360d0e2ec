//! GitHub, which speaks OAuth 2.0 without OpenID Connect: who somebody is is asked for with the access token. Promises the number of the
//! account as subject, which is never reused, and the primary address only as what GitHub calls it. Never the user name, which can
//! be renamed and taken by another.

use super::{email::Told, wire::Wire};
use anyhow::{Context, ensure};
use http::{HeaderValue, Request, header};
use oauth2::{AccessToken, AsyncHttpClient};
use openidconnect::IssuerUrl;
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

/// Where the public one is.
pub(crate) const ISSUER: &str = "https://github.com";
/// What lets us read addresses, verified or not; the account's number needs no scope.
pub(crate) const SCOPE: &str = "user:email";

/// Its addresses; in development those of a simulator that has the whole host.
pub(crate) struct Endpoints {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    user: Url,
    emails: Url,
}

/// Somebody, as GitHub tells it.
pub(crate) struct Account {
    pub(crate) subject: String,
    pub(crate) name: Option<String>,
    pub(crate) told: Told,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

impl Endpoints {
    pub(crate) fn of(issuer: &IssuerUrl) -> anyhow::Result<Endpoints> {
        let base = issuer.as_str().trim_end_matches('/');
        let api = if base == ISSUER { "https://api.github.com".to_owned() } else { base.to_owned() };
        let url = |text: String| Url::parse(&text).context("an address of GitHub");
        Ok(Endpoints {
            authorization: url(format!("{base}/login/oauth/authorize"))?,
            token: url(format!("{base}/login/oauth/access_token"))?,
            user: url(format!("{api}/user"))?,
            emails: url(format!("{api}/user/emails"))?,
        })
    }

    /// Whose access token this is.
    pub(crate) async fn account(&self, token: &AccessToken, wire: Wire<'_>) -> anyhow::Result<Account> {
        let User { id, login, name } = ask(&self.user, token, wire).await.context("asking for the account")?;
        ensure!(id > 0, "an account without a number");
        let emails: Vec<Email> = ask(&self.emails, token, wire).await.context("asking for its addresses")?;
        let told = emails.into_iter().find(|email| email.primary).map_or_else(Told::default, |email| Told {
            address: Some(email.email),
            is_called_verified: email.verified,
        });
        Ok(Account { subject: id.to_string(), name: name.filter(|name| !name.trim().is_empty()).or(Some(login)), told })
    }
}

async fn ask<T: DeserializeOwned>(url: &Url, token: &AccessToken, wire: Wire<'_>) -> anyhow::Result<T> {
    let mut bearer =
        HeaderValue::from_str(&format!("Bearer {}", token.secret())).context("an access token that is no header")?;
    bearer.set_sensitive(true);
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "application/vnd.github+json")
        .header("x-github-api-version", "2022-11-28")
        .header(header::AUTHORIZATION, bearer)
        .body(Vec::new())?;
    let answer = wire.call(request).await?;
    // The parser's error would quote what it read.
    serde_json::from_slice(answer.body()).ok().context("a document that is not as it should be")
}
