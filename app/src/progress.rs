//! How far a command is: a bar on a terminal, a line for every tenth elsewhere, both on standard error, so that standard
//! output stays the result. Never says what is worked on, only how much.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
};
use store::seal::Work;

/// Tells how far work is.
pub struct Progress {
    bar: Option<ProgressBar>,
    tenths: AtomicU64,
}

impl Default for Progress {
    fn default() -> Progress {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len} {eta:.dim}");
        let style = style.expect("BUG: the template is a constant");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0).with_style(style));
        Progress { bar, tenths: AtomicU64::new(0) }
    }
}

impl Progress {
    /// Takes in how far it is.
    pub fn tell(&self, work: Work) {
        let Work { what, done, of } = work;
        if let Some(bar) = &self.bar {
            bar.set_message(what);
            bar.set_length(of.max(done));
            bar.set_position(done);
            return;
        }
        let tenths = done * 10 / of.max(1);
        if self.tenths.swap(tenths, Ordering::Relaxed) != tenths {
            eprintln!("{what}: {done} of {of}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
