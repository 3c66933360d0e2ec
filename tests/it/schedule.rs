//! What the due set and its worker promise, on a real Redis.
//!
//! Due times are in 1970 (long due) or in 2096 (never due here), so no test depends on a clock. Where Redis' own time
//! must pass, leases last milliseconds and the test claims until it gets what it waits for.

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

// ---- the due set ----

#[tokio::test]
async fn claims_only_what_is_due_in_order_of_due_time() {
    let world = World::new().await;
    world
        .set
        .upsert(&[(ONE(1), 7, past(30)), (ONE(1), 8, FUTURE), (ONE(1), 9, past(10)), (ONE(1), 10, past(20))])
        .await
        .unwrap();
    let claims = world.set.claim(2).await.unwrap();
    assert_eq!(ids(&claims.items), [9, 10]);
    assert_eq!(claims.items[0].due_us, past(10));
    assert_eq!(claims.wait, Some(Duration::ZERO), "there is more to be had at once");
    let claims = world.set.claim(10).await.unwrap();
    assert_eq!(ids(&claims.items), [7]);
    assert!(claims.wait.unwrap() > Duration::from_secs(1), "nothing more is due");
    assert_eq!(world.claim(10).await, [], "what is leased is not due");
}

#[tokio::test]
async fn an_empty_set_has_nothing_to_wait_for() {
    let world = World::new().await;
    assert_eq!(world.set.claim(10).await.unwrap().wait, None);
}

#[tokio::test]
async fn a_completed_claim_is_due_when_its_holder_says_and_gone_without_a_time() {
    let world = World::new().await;
    world.due(1, [1, 2]).await;
    let claims = world.claim(10).await;
    let ends = [claims[0].completed(Some(FUTURE)), claims[1].completed(None)];
    assert_eq!(world.set.complete(&ends).await.unwrap(), 2);
    assert_eq!(world.due_of(1, 1).await, Some(FUTURE));
    assert_eq!(world.due_of(1, 2).await, None);
    assert_eq!(world.leased(1).await, 0);
    assert_eq!(world.set.complete(&ends).await.unwrap(), 0, "a completion repeated changes nothing");
}

#[tokio::test]
async fn never_leases_more_than_the_concurrency_cap() {
    let world = World::new().await;
    let cap = Budget { concurrency_cap: 2, ..Budget::UNLIMITED };
    world.allow(1, cap).await;
    world.due(1, 1..=9).await;
    let held = world.claim(100).await;
    assert_eq!(ids(&held), [1, 2]);
    assert_eq!(world.claim(100).await, []);
    world.set.complete(&[held[0].completed(None)]).await.unwrap();
    assert_eq!(ids(&world.claim(100).await), [3], "a lease that ended makes room for one");
}

#[tokio::test]
async fn never_leases_more_than_the_budget_however_many_ask() {
    let world = World::new().await;
    // One a minute after a burst of five: nothing more comes while this test runs.
    let slow = Budget { requests_per_min: 1, burst: 5, ..Budget::UNLIMITED };
    world.allow(1, slow).await;
    world.due(1, 1..=100).await;
    assert_eq!(ids(&world.claim(3).await), [1, 2, 3]);
    let (a, b) = tokio::join!(world.claim(100), world.claim(100));
    assert_eq!(a.len() + b.len(), 2);
    let claims = world.set.claim(100).await.unwrap();
    assert_eq!(claims.items, []);
    let wait = claims.wait.unwrap();
    assert!(wait > Duration::from_secs(50) && wait <= LONG, "the next is a minute after the first: {wait:?}");
}

#[tokio::test]
async fn a_budget_fills_up_again() {
    let world = World::new().await;
    let brisk = Budget { requests_per_min: 6_000, burst: 1, ..Budget::UNLIMITED };
    world.allow(1, brisk).await;
    world.due(1, 1..=3).await;
    for id in 1..=3 {
        assert_eq!(ids(&world.claim_some().await), [id]);
    }
}

#[tokio::test]
async fn an_expired_lease_returns_and_its_old_token_is_worth_nothing() {
    let world = World::with_lease(Duration::from_millis(5)).await;
    world.due(1, [1]).await;
    let stale = world.claim(1).await[0];
    let held = world.claim_some().await[0];
    assert_eq!(held.id, 1);
    assert!(held.token > stale.token);
    assert_eq!(world.set.complete(&[stale.completed(Some(FUTURE))]).await.unwrap(), 0);
    assert_eq!(world.due_of(1, 1).await, None, "the stale holder changed nothing");
    assert_eq!(world.leased(1).await, 1);
    assert_eq!(world.set.complete(&[held.completed(Some(FUTURE))]).await.unwrap(), 1);
    assert_eq!(world.due_of(1, 1).await, Some(FUTURE));
}

#[tokio::test]
async fn an_upsert_while_leased_starts_no_second_poll_and_is_applied_at_completion() {
    let world = World::new().await;
    world.due(1, [1, 2, 3]).await;
    let held = world.claim(10).await;
    let sooner = [(ONE(1), 1, past(5)), (ONE(1), 2, FUTURE + 1), (ONE(1), 3, past(6))];
    world.set.upsert(&sooner).await.unwrap();
    assert_eq!(world.claim(10).await, [], "all are still leased");
    let ends = [held[0].completed(Some(FUTURE)), held[1].completed(Some(FUTURE)), held[2].completed(None)];
    world.set.complete(&ends).await.unwrap();
    assert_eq!(world.due_of(1, 1).await, Some(past(5)), "the earlier wins");
    assert_eq!(world.due_of(1, 2).await, Some(FUTURE), "the earlier wins");
    assert_eq!(world.due_of(1, 3).await, Some(past(6)), "wanted again meanwhile");
}

#[tokio::test]
async fn a_retired_id_goes_at_once_or_when_its_lease_ends() {
    let world = World::new().await;
    world.due(1, [1, 2]).await;
    let held = world.claim(1).await[0];
    world.set.retire(&[(ONE(1), 1), (ONE(1), 2)]).await.unwrap();
    assert_eq!(world.due_of(1, 2).await, None);
    assert_eq!(world.set.complete(&[held.completed(Some(past(1)))]).await.unwrap(), 1);
    assert_eq!(world.due_of(1, 1).await, None);
    assert_eq!(world.claim(10).await, []);
    world.due(1, [1]).await;
    assert_eq!(ids(&world.claim(10).await), [1], "an upsert brings it back for good");
}

#[tokio::test]
async fn a_retired_id_whose_lease_expires_does_not_return() {
    let world = World::with_lease(Duration::from_millis(5)).await;
    world.due(1, [1, 2]).await;
    world.claim(2).await;
    world.set.retire(&[(ONE(1), 1)]).await.unwrap();
    assert_eq!(ids(&world.claim_some().await), [2]);
}

#[tokio::test]
async fn an_id_that_a_stranger_made_due_twice_is_leased_once() {
    let world = World::new().await;
    world.due(1, [1]).await;
    world.claim(1).await;
    let key = world.key("due:numbered.1");
    let _: () = world.redis.clone().zadd(key, 1, past(1)).await.unwrap();
    world.due(1, [2]).await;
    assert_eq!(ids(&world.claim(10).await), [2]);
}

#[tokio::test]
async fn a_backlog_of_one_partition_starves_no_other() {
    let world = World::new().await;
    world.due(1, 1..=1_000).await;
    world.due(2, 2_000..2_003).await;
    world.due(3, 3_000..3_001).await;
    let claims = world.claim(12).await;
    let of = |p: u16| claims.iter().filter(|c| c.partition == ONE(p)).count();
    assert_eq!((of(1), of(2), of(3)), (8, 3, 1), "a fair share each, and what is left to whom it helps");
}

#[tokio::test]
async fn a_paused_or_hung_partition_starves_no_other() {
    let world = World::new().await;
    world.due(1, 1..=10).await;
    world.due(2, 11..=20).await;
    let hung = Budget { concurrency_cap: 1, ..Budget::UNLIMITED };
    let paused = Budget { paused: true, ..Budget::UNLIMITED };
    world.allow(1, hung).await;
    world.allow(2, paused).await;
    world.due(3, 21..=30).await;
    assert_eq!(world.claim(100).await.len(), 11, "one of the capped, none of the paused, all of the third");
    world.due(3, 31..=40).await;
    assert_eq!(ids(&world.claim(100).await), (31..=40).collect::<Vec<_>>(), "one hangs for ever");
    world.allow(2, Budget::UNLIMITED).await;
    assert_eq!(ids(&world.claim(100).await), (11..=20).collect::<Vec<_>>(), "nothing was lost by the pause");
}

#[tokio::test]
async fn a_partition_without_a_budget_is_not_served() {
    let world = World::new().await;
    world.due(4, [1]).await;
    assert_eq!(world.claim(10).await, []);
    world.allow(4, Budget::UNLIMITED).await;
    assert_eq!(ids(&world.claim(10).await), [1]);
}

#[tokio::test]
async fn more_than_ten_thousand_due_at_once_break_no_claim() {
    let world = World::new().await;
    world.due(1, 1..=12_000).await;
    world.due(2, 12_001..=25_000).await;
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 25_000 {
        let claims = world.claim(usize::MAX).await;
        assert!(!claims.is_empty(), "{} claimed", seen.len());
        let ends: Vec<_> = claims.iter().map(|claim| claim.completed(None)).collect();
        assert_eq!(world.set.complete(&ends).await.unwrap(), claims.len() as u64);
        seen.extend(ids(&claims));
    }
    assert_eq!(world.claim(10).await, []);
}

#[tokio::test]
async fn ten_thousand_expired_leases_break_no_claim() {
    let world = World::with_lease(Duration::from_millis(1)).await;
    world.due(1, 1..=10_000).await;
    assert_eq!(world.claim(10_000).await.len(), 10_000);
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 10_000 {
        let claims = world.claim_some().await;
        let ends: Vec<_> = claims.iter().map(|claim| claim.completed(None)).collect();
        world.set.complete(&ends).await.unwrap();
        seen.extend(ids(&claims));
    }
}

#[tokio::test]
async fn flushed_redis_is_noticed_by_the_missing_epoch() {
    let world = World::new().await;
    assert!(!world.set.claim(1).await.unwrap().epoch_missing);
    assert!(world.set.epoch_present().await.unwrap());
    world.flush().await;
    assert!(world.set.claim(1).await.unwrap().epoch_missing);
    assert!(!world.set.epoch_present().await.unwrap());
    assert!(!world.set.mark_epoch().await.unwrap(), "emptied while it was rebuilt: what came before is gone");
    world.allow(1, Budget::UNLIMITED).await;
    assert!(world.set.mark_epoch().await.unwrap());
    assert!(!world.set.claim(1).await.unwrap().epoch_missing);
}

// ---- the worker ----

/// Every id has a row, save those above 1,000,000; loading fails as often as told first.
#[derive(Clone, Default)]
struct Rows {
    failures: Arc<AtomicUsize>,
    meanwhile: Option<fn()>,
    loads: Arc<AtomicUsize>,
}

impl Load for Rows {
    type Row = i64;

    async fn load(&self, ids: &[i64]) -> anyhow::Result<HashMap<i64, i64>> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if let Some(meanwhile) = self.meanwhile {
            meanwhile();
        }
        let left = |n: usize| n.checked_sub(1);
        let failed = self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        anyhow::ensure!(failed.is_err(), "the database is away");
        Ok(ids.iter().filter(|&&id| id <= 1_000_000).map(|&id| (id, id)).collect())
    }
}

/// A worker on a world's set, and what its handler was given.
struct Running {
    started: mpsc::UnboundedReceiver<i64>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
    epoch_missing: Arc<Notify>,
}

impl Running {
    /// A handler that answers 2096 at once.
    fn quick(world: &World, settings: Settings) -> Self {
        Self::with(world, settings, Rows::default(), |_| async { Ok(NextDue(DateTime::from_timestamp_micros(FUTURE))) })
    }

    fn with<H, F>(world: &World, settings: Settings, rows: Rows, handler: H) -> Self
    where
        H: Fn(i64) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = anyhow::Result<NextDue>> + Send + 'static,
    {
        let (sender, started) = mpsc::unbounded_channel();
        let shutdown = CancellationToken::new();
        let epoch_missing = Arc::new(Notify::new());
        let schedule = Schedule::new(world.set.clone(), rows, settings, epoch_missing.clone()).unwrap();
        let handler = move |claimed: Claimed<i64>| {
            let _ = sender.send(claimed.row);
            handler(claimed.row)
        };
        let task = tokio::spawn(run(schedule, handler, shutdown.clone()));
        Self { started, shutdown, task, epoch_missing }
    }

    async fn next(&mut self) -> i64 {
        let next = tokio::time::timeout(PATIENCE, self.started.recv()).await;
        next.expect("a handler starts within 20 s").expect("the worker lives")
    }

    /// The next `n` ids that start, sorted.
    async fn next_n(&mut self, n: usize) -> Vec<i64> {
        let mut ids = Vec::new();
        for _ in 0..n {
            ids.push(self.next().await);
        }
        ids.sort_unstable();
        ids
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

fn settings(concurrency: usize) -> Settings {
    Settings::new("test", concurrency, Duration::from_secs(30), Clock::new(Utc::now))
}

#[tokio::test]
async fn a_worker_runs_what_is_due_and_completes_it() {
    let world = World::new().await;
    world.due(1, 1..=50).await;
    world.due(2, 51..=100).await;
    let mut running = Running::quick(&world, settings(8));
    assert_eq!(running.next_n(100).await, (1..=100).collect::<Vec<_>>());
    world.due(1, [101]).await;
    assert_eq!(running.next().await, 101, "an id that falls due later is noticed");
    running.stop().await;
    assert_eq!(world.leased(1).await + world.leased(2).await, 0, "shutdown waits for completions");
    assert_eq!(world.due_of(2, 100).await, Some(FUTURE));
}

#[tokio::test]
async fn an_id_without_a_row_leaves_the_due_set() {
    let world = World::new().await;
    world.due(1, [1_000_001, 7]).await;
    let mut running = Running::quick(&world, settings(2));
    assert_eq!(running.next().await, 7);
    running.stop().await;
    assert_eq!(world.due_of(1, 1_000_001).await, None);
    assert_eq!(world.leased(1).await, 0);
}

#[tokio::test]
async fn a_handler_that_fails_panics_or_hangs_is_due_again_after_the_retry_delay() {
    let world = World::new().await;
    world.due(1, 1..=4).await;
    let settings =
        Settings { timeout: Duration::from_millis(20), retry_delay: Duration::from_secs(3_600), ..settings(4) };
    let mut running = Running::with(&world, settings, Rows::default(), |id| async move {
        match id {
            1 => anyhow::bail!("the operator said no"),
            2 => panic!("a handler panics on purpose"),
            3 => std::future::pending().await,
            _ => Ok(NextDue(None)),
        }
    });
    assert_eq!(running.next_n(4).await, [1, 2, 3, 4]);
    running.stop().await;
    for id in 1..=3 {
        let due = world.due_of(1, id).await.unwrap();
        assert!(due > past(id) && due < FUTURE, "{id} is due at {due}");
    }
    assert_eq!(world.due_of(1, 4).await, None);
}

#[tokio::test]
async fn a_database_that_is_away_ends_no_worker() {
    let world = World::new().await;
    world.due(1, [1]).await;
    let rows = Rows { failures: Arc::new(AtomicUsize::new(2)), ..Rows::default() };
    let mut running = Running::with(&world, settings(1), rows, |_| async { Ok(NextDue(None)) });
    assert_eq!(running.next().await, 1);
    running.stop().await;
}

#[tokio::test]
async fn claims_that_were_not_started_are_handed_back_on_shutdown() {
    let world = World::new().await;
    world.due(1, 1..=5).await;
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let settings = Settings { prefetch: 4, ..settings(1) };
    let mut running = Running::with(&world, settings, Rows::default(), move |_| {
        let held = held.clone();
        async move {
            held.notified().await;
            Ok(NextDue(None))
        }
    });
    let first = running.next().await;
    assert_eq!(world.leased(1).await, 5, "one runs and four wait");
    running.shutdown.cancel();
    release.notify_one();
    running.task.await.unwrap();
    assert_eq!(world.leased(1).await, 0);
    assert_eq!(world.due_of(1, first).await, None, "what ran is done");
    for id in (1..=5).filter(|id| *id != first) {
        assert_eq!(world.due_of(1, id).await, Some(past(id)), "due again when it was");
    }
}

#[tokio::test]
async fn a_worker_leases_no_more_than_it_has_seats() {
    let world = World::new().await;
    world.due(1, 1..=100).await;
    let settings = Settings { prefetch: 3, ..settings(2) };
    let mut running = Running::with(&world, settings, Rows::default(), |_| std::future::pending());
    running.next_n(2).await;
    assert_eq!(world.leased(1).await, 5);
    running.task.abort();
}

static CLOCK_AHEAD_S: AtomicI64 = AtomicI64::new(0);

fn shifted_clock() -> DateTime<Utc> {
    settings(1).clock.now() + TimeDelta::seconds(CLOCK_AHEAD_S.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_claim_with_too_little_lease_left_is_handed_back_instead_of_started() {
    let world = World::new().await;
    world.due(1, [1]).await;
    // The first load takes 31 s of a lease of 60 s, the handler may take 30 s.
    let rows = Rows {
        meanwhile: Some(|| {
            let _ = CLOCK_AHEAD_S.compare_exchange(0, 31, Ordering::Relaxed, Ordering::Relaxed);
        }),
        ..Rows::default()
    };
    let settings = Settings { clock: Clock::new(shifted_clock), ..settings(1) };
    let loads = rows.loads.clone();
    let mut running = Running::with(&world, settings, rows, |_| async { Ok(NextDue(None)) });
    assert_eq!(running.next().await, 1);
    assert_eq!(loads.load(Ordering::Relaxed), 2, "it was handed back, claimed again and run then");
    assert!(running.started.is_empty(), "and run once");
    running.stop().await;
}

#[tokio::test]
async fn a_worker_tells_when_the_epoch_is_missing() {
    let world = World::new().await;
    let mut running = Running::quick(&world, settings(1));
    world.flush().await;
    tokio::time::timeout(PATIENCE, running.epoch_missing.notified()).await.expect("told within 20 s");
    // What reconcile does then.
    world.allow(1, Budget::UNLIMITED).await;
    world.due(1, [1]).await;
    assert!(world.set.mark_epoch().await.unwrap());
    assert_eq!(running.next().await, 1);
    running.stop().await;
}

// ---- junk in Redis (SR-JOB-02): stray entries never stop a worker ----

/// Puts junk into the due set between good ids, runs a worker, and expects all good ids to finish.
async fn good_jobs_finish_beside(world: World, good: std::ops::RangeInclusive<i64>) -> World {
    let mut running = Running::quick(&world, settings(4));
    assert_eq!(running.next_n(good.clone().count()).await, good.collect::<Vec<_>>());
    world.due(1, [999]).await;
    assert_eq!(running.next().await, 999, "the worker is still up");
    assert!(!running.task.is_finished());
    running.stop().await;
    world
}

#[tokio::test]
async fn sr_job_02_a_stray_id_between_good_jobs_stops_nothing() {
    let world = World::new().await;
    world.due(1, [1, 2_000_000, 2, 3_000_000, 3]).await;
    let world = good_jobs_finish_beside(world, 1..=3).await;
    assert_eq!(world.due_of(1, 2_000_000).await, None, "it is gone");
    assert_eq!(world.leased(1).await, 0);
}

#[tokio::test]
async fn sr_job_02_junk_bytes_between_good_jobs_are_quarantined() {
    let world = World::new().await;
    world.due(1, 1..=5).await;
    let junk: [&[u8]; 11] = [
        b"",
        b"abc",
        b"-5",
        b"0",
        b"007",
        b"1.5",
        b" 4",
        b"4\n",
        b"9223372036854775808",
        b"\xff\xfe\x00\x01",
        &[b'x'; 100_000],
    ];
    let (due, leased) = (world.key("due:numbered.1"), world.key("leased:numbered.1"));
    let mut redis = world.redis.clone();
    for (n, junk) in junk.into_iter().enumerate() {
        let _: () = redis.zadd(&due, junk, past(1 + n as i64)).await.unwrap();
    }
    let _: () = redis.zadd(&due, "minus-infinity", "-inf").await.unwrap();
    let _: () = redis.zadd(&leased, "expired-junk", 1).await.unwrap();
    let world = good_jobs_finish_beside(world, 1..=5).await;
    let quarantined: Vec<Vec<u8>> = redis.smembers(world.key("quarantine")).await.unwrap();
    assert_eq!(quarantined.len(), 13);
    assert!(quarantined.iter().all(|junk| junk.len() <= 256), "kept short");
    let left: Vec<String> = redis.zrange(&due, 0, -1).await.unwrap();
    assert!(left.iter().all(|id| id.parse::<i64>().is_ok()), "{left:?}");
}

#[tokio::test]
async fn sr_job_02_junk_that_fills_a_concurrency_cap_is_cleared() {
    let world = World::new().await;
    let cap = Budget { concurrency_cap: 2, ..Budget::UNLIMITED };
    world.allow(1, cap).await;
    let leased = world.key("leased:numbered.1");
    let mut redis = world.redis.clone();
    for junk in ["junk", "12345"] {
        let _: () = redis.zadd(&leased, junk, "+inf").await.unwrap();
    }
    world.due(1, 1..=5).await;
    let mut running = Running::quick(&world, settings(4));
    assert_eq!(running.next_n(6).await, [1, 2, 3, 4, 5, 12345]);
    running.stop().await;
}

#[tokio::test]
async fn sr_job_02_keys_of_the_wrong_type_are_moved_aside_and_the_set_is_rebuilt() {
    for broken in [
        "due:numbered.1",
        "leased:numbered.1",
        "later:numbered.1",
        "budget:numbered.1",
        "agenda",
        "quarantine",
        "partitions",
    ] {
        let world = World::new().await;
        let mut redis = world.redis.clone();
        let _: () = redis.del(world.key(broken)).await.unwrap();
        let _: () = redis.set(world.key(broken), "not yours").await.unwrap();
        let _: () = redis.zadd(world.key("due:numbered.2"), "junk", 1).await.unwrap();
        world.due(2, 1..=3).await;
        let mut running = Running::quick(&world, settings(4));
        // What reconcile does again and again.
        for partition in 1..=3 {
            world.allow(partition, Budget::UNLIMITED).await;
        }
        world.due(1, 4..=6).await;
        assert_eq!(running.next_n(6).await, (1..=6).collect::<Vec<_>>(), "{broken}");
        assert!(!running.task.is_finished(), "{broken}");
        running.stop().await;
        assert_eq!(world.leased(1).await + world.leased(2).await, 0, "{broken}: all were completed");
    }
}

#[tokio::test]
async fn sr_job_02_a_strange_partition_stops_nothing() {
    let world = World::new().await;
    let mut redis = world.redis.clone();
    let agenda = world.key("agenda");
    for junk in ["", "nobody", "operator.nobody", "numbered.1 ", "\u{1f6a2}"] {
        let _: () = redis.zadd(&agenda, junk, 1).await.unwrap();
    }
    // One with everything a partition has, save a name that this version knows.
    let stranger = world.key("budget:operator.nobody");
    let fields = [("emission_us", "1"), ("burst", "9"), ("cap", "9"), ("paused", "0")];
    let _: () = redis.hset_multiple(stranger, &fields).await.unwrap();
    let _: () = redis.zadd(world.key("due:operator.nobody"), 77, 1).await.unwrap();
    world.due(1, 1..=3).await;
    good_jobs_finish_beside(world, 1..=3).await;
}
