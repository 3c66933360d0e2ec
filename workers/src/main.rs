//! The workers' process: reads the configuration, makes time and chance, runs until it is told to stop.

use anyhow::Context;
use chrono::Utc;
use store::Sealer;
use tokio_util::sync::CancellationToken;
use workers::{
    Config,
    clock::{Chance, Clock},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "main is where the clock and chance come from")]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    telemetry::init(&config.log, false)?;
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    let sealer = Sealer::new(config.seal_keys.clone(), rand::random);
    workers::run(config, Clock::new(Utc::now), Chance::new(rand::random::<f64>), sealer, shutdown).await
}

async fn stop_on_signal(shutdown: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("shutting down");
    shutdown.cancel();
    Ok(())
}
