//! The due set on Redis: which ids are due when, who holds which, and what each partition may still spend.
//!
//! Promises that an id is leased to at most one holder at a time, in order of due time, within its partition's budget
//! and cap, and that a holder whose lease has passed on can change nothing. Never knows what an id means, and never
//! loses more than Redis does: after a flush the epoch is missing and the set is rebuilt from Postgres.

use super::partition::{Budget, Partition, SetName};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{RedisResult, Script, ScriptInvocation};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

/// The most ids one claim asks for.
pub const MAX_CLAIM: usize = 10_000;
/// The longest lease. The claim script takes any lease beyond it for a stranger's.
pub const MAX_LEASE: Duration = Duration::from_secs(3_600);
/// The most ids one script call carries: what fits the stack of Redis' Lua.
const IDS_A_CALL: usize = 1_000;

macro_rules! script {
    ($file:literal) => {
        LazyLock::new(|| Script::new(concat!(include_str!("prelude.lua"), include_str!($file))))
    };
}
static CLAIM: LazyLock<Script> = script!("claim.lua");
static COMPLETE: LazyLock<Script> = script!("complete.lua");
static UPSERT: LazyLock<Script> = script!("upsert.lua");
static RETIRE: LazyLock<Script> = script!("retire.lua");
static PARTITIONS: LazyLock<Script> = script!("partitions.lua");
static EPOCH: LazyLock<Script> = script!("epoch.lua");
static SPEND: LazyLock<Script> = script!("spend.lua");

/// A lease on one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// Where the id belongs.
    pub partition: Partition,
    /// The id.
    pub id: i64,
    /// When it was due, in microseconds since 1970.
    pub due_us: i64,
    /// The fencing token: the lease's deadline by Redis' clock, in microseconds.
    pub token: i64,
}

impl Claim {
    /// The end of this lease; `None` takes the id out of the set.
    #[must_use]
    pub fn completed(self, next_due_us: Option<i64>) -> Completion {
        let Self { partition, id, token, .. } = self;
        Completion { partition, id, token, next_due_us }
    }
}

/// What one claim brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The token that all these leases share.
    pub token: i64,
    /// How long until the next id can be claimed; `None` if none is waiting.
    pub wait: Option<Duration>,
    /// The leases, in order of due time inside each partition.
    pub items: Vec<Claim>,
    /// The set is not known to be complete: rebuild it.
    pub epoch_missing: bool,
    /// How many members or keys that are not ours were moved aside.
    pub quarantined: u64,
}

/// The end of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Where the id belongs.
    pub partition: Partition,
    /// The id.
    pub id: i64,
    /// The token of the claim.
    pub token: i64,
    /// When it is due next; `None` takes it out of the set.
    pub next_due_us: Option<i64>,
}

/// Opens a connection that reconnects by itself and waits for no reply longer than `response_timeout`.
///
/// # Errors
/// The URL is none, or the first connection fails.
pub async fn connect(url: &str, response_timeout: Duration) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(response_timeout))
        .set_connection_timeout(Some(response_timeout));
    redis::Client::open(url)?.get_connection_manager_with_config(config).await
}

/// One due set. Cheap to clone; all clones share a connection.
#[derive(Clone)]
pub struct DueSet {
    connection: ConnectionManager,
    base: String,
    lease: Duration,
}

impl DueSet {
    /// The set `set` under `prefix`, whose claims last `lease`.
    ///
    /// # Panics
    /// If `prefix` is not one to 32 of `a-z`, `0-9`, `_`, `-`, or `lease` is longer than [`MAX_LEASE`].
    #[must_use]
    pub fn new(connection: ConnectionManager, prefix: &str, set: SetName, lease: Duration) -> Self {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        assert!((1..=32).contains(&prefix.len()) && prefix.bytes().all(plain), "BUG: a prefix that is no hash tag");
        assert!(lease <= MAX_LEASE, "BUG: a lease longer than MAX_LEASE");
        let base = format!("{{{prefix}}}:{}:", set.as_str());
        Self { connection, base, lease }
    }

    /// How long a claim lasts.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// Leases up to `n` due ids (at most [`MAX_CLAIM`]), shared fairly between the partitions that have some.
    ///
    /// # Errors
    /// Redis did not answer. What it may have leased comes back when the lease ends.
    pub async fn claim(&self, n: usize) -> RedisResult<Claims> {
        type Group = (String, Vec<(i64, f64)>);
        let mut call = self.script(&CLAIM);
        call.arg(n.min(MAX_CLAIM)).arg(micros(self.lease));
        let (token, wait_us, epoch, quarantined, groups): (i64, i64, bool, u64, Vec<Group>) =
            call.invoke_async(&mut self.connection.clone()).await?;
        let mut items = Vec::with_capacity(groups.iter().map(|(_, ids)| ids.len()).sum());
        for (name, ids) in groups {
            let Ok(partition) = name.parse() else {
                self.shut_out(&name).await?;
                continue;
            };
            items.extend(ids.into_iter().map(|(id, due)| Claim { partition, id, due_us: whole(due), token }));
        }
        Ok(Claims {
            token,
            wait: u64::try_from(wait_us).ok().map(Duration::from_micros),
            items,
            epoch_missing: !epoch,
            quarantined,
        })
    }

    /// Ends leases. Returns how many were still held: a completion with a stale token changes nothing.
    ///
    /// # Errors
    /// Redis did not answer. Calling again with the same completions is safe.
    pub async fn complete(&self, completions: &[Completion]) -> RedisResult<u64> {
        let mut accepted = 0;
        for some in completions.chunks(IDS_A_CALL) {
            let mut call = self.script(&COMPLETE);
            for (partition, group) in grouped(some, |c| c.partition) {
                call.arg(partition.to_string()).arg(group.len());
                for c in group {
                    call.arg(c.id).arg(c.token);
                    match c.next_due_us {
                        Some(due_us) => call.arg(due_us),
                        None => call.arg(""),
                    };
                }
            }
            let count: u64 = call.invoke_async(&mut self.connection.clone()).await?;
            accepted += count;
        }
        Ok(accepted)
    }

    /// Sets when ids are due. For an id that is leased now this is remembered: when the lease is completed the
    /// earlier of the two due times counts. Never starts a second poll of an id.
    ///
    /// # Errors
    /// Redis did not answer. Calling again is safe.
    pub async fn upsert(&self, due: &[(Partition, i64, i64)]) -> RedisResult<()> {
        for some in due.chunks(IDS_A_CALL) {
            let mut call = self.script(&UPSERT);
            for (partition, group) in grouped(some, |d| d.0) {
                call.arg(partition.to_string()).arg(group.len());
                for (_, id, due_us) in group {
                    call.arg(id).arg(due_us);
                }
            }
            let _: u64 = call.invoke_async(&mut self.connection.clone()).await?;
        }
        Ok(())
    }

    /// Takes ids out of the set; those that are leased now go when their lease ends, whatever its holder says.
    ///
    /// # Errors
    /// Redis did not answer. Calling again is safe.
    pub async fn retire(&self, ids: &[(Partition, i64)]) -> RedisResult<()> {
        for some in ids.chunks(IDS_A_CALL) {
            let mut call = self.script(&RETIRE);
            for (partition, group) in grouped(some, |r| r.0) {
                call.arg(partition.to_string()).arg(group.len());
                for (_, id) in group {
                    call.arg(id);
                }
            }
            let _: u64 = call.invoke_async(&mut self.connection.clone()).await?;
        }
        Ok(())
    }

    /// Writes what partitions may spend. A partition without a budget is not served at all.
    ///
    /// # Errors
    /// Redis did not answer. Calling again is safe.
    pub async fn set_partitions(&self, budgets: &[(Partition, Budget)]) -> RedisResult<()> {
        for some in budgets.chunks(IDS_A_CALL) {
            let mut call = self.script(&PARTITIONS);
            for (partition, budget) in some {
                call.arg(partition.to_string()).arg(budget.emission_us());
                call.arg(budget.burst.max(1)).arg(budget.concurrency_cap);
                call.arg(u8::from(budget.closed()));
            }
            let _: u64 = call.invoke_async(&mut self.connection.clone()).await?;
        }
        Ok(())
    }

    /// Takes one more start from a partition's budget, for a request that follows another within a poll: it may be made after
    /// the time returned. `None`: not within `longest_wait` (at most 5 s), or nothing of the partition may start.
    ///
    /// # Errors
    /// Redis did not answer. Then the start may be spent and is not to be made.
    pub async fn spend(&self, partition: Partition, longest_wait: Duration) -> RedisResult<Option<Duration>> {
        let mut call = self.script(&SPEND);
        call.arg(partition.to_string()).arg(micros(longest_wait));
        let wait_us: i64 = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(u64::try_from(wait_us).ok().map(Duration::from_micros))
    }

    /// Marks the set as complete, after budgets and ids were written, in this order. Returns `false`, and marks
    /// nothing, if Redis was emptied since the budgets were written: then begin again.
    ///
    /// # Errors
    /// Redis did not answer.
    pub async fn mark_epoch(&self) -> RedisResult<bool> {
        let call = self.script(&EPOCH);
        call.invoke_async(&mut self.connection.clone()).await
    }

    /// Whether the set is known to be complete.
    ///
    /// # Errors
    /// Redis did not answer.
    pub async fn epoch_present(&self) -> RedisResult<bool> {
        redis::cmd("EXISTS").arg(format!("{}epoch", self.base)).query_async(&mut self.connection.clone()).await
    }

    /// Takes a partition that this version does not know off the agenda; its ids stay for a version that does.
    async fn shut_out(&self, name: &str) -> RedisResult<()> {
        tracing::error!(partition = name, "a partition of the due set is unknown here and is not served");
        redis::pipe()
            .del(format!("{}budget:{name}", self.base))
            .zrem(format!("{}agenda", self.base), name)
            .query_async(&mut self.connection.clone())
            .await
    }

    fn script<'s>(&self, script: &'s Script) -> ScriptInvocation<'s> {
        let mut call = script.prepare_invoke();
        // The one declared key routes the call to the node of a Redis Cluster that holds the hash tag.
        call.key(format!("{}agenda", self.base)).arg(&self.base);
        call
    }
}

/// The items of each partition together, in their order.
fn grouped<T>(items: &[T], partition: impl Fn(&T) -> Partition) -> BTreeMap<Partition, Vec<&T>> {
    let mut groups: BTreeMap<Partition, Vec<&T>> = BTreeMap::new();
    for item in items {
        groups.entry(partition(item)).or_default().push(item);
    }
    groups
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).expect("BUG: a lease of more than 584,000 years")
}

/// A score as an instant: strangers can write fractions and infinities.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and fractions of microseconds are nothing")]
fn whole(score: f64) -> i64 {
    (score as i64).max(0)
}
