//! What stands around every request and response, errors included. Promises an id that is ours, a bounded body read
//! whole before anything else happens, an answer within a bounded time, no more requests from an address than it may
//! send, and headers that keep a page from being framed, sniffed, cached or made to call anything of anybody else's. Links
//! carry their proof in the address, so no page tells another site where it was opened from. Never lets a panic or a
//! cause out.

use crate::{
    App,
    access::{is_of_nobody, only_enforced},
    client::{ClientAddress, Peer},
    denied::{Asked, Trail},
    notice::Notice,
    problem::{Code, Problem},
    sheet::{Nonce, Sheet},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use std::{
    any::Any,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use tokio::time::timeout;
use tower_governor::{GovernorError, GovernorLayer};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tracing::Instrument;
use uuid::Uuid;

/// Largest body of a request.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// How much and how long; at each limit somebody waits or is told so, and nothing grows.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Until the head of a request must have come; also how long a connection may idle. Then it is closed.
    pub header_timeout: Duration,
    /// Until its body must have come: 408.
    pub body_timeout: Duration,
    /// Until it must be answered: 503.
    pub request_timeout: Duration,
    /// How long a client may leave what we sent untaken. Then the connection is closed.
    pub stall_timeout: Duration,
    /// Open connections in all: further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Open connections of one address that is not a trusted proxy's: further ones are closed at once.
    pub connections_per_address_max: usize,
    /// Requests of one address at once: 429.
    pub requests_per_address: u32,
    /// After which time an address may send one more.
    pub request_again_after: Duration,
    /// Requests of one tenant that run at once, by keys and by people: 429. Each holds a database connection for a while,
    /// of which there are as many for all tenants together.
    pub requests_per_tenant_at_once: usize,
    /// Pages of one person that stand open and are told what changes: 429.
    pub streams_per_person: usize,
    /// The same of one tenant: 429.
    pub streams_per_tenant: usize,
    /// The same of all tenants together: each holds a connection of a browser, and none of the database.
    pub streams_max: usize,
    /// How often a stream looks whether it still may, and what has changed.
    pub stream_looks_every: Duration,
    /// After which time a stream ends, and the browser comes again.
    pub stream_life: Duration,
    /// How long requests that run may take to end when we stop.
    pub shutdown_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(30),
            connections_max: 4_096,
            connections_per_address_max: 64,
            requests_per_address: 240,
            request_again_after: Duration::from_millis(50),
            requests_per_tenant_at_once: 8,
            // As many connections as a browser opens to one host (HTTP/1.1), and it holds none for a page that nobody looks at.
            streams_per_person: 6,
            streams_per_tenant: 32,
            streams_max: 1_024,
            stream_looks_every: Duration::from_secs(15),
            stream_life: Duration::from_secs(300),
            shutdown_timeout: Duration::from_secs(20),
        }
    }
}

/// What a page may load and run (CSP level 3): our own files, and scripts that carry this response's nonce and what they load.
/// Nothing turns text into script or markup (Trusted Types) but the policy `worker` of `site.js`, which makes the one address of our
/// worker; no form goes elsewhere, and nobody frames a page.
fn policy(nonce: &Nonce) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types worker"
    )
}

/// What programs are answered is no page.
const NOTHING_RUNS: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
    ),
];

/// The name of a request in logs, problems, pages and the audit log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestId(Uuid);

impl RequestId {
    /// The name of this request; none of ours for one that came by no shield.
    pub(crate) fn of(request: &Request) -> Uuid {
        request.extensions().get::<RequestId>().map_or(Uuid::nil(), |id| id.0)
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the shield around a router: the last layer here is the first a request meets.
pub fn around(app: App, router: Router) -> Router {
    let addresses = GovernorLayer::new(app.rates.addresses()).error_handler(too_often);
    let small = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| is_of_nobody(extensions);
    router
        .layer(from_fn(only_enforced))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.bounds, bounded))
        .layer(addresses)
        .layer(from_fn_with_state(app, answered))
        // Around what writes problems and notices: before they are written there is nothing to compress.
        .layer(CompressionLayer::new().compress_when(small))
}

/// Names the request and finds out where it is from; writes what went wrong, and the headers.
async fn answered(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let name = app.request_ids.next();
    let id = name.to_string();
    request.extensions_mut().insert(RequestId(name));
    // A request that came by no socket is from nobody: all of those share one address.
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let client = ClientAddress(app.proxies.client(peer, request.headers()));
    request.extensions_mut().insert(client);
    let is_api = is_api(request.uri().path());
    // Never the address itself: it may hold a link's token.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, route);
    let trail = Trail::default();
    request.extensions_mut().insert(trail.clone());
    let sheet = Sheet::of(&request, Nonce::mint(app.chance.bytes()));
    request.extensions_mut().insert(sheet.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = if is_api {
            problem.write(response, &app.base_url, &id)
        } else {
            problem.notice(&id).write(response, &sheet)
        };
    } else if let Some(notice) = response.extensions_mut().remove::<Notice>() {
        response = notice.write(response, &sheet);
    }
    let asked = Asked { id: &id, method: &method, route: &route, client: client.0 };
    span.in_scope(|| {
        trail.log(&asked, response.status());
        tracing::debug!(status = response.status().as_u16(), "answered");
    });
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = if is_api { NOTHING_RUNS.to_owned() } else { policy(&sheet.nonce) };
    let policy = HeaderValue::try_from(policy).expect("BUG: a policy is a header");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(REQUEST_ID, HeaderValue::try_from(id).expect("BUG: an id is a header"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether programs ask here, rather than people.
fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Reads the body whole and runs what is inside, each within its time.
async fn bounded(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let trail = Trail::of(&parts.extensions);
    let body = match timeout(bounds.body_timeout, whole(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(problem)) => return problem.into_response(),
        Err(_) => {
            return Problem::bad_request(Code::Timeout, "The body did not come in time.").into_response();
        }
    };
    let answer = next.run(Request::from_parts(parts, Body::from(body)));
    let mut response = timeout(bounds.request_timeout, answer).await.unwrap_or_else(|_| {
        tracing::error!("no answer within {:?}", bounds.request_timeout);
        Problem::busy().into_response()
    });
    // Whether it was cut off, failed or panicked.
    if trail.erases() && response.status().is_server_error() {
        let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(Problem::failed);
        response.extensions_mut().insert(problem.amid_erasure());
    }
    response
}

async fn whole(body: Body) -> Result<Bytes, Problem> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request(Code::BadRequest, "The body broke off."))?;
        if whole.len() + chunk.len() > BODY_BYTES_MAX {
            let detail = format!("A body has at most {BODY_BYTES_MAX} bytes.");
            return Err(Problem::bad_request(Code::TooLarge, detail));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// The panic's message is in the log already: `telemetry` writes it.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::failed().into_response()
}

fn too_often(refusal: GovernorError) -> Response {
    match refusal {
        GovernorError::TooManyRequests { wait_time, .. } => Problem::too_many_requests(wait_time + 1),
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => Problem::failed(),
    }
    .into_response()
}
