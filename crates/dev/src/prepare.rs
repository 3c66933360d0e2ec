//! Renews the committed cache of checked queries (`.sqlx`): every query of `store` is described by a
//! migrated database. Never leaves a half-renewed cache: the old one stays until all are described.

use crate::{
    cargo, checkout,
    cluster::{Cluster, Purpose},
    leash::Order,
    progress::Progress,
};
use anyhow::{Result, ensure};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Queries by file name.
type Cache = BTreeMap<String, String>;

/// What to do with a cache that is not up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Write what is new, delete what is gone.
    Renew,
    /// Fail.
    Refuse,
}

/// Describes every query anew and compares.
///
/// # Errors
/// When a query is wrong, or the cache is stale and may not be.
pub async fn run(stale: Stale) -> Result<()> {
    let described = describe().await?;
    let dir = checkout::root().join(".sqlx");
    let committed = read(&dir)?;
    let count = described.len();
    if committed == described {
        println!("{count} queries, all up to date");
        return Ok(());
    }
    ensure!(stale == Stale::Renew, ".sqlx is stale: run `cargo dev prepare` and commit it");
    fs::create_dir_all(&dir)?;
    for name in committed.keys().filter(|name| !described.contains_key(*name)) {
        fs::remove_file(dir.join(name))?;
    }
    for (name, text) in &described {
        fs::write(dir.join(name), text)?;
    }
    println!("{count} queries described; .sqlx is renewed");
    Ok(())
}

async fn describe() -> Result<Cache> {
    let progress = Progress::start("Preparing");
    let cluster = Cluster::start(Purpose::Prepare, &progress).await?;
    progress.step("Migrating");
    cluster.create_database("ferry").await?;
    cluster.migrate("ferry").await?;
    progress.done();
    let dir = empty_dir()?;
    let check = cargo::order("rustc")
        .args(["--quiet", "--package", "store", "--lib", "--profile", "check", "--", "--cfg", "described"])
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &dir)
        .env("DATABASE_URL", cluster.super_url("ferry"));
    compile_anew(check).await?;
    read(&dir)
}

/// Compiles `store` although nothing changed, so that each query is seen. The flag of its own keeps
/// what comes out apart from every other build; the file looks new only meanwhile, so that nobody
/// else compiles anew.
async fn compile_anew(check: Order) -> Result<()> {
    let file = File::options().append(true).open(checkout::root().join("crates/store/src/lib.rs"))?;
    let modified = file.metadata()?.modified()?;
    file.set_modified(SystemTime::now())?;
    let checked = cargo::run(check).await;
    file.set_modified(modified)?;
    checked
}

fn empty_dir() -> Result<PathBuf> {
    let dir = checkout::target_dir().join("dev").join("sqlx");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn read(dir: &Path) -> Result<Cache> {
    if !dir.exists() {
        return Ok(Cache::new());
    }
    let mut cache = Cache::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        cache.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(cache)
}
