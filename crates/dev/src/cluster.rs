//! A private PostgreSQL and Redis of this checkout, one set per purpose, reached by unix sockets
//! only. Never uses, stops or changes a server it did not start, and leaves none behind.

mod account;
mod find;
mod install;
mod postgres;
mod private;
mod redis;

use crate::{checkout, progress::Progress};
use anyhow::{Context, Result};
pub use find::Node;
pub(crate) use private::Private;
use sqlx::{Connection, PgConnection, migrate::Migrator};
use std::path::PathBuf;

/// What a set of servers, or a browser, is for. Sets of different purposes run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `cargo dev up`; the only one whose rows stay from run to run.
    Up,
    /// `cargo dev demo`.
    Demo,
    /// `cargo dev test`.
    Test,
    /// `cargo dev bench`.
    Bench,
    /// `cargo dev prepare`.
    Prepare,
    /// `cargo dev shots`.
    Shots,
    /// `cargo dev lighthouse`.
    Lighthouse,
    /// The browser of the tests.
    TestBrowser,
    /// The browser of `cargo dev shots`.
    ShotsBrowser,
    /// The browser of `cargo dev lighthouse`.
    LighthouseBrowser,
}

impl Purpose {
    /// The name of its directory.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Up => "up",
            Purpose::Demo => "demo",
            Purpose::Test => "test",
            Purpose::Bench => "bench",
            Purpose::Prepare => "prepare",
            Purpose::Shots => "shots",
            Purpose::Lighthouse => "lighthouse",
            Purpose::TestBrowser => "test-browser",
            Purpose::ShotsBrowser => "shots-browser",
            Purpose::LighthouseBrowser => "lighthouse-browser",
        }
    }

    fn keeps_rows(self) -> bool {
        self == Purpose::Up
    }
}

/// Running servers. Dropping it stops them, and removes their files but those of [`Purpose::Up`]; the fields end in the
/// order they are written.
pub struct Cluster {
    redis: redis::Redis,
    postgres: postgres::Postgres,
    _lock: Private,
}

impl Cluster {
    /// Finds or installs PostgreSQL and Redis and starts the set of this purpose.
    ///
    /// # Errors
    /// With a sentence, when a program is missing and cannot be installed, the set already runs, or
    /// a server does not start.
    pub async fn start(purpose: Purpose, progress: &Progress) -> Result<Cluster> {
        let programs = install::programs(progress)?;
        let private = Private::for_purpose(purpose)?;
        progress.step("Starting PostgreSQL and Redis");
        // We hold the lock of this directory: what still runs in it was left by a leash that was killed.
        postgres::end_leftover(&programs, &private).await?;
        redis::end_leftover(&private.dir).await;
        if !purpose.keeps_rows() {
            private.empty()?;
        }
        let redis = redis::Redis::start(&programs, &private).await.context("Redis does not start")?;
        let postgres = postgres::Postgres::start(&programs, &private).await.context("PostgreSQL does not start")?;
        Ok(Cluster { redis, postgres, _lock: private })
    }

    /// URL of a database as one of the runtime roles; unqualified names mean schema `app`.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("{}&options=-c%20search_path%3Dapp%2Cpg_temp", self.postgres.url(role, database))
    }

    /// URL of a database as the role that owns it and runs migrations.
    #[must_use]
    pub fn owner_url(&self, database: &str) -> String {
        self.postgres.url(postgres::OWNER, database)
    }

    /// URL of a database as superuser, whom row security does not bind.
    #[must_use]
    pub fn super_url(&self, database: &str) -> String {
        self.url(postgres::SUPERUSER, database)
    }

    /// URL of one of the numbered Redis databases.
    #[must_use]
    pub fn redis_url(&self, number: u16) -> String {
        self.redis.url(number)
    }

    /// The Redis socket.
    #[must_use]
    pub fn redis_socket(&self) -> PathBuf {
        self.redis.socket()
    }

    /// Creates a database that `ferry_owner` owns, unless it exists.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create_database(&self, name: &str) -> Result<()> {
        self.postgres.create_database(name).await
    }

    /// Runs the migrations that have not run yet. Reads the files, so that it works while `store`
    /// does not build; the engine and the bookkeeping are those of `store::migrate`.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate(&self, database: &str) -> Result<()> {
        let mut migrator = Migrator::new(checkout::root().join("migrations")).await?;
        // A migration sets its own search path; the bookkeeping is found whatever it is.
        migrator.dangerous_set_table_name("public._sqlx_migrations");
        let mut connection = PgConnection::connect(&self.owner_url(database)).await?;
        migrator.run(&mut connection).await?;
        Ok(connection.close().await?)
    }
}

/// Finds or installs Node.
///
/// # Errors
/// With a sentence, when it is missing and cannot be installed from here.
pub fn node(progress: &Progress) -> Result<Node> {
    install::node(progress)
}

/// Finds or installs Chromium.
///
/// # Errors
/// With a sentence, when it is missing and cannot be installed from here.
pub fn chromium(progress: &Progress) -> Result<PathBuf> {
    install::chromium(progress)
}

/// Removes everything private of this checkout.
///
/// # Errors
/// When one of its sets runs.
pub fn reset() -> Result<()> {
    private::remove(&checkout::private_dir(&checkout::root()))
}

/// `psql`, and the socket directory of a running set for it to connect to.
///
/// # Errors
/// With a sentence, when it does not run.
pub fn running(purpose: Purpose) -> Result<(PathBuf, PathBuf)> {
    let dir = checkout::private_dir(&checkout::root()).join(purpose.as_str());
    anyhow::ensure!(
        dir.join(postgres::SOCKET).exists(),
        "`cargo dev {}` is not running in this checkout",
        purpose.as_str()
    );
    let psql = find::psql().context("psql is not installed")?;
    Ok((psql, dir))
}
