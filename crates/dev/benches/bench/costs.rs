//! Section 5: what polling costs for a thousand watches, a hundred thousand and a million over the same 20,000 targets, in the
//! same span: requests at the operator, rows read and written in each table, bytes of write-ahead log. Nothing opens.
//!
//! Promises that the span begins when every wanted target was polled once. Never counts the seeding, nor the first polls.

use crate::Measure;
use crate::ground::{self, Running, Simulator};
use crate::meter::float;
use crate::polls::requests_seen;
use crate::report::{Figure, Report};
use crate::steps;
use anyhow::{Context, Result};
use chrono::Utc;
use dev::cluster::Cluster;
use dev::progress::Progress;
use dev::world::crowd::{Crowd, Wish};
use domain::operator::Operator;
use domain::plan::Plan;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use std::time::Duration;

const WATCHES: [u64; 3] = [1_000, 100_000, 1_000_000];
const TARGETS: u64 = 20_000;
const ROUTES: [&str; 4] = ["POR-SAN", "SAN-POR", "POR-ISL", "ISL-POR"];
/// An hour lasts six seconds: with the operator's budget each target is asked once in that time.
const SCALE: u32 = 600;
/// What is counted: long enough for each target to be asked several times.
const SPAN: Duration = Duration::from_secs(30);

/// What the span cost.
struct Cost {
    polls: u64,
    wal_bytes: i64,
    /// Rows read and rows written, by table.
    rows: BTreeMap<String, (i64, i64)>,
}

/// Measures all three numbers of watches.
pub(crate) async fn measure(
    cluster: &Cluster,
    simulator: Simulator,
    measure: Measure,
    report: &mut Report,
) -> Result<()> {
    let targets = TARGETS / measure.shrink;
    for watches in WATCHES.map(|watches| watches / measure.shrink) {
        let bar = steps::bar(&format!("costs: {watches} watches over {targets} targets"), 3);
        let name = format!("costs_{watches}");
        seed(cluster, &name, watches, targets).await?;
        bar.inc(1);
        let cost = span(cluster, &name, simulator).await?;
        bar.finish_and_clear();
        let wanted = watches.min(targets);
        let per_poll = |count: f64| count / float(cost.polls.max(1));
        let figure = |what: &str, value, unit| Figure::new("costs", format!("{what}, {watches} watches"), value, unit);
        report.add(figure("targets wanted", float(wanted), ""));
        report.add(figure("polls", float(cost.polls), ""));
        report.add(figure("WAL a poll", per_poll(signed(cost.wal_bytes)), "B"));
        for (table, (read, written)) in &cost.rows {
            report.add(figure(&format!("{table} rows read a poll"), per_poll(signed(*read)), ""));
            report.add(figure(&format!("{table} rows written a poll"), per_poll(signed(*written)), ""));
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
fn signed(count: i64) -> f64 {
    count as f64
}

async fn seed(cluster: &Cluster, name: &str, watches: u64, targets: u64) -> Result<()> {
    ground::database(cluster, name).await?;
    let wish = |n: u64| -> Result<Wish> {
        let route = ROUTES[usize::try_from(n)? % ROUTES.len()];
        let criteria = ground::criteria(route, ground::day(10 + n / ROUTES.len() as u64))?;
        Wish::new(Operator::Harbour, criteria, Utc::now())
    };
    let wishes = (0..targets).map(wish).collect::<Result<Vec<_>>>()?;
    let watches = i64::try_from(watches)?;
    let crowd = Crowd { name: "crowd", tenants: watches, watches, plan: Plan::Free, wishes: &wishes };
    crowd.write(&cluster.super_url(name), &Progress::start("Seeding")).await?;
    // Neither what there is to tell at first sight nor the operator's concurrency is what is measured.
    let mut connection = PgConnection::connect(&cluster.super_url(name)).await?;
    sqlx::query("update watch_target set evaluated_version = 1000000").execute(&mut connection).await?;
    sqlx::query("update operator set manifest_concurrency_cap = 64, concurrency_cap = 64")
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

async fn span(cluster: &Cluster, name: &str, simulator: Simulator) -> Result<Cost> {
    let mut admin = PgConnection::connect(&cluster.super_url(name)).await?;
    let running = Running::begin(cluster, name, simulator, SCALE).await?;
    let before = counted(&mut admin, simulator).await?;
    tokio::time::sleep(SPAN).await;
    let after = counted(&mut admin, simulator).await?;
    running.end().await?;
    admin.close().await?;
    let less = |table: &String, (read, written): &(i64, i64)| {
        let (read_before, written_before) = before.rows.get(table).copied().unwrap_or_default();
        (read - read_before, written - written_before)
    };
    let grew = after.rows.iter().map(|(table, rows)| (table.clone(), less(table, rows)));
    Ok(Cost {
        polls: after.polls - before.polls,
        wal_bytes: after.wal_bytes - before.wal_bytes,
        rows: grew.filter(|(_, rows)| *rows != (0, 0)).collect(),
    })
}

/// All counts since the servers started; the server's own are a second behind at most.
async fn counted(admin: &mut PgConnection, simulator: Simulator) -> Result<Cost> {
    sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *admin).await?;
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "select relname::text, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0), n_tup_ins + n_tup_upd + n_tup_del
         from pg_stat_user_tables where schemaname = 'app'",
    )
    .fetch_all(&mut *admin)
    .await?;
    let wal = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
    Ok(Cost {
        polls: requests_seen(simulator.http).await?,
        wal_bytes: sqlx::query_scalar(wal).fetch_one(admin).await.context("reading the write-ahead log's place")?,
        rows: rows.into_iter().map(|(table, read, written)| (table, (read, written))).collect(),
    })
}
