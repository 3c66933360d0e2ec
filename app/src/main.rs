//! The app's process. `app` serves; `app migrate` brings the database to this version as its owner and
//! writes the operators' manifests into it.

use anyhow::{Context, bail};
use app::{App, Config, clock::Clock};
use chrono::Utc;
use store::{DatabaseRole, Store, catalog, migrate};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Database connections of one process.
const CONNECTIONS: u32 = 16;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => serve(Config::from_environment()?).await,
        Some("migrate") => {
            let owner_url = Config::owner_url()?;
            migrate::run(owner_url.expose()).await.context("FERRY_OWNER_URL")?;
            Ok(catalog::sync(owner_url.expose()).await?)
        }
        Some(other) => bail!("{other} is no command: run `app` to serve or `app migrate` to migrate"),
    }
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock comes from")]
async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, false)?;
    let store = Store::connect(DatabaseRole::App, config.database_url.expose(), CONNECTIONS);
    let store = store.await.context("FERRY_DATABASE_URL")?;
    config.check_against(&store.environment().await?)?;
    let listener = TcpListener::bind(config.listen).await.context("FERRY_LISTEN")?;
    tracing::info!(address = %config.listen, "app is up");
    let app = App {
        store,
        link_key: config.link_key,
        clock: Clock::new(Utc::now),
        base_url: config.base_url,
        contact: config.contact,
    };
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    app::serve(app, listener, shutdown).await
}

async fn stop_on_signal(shutdown: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    shutdown.cancel();
    Ok(())
}
