//! `cargo dev`: one door to everything a developer does with FerryAlert. Reads its arguments and
//! hands over; the work is in the library. Told to stop, it drops the work in hand, and with it
//! every process it started.

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use dev::{
    cargo, cluster, demo,
    leash::{self, Hold},
    lighthouse::{self, Measure},
    prepare::{self, Stale},
    psql,
    shots::{self, Shots},
    sim::{Addresses, Sim},
    stop, test, threats, up,
};
use std::{net::SocketAddr, process::ExitCode};

/// Develop FerryAlert. Needs nothing but a Rust toolchain.
#[derive(Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything: the app, an operator's simulator to free spaces at, and an inbox.
    Up {
        /// How many times faster than life cadence runs; 60 makes a minute a second.
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
        scale: u32,
    },
    /// Frees a space, waits for the mail and shows what happened when.
    Demo {
        /// How many wait for the space. From 10,000 on everything is built as it ships.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
        watchers: i64,
    },
    /// Checks format, lints, tests and the threat matrix.
    Test {
        /// Passed to `cargo test`; then nothing but these tests runs.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        filter: Vec<String>,
    },
    /// Removes this checkout's private databases.
    Reset,
    /// Opens psql on the database of a running `up`.
    Psql {
        /// Passed to psql.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Renews the committed cache of checked queries.
    Prepare {
        /// Fails when it is stale instead of renewing it.
        #[arg(long)]
        check: bool,
    },
    /// Prints threat, requirement and proof from the last whole test run.
    Threats {
        /// Renews what the security page shows of them instead.
        #[arg(long)]
        publish: bool,
    },
    /// Takes pictures of every page, at three sizes, light and dark, into target/shots.
    Shots(Shots),
    /// Measures the public pages with Lighthouse.
    Lighthouse(Measure),
    /// Measures polls and schedule in a release build.
    Bench {
        /// Passed to the bench.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Plays the operators and the mail server.
    #[command(hide = true)]
    Sim {
        /// Where operators, their page and the inbox answer.
        #[arg(long)]
        http: SocketAddr,
        /// Where mail is taken in.
        #[arg(long)]
        smtp: SocketAddr,
    },
    /// Holds a child process of ours.
    #[command(hide = true)]
    Leash(Hold),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        // Its standard input may still be read by a thread: leaves without waiting for that.
        Command::Leash(order) => match leash::hold(order).await {
            Ok(code) => std::process::exit(code.into()),
            Err(cause) => Err(cause),
        },
        command => {
            // Ctrl-C is how `up` ends; everything else it interrupts.
            let when_told = if matches!(command, Command::Up { .. }) { 0 } else { 130 };
            let told = stop::told();
            tokio::select! {
                done = run(command) => done,
                () = told => return when_told.into(),
            }
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("{cause:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Up { scale } => up::run(scale).await,
        Command::Demo { watchers } => demo::run(watchers).await,
        Command::Test { filter } => test::run(&filter).await,
        Command::Reset => cluster::reset(),
        Command::Psql { args } => psql::run(&args),
        Command::Prepare { check } => prepare::run(if check { Stale::Refuse } else { Stale::Renew }).await,
        Command::Threats { publish: true } => threats::published::renew(),
        Command::Threats { publish: false } => {
            let outcomes = test::outcomes_file();
            ensure!(outcomes.exists(), "no test run to tell of: run `cargo dev test` first");
            threats::run(&outcomes)
        }
        Command::Shots(shots) => shots::run(shots).await,
        Command::Lighthouse(measure) => lighthouse::run(measure).await,
        Command::Bench { args } => {
            cargo::run(cargo::order("bench").args(["--quiet", "--package", "dev", "--bench", "bench", "--"]).args(args))
                .await
        }
        Command::Sim { http, smtp } => {
            let _sim = Sim::start_on(Addresses { http, smtp }, chrono::Utc::now().date_naive()).await?;
            std::future::pending().await
        }
        Command::Leash(_) => unreachable!("BUG: a leash is held in main"),
    }
}
