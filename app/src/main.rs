//! The app's process. `app` serves; `app migrate` brings the database to this version as its owner and
//! writes the operators' manifests into it; `app held` lists and decides answers held for review, as an administrator.

use anyhow::{Context, bail};
use app::{App, Config, clock::Clock};
use chrono::Utc;
use store::{Store, catalog, migrate};
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
            migrate::run(&owner_url).await?;
            Ok(catalog::sync(&owner_url).await?)
        }
        Some("held") => decide_held(&std::env::args().skip(2).collect::<Vec<_>>()).await,
        Some(other) => bail!("{other} is no command: run `app` to serve, `app migrate` or `app held`"),
    }
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock comes from")]
async fn decide_held(arguments: &[String]) -> anyhow::Result<()> {
    let (url, actor) = Config::admin()?;
    let store = Store::connect(url.expose(), 1).await.context("FERRY_ADMIN_URL")?;
    print!("{}", app::held::run(&store, arguments, &actor, Utc::now()).await?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock comes from")]
async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, false)?;
    let store = Store::connect(config.database_url.expose(), CONNECTIONS).await.context("FERRY_DATABASE_URL")?;
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
