//! `cargo dev`: one door to everything a developer does with FerryAlert. Reads its arguments and
//! hands over; the work is in the library.

use anyhow::Result;
use clap::{Parser, Subcommand};
use dev::{
    cluster,
    leash::{self, Hold},
    prepare,
};
use std::process::ExitCode;

/// Develop FerryAlert: no setup but a Rust toolchain.
#[derive(Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Removes this checkout's private databases.
    Reset,
    /// Renews the committed cache of checked queries.
    Prepare {
        /// Fail when it is stale instead of renewing it.
        #[arg(long)]
        check: bool,
    },
    /// Holds a child process of ours.
    #[command(hide = true)]
    Leash(Hold),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(code) => code,
        Err(cause) => {
            eprintln!("{cause:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Reset => cluster::reset()?,
        Command::Prepare { check } => {
            prepare::run(if check { prepare::Stale::Refuse } else { prepare::Stale::Renew }).await?;
        }
        // Standard input may still be read by a thread of the runtime: leave without waiting for it.
        Command::Leash(order) => std::process::exit(leash::hold(order).await?.into()),
    }
    Ok(ExitCode::SUCCESS)
}
