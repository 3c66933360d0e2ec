//! What the tests of a full run did, by name.
//!
//! Promises that every line is understood: a line it cannot read is an error, for a lost line would be a lost proof.

use std::collections::{BTreeMap, BTreeSet};

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and passed.
    Passed,
    /// It ran and failed.
    Failed,
    /// It did not run.
    Skipped,
}

/// The outcome of each test.
#[derive(Debug, Clone, Default)]
pub struct Outcomes(BTreeMap<String, Outcome>);

impl Outcomes {
    /// Reads lines `<test name>\t<ok|FAILED|ignored>`. A test that ran more than once counts as its worst outcome.
    pub fn parse(text: &str) -> Result<Outcomes, String> {
        let mut outcomes = Outcomes::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (name, word) = line.split_once('\t').ok_or(format!("line {}: no tab in {line:?}", at + 1))?;
            let outcome = match word.trim() {
                "ok" => Outcome::Passed,
                "FAILED" => Outcome::Failed,
                "ignored" => Outcome::Skipped,
                other => return Err(format!("line {}: unknown outcome {other:?}", at + 1)),
            };
            outcomes.insert(name.trim(), outcome);
        }
        Ok(outcomes)
    }

    /// Adds one outcome.
    pub fn insert(&mut self, test: &str, outcome: Outcome) {
        let kept = self.0.entry(test.to_owned()).or_insert(outcome);
        if *kept == Outcome::Passed {
            *kept = outcome;
        }
    }

    /// Each test with its outcome, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Outcome)> {
        self.0.iter().map(|(name, outcome)| (name.as_str(), *outcome))
    }

    /// The tests that carry a requirement's id and passed.
    pub fn proofs_of(&self, requirement: &str) -> Vec<&str> {
        let proves = |(name, outcome): &(&str, Outcome)| {
            *outcome == Outcome::Passed && requirements_in(name).contains(requirement)
        };
        self.iter().filter(proves).map(|(name, _)| name).collect()
    }
}

/// The requirement ids in a test's name: `sr_ten_01_b_sees_nothing` and `[SR-TEN-01]` both name SR-TEN-01.
pub fn requirements_in(test: &str) -> BTreeSet<String> {
    let words: Vec<String> = test.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_uppercase).collect();
    let is_area = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_number = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    words
        .windows(3)
        .filter(|three| three[0] == "SR" && is_area(&three[1]) && is_number(&three[2]))
        .map(|three| three.join("-"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_names_and_nowhere_else() {
        let ids = |name: &str| requirements_in(name).into_iter().collect::<Vec<_>>();
        assert_eq!(ids("isolation::sr_ten_02_a_setting_ends_with_its_transaction"), ["SR-TEN-02"]);
        assert_eq!(ids("[SR-WEB-03] no inline script, SR-WEB-04"), ["SR-WEB-03", "SR-WEB-04"]);
        assert_eq!(ids("sr_ten_01_sr_ten_05_x"), ["SR-TEN-01", "SR-TEN-05"]);
        assert!(ids("answer_ten_01").is_empty() && ids("sr_tenx_01").is_empty() && ids("sr_ten_1_x").is_empty());
    }

    #[test]
    fn a_line_that_is_not_understood_is_an_error() {
        assert!(Outcomes::parse("a\tok\nb ok\n").unwrap_err().contains("line 2"));
        assert!(Outcomes::parse("a\tfine\n").unwrap_err().contains("unknown outcome"));
    }

    #[test]
    fn the_worst_outcome_of_a_test_counts() {
        let outcomes = Outcomes::parse("sr_ten_01_x\tok\nsr_ten_01_x\tFAILED\nsr_ten_01_x\tok\n").unwrap();
        assert!(outcomes.proofs_of("SR-TEN-01").is_empty());
    }
}
