//! What the cadence promises.

use super::*;
use crate::samples::{any_instant, any_pace, any_plan, at};
use proptest::prelude::*;

const REAL: Pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };

fn any_target() -> impl Strategy<Value = TargetState> {
    let id = any::<i64>().prop_map(TargetId);
    let instants = (proptest::option::of(any_instant()), proptest::option::of(any_instant()), any_instant());
    (id, any_plan(), instants).prop_map(|(id, plan, (last_polled_at, not_before, created_at))| TargetState {
        id,
        plan: Some(plan),
        last_polled_at,
        not_before,
        created_at,
    })
}

fn is_tick(instant: DateTime<Utc>, id: TargetId, plan: Plan, pace: &Pace) -> bool {
    let just_before = instant - TimeDelta::microseconds(1);
    next_tick(just_before, phase(id, pace.scale), interval(plan, pace)) == instant
}

#[test]
fn intervals_are_the_slowest_of_plan_floor_and_budget() {
    let minutes = |floor_s, stretch_s| {
        let pace = Pace { floor_s, stretch_s, ..REAL };
        [Plan::Free, Plan::Plus, Plan::Pro, Plan::Fleet].map(|plan| interval(plan, &pace).num_minutes())
    };
    assert_eq!(minutes(30, 0), [60, 10, 2, 1]);
    assert_eq!(minutes(60, 60), [60, 10, 2, 1]);
    assert_eq!(minutes(61, 0), [60, 10, 2, 2]);
    assert_eq!(minutes(30, 180), [60, 10, 5, 5]);
    assert_eq!(minutes(660, 30), [60, 12, 12, 12]);
    assert_eq!(minutes(0, 3_601), [120, 120, 120, 120]);
    assert_eq!(minutes(0, u32::MAX), [1_440, 1_440, 1_440, 1_440]);
}

#[test]
fn a_budget_stretches_with_the_number_of_targets() {
    assert_eq!(stretch_s(0, 12), 0);
    assert_eq!(stretch_s(12, 12), 60);
    assert_eq!(stretch_s(13, 12), 65);
    assert_eq!(stretch_s(u64::MAX, 1), u32::MAX);
    assert_eq!(stretch_s(1, 0), u32::MAX);
}

#[test]
fn a_minute_may_last_a_second() {
    let pace = Pace { scale: TimeScale::new(60).unwrap(), ..REAL };
    assert_eq!(interval(Plan::Fleet, &pace), TimeDelta::seconds(1));
    assert_eq!(interval(Plan::Free, &pace), TimeDelta::minutes(1));
    assert_eq!(pace.floor(), TimeDelta::milliseconds(500));
    assert_eq!(TimeScale::new(0), None);
    assert_eq!(TimeScale::new(3_601), None);
}

#[test]
fn nobody_wants_it_nobody_polls_it() {
    let created_at = at("2026-12-01T12:00:00Z");
    let target = TargetState { id: TargetId(1), plan: None, last_polled_at: None, not_before: None, created_at };
    assert_eq!(due(&target, &REAL), None);
    let wanted = TargetState { plan: Some(Plan::Free), ..target };
    assert_eq!(due(&wanted, &REAL), Some(created_at), "a new target is polled at once");
}

#[test]
fn phases_spread_evenly_over_every_interval() {
    for minutes in [1_i64, 10, 60, 1_440] {
        let mut buckets = [0_u32; 60];
        for id in 1..=6_000 {
            let within = micros(phase(TargetId(id), TimeScale::REAL)) % (minutes * 60_000_000);
            buckets[usize::try_from(within / (minutes * 1_000_000)).unwrap()] += 1;
        }
        assert!(buckets.iter().all(|&count| (60..=150).contains(&count)), "{minutes} min: {buckets:?}");
    }
}

#[test]
fn polls_fall_on_ticks_and_no_more_often() {
    // Fleet polls at each minute's tick; ten minutes of them hold ten polls, not more.
    let mut target = TargetState {
        id: TargetId(7),
        plan: Some(Plan::Fleet),
        last_polled_at: None,
        not_before: None,
        created_at: at("2026-12-01T12:00:00Z"),
    };
    let polls = (0..).map_while(|_| {
        let now = due(&target, &REAL).filter(|now| *now <= at("2026-12-01T12:10:00Z"))?;
        target.last_polled_at = Some(now);
        Some(now)
    });
    let polls: Vec<_> = polls.collect();
    assert!((10..=12).contains(&polls.len()), "{polls:?}");
    assert!(polls.iter().skip(2).all(|&poll| is_tick(poll, TargetId(7), Plan::Fleet, &REAL)));
}

#[test]
fn retry_after_is_taken_at_its_word_within_a_day() {
    let now = at("2026-12-01T12:00:00Z");
    let base = TimeDelta::minutes(1);
    let held = |wait| not_before(PollFailure::RetryAfter(wait), now, 9, base, 0.9) - now;
    assert_eq!(held(TimeDelta::seconds(17)), TimeDelta::seconds(17));
    assert_eq!(held(TimeDelta::days(30)), TimeDelta::hours(24));
    assert_eq!(held(TimeDelta::seconds(-5)), TimeDelta::zero());
}

proptest! {
    #[test]
    fn a_tick_of_a_plan_is_a_tick_of_every_faster_plan(
        id in any::<i64>().prop_map(TargetId), pace in any_pace(), after in any_instant(),
    ) {
        for pair in Plan::ALL.windows(2) {
            let (slower, faster) = (interval(pair[0], &pace), interval(pair[1], &pace));
            prop_assert_eq!(micros(slower) % micros(faster), 0);
            let tick = next_tick(after, phase(id, pace.scale), slower);
            prop_assert!(is_tick(tick, id, pair[1], &pace));
        }
    }

    #[test]
    fn an_interval_is_never_shorter_than_plan_floor_or_budget(plan in any_plan(), pace in any_pace()) {
        let interval = interval(plan, &pace);
        let seconds = plan.limits().interval_s.max(pace.floor_s).max(pace.stretch_s);
        // A scaled minute is cut to whole microseconds, of which a day has 1,440.
        prop_assert!(interval + TimeDelta::microseconds(1_440) >= pace.scale.scaled(seconds));
        let day = TimeDelta::microseconds(1_440 * pace.scale.minute_us());
        prop_assert_eq!(micros(day) % micros(interval), 0);
    }

    #[test]
    fn the_next_tick_is_after_and_within_one_interval(
        id in any::<i64>().prop_map(TargetId), plan in any_plan(), pace in any_pace(), after in any_instant(),
    ) {
        let interval = interval(plan, &pace);
        let tick = next_tick(after, phase(id, pace.scale), interval);
        prop_assert!(after < tick && tick <= after + interval);
        prop_assert_eq!(next_tick(tick, phase(id, pace.scale), interval), tick + interval);
    }

    #[test]
    fn due_never_breaks_the_floor_nor_a_hold(target in any_target(), pace in any_pace()) {
        let due = due(&target, &pace).unwrap();
        if let Some(polled) = target.last_polled_at {
            prop_assert!(due > polled);
            prop_assert!(due >= polled + pace.floor());
        }
        prop_assert!(target.not_before.is_none_or(|held| due >= held));
        prop_assert!(target.last_polled_at.is_some() || due >= target.created_at);
    }

    #[test]
    fn due_is_within_an_interval_or_what_holds_it(target in any_target(), pace in any_pace()) {
        let due = due(&target, &pace).unwrap();
        let interval = interval(target.plan.unwrap(), &pace);
        if let (Some(polled), None) = (target.last_polled_at, target.not_before) {
            prop_assert!(due <= polled + interval.max(pace.floor()));
        }
    }

    #[test]
    fn a_faster_plan_is_never_due_later(target in any_target(), pace in any_pace()) {
        let due_of = |plan| due(&TargetState { plan: Some(plan), ..target }, &pace).unwrap();
        for pair in Plan::ALL.windows(2) {
            prop_assert!(due_of(pair[1]) <= due_of(pair[0]));
        }
    }

    #[test]
    fn downtime_costs_one_poll_and_no_storm(target in any_target(), pace in any_pace(), hours in 1_i64..1_000) {
        let target = TargetState { not_before: None, ..target };
        let Some(polled) = target.last_polled_at else { return Ok(()) };
        let back = polled + TimeDelta::hours(hours);
        let caught_up = TargetState { last_polled_at: Some(back), ..target };
        let next = due(&caught_up, &pace).unwrap();
        prop_assert!(next > back, "after one poll at {} the next is due at {}", back, next);
        prop_assert!(next >= back + pace.floor());
    }

    #[test]
    fn no_plan_knows_before_the_poll_nor_later_than_its_next_tick(
        id in any::<i64>().prop_map(TargetId), pace in any_pace(), polled in any_instant(),
        gap_s in proptest::option::of(0_i64..20_000),
    ) {
        let last_good = gap_s.map(|gap| polled - TimeDelta::seconds(gap));
        let releases = releases(id, &pace, last_good, polled);
        for pair in Plan::ALL.windows(2) {
            prop_assert!(releases.of(pair[1]) <= releases.of(pair[0]), "a faster plan knows no later");
        }
        for &plan in Plan::ALL {
            let interval = interval(plan, &pace);
            let release = releases.of(plan);
            prop_assert!(polled <= release && release <= polled + interval);
            prop_assert!(release == polled || is_tick(release, id, plan, &pace));
            prop_assert!(last_good.is_some() || release == polled);
            if let Some(good) = last_good && polled - good >= interval {
                prop_assert_eq!(release, polled, "a gap of a whole interval holds a tick");
            }
        }
    }

    #[test]
    fn no_tick_is_served_by_two_polls(
        id in any::<i64>().prop_map(TargetId), pace in any_pace(), plan in any_plan(), start in any_instant(),
        gaps_s in proptest::collection::vec(1_i64..5_000, 1..30),
    ) {
        let mut good = start;
        let (mut served, mut end) = (0, start);
        for gap in gaps_s {
            let polled = good + TimeDelta::seconds(gap);
            if releases(id, &pace, Some(good), polled).of(plan) == polled {
                served += 1;
            }
            (good, end) = (polled, polled);
        }
        let (phase, interval) = (phase(id, pace.scale), interval(plan, &pace));
        let ticks = (micros(next_tick(end, phase, interval) - next_tick(start, phase, interval))) / micros(interval);
        prop_assert!(served <= ticks, "{served} polls served {ticks} ticks");
        prop_assert!(ticks == 0 || served >= 1);
    }

    #[test]
    fn backoff_stays_under_a_doubling_bound(failures in 0_u32..100, seconds in 0_i64..86_400, random in 0.0_f64..1.0) {
        let base = TimeDelta::seconds(seconds);
        let rest = backoff(failures, base, random);
        let times = match failures { 0 => 0, 1 => 2, 2 => 4, _ => 8 };
        prop_assert!(TimeDelta::zero() <= rest && rest <= base * times);
        prop_assert!(rest <= backoff(failures + 1, base, random), "more failures, more rest");
    }
}
