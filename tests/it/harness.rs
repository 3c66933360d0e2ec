//! What every test stands on: a database of its own copied from the migrated template, a Redis database
//! of its own, simulators on free ports and a clock that moves only when told. `cargo dev test` says
//! where the servers are.

mod browser;
mod errors;
mod listing;
mod other;
mod people;
mod traces;
mod web;

pub(crate) use browser::{Browser, Page, SESSION, masked};
pub(crate) use errors::Errors;
pub(crate) use listing::{ROUTE, alice_waits_at_a_listing};
pub(crate) use other::Other;
pub(crate) use people::{Person, alice_waits, leg, motorhome_days, motorhome_days_from};
pub(crate) use traces::Logs;
pub(crate) use web::{chance, some_key};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use dev::sim::Sim;
use domain::{cadence::TimeScale, operator::Operator, seal::published_setting};
use sqlx::{Connection, Executor, PgConnection, PgPool, postgres::PgPoolOptions};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};
use store::{Credentials, DatabaseRole, Sealer, Store, target::TargetRow};
use telemetry::Secret;
use workers::{
    Config,
    clock::{Chance, Clock},
    operators::AccessCodes,
    run::Parts,
};

static NEXT: AtomicU16 = AtomicU16::new(1);

/// A setting that `cargo dev test` makes.
pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with `cargo dev test`"))
}

/// The URL of a Redis database that no other test uses.
pub(crate) fn redis_url() -> String {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("redis+unix://{}?db={number}", setting("FERRY_TEST_REDIS_SOCKET"))
}

/// A database of one test.
pub(crate) struct Database {
    name: String,
}

impl Database {
    /// A copy of the migrated template, without operators or people.
    pub(crate) async fn new() -> Database {
        Database::copy_of(&setting("FERRY_TEST_TEMPLATE")).await
    }

    /// A database that was migrated itself: a copy has not the rights that stand on the database.
    pub(crate) async fn migrated() -> Database {
        let database = Database::copy_of("template0").await;
        database.settle().await;
        database
    }

    /// Migrates it as `app migrate` does, which makes the published key known to it.
    pub(crate) async fn settle(&self) {
        self.settle_under(&published_setting()).await.unwrap();
    }

    /// The same with other keys.
    pub(crate) async fn settle_under(&self, keys: &str) -> store::Result<()> {
        store::migrate::run(&self.url("ferry_owner"), &sealer_of(keys), &|_| ()).await
    }

    /// A database as it was when this migration was the newest.
    pub(crate) async fn migrated_to(newest: u32) -> Database {
        let database = Database::copy_of("template0").await;
        let before = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(dev::checkout::root().join("migrations")).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
            if name[..4].parse::<u32>().unwrap() <= newest {
                std::fs::copy(path, before.path().join(name)).unwrap();
            }
        }
        let mut migrator = sqlx::migrate::Migrator::new(before.path()).await.unwrap();
        migrator.dangerous_set_table_name("public._sqlx_migrations");
        migrator.run(&mut PgConnection::connect(&database.url("ferry_owner")).await.unwrap()).await.unwrap();
        database
    }

    async fn copy_of(template: &str) -> Database {
        let name = format!("t_{}", uuid::Uuid::new_v4().simple());
        let mut server = PgConnection::connect(&setting("FERRY_TEST_SUPER_URL")).await.unwrap();
        let create = format!("create database {name} template {template} owner ferry_owner");
        server.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
        Database { name }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The URL for a role: `ferry_app`, `ferry_worker`, …
    pub(crate) fn url(&self, role: &str) -> String {
        let owner = setting("FERRY_TEST_OWNER_URL");
        owner.replace("ferry_owner@", &format!("{role}@")).replace("/postgres?", &format!("/{}?", self.name))
    }

    /// The URL for the superuser, whom no policy binds: for looking and for doing damage.
    pub(crate) fn super_url(&self) -> String {
        setting("FERRY_TEST_SUPER_URL").replace("/postgres?", &format!("/{}?", self.name))
    }

    /// A pool as the superuser.
    pub(crate) async fn superuser(&self) -> PgPool {
        PgPoolOptions::new().max_connections(2).connect(&self.super_url()).await.unwrap()
    }

    /// A connection as a role, names unqualified.
    pub(crate) async fn connect(&self, role: &str) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url(role)).await.unwrap();
        connection.execute("set search_path = app, pg_temp").await.unwrap();
        connection
    }
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    fn at(now: DateTime<Utc>) -> TestClock {
        TestClock(Arc::new(Mutex::new(now)))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    pub(crate) fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::new(move || this.now())
    }
}

/// The day on which the tests take place.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).unwrap()
}

/// A whole installation for one test: database, Redis, simulators and the workers' parts, none of them
/// running by itself.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) admin: PgPool,
    pub(crate) sim: Sim,
    pub(crate) clock: TestClock,
    pub(crate) config: Config,
    pub(crate) parts: Parts,
    pub(crate) app: Store,
    pub(crate) credentials: Credentials,
    /// The first day that [`motorhome_days`] wishes for here.
    pub(crate) first_day: NaiveDate,
}

/// How long a test waits for what other tasks or processes do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds that other tasks or processes bring about.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds().await {
            look.tick().await;
        }
    });
    assert!(waited.await.is_ok(), "waited in vain until {what}");
}

impl World {
    /// An empty installation with every operator of the manifests, marked as development, at noon of a day
    /// in July.
    pub(crate) async fn new() -> World {
        World::at(today().and_hms_opt(12, 0, 0).unwrap().and_utc()).await
    }

    /// The same at another time.
    pub(crate) async fn at(now: DateTime<Utc>) -> World {
        World::reached_at("https://ferryalert.test/", now).await
    }

    /// The same whose app is reached elsewhere: what its pages and mails lead to.
    pub(crate) async fn reached_at(base_url: &str, now: DateTime<Utc>) -> World {
        let database = Database::new().await;
        database.settle().await;
        store::catalog::sync(&database.url("ferry_owner")).await.unwrap();
        let admin = database.superuser().await;
        sqlx::query("update deployment set environment = 'development'").execute(&admin).await.unwrap();
        let sim = Sim::start(now.date_naive()).await.unwrap();
        let config = config(&database, &sim, base_url);
        let clock = TestClock::at(now);
        let parts = Parts::connect(&config, clock.clock(), Chance::new(|| 0.5), sealer()).await.unwrap();
        let app = Store::connect(DatabaseRole::App, &database.url("ferry_app"), 4, sealer()).await.unwrap();
        let credentials = Credentials::connect(&database.url("ferry_auth"), 2, sealer()).await.unwrap();
        let first_day = now.date_naive() + Days::new(10);
        World { database, admin, sim, clock, config, parts, app, credentials, first_day }
    }

    /// A second worker process' parts on the same database and Redis.
    pub(crate) async fn another_worker(&self) -> Parts {
        Parts::connect(&self.config, self.clock.clock(), Chance::new(|| 0.5), sealer()).await.unwrap()
    }

    /// Polls every wanted target that is due, each once, as the workers would.
    pub(crate) async fn poll(&self) {
        self.parts.reconciler.walk().await.unwrap();
        let ids = self.parts.store.target_ids(0, 10_000).await.unwrap();
        for id in ids {
            let target = self.parts.store.targets(&[id], TimeScale::REAL).await.unwrap().remove(&id).unwrap();
            self.parts.poller.poll(target).await.unwrap();
        }
        self.parts.poller.heartbeat.flush(&self.parts.store).await.unwrap();
    }

    /// The only target, as a worker reads it.
    pub(crate) async fn target(&self) -> TargetRow {
        let ids = self.parts.store.target_ids(0, 10).await.unwrap();
        self.parts.reconciler.walk().await.unwrap();
        let mut rows = self.parts.store.targets(&ids, TimeScale::REAL).await.unwrap();
        rows.remove(&ids[0]).unwrap()
    }

    /// Fans out, then delivers everything that is due.
    pub(crate) async fn settle(&self) {
        self.parts.fan_out.sweep().await.unwrap();
        self.deliver_with(&self.parts).await;
    }

    /// Delivers everything that is due, with the given worker.
    pub(crate) async fn deliver_with(&self, parts: &Parts) {
        let due = parts.store.due_deliveries(self.clock.now(), 10_000).await.unwrap();
        let ids: Vec<i64> = due.iter().map(|due| due.id).collect();
        for (_, delivery) in parts.store.claim_deliveries(&ids).await.unwrap() {
            parts.deliverer.deliver(delivery).await.unwrap();
        }
    }

    /// Moves the clock by an hour, so that every plan has had a tick, and polls and settles.
    pub(crate) async fn an_hour_later(&self) {
        self.clock.advance(TimeDelta::hours(1));
        self.poll().await;
        self.settle().await;
    }

    /// Everything in the database: each table with a digest of its rows, but for how often somebody asked.
    pub(crate) async fn digest(&self) -> BTreeMap<String, Option<String>> {
        let tables = "select tablename::text from pg_tables where schemaname = 'app' and tablename <> 'token_bucket'";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&self.admin).await.unwrap();
        let mut digests = BTreeMap::new();
        for table in tables {
            let sql = format!("select md5(string_agg(x::text, '|' order by x::text)) from {table} x");
            let digest = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.admin).await.unwrap();
            digests.insert(table, digest);
        }
        digests
    }

    /// One number from the database, seen by the superuser.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.admin).await.unwrap()
    }
}

/// The published key, with random nonces.
pub(crate) fn sealer() -> Sealer {
    sealer_of(&published_setting())
}

/// Any keys, with random nonces.
pub(crate) fn sealer_of(keys: &str) -> Sealer {
    Sealer::new(keys.parse().unwrap(), chance)
}

fn access_codes() -> AccessCodes {
    let mut codes = AccessCodes::default();
    codes.add(Operator::Wsf, Secret::new(dev::sim::ACCESS_CODE.to_owned())).unwrap();
    codes
}

fn config(database: &Database, sim: &Sim, base_url: &str) -> Config {
    let url = |text: String| text.parse().unwrap();
    Config {
        database_url: Secret::new(database.url("ferry_worker")),
        redis_url: Secret::new(redis_url()),
        base_url: url(base_url.into()),
        contact: "bot@ferryalert.test".into(),
        smtp_url: Secret::new(sim.smtp_url()),
        mail_from: "FerryAlert <alerts@ferryalert.test>".into(),
        link_key: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff".parse().unwrap(),
        seal_keys: published_setting().parse().unwrap(),
        scale: TimeScale::REAL,
        simulators: vec![sim.http],
        base_urls: Operator::ALL.iter().map(|operator| (*operator, url(sim.base_url()))).collect(),
        access_codes: access_codes(),
        log: "info".into(),
    }
}
