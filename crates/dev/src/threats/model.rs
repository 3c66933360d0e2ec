//! threat-model.md, parsed: the tables that follow a `<!-- tm:NAME -->` line.
//!
//! Promises a model in which every table has its columns and every row its cells. Never checks that the rows fit each other: that is
//! `check`.

use std::collections::{BTreeMap, BTreeSet};

/// The tables the model must have, with the columns the checks read.
const TABLES: [(&str, &[&str]); 7] = [
    ("assets", &["ID"]),
    ("actors", &["ID"]),
    ("boundaries", &["ID"]),
    ("elements", &["ID", "Boundary"]),
    ("threats", &["ID", "Element", "STRIDE", "L", "I", "Threat", "Requirements"]),
    ("requirements", &["ID", "ASVS", "Requirement", "Control", "Proof"]),
    ("accepted", &["ID", "Threats", "Reason", "Owner", "Expires"]),
];

/// The parsed document.
#[derive(Debug, Clone)]
pub struct Model {
    tables: BTreeMap<String, Vec<Row>>,
    diagram: BTreeSet<String>,
}

/// One row of one table.
#[derive(Debug, Clone)]
pub struct Row {
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The row's id.
    pub fn id(&self) -> &str {
        self.cell("ID")
    }

    /// The text of a cell.
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).expect("BUG: a column that is not in TABLES").as_str()
    }

    /// A cell that lists ids, separated by commas or spaces; a dash stands for none.
    pub fn list(&self, column: &str) -> Vec<&str> {
        self.cell(column).split([',', ' ']).map(str::trim).filter(|id| !id.is_empty() && *id != "—").collect()
    }
}

impl Model {
    /// Reads the document; an `Err` says what is malformed.
    pub fn parse(markdown: &str) -> Result<Model, String> {
        let lines: Vec<&str> = markdown.lines().collect();
        let mut tables = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            let Some(name) = line.trim().strip_prefix("<!-- tm:").and_then(|rest| rest.strip_suffix(" -->")) else {
                continue;
            };
            let rows = table(name, &lines, at + 1)?;
            if tables.insert(name.to_owned(), rows).is_some() {
                return Err(format!("table {name} occurs twice"));
            }
        }
        for (name, columns) in TABLES {
            let rows = tables.get(name).ok_or_else(|| format!("missing table {name}"))?;
            if rows.is_empty() {
                return Err(format!("table {name} is empty"));
            }
            if let Some(column) = columns.iter().find(|column| !rows[0].cells.contains_key(**column)) {
                return Err(format!("table {name} has no column {column}"));
            }
        }
        Ok(Model { tables, diagram: diagram(markdown) })
    }

    /// The rows of a table of the model.
    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).expect("BUG: a table that is not in TABLES")
    }

    /// The ids of a table.
    pub fn ids(&self, table: &str) -> BTreeSet<&str> {
        self.rows(table).iter().map(Row::id).collect()
    }

    /// The names of all tables.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        TABLES.iter().map(|(name, _)| *name)
    }

    /// Whether the diagram shows an element.
    pub fn diagram_shows(&self, element: &str) -> bool {
        self.diagram.contains(element)
    }
}

/// The table whose header is the first line that is not empty from `from` on.
fn table(name: &str, lines: &[&str], from: usize) -> Result<Vec<Row>, String> {
    let head_at =
        (from..lines.len()).find(|at| !lines[*at].trim().is_empty()).ok_or(format!("table {name}: no header row"))?;
    let head = cells(lines[head_at]).ok_or(format!("table {name}: no header row"))?;
    let rule = lines.get(head_at + 1).and_then(|line| cells(line)).unwrap_or_default();
    if rule.len() != head.len() || !rule.iter().all(|cell| cell.starts_with("---")) {
        return Err(format!("table {name}: no rule under its header"));
    }
    let mut rows = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(head_at + 2) {
        if !line.trim_start().starts_with('|') {
            break;
        }
        let row = cells(line).ok_or(format!("line {}: a table row without an end", at + 1))?;
        if row.len() != head.len() {
            return Err(format!("table {name}, line {}: {} cells, the header has {}", at + 1, row.len(), head.len()));
        }
        rows.push(Row { cells: head.iter().cloned().zip(row).collect() });
    }
    Ok(rows)
}

/// The cells of a table line; `\|` is a bar inside a cell. Nothing for a line that is not framed by bars.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let mut found = vec![String::new()];
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        let last = found.last_mut().expect("BUG: there is always a cell");
        match character {
            '\\' if characters.next_if_eq(&'|').is_some() => last.push('|'),
            '|' => found.push(String::new()),
            other => last.push(other),
        }
    }
    Some(found.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// The words of the first mermaid block. Only of the block: an id mentioned elsewhere is not drawn.
fn diagram(markdown: &str) -> BTreeSet<String> {
    let block = markdown.split("```mermaid").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or("");
    block.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_can_stand_inside_a_cell() {
        assert_eq!(cells(r"| a\|b | c\d |").unwrap(), ["a|b", r"c\d"]);
        assert_eq!(cells("| a | b"), None);
    }

    #[test]
    fn an_id_outside_the_diagram_is_not_drawn() {
        let words = diagram("P-OUT\n```mermaid\nX-USR[Browser] -->|https| P-WEB & P-API\n```\nP-AFTER");
        assert!(words.contains("P-WEB") && words.contains("X-USR"));
        assert!(!words.contains("P-OUT") && !words.contains("P-AFTER"));
    }
}
