//! Says what is going on while it lasts: a moving line on a terminal, plain lines elsewhere. Writes
//! to standard error only, so that standard output stays the result.

use indicatif::{ProgressBar, ProgressStyle};
use std::{io::IsTerminal, time::Duration};

/// One line of work in progress; ends with [`Progress::done`] or when it is dropped.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Announces the first step.
    #[must_use]
    pub fn start(step: &str) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_style(style());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        let progress = Progress { bar };
        progress.step(step);
        progress
    }

    /// Announces work of so many steps, each to be announced.
    #[must_use]
    pub fn of(total: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(total).with_style(counting()));
        Progress { bar }
    }

    /// Announces the next of so many steps.
    pub fn next(&self, step: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        self.step(step);
    }

    /// Announces the next step.
    pub fn step(&self, step: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(step.to_owned()),
            None => eprintln!("{step}"),
        }
    }

    /// Says something that stays on the screen.
    pub fn say(&self, sentence: &str) {
        match &self.bar {
            Some(bar) => bar.println(sentence),
            None => eprintln!("{sentence}"),
        }
    }

    /// Runs `work` with the line taken away, for output that is not ours.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Takes the line away.
    pub fn done(self) {
        drop(self);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn counting() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed:.dim}").expect("BUG: the template is a constant")
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}").expect("BUG: the template is a constant")
}
