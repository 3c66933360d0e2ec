//! Forms that people send: read strictly, and given back with what was typed when something is not as it should be.
//! Promises that unknown and repeated fields are refused and that a refusal stands beside its field as a sentence.
//! Never trims or guesses but where a field's own parser says so.

use crate::{
    problem::{Code, FieldError, Problem},
    spoken::Spoken,
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use url::form_urlencoded;
use words::Said;

const FORM: &str = "application/x-www-form-urlencoded";

/// The field that proves a form to be ours; `enforce` has compared it before a handler runs.
pub(crate) const CSRF_FIELD: &str = "csrf";

/// The fields of a form. `T` denies unknown ones, and takes text: what it means is parsed by the handler, so that a
/// refused form can be shown again as it was typed.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_form(request.headers()) {
            let detail = "Send the form as application/x-www-form-urlencoded.";
            return Err(Problem::bad_request(Code::UnsupportedMediaType, detail));
        }
        // `shield` has read it whole and within bounds.
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::bad_request(Code::BadRequest, "The form broke off."))?;
        parse(&bytes).await.map(Form)
    }
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

/// The field that proves the form to be ours, if it is there once.
pub(crate) fn csrf_field(bytes: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(bytes).filter(|(name, _)| name == CSRF_FIELD);
    let (_, value) = fields.next()?;
    if fields.next().is_some() { None } else { Some(value.into_owned()) }
}

async fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let body = Body::from(without_proof(bytes)?);
    let request = Request::post("/").header(header::CONTENT_TYPE, FORM).body(body);
    match axum::Form::from_request(request.expect("BUG: a path and a type make a request"), &()).await {
        Ok(axum::Form(fields)) => Ok(fields),
        Err(rejection) => {
            let text = rejection.body_text();
            let reason = text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason);
            let field = reason.split('`').nth(1).unwrap_or("form").to_owned();
            Err(Problem::invalid(vec![FieldError::new(field, reason)]))
        }
    }
}

/// The fields that are the handler's, each given once.
fn without_proof(bytes: &[u8]) -> Result<String, Problem> {
    let mut seen = HashSet::new();
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(bytes) {
        if !seen.insert(name.clone()) {
            return Err(Problem::invalid(vec![FieldError::new(name, "is given more than once")]));
        }
        if name != CSRF_FIELD {
            rest.append_pair(&name, &value);
        }
    }
    Ok(rest.finish())
}

/// What is wrong with a form, field by field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals(Vec<(String, Said)>);

impl Refusals {
    /// Notes that a field was refused, and why.
    pub(crate) fn say(&mut self, field: &str, why: Said) {
        self.0.push((field.to_owned(), why));
    }

    /// The value, or nothing and a note.
    pub(crate) fn take<T, E: Spoken>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.say(field, error.said())).ok()
    }

    /// Why this field was refused, for the page to say beside it.
    pub(crate) fn of(&self, field: &str) -> Option<&Said> {
        self.0.iter().find(|(refused, _)| refused == field).map(|(_, why)| why)
    }

    /// Whether nothing was.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the page with the form is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        if self.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: String,
    }

    async fn said(form: &str) -> String {
        match parse::<Named>(form.as_bytes()).await {
            Ok(named) => named.name,
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[tokio::test]
    async fn sr_auz_05_a_form_takes_the_fields_it_has_and_no_others() {
        assert_eq!(said("name=Zo%C3%AB+%26+Co&csrf=x").await, "Zoë & Co");
        for (form, field) in [
            ("name=a&role=owner", "role"),
            ("name=a&name=b", "name"),
            ("csrf=x", "name"),
            ("name=a&tenant_id=1", "tenant_id"),
        ] {
            let said = said(form).await;
            assert!(said.contains(&format!("field: {field:?}")), "{form}: {said}");
        }
    }

    #[test]
    fn the_field_that_proves_a_form_stands_there_once() {
        assert_eq!(csrf_field(b"name=a&csrf=abc"), Some("abc".to_owned()));
        assert_eq!(csrf_field(b"csrf=abc&csrf=abc"), None);
        assert_eq!(csrf_field(b"name=a"), None);
    }
}
