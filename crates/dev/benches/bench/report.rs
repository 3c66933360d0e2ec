//! The figures of one run, as a table for people and JSON for programs. Never holds a figure that was not measured.

use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;

/// What a figure should be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// One measured number.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    section: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aim: Option<Aim>,
}

impl Figure {
    /// A number without an aim.
    pub(crate) fn new(section: &'static str, what: impl Into<String>, value: f64, unit: &'static str) -> Figure {
        Figure { section, what: what.into(), value, unit, aim: None }
    }

    /// The same with an aim.
    pub(crate) fn aim(self, aim: Aim) -> Figure {
        Figure { aim: Some(aim), ..self }
    }

    fn verdict(&self) -> String {
        match self.aim {
            None => String::new(),
            Some(Aim::AtLeast(aim)) => format!(">= {:<9} {}", short(aim), word(self.value >= aim)),
            Some(Aim::AtMost(aim)) => format!("<= {:<9} {}", short(aim), word(self.value <= aim)),
        }
    }
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "NOT MET" }
}

/// Three or more digits, whatever the size.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Adds one.
    pub(crate) fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        println!("{:<9} {:<46} {:>10} {:<10} aim", "section", "what", "value", "unit");
        for figure in &self.figures {
            let Figure { section, what, value, unit, .. } = figure;
            println!("{section:<9} {what:<46} {:>10} {unit:<10} {}", short(*value), figure.verdict());
        }
    }

    /// Writes the JSON.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        std::fs::write(path, serde_json::to_vec_pretty(self)?).with_context(|| format!("{}", path.display()))
    }
}
