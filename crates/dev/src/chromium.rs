//! A real browser: the system's Chromium, without a screen, on a leash and with a profile that is thrown away, for tests and for pictures.
//! Promises that it runs as an unprivileged account where we are root, that windows share nothing with each other, and that it ends with
//! us however we end. Spoken to by its own protocol (CDP): what drives it is a few hundred lines of ours, because the crates that know all
//! of that protocol cost every checkout minutes of building. Opens nothing but pages of ours, which is why its sandbox, that
//! many containers forbid, is left out. Never ships.

mod hands;
mod look;
mod seen;
mod window;
mod wire;

pub use hands::{Element, Key};
pub use look::{Look, Motion, Scheme, Screen, Scripts};
pub use seen::{Request, Seen};
pub use window::Window;

use crate::{
    cluster::{self, Private, Purpose},
    leash::{Leashed, Order, Output},
    progress::Progress,
};
use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use std::{path::PathBuf, time::Duration};
use tokio::{sync::mpsc, time::timeout};
use url::Url;

/// The setting by which the tests find it.
const PROGRAM: &str = "FERRY_TEST_CHROMIUM";
/// How long it may take to listen.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);
/// What it says then, before the address.
const LISTENING: &str = "DevTools listening on ";

/// No screen, no first-run pages, nothing asked of the network by itself, the same letters and scroll bars everywhere.
const ARGUMENTS: [&str; 17] = [
    "--headless=new",
    "--no-sandbox",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--mute-audio",
];

/// Where it is installed.
#[derive(Clone, Debug)]
pub struct Installed(PathBuf);

/// Finds or installs it.
///
/// # Errors
/// With a sentence, when it is missing and cannot be installed from here.
pub fn install(progress: &Progress) -> Result<Installed> {
    cluster::chromium(progress).map(Installed)
}

impl Installed {
    /// The program.
    #[must_use]
    pub fn program(&self) -> &PathBuf {
        &self.0
    }

    /// Tells the tests where it is.
    #[must_use]
    pub fn told(&self, order: Order) -> Order {
        order.env(PROGRAM, &self.0)
    }

    /// What `cargo dev test` told us.
    ///
    /// # Errors
    /// When it told nothing: it says why where it could not install it.
    pub fn from_environment() -> Result<Installed> {
        let program = std::env::var_os(PROGRAM);
        let program = program.with_context(|| format!("{PROGRAM} is not set: `cargo dev test` says at its start why"));
        program.map(|program| Installed(program.into()))
    }
}

/// A running browser; it ends when this is dropped.
pub struct Chromium {
    address: String,
    _process: Leashed,
    _profile: Private,
}

impl Chromium {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it does not; the sentence holds what it said.
    pub async fn start(installed: &Installed, purpose: Purpose) -> Result<Chromium> {
        let profile = Private::for_purpose(purpose)?;
        profile.empty()?;
        let (line, mut heard) = mpsc::channel(64);
        let err = Box::new(move |text: &str| drop(line.try_send(text.to_owned())));
        let order = Order::new("Chromium", &installed.0)
            .args(ARGUMENTS)
            .args([format!("--user-data-dir={}", profile.dir.join("profile").display())])
            .env("HOME", &profile.dir)
            .account(profile.account)
            // Nothing of it is kept, so nothing has to be put in order.
            .stopped_by(Signal::SIGKILL);
        let process = order.start(Output::Lines(Box::new(|_| {}), err))?;
        let mut sayings = Vec::new();
        let address = loop {
            let Ok(Some(text)) = timeout(LISTENS_WITHIN, heard.recv()).await else {
                anyhow::bail!("Chromium does not listen:\n{}", sayings.join("\n"))
            };
            match text.strip_prefix(LISTENING) {
                Some(address) => break address.to_owned(),
                None => sayings.push(text),
            }
        };
        Ok(Chromium { address, _process: process, _profile: profile })
    }

    /// Opens a window that shares no cookie or cache with any other. It ends with its value.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub async fn window(&self, look: Look) -> Result<Window> {
        Window::open(&self.address, look).await
    }

    /// The port by which another program may drive it.
    ///
    /// # Errors
    /// When its address has none.
    pub fn port(&self) -> Result<u16> {
        self.address.parse::<Url>()?.port().context("an address has a port")
    }

    /// A picture of another line's window, and the source of its page as it stands: for whoever has to say how it looked at the end.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn last_sight(&self, target: &str) -> Result<(Vec<u8>, String)> {
        let window = Window::share(&self.address, target).await?;
        Ok((window.picture().await?, window.html().await?))
    }
}
