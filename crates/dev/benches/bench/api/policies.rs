//! What row-level security costs: the list's statement as `ferry_app` with the tenant set, against the same as superuser, whom no
//! policy binds, with the tenant written into it.
//!
//! Promises the text that the build is checked against, out of `.sqlx`, and that both sides read the same rows. Both run by
//! turns, a transaction each, so that what else the machine does meets both.

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

/// Medians of both sides.
pub(crate) struct Cost {
    pub(crate) on_us: f64,
    pub(crate) off_us: f64,
    /// On over off, the statement alone.
    pub(crate) ratio: f64,
    /// The same from `begin` to `commit`, where one side sets the tenant.
    pub(crate) whole_ratio: f64,
}

/// Measures both sides for a tenant of many watches.
pub(crate) async fn measure(cluster: &Cluster, name: &str, measure: Measure) -> Result<Cost> {
    let text = listing()?;
    ensure!(text.matches(WHERE).count() == 1, "the list's statement has another condition than {WHERE:?}");
    let mut off = Side {
        connection: PgConnection::connect(&cluster.super_url(name)).await?,
        text: text.replace(WHERE, "where w.tenant_id = $5 and w.state <> 'deleted'"),
        policies: Policies::Off,
    };
    let mut on = Side {
        connection: PgConnection::connect(&cluster.url("ferry_app", name)).await?,
        text,
        policies: Policies::On,
    };
    let sql = "select tenant_id from tenant where name like $1 || ' %' order by name limit 1";
    let tenant: Uuid = sqlx::query_scalar(sql).bind(MANY.0).fetch_one(&mut off.connection).await?;
    let bar = steps::bar("api: policies on and off", u64::from(measure.runs));
    let mut runs = Vec::new();
    for _ in 0..measure.runs {
        runs.push(run(&mut on, &mut off, tenant, measure).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    on.connection.close().await?;
    off.connection.close().await?;
    let of = |value: fn(&Cost) -> f64| median(runs.iter().map(value).collect());
    Ok(Cost {
        on_us: of(|run| run.on_us),
        off_us: of(|run| run.off_us),
        ratio: of(|run| run.ratio),
        whole_ratio: of(|run| run.whole_ratio),
    })
}

/// Both sides by turns; which goes first changes each time.
async fn run(on: &mut Side, off: &mut Side, tenant: Uuid, measure: Measure) -> Result<Cost> {
    let (mut ons, mut offs) = (Vec::new(), Vec::new());
    let started = Instant::now();
    while started.elapsed() < measure.lasts {
        let (first, second) = (on.list(tenant).await?, off.list(tenant).await?);
        ensure!(first.ids == second.ids && first.ids.len() as i64 == LIMIT + 1, "both sides read the same page");
        ons.push(first);
        offs.push(second);
        offs.push(off.list(tenant).await?);
        ons.push(on.list(tenant).await?);
    }
    let of = |took: &[Took], value: fn(&Took) -> f64| median(took.iter().map(value).collect());
    let (on_us, off_us) = (of(&ons, |took| took.statement_us), of(&offs, |took| took.statement_us));
    let whole_ratio = of(&ons, |took| took.whole_us) / of(&offs, |took| took.whole_us);
    Ok(Cost { on_us, off_us, ratio: on_us / off_us, whole_ratio })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Policies {
    On,
    Off,
}

struct Side {
    connection: PgConnection,
    text: String,
    policies: Policies,
}

/// One transaction.
struct Took {
    ids: Vec<Uuid>,
    statement_us: f64,
    whole_us: f64,
}

impl Side {
    async fn list(&mut self, tenant: Uuid) -> Result<Took> {
        let started = Instant::now();
        let mut tx = self.connection.begin().await?;
        if self.policies == Policies::On {
            let set = sqlx::query("select set_config('app.tenant', $1, true)").bind(tenant.to_string());
            set.fetch_one(&mut *tx).await?;
        }
        let query = sqlx::query(AssertSqlSafe(self.text.as_str()))
            .bind(None::<String>)
            .bind(None::<DateTime<Utc>>)
            .bind(None::<Uuid>)
            .bind(LIMIT);
        let query = if self.policies == Policies::Off { query.bind(tenant) } else { query };
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
