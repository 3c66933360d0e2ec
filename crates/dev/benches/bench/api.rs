//! Section 6: the API over loopback HTTP with a million watches stored: a page of 20 and a new watch, one asked at a time and
//! eight, through the app's own server and router. Then what row-level security adds to the list's statement.
//!
//! Promises that every answer that counts was a success. Never raises a plan's limits: the tenants that ask take turns, a span
//! asks each no oftener than its plan allows a minute, and begins with full buckets. Client, app and PostgreSQL share the machine.

mod policies;
mod span;

use crate::Measure;
use crate::ground;
use crate::meter::median;
use crate::report::{Aim, Figure, Report};
use crate::steps;
use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use dev::cluster::Cluster;
use dev::progress::Progress;
use dev::world::crowd::{Crowd, Wish};
use domain::id::{TenantId, UserId};
use domain::key::{ApiKey, Scope};
use domain::operator::Operator;
use domain::plan::Plan;
use span::{Errand, Span};
use sqlx::{Connection, PgConnection};
use store::key::Life;
use store::{Credentials, DatabaseRole, Store};
use uuid::Uuid;

/// What everybody else has stored.
const WATCHES: u64 = 1_000_000;
const TENANTS: u64 = 20_000;
const TARGETS: u64 = 20_000;
const ROUTES: [&str; 4] = ["POR-SAN", "SAN-POR", "POR-ISL", "ISL-POR"];
/// The tenants that ask, by name, and the watches of each: many pages, and half a page.
const MANY: (&str, i64) = ("many", 400);
const FEW: (&str, i64) = ("few", 10);
/// So many of either: together they may ask often enough that their plan is not what is measured.
const ASKERS: i64 = 32;
/// As the app's process has them.
const CONNECTIONS: u32 = 16;
const AUTH_CONNECTIONS: u32 = 4;
const AT_ONCE: [usize; 2] = [1, 8];
const NAME: &str = "api";

/// The parts of the app that last from span to span, and keys to it.
struct Desk {
    store: Store,
    credentials: Credentials,
    /// Of tenants with [`MANY`] watches.
    many: Vec<String>,
    /// Of tenants with [`FEW`].
    few: Vec<String>,
}

/// Measures requests, then policies.
pub(crate) async fn measure(cluster: &Cluster, measure: Measure, report: &mut Report) -> Result<()> {
    // The client speaks no TLS, but asks who would. An error means that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    seed(cluster, measure).await?;
    let desk = Desk::open(cluster).await?;
    let kinds = [
        ("page of 20", Errand::List, &desk.many),
        ("page of 10, all there are", Errand::List, &desk.few),
        ("new watch", Errand::Create, &desk.many),
    ];
    let bar = steps::bar("api: pages and new watches", (kinds.len() * AT_ONCE.len()) as u64);
    for (what, errand, keys) in kinds {
        // Connections, prepared statements and pages of the database are there before anything counts.
        desk.span(errand, keys, (AT_ONCE[1], measure)).await?;
        for at_once in AT_ONCE {
            let mut runs = Vec::new();
            for _ in 0..measure.runs {
                runs.push(desk.span(errand, keys, (at_once, measure)).await?);
            }
            add(report, &format!("{what}, {at_once} at once"), &runs);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    desk.store.close().await;
    desk.credentials.close().await;
    let runs = policies::measure(cluster, NAME, measure).await?;
    let (middle, worst) = runs.get(runs.len() / 2).zip(runs.last()).context("BUG: there is a run")?;
    let figure = |what: &str, value, unit| Figure::new(NAME, what, value, unit);
    report.add(figure("list statement, policies on", middle.on_us, "us"));
    report.add(figure("list statement, policies off", middle.off_us, "us"));
    report.add(figure("policies on / off", middle.ratio(), "").aim(Aim::AtMost(1.10)));
    report.add(figure("policies on / off, worst run", worst.ratio(), ""));
    report.add(figure("whole transaction, tenant set / not", middle.whole_ratio, ""));
    Ok(())
}

fn add(report: &mut Report, what: &str, runs: &[Span]) {
    let of = |value: fn(&Span) -> f64| median(runs.iter().map(value).collect());
    report.add(Figure::new(NAME, format!("{what}: p50"), of(|run| run.p50_ms), "ms"));
    report.add(Figure::new(NAME, format!("{what}: p99"), of(|run| run.p99_ms), "ms"));
    report.add(Figure::new(NAME, format!("{what}: requests"), of(|run| run.per_s), "/s"));
}

async fn seed(cluster: &Cluster, measure: Measure) -> Result<()> {
    ground::database(cluster, NAME).await?;
    let wish = |n: u64| -> Result<Wish> {
        let route = ROUTES[usize::try_from(n)? % ROUTES.len()];
        let criteria = ground::criteria(route, ground::day(10 + n / ROUTES.len() as u64))?;
        Wish::new(Operator::Harbour, criteria, Utc::now())
    };
    let wishes = (0..TARGETS / measure.shrink).map(wish).collect::<Result<Vec<_>>>()?;
    let (tenants, watches) = (i64::try_from(TENANTS / measure.shrink)?, i64::try_from(WATCHES / measure.shrink)?);
    let asking = |(name, each)| (name, ASKERS, ASKERS * each);
    for (name, tenants, watches) in [asking(MANY), asking(FEW), ("crowd", tenants, watches)] {
        let crowd = Crowd { name, tenants, watches, plan: Plan::Fleet, wishes: &wishes };
        crowd.write(&cluster.super_url(NAME), &Progress::start("Seeding")).await?;
    }
    Ok(())
}

impl Desk {
    async fn open(cluster: &Cluster) -> Result<Desk> {
        let store =
            Store::connect(DatabaseRole::App, &cluster.url("ferry_app", NAME), CONNECTIONS, ground::sealer()).await?;
        let credentials =
            Credentials::connect(&cluster.url("ferry_auth", NAME), AUTH_CONNECTIONS, ground::sealer()).await?;
        let (many, few) = (keys(cluster, MANY.0).await?, keys(cluster, FEW.0).await?);
        Ok(Desk { store, credentials, many, few })
    }

    async fn span(&self, errand: Errand, keys: &[String], (at_once, measure): (usize, Measure)) -> Result<Span> {
        span::measure(ground::app(&self.store, &self.credentials)?, errand, keys, (at_once, measure.lasts)).await
    }
}

/// A key of each tenant of one crowd, issued as an installation's administrator does.
async fn keys(cluster: &Cluster, crowd: &str) -> Result<Vec<String>> {
    let mut admin = PgConnection::connect(&cluster.super_url(NAME)).await?;
    let sql =
        "select tenant_id, user_id from member join tenant using (tenant_id) where name like $1 || ' %' order by name";
    let people: Vec<(Uuid, Uuid)> = sqlx::query_as(sql).bind(crowd).fetch_all(&mut admin).await?;
    admin.close().await?;
    let (from, until) = (Utc::now(), Utc::now() + TimeDelta::days(90));
    let life = Life { from, until, request_id: Uuid::new_v4() };
    let mut keys = Vec::new();
    for (tenant, user) in people {
        let key = ApiKey::mint(rand::random(), rand::random());
        let whose = (TenantId(tenant), UserId(user));
        let url = cluster.url("ferry_admin", NAME);
        let issued = store::key::issue(&url, whose, &key, &[Scope::Read, Scope::Write], &life).await;
        ensure!(issued.context("issuing a key")?, "{whose:?} is no member");
        keys.push(key.expose().to_owned());
    }
    Ok(keys)
}
