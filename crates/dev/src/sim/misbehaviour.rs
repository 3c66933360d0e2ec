//! How a simulated operator can behave badly, and the bytes it then sends.
//!
//! Promises: each kind goes on until it is switched off; endless kinds end when the client hangs up, and cost next to no
//! memory. Never sends a wrong fact in the right layout: what it sends is either true or recognisably not an answer.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};

/// How an operator behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Misbehaviour {
    /// As documented.
    #[default]
    None,
    /// Answers after a while.
    Slow {
        /// How long, in milliseconds.
        delay_ms: u64,
    },
    /// 429 with Retry-After.
    TooManyRequests {
        /// Seconds named in Retry-After.
        retry_after_s: u64,
    },
    /// 503, with Retry-After if given.
    Unavailable {
        /// Seconds named in Retry-After.
        retry_after_s: Option<u64>,
    },
    /// 200 with a page or document of another shape.
    ChangedLayout,
    /// 200 with nothing in it.
    Blank,
    /// 200 with a page that asks to log in.
    LoginWall,
    /// 403 with a page that asks to prove one is human.
    Captcha,
    /// 200 in the right type, nested 100,000 deep.
    DeepNesting,
    /// 200 with a body that grows 150-fold when decoded, without end.
    GzipBomb,
    /// 200 with a body that never ends, as fast as it is read.
    EndlessBody,
    /// 200 with one byte every 200 ms.
    Drip,
    /// The connection is closed in the middle of the body.
    CutShort,
    /// 302 to another host, with everything that was asked in the address.
    Redirect,
    /// Any status, with a body that repeats everything that was asked where a fact should be.
    RepeatsRequest {
        /// The status code.
        status: u16,
    },
}

/// What the operator would have answered, so that a lie has the right type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Harbour's, Brittany's and Washington's.
    Json,
    /// BC Ferries'.
    Html,
}

impl Format {
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Format::Json => "application/json",
            Format::Html => "text/html;charset=UTF-8",
        })
    }
}

const LAYOUT_HTML: &str = "<!DOCTYPE html><html><head><title>Current conditions | New look</title></head><body>\
<div class=\"sailing-grid\"><div class=\"card\"><b>12:00 pm</b><i>Sold out</i></div></div></body></html>";
const LAYOUT_JSON: &str = r#"{"version":2,"departures":[{"at":"12:00","state":"sold_out"}],"full":true}"#;
const LOGIN: &str = "<!DOCTYPE html><html><head><title>Log in</title></head><body><form method=post>\
<label>Password <input type=password></label></form></body></html>";
const CAPTCHA: &str = "<!DOCTYPE html><html><head><title>Are you human?</title></head><body><div class=captcha>\
Tick all ferries that are full</div></body></html>";

/// The answer of a misbehaving operator; `None` where it answers as usual.
pub(super) async fn answer(misbehaviour: Misbehaviour, format: Format, asked: &Uri) -> Option<Response> {
    let page = |body: &'static str| Some(typed(format, Body::from(body)));
    match misbehaviour {
        Misbehaviour::None | Misbehaviour::CutShort => None,
        Misbehaviour::Slow { delay_ms } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            None
        }
        Misbehaviour::TooManyRequests { retry_after_s } => {
            Some(refusal(StatusCode::TOO_MANY_REQUESTS, Some(retry_after_s)))
        }
        Misbehaviour::Unavailable { retry_after_s } => Some(refusal(StatusCode::SERVICE_UNAVAILABLE, retry_after_s)),
        Misbehaviour::ChangedLayout => page(match format {
            Format::Json => LAYOUT_JSON,
            Format::Html => LAYOUT_HTML,
        }),
        Misbehaviour::Blank => page(""),
        Misbehaviour::LoginWall => Some(typed(Format::Html, Body::from(LOGIN))),
        Misbehaviour::Captcha => {
            let mut response = typed(Format::Html, Body::from(CAPTCHA));
            *response.status_mut() = StatusCode::FORBIDDEN;
            Some(response)
        }
        Misbehaviour::DeepNesting => Some(typed(format, Body::from(deep(format)))),
        Misbehaviour::GzipBomb => Some(gzip_bomb(format)),
        Misbehaviour::Redirect => {
            let elsewhere = format!("https://elsewhere.test{asked}");
            Some((StatusCode::FOUND, [(header::LOCATION, elsewhere)]).into_response())
        }
        Misbehaviour::RepeatsRequest { status } => Some(repeating(status, format, asked)),
        Misbehaviour::EndlessBody => {
            let block = Bytes::from(" ".repeat(16 * 1024));
            Some(typed(format, endless(move || block.clone())))
        }
        Misbehaviour::Drip => {
            let drops = stream::repeat(Bytes::from_static(b" ")).then(|drop| async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok::<_, Infallible>(drop)
            });
            Some(typed(format, Body::from_stream(drops)))
        }
    }
}

/// The first half of a body, then a broken connection. The pause lets the half leave before the break.
pub(super) fn cut_short(format: Format, body: &Bytes) -> Response {
    let half = stream::iter([Ok(body.slice(..body.len() / 2))]);
    let hang_up = stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("the simulator hangs up"))
    });
    typed(format, Body::from_stream(half.chain(hang_up)))
}

/// A body that has what was asked in the place of facts.
fn repeating(status: u16, format: Format, asked: &Uri) -> Response {
    // The query alone: it is what an excerpt of the answer would show first.
    let asked = asked.query().unwrap_or_else(|| asked.path());
    let body = match format {
        Format::Json => serde_json::json!({ "TerminalID": asked, "route": asked, "crossings": asked }).to_string(),
        Format::Html => {
            format!("<!DOCTYPE html><title>{0}</title><p>{0}</p>", super::markup::escape(asked))
        }
    };
    let mut response = typed(format, Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// A 200 of the operator's content type.
pub(super) fn typed(format: Format, body: Body) -> Response {
    ([(header::CONTENT_TYPE, format.content_type())], body).into_response()
}

fn refusal(status: StatusCode, retry_after_s: Option<u64>) -> Response {
    let mut response = status.into_response();
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn endless(mut block: impl FnMut() -> Bytes + Send + 'static) -> Body {
    Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(block())))
}

fn deep(format: Format) -> String {
    match format {
        Format::Json => "[".repeat(100_000),
        Format::Html => "<div>".repeat(100_000),
    }
}

/// A gzip stream without end that decodes to zeros: one deflate block of fixed codes, in which "copy 258 bytes from one
/// byte back" takes 13 bits, so eight copies are the same 13 bytes again and again.
fn gzip_bomb(format: Format) -> Response {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut bits = Bits::default();
    bits.push(0b011, 3); // last block, fixed codes
    bits.push_code(0b0011_0000, 8); // the literal 0
    while !bits.pending.is_multiple_of(8) {
        copy(&mut bits); // until the pattern stands on a byte
    }
    let mut head = HEADER.to_vec();
    head.append(&mut bits.bytes);
    bits.pending = 0;
    for _ in 0..8 * 1024 {
        copy(&mut bits);
    }
    let (head, block) = (Bytes::from(head), Bytes::from(bits.bytes));
    let mut first = Some(head);
    let body = endless(move || first.take().unwrap_or_else(|| block.clone()));
    let mut response = typed(format, body);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// Length code 285 (258 bytes) and distance code 0 (one byte back).
fn copy(bits: &mut Bits) {
    bits.push_code(0b1100_0101, 8);
    bits.push_code(0, 5);
}

/// Bits in deflate's order: the first is the lowest of the first byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// How many bits were pushed.
    pending: usize,
}

impl Bits {
    fn push(&mut self, value: u16, count: u16) {
        for bit in 0..count {
            if self.pending.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if value >> bit & 1 == 1
                && let Some(last) = self.bytes.last_mut()
            {
                *last |= 1 << (self.pending % 8);
            }
            self.pending += 1;
        }
    }

    /// A Huffman code, whose highest bit comes first.
    fn push_code(&mut self, code: u16, count: u16) {
        for bit in (0..count).rev() {
            self.push(code >> bit & 1, 1);
        }
    }
}
