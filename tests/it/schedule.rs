//! What the due set and its worker promise, on a real Redis.
//!
//! Due times are in 1970 (long due) or in 2096 (never due here), so no test depends on a clock. Where Redis' own time
//! must pass, leases last milliseconds and the test claims until it gets what it waits for.

mod due_set;
mod junk;
mod worker;

use chrono::{DateTime, TimeDelta, Utc};
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::clock::Clock;
use workers::schedule::{
    Budget, Claim, Claimed, DueSet, Load, NextDue, Partition, Schedule, SetName, Settings, connect, run,
};

/// Long due: a second after 1970 and `order` microseconds.
const fn past(order: i64) -> i64 {
    1_000_000 + order
}
/// In 2096.
const FUTURE: i64 = 4_000_000_000_000_000;
const LONG: Duration = Duration::from_secs(60);
/// After this a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);
const ONE: fn(u16) -> Partition = Partition::numbered;

/// A due set of its own for one test, and a plain connection to look behind it.
struct World {
    set: DueSet,
    redis: ConnectionManager,
    base: String,
}

impl World {
    async fn new() -> Self {
        Self::with_lease(LONG).await
    }

    /// With partitions 1 to 3, unlimited.
    async fn with_lease(lease: Duration) -> Self {
        let redis = connect(&crate::harness::redis_url(), Duration::from_secs(5)).await.unwrap();
        let prefix = format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
        let set = DueSet::new(redis.clone(), &prefix, SetName::Polls, lease);
        let base = format!("{{{prefix}}}:polls:");
        let world = Self { set, redis, base };
        for partition in 1..=3 {
            world.allow(partition, Budget::UNLIMITED).await;
        }
        assert!(world.set.mark_epoch().await.unwrap());
        world
    }

    async fn allow(&self, partition: u16, budget: Budget) {
        self.set.set_partitions(&[(ONE(partition), budget)]).await.unwrap();
    }

    async fn due(&self, partition: u16, ids: impl IntoIterator<Item = i64>) {
        let due: Vec<_> = ids.into_iter().map(|id| (ONE(partition), id, past(id))).collect();
        self.set.upsert(&due).await.unwrap();
    }

    async fn claim(&self, n: usize) -> Vec<Claim> {
        self.set.claim(n).await.unwrap().items
    }

    /// Claims until something comes: for what Redis' time brings about.
    async fn claim_some(&self) -> Vec<Claim> {
        let claiming = async {
            loop {
                let claims = self.set.claim(1_000).await.unwrap();
                if !claims.items.is_empty() {
                    return claims.items;
                }
                assert!(claims.wait.is_some(), "something to wait for");
            }
        };
        tokio::time::timeout(PATIENCE, claiming).await.expect("a claim brings something within 20 s")
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.base)
    }

    /// When an id is due, unless it is leased or gone.
    async fn due_of(&self, partition: u16, id: i64) -> Option<i64> {
        let key = self.key(&format!("due:numbered.{partition}"));
        let score: Option<f64> = self.redis.clone().zscore(key, id).await.unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "microseconds are whole")]
        score.map(|score| score as i64)
    }

    async fn leased(&self, partition: u16) -> usize {
        let key = self.key(&format!("leased:numbered.{partition}"));
        self.redis.clone().zcard(key).await.unwrap()
    }

    /// Empties Redis, as far as this test goes.
    async fn flush(&self) {
        let mut redis = self.redis.clone();
        let mut found = redis.scan_match(format!("{}*", self.base)).await.unwrap();
        let mut keys: Vec<String> = Vec::new();
        while let Some(key) = found.next_item().await {
            keys.push(key.unwrap());
        }
        drop(found);
        let _: () = redis.del(keys).await.unwrap();
    }
}

fn ids(claims: &[Claim]) -> Vec<i64> {
    claims.iter().map(|claim| claim.id).collect()
}
