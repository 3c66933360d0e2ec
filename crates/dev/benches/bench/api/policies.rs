//! What row-level security costs: the list's statement as `ferry_app` with the tenant set, against the same as superuser, whom no
//! policy binds, with the tenant written into it.
//!
//! Promises the text that the build is checked against, out of `.sqlx`, and that both sides read the same rows. Both run by
//! turns, a transaction each, on one connection that changes its role between them: with two server processes, where the
//! system lets them run makes a greater difference than what is measured.

use super::MANY;
use crate::Measure;
use crate::meter::median;
use crate::steps;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use dev::cluster::Cluster;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::time::Instant;
use uuid::Uuid;

/// Stands in the list's statement and in no other.
const PIECE: &str = "order by w.created_at desc, w.id desc";
/// Where the tenant is written in.
const WHERE: &str = "where w.state <> 'deleted'";
const LIMIT: i64 = 20;

/// Medians of both sides in one run.
pub(crate) struct Cost {
    pub(crate) on_us: f64,
    pub(crate) off_us: f64,
    /// From `begin` to `commit` on over off, where only one side sets the tenant.
    pub(crate) whole_ratio: f64,
}

impl Cost {
    /// On over off, the statement alone.
    pub(crate) fn ratio(&self) -> f64 {
        self.on_us / self.off_us
    }
}

/// Measures both sides for a tenant of many watches: the runs, from the least ratio to the greatest.
pub(crate) async fn measure(cluster: &Cluster, name: &str, measure: Measure) -> Result<Vec<Cost>> {
    let on = listing()?;
    ensure!(on.matches(WHERE).count() == 1, "the list's statement has another condition than {WHERE:?}");
    let off = on.replace(WHERE, "where w.tenant_id = $5 and w.state <> 'deleted'");
    let mut connection = PgConnection::connect(&cluster.super_url(name)).await?;
    let sql = "select tenant_id from tenant where name like $1 || ' %' order by name limit 1";
    let tenant = sqlx::query_scalar(sql).bind(MANY.0).fetch_one(&mut connection).await?;
    let mut sides = Sides { connection, on, off, tenant };
    let bar = steps::bar("api: policies on and off", u64::from(measure.runs));
    let mut runs = Vec::new();
    for _ in 0..measure.runs {
        runs.push(sides.run(measure).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    sides.connection.close().await?;
    runs.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
    Ok(runs)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Policies {
    On,
    Off,
}

struct Sides {
    connection: PgConnection,
    on: String,
    off: String,
    tenant: Uuid,
}

/// One transaction.
struct Took {
    ids: Vec<Uuid>,
    statement_us: f64,
    whole_us: f64,
}

impl Sides {
    /// Both sides by turns; which goes first changes each time.
    async fn run(&mut self, measure: Measure) -> Result<Cost> {
        let (mut ons, mut offs) = (Vec::new(), Vec::new());
        let started = Instant::now();
        while started.elapsed() < measure.lasts {
            ons.push(self.list(Policies::On).await?);
            offs.push(self.list(Policies::Off).await?);
            offs.push(self.list(Policies::Off).await?);
            ons.push(self.list(Policies::On).await?);
        }
        let is_page = |took: &Took| took.ids == ons[0].ids && took.ids.len() as i64 == LIMIT + 1;
        ensure!(ons.iter().chain(&offs).all(is_page), "the sides read different rows");
        let of = |took: &[Took], value: fn(&Took) -> f64| median(took.iter().map(value).collect());
        let whole_ratio = of(&ons, |took| took.whole_us) / of(&offs, |took| took.whole_us);
        Ok(Cost { on_us: of(&ons, |took| took.statement_us), off_us: of(&offs, |took| took.statement_us), whole_ratio })
    }

    async fn list(&mut self, policies: Policies) -> Result<Took> {
        let (role, text) = match policies {
            Policies::On => ("set role ferry_app", &self.on),
            Policies::Off => ("set role none", &self.off),
        };
        sqlx::query(role).execute(&mut self.connection).await?;
        let started = Instant::now();
        let mut tx = self.connection.begin().await?;
        if policies == Policies::On {
            let set = sqlx::query("select set_config('app.tenant', $1, true)").bind(self.tenant.to_string());
            set.fetch_one(&mut *tx).await?;
        }
        let query = sqlx::query(AssertSqlSafe(text.as_str()))
            .bind(None::<String>)
            .bind(None::<DateTime<Utc>>)
            .bind(None::<Uuid>)
            .bind(LIMIT);
        let query = if policies == Policies::Off { query.bind(self.tenant) } else { query };
        let asked = Instant::now();
        let rows = query.fetch_all(&mut *tx).await?;
        let statement_us = asked.elapsed().as_secs_f64() * 1e6;
        tx.commit().await?;
        let whole_us = started.elapsed().as_secs_f64() * 1e6;
        let ids = rows.iter().map(|row| row.get("id")).collect();
        Ok(Took { ids, statement_us, whole_us })
    }
}

/// The list's statement, out of the cache of checked queries.
fn listing() -> Result<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dev::checkout::root().join(".sqlx"))? {
        let query: serde_json::Value = serde_json::from_slice(&std::fs::read(file?.path())?)?;
        let text = query["query"].as_str().context("a checked query has a text")?;
        found.extend(text.contains(PIECE).then(|| text.to_owned()));
    }
    ensure!(found.len() == 1, "{PIECE:?} is in {} checked queries", found.len());
    found.pop().context("BUG: there is one")
}
