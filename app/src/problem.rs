//! What went wrong, for programs: problem details (RFC 9457) with a code of a closed set, a sentence and the request's
//! id; under a page's address the same as a page. Never carries a cause: that goes to the log, once, where it is met.

use crate::{notice::Notice, spoken::Spoken};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{access::Denied, plan::Refusal};
use serde::Serialize;
use url::{Url, form_urlencoded};
use utoipa::ToSchema;
use words::{Language, Said};

macro_rules! codes {
    ($( $(#[$doc:meta])* $code:ident = $status:ident, $word:literal, $title:literal; )+) => {
        /// Every kind of problem there is. The word is part of its address and never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $( $(#[$doc])* $code, )+
        }

        impl Code {
            /// What it is in general, in the catalogue.
            pub(crate) const fn said(self) -> &'static str {
                match self {
                    $( Code::$code => concat!("problem-", $word), )+
                }
            }

            /// Every code.
            pub const ALL: &'static [Code] = &[$( Code::$code, )+];

            /// Its word, its status, and what it is in general.
            const fn parts(self) -> (&'static str, StatusCode, &'static str) {
                match self {
                    $( Code::$code => ($word, StatusCode::$status, $title), )+
                }
            }
        }
    };
}

codes! {
    /// Not what the address takes: no JSON, a parameter that is unknown or given twice.
    BadRequest = BAD_REQUEST, "bad_request", "The request cannot be read";
    /// A key stood in the address, where logs keep it.
    KeyInUrl = BAD_REQUEST, "key_in_url", "A key never belongs into an address";
    /// No key, or one that is not good (any more).
    Unauthenticated = UNAUTHORIZED, "unauthenticated", "A valid API key is needed";
    /// A good key that may not do this.
    Forbidden = FORBIDDEN, "forbidden", "This key may not do this";
    /// No session, or one that has ended.
    SignedOut = UNAUTHORIZED, "signed_out", "Please sign in";
    /// A member whose role may not do this.
    NotAllowed = FORBIDDEN, "not_allowed", "Your role does not allow this";
    /// A form that none of our pages sent.
    ForeignForm = FORBIDDEN, "foreign_form", "This form did not come from our page";
    /// A dangerous act, and the last proof of identity is too old.
    ConfirmFirst = FORBIDDEN, "confirm_first", "Please confirm that it is you";
    /// What came back from a provider of identities proves nothing.
    SignInRefused = BAD_REQUEST, "sign_in_refused", "That sign-in did not work";
    /// A provider of identities does not answer us.
    ProviderSilent = BAD_GATEWAY, "provider_silent", "This way to sign in does not work at present";
    /// Missing, or somebody else's.
    NotFound = NOT_FOUND, "not_found", "There is nothing here";
    /// The address knows other methods.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method";
    /// The request came too slowly.
    Timeout = REQUEST_TIMEOUT, "timeout", "The request took too long";
    /// It does not go with what is there.
    Conflict = CONFLICT, "conflict", "The request does not fit the present state";
    /// The plan's limit would be passed.
    PlanLimit = CONFLICT, "plan_limit", "The plan's limit is reached";
    /// Nobody asks this operator.
    OperatorOff = CONFLICT, "operator_off", "This operator is not asked at present";
    /// More than the bound.
    TooLarge = PAYLOAD_TOO_LARGE, "too_large", "The body is too large";
    /// Not JSON.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body must be application/json";
    /// Read, and refused: fields name why.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "Something in the request is not as it should be";
    /// Too often.
    TooManyRequests = TOO_MANY_REQUESTS, "too_many_requests", "Too many requests";
    /// We are too slow at present.
    Busy = SERVICE_UNAVAILABLE, "busy", "Too much is going on";
    /// Our mistake.
    Failed = INTERNAL_SERVER_ERROR, "failed", "That did not work";
}

impl Code {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.parts().0
    }
    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.parts().1
    }
    /// What it is in general.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.parts().2
    }
}

/// One field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the request, such as `vehicle.length_mm`.
    #[schema(example = "vehicle.length_mm")]
    pub field: String,
    /// Why.
    #[schema(example = "must be between 1000 and 30000")]
    pub reason: String,
}

impl FieldError {
    /// A field and the reason it was refused.
    pub fn new(field: impl Into<String>, reason: impl ToString) -> FieldError {
        FieldError { field: field.into(), reason: reason.to_string() }
    }
}

/// Why a request was not done. Turned into a body by `shield`, which knows the request's id.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Said,
    errors: Vec<FieldError>,
    limit: Option<PlanLimit>,
    retry_after_s: Option<u64>,
    way_out: Option<Box<WayOut>>,
}

/// Where a page leads whoever met a problem.
#[derive(Clone, Debug)]
pub(crate) struct WayOut {
    pub(crate) href: String,
    pub(crate) label: Said,
}

/// The limit that was in the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PlanLimit {
    /// Which one.
    #[schema(example = "active_watches")]
    limit: &'static str,
    /// What the plan allows.
    allowed: u32,
    /// What it would have been.
    wanted: u32,
}

/// The body of a problem.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// An address that names the kind of problem and explains it.
    #[serde(rename = "type")]
    #[schema(example = "https://ferryalert.example/problems/invalid")]
    kind: String,
    /// The kind in words.
    #[schema(example = "Something in the request is not as it should be")]
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// The kind as one word; never changes.
    #[schema(example = "invalid")]
    code: &'a str,
    /// What it was this time.
    #[schema(example = "1 field was refused")]
    detail: &'a str,
    /// Name it when you write to us.
    #[schema(example = "4b0fca9e-3f0c-4a41-8a3c-0a8a8c8f5d10")]
    request_id: &'a str,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// With `plan_limit`: which limit, what it allows and what was wanted.
    #[serde(flatten)]
    limit: Option<&'a PlanLimit>,
}

impl Problem {
    fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem::said(code, Said::plain(detail))
    }

    /// A problem that people meet on pages, in their language.
    pub(crate) fn said(code: Code, detail: Said) -> Problem {
        Problem { code, detail, errors: Vec::new(), limit: None, retry_after_s: None, way_out: None }
    }

    /// 404: missing, or somebody else's; nobody learns which.
    #[must_use]
    pub fn not_found() -> Problem {
        Problem::said(Code::NotFound, Said::new("not-found"))
    }

    /// 422: fields that were refused.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}", one.field, one.reason),
            many => format!("{} fields were refused", many.len()),
        };
        Problem { errors, ..Problem::new(Code::Invalid, detail) }
    }

    /// The request cannot be read, or not like this.
    #[must_use]
    pub fn bad_request(code: Code, detail: impl Into<String>) -> Problem {
        Problem::new(code, detail)
    }

    /// 409: it does not go with what is there.
    #[must_use]
    pub fn conflict(code: Code, detail: impl Into<String>) -> Problem {
        Problem::new(code, detail)
    }

    pub(crate) fn unauthenticated(detail: &str) -> Problem {
        Problem::new(Code::Unauthenticated, detail)
    }

    /// 401 on a page: who signs in can send it again.
    pub(crate) fn signed_out() -> Problem {
        Problem::said(Code::SignedOut, Said::new("signed-out")).leading("/login", "nav-sign-in")
    }

    /// 400: whatever it was, in the same words.
    pub(crate) fn sign_in_refused() -> Problem {
        Problem::said(Code::SignInRefused, Said::new("sign-in-refused")).leading("/login", "nav-sign-in")
    }

    /// 502: theirs, or our settings'. The caller has logged the cause.
    pub(crate) fn provider_silent(title: &str) -> Problem {
        let detail = Said::new("provider-silent").with("provider", title);
        Problem::said(Code::ProviderSilent, detail).leading("/login", "nav-sign-in")
    }

    /// 403 on a page.
    pub(crate) fn not_allowed(denied: Denied) -> Problem {
        let detail = match denied {
            Denied::Role(role) => Said::new("not-allowed-role").with("role", role.said()),
            Denied::Scope(_) | Denied::NotByKey | Denied::Plan(_) => {
                return Problem::new(Code::NotAllowed, format!("{denied}."));
            }
        };
        Problem::said(Code::NotAllowed, detail)
    }

    /// 403: another site, or a page of an earlier session, sent this form.
    pub(crate) fn foreign_form() -> Problem {
        Problem::said(Code::ForeignForm, Said::new("foreign-form"))
    }

    /// What kind it is.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// 403: confirm who you are and do it again.
    pub(crate) fn confirm_first(return_to: &str) -> Problem {
        let way = confirm_address(return_to);
        Problem::said(Code::ConfirmFirst, Said::new("confirm-first")).leading(way, "confirm-first-go")
    }

    /// The same with a way on for the page.
    #[must_use]
    pub(crate) fn leading(self, href: impl Into<String>, label: &'static str) -> Problem {
        Problem { way_out: Some(Box::new(WayOut { href: href.into(), label: Said::new(label) })), ..self }
    }

    pub(crate) fn too_many_requests(retry_after_s: u64) -> Problem {
        Problem::too_often(Said::new("too-often").with("seconds", retry_after_s), retry_after_s)
    }

    /// 429 with what was too often.
    pub(crate) fn too_often(detail: Said, retry_after_s: u64) -> Problem {
        Problem { retry_after_s: Some(retry_after_s), ..Problem::said(Code::TooManyRequests, detail) }
    }

    pub(crate) fn busy() -> Problem {
        Problem { retry_after_s: Some(5), ..Problem::said(Code::Busy, Said::new("busy")) }
    }

    /// 500: ours. The caller has logged the cause.
    pub(crate) fn failed() -> Problem {
        Problem::said(Code::Failed, Said::new("failed"))
    }

    /// The same of an erasure that had begun: what is erased stays erased, and the same again goes on.
    #[must_use]
    pub(crate) fn amid_erasure(self) -> Problem {
        let detail = Said::new("data-erase-broken-off");
        Problem { detail, ..self }.leading("/account/data", "data-erase-go-on")
    }

    /// The body, around the status and headers that `into_response` made.
    pub(crate) fn write(&self, response: Response, base_url: &Url, request_id: &str) -> Response {
        let detail = self.detail.clone().inside(Language::English).to_string();
        let document = Document {
            kind: kind(base_url, self.code),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            code: self.code.as_str(),
            detail: &detail,
            request_id,
            errors: &self.errors,
            limit: self.limit.as_ref(),
        };
        let body = serde_json::to_vec(&document).expect("BUG: a document of texts and numbers is JSON");
        let mut response = response.map(|_| Body::from(body));
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }

    /// The same for people. What is said to programs alone is not said to them: they are told what to do.
    pub(crate) fn notice(&self, request_id: &str) -> Notice {
        let title = Said::new(self.code.said());
        let text = if self.detail.is_plain() { Said::new("not-taken") } else { self.detail.clone() };
        Notice { title, text, way_out: self.way_out.as_deref().cloned(), request_id: Some(request_id.to_owned()) }
    }
}

/// Where somebody proves anew who they are, and comes back from.
pub(crate) fn confirm_address(return_to: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("/account/confirm?{query}")
}

/// The address that names and explains a kind of problem.
pub(crate) fn kind(base_url: &Url, code: Code) -> String {
    format!("{}/problems/{}", base_url.as_str().trim_end_matches('/'), code.as_str())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        let headers = response.headers_mut();
        match self.code {
            Code::Unauthenticated => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(BEARER)),
            Code::SignedOut => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(SESSION)),
            Code::Forbidden => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(BEARER_SCOPE)),
            _ => None,
        };
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// RFC 9110 wants a scheme with a 401; no browser asks for a password for this one.
const SESSION: &str = "Session realm=\"FerryAlert\"";
const BEARER: &str = "Bearer realm=\"FerryAlert\"";
const BEARER_SCOPE: &str = "Bearer realm=\"FerryAlert\", error=\"insufficient_scope\"";

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        tracing::error!(%error, "request failed");
        if error.is_busy() { Problem::busy() } else { Problem::failed() }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Problem {
        tracing::error!(%error, "a page did not render");
        Problem::failed()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let Refusal { limit, allowed, wanted } = refusal;
        let limit = Some(PlanLimit { limit: limit.as_str(), allowed, wanted });
        Problem { limit, ..Problem::new(Code::PlanLimit, format!("{refusal}.")) }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        Problem::new(Code::Forbidden, format!("{denied}."))
    }
}
