//! The geometry of a month: weeks as rows, days as cells, sailings as buoys in them. Promises that every day of the month has one
//! cell in the column of its weekday and that no buoy leaves its cell. Never knows what a buoy means.

use chrono::{Datelike, Days, Months, NaiveDate};
use words::Arg;

/// Width and height of a cell; the drawing is seven of them wide, which a small phone shows one to one.
pub(crate) const CELL: (u32, u32) = (50, 58);

/// The row that names the weekdays.
const HEAD: u32 = 22;

/// The side of a buoy, and from one to the next.
const BUOY: u32 = 15;
const PITCH: u32 = 15;

/// How many buoys a cell has room for; the last place says how many more there are.
pub(crate) const BUOYS_MAX: usize = 6;

/// The first day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month(NaiveDate);

/// A corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: u32,
    pub(crate) y: u32,
}

impl Month {
    /// The month that a day lies in.
    pub(crate) fn of(day: NaiveDate) -> Month {
        Month(day.with_day(1).unwrap_or(day))
    }

    /// `2026-08`.
    pub(crate) fn parse(text: &str) -> Option<Month> {
        let is_written_out = text.len() == 7 && text.starts_with(|first: char| first.is_ascii_digit());
        is_written_out.then(|| format!("{text}-01").parse().ok()).flatten().map(Month)
    }

    pub(crate) fn first(self) -> NaiveDate {
        self.0
    }

    pub(crate) fn last(self) -> NaiveDate {
        self.next().0.pred_opt().unwrap_or(self.0)
    }

    pub(crate) fn next(self) -> Month {
        Month(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    pub(crate) fn previous(self) -> Month {
        Month(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// August 2026.
    pub(crate) fn name(self) -> Arg {
        Arg::Month(self.0)
    }

    /// Width and height of the drawing.
    pub(crate) fn size(self) -> (u32, u32) {
        (7 * CELL.0, HEAD + self.weeks() * CELL.1)
    }

    fn weeks(self) -> u32 {
        (self.offset() + self.last().day()).div_ceil(7)
    }

    /// How many days of the first week lie before it. Weeks begin on Monday.
    fn offset(self) -> u32 {
        self.0.weekday().num_days_from_monday()
    }

    /// The names of the columns, and where they stand.
    pub(crate) fn weekdays(self) -> impl Iterator<Item = (Arg, Place)> {
        let monday = self.0 - Days::new(u64::from(self.offset()));
        (0..7).map(move |at| {
            let middle = Place { x: at * CELL.0 + CELL.0 / 2, y: HEAD - 8 };
            (Arg::Weekday(monday + Days::new(u64::from(at))), middle)
        })
    }

    /// The corner of a day's cell.
    pub(crate) fn cell(self, day: NaiveDate) -> Place {
        let at = self.offset() + day.day0();
        Place { x: at % 7 * CELL.0, y: HEAD + at / 7 * CELL.1 }
    }

    /// The corner of a buoy in a day's cell.
    pub(crate) fn buoy(self, day: NaiveDate, at: usize) -> Place {
        let (at, cell) = (u32::try_from(at).unwrap_or(0), self.cell(day));
        Place { x: cell.x + 3 + at % 3 * PITCH, y: cell.y + 22 + at / 3 * (PITCH + 2) }
    }

    /// The side of a buoy.
    pub(crate) const fn buoy_size(self) -> u32 {
        BUOY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_month_is_read_and_written() {
        let month = Month::parse("2026-08").unwrap();
        assert_eq!((month.first().to_string(), month.last().to_string()), ("2026-08-01".into(), "2026-08-31".into()));
        assert_eq!(
            (month.previous(), month.next()),
            (Month::parse("2026-07").unwrap(), Month::parse("2026-09").unwrap())
        );
        for text in ["", "2026", "2026-13", "2026-8", "2026-08-01", "+226-08", "août-26"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
        // It begins on a Saturday.
        assert_eq!(month.cell(month.first()), Place { x: 5 * CELL.0, y: HEAD });
        assert_eq!(month.size(), (7 * CELL.0, HEAD + 6 * CELL.1));
    }

    proptest! {
        #[test]
        fn every_day_has_a_cell_of_its_own_and_every_buoy_is_inside_it(year in 1_990_i32..2_200, month in 1_u32..=12) {
            let month = Month(NaiveDate::from_ymd_opt(year, month, 1).unwrap());
            let (width, height) = month.size();
            let days: Vec<NaiveDate> = month.first().iter_days().take_while(|day| *day <= month.last()).collect();
            let corners: BTreeSet<(u32, u32)> = days.iter().map(|day| month.cell(*day)).map(|at| (at.x, at.y)).collect();
            prop_assert_eq!(corners.len(), days.len());
            for day in days {
                let cell = month.cell(day);
                prop_assert!(cell.x + CELL.0 <= width && cell.y + CELL.1 <= height);
                prop_assert_eq!(cell.x / CELL.0, day.weekday().num_days_from_monday());
                for at in 0..BUOYS_MAX {
                    let buoy = month.buoy(day, at);
                    prop_assert!(buoy.x >= cell.x && buoy.x + BUOY <= cell.x + CELL.0);
                    prop_assert!(buoy.y >= cell.y && buoy.y + BUOY <= cell.y + CELL.1);
                }
            }
        }
    }
}
