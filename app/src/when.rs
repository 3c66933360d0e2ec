//! Instants as people read them: in their own zone, which is named. Never shows an instant without a zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An instant in a person's zone, to the minute; in UTC when the zone is none we know.
pub(crate) fn shown(at: DateTime<Utc>, zone: &str) -> String {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    at.with_timezone(&zone).format("%-d %b %Y, %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_a_persons_zone() {
        let at = "2026-07-01T12:30:59Z".parse().unwrap();
        assert_eq!(shown(at, "Europe/Paris"), "1 Jul 2026, 14:30 CEST");
        assert_eq!(shown(at, "Nowhere"), "1 Jul 2026, 12:30 UTC");
    }
}
