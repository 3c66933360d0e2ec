//! What sailings promise of time.

use super::*;
use crate::samples::{at, day, local, route};
use chrono_tz::{Africa, America, Europe};
use proptest::prelude::*;

fn said(text: &str, fold: Fold) -> Scheduled<'_> {
    Scheduled { id: None, departs_local: local(text), fold, vessel: None }
}

#[test]
fn a_local_time_that_comes_twice_is_two_sailings() {
    // London set its clocks back at 02:00 on this day.
    let first = Sailing::parse(Operator::Harbour, &route(), said("2026-10-25T01:30", Fold::First)).unwrap();
    let second = Sailing::parse(Operator::Harbour, &route(), said("2026-10-25T01:30", Fold::Second)).unwrap();
    assert_eq!(first.departs_at, at("2026-10-25T00:30:00Z"));
    assert_eq!(second.departs_at, at("2026-10-25T01:30:00Z"));
    assert_eq!(first.key.as_str(), "2026-10-25T01:30");
    assert_eq!(second.key.as_str(), "2026-10-25T01:30~2");
}

#[test]
fn a_local_time_that_the_clocks_skip_is_an_error() {
    let error = Sailing::parse(Operator::Harbour, &route(), said("2026-03-29T01:30", Fold::First)).unwrap_err();
    assert_eq!(error.to_string(), "2026-03-29 01:30:00 does not exist in Europe/London: the clocks skip it");
}

#[test]
fn the_fold_does_not_matter_where_a_time_comes_once() {
    let time = |fold| local_to_utc(local("2026-07-01T12:00"), America::Vancouver, fold);
    assert_eq!(time(Fold::First), Ok(at("2026-07-01T19:00:00Z")));
    assert_eq!(time(Fold::Second), time(Fold::First));
    let key = |fold| local_key(local("2026-07-01T12:00"), America::Vancouver, fold);
    assert_eq!(key(Fold::Second), key(Fold::First));
}

#[test]
fn an_operators_id_is_the_key_and_a_vessels_name_is_cut() {
    let name = format!(" {} ", "é".repeat(100));
    let said = Scheduled { id: Some("H-17"), vessel: Some(&name), ..said("2026-12-24T21:30", Fold::First) };
    let sailing = Sailing::parse(Operator::Harbour, &route(), said).unwrap();
    assert_eq!(sailing.key.as_str(), "H-17");
    assert_eq!(sailing.vessel, OperatorText::read(&"é".repeat(MAX_VESSEL_CHARS), MAX_VESSEL_CHARS));
    let bad = Sailing::parse(Operator::Harbour, &route(), Scheduled { id: Some("1 2"), ..said }).unwrap_err();
    assert!(matches!(bad, SailingError::Key(_)));
    let other = RouteCode::parse("SAN-ISL").unwrap();
    let bad = Sailing::parse(Operator::Harbour, &other, said).unwrap_err();
    assert_eq!(bad.to_string(), "SAN-ISL is not a route of this operator");
}

#[test]
fn a_day_ends_at_local_midnight_even_where_midnight_is_skipped() {
    assert_eq!(end_of_day(day("2026-03-28"), Europe::London), at("2026-03-29T00:00:00Z"));
    assert_eq!(end_of_day(day("2026-07-01"), America::Vancouver), at("2026-07-02T07:00:00Z"));
    // Cairo goes from 23:59 to 01:00 on this night.
    assert_eq!(end_of_day(day("2026-04-23"), Africa::Cairo), at("2026-04-23T22:00:00Z"));
    assert!(end_of_day(NaiveDate::MAX, Europe::London) > at("2026-01-01T00:00:00Z"));
}

proptest! {
    #[test]
    fn an_instant_reads_back_the_local_time(minutes in 0_i64..800_000, second in any::<bool>()) {
        let time = local("2026-01-01T00:00") + TimeDelta::minutes(minutes);
        let fold = if second { Fold::Second } else { Fold::First };
        if let Ok(instant) = local_to_utc(time, Europe::Madrid, fold) {
            prop_assert_eq!(instant.with_timezone(&Europe::Madrid).naive_local(), time);
        }
    }

    #[test]
    fn keys_differ_exactly_where_instants_differ(minutes in 0_i64..1_600_000) {
        let time = local("2026-01-01T00:00") + TimeDelta::minutes(minutes);
        if let (Ok(first), Ok(second)) =
            (local_to_utc(time, Europe::Madrid, Fold::First), local_to_utc(time, Europe::Madrid, Fold::Second))
        {
            let key = |fold| local_key(time, Europe::Madrid, fold);
            prop_assert_eq!(first == second, key(Fold::First) == key(Fold::Second));
            prop_assert!(first <= second);
        }
    }

    #[test]
    fn the_end_of_a_day_is_after_all_its_sailings(offset in 0_u64..1_500, minute in 0_i64..1_440) {
        let date = day("2026-01-01") + Days::new(offset);
        let time = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
        for zone in [Europe::London, America::Vancouver, Africa::Cairo] {
            if let Ok(departs_at) = local_to_utc(time, zone, Fold::Second) {
                prop_assert!(departs_at < end_of_day(date, zone));
            }
        }
    }
}
