//! The connectors: how each operator is asked, and how its answers are read.
//!
//! Promises: one question makes one request, to the operator's own host and nowhere else. Reading is pure, bounded in
//! bytes, nodes, depth and items, and never panics; a page we do not understand is an error that says what was
//! expected and where, and never becomes "full". Reading a page takes milliseconds of computing: callers run it off
//! the async threads (`spawn_blocking`).
//! Never books, logs in, solves a captcha or pretends to be a browser.

use chrono::{DateTime, Utc};
use domain::facts::{Answer, MAX_SIGHTINGS};
use domain::operator::Operator;
use domain::target::Question;
use outbound::{HostAllowlist, Limits, Purpose, Request};
use url::Url;

mod bc_ferries;
mod harbour;
mod page;
mod text;

/// Where each operator is reached: its own site, or in development the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrls {
    harbour: (Url, HostAllowlist),
    bc_ferries: (Url, HostAllowlist),
}

/// A base URL that paths cannot be added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the base URL of {0} must be http or https and end at a host or path")]
pub struct BadBaseUrl(pub Operator);

impl BaseUrls {
    /// Takes the base URLs from the configuration.
    pub fn new(harbour: Url, bc_ferries: Url) -> Result<Self, BadBaseUrl> {
        let own = |url: Url| {
            let hosts = HostAllowlist::of_url(&url);
            (url, hosts)
        };
        let urls = Self { harbour: own(harbour), bc_ferries: own(bc_ferries) };
        for operator in Operator::ALL {
            let url = urls.of(*operator);
            let plain = url.query().is_none() && url.fragment().is_none();
            if !matches!(url.scheme(), "http" | "https") || !plain {
                return Err(BadBaseUrl(*operator));
            }
        }
        Ok(urls)
    }

    /// The base URL of one operator.
    pub fn of(&self, operator: Operator) -> &Url {
        &self.own(operator).0
    }

    /// The hosts that belong to one operator.
    pub fn hosts(&self, operator: Operator) -> &HostAllowlist {
        &self.own(operator).1
    }

    fn own(&self, operator: Operator) -> &(Url, HostAllowlist) {
        match operator {
            Operator::Harbour => &self.harbour,
            Operator::BcFerries => &self.bc_ferries,
        }
    }
}

/// Why an answer could not be read. The sentence is for logs and the console; it quotes at most 80 characters of the
/// page, made printable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The page passes a bound that no honest page passes.
    #[error("the answer has more than {limit} {what}")]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
        /// How much is read at most.
        limit: usize,
    },
    /// The page is not what the operator's pages look like.
    #[error("expected {expected} at {place}, found {found}")]
    Unexpected {
        /// What an understood page has.
        expected: &'static str,
        /// Where on the page.
        place: String,
        /// What is there instead.
        found: String,
    },
    /// The question is of a kind this operator does not answer.
    #[error("{0} does not answer this kind of question")]
    WrongQuestion(Operator),
}

impl ParseError {
    /// One word for metrics and rows.
    pub fn kind(&self) -> &'static str {
        match self {
            ParseError::TooComplex { .. } => "too_complex",
            ParseError::Unexpected { .. } => "unexpected",
            ParseError::WrongQuestion(_) => "wrong_question",
        }
    }
}

fn unexpected(expected: &'static str, place: &str, found: &str) -> ParseError {
    ParseError::Unexpected { expected, place: place.to_owned(), found: text::excerpt(found) }
}

/// The request that answers a question: one GET at the operator's own host. Validators are the caller's to add.
pub fn request(operator: Operator, question: &Question, bases: &BaseUrls) -> Result<Request, ParseError> {
    let hosts = bases.hosts(operator).clone();
    let limits = Limits { content_types: content_types(operator), ..Limits::default() };
    let url = url(operator, question, bases)?;
    Ok(Request::get(url, Purpose::Operator { hosts }).within(limits))
}

/// The address that answers a question.
fn url(operator: Operator, question: &Question, bases: &BaseUrls) -> Result<Url, ParseError> {
    let mut url = bases.of(operator).clone();
    match (operator, question) {
        (Operator::Harbour, Question::RouteDay { route, date }) => {
            add_path(&mut url, &["harbour", "v1", "sailings"]);
            url.query_pairs_mut().append_pair("route", route.as_str()).append_pair("date", &date.to_string());
        }
        (Operator::BcFerries, Question::RouteNow { route }) => {
            add_path(&mut url, &["current-conditions", route.as_str()]);
        }
        (Operator::Harbour, Question::RouteNow { .. }) | (Operator::BcFerries, Question::RouteDay { .. }) => {
            return Err(ParseError::WrongQuestion(operator));
        }
    }
    Ok(url)
}

fn add_path(url: &mut Url, segments: &[&str]) {
    url.path_segments_mut().expect("BUG: a base URL is http or https").pop_if_empty().extend(segments);
}

/// The content types an operator answers with.
fn content_types(operator: Operator) -> &'static [&'static str] {
    match operator {
        Operator::Harbour => &["application/json"],
        Operator::BcFerries => &["text/html"],
    }
}

/// Reads the answer to `question` as fetched at `seen_at`.
pub fn parse(
    operator: Operator,
    question: &Question,
    body: &[u8],
    seen_at: DateTime<Utc>,
) -> Result<Answer, ParseError> {
    let answer = match (operator, question) {
        (Operator::Harbour, Question::RouteDay { route, date }) => harbour::parse(route, *date, body),
        (Operator::BcFerries, Question::RouteNow { route }) => bc_ferries::parse(route, body, seen_at),
        (Operator::Harbour, Question::RouteNow { .. }) | (Operator::BcFerries, Question::RouteDay { .. }) => {
            Err(ParseError::WrongQuestion(operator))
        }
    }?;
    if answer.len() > MAX_SIGHTINGS {
        return Err(ParseError::TooComplex { what: "sailings", limit: MAX_SIGHTINGS });
    }
    Ok(answer)
}
