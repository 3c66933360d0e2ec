//! What the security page shows of the threat model: each requirement with what it answers and the tests that prove it.
//!
//! Promises the same text for the same checkout, so that a test can hold the published file against it. Never runs a test: that the
//! tests it names pass is what `cargo dev test` demands of every commit.

use super::{
    Texts,
    model::{Model, Row},
    outcomes::requirements_in,
    unproved::Unproved,
};
use crate::checkout;
use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use std::{collections::BTreeMap, path::Path};

/// Where the published file is, from the root of the checkout.
pub const FILE: &str = "app/assets/security.json";

/// Where tests are.
const PLACES: [&str; 4] = ["app", "crates", "tests", "workers"];

#[derive(Serialize)]
struct Requirement<'a> {
    id: &'a str,
    text: String,
    /// Nothing proves it whole yet.
    is_open: bool,
    threats: Vec<Threat<'a>>,
    proofs: Vec<&'a Proof>,
}

#[derive(Serialize)]
struct Threat<'a> {
    id: &'a str,
    text: String,
}

/// A test, by what its name says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Proof {
    says: String,
    place: String,
}

/// The file as it should be.
///
/// # Errors
/// When the checkout cannot be read.
pub fn text() -> Result<String> {
    let texts = Texts::read()?;
    let model = Model::parse(&texts.model).map_err(|defect| anyhow!("threat-model.md: {defect}"))?;
    let open = Unproved::parse(&texts.unproved).map_err(|defect| anyhow!("{}: {defect}", super::UNPROVED))?;
    let mut proofs: BTreeMap<String, Vec<Proof>> = BTreeMap::new();
    for place in PLACES {
        walk(&checkout::root(), Path::new(place), &mut proofs)?;
    }
    proofs.values_mut().for_each(|proofs| proofs.sort());
    let rows: Vec<_> = model.rows("requirements").iter().map(|row| requirement(row, &model, &open, &proofs)).collect();
    // A line each, so that a change reads as one.
    let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
    Ok(format!("[\n{}\n]\n", lines.context("writing JSON")?.join(",\n")))
}

/// Renews the file.
///
/// # Errors
/// When the checkout cannot be read or written.
pub fn renew() -> Result<()> {
    std::fs::write(checkout::root().join(FILE), text()?).with_context(|| format!("writing {FILE}"))
}

fn requirement<'a>(
    row: &'a Row,
    model: &'a Model,
    open: &Unproved,
    proofs: &'a BTreeMap<String, Vec<Proof>>,
) -> Requirement<'a> {
    let proofs: Vec<&Proof> = proofs.get(row.id()).into_iter().flatten().collect();
    let answers = |threat: &&Row| threat.list("Requirements").contains(&row.id());
    let threats = model.rows("threats").iter().filter(answers);
    Requirement {
        id: row.id(),
        text: readable(row.cell("Requirement")),
        is_open: open.contains(row.id()) || proofs.is_empty(),
        threats: threats.map(|threat| Threat { id: threat.id(), text: readable(threat.cell("Threat")) }).collect(),
        proofs,
    }
}

/// Without the marks of Markdown.
fn readable(cell: &str) -> String {
    cell.replace('`', "")
}

/// Notes the tests of every Rust file under a place.
fn walk(root: &Path, place: &Path, proofs: &mut BTreeMap<String, Vec<Proof>>) -> Result<()> {
    let entries = std::fs::read_dir(root.join(place)).with_context(|| format!("reading {}", place.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = place.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            walk(root, &path, proofs)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(entry.path()).with_context(|| format!("reading {}", path.display()))?;
            note(&path.to_string_lossy(), &text, proofs);
        }
    }
    Ok(())
}

/// Notes the tests of one file.
fn note(place: &str, text: &str, proofs: &mut BTreeMap<String, Vec<Proof>>) {
    for line in text.lines() {
        let line = line.trim_start();
        let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")).unwrap_or_default();
        let name = name.split('(').next().unwrap_or_default();
        let proof = Proof { says: sentence(name), place: place.to_owned() };
        for id in requirements_in(name).into_iter().filter(|_| name.starts_with("sr_")) {
            proofs.entry(id).or_default().push(proof.clone());
        }
    }
}

/// What a test's name says, without the requirements it begins with: `sr_ten_02_a_setting_ends` says `a setting ends`.
fn sentence(name: &str) -> String {
    let mut words: Vec<&str> = name.split('_').collect();
    while let ["sr", _, number, ..] = words.as_slice()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        words.drain(..3);
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_says_what_it_promises() {
        assert_eq!(sentence("sr_ten_02_a_setting_ends_with_its_transaction"), "a setting ends with its transaction");
        assert_eq!(sentence("sr_ten_01_sr_ten_05_both"), "both");
        let mut proofs = BTreeMap::new();
        let text = "    async fn sr_ten_01_sr_ten_05_both() {\nfn other() {}\nlet x = \"fn sr_web_01_x()\";\n";
        note("tests/it/x.rs", text, &mut proofs);
        assert_eq!(proofs.keys().collect::<Vec<_>>(), ["SR-TEN-01", "SR-TEN-05"]);
        assert_eq!(proofs["SR-TEN-01"], [Proof { says: "both".into(), place: "tests/it/x.rs".into() }]);
    }
}
