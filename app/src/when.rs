//! Instants as people read them: in their own zone, which is named. Never shows an instant without a zone.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use std::fmt;
use words::{Arg, Argument, Language, Said};

/// An instant for a reader: shown, it is exact to the minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    at: DateTime<Tz>,
    language: Language,
}

impl When {
    /// An instant in a zone; in UTC when the zone is none we know.
    pub(crate) fn new(at: DateTime<Utc>, zone: &str, language: Language) -> When {
        When { at: at.with_timezone(&zone.parse().unwrap_or(Tz::UTC)), language }
    }

    /// The same for programs: the `datetime` of a `<time>`.
    pub(crate) fn machine(&self) -> String {
        self.at.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said::new("instant").with("at", self).inside(self.language).fmt(f)
    }
}

impl Argument for When {
    fn arg(&self) -> Arg {
        self.at.arg()
    }
}

/// How often something is done, in the largest unit that says it; what is no whole number of minutes is said as the next.
pub(crate) fn every(interval: TimeDelta) -> Said {
    let seconds = ((interval.num_milliseconds() + 999) / 1_000).max(1);
    let (id, n) = match seconds {
        ..120 if seconds != 60 => ("every-seconds", seconds),
        seconds if seconds % 3_600 == 0 => ("every-hours", seconds / 3_600),
        seconds => ("every-minutes", (seconds + 59) / 60),
    };
    Said::new(id).with("n", n)
}

/// How long ago something was.
pub(crate) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> Said {
    let span = now - at;
    if span < TimeDelta::minutes(1) { Said::new("just-now") } else { Said::new("ago").with("span", span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_said_as_people_say_it() {
        let said = |seconds| {
            let interval = TimeDelta::seconds(seconds);
            Language::ALL.map(|language| every(interval).inside(language).to_string())
        };
        assert_eq!(said(3_600), ["every hour", "chaque heure"]);
        assert_eq!(said(600), ["every 10 minutes", "toutes les 10 minutes"]);
        assert_eq!(said(60), ["every minute", "chaque minute"]);
        assert_eq!(said(90), ["every 90 seconds", "toutes les 90 secondes"]);
        assert_eq!(said(3_700), ["every 62 minutes", "toutes les 62 minutes"], "never said oftener than it is");
        assert_eq!(said(1), ["every second", "chaque seconde"]);
        assert_eq!(every(TimeDelta::milliseconds(500)).inside(Language::English).to_string(), "every second");
    }

    #[test]
    fn an_instant_is_shown_in_a_persons_zone() {
        let at = "2026-07-01T12:30:59Z".parse().unwrap();
        let shown = |zone, language| When::new(at, zone, language).to_string();
        assert_eq!(shown("Europe/Paris", Language::English), "1 Jul 2026, 14:30 CEST");
        assert_eq!(shown("Europe/Paris", Language::French), "1 juil. 2026, 14:30 CEST");
        assert_eq!(shown("Nowhere", Language::English), "1 Jul 2026, 12:30 UTC");
        assert_eq!(When::new(at, "Europe/Paris", Language::French).machine(), "2026-07-01T12:30:59Z");
    }

    #[test]
    fn how_long_ago_something_was_is_said_in_words() {
        let now: DateTime<Utc> = "2026-07-01T12:30:00Z".parse().unwrap();
        let said = |seconds| ago(now - TimeDelta::seconds(seconds), now).inside(Language::English).to_string();
        assert_eq!(
            [said(-5), said(59), said(60), said(7_200)],
            ["just now", "just now", "1 minute ago", "2 hours ago"]
        );
    }
}
