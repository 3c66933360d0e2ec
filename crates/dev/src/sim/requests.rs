//! What the simulated operators were asked: the log that proves politeness.
//!
//! Promises: every request to an operator's pages and to robots.txt is counted; the newest 50,000 are kept with path
//! and time. Never slows an answer by more than one short lock.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::operator::Operator;
use serde::Serialize;

/// How many requests are kept; older ones are only counted.
const KEPT: usize = 50_000;
/// The longest user agent that is kept.
const MAX_AGENT_CHARS: usize = 200;
/// The longest posted body that is kept.
const MAX_BODY_CHARS: usize = 2_000;

/// One request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeenRequest {
    /// Whose page; `None` for robots.txt.
    pub operator: Option<Operator>,
    /// Path and query.
    pub path: String,
    /// What was posted, at most 2,000 characters of it.
    pub body: String,
    /// When it arrived, in microseconds since 1970.
    pub at_us: i64,
    /// Who said to be asking.
    pub user_agent: String,
    /// Whether it asked only for news (If-None-Match).
    pub conditional: bool,
    /// Whether it asked past any cache (Cache-Control: no-cache).
    pub afresh: bool,
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    kept: Mutex<VecDeque<SeenRequest>>,
    total: AtomicU64,
}

impl RequestLog {
    /// Takes down one request.
    pub(super) fn record(&self, mut request: SeenRequest) {
        if request.user_agent.len() > MAX_AGENT_CHARS {
            request.user_agent = request.user_agent.chars().take(MAX_AGENT_CHARS).collect();
        }
        if request.body.len() > MAX_BODY_CHARS {
            request.body = request.body.chars().take(MAX_BODY_CHARS).collect();
        }
        self.total.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
    }

    /// The kept requests, oldest first.
    pub(super) fn all(&self) -> Vec<SeenRequest> {
        let kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        kept.iter().cloned().collect()
    }

    /// All requests since the start or the last reset, kept or not.
    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Starts anew.
    pub(super) fn clear(&self) {
        let mut kept = self.kept.lock().expect("BUG: nothing panics under this lock");
        kept.clear();
        self.total.store(0, Ordering::Relaxed);
    }
}
