//! A browser before the standard provider: keeps its cookies, fills in its two pages, and stops where it is sent back to the app.
//! Never follows a redirect to the app itself.

use anyhow::{Result, bail};
use reqwest::{Client, Response, header, redirect::Policy};
use std::collections::BTreeMap;
use url::{Url, form_urlencoded};

/// More pages and redirects than a sign-in takes.
const HOPS_MAX: usize = 20;

/// Follows the address the app redirected to, signs in by this name, agrees, and gives back where the browser is sent then.
///
/// # Errors
/// When the provider shows something else.
pub async fn sign_in(authorization_url: &str, name: &str) -> Result<Url> {
    // reqwest asks for a TLS provider even where only plain http is spoken. An error says that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).build()?;
    let mut cookies = BTreeMap::new();
    let mut url: Url = authorization_url.parse()?;
    let provider = url.origin();
    for _ in 0..HOPS_MAX {
        if url.origin() != provider {
            return Ok(url);
        }
        let request = client.get(url.clone()).header(header::COOKIE, written(&cookies));
        let mut response = request.send().await?;
        keep(&mut cookies, &response);
        if response.status().is_success() {
            let form = filled_in(&response.text().await?, name)?;
            let request = client.post(url.clone()).header(header::COOKIE, written(&cookies));
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
            response = request.send().await?;
            keep(&mut cookies, &response);
        }
        let status = response.status();
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let Some(location) = location.map(str::to_owned) else {
            bail!("{url} answered {status}: {}", response.text().await?);
        };
        url = url.join(&location)?;
    }
    bail!("still at the provider after {HOPS_MAX} pages")
}

/// The form of a page, filled in: who signs in, or that they agree.
fn filled_in(page: &str, name: &str) -> Result<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    if page.contains(r#"name="prompt" value="login""#) {
        form.extend_pairs([("prompt", "login"), ("login", name), ("password", "any")]);
    } else if page.contains(r#"name="prompt" value="consent""#) {
        form.append_pair("prompt", "consent");
    } else {
        bail!("a page with neither of the two forms: {page}");
    }
    Ok(form.finish())
}

fn written(cookies: &BTreeMap<String, String>) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

fn keep(cookies: &mut BTreeMap<String, String>, response: &Response) {
    for line in response.headers().get_all(header::SET_COOKIE) {
        let cookie = line.to_str().ok().and_then(|line| line.split(';').next()).and_then(|pair| pair.split_once('='));
        if let Some((name, value)) = cookie {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
