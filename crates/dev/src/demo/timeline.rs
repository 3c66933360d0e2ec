//! What happened when, from the space at the operator to the mail in the box, and whether that was
//! early enough.

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::fmt;
use uuid::Uuid;

/// The most that may lie between the first poll that could see the space and the mail.
const PROMISED_MS: i64 = 2_000;

/// What the workers recorded.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Told {
    /// Start of the poll that saw the space.
    polled_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    alerted_at: DateTime<Utc>,
    pub(super) sent_at: DateTime<Utc>,
    /// The unique part of the mail's Message-ID.
    pub(super) message_id: Uuid,
}

/// The instants of one opening.
pub(super) struct Timeline {
    /// When we freed the space.
    pub(super) opened: DateTime<Utc>,
    /// When the simulator was first asked after that.
    pub(super) polled: DateTime<Utc>,
    /// What the workers recorded.
    pub(super) told: Told,
    /// When the mail lay in the inbox.
    pub(super) received: DateTime<Utc>,
}

impl Timeline {
    /// What happened, in order of time: the inbox may have the mail before we know that it was taken.
    fn steps(&self) -> [(&'static str, DateTime<Utc>, &'static str); 6] {
        let Told { changed_at, alerted_at, sent_at, .. } = self.told;
        let mut steps = [
            ("opened", self.opened, "a space is free at the operator"),
            ("polled", self.polled, "the first poll that could see it arrives"),
            ("change", changed_at, "facts before and after are recorded"),
            ("alert", alerted_at, "the watch has its one alert"),
            ("sent", sent_at, "the mail server took the mail"),
            ("received", self.received, "the mail lies in the inbox"),
        ];
        steps.sort_by_key(|(_, at, _)| *at);
        steps
    }

    fn lag_ms(&self) -> i64 {
        (self.received - self.polled).num_milliseconds()
    }

    /// Whether the mail came in time, and from the first poll that could have told.
    ///
    /// # Errors
    /// With a sentence, when not.
    pub(super) fn keeps_the_promise(&self) -> Result<()> {
        let lag = self.lag_ms();
        ensure!(
            lag <= PROMISED_MS,
            "the mail came {lag} ms after the first poll that could see the space; {PROMISED_MS} are promised"
        );
        Ok(())
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, at, meaning) in self.steps() {
            let after = (at - self.opened).num_milliseconds();
            writeln!(to, "{after:>7} ms  {name:<9} {meaning}")?;
        }
        let started = (self.told.polled_at - self.opened).num_milliseconds();
        writeln!(
            to,
            "\nThe poll was started at {started} ms; the mail came {} ms after it could see the space.",
            self.lag_ms()
        )
    }
}
