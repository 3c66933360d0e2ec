//! `cargo dev test`: everything that must hold before a change is kept. Formatting, lints, the query cache, every test
//! on a real PostgreSQL and Redis, and the threat matrix over what ran. Fails when any of them does.

use crate::{
    cargo,
    checkout::{self, Build},
    chromium,
    cluster::{Cluster, Purpose},
    leash::{Order, Output},
    npm::{PAGE_CHECKS, STANDARD_PROVIDER},
    prepare::{self, Stale},
    progress::Progress,
    threats,
};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// Migrated once a run; each test's database is a copy of it.
const TEMPLATE: &str = "template_ferry";

/// Where the outcome of each test of the last whole run stands.
#[must_use]
pub fn outcomes_file() -> PathBuf {
    checkout::target_dir().join("dev").join("outcomes.txt")
}

/// Runs all of it, or only the tests that `filter` (arguments of `cargo test`) names.
///
/// # Errors
/// With a sentence on what did not hold.
pub async fn run(filter: &[String]) -> Result<()> {
    let is_whole = filter.is_empty();
    if is_whole {
        format_and_lints().await?;
        prepare::run(Stale::Refuse).await?;
    }
    let progress = Progress::start("Building app and workers");
    cargo::run(cargo::order("build").args(["--quiet", "--bin", "app", "--bin", "workers"])).await?;
    let cluster = Cluster::start(Purpose::Test, &progress).await?;
    progress.step("Migrating the template");
    cluster.create_database(TEMPLATE).await?;
    cluster.migrate(TEMPLATE).await?;
    let order = equipped(order(&cluster, filter), filter, &progress)?;
    progress.done();
    let (outcomes, all_well) = tests(order).await?;
    drop(cluster);
    let threats = if is_whole { threats_of(&outcomes) } else { Ok(()) };
    println!("{outcomes}");
    ensure!(all_well, "cargo test failed");
    threats
}

/// Outcomes by name of test: `ok`, `FAILED` or `ignored`.
#[derive(Default)]
struct Outcomes(BTreeMap<String, Vec<String>>);

impl Outcomes {
    /// Takes in a line of a test program, if it tells an outcome.
    fn hear(&mut self, line: &str) {
        let told = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "));
        let Some((name, outcome)) = told else { return };
        if let Some(outcome) = ["ok", "FAILED", "ignored"].into_iter().find(|word| outcome.starts_with(word)) {
            let name = name.trim_end_matches(" - should panic");
            self.0.entry(name.to_owned()).or_default().push(outcome.to_owned());
        }
    }

    fn count(&self, outcome: &str) -> usize {
        self.0.values().flatten().filter(|known| *known == outcome).count()
    }

    /// One line a test: name, tabulator, outcome.
    fn lines(&self) -> String {
        let mut lines = String::new();
        for (name, outcomes) in &self.0 {
            for outcome in outcomes {
                writeln!(lines, "{name}\t{outcome}").expect("BUG: writing to a string does not fail");
            }
        }
        lines
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} passed, {} failed", self.count("ok"), self.count("FAILED"))
    }
}

async fn format_and_lints() -> Result<()> {
    let progress = Progress::start("Checking the format");
    cargo::run(cargo::order("fmt").args(["--all", "--check"])).await?;
    let has_clippy =
        cargo::order("clippy").args(["--version"]).start(Output::Lines(Box::new(|_| {}), Box::new(|_| {})));
    if !has_clippy?.wait().await?.success() {
        progress.say("clippy is not installed: lints are left out (rustup component add clippy)");
        return Ok(());
    }
    progress.step("Checking lints");
    let lints = ["--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    cargo::run(cargo::order("clippy").args(lints)).await
}

async fn tests(order: Order) -> Result<(Outcomes, bool)> {
    let heard = Arc::new(Mutex::new(Outcomes::default()));
    let hears = Arc::clone(&heard);
    let on_line = move |line: &str| {
        println!("{line}");
        hears.lock().expect("BUG: hearing does not panic").hear(line);
    };
    let mut child = order.start(Output::Stdout(Box::new(on_line)))?;
    let status = child.wait().await?;
    // Ends the thread that hears, so that the last line is in.
    drop(child);
    let heard = Arc::into_inner(heard).context("BUG: nobody hears any more")?;
    Ok((heard.into_inner().expect("BUG: hearing does not panic"), status.success()))
}

/// Installs what some tests need beside servers, and tells where it is.
fn equipped(mut order: Order, filter: &[String], progress: &Progress) -> Result<Order> {
    progress.step("Installing the standard identity provider, Chromium and what pages are held against");
    let chromium = chromium::install(progress).map(|installed| Box::new(move |order| installed.told(order)) as Told);
    let packages = [STANDARD_PROVIDER, PAGE_CHECKS].map(|packages| {
        packages.install(progress).map(|installed| Box::new(move |order| packages.told(&installed, order)) as Told)
    });
    for installed in packages.into_iter().chain([chromium]) {
        match installed {
            // The tests that need it say so by themselves; the others are of use without it.
            Err(cause) if !filter.is_empty() => progress.say(&format!("some tests will fail: {cause:#}")),
            installed => order = installed?(order),
        }
    }
    Ok(order)
}

/// Tells tests where something is.
type Told = Box<dyn FnOnce(Order) -> Order>;

fn order(cluster: &Cluster, filter: &[String]) -> Order {
    cargo::order("test")
        .args(["--workspace", "--no-fail-fast"])
        .args(filter.iter().cloned())
        .env("FERRY_TEST_OWNER_URL", cluster.owner_url("postgres"))
        .env("FERRY_TEST_SUPER_URL", cluster.super_url("postgres"))
        .env("FERRY_TEST_TEMPLATE", TEMPLATE)
        .env("FERRY_TEST_REDIS_SOCKET", cluster.redis_socket())
        .env("FERRY_BIN_APP", checkout::binary(Build::Debug, "app"))
        .env("FERRY_BIN_WORKERS", checkout::binary(Build::Debug, "workers"))
}

fn threats_of(outcomes: &Outcomes) -> Result<()> {
    let path = outcomes_file();
    fs::create_dir_all(path.parent().context("BUG: the file has a directory")?)?;
    fs::write(&path, outcomes.lines())?;
    threats::run(&path)
}

#[cfg(test)]
mod tests {
    use super::Outcomes;

    #[test]
    fn outcomes_are_heard_and_counted() {
        let mut outcomes = Outcomes::default();
        for line in [
            "running 4 tests",
            "test cluster::find::tests::a ... ok",
            "test isolation::sr_ten_01_b_sees_nothing ... FAILED",
            "test slow ... ignored, needs a reason",
            "test src/lib.rs - thing (line 3) ... ok",
            "test result: FAILED. 2 passed; 1 failed",
        ] {
            outcomes.hear(line);
        }
        assert_eq!(outcomes.to_string(), "2 passed, 1 failed");
        assert!(outcomes.lines().contains("isolation::sr_ten_01_b_sees_nothing\tFAILED\n"));
        assert!(outcomes.lines().contains("slow\tignored\n"));
    }
}
