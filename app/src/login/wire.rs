//! How the sign-in libraries reach a provider: through `outbound` and nothing else. Promises small answers within seconds, no
//! redirects, and none of what was sent or received in an error.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Method, header};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use outbound::{Client, FetchError, Limits, Purpose, Request};
use std::{future::Future, pin::Pin, time::Duration};
use url::Url;

/// Somebody waits for a page, and the largest document of a provider (its keys) has a few KiB.
const LIMITS: Limits = Limits {
    total_timeout: Duration::from_secs(8),
    idle_timeout: Duration::from_secs(4),
    max_body_bytes: 256 * 1024,
    max_headers: 64,
    max_header_bytes: 32 * 1024,
    max_redirects: 0,
    content_types: &[],
};

/// Why a provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// It was not reached, or did not answer as it should.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The library asked for what we do not send.
    #[error("not a request that is sent to providers")]
    Request,
}

/// The way out, at an instant.
#[derive(Clone, Copy)]
pub(crate) struct Wire<'a> {
    pub(crate) client: &'a Client,
    pub(crate) now: DateTime<Utc>,
}

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = WireError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WireError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Wire<'_> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, WireError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| WireError::Request)?;
        let mut outgoing = match parts.method {
            Method::GET => Request::get(url, Purpose::IdentityProvider),
            Method::POST => Request::post(url, Purpose::IdentityProvider, Bytes::from(body)),
            _ => return Err(WireError::Request),
        };
        outgoing.headers = parts.headers;
        let answer = self.client.fetch(outgoing.within(LIMITS), self.now).await?;
        let mut response = HttpResponse::new(answer.body.to_vec());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).map_err(|_| WireError::Request)?;
        if let Some(content_type) = answer.content_type {
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        Ok(response)
    }
}
