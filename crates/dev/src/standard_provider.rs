//! A standard OpenID Provider that is not ours: npm's certified `oidc-provider`, for the test that sign-in works by configuration
//! alone. Never ships, and never runs but on a leash.

mod browser;

pub use browser::sign_in;

use crate::{
    leash::{Leashed, Order, Output},
    npm::Installed,
};
use anyhow::{Context, Result};
use serde_json::json;
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::{sync::mpsc, time::timeout};

const PROGRAM: &str = "provider.mjs";

/// How long it may take to listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(20);

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
