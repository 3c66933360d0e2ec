//! Runs cargo from inside a program that cargo runs. Never passes on what the outer cargo said of
//! the outer package: a build script that watches those variables would build everything anew.

use crate::{
    checkout,
    leash::{Order, Output},
};
use anyhow::{Result, ensure};
use std::path::PathBuf;

/// Prefixes and names of variables that speak of the package cargo is running.
const OF_THE_OUTER_PACKAGE: [&str; 8] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_CRATE_NAME",
    "CARGO_BIN_",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_RUSTC_CURRENT_DIR",
    "OUT_DIR",
    "LD_LIBRARY_PATH",
];

/// A cargo command at the root of the checkout, to be given arguments.
#[must_use]
pub fn order(subcommand: &str) -> Order {
    let program = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let order = Order::new(&format!("cargo {subcommand}"), &program);
    let manifest = checkout::root().join("Cargo.toml");
    let order = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| OF_THE_OUTER_PACKAGE.iter().any(|prefix| name.starts_with(prefix)))
        .fold(order, |order, name| order.without_env(&name));
    order.args([subcommand, "--manifest-path"]).args([manifest])
}

/// Runs a cargo command to its end, its output being ours.
///
/// # Errors
/// When it fails.
pub async fn run(order: Order) -> Result<()> {
    let mut child = order.start(Output::Ours)?;
    let status = child.wait().await?;
    ensure!(status.success(), "{} failed", child.name());
    Ok(())
}
