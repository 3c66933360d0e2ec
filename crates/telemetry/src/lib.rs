//! How the programs log, and the wrapper for what must never be logged.
//!
//! Promises that an event is one line whatever its fields hold: control characters are written as escapes, so nobody forges a line or
//! drives the terminal of whoever reads it. Never prints the content of a [`Secret`], and never sends anything over the network.

mod secret;
mod single_line;

pub use secret::Secret;

use single_line::SingleLine;
use std::io;
use tracing_subscriber::{EnvFilter, fmt};

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter does not parse.
    #[error("log filter {filter:?}: {cause}")]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong with it.
        cause: tracing_subscriber::filter::ParseError,
    },
    /// Somebody was first.
    #[error("logging was started twice")]
    Twice,
}

/// Starts logging to standard error: what passes `filter` (`info`, `workers=debug,info`), as text or as JSON. Panics are logged as
/// events. Called once, by `main`.
///
/// # Errors
/// When the filter does not parse or logging has been started before.
pub fn init(filter: &str, json: bool) -> Result<(), Error> {
    let filter = EnvFilter::try_new(filter).map_err(|cause| Error::Filter { filter: filter.to_owned(), cause })?;
    // No colours: they are control characters, and the writer escapes all of them.
    let lines = fmt().with_env_filter(filter).with_ansi(false).with_writer(|| SingleLine(io::stderr()));
    let started = if json { lines.json().flatten_event(true).try_init() } else { lines.try_init() };
    started.map_err(|_| Error::Twice)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, cause = panic.payload_as_str().unwrap_or("unknown"), "panicked");
    }));
    Ok(())
}
