//! Programs of npm that tests and measurements need. Each is installed below the target directory exactly as its `package-lock.json` in
//! `crates/dev` pins it, by digest, without running scripts of its packages. None of them ships.

use crate::{checkout, cluster, leash::Order, progress::Progress};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A set of pinned packages: the name of its directory in `crates/dev`, and the setting by which the tests find it.
#[derive(Clone, Copy, Debug)]
pub struct Packages {
    name: &'static str,
    setting: &'static str,
}

/// The certified OpenID Provider that is not ours.
pub const STANDARD_PROVIDER: Packages = Packages { name: "oidc-provider", setting: "FERRY_TEST_STANDARD_PROVIDER" };
/// What pages are held against: axe-core and csp_evaluator.
pub const PAGE_CHECKS: Packages = Packages { name: "page-checks", setting: "FERRY_TEST_PAGE_CHECKS" };
/// Lighthouse.
pub const LIGHTHOUSE: Packages = Packages { name: "lighthouse", setting: "FERRY_TEST_LIGHTHOUSE" };

/// The setting by which the tests find Node.
const NODE: &str = "FERRY_TEST_NODE";
const LOCK: &str = "package-lock.json";
/// A copy of the lock that `node_modules` was installed by, written last.
const INSTALLED_BY: &str = "installed-by.json";

/// Where packages are installed, and what runs them.
#[derive(Clone, Debug)]
pub struct Installed {
    /// `node`.
    pub node: PathBuf,
    /// Where our own scripts and `node_modules` are.
    pub directory: PathBuf,
}

impl Packages {
    /// Installs them, unless they are there already. Installs Node too, where that is missing.
    ///
    /// # Errors
    /// With a sentence, when something cannot be installed.
    pub fn install(self, progress: &Progress) -> Result<Installed> {
        let node = cluster::node(progress)?;
        let source = checkout::root().join("crates/dev").join(self.name);
        let directory = checkout::target_dir().join("dev").join(self.name);
        fs::create_dir_all(&directory)?;
        copy_files(&source, &directory)?;
        let lock = fs::read(directory.join(LOCK))?;
        if fs::read(directory.join(INSTALLED_BY)).is_ok_and(|before| before == lock) {
            return Ok(Installed { node: node.node, directory });
        }
        let mut npm = Command::new(&node.npm);
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory);
        let output = npm.output().with_context(|| format!("{} does not run", node.npm.display()))?;
        ensure!(output.status.success(), "npm ci failed:\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
        fs::write(directory.join(INSTALLED_BY), lock)?;
        Ok(Installed { node: node.node, directory })
    }

    /// Tells the tests where they are.
    #[must_use]
    pub fn told(self, installed: &Installed, order: Order) -> Order {
        order.env(NODE, &installed.node).env(self.setting, &installed.directory)
    }

    /// Where `cargo dev test` says they are.
    ///
    /// # Errors
    /// When it says nothing: it tells why where it could not install them.
    pub fn from_environment(self) -> Result<Installed> {
        let path = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .with_context(|| format!("{name} is not set: `cargo dev test` says at its start why"))
        };
        Ok(Installed { node: path(NODE)?, directory: path(self.setting)? })
    }
}

/// Copies what stands in a directory, and nothing below it.
fn copy_files(source: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))
                .with_context(|| format!("{} is not copied", entry.path().display()))?;
        }
    }
    Ok(())
}
