//! The matrix threat -> requirement -> tests, for a terminal.
//!
//! Promises one line a threat, one a requirement and one a test, and the sums at the end. Never says "covered" of a threat of which one
//! requirement is unproved.

use super::{
    model::{Model, Row},
    outcomes::{Outcomes, requirements_in},
    unproved::Unproved,
};
use std::fmt::Write;

/// The longest threat text shown on its line.
const THREAT_CHARS_MAX: usize = 72;

/// The whole matrix as text.
pub fn print(model: &Model, ran: &Outcomes, listed: &Unproved) -> String {
    let mut text = String::new();
    let (mut covered, mut open) = (0_usize, 0_usize);
    for threat in model.rows("threats") {
        let answers = threat.list("Requirements");
        let is_covered = answers.iter().all(|id| !ran.proofs_of(id).is_empty());
        let word = if is_covered { "covered" } else { "open" };
        if is_covered {
            covered += 1
        } else {
            open += 1
        }
        line(
            &mut text,
            &format!(
                "{}  {:7} {}  risk {}  {word:7}  {}",
                threat.id(),
                threat.cell("Element"),
                threat.cell("STRIDE"),
                risk(threat),
                shortened(threat.cell("Threat"))
            ),
        );
        for id in answers {
            requirement(&mut text, id, ran, listed);
        }
    }
    let (proved, open_requirements): (Vec<&Row>, Vec<&Row>) =
        model.rows("requirements").iter().partition(|row| !ran.proofs_of(row.id()).is_empty());
    let (excused, missing): (Vec<&Row>, Vec<&Row>) =
        open_requirements.iter().partition(|row| listed.contains(row.id()));
    let tests = ran.iter().filter(|(name, _)| !requirements_in(name).is_empty()).count();
    line(&mut text, "");
    line(&mut text, &format!("{} threats: {covered} covered, {open} open", covered + open));
    let sums = format!("{} proved by {tests} tests, {} not yet (tests/unproved.txt)", proved.len(), excused.len());
    line(
        &mut text,
        &format!("{} requirements: {sums}, {} missing", proved.len() + open_requirements.len(), missing.len()),
    );
    text
}

fn requirement(text: &mut String, id: &str, ran: &Outcomes, listed: &Unproved) {
    let proofs = ran.proofs_of(id);
    if proofs.is_empty() {
        let word = if listed.contains(id) { "not yet proved" } else { "NOT PROVED" };
        line(text, &format!("       {id}  {word}"));
        return;
    }
    line(text, &format!("       {id}  proved"));
    for test in proofs {
        line(text, &format!("           {test}"));
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{}", line.trim_end()).expect("BUG: writing to a String cannot fail");
}

/// Likelihood times impact; 0 where the model's cells are wrong, which `check` reports.
fn risk(threat: &Row) -> u8 {
    let score = |column: &str| threat.cell(column).parse::<u8>().unwrap_or(0).min(3);
    score("L") * score("I")
}

fn shortened(threat: &str) -> String {
    if threat.chars().count() <= THREAT_CHARS_MAX {
        return threat.to_owned();
    }
    let kept: String = threat.chars().take(THREAT_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = include_str!("../../../../threat-model.md");

    #[test]
    fn a_threat_with_one_unproved_requirement_is_open() {
        let model = Model::parse(MODEL).unwrap();
        let ran = Outcomes::parse("isolation::sr_ten_07_roles\tok\n").unwrap();
        let text = print(&model, &ran, &Unproved::default());
        let threat = text.lines().find(|line| line.starts_with("T-047")).unwrap();
        assert!(threat.contains("  open  "), "{threat}");
        assert!(text.contains("SR-TEN-07  proved\n           isolation::sr_ten_07_roles"));
        assert!(text.contains("SR-INJ-01  NOT PROVED"));
        assert!(text.contains("1 proved by 1 tests"));
    }
}
