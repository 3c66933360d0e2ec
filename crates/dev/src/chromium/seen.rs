//! What was seen of a window: its pages' loads, requests, complaints and dialogs, folded from Chromium's events. Bounded; never asks.

use serde_json::Value;
use std::collections::{HashSet, VecDeque};

const REQUESTS_MAX: usize = 1_000;
const COMPLAINTS_MAX: usize = 50;
const LOADS_MAX: usize = 20;
/// What a page is made of: streams stay open, and what browsers fetch by themselves is told of elsewhere.
const AWAITED: [&str; 7] = ["Document", "Stylesheet", "Script", "Image", "Font", "Fetch", "XHR"];

/// An event.
pub(super) struct Event<'a> {
    pub(super) method: &'a str,
    pub(super) params: &'a Value,
}

/// A request of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What it asked for.
    pub url: String,
    /// As Chromium calls it: `Document`, `Stylesheet`, `Image`, …
    pub kind: String,
    /// Its answer's status; 0 before there is one.
    pub status: u64,
    /// The answer's `Content-Security-Policy`.
    pub policy: String,
    /// The answer's media type.
    pub mime: String,
    /// Bytes that came over the wire, heads included.
    pub bytes: u64,
    id: String,
}

/// All of it, since the window was opened or told to forget.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Requests, in order.
    pub requests: Vec<Request>,
    /// Errors on the console, exceptions and violations of the page's own policy.
    pub complaints: Vec<String>,
    /// What dialogs said.
    pub dialogs: Vec<String>,
    in_flight: HashSet<String>,
    loaded: VecDeque<String>,
}

impl Seen {
    pub(super) fn take_in(&mut self, event: &Event<'_>) {
        let params = event.params;
        match event.method {
            "Network.requestWillBeSent" => self.sent(params),
            "Network.responseReceived" => self.answered(params),
            "Network.loadingFinished" => self.finished(params),
            "Network.loadingFailed" => drop(self.in_flight.remove(text(&params["requestId"]))),
            "Page.lifecycleEvent" if params["name"] == "load" => {
                self.loaded.push_back(text(&params["loaderId"]).to_owned());
                if self.loaded.len() > LOADS_MAX {
                    self.loaded.pop_front();
                }
            }
            "Page.javascriptDialogOpening" => self.dialogs.push(text(&params["message"]).to_owned()),
            _ => {
                if let Some(complaint) = complaint(event, &self.requests) {
                    self.complaints.push(complaint);
                    self.complaints.truncate(COMPLAINTS_MAX);
                }
            }
        }
        self.dialogs.truncate(COMPLAINTS_MAX);
    }

    /// Begins anew; what runs still runs.
    pub(super) fn forget(&mut self) {
        *self = Seen { in_flight: std::mem::take(&mut self.in_flight), ..Seen::default() };
    }

    /// Whether this load of a page has come to its end.
    pub(super) fn has_loaded(&self, loader: &str) -> bool {
        self.loaded.iter().any(|loaded| loaded == loader)
    }

    /// Whether no request runs that will end by itself.
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight.is_empty()
    }

    fn sent(&mut self, params: &Value) {
        let (id, kind) = (text(&params["requestId"]), text(&params["type"]));
        // What a page before asked for is nobody's any more.
        if kind == "Document" && params["requestId"] == params["loaderId"] {
            self.in_flight.clear();
        }
        if AWAITED.contains(&kind) {
            self.in_flight.insert(id.to_owned());
        }
        let request = Request {
            url: text(&params["request"]["url"]).to_owned(),
            kind: kind.to_owned(),
            id: id.to_owned(),
            ..Request::default()
        };
        self.requests.push(request);
        self.requests.truncate(REQUESTS_MAX);
    }

    fn answered(&mut self, params: &Value) {
        let response = &params["response"];
        if let Some(request) = self.newest(&params["requestId"]) {
            request.status = response["status"].as_u64().unwrap_or_default();
            text(&response["mimeType"]).clone_into(&mut request.mime);
            let headers = response["headers"].as_object().into_iter().flatten();
            let mut policies = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-security-policy"));
            text(policies.next().map_or(&Value::Null, |(_, policy)| policy)).clone_into(&mut request.policy);
        }
    }

    fn finished(&mut self, params: &Value) {
        self.in_flight.remove(text(&params["requestId"]));
        if let Some(request) = self.newest(&params["requestId"]) {
            request.bytes = params["encodedDataLength"].as_u64().unwrap_or_default();
        }
    }

    /// The newest request of this id: a redirect keeps the id of what it redirects.
    fn newest(&mut self, id: &Value) -> Option<&mut Request> {
        self.requests.iter_mut().rev().find(|request| request.id == text(id))
    }
}

/// What a page complains of, if this event tells of it.
fn complaint(event: &Event<'_>, requests: &[Request]) -> Option<String> {
    let params = event.params;
    match event.method {
        "Runtime.exceptionThrown" => {
            let thrown = &params["exceptionDetails"];
            Some(format!("{} {}", text(&thrown["text"]), text(&thrown["exception"]["description"])))
        }
        "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "assert" => {
            Some(format!("console: {}", params["args"]))
        }
        "Log.entryAdded" if params["entry"]["level"] == "error" => {
            let (entry, url) = (&params["entry"], text(&params["entry"]["url"]));
            // That a page itself is one that says 404 is no complaint of it, nor what browsers ask every site for by themselves.
            let is_page = requests.iter().any(|request| request.kind == "Document" && request.url == url);
            let is_expected = entry["source"] == "network" && (is_page || url.ends_with("/favicon.ico"));
            (!is_expected).then(|| format!("{} {url}", text(&entry["text"])))
        }
        "Audits.issueAdded" if params["issue"]["code"] == "ContentSecurityPolicyIssue" => {
            Some(format!("policy: {}", params["issue"]["details"]["contentSecurityPolicyIssueDetails"]))
        }
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
