//! What can go wrong on the way out, as values that callers branch on.
//!
//! Every variant reads as a sentence. None carries a URL, a header or a body, so an error can be logged or
//! shown without leaking a query string or a secret.

use std::error::Error;
use std::io;

use chrono::TimeDelta;

/// Why a request was refused before a byte left this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The URL is not https (or, in development, http to a simulator).
    #[error("only https addresses are allowed")]
    Scheme,
    /// The URL carries a user name or a password.
    #[error("the address must not contain a user name or password")]
    UserInfo,
    /// The host is an IP address, in whatever notation.
    #[error("the address must name a host, not an IP address")]
    AddressLiteral,
    /// The host is missing, too long, ends in a dot or has no dot.
    #[error("the host must be a full domain name")]
    Host,
    /// The port is neither 443 nor 8443.
    #[error("only ports 443 and 8443 are allowed")]
    Port,
    /// The URL is longer than any we send.
    #[error("the address is too long")]
    TooLong,
    /// The host is not on the operator's allowlist.
    #[error("the host does not belong to this operator")]
    HostNotListed,
    /// The name resolves to an address that is not on the public internet, alone or among others.
    #[error("the host does not resolve to public addresses only")]
    Address,
    /// The caller set a header that only this crate may set.
    #[error("a reserved request header was set")]
    Header,
}

/// Which clock ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Resolving, connecting and the TLS handshake.
    Connect,
    /// Waiting for the next bytes of a body.
    Idle,
    /// The request as a whole.
    Total,
}

/// Why a fetch gave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not allowed; see the reason.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The host name has no address.
    #[error("the host name could not be resolved")]
    Name,
    /// No connection.
    #[error("no connection could be made")]
    Connect,
    /// The certificate or the handshake was not acceptable.
    #[error("the server's identity could not be verified")]
    Tls,
    /// A limit of time was reached.
    #[error("no complete answer in time ({0:?})")]
    Timeout(Phase),
    /// The body is larger than allowed after decoding.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was exceeded.
        limit_bytes: usize,
    },
    /// Too many or too large response headers.
    #[error("the answer has too many or too large headers")]
    Headers,
    /// The body is of a type that the caller did not ask for.
    #[error("the answer has an unexpected content type")]
    ContentType,
    /// The body could not be decoded, or uses an encoding that we did not offer.
    #[error("the answer's encoding could not be decoded")]
    Encoding,
    /// A redirect that must not be followed, or one too many.
    #[error("the answer is a redirect ({code}) that is not followed")]
    Redirect {
        /// The status code.
        code: u16,
    },
    /// Any other status that is not a success.
    #[error("the answer has status {code}")]
    Status {
        /// The status code.
        code: u16,
        /// How long the server asks us to stay away (429 and 503).
        retry_after: Option<TimeDelta>,
    },
    /// The connection broke, or the answer is not HTTP.
    #[error("the answer broke off or is not HTTP")]
    Broken,
}

/// Why no client could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An extra trust anchor is not a certificate.
    #[error("a trust anchor is not a valid certificate")]
    TrustAnchor,
    /// The HTTP client refused its settings.
    #[error("the HTTP client could not be set up")]
    Settings,
}

/// What our resolver says to the HTTP client; found again in its chain of causes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error(transparent)]
    Refused(Refusal),
    #[error("no address")]
    NoAddress,
}

impl From<ResolveError> for FetchError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Refused(refusal) => Self::Refused(refusal),
            ResolveError::NoAddress => Self::Name,
        }
    }
}

impl From<reqwest::Error> for FetchError {
    /// Looks for the first cause that we can name; what we cannot name is a broken answer.
    fn from(error: reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(current) = cause {
            if let Some(named) = named_cause(current) {
                return named;
            }
            cause = current.source();
        }
        if error.is_timeout() {
            // The total and idle clocks are our own: a timer inside the HTTP client is the one of connecting.
            Self::Timeout(Phase::Connect)
        } else if error.is_connect() {
            Self::Connect
        } else if error.is_decode() {
            Self::Encoding
        } else {
            Self::Broken
        }
    }
}

fn named_cause(cause: &(dyn Error + 'static)) -> Option<FetchError> {
    if let Some(error) = cause.downcast_ref::<ResolveError>() {
        return Some((*error).into());
    }
    if cause.is::<rustls::Error>() {
        return Some(FetchError::Tls);
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return Some(if error.is_parse_too_large() { FetchError::Headers } else { FetchError::Broken });
    }
    // An io::Error hides the error it was made of from `source`, so it is asked directly.
    let inner = cause.downcast_ref::<io::Error>()?.get_ref()?;
    named_cause(inner)
}
