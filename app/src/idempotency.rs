//! POSTs that may be sent again. Promises that a request with an `Idempotency-Key` acts once: the same request gets the
//! same answer for a day, another request under the same key is refused. The answer is committed with the act or not
//! at all. A request that was refused is not kept: it may be mended and sent again.

use crate::{
    access::ApiCx,
    problem::{Code, FieldError, Problem},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::access::Action;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    TenantTx,
    idempotency::{self, Known, Repeatable},
};

/// The header a client names its request with.
pub(crate) const HEADER: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_BYTES_MAX: usize = 255;

/// What the client calls its request, if it says.
pub(crate) struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(IdempotencyKey(None)) };
        let key = value.as_bytes();
        let plain = (1..=KEY_BYTES_MAX).contains(&key.len()) && key.iter().all(|byte| (b' '..=b'~').contains(byte));
        if !plain || values.next().is_some() {
            let detail = format!("{HEADER} is one text of 1 to {KEY_BYTES_MAX} printable ASCII characters.");
            return Err(Problem::bad_request(Code::BadRequest, detail));
        }
        Ok(IdempotencyKey(Some(String::from_utf8_lossy(key).into_owned())))
    }
}

/// Whether a request is to be done.
pub(crate) enum Begun {
    /// It is, in this transaction.
    Act(TenantTx, Once),
    /// It was done; this is what was answered.
    Answered(Response),
}

/// Keeps the answer of one request, if the client named it.
pub(crate) struct Once(Option<Named>);

struct Named {
    key: String,
    route: String,
    request_hash: [u8; 32],
}

/// What a request did.
pub(crate) struct Done<'a, T> {
    /// The status of the answer.
    pub(crate) status: StatusCode,
    /// Its body.
    pub(crate) body: &'a T,
    /// What the audit log calls it.
    pub(crate) action: &'static str,
    /// To which object.
    pub(crate) subject: String,
}

/// Begins a request that does this: `route` is its method and path with all ids, `asked` what its body says.
pub(crate) async fn begin(
    (cx, action): (&ApiCx, Action),
    key: IdempotencyKey,
    route: String,
    asked: &impl Serialize,
) -> Result<Begun, Problem> {
    let mut tx = cx.begin_writing(action).await?;
    let Some(key) = key.0 else { return Ok(Begun::Act(tx, Once(None))) };
    // Of two members of a tenant each may use the key for itself, once: who asks is part of the request.
    let asked = serde_json::to_vec(&(cx.membership().user(), asked)).expect("BUG: what was read from JSON is JSON");
    let named = Named { key, route, request_hash: Sha256::digest(asked).into() };
    match idempotency::look_up(&mut tx, &named.repeatable(), cx.now()).await? {
        Known::New => Ok(Begun::Act(tx, Once(Some(named)))),
        Known::Answered(status, body) => Ok(Begun::Answered(answer(status, body, Some("true")))),
        Known::Other => {
            let reason = "was used for another request; take a new one for each request";
            Err(Problem::invalid(vec![FieldError::new(HEADER, reason)]))
        }
        Known::InFlight => Err(Problem::conflict(
            Code::Conflict,
            "A request with this Idempotency-Key is being done; ask again in a moment.",
        )),
    }
}

impl Named {
    fn repeatable(&self) -> Repeatable<'_> {
        Repeatable { route: &self.route, key: &self.key, request_hash: self.request_hash }
    }
}

impl Once {
    /// For what may be done again without harm.
    pub(crate) fn unnamed() -> Once {
        Once(None)
    }

    /// Keeps the answer, commits what was done with its line in the audit log, and answers.
    pub(crate) async fn finish<T: Serialize>(
        self,
        cx: &ApiCx,
        mut tx: TenantTx,
        done: Done<'_, T>,
    ) -> Result<Response, Problem> {
        let body = serde_json::to_string(done.body).expect("BUG: a view is plain JSON");
        let status = done.status.as_u16();
        if let Some(named) = self.0 {
            idempotency::keep(&mut tx, &named.repeatable(), (status, &body), cx.now()).await?;
        }
        cx.commit(tx, done.action, done.subject).await?;
        Ok(answer(status, body, None))
    }
}

fn answer(status: u16, body: String, replayed: Option<&'static str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(replayed) = replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static(replayed));
    }
    response
}
