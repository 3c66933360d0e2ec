//! Section 4: from an opening to its alerts, for one watcher, a thousand and a hundred thousand: the change is recorded as a
//! poll records it, and fanned out. Then how many of the mails leave in a second, through the whole worker.
//!
//! Promises that each run begins with no alert and no delivery, and that a run which did not record an alert for each
//! watcher fails. Never counts the seeding.

use crate::Measure;
use crate::ground::{self, Simulator};
use crate::meter::{float, median};
use crate::report::{Aim, Figure, Report};
use crate::steps;
use anyhow::{Context, Result, ensure};
use chrono::Utc;
use dev::cluster::Cluster;
use dev::progress::Progress;
use dev::world::crowd::{Crowd, Wish};
use domain::cadence::{Releases, TimeScale};
use domain::change::Change;
use domain::code::VehicleClass;
use domain::facts::{Availability, ClassFacts, Facts};
use domain::operator::Operator;
use domain::plan::Plan;
use domain::sailing::{Fold, Sailing, Scheduled};
use sqlx::{Connection, PgConnection};
use std::time::Instant;
use store::target::Found;
use store::{DatabaseRole, Store};
use tokio_util::sync::CancellationToken;
use workers::clock::{Chance, Clock};
use workers::fan_out::{self, FanOut};
use workers::run::Parts;

/// How many wait, and the seconds that their alerts may take.
const SIZES: [(u64, f64); 3] = [(1, 0.1), (1_000, 0.5), (100_000, 8.0)];
const ROUTE: &str = "POR-SAN";
/// Days ahead of the sailing that opens.
const AHEAD: u64 = 20;

/// A database with watchers of one sailing.
struct Opening {
    store: Store,
    fan_out: FanOut,
    admin: PgConnection,
    sailing: Sailing,
    watchers: u64,
}

/// Measures all sizes, and the mails of the last.
pub(crate) async fn measure(
    cluster: &Cluster,
    simulator: Simulator,
    measure: Measure,
    report: &mut Report,
) -> Result<()> {
    for (size, seconds) in SIZES {
        let size = (size / measure.shrink).max(1);
        let bar = steps::bar(&format!("openings: {size} watchers"), u64::from(measure.runs) + 1);
        let name = format!("openings_{size}");
        let mut opening = Opening::prepare(cluster, &name, size).await?;
        bar.inc(1);
        let mut runs = Vec::new();
        for _ in 0..measure.runs {
            runs.push(opening.run().await?);
            bar.inc(1);
        }
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
        let figure = |what: &str, value| Figure::new("openings", format!("{what}, {size} watchers"), value, "s");
        report.add(figure("opening to last alert", of(|run| run.rise_s)).aim(Aim::AtMost(seconds)));
        report.add(figure("end of it to last closed", of(|run| run.fall_s)));
        if (size, seconds) == (SIZES[2].0 / measure.shrink, SIZES[2].1) {
            let pace = opening.mails(cluster, &name, simulator, measure).await?;
            report.add(Figure::new("openings", "mails out of a backlog", pace, "/s").aim(Aim::AtLeast(400.0)));
        }
        bar.finish_and_clear();
    }
    Ok(())
}

/// What one opening and its end took.
struct Run {
    rise_s: f64,
    fall_s: f64,
}

impl Opening {
    async fn prepare(cluster: &Cluster, name: &str, watchers: u64) -> Result<Opening> {
        ground::database(cluster, name).await?;
        let criteria = ground::criteria(ROUTE, ground::day(AHEAD))?;
        let wishes = [Wish::new(Operator::Harbour, criteria, Utc::now())?];
        let count = i64::try_from(watchers)?;
        let crowd = Crowd { name: "crowd", tenants: count, watches: count, plan: Plan::Fleet, wishes: &wishes };
        crowd.write(&cluster.super_url(name), &Progress::start("Seeding")).await?;
        let url = cluster.url("ferry_worker", name);
        let said = Scheduled {
            id: None,
            departs_local: ground::day(AHEAD).and_hms_opt(17, 30, 0).context("BUG: half past five")?,
            fold: Fold::First,
            vessel: None,
        };
        let worker =
            async |connections| Store::connect(DatabaseRole::Worker, &url, connections, ground::sealer()).await;
        let mut opening = Opening {
            store: worker(4).await?,
            fan_out: FanOut { store: worker(fan_out::CONNECTIONS).await?, clock: Clock::new(Utc::now) },
            admin: PgConnection::connect(&cluster.super_url(name)).await?,
            sailing: Sailing::parse(Operator::Harbour, &ROUTE.parse()?, said)?,
            watchers,
        };
        opening.record(None, facts(Availability::Full)).await?;
        opening.fan_out.sweep().await?;
        Ok(opening)
    }

    /// One opening, from the poll's end to the last alert, and its end.
    async fn run(&mut self) -> Result<Run> {
        sqlx::query("truncate alert cascade").execute(&mut self.admin).await?;
        let (full, space) = (facts(Availability::Full), facts(Availability::Available { spaces: Some(1) }));
        let started = Instant::now();
        self.record(Some(full.clone()), space.clone()).await?;
        let swept = self.fan_out.sweep().await?;
        let rise_s = started.elapsed().as_secs_f64();
        ensure!(swept.made == self.watchers, "{} deliveries for {} watchers", swept.made, self.watchers);
        let started = Instant::now();
        self.record(Some(space), full).await?;
        self.fan_out.sweep().await?;
        Ok(Run { rise_s, fall_s: started.elapsed().as_secs_f64() })
    }

    /// Records a change of the sailing, as a poll does.
    async fn record(&mut self, before: Option<Facts>, after: Facts) -> Result<()> {
        let ids = self.store.target_ids(0, 1).await?;
        let mut targets = self.store.targets(&ids, TimeScale::REAL).await?;
        let target = ids.first().and_then(|id| targets.remove(id)).context("BUG: the crowd has a target")?;
        let now = Utc::now();
        let found = Found {
            polled_at: now,
            digest: [0; 32],
            changes: vec![Change { sailing: self.sailing.clone(), before, after }],
            releases: Releases { free: now, plus: now, pro: now, fleet: now },
            recorded_at: now,
            turns_over: false,
        };
        ensure!(self.store.record_found(&target, &found).await?, "the change was not recorded");
        Ok(())
    }

    /// Mails a second, while all deliveries of an opening wait.
    async fn mails(&mut self, cluster: &Cluster, name: &str, simulator: Simulator, measure: Measure) -> Result<f64> {
        sqlx::query("truncate alert cascade").execute(&mut self.admin).await?;
        self.record(Some(facts(Availability::Full)), facts(Availability::Available { spaces: Some(1) })).await?;
        self.fan_out.sweep().await?;
        // Polls are another section's: nobody asks here.
        sqlx::query("update operator set killed_at = now()").execute(&mut self.admin).await?;
        let config = ground::config(cluster, name, simulator, 1)?;
        let parts =
            Parts::connect(&config, Clock::new(Utc::now), Chance::new(rand::random::<f64>), ground::sealer()).await?;
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(parts.run(shutdown.clone()));
        tokio::time::sleep(measure.lasts).await;
        let (before, started) = (self.sent().await?, Instant::now());
        tokio::time::sleep(measure.lasts).await;
        let sent = self.sent().await? - before;
        let seconds = started.elapsed().as_secs_f64();
        shutdown.cancel();
        running.await??;
        Ok(float(u64::try_from(sent)?) / seconds)
    }

    async fn sent(&mut self) -> Result<i64> {
        let sql = "select count(*) from delivery where state = 'sent'";
        Ok(sqlx::query_scalar(sql).fetch_one(&mut self.admin).await?)
    }
}

fn facts(availability: Availability) -> Facts {
    let class = VehicleClass::parse("motorhome").expect("BUG: a class of ours");
    let classes = [(class, ClassFacts { availability, price: None })].into();
    Facts { classes, ..Facts::default() }
}
