//! `cargo dev bench`: how fast the schedule and whole polls are, in a release build, against servers of its own.
//!
//! Promises figures that were measured in this run: medians of several, a table on standard output and the same in
//! `target/bench.json`. Never measures against a server that something else uses.

mod api;
mod costs;
mod cycles;
mod ground;
mod lateness;
mod meter;
mod openings;
mod pages;
mod polls;
mod report;
mod steps;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use dev::cluster::{Cluster, Purpose};
use dev::progress::Progress;
use report::Report;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures FerryAlert.
#[derive(Parser)]
struct Options {
    /// What to measure; everything unless said otherwise.
    #[arg(long, value_enum)]
    section: Vec<Section>,
    /// Runs of which the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=25))]
    runs: u32,
    /// Seconds each run measures.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// A hundredth of the targets: to see that it works, not how fast.
    #[arg(long)]
    small: bool,
    /// What `cargo bench` passes to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Section {
    /// Claims and completions a second, and bytes a target.
    Cycles,
    /// How late a million targets a minute are.
    Lateness,
    /// Whole polls a second against a bare loop.
    Polls,
    /// From an opening to its alerts, for up to 100,000 watchers, and mails a second.
    Openings,
    /// Rows and bytes that polls cost, for up to a million watches of the same targets.
    Costs,
    /// Pages and new watches over the API with a million watches stored, and what row-level security costs.
    Api,
    /// Every page for a tenant with 10,000 watches.
    Pages,
}

/// How each section measures.
#[derive(Clone, Copy)]
struct Measure {
    runs: u32,
    lasts: Duration,
    /// All numbers of targets are divided by this.
    shrink: u64,
}

impl Options {
    fn wants(&self, section: Section) -> bool {
        self.section.is_empty() || self.section.contains(&section)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let measure = Measure {
        runs: options.runs,
        lasts: Duration::from_secs(options.seconds),
        shrink: if options.small { 100 } else { 1 },
    };
    // Nothing here speaks TLS, but clients ask who would. An error means that one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let starting = Progress::start("Starting PostgreSQL and Redis");
    let cluster = Cluster::start(Purpose::Bench, &starting).await?;
    starting.done();
    let mut report = Report::default();
    if options.wants(Section::Cycles) {
        cycles::measure(&cluster.redis_url(0), measure, &mut report).await?;
    }
    if options.wants(Section::Lateness) {
        lateness::measure(&cluster.redis_url(0), measure, &mut report).await?;
    }
    if options.wants(Section::Polls) {
        polls::measure(&cluster, measure, &mut report).await?;
    }
    if [Section::Openings, Section::Costs, Section::Pages].into_iter().any(|section| options.wants(section)) {
        let (simulator, _process) = polls::simulator().await?;
        if options.wants(Section::Openings) {
            openings::measure(&cluster, simulator, measure, &mut report).await?;
        }
        if options.wants(Section::Costs) {
            costs::measure(&cluster, simulator, measure, &mut report).await?;
        }
        if options.wants(Section::Pages) {
            pages::measure(&cluster, simulator, measure, &mut report).await?;
        }
    }
    if options.wants(Section::Api) {
        api::measure(&cluster, measure, &mut report).await?;
    }
    report.print();
    if options.small {
        println!("With --small the aims mean nothing.");
    }
    report.save(&dev::checkout::target_dir().join("bench.json"))
}
