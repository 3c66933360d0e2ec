//! What comes in with a request, read strictly: JSON of bounded depth without unknown fields, parameters that are known
//! and given once, ids that parse. Promises that a refusal names the field. Never trims, guesses or fills in.

use crate::problem::{Code, FieldError, Problem};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use url::form_urlencoded;

/// How deep arrays and objects may nest.
pub const JSON_DEPTH_MAX: usize = 32;

/// A JSON body. `T` denies unknown fields.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::bad_request(Code::UnsupportedMediaType, "Send Content-Type: application/json."));
        }
        // `shield` has read it whole and within bounds.
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::bad_request(Code::BadRequest, "The body broke off."))?;
        parse(&bytes).map(Body)
    }
}

/// No body, or an empty object: a request that takes nothing refuses what it is brought, by name.
pub struct NoBody;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::bad_request(Code::BadRequest, "The body broke off."))?;
        if !bytes.is_empty() {
            parse::<Nothing>(&bytes)?;
        }
        Ok(NoBody)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if depth(bytes) > JSON_DEPTH_MAX {
        let detail = format!("The body nests deeper than {JSON_DEPTH_MAX} levels.");
        return Err(Problem::bad_request(Code::BadRequest, detail));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        refused(&field, error.inner())
    })?;
    json.end().map_err(|error| refused(".", &error))?;
    Ok(value)
}

/// 400 for what is no JSON, 422 for JSON that is not what was asked for.
fn refused(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let (reason, place) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    if !error.is_data() {
        return Problem::bad_request(Code::BadRequest, format!("The body is no JSON: {reason} at line {place}."));
    }
    let named = ["unknown field `", "missing field `", "duplicate field `"];
    let name = named.iter().find_map(|what| reason.strip_prefix(what)).and_then(|rest| rest.split('`').next());
    let field = match (path, name) {
        (".", Some(name)) => name.to_owned(),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => format!("{path}.{name}"),
        (".", None) => "body".to_owned(),
        (path, _) => path.to_owned(),
    };
    Problem::invalid(vec![FieldError::new(field, reason)])
}

/// How deep brackets nest, outside of strings; said without building anything.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The parameters behind the question mark. `T` denies unknown ones.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut seen = HashSet::new();
        for (name, _) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if !seen.insert(name.clone()) {
                let detail = format!("The parameter {name:?} is given more than once.");
                return Err(Problem::bad_request(Code::BadRequest, detail));
            }
        }
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(rejection) => {
                let text = rejection.body_text();
                let reason = text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason);
                Err(Problem::bad_request(Code::BadRequest, format!("A parameter was refused: {reason}.")))
            }
        }
    }
}

/// The parameters in the path. What does not parse is as absent as what is not there.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Path(value)).map_err(|_| Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        length_mm: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        vehicle: Inner,
    }

    fn said(json: &str) -> String {
        match parse::<Outer>(json.as_bytes()) {
            Ok(outer) => format!("{}", outer.vehicle.length_mm),
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert_eq!(said(r#"{"vehicle":{"length_mm":6900}}"#), "6900");
        for (json, field) in [
            (r#"{"vehicle":{"length_mm":-1}}"#, "vehicle.length_mm"),
            (r#"{"vehicle":{"length_mm":1,"plan":"fleet"}}"#, "vehicle.plan"),
            (r#"{"vehicle":{"length_mm":1},"tenant_id":"x"}"#, "tenant_id"),
            (r#"{"vehicle":{}}"#, "vehicle.length_mm"),
            (r#"{"vehicle":{"length_mm":1,"length_mm":2}}"#, "vehicle.length_mm"),
            ("{}", "vehicle"),
            ("[]", "body"),
        ] {
            let said = said(json);
            assert!(said.contains("code: Invalid") && said.contains(&format!("field: {field:?}")), "{json}: {said}");
        }
        for json in ["", "{", "{\"vehicle\":", "x", r#"{"vehicle":{"length_mm":1}} x"#] {
            assert!(said(json).contains("code: BadRequest"), "{json}: {}", said(json));
        }
    }

    #[test]
    fn sr_api_02_depth_is_counted_outside_of_strings() {
        assert_eq!(depth(br#"{"a":[1,"[[[\"[[",{}]}"#), 3);
        assert_eq!(depth(b"]]]][[[]"), 3);
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(said(&nested(JSON_DEPTH_MAX)).contains("code: Invalid"));
        assert!(said(&nested(JSON_DEPTH_MAX + 1)).contains("nests deeper"));
        assert!(said(&"[".repeat(60_000)).contains("nests deeper"));
    }
}
