//! A standard OpenID Provider that is not ours: npm's certified `oidc-provider`, for the test that sign-in works by configuration
//! alone. Installed below the target directory exactly as `crates/dev/oidc-provider/package-lock.json` pins it, by digest, without
//! running scripts of its packages. Never ships, and never runs but on a leash.

mod browser;

pub use browser::sign_in;

use crate::{
    checkout, cluster,
    leash::{Leashed, Order, Output},
    progress::Progress,
};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// Settings by which the tests find it.
const NODE: &str = "FERRY_TEST_NODE";
const DIRECTORY: &str = "FERRY_TEST_STANDARD_PROVIDER";

const LOCK: &str = "package-lock.json";
const PROGRAM: &str = "provider.mjs";
/// A copy of the lock that `node_modules` was installed by, written last.
const INSTALLED_BY: &str = "installed-by.json";

/// How long it may take to listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(20);

/// Where it is installed, and what runs it.
#[derive(Clone, Debug)]
pub struct Installed {
    node: PathBuf,
    directory: PathBuf,
}

/// Installs it, unless it is there already. Installs Node too, where that is missing.
///
/// # Errors
/// With a sentence, when something cannot be installed.
pub fn install(progress: &Progress) -> Result<Installed> {
    let node = cluster::node(progress)?;
    let source = checkout::root().join("crates/dev/oidc-provider");
    let directory = checkout::target_dir().join("dev").join("oidc-provider");
    fs::create_dir_all(&directory)?;
    for name in ["package.json", LOCK, PROGRAM] {
        fs::copy(source.join(name), directory.join(name)).with_context(|| format!("{name} is not copied"))?;
    }
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

impl Installed {
    /// Tells the tests where it is.
    #[must_use]
    pub fn told(&self, order: Order) -> Order {
        order.env(NODE, &self.node).env(DIRECTORY, &self.directory)
    }

    /// What `cargo dev test` told us.
    ///
    /// # Errors
    /// When it told nothing: it says why where it could not install it.
    pub fn from_environment() -> Result<Installed> {
        let path = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .with_context(|| format!("{name} is not set: `cargo dev test` says at its start why"))
        };
        Ok(Installed { node: path(NODE)?, directory: path(DIRECTORY)? })
    }
}

/// The one client of a provider.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// Where people are sent back to.
    pub redirect_uri: &'a str,
    /// What its ID Tokens are signed with: RS256, ES256 or EdDSA.
    pub algorithm: &'a str,
}

/// A running provider; it ends when this is dropped.
pub struct StandardProvider {
    /// Its issuer.
    pub issuer: String,
    /// Where it listens.
    pub address: SocketAddr,
    _process: Leashed,
}

impl StandardProvider {
    /// Starts it on a free port and waits until it listens.
    ///
    /// # Errors
    /// When it does not; the sentence holds what it said.
    pub async fn start(installed: &Installed, client: Client<'_>) -> Result<StandardProvider> {
        let Client { id, secret, redirect_uri, algorithm } = client;
        let told = json!({
            "client_id": id, "client_secret": secret, "redirect_uri": redirect_uri, "algorithm": algorithm,
        });
        let program: &Path = &installed.directory.join(PROGRAM);
        let order = Order::new("oidc-provider", &installed.node)
            .args([program.as_os_str().to_owned(), told.to_string().into()]);
        // It says one line on standard output; what it warns of is kept for the sentence that it did not start.
        let (line, mut heard) = mpsc::channel(64);
        let said = line.clone();
        let out = Box::new(move |text: &str| drop(line.try_send(text.to_owned())));
        let err = Box::new(move |text: &str| drop(said.try_send(text.to_owned())));
        let process = order.start(Output::Lines(out, err))?;
        let mut sayings = Vec::new();
        let issuer = loop {
            let Ok(Some(text)) = timeout(LISTENS_WITHIN, heard.recv()).await else {
                anyhow::bail!("oidc-provider does not listen:\n{}", sayings.join("\n"))
            };
            match text.strip_prefix("listening ") {
                Some(issuer) => break issuer.to_owned(),
                None => sayings.push(text),
            }
        };
        let address = issuer.trim_start_matches("http://").parse().context("an issuer is an address here")?;
        Ok(StandardProvider { issuer, address, _process: process })
    }
}
