//! `cargo dev threats`: threat -> requirement -> tests that ran and passed, from threat-model.md and the outcomes of the last test run.
//!
//! Promises to fail when the model is inconsistent, when a test names an unknown requirement, when a test failed or was skipped, when a
//! requirement has no passing test and is not listed in tests/unproved.txt, when a listed one is proved, and when that list has grown.
//! Never judges whether a test is a good proof: that is what removing the control and seeing it fail is for.

pub mod check;
pub mod matrix;
pub mod model;
pub mod outcomes;
pub mod published;
pub mod unproved;

use crate::checkout;
use anyhow::{Context, Result, anyhow, bail};
use model::Model;
use outcomes::Outcomes;
use std::{path::Path, process::Command};
use unproved::Unproved;

/// How many earlier versions of tests/unproved.txt are compared with the present one.
const VERSIONS_MAX: &str = "200";
const UNPROVED: &str = "tests/unproved.txt";

/// The texts the checks read, from this checkout.
#[derive(Debug, Clone)]
pub struct Texts {
    /// threat-model.md.
    pub model: String,
    /// The requirement ids of ASVS 5.0.0, one a line, each followed by its level.
    pub asvs: String,
    /// tests/unproved.txt.
    pub unproved: String,
}

impl Texts {
    /// Reads them.
    pub fn read() -> Result<Texts> {
        let read = |path: &str| {
            std::fs::read_to_string(checkout::root().join(path)).with_context(|| format!("reading {path}"))
        };
        Ok(Texts {
            model: read("threat-model.md")?,
            asvs: read("tests/asvs-5.0.0-ids.txt")?,
            unproved: read(UNPROVED)?,
        })
    }
}

/// Prints the matrix for the outcomes in `outcomes`, a file of lines `<test name>\t<ok|FAILED|ignored>` of a full test run.
pub fn run(outcomes: &Path) -> Result<()> {
    let texts = Texts::read()?;
    let model = Model::parse(&texts.model).map_err(|defect| anyhow!("threat-model.md: {defect}"))?;
    let listed = Unproved::parse(&texts.unproved).map_err(|defect| anyhow!("{UNPROVED}: {defect}"))?;
    let ran = std::fs::read_to_string(outcomes)
        .with_context(|| format!("no outcomes in {}: run `cargo dev test` first", outcomes.display()))?;
    let ran = Outcomes::parse(&ran).map_err(|defect| anyhow!("{}: {defect}", outcomes.display()))?;

    print!("{}", matrix::print(&model, &ran, &listed));

    let mut defects = check::model(&texts.model, &texts.asvs, chrono::Utc::now().date_naive());
    defects.extend(check::runs(&model, &ran, &listed));
    defects.extend(check::growth(&listed, &earlier_versions()?));
    if defects.is_empty() {
        return Ok(());
    }
    for defect in &defects {
        println!("  {defect}");
    }
    bail!("{} defects in the proof of the threat model, listed above", defects.len());
}

/// The committed versions of tests/unproved.txt, newest first; none where there is no history (an exported tree).
fn earlier_versions() -> Result<Vec<Unproved>> {
    let commits = git(&["log", "--format=%H", "-n", VERSIONS_MAX, "--", UNPROVED])?;
    let mut versions = Vec::new();
    for commit in commits.as_deref().unwrap_or("").lines() {
        // A commit that deleted the file has no version to show.
        if let Some(text) = git(&["show", &format!("{commit}:{UNPROVED}")])? {
            versions.push(Unproved::parse(&text).map_err(|defect| anyhow!("{UNPROVED} at {commit}: {defect}"))?);
        }
    }
    Ok(versions)
}

/// What git prints, or nothing when it cannot (no repository, no such file).
fn git(arguments: &[&str]) -> Result<Option<String>> {
    let output = match Command::new("git").arg("-C").arg(checkout::root()).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("starting git"),
    };
    if !output.status.success() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8(output.stdout).context("git printed something that is not text")?))
}
