//! Instants as people say them, with the exact one beside: "6 minutes ago", and in a person's own zone when that was. The page's script
//! says the same again as time goes by. Never shows an instant without its zone.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use words::{Language, Said};

/// What is said of an instant to come that has come already.
const DUE: &str = "board-any-moment";

/// An instant on a page.
#[derive(Clone, Debug)]
pub(crate) struct At {
    /// For programs.
    pub(crate) iso: String,
    /// To the minute, in the person's zone.
    pub(crate) exact: Said,
    /// How long ago, or in how long.
    pub(crate) said: Said,
}

impl At {
    /// One that has passed.
    pub(crate) fn passed(at: DateTime<Utc>, (now, zone): (DateTime<Utc>, &str)) -> At {
        At::new(at, zone, Said::new("ago").with("span", now - at))
    }

    /// One to come; one that has come already is any moment now.
    pub(crate) fn to_come(at: DateTime<Utc>, (now, zone): (DateTime<Utc>, &str)) -> At {
        let said = if at <= now { Said::new(DUE) } else { Said::new("in-span").with("span", at - now) };
        At::new(at, zone, said)
    }

    fn new(at: DateTime<Utc>, zone: &str, said: Said) -> At {
        let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
        let exact =
            Said::new("board-moment").with("moment", local.naive_local()).with("zone", local.format("%Z").to_string());
        At { iso: at.to_rfc3339_opts(SecondsFormat::Secs, true), exact, said }
    }

    /// As a script is told it, which says itself how far away it is: words that age would be news each minute.
    pub(crate) fn told(&self, language: Language) -> Value {
        let exact = self.exact.clone().inside(language).to_string();
        let is_due = self.said.id() == DUE;
        if is_due { json!({}) } else { json!({ "iso": self.iso, "exact": exact }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_said_from_now_and_exactly_in_the_persons_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-07-01T12:30:00Z");
        let say = |said: &Said, language| said.clone().inside(language).to_string();
        let passed = At::passed(at("2026-07-01T12:24:00Z"), (now, "Europe/Paris"));
        assert_eq!(say(&passed.said, Language::French), "il y a 6 minutes");
        let exact = "mer. 1 juil., 14:24 CEST";
        assert_eq!(passed.told(Language::French), json!({ "iso": "2026-07-01T12:24:00Z", "exact": exact }));
        let soon = At::to_come(at("2026-07-01T12:32:00Z"), (now, "Nowhere"));
        assert_eq!(say(&soon.said, Language::English), "in 2 minutes");
        assert_eq!(say(&soon.exact, Language::English), "Wed 1 Jul, 12:32 UTC");
        let due = At::to_come(now, (now, "UTC"));
        assert_eq!(say(&due.said, Language::English), "any moment now");
        assert_eq!(due.told(Language::English), json!({}), "what is due stays due: that is no news");
    }
}
