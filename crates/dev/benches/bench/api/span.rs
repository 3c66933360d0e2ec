//! One span of requests to the app's own server: as many lanes as ask at once, each with a connection and tenants of its own.
//!
//! Promises that a span ends when its time or what its tenants may ask in a minute is used up. Never counts a lane's first
//! errand, which opens its connection, and fails at the first answer that is no success.

use crate::ground;
use crate::meter::{float, per_mille};
use anyhow::{Context, Result};
use app::App;
use domain::plan::{ApiKeys, Plan};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// New watches wish for one of so many days, from the tenth on: questions that others ask already, and some that none does.
const DAYS: u64 = 90;

/// What is asked again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// The first 20 watches.
    List,
    /// A new watch, which is deleted at once so that the plan has room for the next. Only the creation is timed; both
    /// count as requests.
    Create,
}

impl Errand {
    fn requests(self) -> usize {
        match self {
            Errand::List => 1,
            Errand::Create => 2,
        }
    }
}

/// What a span measured.
pub(crate) struct Span {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) per_s: f64,
}

/// Serves the app on a port of its own, asks while it lasts, and stops it.
pub(crate) async fn measure(
    app: App,
    errand: Errand,
    keys: &[String],
    (at_once, lasts): (usize, Duration),
) -> Result<Span> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/api/v1/watches", listener.local_addr()?);
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(app::serve(app, listener, shutdown.clone()));
    let ready = Arc::new(Barrier::new(at_once));
    let mut lanes = JoinSet::new();
    for keys in keys.chunks(keys.len() / at_once).take(at_once) {
        let lane = Lane { client: Client::builder().no_proxy().build()?, url: url.clone(), keys: keys.to_vec() };
        lanes.spawn(lane.run(errand, lasts, ready.clone()));
    }
    let (mut took_us, mut per_s) = (Vec::new(), 0.0);
    while let Some(lane) = lanes.join_next().await {
        let (lane_us, seconds) = lane??;
        per_s += float((lane_us.len() * errand.requests()) as u64) / seconds;
        took_us.extend(lane_us);
    }
    shutdown.cancel();
    serving.await??;
    took_us.sort_unstable();
    let ms = |part| float(per_mille(&took_us, part).unsigned_abs()) / 1e3;
    Ok(Span { p50_ms: ms(500), p99_ms: ms(990), per_s })
}

/// One of those that ask at once.
struct Lane {
    client: Client,
    url: String,
    keys: Vec<String>,
}

impl Lane {
    /// What each errand took, in microseconds, and how many seconds all of them.
    async fn run(self, errand: Errand, lasts: Duration, ready: Arc<Barrier>) -> Result<(Vec<i64>, f64)> {
        let ApiKeys::ReadWrite { requests_per_min } = Plan::Fleet.limits().api_keys else {
            unreachable!("BUG: fleets have keys")
        };
        let allowed = usize::try_from(requests_per_min.get())? / errand.requests() * self.keys.len();
        self.errand(errand, &self.keys[0], 0).await?;
        ready.wait().await;
        let started = Instant::now();
        let mut took_us = Vec::new();
        for (at, key) in self.keys.iter().cycle().enumerate().take(allowed).skip(1) {
            took_us.push(i64::try_from(self.errand(errand, key, at as u64).await?.as_micros())?);
            if started.elapsed() >= lasts {
                break;
            }
        }
        Ok((took_us, started.elapsed().as_secs_f64()))
    }

    async fn errand(&self, errand: Errand, key: &str, at: u64) -> Result<Duration> {
        let started = Instant::now();
        match errand {
            Errand::List => {
                let page = self.request(Method::GET, &format!("{}?limit=20", self.url), key);
                answered(page, StatusCode::OK).await?;
                Ok(started.elapsed())
            }
            Errand::Create => {
                let new = self.request(Method::POST, &self.url, key).header("content-type", "application/json");
                let watch = answered(new.body(wish(at).to_string()), StatusCode::CREATED).await?;
                let took = started.elapsed();
                let id = watch["id"].as_str().context("a watch has an id")?;
                let delete = self.request(Method::DELETE, &format!("{}/{id}", self.url), key);
                answered(delete, StatusCode::NO_CONTENT).await?;
                Ok(took)
            }
        }
    }

    fn request(&self, method: Method, url: &str, key: &str) -> RequestBuilder {
        self.client.request(method, url).header("authorization", format!("Bearer {key}"))
    }
}

/// The whole answer, read; fails when it is another than wanted.
async fn answered(request: RequestBuilder, wanted: StatusCode) -> Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    anyhow::ensure!(status == wanted, "{status}: {}", String::from_utf8_lossy(&body));
    Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? })
}

fn wish(at: u64) -> Value {
    let day = ground::day(10 + at % DAYS);
    json!({
        "operator": "harbour",
        "leg": {"route": "POR-SAN", "dates": {"range": {"from": day, "to": day}}},
        "vehicle": {"kind": "motorhome", "length_mm": 7_000, "height_mm": 2_900, "width_mm": 2_300},
        "party": {"adults": 2},
    })
}
