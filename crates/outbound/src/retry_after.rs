//! `Retry-After`, in both of its forms (RFC 9110, 10.2.3).
//!
//! Pure: `now` is an argument. The answer is bounded, so that a server cannot silence us for good.

use chrono::{DateTime, TimeDelta, Utc};

/// No server may send us away for longer.
const LONGEST_S: u32 = 24 * 60 * 60;

/// How long a server asks us to wait: seconds or an HTTP date, at most 24 hours, never negative.
#[must_use]
pub fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let longest = TimeDelta::seconds(LONGEST_S.into());
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to read is still a request to wait.
        let seconds = value.parse().unwrap_or(LONGEST_S).min(LONGEST_S);
        return Some(TimeDelta::seconds(seconds.into()));
    }
    let until = DateTime::<Utc>::from(httpdate::parse_http_date(value).ok()?);
    Some((until - now).clamp(TimeDelta::zero(), longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_bounded() {
        let now = DateTime::parse_from_rfc3339("2026-07-01T12:00:00Z").unwrap().to_utc();
        let seconds = |value| parse_retry_after(value, now).map(|delta| delta.num_seconds());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("99999999999999999999"), Some(86_400));
        assert_eq!(seconds("Wed, 01 Jul 2026 12:01:30 GMT"), Some(90));
        assert_eq!(seconds("Wed, 01 Jul 2026 11:00:00 GMT"), Some(0));
        assert_eq!(seconds("Fri, 01 Jul 2050 12:00:00 GMT"), Some(86_400));
        for junk in ["", "-5", "1.5", "soon", "+3", "12 s"] {
            assert_eq!(seconds(junk), None, "{junk:?}");
        }
    }
}
