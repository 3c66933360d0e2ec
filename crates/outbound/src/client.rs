//! The client: one connection pool, one straight line from a request to a bounded answer.
//!
//! It promises typed errors within the limits given, whatever the server does. It never retries (when to ask
//! again is the schedule's decision), never keeps cookies, and never sends a referrer.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, StatusCode, header};
use reqwest::redirect;
use tokio::time::timeout;
use url::Url;

use crate::agent::UserAgent;
use crate::egress::{Egress, GuardedResolver};
use crate::error::{BuildError, FetchError, Phase, Refusal};
use crate::request::{Limits, Method, Purpose, Request, Response, Validators, origin};
use crate::retry_after::parse_retry_after;
use crate::tls;

/// Headers that decide where a message goes, where it ends or who we say we are.
const RESERVED: [HeaderName; 8] = [
    header::HOST,
    header::USER_AGENT,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::ACCEPT_ENCODING,
];

/// The bounds of the connection pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// For resolving, connecting and the TLS handshake together.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept.
    pub idle_timeout: Duration,
    /// Unused connections kept for one host.
    pub max_idle_per_host: usize,
}

impl Default for ConnectionLimits {
    /// 5 s to connect; 256 idle connections a host for 90 s, which spans a poll every minute.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(5), idle_timeout: Duration::from_secs(90), max_idle_per_host: 256 }
    }
}

/// The only HTTP client. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    egress: Egress,
}

impl Client {
    /// A client with the default pool.
    ///
    /// # Errors
    /// When an extra trust anchor is not a certificate.
    pub fn new(egress: Egress, agent: &UserAgent) -> Result<Self, BuildError> {
        Self::with_pool(egress, agent, ConnectionLimits::default())
    }

    /// A client with its own bounds on connections.
    ///
    /// # Errors
    /// When an extra trust anchor is not a certificate.
    #[expect(clippy::disallowed_methods, reason = "this is the one HTTP client")]
    pub fn with_pool(egress: Egress, agent: &UserAgent, pool: ConnectionLimits) -> Result<Self, BuildError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(egress.anchors())?)
            .https_only(egress.is_production())
            .dns_resolver(GuardedResolver(egress.clone()))
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(agent.0.clone())
            .connect_timeout(pool.connect_timeout)
            .pool_idle_timeout(pool.idle_timeout)
            .pool_max_idle_per_host(pool.max_idle_per_host)
            .build()
            .map_err(|_| BuildError::Settings)?;
        Ok(Self { http, egress })
    }

    /// Checks a URL as a fetch would, resolving its name, without connecting: for a form where a user enters
    /// one. It spares no check later, since a name may resolve differently then.
    ///
    /// # Errors
    /// The reason against it, or [`FetchError::Name`].
    pub async fn vet(&self, url: &Url) -> Result<(), FetchError> {
        self.egress.admit(url).map_err(FetchError::Refused)?;
        if let Some(url::Host::Domain(name)) = url.host() {
            let wait = ConnectionLimits::default().connect_timeout;
            let resolved = timeout(wait, self.egress.resolve(name)).await;
            resolved.map_err(|_| FetchError::Timeout(Phase::Connect))??;
        }
        Ok(())
    }

    /// Checks a URL that we would send a browser to, as far as that goes without resolving its name.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn admits(&self, url: &Url) -> Result<(), Refusal> {
        self.egress.admit(url)
    }

    /// Sends one request and reads its whole answer, within its limits.
    ///
    /// # Errors
    /// Anything but a 2xx (or a 304 to a conditional request) whose body meets the limits.
    pub async fn fetch(&self, request: Request, now: DateTime<Utc>) -> Result<Response, FetchError> {
        let total = request.limits.total_timeout;
        match timeout(total, self.fetch_untimed(request, now)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(FetchError::Timeout(Phase::Total)),
        }
    }

    async fn fetch_untimed(&self, request: Request, now: DateTime<Utc>) -> Result<Response, FetchError> {
        let Request { mut url, purpose, method, mut headers, validators, limits } = request;
        if !headers.is_empty() && RESERVED.iter().any(|name| headers.contains_key(name)) {
            return Err(FetchError::Refused(Refusal::Header));
        }
        if let Some(validators) = &validators {
            validators.add_to(&mut headers);
        }
        for redirects_left in (0..=limits.max_redirects).rev() {
            self.admit(&url, &purpose)?;
            let response = self.http.execute(assemble(url, &method, &headers)).await?;
            let status = response.status();
            if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
                return read(response, validators.is_some(), &limits, now).await;
            }
            let redirect = FetchError::Redirect { code: status.as_u16() };
            if redirects_left == 0 || method != Method::Get {
                return Err(redirect);
            }
            url = same_origin_target(&response, &purpose).ok_or(redirect)?;
        }
        unreachable!("BUG: the last redirect is an error")
    }

    fn admit(&self, url: &Url, purpose: &Purpose) -> Result<(), FetchError> {
        if let Purpose::Operator { hosts } = purpose
            && !hosts.has(url)
        {
            return Err(FetchError::Refused(Refusal::HostNotListed));
        }
        self.egress.admit(url).map_err(FetchError::Refused)
    }
}

fn assemble(url: Url, method: &Method, headers: &HeaderMap) -> reqwest::Request {
    let mut outgoing = match method {
        Method::Get => reqwest::Request::new(reqwest::Method::GET, url),
        Method::Post(body) => {
            let mut outgoing = reqwest::Request::new(reqwest::Method::POST, url);
            *outgoing.body_mut() = Some(body.clone().into());
            outgoing
        }
    };
    if !headers.is_empty() {
        headers.clone_into(outgoing.headers_mut());
    }
    outgoing
}

/// Where an operator's redirect leads, if it stays on its origin. Nobody else's leads anywhere.
fn same_origin_target(response: &reqwest::Response, purpose: &Purpose) -> Option<Url> {
    let Purpose::Operator { .. } = purpose else { return None };
    let followed = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let target = response.url().join(location).ok()?;
    (followed && origin(&target) == origin(response.url())).then_some(target)
}

async fn read(
    response: reqwest::Response,
    conditional: bool,
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<Response, FetchError> {
    let status = response.status();
    let headers = response.headers();
    check_header_size(headers, limits)?;
    let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| parse_retry_after(value.to_str().ok()?, now));
    let not_modified = status == StatusCode::NOT_MODIFIED && conditional;
    if !status.is_success() && !not_modified {
        return Err(FetchError::Status { code: status.as_u16(), retry_after });
    }
    let validators = Validators::of_response(headers);
    let content_type = headers.get(header::CONTENT_TYPE).cloned();
    let body = if not_modified {
        Bytes::new()
    } else {
        check_body_headers(headers, limits)?;
        read_body(response, limits).await?
    };
    Ok(Response { status: status.as_u16(), body, validators, content_type, retry_after, not_modified })
}

fn check_header_size(headers: &HeaderMap, limits: &Limits) -> Result<(), FetchError> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > limits.max_headers || size > limits.max_header_bytes {
        return Err(FetchError::Headers);
    }
    Ok(())
}

fn check_body_headers(headers: &HeaderMap, limits: &Limits) -> Result<(), FetchError> {
    // The HTTP client removes the header when it decodes: what is left is what it could not decode.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity") {
        return Err(FetchError::Encoding);
    }
    if limits.content_types.is_empty() {
        return Ok(());
    }
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .map(str::trim)
        .ok_or(FetchError::ContentType)?;
    let expected = limits.content_types.iter().any(|listed| essence.eq_ignore_ascii_case(listed));
    if expected { Ok(()) } else { Err(FetchError::ContentType) }
}

/// Reads a body piece by piece and stops at the limit, counting what comes out of the decoder.
async fn read_body(mut response: reqwest::Response, limits: &Limits) -> Result<Bytes, FetchError> {
    let max = limits.max_body_bytes;
    let too_large = FetchError::TooLarge { limit_bytes: max };
    let declared = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if declared > max {
        return Err(too_large);
    }
    // A small body arrives in one piece, which is handed on as it is.
    let Some(first) = next_piece(&mut response, limits).await? else { return Ok(Bytes::new()) };
    if first.len() > max {
        return Err(too_large);
    }
    let Some(second) = next_piece(&mut response, limits).await? else { return Ok(first) };
    let mut body = BytesMut::with_capacity(declared.max(first.len() + second.len()).min(max));
    body.extend_from_slice(&first);
    let mut piece = second;
    loop {
        if piece.len() > max - body.len() {
            return Err(too_large);
        }
        body.extend_from_slice(&piece);
        match next_piece(&mut response, limits).await? {
            Some(next) => piece = next,
            None => return Ok(body.freeze()),
        }
    }
}

async fn next_piece(response: &mut reqwest::Response, limits: &Limits) -> Result<Option<Bytes>, FetchError> {
    match timeout(limits.idle_timeout, response.chunk()).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(FetchError::Timeout(Phase::Idle)),
    }
}
