//! What a worker process remembers between polls and may forget at any time: the validators of the
//! last answers that are on record (RFC 9110, section 13) and each operator's robots rules (RFC 9309). Nothing here decides
//! whether something is due.

use chrono::{DateTime, Utc};
use domain::id::TargetId;
use outbound::{Client, HostAllowlist, Robots, RobotsVerdict, Validators};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use url::Url;

/// Targets remembered at most; past that all are forgotten and answers come whole once more.
const VALIDATORS_KEPT: usize = 100_000;

/// The memory of one process.
#[derive(Default)]
pub struct Memory {
    validators: Mutex<HashMap<TargetId, ([u8; 32], Validators)>>,
    robots: Robots,
    unrecorded: Mutex<HashMap<TargetId, DateTime<Utc>>>,
}

impl Memory {
    /// The validators of the answer with this digest, if it is the one we remember: "not modified" then means
    /// that what is on record still stands.
    pub fn validators(&self, target: TargetId, digest: [u8; 32]) -> Option<Validators> {
        let kept = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&target).filter(|(of, _)| *of == digest).map(|(_, validators)| validators.clone())
    }

    /// Keeps the validators of an answer that is on record under this digest, if it has any.
    pub fn remember(&self, target: TargetId, digest: [u8; 32], validators: Validators) {
        if validators == Validators::default() {
            return;
        }
        let mut kept = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= VALIDATORS_KEPT {
            kept.clear();
        }
        kept.insert(target, (digest, validators));
    }

    /// Notes a poll that asked but could not be recorded, so that the operator's floor holds all the same.
    pub fn note_unrecorded(&self, target: TargetId, polled_at: DateTime<Utc>) {
        let mut kept = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= VALIDATORS_KEPT {
            kept.clear();
        }
        kept.insert(target, polled_at);
    }

    /// When such a poll of this target started last.
    pub fn unrecorded(&self, target: TargetId) -> Option<DateTime<Utc>> {
        self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).get(&target).copied()
    }

    /// Whether the operator's robots.txt lets us ask this.
    pub async fn may_ask(&self, client: &Client, url: &Url, hosts: &HostAllowlist, now: DateTime<Utc>) -> bool {
        matches!(self.robots.verdict(client, url, hosts, now).await, RobotsVerdict::Allowed { .. })
    }
}
