//! One private PostgreSQL: made with initdb when its directory is new, tuned to be quick and
//! forgetful, listening on a unix socket only.

use super::{find::Programs, private::Private};
use crate::leash::{Leashed, Order, Output};
use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// The role that owns databases and runs migrations: no superuser, so that grants matter.
pub(super) const OWNER: &str = "ferry_owner";
/// The role initdb makes.
pub(super) const SUPERUSER: &str = "postgres";
/// The socket inside the private directory.
pub(super) const SOCKET: &str = ".s.PGSQL.5432";

/// How long the server may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
/// How often we ask.
const ASK_EVERY: Duration = Duration::from_millis(25);

/// A crash of the machine may lose a development database, and `cargo dev reset` makes a new one:
/// no disk is waited for. Tests open many connections.
const SETTINGS: [&str; 12] = [
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "max_connections=400",
    "shared_buffers=256MB",
    "jit=off",
    "timezone=UTC",
    "log_min_messages=warning",
];

/// A running server.
pub(super) struct Postgres {
    _process: Leashed,
    dir: PathBuf,
}

impl Postgres {
    /// Makes the data directory if need be, starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it does not; the sentence holds the end of its log.
    pub(super) async fn start(programs: &Programs, private: &Private) -> Result<Postgres> {
        let log = private.dir.join("postgres.log");
        if !files(private).join("PG_VERSION").exists() {
            let make = order("initdb", programs, private).args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]);
            let status = make.start(Output::Append(log.clone()))?.wait().await?;
            ensure!(status.success(), "initdb failed:\n{}", tail(&log));
        }
        let server = order("postgres", programs, private)
            .stopped_by(Signal::SIGINT)
            .args([format!("-k{}", private.dir.display())])
            .args(SETTINGS.map(|setting| format!("--{setting}")));
        let mut process = server.start(Output::Append(log.clone()))?;
        let url = url(&private.dir, SUPERUSER, "postgres");
        let mut connection = answer(&url, &mut process, &log).await?;
        make_owner(&mut connection).await?;
        connection.close().await?;
        Ok(Postgres { _process: process, dir: private.dir.clone() })
    }

    /// URL of a database as this role.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        url(&self.dir, role, database)
    }

    /// Creates a database that the owner role owns, unless it exists.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn create_database(&self, name: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url(SUPERUSER, "postgres")).await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            // A name cannot be a parameter here; it is one of ours, and quoted.
            let statement = format!("create database \"{name}\" owner {OWNER}");
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        Ok(connection.close().await?)
    }
}

/// Ends the server that a killed leash left behind in a directory whose lock we hold.
///
/// # Errors
/// When `pg_ctl` does not start.
pub(super) async fn end_leftover(programs: &Programs, private: &Private) -> Result<()> {
    if files(private).join("postmaster.pid").exists() {
        let stop = order("pg_ctl", programs, private).args(["stop", "--mode=immediate"]);
        // It fails when nothing runs any more, which is as good.
        stop.start(Output::Append(private.dir.join("postgres.log")))?.wait().await?;
    }
    Ok(())
}

fn files(private: &Private) -> PathBuf {
    private.dir.join("pg")
}

fn order(program: &str, programs: &Programs, private: &Private) -> Order {
    Order::new(program, &programs.postgres_dir.join(program))
        .account(private.account)
        .env("LC_ALL", "C")
        .args(["-D".into(), files(private)])
}

fn url(dir: &Path, role: &str, database: &str) -> String {
    format!("postgres://{role}@localhost/{database}?host={}", dir.display())
}

async fn answer(url: &str, process: &mut Leashed, log: &Path) -> Result<PgConnection> {
    let ask = async {
        loop {
            if let Ok(connection) = PgConnection::connect(url).await {
                return Ok(connection);
            }
            if process.ended()?.is_some() {
                bail!("it ended at once:\n{}", tail(log));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    tokio::time::timeout(ANSWERS_WITHIN, ask).await.with_context(|| format!("no answer:\n{}", tail(log)))?
}

async fn make_owner(connection: &mut PgConnection) -> Result<()> {
    let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(OWNER)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        sqlx::query("create role ferry_owner login createrole createdb").execute(connection).await?;
    }
    Ok(())
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
