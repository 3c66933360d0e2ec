//! What is asked for and what comes back.
//!
//! Plain values: a request says why it is made (its purpose decides about redirects and hosts) and within
//! which limits. Nothing here does I/O.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, header};
use url::{Position, Url};

/// Longer validators are not kept: they are stored per target.
const LONGEST_VALIDATOR: usize = 256;

/// The hosts that belong to one operator, lower-case, without ports. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAllowlist(Arc<[Box<str>]>);

impl HostAllowlist {
    /// A list of hosts as they stand in a URL.
    pub fn new<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(hosts.into_iter().map(|host| host.to_ascii_lowercase().into()).collect())
    }

    /// The list with the one host of a configured base URL.
    #[must_use]
    pub fn of_url(url: &Url) -> Self {
        Self::new(url.host_str())
    }

    pub(crate) fn has(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.0.iter().any(|listed| **listed == *host))
    }
}

/// Why a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An operator's page: its hosts only, redirects of a GET on the same origin are followed.
    Operator {
        /// The hosts that belong to the operator.
        hosts: HostAllowlist,
    },
    /// A URL that a user gave us: any public host, redirects are failures.
    UserUrl,
    /// An endpoint of an identity provider: as its own metadata names it, so any public host; redirects are failures.
    IdentityProvider,
}

/// The method, with the body of a POST.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// GET.
    #[default]
    Get,
    /// POST with a body; say its type in the headers.
    Post(Bytes),
}

/// The bounds of one request, all held while bytes arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the first lookup to the last byte, over all redirects.
    pub total_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// Body bytes after decoding.
    pub max_body_bytes: usize,
    /// Response headers; more than 100 are refused in any case.
    pub max_headers: usize,
    /// Names and values of the response headers together.
    pub max_header_bytes: usize,
    /// Redirects on the same origin, for operators only.
    pub max_redirects: u8,
    /// Content types (without parameters) that a body may have; empty allows any.
    pub content_types: &'static [&'static str],
}

impl Default for Limits {
    /// 15 s in total, 5 s between pieces, 2 MiB, 64 headers in 32 KiB, 3 redirects, any type.
    fn default() -> Self {
        Self {
            total_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(5),
            max_body_bytes: 2 * 1024 * 1024,
            max_headers: 64,
            max_header_bytes: 32 * 1024,
            max_redirects: 3,
            content_types: &[],
        }
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to ask for.
    pub url: Url,
    /// Why.
    pub purpose: Purpose,
    /// How.
    pub method: Method,
    /// Extra headers. `Host`, `User-Agent` and what frames a message are refused.
    pub headers: HeaderMap,
    /// What we have, so that an unchanged page costs a 304.
    pub validators: Option<Validators>,
    /// Within which bounds.
    pub limits: Limits,
}

impl Request {
    /// A GET with the default limits.
    #[must_use]
    pub fn get(url: Url, purpose: Purpose) -> Self {
        Self {
            url,
            purpose,
            method: Method::Get,
            headers: HeaderMap::new(),
            validators: None,
            limits: Limits::default(),
        }
    }

    /// A POST with the default limits.
    #[must_use]
    pub fn post(url: Url, purpose: Purpose, body: Bytes) -> Self {
        Self { method: Method::Post(body), ..Self::get(url, purpose) }
    }

    /// A POST of JSON with the default limits.
    #[must_use]
    pub fn post_json(url: Url, purpose: Purpose, body: Bytes) -> Self {
        let mut request = Self::post(url, purpose, body);
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    /// The same request, for an answer of this type.
    #[must_use]
    pub fn accepting(mut self, content_type: &'static str) -> Self {
        self.headers.insert(header::ACCEPT, HeaderValue::from_static(content_type));
        self
    }

    /// The same request within other bounds.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same request, unless what we have is still current. A POST is never conditional (RFC 9110, section 13.1.2).
    #[must_use]
    pub fn unless_current(mut self, validators: Option<Validators>) -> Self {
        self.validators = validators.filter(|_| self.method == Method::Get);
        self
    }

    /// The same request, to be answered from where the page is made and not from a cache on the way (RFC 9111,
    /// section 5.2.1.4).
    #[must_use]
    pub fn afresh(mut self) -> Self {
        self.validators = None;
        self.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self
    }
}

/// What a server gave us to ask "has it changed?".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

impl Validators {
    /// From stored text; what is not a valid header value is dropped.
    #[must_use]
    pub fn from_text(etag: Option<&str>, last_modified: Option<&str>) -> Self {
        let value = |text: &str| HeaderValue::from_str(text).ok().filter(fits);
        Self { etag: etag.and_then(value), last_modified: last_modified.and_then(value) }
    }

    /// The entity tag, to be stored.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_ref().and_then(|value| value.to_str().ok())
    }

    /// The time of the last change, to be stored.
    #[must_use]
    pub fn last_modified(&self) -> Option<&str> {
        self.last_modified.as_ref().and_then(|value| value.to_str().ok())
    }

    pub(crate) fn of_response(headers: &HeaderMap) -> Self {
        let kept = |name| headers.get(name).filter(|value| fits(value)).cloned();
        Self { etag: kept(header::ETAG), last_modified: kept(header::LAST_MODIFIED) }
    }

    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(value) = &self.etag {
            headers.insert(header::IF_NONE_MATCH, value.clone());
        }
        if let Some(value) = &self.last_modified {
            headers.insert(header::IF_MODIFIED_SINCE, value.clone());
        }
    }
}

fn fits(value: &HeaderValue) -> bool {
    value.len() <= LONGEST_VALIDATOR && value.to_str().is_ok()
}

/// A successful answer: 2xx, or 304 to a conditional request.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The decoded body, within the limit. Empty when not modified.
    pub body: Bytes,
    /// For the next request.
    pub validators: Validators,
    /// The content type as sent.
    pub content_type: Option<HeaderValue>,
    /// How long the server asks us to stay away.
    pub retry_after: Option<TimeDelta>,
    /// The page is what we already have.
    pub not_modified: bool,
}

/// Scheme, host and port of a URL as one text.
pub(crate) fn origin(url: &Url) -> &str {
    &url[..Position::BeforePath]
}
