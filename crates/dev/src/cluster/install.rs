//! Installs the programs a machine lacks, with its own package manager, and says so. The programs
//! are all we want: a service that a package would start is kept from starting, and a service
//! that was there before is never touched.

use super::find::{self, Node, Programs};
use crate::progress::Progress;
use anyhow::{Context, Result, bail, ensure};
use nix::unistd::Uid;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A program as package managers call it.
struct Package {
    name: &'static str,
    apt: &'static [&'static str],
    brew: &'static str,
    /// The systemd unit that Debian's package would start.
    unit: Option<&'static str>,
}

const POSTGRES: Package = Package {
    name: "PostgreSQL 15 or newer",
    apt: &["postgresql"],
    brew: "postgresql@17",
    unit: Some("postgresql.service"),
};
const REDIS: Package =
    Package { name: "Redis 7 or newer", apt: &["redis-server"], brew: "redis", unit: Some("redis-server.service") };
const CHROMIUM: Package = Package { name: "Chromium 132 or newer", apt: &["chromium"], brew: "chromium", unit: None };
const NODE: Package = Package { name: "Node 20 or newer with npm", apt: &["nodejs", "npm"], brew: "node", unit: None };

/// Finds the programs, installing what is missing.
///
/// # Errors
/// With a sentence, when something is missing and cannot be installed from here.
pub(super) fn programs(progress: &Progress) -> Result<Programs> {
    let (postgres, redis) = (find::postgres_dir(), find::redis_server());
    let missing: Vec<Package> = [(postgres.is_none(), POSTGRES), (redis.is_none(), REDIS)]
        .into_iter()
        .filter_map(|(is_missing, package)| is_missing.then_some(package))
        .collect();
    if let (Some(postgres_dir), Some(redis_server)) = (postgres, redis) {
        return Ok(Programs { postgres_dir, redis_server });
    }
    install(&missing, progress)?;
    Ok(Programs {
        postgres_dir: find::postgres_dir().with_context(|| still(&POSTGRES))?,
        redis_server: find::redis_server().with_context(|| still(&REDIS))?,
    })
}

/// Finds Node, installing it where it is missing.
///
/// # Errors
/// With a sentence, when it is missing and cannot be installed from here.
pub(super) fn node(progress: &Progress) -> Result<Node> {
    if let Some(node) = find::node() {
        return Ok(node);
    }
    install(&[NODE], progress)?;
    find::node().with_context(|| still(&NODE))
}

/// Finds Chromium, installing it where it is missing.
///
/// # Errors
/// With a sentence, when it is missing and cannot be installed from here.
pub(super) fn chromium(progress: &Progress) -> Result<PathBuf> {
    if let Some(program) = find::chromium() {
        return Ok(program);
    }
    install(&[CHROMIUM], progress)?;
    find::chromium().with_context(|| still(&CHROMIUM))
}

fn still(package: &Package) -> String {
    format!("the package manager's {} is not {}", package.apt.join(" "), package.name)
}

fn install(missing: &[Package], progress: &Progress) -> Result<()> {
    let names = missing.iter().map(|package| package.name).collect::<Vec<_>>().join(" and ");
    if find::program("apt-get").is_some() {
        let as_root = as_root().with_context(|| {
            let packages = missing.iter().flat_map(|package| package.apt).copied().collect::<Vec<_>>().join(" ");
            format!("{names} not found, and sudo asks for a password: run `sudo apt-get install {packages}` first")
        })?;
        return apt(missing, as_root, progress);
    }
    if let Some(brew) = find::program("brew") {
        let formulae = missing.iter().map(|package| package.brew);
        progress.say(&format!("{names} not found: installing with brew (no service is started)"));
        return run(Command::new(brew).arg("install").args(formulae), progress);
    }
    bail!("{names} not found, and neither apt-get nor brew is here to install it: please install it and try again")
}

fn apt(missing: &[Package], as_root: &[&str], progress: &Progress) -> Result<()> {
    let packages: Vec<&str> = missing.iter().flat_map(|package| package.apt).copied().collect();
    progress.say(&format!(
        "{} not found: installing {} with apt-get (no service is started)",
        missing.iter().map(|package| package.name).collect::<Vec<_>>().join(" and "),
        packages.join(" ")
    ));
    let units = units_to_silence(missing);
    let systemctl = |verbs: &[&str]| {
        units.is_empty() || run(order(as_root, "systemctl").args(verbs).args(&units), progress).is_ok()
    };
    // Masked until the next boot and in no other way: the package's scripts cannot start it.
    ensure!(systemctl(&["mask", "--runtime"]), "systemctl does not mask {}", units.join(" "));
    let installed = run(order(as_root, "apt-get").arg("update"), progress).and_then(|()| {
        let flags = ["install", "-y", "--no-install-recommends"];
        run(order(as_root, "apt-get").args(flags).args(&packages), progress)
    });
    let unmasked = systemctl(&["unmask", "--runtime"]) && systemctl(&["disable"]);
    installed?;
    ensure!(unmasked, "systemctl does not unmask {}", units.join(" "));
    Ok(())
}

/// Units that do not exist yet on a machine where systemd runs.
fn units_to_silence(missing: &[Package]) -> Vec<&'static str> {
    if !Path::new("/run/systemd/system").exists() {
        return Vec::new();
    }
    let is_known =
        |unit: &str| Command::new("systemctl").args(["cat", unit]).output().is_ok_and(|output| output.status.success());
    missing.iter().filter_map(|package| package.unit).filter(|unit| !is_known(unit)).collect()
}

/// What stands before a command to run it as root; none when we may not.
fn as_root() -> Option<&'static [&'static str]> {
    if Uid::effective().is_root() {
        return Some(&[]);
    }
    let allowed = Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|output| output.status.success());
    allowed.then_some(&["sudo", "-n"])
}

fn order(as_root: &[&str], program: &str) -> Command {
    // `env` carries the variables through sudo. RUNLEVEL 1 keeps System V scripts from starting a
    // service, where systemd does not run.
    let words = [as_root, &["env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive", program]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

fn run(command: &mut Command, progress: &Progress) -> Result<()> {
    let output = command.output().with_context(|| format!("{} does not run", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    progress.say(String::from_utf8_lossy(&output.stderr).trim_end());
    bail!("{command:?} failed")
}
