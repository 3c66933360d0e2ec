//! The processes of a stage and what each is told: the settings of production, with a simulator in
//! the place of every operator and of the mail server. Each gets its own database role, and only
//! the workers learn where Redis is.

use crate::{
    checkout::{self, Build},
    cluster::Cluster,
    leash::{self, Order},
    sim,
};
use anyhow::{Context, Result};
use domain::{operator::Operator, seal::published_setting};
use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// How many ports above the wanted one are tried.
const PORTS_TRIED: u16 = 200;

/// Where everybody listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) app: SocketAddr,
    pub(super) simulator: SocketAddr,
    mail: SocketAddr,
}

impl Addresses {
    /// The usual ports, or the next free ones.
    ///
    /// # Errors
    /// When none is free.
    pub(super) fn free() -> Result<Addresses> {
        Ok(Addresses { app: free_from(8080)?, simulator: free_from(8300)?, mail: free_from(8500)? })
    }
}

/// Who plays, and how fast.
pub(super) struct Cast {
    pub(super) addresses: Addresses,
    pub(super) scale: u32,
    pub(super) build: Build,
}

impl Cast {
    /// The simulators: operators and inbox.
    ///
    /// # Errors
    /// When our own program is not found.
    pub(super) fn simulator(&self) -> Result<Order> {
        let Addresses { simulator, mail, .. } = self.addresses;
        let own = match self.build {
            Build::Debug => leash::dev_program()?.to_owned(),
            Build::Release => checkout::binary(Build::Release, "dev"),
        };
        Ok(Order::new("simulator", &own).args(["sim".into(), format!("--http={simulator}"), format!("--smtp={mail}")]))
    }

    /// The web application.
    pub(super) fn app(&self, cluster: &Cluster) -> Order {
        let app = Order::new("app", &checkout::binary(self.build, "app"));
        self.told(app)
            .env("FERRY_LISTEN", self.addresses.app.to_string())
            .env("FERRY_DATABASE_URL", cluster.url("ferry_app", super::DATABASE))
            .env("FERRY_AUTH_DATABASE_URL", cluster.url("ferry_auth", super::DATABASE))
    }

    /// The workers, the only ones who ask operators.
    pub(super) fn workers(&self, cluster: &Cluster) -> Order {
        let simulator = self.addresses.simulator;
        let reaching = |order: Order, operator: &Operator| {
            let order = order.env(&operator.url_setting(), format!("http://{simulator}"));
            match operator.manifest().key_setting {
                Some(setting) => order.env(setting, sim::ACCESS_CODE),
                None => order,
            }
        };
        let workers = Order::new("workers", &checkout::binary(self.build, "workers"));
        let workers = Operator::ALL.iter().fold(workers, reaching);
        self.told(workers)
            .env("FERRY_DATABASE_URL", cluster.url("ferry_worker", super::DATABASE))
            .env("FERRY_REDIS_URL", cluster.redis_url(0))
    }

    /// Tells what both are told.
    fn told(&self, order: Order) -> Order {
        let Addresses { app, simulator, mail } = self.addresses;
        let log = std::env::var("FERRY_LOG").unwrap_or_else(|_| "info".to_owned());
        order
            .env("FERRY_BASE_URL", format!("http://localhost:{}", app.port()))
            .env("FERRY_CONTACT", "developer@example.test")
            .env("FERRY_SMTP_URL", format!("smtp://{mail}"))
            .env("FERRY_MAIL_FROM", "FerryAlert <alerts@example.test>")
            .env("FERRY_LINK_KEY", link_key())
            .env("FERRY_SEAL_KEYS", published_setting())
            .env("FERRY_TIME_SCALE", self.scale.to_string())
            .env("FERRY_SIMULATORS", simulator.to_string())
            .env("FERRY_LOG", log)
    }
}

/// `app migrate`, the one process that is told the owner's URL.
pub(super) fn migration(cluster: &Cluster, build: Build) -> Order {
    Order::new("migrate", &checkout::binary(build, "app"))
        .args(["migrate"])
        .env("FERRY_OWNER_URL", cluster.owner_url(super::DATABASE))
        .env("FERRY_SEAL_KEYS", published_setting())
}

/// The same in every run, so that links in yesterday's mail work today. It guards nothing but
/// simulated people: a production setting is random, and a production database refuses this one.
#[must_use]
pub fn link_key() -> String {
    hex::encode(Sha256::digest("links of a developer's FerryAlert"))
}

fn free_from(port: u16) -> Result<SocketAddr> {
    let mut addresses = (port..port + PORTS_TRIED).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let free = addresses.find(|address| TcpListener::bind(address).is_ok());
    free.with_context(|| format!("no port from {port} on is free"))
}
