//! The app's process. `app` serves; `app migrate` brings the database to this version as its owner and writes the
//! operators' manifests into it; `app seal rotate` seals addresses anew under the first key; `app key create` gives a
//! member a key before there is a page to make one; `app held` lists and decides answers held for review, `app audit`
//! checks the audit log, and `app tenant` suspends and resumes tenants, as an administrator.

use anyhow::{Context, anyhow, ensure};
use app::{
    App, Config,
    audit::command::AuditCommand,
    clock::{Chance, Clock, RequestIds},
    live::Live,
    progress::Progress,
    rate::Rates,
    shield::Bounds,
};
use chrono::{TimeDelta, Utc};
use clap::{Args, Parser, Subcommand};
use domain::{
    id::{TenantId, UserId},
    key::{ApiKey, Scope},
    seal::Keyring,
};
use outbound::{Client, Development, Egress, UserAgent};
use std::sync::Arc;
use store::{
    Credentials, DatabaseRole, Sealer, Store,
    audit::By,
    catalog,
    held::Decision,
    key::{self, Life},
    migrate,
    seal::Rotated,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Database connections of one process: for tenants' rows, of which one listens, and for who somebody is. No request holds two of
/// one kind.
const CONNECTIONS: u32 = 17;
const AUTH_CONNECTIONS: u32 = 16;

/// Serves the web side of FerryAlert, unless told otherwise.
#[derive(Parser)]
#[command(name = "app")]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Bring the database to this version (FERRY_OWNER_URL, FERRY_SEAL_KEYS).
    Migrate,
    /// What is sealed in the database (FERRY_ADMIN_URL, FERRY_SEAL_KEYS).
    #[command(subcommand)]
    Seal(SealCommand),
    /// API keys (FERRY_ADMIN_URL).
    #[command(subcommand)]
    Key(KeyCommand),
    /// Suspend a tenant, or resume it (FERRY_ADMIN_URL, FERRY_ADMIN_NAME).
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// List the answers held for review, or decide one (FERRY_ADMIN_URL, FERRY_ADMIN_NAME).
    Held {
        #[command(subcommand)]
        decision: Option<HeldCommand>,
    },
    /// Verify or anchor the audit log, or follow a message back to who asked for it (FERRY_ADMIN_URL, FERRY_ADMIN_NAME).
    #[command(subcommand)]
    Audit(AuditCommand),
}

#[derive(Subcommand)]
enum TenantCommand {
    /// Nobody reaches it and nothing is asked or sent for it, until it is resumed.
    Suspend {
        /// Which.
        tenant: TenantId,
        /// Why: a sentence that its members read, and that names no person.
        #[arg(long)]
        reason: String,
    },
    /// It is as it was before.
    Resume {
        /// Which.
        tenant: TenantId,
    },
}

impl TenantCommand {
    fn choice(self) -> (TenantId, Option<String>) {
        match self {
            TenantCommand::Suspend { tenant, reason } => (tenant, Some(reason)),
            TenantCommand::Resume { tenant } => (tenant, None),
        }
    }
}

#[derive(Subcommand)]
enum SealCommand {
    /// Seal everything anew that is sealed under another key than the first, while app and workers run.
    Rotate,
}

#[derive(Subcommand)]
enum HeldCommand {
    /// Believe it: it counts when the next poll gives the same answer.
    Release {
        /// Its number in the list.
        id: i64,
    },
    /// Do not believe it: repeats of it stay without effect.
    Dismiss {
        /// Its number in the list.
        id: i64,
    },
}

impl HeldCommand {
    fn choice(self) -> (Decision, i64) {
        match self {
            HeldCommand::Release { id } => (Decision::Release, id),
            HeldCommand::Dismiss { id } => (Decision::Dismiss, id),
        }
    }
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key for a member, and print it once.
    Create(NewKey),
}

#[derive(Args)]
struct NewKey {
    /// The tenant it reaches.
    #[arg(long)]
    tenant: TenantId,
    /// The member whose rights it has.
    #[arg(long)]
    user: UserId,
    /// What it may do: read, write or read,write.
    #[arg(long, value_delimiter = ',', required = true)]
    scopes: Vec<Scope>,
    /// How long it is good for.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=365))]
    days: i64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Line::parse().command {
        None => serve(Config::from_environment()?).await,
        Some(Command::Migrate) => migrate().await,
        Some(Command::Seal(SealCommand::Rotate)) => rotate().await,
        Some(Command::Key(KeyCommand::Create(new))) => create_key(&new).await,
        Some(Command::Tenant(command)) => set_standing(command.choice()).await,
        Some(Command::Held { decision }) => decide_held(decision.map(HeldCommand::choice)).await,
        Some(Command::Audit(command)) => audit(command).await,
    }
}

/// The installation's keys, with random nonces.
#[expect(clippy::disallowed_methods, reason = "main is where chance comes from")]
fn sealer(ring: Keyring) -> Sealer {
    Sealer::new(ring, rand::random)
}

async fn migrate() -> anyhow::Result<()> {
    let (owner_url, ring) = (Config::owner_url()?, Config::seal_keys()?);
    let progress = Progress::default();
    migrate::run(owner_url.expose(), &sealer(ring), &|work| progress.tell(work)).await.map_err(
        |error| match error {
            store::Error::Sealed(cause) => anyhow!("FERRY_SEAL_KEYS {cause}"),
            _ => anyhow::Error::new(error).context("FERRY_OWNER_URL"),
        },
    )?;
    Ok(catalog::sync(owner_url.expose()).await?)
}

async fn rotate() -> anyhow::Result<()> {
    let (admin_url, ring) = (Config::admin_url()?, Config::seal_keys()?);
    let first = ring.first_id();
    let store = Store::connect(DatabaseRole::Admin, admin_url.expose(), 1, sealer(ring));
    let store = store.await.context("FERRY_ADMIN_URL")?;
    store.check_keys().await.context("FERRY_SEAL_KEYS")?;
    let progress = Progress::default();
    let Rotated { rows, left, named, retired } = store.rotate(&|work| progress.tell(work)).await?;
    println!("{rows} rows sealed anew under key {first}");
    for key in retired {
        println!("nothing is sealed under key {key} any more: it may leave FERRY_SEAL_KEYS");
    }
    ensure!(left == 0, "{left} rows stay as they are, among them {}: the runbook says why", named.join(", "));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock and chance come from")]
async fn create_key(new: &NewKey) -> anyhow::Result<()> {
    let key = ApiKey::mint(rand::random(), rand::random());
    let now = Utc::now();
    let life = Life { from: now, until: now + TimeDelta::days(new.days), request_id: Uuid::new_v4() };
    let admin_url = Config::admin_url()?;
    let issued = key::issue(admin_url.expose(), (new.tenant, new.user), &key, &new.scopes, &life);
    ensure!(issued.await.context("FERRY_ADMIN_URL")?, "this user is no member of this tenant, or it is not active");
    println!("{}", key.expose());
    Ok(())
}

async fn decide_held(choice: Option<(Decision, i64)>) -> anyhow::Result<()> {
    let (store, actor) = administrator().await?;
    print!("{}", app::held::run(&store, choice, &by(&actor)).await?);
    Ok(())
}

async fn audit(command: AuditCommand) -> anyhow::Result<()> {
    let key = command.anchors().then(Config::anchor_key).transpose()?;
    let (store, actor) = administrator().await?;
    print!("{}", command.run(&store, key.as_ref(), &by(&actor)).await?);
    Ok(())
}

/// The database as an administrator, and what the platform's audit log calls them.
async fn administrator() -> anyhow::Result<(Store, String)> {
    let (admin_url, actor) = (Config::admin_url()?, Config::admin_name()?);
    let store = Store::connect(DatabaseRole::Admin, admin_url.expose(), 1, Sealer::without_keys());
    Ok((store.await.context("FERRY_ADMIN_URL")?, actor))
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock comes from")]
fn by(actor: &str) -> By<'_> {
    By { at: Utc::now(), actor, request_id: Uuid::new_v4() }
}

async fn set_standing((tenant, reason): (TenantId, Option<String>)) -> anyhow::Result<()> {
    let (store, actor) = administrator().await?;
    print!("{}", app::suspension::run(&store, tenant, reason.as_deref(), &by(&actor)).await?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "main is where the clock and chance come from")]
async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, false)?;
    let sealer = sealer(config.seal_keys.clone());
    let store = Store::connect(DatabaseRole::App, config.database_url.expose(), CONNECTIONS, sealer.clone());
    let store = store.await.context("FERRY_DATABASE_URL")?;
    let auth_url = config.auth_database_url.expose();
    let credentials = Credentials::connect(auth_url, AUTH_CONNECTIONS, sealer);
    let credentials = credentials.await.context("FERRY_AUTH_DATABASE_URL")?;
    let environment = store.environment().await?;
    config.check_against(&environment)?;
    store.check_keys().await.context("FERRY_SEAL_KEYS")?;
    let egress = match Development::attested_by(&environment) {
        Some(proof) => Egress::development(proof, config.simulators),
        None => Egress::production(),
    };
    let agent = UserAgent::new(&config.base_url, &config.contact).context("FERRY_CONTACT")?;
    let outbound = Client::new(egress, &agent)?;
    let listener = TcpListener::bind(config.listen).await.context("FERRY_LISTEN")?;
    tracing::info!(address = %config.listen, "app is up");
    let bounds = Bounds::default();
    let app = App {
        store,
        credentials,
        link_key: config.link_key,
        clock: Clock::new(Utc::now),
        chance: Chance::new(rand::random),
        request_ids: RequestIds::new(Uuid::new_v4),
        scale: config.scale,
        base_url: config.base_url,
        contact: config.contact,
        proxies: config.proxies,
        bounds,
        rates: Arc::new(Rates::new(&bounds)),
        live: Live::new(&bounds),
        providers: config.sign_in,
        outbound,
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
