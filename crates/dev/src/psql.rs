//! `cargo dev psql`: psql on the database of a running `up`, as superuser.

use crate::cluster::{self, Purpose};
use anyhow::{Context, Result};
use std::{os::unix::process::CommandExt, process::Command};

/// Becomes psql.
///
/// # Errors
/// When nothing runs, or psql is missing.
pub fn run(args: &[String]) -> Result<()> {
    let (psql, dir) = cluster::running(Purpose::Up)?;
    let mut command = Command::new(psql);
    command.env("PGOPTIONS", "-c search_path=app,pg_temp").arg("--host").arg(dir);
    let cause = command.args(["--username=postgres", "--dbname=ferry"]).args(args).exec();
    Err(cause).context("psql does not start")
}
