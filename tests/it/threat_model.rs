//! The threat model fits itself, and the tool that says so sees every defect.
//!
//! Promises that each kind of defect is planted once, in memory, and seen. Whether the requirements are proved is the business of
//! `cargo dev threats`, which knows what ran.

use chrono::NaiveDate;
use dev::threats::model::Model;
use dev::threats::outcomes::{Outcome, Outcomes};
use dev::threats::unproved::Unproved;
use dev::threats::{Texts, check};

fn texts() -> Texts {
    Texts::read().expect("the model and its lists are in the checkout")
}

fn some_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 1).expect("a date")
}

/// What a complete run looks like: one passing test for each requirement.
fn all_proved(model: &Model) -> Outcomes {
    let mut ran = Outcomes::default();
    for row in model.rows("requirements") {
        ran.insert(&format!("it::{}_x", row.id().to_lowercase().replace('-', "_")), Outcome::Passed);
    }
    ran
}

fn assert_seen(defects: &[String], wanted: &str) {
    assert!(defects.iter().any(|defect| defect.contains(wanted)), "{wanted:?} was not seen, but {defects:#?}");
}

#[test]
fn sr_dev_01_the_threat_model_is_consistent_today() {
    let texts = texts();
    let defects = check::model(&texts.model, &texts.asvs, chrono::Utc::now().date_naive());
    assert!(defects.is_empty(), "{defects:#?}");
}

#[test]
fn sr_dev_01_the_unproved_list_names_requirements_and_counts_itself() {
    let texts = texts();
    let listed = Unproved::parse(&texts.unproved).unwrap();
    let model = Model::parse(&texts.model).unwrap();
    let known = model.ids("requirements");
    let unknown: Vec<&str> = listed.iter().filter(|id| !known.contains(id)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn sr_dev_01_each_planted_defect_of_the_model_is_seen() {
    let texts = texts();
    let plant = |from: &str, to: &str, wanted: &str| {
        let planted = texts.model.replacen(from, to, 1);
        assert_ne!(planted, texts.model, "{from:?} is not in the model, so nothing was planted");
        assert_seen(&check::model(&planted, &texts.asvs, some_day()), wanted);
    };
    plant("| SR-TEN-01 |\n", "| SR-TEN-99 |\n", "unknown requirement SR-TEN-99");
    plant("| T-001 | P-AUT | S |", "| T-001 | P-XXX | S |", "unknown element P-XXX");
    plant("| T-001 | P-AUT | S |", "| T-001 | P-AUT | X |", "\"X\" is not one of S T R I D E");
    plant("| T-001 | P-AUT | S | 2 |", "| T-001 | P-AUT | S | 4 |", "T-001: L is not 1, 2 or 3");
    plant("\n| T-002 |", "\n| T-001 |", "duplicate id T-001");
    plant("| AR-01 | T-047 |", "| AR-01 | T-147 |", "unknown threat T-147");
    plant("| 2027-", "| 2025-", "the acceptance expired on 2025");
    plant("| 2027-", "| soon 2027-", "is not a date");
    plant("| SR-AUZ-01 | 8.2.2, ", "| SR-AUZ-01 | 8.9.9, ", "ASVS 5.0.0 has no 8.9.9");
    plant("| SR-AUZ-01 | 8.2.2, 8.3.1, 8.4.1 |", "| SR-AUZ-01 | — |", "SR-AUZ-01: no ASVS id");
    plant("| X-RCV | external |", "| X-NEW | external |", "X-NEW: an element without a threat");
    plant("X-STR[Stripe]", "X-XXX[Stripe]", "X-STR: not in the diagram");
    plant(
        "| P-AUT | process | OIDC relying party, sign-in, sessions, invitations | TB-1 |",
        "| P-AUT | process | OIDC | TB-9 |",
        "unknown boundary TB-9",
    );
    plant("The tenant MUST be set", "The tenant is set", "SR-TEN-02: not a MUST sentence");
    plant("\n| SR-TEN-02 | ", "\n| SR-TENANT-02 | ", "SR-TENANT-02: not of the form");
    plant("| `telemetry` |", "|  |", "SR-OBS-01: no control");
    plant(
        "cascades into tenant B's rows through a foreign key that lacks tenant_id | SR-TEN-05 |",
        "cascades | — |",
        "T-045: a threat without",
    );
    plant("| SR-JOB-04 |\n", "| SR-JOB-05 |\n", "SR-JOB-04: a requirement that answers no threat");
}

#[test]
fn sr_dev_01_a_malformed_table_is_an_error_and_never_an_empty_one() {
    let texts = texts();
    let plant = |from: &str, to: &str, wanted: &str| {
        let planted = texts.model.replacen(from, to, 1);
        let defect = Model::parse(&planted).expect_err("a malformed model was read");
        assert!(defect.contains(wanted), "{defect}");
    };
    plant("<!-- tm:threats -->", "<!-- threats -->", "missing table threats");
    plant("<!-- tm:accepted -->", "<!-- tm:threats -->", "threats occurs twice");
    plant("| T-001 | P-AUT | S |", "| T-001 | P-AUT |", "cells, the header has");
    plant("| ID | Element | STRIDE |", "| ID | Part | STRIDE |", "no column Element");
    plant("<!-- tm:accepted -->\n", "<!-- tm:accepted -->\n\nNothing accepted.\n", "no header row");
}

#[test]
fn sr_dev_01_what_ran_must_prove_each_requirement_that_is_not_listed() {
    let texts = texts();
    let model = Model::parse(&texts.model).unwrap();
    let nothing_listed = Unproved::default();
    assert_eq!(check::runs(&model, &all_proved(&model), &nothing_listed), Vec::<String>::new());

    let none_ran = check::runs(&model, &Outcomes::default(), &nothing_listed);
    assert_seen(&none_ran, "SR-TEN-01: no test ran and passed");
    assert_eq!(none_ran.len(), model.rows("requirements").len());

    let mut ran = all_proved(&model);
    ran.insert("it::sr_ten_77_ghost", Outcome::Passed);
    ran.insert("it::sr_ten_01_x", Outcome::Skipped);
    ran.insert("domain::cadence::tests::ticks", Outcome::Failed);
    let defects = check::runs(&model, &ran, &nothing_listed);
    assert_seen(&defects, "it::sr_ten_77_ghost: names SR-TEN-77");
    assert_seen(&defects, "it::sr_ten_01_x: was skipped");
    assert_seen(&defects, "SR-TEN-01: no test ran and passed");
    assert_seen(&defects, "domain::cadence::tests::ticks: failed");
}

#[test]
fn sr_dev_01_the_unproved_list_excuses_only_what_is_unproved_and_never_grows() {
    let texts = texts();
    let model = Model::parse(&texts.model).unwrap();
    let one = Unproved::parse("# 1 left\nSR-ADM-01\n").unwrap();
    let two = Unproved::parse("# 2 left\nSR-ADM-01\nSR-ADM-02\n").unwrap();
    let ghost = Unproved::parse("# 1 left\nSR-XXX-01\n").unwrap();

    assert_seen(&check::runs(&model, &all_proved(&model), &one), "SR-ADM-01: is proved; take it out");
    assert!(!check::runs(&model, &Outcomes::default(), &one).iter().any(|defect| defect.starts_with("SR-ADM-01")));
    assert_seen(&check::runs(&model, &all_proved(&model), &ghost), "SR-XXX-01 is not in threat-model.md");

    assert!(check::growth(&one, &[one.clone(), two.clone()]).is_empty());
    assert_seen(&check::growth(&two, std::slice::from_ref(&one)), "SR-ADM-02 was added");
    // Growing in one commit and shrinking in the next is seen too.
    assert_seen(&check::growth(&one, &[two, one.clone()]), "SR-ADM-02 was added");
}
