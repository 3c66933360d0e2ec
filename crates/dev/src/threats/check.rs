//! Every way in which model, tests and the list of unproved requirements can disagree, each as a sentence.
//!
//! Promises to be pure: texts and a date in, defects out. Never stops at the first defect.

use super::{
    model::{Model, Row},
    outcomes::{Outcome, Outcomes, requirements_in},
    unproved::Unproved,
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The document alone: ids resolve, nothing is an orphan, acceptances have not expired on `today`.
pub fn model(markdown: &str, asvs: &str, today: NaiveDate) -> Vec<String> {
    let model = match Model::parse(markdown) {
        Ok(model) => model,
        Err(defect) => return vec![defect],
    };
    let mut defects = Vec::new();
    duplicates(&model, &mut defects);
    elements(&model, &mut defects);
    acceptances(&model, today, &mut defects);
    threats(&model, &mut defects);
    requirements(&model, asvs, &mut defects);
    defects
}

/// The document against what ran: every requirement is proved or listed, never both.
pub fn runs(model: &Model, ran: &Outcomes, listed: &Unproved) -> Vec<String> {
    let known = model.ids("requirements");
    let mut defects = Vec::new();
    for (test, outcome) in ran.iter() {
        for id in requirements_in(test).iter().filter(|id| !known.contains(id.as_str())) {
            defects.push(format!("{test}: names {id}, which threat-model.md does not have"));
        }
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => defects.push(format!("{test}: failed")),
            Outcome::Skipped => defects.push(format!("{test}: was skipped; a skipped test proves nothing")),
        }
    }
    for id in &known {
        match (ran.proofs_of(id).is_empty(), listed.contains(id)) {
            (true, false) => defects.push(format!("{id}: no test ran and passed, and it is not in tests/unproved.txt")),
            (false, true) => defects.push(format!("{id}: is proved; take it out of tests/unproved.txt")),
            _ => {}
        }
    }
    for id in listed.iter().filter(|id| !known.contains(id)) {
        defects.push(format!("tests/unproved.txt: {id} is not in threat-model.md"));
    }
    defects
}

/// The list against its earlier versions (newest first): nothing was added, not even for a while.
pub fn growth(listed: &Unproved, earlier: &[Unproved]) -> Vec<String> {
    let mut defects = BTreeSet::new();
    let mut newer = listed;
    for older in earlier {
        defects.extend(newer.iter().filter(|id| !older.contains(id)));
        newer = older;
    }
    defects.into_iter().map(|id| format!("tests/unproved.txt: {id} was added; the list may only shrink")).collect()
}

fn duplicates(model: &Model, defects: &mut Vec<String>) {
    for table in model.table_names() {
        let mut seen = BTreeSet::new();
        for row in model.rows(table).iter().filter(|row| !seen.insert(row.id())) {
            defects.push(format!("{table}: duplicate id {}", row.id()));
        }
    }
}

fn elements(model: &Model, defects: &mut Vec<String>) {
    let boundaries = model.ids("boundaries");
    let threatened: BTreeSet<&str> = model.rows("threats").iter().map(|row| row.cell("Element")).collect();
    for element in model.rows("elements") {
        let id = element.id();
        if !boundaries.contains(element.cell("Boundary")) {
            defects.push(format!("{id}: unknown boundary {}", element.cell("Boundary")));
        }
        if !threatened.contains(id) {
            defects.push(format!("{id}: an element without a threat"));
        }
        if !model.diagram_shows(id) {
            defects.push(format!("{id}: not in the diagram"));
        }
    }
}

fn acceptances(model: &Model, today: NaiveDate, defects: &mut Vec<String>) {
    let threats = model.ids("threats");
    for row in model.rows("accepted") {
        for threat in row.list("Threats").iter().filter(|id| !threats.contains(*id)) {
            defects.push(format!("{}: unknown threat {threat}", row.id()));
        }
        match row.cell("Expires").parse::<NaiveDate>() {
            Ok(expires) if expires >= today => {}
            Ok(expires) => defects.push(format!("{}: the acceptance expired on {expires}", row.id())),
            Err(_) => defects.push(format!("{}: {:?} is not a date", row.id(), row.cell("Expires"))),
        }
    }
}

fn threats(model: &Model, defects: &mut Vec<String>) {
    let (elements, requirements) = (model.ids("elements"), model.ids("requirements"));
    let accepted: BTreeSet<&str> = model.rows("accepted").iter().flat_map(|row| row.list("Threats")).collect();
    for row in model.rows("threats") {
        let id = row.id();
        if !elements.contains(row.cell("Element")) {
            defects.push(format!("{id}: unknown element {}", row.cell("Element")));
        }
        if !["S", "T", "R", "I", "D", "E"].contains(&row.cell("STRIDE")) {
            defects.push(format!("{id}: {:?} is not one of S T R I D E", row.cell("STRIDE")));
        }
        for score in ["L", "I"].iter().filter(|score| !["1", "2", "3"].contains(&row.cell(score))) {
            defects.push(format!("{id}: {score} is not 1, 2 or 3"));
        }
        let answers = row.list("Requirements");
        if answers.is_empty() && !accepted.contains(id) {
            defects.push(format!("{id}: a threat without a requirement or an acceptance"));
        }
        for requirement in answers.iter().filter(|answer| !requirements.contains(*answer)) {
            defects.push(format!("{id}: unknown requirement {requirement}"));
        }
    }
}

fn requirements(model: &Model, asvs: &str, defects: &mut Vec<String>) {
    let asvs: BTreeSet<&str> = asvs.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let answering: BTreeSet<&str> = model.rows("threats").iter().flat_map(|row| row.list("Requirements")).collect();
    for row in model.rows("requirements") {
        let id = row.id();
        if requirements_in(id).len() != 1 {
            defects.push(format!("{id}: not of the form SR-ABC-01, so no test can name it"));
        }
        if !answering.contains(id) {
            defects.push(format!("{id}: a requirement that answers no threat"));
        }
        if row.list("ASVS").is_empty() {
            defects.push(format!("{id}: no ASVS id"));
        }
        for unknown in row.list("ASVS").iter().filter(|given| !asvs.contains(*given)) {
            defects.push(format!("{id}: ASVS 5.0.0 has no {unknown}"));
        }
        if !row.cell("Requirement").contains("MUST") {
            defects.push(format!("{id}: not a MUST sentence"));
        }
        empty_cells(row, defects);
    }
}

fn empty_cells(row: &Row, defects: &mut Vec<String>) {
    for column in ["Control", "Proof"].iter().filter(|column| row.cell(column).is_empty()) {
        defects.push(format!("{}: no {}", row.id(), column.to_lowercase()));
    }
}
