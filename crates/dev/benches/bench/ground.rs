//! What the sections with a database stand on: a migrated database of their own, the settings a workers' process would be
//! told, and criteria for any day. Never shared by two sections.

use anyhow::{Result, ensure};
use app::{App, client::Proxies, clock::RequestIds, live::Live, rate::Rates, shield::Bounds};
use chrono::{Days, NaiveDate, Utc};
use dev::cluster::Cluster;
use domain::{
    cadence::TimeScale,
    seal::published_setting,
    watch::{Criteria, Dates, Leg, Party, Vehicle, VehicleKind, Wants, Weekdays},
};
use outbound::{Client, Egress, UserAgent};
use sqlx::{Connection, PgConnection};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Credentials, LinkKey, Sealer, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use workers::{
    Config,
    clock::{Chance, Clock},
    run::Parts,
};

/// How long the first polls may take.
const KNOWN_WITHIN: Duration = Duration::from_secs(300);

const BASE_URL: &str = "http://localhost:8080";
const CONTACT: &str = "developer@example.test";

/// A simulator's addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simulator {
    pub(crate) http: SocketAddr,
    pub(crate) smtp: SocketAddr,
}

/// Makes a database, up to date, with every operator, for development.
pub(crate) async fn database(cluster: &Cluster, name: &str) -> Result<()> {
    cluster.create_database(name).await?;
    store::migrate::run(&cluster.owner_url(name), &sealer(), &|_| ()).await?;
    store::catalog::sync(&cluster.owner_url(name)).await?;
    let mut connection = PgConnection::connect(&cluster.super_url(name)).await?;
    sqlx::query("update deployment set environment = 'development'").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// The published key, with random nonces.
pub(crate) fn sealer() -> Sealer {
    Sealer::new(published_setting().parse().expect("BUG: our own ring is one"), rand::random)
}

/// What the workers' process would read from its environment.
pub(crate) fn config(cluster: &Cluster, name: &str, simulator: Simulator, scale: u32) -> Result<Config> {
    let settings = BTreeMap::from([
        ("FERRY_DATABASE_URL", cluster.url("ferry_worker", name)),
        ("FERRY_REDIS_URL", cluster.redis_url(1)),
        ("FERRY_BASE_URL", BASE_URL.to_owned()),
        ("FERRY_CONTACT", CONTACT.to_owned()),
        ("FERRY_SMTP_URL", format!("smtp://{}", simulator.smtp)),
        ("FERRY_MAIL_FROM", "FerryAlert <alerts@example.test>".to_owned()),
        ("FERRY_LINK_KEY", "00112233445566778899aabbccddeeff".repeat(2)),
        ("FERRY_SEAL_KEYS", published_setting()),
        ("FERRY_TIME_SCALE", scale.to_string()),
        ("FERRY_SIMULATORS", simulator.http.to_string()),
        ("FERRY_HARBOUR_URL", format!("http://{}", simulator.http)),
    ]);
    Config::read(|name| settings.get(name).cloned())
}

/// The app with full buckets. An address may ask as often as it likes: all of ours is one.
pub(crate) fn app(store: &Store, credentials: &Credentials) -> Result<App> {
    let bounds = Bounds { requests_per_address: 1_000_000, ..Bounds::default() };
    Ok(App {
        store: store.clone(),
        credentials: credentials.clone(),
        link_key: LinkKey::new(rand::random()),
        clock: app::clock::Clock::new(Utc::now),
        chance: app::clock::Chance::new(rand::random),
        request_ids: RequestIds::new(Uuid::new_v4),
        scale: TimeScale::REAL,
        base_url: BASE_URL.parse()?,
        contact: CONTACT.to_owned(),
        proxies: Proxies::default(),
        bounds,
        rates: Arc::new(Rates::new(&bounds)),
        live: Live::new(&bounds),
        providers: Arc::default(),
        outbound: Client::new(Egress::production(), &UserAgent::new(&BASE_URL.parse()?, CONTACT)?)?,
    })
}

/// Workers that run, and have asked for every wanted target once.
pub(crate) struct Running {
    shutdown: CancellationToken,
    parts: JoinHandle<Result<()>>,
}

impl Running {
    /// Starts them with an empty schedule, and waits until all is known and told.
    pub(crate) async fn begin(cluster: &Cluster, name: &str, simulator: Simulator, scale: u32) -> Result<Running> {
        let mut admin = PgConnection::connect(&cluster.super_url(name)).await?;
        let mut redis = workers::schedule::connect(&cluster.redis_url(1), Duration::from_secs(10)).await?;
        let () = redis::cmd("FLUSHDB").query_async(&mut redis).await?;
        let config = config(cluster, name, simulator, scale)?;
        let parts = Parts::connect(&config, Clock::new(Utc::now), Chance::new(rand::random::<f64>), sealer()).await?;
        let shutdown = CancellationToken::new();
        let parts = tokio::spawn(parts.run(shutdown.clone()));
        let begun = Instant::now();
        let waiting = "select (select count(*) from target where plan is not null and last_good_at is null)
                            + (select count(*) from change where fanned_out_at is null)";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut admin).await? > 0 {
            ensure!(begun.elapsed() < KNOWN_WITHIN, "the first polls took more than {KNOWN_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        admin.close().await?;
        Ok(Running { shutdown, parts })
    }

    /// Stops them.
    pub(crate) async fn end(self) -> Result<()> {
        self.shutdown.cancel();
        self.parts.await?
    }
}

/// A day so many days from today.
pub(crate) fn day(ahead: u64) -> NaiveDate {
    Utc::now().date_naive() + Days::new(ahead)
}

/// A motorhome on a route on one day.
pub(crate) fn criteria(route: &str, date: NaiveDate) -> Result<Criteria> {
    Ok(Criteria {
        leg: Leg {
            route: route.parse()?,
            dates: Dates::Range { from: date, to: date },
            weekdays: Weekdays::ALL,
            window: None,
        },
        vehicle: Vehicle {
            kind: VehicleKind::Motorhome,
            length_mm: 7_000,
            height_mm: 2_900,
            width_mm: 2_300,
            trailer_length_mm: 0,
            bike_rack_mm: 0,
        },
        party: Party { adults: 2, children: 0, infants: 0, pets: 0 },
        wants: Wants::default(),
    })
}
