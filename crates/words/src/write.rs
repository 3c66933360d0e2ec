//! Days, times, spans, numbers and money as a language writes them.

use crate::{Arg, Language, Said};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use domain::facts::Price;
use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_locale_core::locale;
use std::sync::LazyLock;

static ENGLISH: LazyLock<DecimalFormatter> = LazyLock::new(|| formatter(Language::English));
static FRENCH: LazyLock<DecimalFormatter> = LazyLock::new(|| formatter(Language::French));

fn formatter(language: Language) -> DecimalFormatter {
    let locale = match language {
        Language::English => locale!("en-GB"),
        Language::French => locale!("fr-FR"),
    };
    DecimalFormatter::try_new(locale.into(), Default::default())
        .expect("BUG: the numbers of our languages are compiled in")
}

/// What is no text, no count and no message of its own.
pub(crate) fn written(arg: &Arg, language: Language) -> String {
    match arg {
        Arg::Text(text) => text.clone(),
        Arg::Count(n) => number(Decimal::from(*n), language),
        Arg::Day(day) => self::day(*day, language),
        Arg::Weekday(day) => day.format_localized("%a", language.locale()).to_string(),
        Arg::Time(time) => self::time(*time, language),
        Arg::Moment(moment) => self::moment(*moment, language),
        Arg::Instant(at) => instant(*at, language),
        Arg::Month(first) => first.format_localized("%B %Y", language.locale()).to_string(),
        Arg::Span(span) => self::span(*span).inside(language).to_string(),
        Arg::Length(length_mm) => metres(*length_mm, language),
        Arg::Money(price) => money(price, language),
        Arg::Said(said) => said.clone().inside(language).to_string(),
    }
}

/// Digits in groups, as the language groups them.
pub(crate) fn number(number: Decimal, language: Language) -> String {
    match language {
        Language::English => ENGLISH.format(&number).to_string(),
        Language::French => FRENCH.format(&number).to_string(),
    }
}

fn day(day: NaiveDate, language: Language) -> String {
    day.format_localized("%a %-d %b", language.locale()).to_string()
}

fn time(time: NaiveTime, _: Language) -> String {
    time.format("%H:%M").to_string()
}

fn moment(moment: NaiveDateTime, language: Language) -> String {
    format!("{}, {}", day(moment.date(), language), time(moment.time(), language))
}

fn instant(at: DateTime<Tz>, language: Language) -> String {
    at.format_localized("%-d %b %Y, %H:%M %Z", language.locale()).to_string()
}

/// The largest unit of which there are two, so that ninety minutes are not an hour: 45 seconds, 90 minutes, 3 hours, 12 days.
fn span(span: TimeDelta) -> Said {
    let seconds = span.num_seconds().max(0);
    let minutes = (seconds + 30) / 60;
    let hours = (minutes + 30) / 60;
    if seconds < 60 {
        Said::new("span-seconds").with("n", seconds)
    } else if minutes < 60 || (minutes < 120 && minutes != 60) {
        Said::new("span-minutes").with("n", minutes)
    } else if hours < 48 {
        Said::new("span-hours").with("n", hours)
    } else {
        Said::new("span-days").with("n", (hours + 12) / 24)
    }
}

fn metres(length_mm: u32, language: Language) -> String {
    let mut metres = Decimal::from(length_mm);
    metres.multiply_pow10(-3);
    metres.absolute.trim_end();
    format!("{}\u{a0}m", number(metres, language))
}

/// Money of a currency with two decimals, which all are that operators' prices come in.
fn money(price: &Price, language: Language) -> String {
    let mut amount = Decimal::from(price.minor);
    amount.multiply_pow10(-2);
    amount.absolute.pad_end(-2);
    let (amount, currency) = (number(amount, language), price.currency.to_string());
    let sign = match currency.as_str() {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "US$",
        "CAD" => "CA$",
        code => return format!("{amount}\u{a0}{code}"),
    };
    match language {
        Language::English => format!("{sign}{amount}"),
        Language::French => format!("{amount}\u{a0}{sign}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_writes_days_numbers_and_money_in_its_own_way() {
        let at = NaiveDate::from_ymd_opt(2026, 8, 14).unwrap().and_hms_opt(22, 30, 0).unwrap();
        let price = Price { minor: 133_450, currency: "EUR".to_owned().try_into().unwrap() };
        let said = |arg: Arg| Language::ALL.map(|language| written(&arg, language));
        assert_eq!(said(Arg::Moment(at)), ["Fri 14 Aug, 22:30", "ven. 14 août, 22:30"]);
        assert_eq!(said(Arg::Weekday(at.date())), ["Fri", "ven."]);
        assert_eq!(said(Arg::Month(at.date())), ["August 2026", "août 2026"]);
        assert_eq!(said(Arg::Count(12_345)), ["12,345", "12\u{202f}345"]);
        assert_eq!(said(Arg::Money(price)), ["€1,334.50", "1\u{202f}334,50\u{a0}€"]);
        assert_eq!(said(Arg::Length(5_400)), ["5.4\u{a0}m", "5,4\u{a0}m"]);
        assert_eq!(said(Arg::Length(6_000)), ["6\u{a0}m", "6\u{a0}m"]);
    }

    #[test]
    fn an_instant_is_written_in_somebodys_zone_which_is_named() {
        let at = "2026-07-01T12:30:59Z".parse::<DateTime<chrono::Utc>>().unwrap().with_timezone(&Tz::Europe__Paris);
        let said = Language::ALL.map(|language| written(&Arg::Instant(at), language));
        assert_eq!(said, ["1 Jul 2026, 14:30 CEST", "1 juil. 2026, 14:30 CEST"]);
    }

    #[test]
    fn a_span_is_said_in_the_unit_that_says_it_best() {
        let said = |seconds| written(&Arg::Span(TimeDelta::seconds(seconds)), Language::English);
        for (seconds, words) in [
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (3_540, "59 minutes"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (7_200, "2 hours"),
            (86_400, "24 hours"),
            (259_200, "3 days"),
        ] {
            assert_eq!(said(seconds), words);
        }
        assert_eq!(written(&Arg::Span(TimeDelta::minutes(6)), Language::French), "6 minutes");
    }
}
