//! The connectors: how each operator is asked, and how its answers are read.
//!
//! Promises: one question makes one request, to the operator's own host and nowhere else. Reading is pure, bounded in
//! bytes, nodes, depth and items, and never panics; a page we do not understand is an error that says what was
//! expected and where, and never becomes "full". Reading a page takes milliseconds of computing: callers run it off
//! the async threads (`spawn_blocking`).
//! Never books, logs in, solves a captcha or pretends to be a browser.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::facts::{Answer, MAX_SIGHTINGS};
use domain::operator::Operator;
use domain::target::Question;
use outbound::{HostAllowlist, Limits, Purpose, Request};
use url::Url;

pub use access_codes::{AccessCodes, BadAccessCode};

mod access_codes;
mod bc_ferries;
mod brittany;
mod harbour;
mod page;
mod text;
mod wsf;

/// Where each operator is reached: its own site, or in development the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrls(BTreeMap<Operator, (Url, HostAllowlist)>);

/// A base URL that paths cannot be added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the base URL of {0} must be http or https and end at a host or path")]
pub struct BadBaseUrl(pub Operator);

impl BaseUrls {
    /// Each operator's own site, but for those for which the configuration names another.
    pub fn new(configured: &BTreeMap<Operator, Url>) -> Result<Self, BadBaseUrl> {
        let base_of = |operator: Operator| {
            let own = || Url::parse(&format!("https://{}/", operator.manifest().robots_host)).ok();
            let url = configured.get(&operator).cloned().or_else(own).ok_or(BadBaseUrl(operator))?;
            let plain = url.query().is_none() && url.fragment().is_none();
            if !matches!(url.scheme(), "http" | "https") || !plain {
                return Err(BadBaseUrl(operator));
            }
            let hosts = HostAllowlist::of_url(&url);
            Ok((operator, (url, hosts)))
        };
        let bases: Result<_, _> = Operator::ALL.iter().copied().map(base_of).collect();
        bases.map(Self)
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
        self.0.get(&operator).expect("BUG: the closed set of operators is complete here")
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
    /// Nothing of the page may be kept or quoted.
    #[error("the answer repeats the access code it was asked with and is not read")]
    RepeatsAccessCode,
}

impl ParseError {
    /// One word for metrics and rows.
    pub fn kind(&self) -> &'static str {
        match self {
            ParseError::TooComplex { .. } => "too_complex",
            ParseError::Unexpected { .. } => "unexpected",
            ParseError::WrongQuestion(_) => "wrong_question",
            ParseError::RepeatsAccessCode => "repeats_access_code",
        }
    }
}

fn unexpected(expected: &'static str, place: &str, found: &str) -> ParseError {
    ParseError::Unexpected { expected, place: place.to_owned(), found: text::excerpt(found) }
}

/// What a connector asks: a page, or an answer to what is posted.
enum Asked {
    Page(Url),
    Posted(Url, Vec<u8>),
}

/// The request that answers a question: one request to the operator's own host, still without an access code.
/// Validators are the caller's to add.
pub fn request(
    operator: Operator,
    question: &Question,
    bases: &BaseUrls,
    now: DateTime<Utc>,
) -> Result<Request, ParseError> {
    let base = bases.of(operator).clone();
    let asked = match operator {
        Operator::Harbour => harbour::ask(question, base),
        Operator::BcFerries => bc_ferries::ask(question, base),
        Operator::Brittany => brittany::ask(question, base, now),
        Operator::Wsf => wsf::ask(question, base),
    }?;
    let purpose = Purpose::Operator { hosts: bases.hosts(operator).clone() };
    let request = match asked {
        Asked::Page(url) => Request::get(url, purpose),
        Asked::Posted(url, body) => Request::post_json(url, purpose, body.into()),
    };
    let content_types = content_types(operator);
    let limits = Limits { content_types, ..Limits::default() };
    Ok(request.accepting(content_types[0]).within(limits))
}

fn add_path(url: &mut Url, segments: &[&str]) {
    url.path_segments_mut().expect("BUG: a base URL is http or https").pop_if_empty().extend(segments);
}

/// The content types an operator answers with; the first is the one we ask for.
fn content_types(operator: Operator) -> &'static [&'static str; 1] {
    match operator {
        Operator::Harbour | Operator::Brittany | Operator::Wsf => &["application/json"],
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
    let answer = match operator {
        Operator::Harbour => harbour::read(question, body),
        Operator::BcFerries => bc_ferries::read(question, body, seen_at),
        Operator::Brittany => brittany::read(question, body),
        Operator::Wsf => wsf::read(question, body, seen_at),
    }?;
    if answer.len() > MAX_SIGHTINGS {
        return Err(ParseError::TooComplex { what: "sailings", limit: MAX_SIGHTINGS });
    }
    Ok(answer)
}
