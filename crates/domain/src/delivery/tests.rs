//! What deliveries promise.

use super::*;
use crate::samples::{any_instant, at};
use proptest::prelude::*;

fn wait(made: u16, random: f64) -> Option<TimeDelta> {
    let now = at("2026-12-01T12:00:00Z");
    match next_attempt(made, now, now + TimeDelta::days(9), random) {
        NextAttempt::At(instant) => Some(instant - now),
        NextAttempt::GiveUp(_) => None,
    }
}

const PERMITTED: Permission = Permission {
    tenant_live: true,
    member_present: true,
    channel_enabled: true,
    channel_verified: true,
    plan_allows: true,
};

fn all_well() -> DeliveryFacts {
    DeliveryFacts {
        alert_open: true,
        watch_state: WatchState::Active,
        watch_version_same: true,
        permission: PERMITTED,
        departs_at: at("2026-12-24T21:30:00Z"),
    }
}

#[test]
fn the_first_attempt_is_at_once_and_the_ninth_never() {
    assert_eq!(wait(0, 0.7), Some(TimeDelta::zero()));
    assert_eq!(wait(1, 0.5), Some(TimeDelta::seconds(5)));
    assert_eq!(wait(3, 0.5), Some(TimeDelta::minutes(2)));
    assert!(wait(MAX_ATTEMPTS - 1, 0.5).is_some());
    let now = at("2026-12-01T12:00:00Z");
    let end = next_attempt(MAX_ATTEMPTS, now, now + TimeDelta::days(9), 0.5);
    assert_eq!(end, NextAttempt::GiveUp(GiveUpReason::TooManyAttempts));
}

#[test]
fn every_hindrance_cancels_with_its_own_reason() {
    let now = at("2026-12-20T00:00:00Z");
    let well = all_well();
    assert_eq!(still_wanted(&well, now), Ok(()));
    let refused = |permission| DeliveryFacts { permission, ..well };
    let cases = [
        (refused(Permission { tenant_live: false, ..PERMITTED }), "tenant_gone"),
        (refused(Permission { member_present: false, ..PERMITTED }), "member_gone"),
        (refused(Permission { channel_enabled: false, ..PERMITTED }), "channel_disabled"),
        (refused(Permission { channel_verified: false, ..PERMITTED }), "channel_unverified"),
        (refused(Permission { plan_allows: false, ..PERMITTED }), "plan_forbids"),
        (DeliveryFacts { watch_state: WatchState::Paused, ..well }, "watch_inactive"),
        (DeliveryFacts { watch_state: WatchState::Deleted, ..well }, "watch_inactive"),
        (DeliveryFacts { watch_version_same: false, ..well }, "watch_changed"),
        (DeliveryFacts { departs_at: now, ..well }, "departed"),
        (DeliveryFacts { alert_open: false, ..well }, "gone"),
    ];
    for (facts, reason) in cases {
        assert_eq!(still_wanted(&facts, now).map_err(CancelReason::as_str), Err(reason));
    }
    let of_others = [CancelReason::Recovered, CancelReason::NotTold, CancelReason::Void, CancelReason::ChannelRemoved];
    assert_eq!(
        CancelReason::ALL.len(),
        9 + of_others.len(),
        "each reason has its case above, or is a notice's, a letter's or the database's"
    );
}

proptest! {
    #[test]
    fn waits_grow_whatever_the_chance(one in 0.0_f64..1.0, other in 0.0_f64..1.0) {
        for made in 1..MAX_ATTEMPTS - 1 {
            prop_assert!(wait(made, one).unwrap() < wait(made + 1, other).unwrap());
        }
    }

    #[test]
    fn no_attempt_is_in_the_past_nor_after_departure(
        made in 0_u16..20, now in any_instant(), minutes in -100_i64..1_000, random in -1.0_f64..2.0,
    ) {
        let departs_at = now + TimeDelta::minutes(minutes);
        if let NextAttempt::At(instant) = next_attempt(made, now, departs_at, random) {
            prop_assert!(now <= instant && instant < departs_at);
            prop_assert!(made < MAX_ATTEMPTS);
        }
    }
}
