//! Section 7: what the app takes for each page, one asked at a time, for a person whose tenant has 10,000 watches, as many alerts and
//! a hundred thousand changes, beside as many watches of others. The app's own router, with the facts that workers wrote.
//!
//! Promises that each answer that counts was a page. What is timed begins with the request in the router and ends with the last byte
//! of the answer, made small as a browser asks for it; app and PostgreSQL share the machine.

use crate::{
    Measure,
    ground::{self, Running, Simulator},
    meter::{float, median, per_mille},
    report::{Aim, Figure, Report},
    steps,
};
use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use dev::{
    cluster::Cluster,
    progress::Progress,
    world::{
        Seals,
        crowd::{Crowd, Wish},
        told,
    },
};
use domain::{operator::Operator, plan::Plan, session::Span, token::Token};
use sqlx::{Connection, PgConnection};
use std::{sync::Arc, time::Instant};
use store::{Credentials, DatabaseRole, Store};
use tower::ServiceExt;
use uuid::Uuid;

const WATCHES: u64 = 10_000;
/// Days that are watched: as far ahead as a calendar shows.
const DAYS: u64 = 62;
/// How many requests of a page a run times, after a few that it does not.
const REQUESTS: usize = 500;
const WARM: usize = 20;
/// Server time of 99 pages in 100, in milliseconds.
const BUDGET_MS: f64 = 20.0;
/// An hour lasts six seconds, so that every target is known soon.
const SCALE: u32 = 600;
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
const NAME: &str = "pages";
const ISSUER: &str = "https://issuer.example";

/// What a page took in one run.
#[derive(Clone, Copy)]
struct Percentiles {
    p50_ms: f64,
    p99_ms: f64,
}

/// The person who looks, and something of theirs.
struct Place {
    tenant: Uuid,
    user: Uuid,
    watch: Uuid,
    alert: Uuid,
}

/// Measures every page.
pub(crate) async fn measure(
    cluster: &Cluster,
    simulator: Simulator,
    measure: Measure,
    report: &mut Report,
) -> Result<()> {
    let place = seed(cluster, simulator, measure).await?;
    let token = Token::mint(rand::random());
    sign_in(cluster, &place, &token).await?;
    let store = Store::connect(DatabaseRole::App, &cluster.url("ferry_app", NAME), 16, ground::sealer()).await?;
    let credentials = Credentials::connect(&cluster.url("ferry_auth", NAME), 16, ground::sealer()).await?;
    let visitor = Arc::new(Visitor { router: app::router(ground::app(&store, &credentials)?), token });
    let paths = paths(&place);
    let bar = steps::bar("pages: each of them", paths.len() as u64 * u64::from(measure.runs));
    let mut runs: Vec<Vec<Percentiles>> = vec![Vec::new(); paths.len()];
    // Page by page, again and again: what the machine does beside falls on one run of many pages, not on all runs of one.
    for _ in 0..measure.runs {
        for (page, (_, path)) in runs.iter_mut().zip(&paths) {
            let (visitor, path) = (Arc::clone(&visitor), path.clone());
            // On a worker of the runtime, as a server's connections are: from here each answer of the database would wake
            // another thread.
            let took_us = tokio::spawn(async move { visitor.looks(&path).await }).await??;
            let ms = |part| float(per_mille(&took_us, part).unsigned_abs()) / 1e3;
            page.push(Percentiles { p50_ms: ms(500), p99_ms: ms(990) });
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    for ((what, _), page) in paths.iter().zip(&runs) {
        let of = |value: fn(&Percentiles) -> f64| median(page.iter().map(value).collect());
        report.add(Figure::new(NAME, format!("{what}: p50"), of(|run| run.p50_ms), "ms"));
        report.add(Figure::new(NAME, format!("{what}: p99"), of(|run| run.p99_ms), "ms").aim(Aim::AtMost(BUDGET_MS)));
    }
    store.close().await;
    credentials.close().await;
    Ok(())
}

/// Every kind of page that reads rows, by what it is.
fn paths(place: &Place) -> Vec<(&'static str, String)> {
    let Place { tenant, watch, alert, .. } = place;
    let (from, to) = (ground::day(10), ground::day(40));
    let own = |rest: &str| format!("/t/{tenant}{rest}");
    vec![
        ("landing", "/".to_owned()),
        ("search", format!("/search?start=Portmouth&end=Santona&from={from}&to={to}&vehicle=coachbuilt_700")),
        ("ferries", "/ferries".to_owned()),
        ("month of a route", format!("/ferries/harbour/POR-SAN?month={}&vehicle=coachbuilt_700", from.format("%Y-%m"))),
        ("status", "/status".to_owned()),
        ("security", "/security".to_owned()),
        ("dashboard", own("")),
        ("dashboard, page 417", own("?page=417")),
        ("dashboard, with space", own("?show=open")),
        ("watch", own(&format!("/watches/{watch}"))),
        ("edit a watch", own(&format!("/watches/{watch}/edit"))),
        ("new watch", own("/watches/new")),
        ("alerts", own("/alerts")),
        ("alert", own(&format!("/alerts/{alert}"))),
        ("channels", own("/channels")),
        ("members", own("/members")),
        ("keys", own("/keys")),
        ("audit log", own("/audit")),
        ("account", "/account".to_owned()),
        ("sessions", "/account/sessions".to_owned()),
    ]
}

/// Somebody who is signed in.
struct Visitor {
    router: Router,
    token: Token,
}

impl Visitor {
    /// What each of many looks at a page took, in microseconds, in order of length.
    async fn looks(&self, path: &str) -> Result<Vec<i64>> {
        let mut took_us = Vec::new();
        for at in 0..WARM + REQUESTS {
            let request = Request::get(path)
                .header(header::COOKIE, format!("__Host-session={}", self.token.expose()))
                .header(header::ACCEPT_ENCODING, "gzip, br")
                .body(Body::empty())?;
            let began = Instant::now();
            let answer = self.router.clone().oneshot(request).await?;
            let status = answer.status();
            let page = to_bytes(answer.into_body(), PAGE_BYTES_MAX).await?;
            let took = began.elapsed();
            ensure!(status == StatusCode::OK, "{path}: {status}: {}", String::from_utf8_lossy(&page));
            if at >= WARM {
                took_us.push(i64::try_from(took.as_micros())?);
            }
        }
        took_us.sort_unstable();
        Ok(took_us)
    }
}

async fn seed(cluster: &Cluster, simulator: Simulator, measure: Measure) -> Result<Place> {
    ground::database(cluster, NAME).await?;
    let url = cluster.super_url(NAME);
    let from = Utc::now();
    let wish = |day| Wish::new(Operator::Harbour, ground::criteria("POR-SAN", ground::day(10 + day))?, from);
    let wishes = (0..DAYS).map(wish).collect::<Result<Vec<_>>>()?;
    let watches = i64::try_from(WATCHES / measure.shrink)?;
    for (name, tenants) in [("fleet", 1), ("others", watches / 10)] {
        let crowd = Crowd { name, tenants, watches, plan: Plan::Fleet, wishes: &wishes };
        crowd.write(&url, &Progress::start("Seeding")).await?;
    }
    Running::begin(cluster, NAME, simulator, SCALE).await?.end().await?;
    let mut admin = PgConnection::connect(&url).await?;
    let (tenant, user): (Uuid, Uuid) =
        sqlx::query_as("select tenant_id, user_id from member join tenant using (tenant_id) where name = 'fleet 0'")
            .fetch_one(&mut admin)
            .await?;
    told::write(&url, tenant, from).await?;
    // A few hundred have space now, and an open alert says so: on routes that sell out most are full.
    for few_are_open in [
        "update alert set closed_at = seen_at, closed_reason = 'gone' where closed_at is null",
        "update alert set closed_at = null, closed_reason = null
         where (tenant_id, id) in (select tenant_id, id from alert order by id limit 300)",
        "vacuum analyze alert",
    ] {
        sqlx::query(few_are_open).execute(&mut admin).await?;
    }
    let (watch, alert) = sqlx::query_as("select watch_id, id from alert where tenant_id = $1 order by id limit 1")
        .bind(tenant)
        .fetch_one(&mut admin)
        .await?;
    admin.close().await?;
    Ok(Place { tenant, user, watch, alert })
}

/// Writes a session of the person who looks.
async fn sign_in(cluster: &Cluster, place: &Place, token: &Token) -> Result<()> {
    let mut admin = PgConnection::connect(&cluster.super_url(NAME)).await?;
    let (now, subject): (DateTime<Utc>, String) = (Utc::now(), place.user.to_string());
    let email = Seals::default().of_identity(ISSUER, &subject, "fleet-0@example.test");
    sqlx::query(
        "insert into identity (issuer, subject, user_id, provider, email, email_verified, owned_since, linked_at, last_used_at)
         values ($1, $2, $3, 'example', $4, true, $5, $5, $5)",
    )
    .bind(ISSUER)
    .bind(&subject)
    .bind(place.user)
    .bind(email)
    .bind(now - TimeDelta::days(1))
    .execute(&mut admin)
    .await?;
    let span = Span::begun(now);
    sqlx::query(
        "insert into session (id, user_id, issuer, subject, token_hash, device, created_at, seen_at, proved_at, ends_at)
         values (gen_random_uuid(), $1, $2, $3, $4, 'Firefox on Linux', $5, $5, $6, $7)",
    )
    .bind(place.user)
    .bind(ISSUER)
    .bind(&subject)
    .bind(&token.hash()[..])
    .bind(span.seen_at)
    .bind(span.proved_at)
    .bind(span.ends_at)
    .execute(&mut admin)
    .await
    .context("writing a session")?;
    Ok(admin.close().await?)
}
