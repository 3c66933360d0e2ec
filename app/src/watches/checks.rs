//! What a watch says of its checks, to programs and on pages alike: all of it by the ticks of the reader's plan. Never says
//! of a check that it was made for somebody else.

use crate::reader::Reader;
use chrono::{DateTime, Utc};
use domain::{cadence, watch::WatchState};
use store::watch::{ShownTarget, ShownWatch};

/// When something is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// All of what is asked now was answered then or later; `None` while part of it never was.
    pub(crate) last: Option<DateTime<Utc>>,
    /// When the next question is asked; `None` while none is.
    pub(crate) next: Option<DateTime<Utc>>,
    /// Since when checks of the plan are missed; `None` while all is well.
    pub(crate) degraded_since: Option<DateTime<Utc>>,
}

impl Reader {
    /// The checks of a whole watch: the oldest of the last, the soonest of the next.
    pub(crate) fn watch_checks(&self, watch: &ShownWatch, asked: &[ShownTarget]) -> Checked {
        let checked = || asked.iter().map(|target| (target, self.target_checks(watch, target)));
        let asked_now = checked().filter(|(target, _)| self.is_asked_now(target));
        Checked {
            // None is less than any instant: one question that was never answered is the oldest.
            last: asked_now.map(|(_, checked)| checked.last).min().flatten(),
            next: checked().filter_map(|(_, checked)| checked.next).min(),
            degraded_since: checked().filter_map(|(_, checked)| checked.degraded_since).min(),
        }
    }

    /// The checks of one question of a watch.
    pub(crate) fn target_checks(&self, watch: &ShownWatch, target: &ShownTarget) -> Checked {
        let checks = cadence::Checks {
            target: target.state,
            last_good_at: target.last_good_at,
            failing_since: target.failing_since,
            pace: self.pace(watch.operator),
        };
        let last = self.last_check(&checks);
        if watch.state != WatchState::Active {
            return Checked { last, next: None, degraded_since: None };
        }
        let next = self.next_check(watch.operator, &checks).map(|at| at.max(target.asked_from));
        let wanted_from = watch.changed_at.max(target.asked_from);
        Checked {
            last,
            next: next.filter(|at| *at < target.asked_until),
            degraded_since: self.degraded_since(&checks, wanted_from).filter(|_| self.is_asked_now(target)),
        }
    }

    fn is_asked_now(&self, target: &ShownTarget) -> bool {
        target.asked_from <= self.now && self.now < target.asked_until
    }
}
