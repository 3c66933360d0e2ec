//! What a worker process remembers between polls and may forget at any time: the validators of the
//! last answers (RFC 9110, section 13) and each operator's robots rules (RFC 9309). Nothing here decides
//! whether something is due.

use chrono::{DateTime, Utc};
use domain::id::TargetId;
use outbound::{Client, HostAllowlist, Robots, RobotsVerdict, Validators};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use url::Url;

/// Validators kept at most; past that all are forgotten and answers come whole once more.
const VALIDATORS_KEPT: usize = 100_000;

/// The memory of one process.
#[derive(Default)]
pub struct Memory {
    validators: Mutex<HashMap<i64, Validators>>,
    robots: Robots,
}

impl Memory {
    /// The validators of the target's last answer.
    pub fn validators(&self, target: TargetId) -> Option<Validators> {
        self.validators.lock().unwrap_or_else(PoisonError::into_inner).get(&target.0).cloned()
    }

    /// Keeps the validators of an answer, if it has any.
    pub fn remember(&self, target: TargetId, validators: Validators) {
        if validators == Validators::default() {
            return;
        }
        let mut kept = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= VALIDATORS_KEPT {
            kept.clear();
        }
        kept.insert(target.0, validators);
    }

    /// Whether the operator's robots.txt lets us ask this.
    pub async fn may_ask(&self, client: &Client, url: &Url, hosts: &HostAllowlist, now: DateTime<Utc>) -> bool {
        matches!(self.robots.verdict(client, url, hosts, now).await, RobotsVerdict::Allowed { .. })
    }
}
