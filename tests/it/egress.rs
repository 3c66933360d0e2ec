//! The one way out keeps its promises against real servers on loopback.
//!
//! Nothing is mocked and nothing outside of this machine is asked: a name server that lies is the only thing
//! injected, at the place where a hostile one would sit.

#![expect(clippy::unwrap_used, reason = "what sets up a test here is part of the test")]

mod asking;
mod guard;
mod hostile;
mod redirects;
pub(crate) mod server;
mod sources;
pub(crate) mod tls;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use outbound::{
    Client, Development, Egress, FetchError, HostAllowlist, Limits, Lookup, Purpose, Request, Response, UserAgent,
};
use url::Url;

/// Any moment will do.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_782_907_200, 0).expect("a time")
}

pub(crate) fn agent() -> UserAgent {
    let base = Url::parse("https://ferryalert.example/").unwrap();
    UserAgent::new(&base, "bot@ferryalert.example").unwrap()
}

pub(crate) fn development() -> Development {
    Development::attested_by("development").unwrap()
}

/// A client that may reach these simulators.
pub(crate) fn client_of(simulators: &[SocketAddr]) -> Client {
    Client::new(Egress::development(development(), simulators.to_vec()), &agent()).unwrap()
}

/// Bounds short enough for a test, long enough for a busy machine.
pub(crate) fn short() -> Limits {
    Limits { total_timeout: Duration::from_secs(3), idle_timeout: Duration::from_secs(2), ..Limits::default() }
}

pub(crate) fn user_url(url: &str) -> Request {
    Request::get(Url::parse(url).unwrap(), Purpose::UserUrl).within(short())
}

pub(crate) fn operator_url(url: &str) -> Request {
    let url = Url::parse(url).unwrap();
    let hosts = HostAllowlist::of_url(&url);
    Request::get(url, Purpose::Operator { hosts }).within(short())
}

/// Fetches, and fails the test when no limit ended it.
pub(crate) async fn fetch(client: &Client, request: Request) -> Result<Response, FetchError> {
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, client.fetch(request, now())).await.expect("a limit ends every fetch")
}

/// A name server that gives one answer after another, and then the last again.
#[derive(Clone)]
pub(crate) struct Liar {
    answers: Arc<Mutex<VecDeque<Vec<SocketAddr>>>>,
    asked: Arc<AtomicUsize>,
}

impl Liar {
    pub(crate) fn saying(answers: impl IntoIterator<Item = Vec<SocketAddr>>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), asked: Arc::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Lookup for Liar {
    fn lookup(&self, _name: &str) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// Runs one test of this binary alone in a process of its own, where the environment and the memory are the
/// test's. Inside of that process it gives `None`.
pub(crate) async fn alone(test: &str, environment: &[(&str, &str)]) -> Option<std::process::Output> {
    const MARK: &str = "FERRY_TEST_ALONE";
    if std::env::var_os(MARK).is_some() {
        return None;
    }
    let mut process = tokio::process::Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", test, "--nocapture"]).env(MARK, "1").envs(environment.iter().copied());
    Some(process.kill_on_drop(true).output().await.unwrap())
}

/// The process ran one test, which passed.
pub(crate) fn assert_passed(output: &std::process::Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
}
