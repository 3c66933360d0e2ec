//! A bar for each thing that is measured, one step a run. Writes to standard error, and only on a terminal moves.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A bar of so many steps.
pub(crate) fn bar(what: &str, steps: u64) -> ProgressBar {
    let style = "{spinner} {msg:<44} [{bar:30}] {pos}/{len} {elapsed}";
    let style = ProgressStyle::with_template(style).expect("BUG: the template is a constant");
    let bar = ProgressBar::with_draw_target(Some(steps), target()).with_style(style);
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    if bar.is_hidden() {
        eprintln!("{what}");
    }
    bar
}

fn target() -> ProgressDrawTarget {
    if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}
