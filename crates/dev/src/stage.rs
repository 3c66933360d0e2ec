//! The whole product on one machine: servers, a seeded world, simulators and the real `app` and
//! `workers`, told by their production settings where everything is. Ends all of it, in order.

mod cast;

pub use cast::link_key;

use crate::{
    cargo,
    checkout::{self, Build},
    cluster::{Cluster, Purpose},
    leash::{Leashed, Order, Output},
    progress::Progress,
    world,
};
use anyhow::{Context, Result, ensure};
use cast::{Addresses, Cast};
use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};
use tokio::net::TcpStream;

/// The one database of a stage.
const DATABASE: &str = "ferry";
/// How long a process may take until it answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
/// How often we ask.
const ASK_EVERY: Duration = Duration::from_millis(25);

/// Where what the processes write is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voices {
    /// On our standard output, each line after the name of who says it.
    Aloud,
    /// In a file each, in [`logs`].
    Filed,
}

/// How a stage is set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Whose servers.
    pub purpose: Purpose,
    /// How many times faster than life cadence runs: with 60 a minute is a second.
    pub scale: u32,
    /// Where logs go.
    pub voices: Voices,
    /// How app, workers and simulators are built.
    pub build: Build,
}

/// A running product. Dropping it ends it; the fields end in the order they are written.
pub struct Stage {
    /// The last started stands first, and ends first.
    processes: Vec<Leashed>,
    cluster: Cluster,
    addresses: Addresses,
    voices: Voices,
}

impl Stage {
    /// Builds and starts everything; gives back when all of it answers.
    ///
    /// # Errors
    /// With a sentence, when something does not build or start.
    pub async fn set(setting: Setting) -> Result<Stage> {
        let progress = Progress::start(match setting.build {
            Build::Debug => "Building app and workers",
            Build::Release => "Building app, workers and simulators as they ship; the first time takes some minutes",
        });
        cargo::run(programs(setting.build)).await?;
        let cluster = Cluster::start(setting.purpose, &progress).await?;
        progress.step("Migrating and seeding");
        cluster.create_database(DATABASE).await?;
        migrate(&cluster, setting).await?;
        world::seed(&cluster.super_url(DATABASE), chrono::Utc::now().date_naive()).await?;
        let cast = Cast { addresses: Addresses::free()?, scale: setting.scale, build: setting.build };
        let addresses = cast.addresses;
        world::introduce(&cluster.super_url(DATABASE), &addresses.simulator_url()).await?;
        progress.step("Starting simulators, app and workers");
        let mut stage = Stage { processes: Vec::new(), cluster, addresses, voices: setting.voices };
        stage.start("simulator", cast.simulator()?)?;
        stage.answer(addresses.simulator).await?;
        stage.start("app", cast.app(&stage.cluster))?;
        stage.answer(addresses.app).await?;
        stage.start("workers", cast.workers(&stage.cluster))?;
        progress.done();
        Ok(stage)
    }

    /// An address of the app.
    #[must_use]
    pub fn app_url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.addresses.app.port())
    }

    /// An address of the simulators.
    #[must_use]
    pub fn simulator_url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.addresses.simulator.port())
    }

    /// The database, as superuser.
    #[must_use]
    pub fn super_url(&self) -> String {
        self.cluster.super_url(DATABASE)
    }

    /// Waits until one of the processes ends by itself, which none should.
    pub async fn falls(&mut self) -> anyhow::Error {
        loop {
            for process in &mut self.processes {
                match process.ended() {
                    Ok(None) => {}
                    Ok(Some(status)) => return anyhow::anyhow!("{} ended by itself ({status})", process.name()),
                    Err(cause) => return cause,
                }
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    fn start(&mut self, name: &str, order: Order) -> Result<()> {
        self.processes.insert(0, order.start(output(name, self.voices)?)?);
        Ok(())
    }

    /// Waits until somebody listens at `address`.
    async fn answer(&mut self, address: SocketAddr) -> Result<()> {
        let newest = self.processes.first_mut().context("BUG: started just now")?;
        let ask = async {
            while TcpStream::connect(address).await.is_err() {
                ensure!(newest.ended()?.is_none(), "{} ended at once; its log says why", newest.name());
                tokio::time::sleep(ASK_EVERY).await;
            }
            Ok(())
        };
        tokio::time::timeout(ANSWERS_WITHIN, ask).await.context("no answer from what was started")?
    }
}

/// The programs of a stage, to be built.
fn programs(build: Build) -> Order {
    let order = cargo::order("build").args(["--quiet", "--bin", "app", "--bin", "workers"]);
    match build {
        Build::Debug => order,
        Build::Release => order.args(["--bin", "dev", "--release"]),
    }
}

/// Has the real `app` bring the database up to date, as an installation does.
async fn migrate(cluster: &Cluster, setting: Setting) -> Result<()> {
    let status = cast::migration(cluster, setting.build).start(output("migrate", setting.voices)?)?.wait().await?;
    ensure!(status.success(), "`app migrate` failed ({status}); its log says why");
    Ok(())
}

/// Where the logs of a quiet stage are.
#[must_use]
pub fn logs() -> PathBuf {
    checkout::target_dir().join("dev").join("logs")
}

fn output(name: &str, voices: Voices) -> Result<Output> {
    match voices {
        Voices::Aloud => {
            let say = |name: String| move |line: &str| println!("{name:>9} | {line}");
            Ok(Output::Lines(Box::new(say(name.to_owned())), Box::new(say(name.to_owned()))))
        }
        Voices::Filed => {
            fs::create_dir_all(logs())?;
            let path = logs().join(format!("{name}.log"));
            fs::write(&path, "")?;
            Ok(Output::Append(path))
        }
    }
}
