//! What stands in the gaps of a message.

use crate::{Phrase, Said};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use domain::facts::Price;

/// The value of a gap. Each is written as the language of the message writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Somebody's words, as they are.
    Text(String),
    /// How many; messages choose their plural by it.
    Count(i64),
    /// A day: Sat 14 Aug.
    Day(NaiveDate),
    /// The day of the week of a day: Sat.
    Weekday(NaiveDate),
    /// A time of day: 22:30.
    Time(NaiveTime),
    /// A local day and time: Sat 14 Aug, 22:30.
    Moment(NaiveDateTime),
    /// An instant in somebody's zone, which is named: 1 Jul 2026, 14:30 CEST.
    Instant(DateTime<Tz>),
    /// A month: August 2026.
    Month(NaiveDate),
    /// How long, in the largest unit that says it: 6 minutes.
    Span(TimeDelta),
    /// A length in millimetres, said in metres: 5.4 m.
    Length(u32),
    /// Money.
    Money(Price),
    /// Another message.
    Said(Said),
}

/// What can stand in a gap. Templates hand their values over by reference.
pub trait Argument {
    /// The value of the gap.
    fn arg(&self) -> Arg;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn arg(&self) -> Arg {
        (**self).arg()
    }
}

impl Argument for Arg {
    fn arg(&self) -> Arg {
        self.clone()
    }
}

impl Argument for Phrase {
    fn arg(&self) -> Arg {
        Arg::Text(self.to_string())
    }
}

impl Argument for str {
    fn arg(&self) -> Arg {
        Arg::Text(self.to_owned())
    }
}

macro_rules! arguments {
    ($($of:ty: $value:ident => $arg:expr;)+) => {
        $(impl Argument for $of {
            fn arg(&self) -> Arg {
                let $value = self;
                $arg
            }
        })+
    };
}

arguments! {
    String: text => Arg::Text(text.clone());
    u8: n => Arg::Count(i64::from(*n));
    u16: n => Arg::Count(i64::from(*n));
    u32: n => Arg::Count(i64::from(*n));
    i64: n => Arg::Count(*n);
    u64: n => Arg::Count(i64::try_from(*n).unwrap_or(i64::MAX));
    usize: n => Arg::Count(i64::try_from(*n).unwrap_or(i64::MAX));
    NaiveDate: day => Arg::Day(*day);
    NaiveTime: time => Arg::Time(*time);
    NaiveDateTime: moment => Arg::Moment(*moment);
    DateTime<Tz>: at => Arg::Instant(*at);
    TimeDelta: span => Arg::Span(*span);
    Price: price => Arg::Money(*price);
    Said: said => Arg::Said(said.clone());
}
