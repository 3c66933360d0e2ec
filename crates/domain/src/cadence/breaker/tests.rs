//! What the breaker promises.

use super::*;
use crate::samples::{any_instant, at};
use proptest::prelude::*;

fn after_failures(count: u32) -> (Breaker, DateTime<Utc>) {
    let mut breaker = Breaker::default();
    let mut now = at("2026-12-01T12:00:00Z");
    for _ in 0..count {
        now = breaker.open_until.unwrap_or(now);
        breaker = breaker.after_failure(now, TimeScale::REAL);
    }
    (breaker, now)
}

#[test]
fn opens_at_the_fifth_failure_and_lets_one_probe_through() {
    let (breaker, now) = after_failures(4);
    assert_eq!(breaker.admits(now), Admits::All);
    let (breaker, now) = after_failures(5);
    let until = now + TimeDelta::seconds(60);
    assert_eq!(breaker.admits(now), Admits::NothingUntil(until));
    assert_eq!(breaker.admits(until), Admits::Probe);
    assert_eq!(Breaker::default().admits(until), Admits::All);
}

#[test]
fn doubles_to_eight_times_and_no_further() {
    let open_s = |failures| {
        let (breaker, now) = after_failures(failures);
        (breaker.open_until.unwrap() - now).num_seconds()
    };
    assert_eq!([5, 6, 7, 8, 9, 50].map(open_s), [60, 120, 240, 480, 480, 480]);
}

#[test]
fn a_late_failure_while_open_says_nothing_new() {
    let (breaker, now) = after_failures(5);
    assert_eq!(breaker.after_failure(now + TimeDelta::seconds(1), TimeScale::REAL), breaker);
}

#[test]
fn a_retry_after_holds_the_whole_operator_without_being_a_failure() {
    let now = at("2026-12-01T12:00:00Z");
    let held = Breaker::default().after_retry_after(now, TimeDelta::seconds(90));
    assert_eq!(held.admits(now + TimeDelta::seconds(89)), Admits::NothingUntil(now + TimeDelta::seconds(90)));
    assert_eq!(held.admits(now + TimeDelta::seconds(90)), Admits::All);
    let absurd = Breaker::default().after_retry_after(now, TimeDelta::days(400));
    assert_eq!(absurd.open_until, Some(now + MAX_RETRY_AFTER));
}

#[test]
fn a_time_scale_shortens_the_rest() {
    let now = at("2026-12-01T12:00:00Z");
    let breaker = Breaker { failures_in_row: 4, open_until: None };
    let open = breaker.after_failure(now, TimeScale::new(60).unwrap());
    assert_eq!(open.open_until, Some(now + TimeDelta::seconds(1)));
}

proptest! {
    #[test]
    fn never_open_for_longer_than_eight_minutes_nor_a_told_day(
        failures_in_row in any::<u32>(), now in any_instant(), wait_s in any::<i32>(),
    ) {
        let breaker = Breaker { failures_in_row, open_until: None };
        if let Some(until) = breaker.after_failure(now, TimeScale::REAL).open_until {
            prop_assert!(now < until && until <= now + TimeDelta::minutes(8));
        }
        let told = breaker.after_retry_after(now, TimeDelta::seconds(wait_s.into())).open_until.unwrap();
        prop_assert!(now <= told && told <= now + MAX_RETRY_AFTER);
    }
}
