//! The worker over a due set: what it runs, what it hands back, and what does not end it.

use super::*;

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
pub(super) struct Running {
    pub(super) started: mpsc::UnboundedReceiver<i64>,
    pub(super) shutdown: CancellationToken,
    pub(super) task: JoinHandle<()>,
    epoch_missing: Arc<Notify>,
}

impl Running {
    /// A handler that answers 2096 at once.
    pub(super) fn quick(world: &World, settings: Settings) -> Self {
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

    pub(super) async fn next(&mut self) -> i64 {
        let next = tokio::time::timeout(PATIENCE, self.started.recv()).await;
        next.expect("a handler starts within 20 s").expect("the worker lives")
    }

    /// The next `n` ids that start, sorted.
    pub(super) async fn next_n(&mut self, n: usize) -> Vec<i64> {
        let mut ids = Vec::new();
        for _ in 0..n {
            ids.push(self.next().await);
        }
        ids.sort_unstable();
        ids
    }

    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

pub(super) fn settings(concurrency: usize) -> Settings {
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
