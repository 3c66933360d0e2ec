//! Lengths as people write them: `5.4`, `5,40 m`, `5 m 40`, `540 cm`, `17 ft 9`, `17'9"`.
//!
//! Promises: what is read is whole millimetres, rounded up, so that nothing becomes smaller than it is; what could be read
//! in two ways is an error that says what is missing. Never guesses a unit but metres, and those only below
//! [`MAX_MM`].

/// The longest length that is read: longer than any combination a car deck takes.
pub const MAX_MM: u32 = 30_000;

/// The longest text that is looked at, in bytes.
const MAX_BYTES: usize = 40;

/// Why a text is not a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLength {
    /// Nothing in it.
    #[error("write a length, such as 5.40 m or 17 ft 9")]
    Empty,
    /// A number too large to be metres, and no unit.
    #[error("say what it is measured in, such as 540 cm or 5.40 m")]
    NoUnit,
    /// More than [`MAX_MM`].
    #[error("is longer than 30 m")]
    TooLong,
    /// Anything else.
    #[error("is not a length; write it like 5.40 m, 540 cm or 17 ft 9 in")]
    NotALength,
}

/// Reads a length in millimetres.
pub fn parse(text: &str) -> Result<u32, BadLength> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadLength::Empty);
    }
    if text.len() > MAX_BYTES {
        return Err(BadLength::NotALength);
    }
    let text = text.to_lowercase().replace("''", "\"");
    let (first, rest) = Part::read(&text).ok_or(BadLength::NotALength)?;
    let tenths = match (first.unit, rest) {
        (Some(unit), "") => first.in_tenths(unit),
        (None, "") if first.in_tenths(Unit::Metre) <= u64::from(MAX_MM) * 10 => first.in_tenths(Unit::Metre),
        (None, _) => return Err(BadLength::NoUnit),
        (Some(unit), rest) => {
            let (second, end) = Part::read(rest).ok_or(BadLength::NotALength)?;
            let smaller = unit.followed_by(&first, &second).filter(|_| end.is_empty()).ok_or(BadLength::NotALength)?;
            first.in_tenths(unit) + second.in_tenths(smaller)
        }
    };
    let mm = u32::try_from(tenths.div_ceil(10)).unwrap_or(u32::MAX);
    if mm > MAX_MM { Err(BadLength::TooLong) } else { Ok(mm) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Metre,
    Centimetre,
    Millimetre,
    Foot,
    Inch,
}

impl Unit {
    /// English and French, singular and plural, and the signs.
    fn read(word: &str) -> Option<Unit> {
        Some(match word.trim_end_matches('.') {
            "m" | "metre" | "metres" | "meter" | "meters" | "mètre" | "mètres" => Unit::Metre,
            "cm" => Unit::Centimetre,
            "mm" => Unit::Millimetre,
            "ft" | "foot" | "feet" | "pied" | "pieds" | "'" | "′" | "’" => Unit::Foot,
            "in" | "inch" | "inches" | "ins" | "pouce" | "pouces" | "\"" | "″" | "”" | "“" => Unit::Inch,
            _ => return None,
        })
    }

    /// A tenth of a millimetre is the largest that all of them are whole multiples of.
    const fn tenths(self) -> u64 {
        match self {
            Unit::Metre => 10_000,
            Unit::Centimetre => 100,
            Unit::Millimetre => 10,
            Unit::Foot => 3_048,
            Unit::Inch => 254,
        }
    }

    /// The unit of a second number after one in this unit: `5 m 40` and `17 ft 9` leave it out.
    fn followed_by(self, first: &Part, second: &Part) -> Option<Unit> {
        let smaller = match (self, second.unit) {
            (Unit::Metre, None) if second.digits == 2 => Unit::Centimetre,
            (Unit::Metre, Some(Unit::Centimetre)) => Unit::Centimetre,
            (Unit::Foot, None | Some(Unit::Inch)) => Unit::Inch,
            _ => return None,
        };
        (first.is_whole() && second.in_tenths(smaller) < self.tenths()).then_some(smaller)
    }
}

/// A number and what is written behind it.
struct Part {
    /// In ten-thousandths.
    number: u64,
    /// Before the decimal sign.
    digits: usize,
    unit: Option<Unit>,
}

impl Part {
    /// The part that a text begins with, and what follows it.
    fn read(text: &str) -> Option<(Part, &str)> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
        let (number, rest) = (&text[..end], text[end..].trim_start());
        let end = rest.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "" => None,
            word => Some(Unit::read(word)?),
        };
        let (whole, fraction) = number.split_once(['.', ',']).map_or((number, "0"), |(whole, part)| (whole, part));
        let is_number = |text: &str, max| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole, 6) || !is_number(fraction, 4) {
            return None;
        }
        let number = format!("{whole}{fraction:0<4}").parse().ok()?;
        Some((Part { number, digits: whole.len(), unit }, rest[end..].trim_start()))
    }

    fn is_whole(&self) -> bool {
        self.number.is_multiple_of(10_000)
    }

    /// In tenths of a millimetre, rounded up.
    fn in_tenths(&self, unit: Unit) -> u64 {
        (self.number * unit.tenths()).div_ceil(10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, mm) in [
            ("5.4", 5_400),
            ("5,40 m", 5_400),
            ("5,4m", 5_400),
            (" 6 ", 6_000),
            ("5.4135", 5_414),
            ("5 m 40", 5_400),
            ("5m04", 5_040),
            ("5 m 40 cm", 5_400),
            ("540 cm", 5_400),
            ("540cm.", 5_400),
            ("5998 mm", 5_998),
            ("5998\u{a0}MM", 5_998),
            ("2,5\u{202f}mètres", 2_500),
            ("17 ft 9", 5_411),
            ("17ft 9in", 5_411),
            ("17'9\"", 5_411),
            ("17′ 9″", 5_411),
            ("17’9”", 5_411),
            ("17' 9''", 5_411),
            ("17 pieds 9 pouces", 5_411),
            ("17.75 ft", 5_411),
            ("7 feet 2 inches", 2_185),
            ("84 in", 2_134),
            ("0", 0),
            ("30", 30_000),
        ] {
            assert_eq!(parse(text), Ok(mm), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_length_says_what_would_be_one() {
        for (text, error) in [
            ("", BadLength::Empty),
            (" \u{a0}", BadLength::Empty),
            ("540", BadLength::NoUnit),
            ("5400", BadLength::NoUnit),
            ("30.1", BadLength::NoUnit),
            ("5 40", BadLength::NoUnit),
            ("31 m", BadLength::TooLong),
            ("400000 cm", BadLength::TooLong),
            ("99 ft", BadLength::TooLong),
            ("five", BadLength::NotALength),
            ("-5 m", BadLength::NotALength),
            ("5.4.1 m", BadLength::NotALength),
            ("5..4", BadLength::NotALength),
            ("5,", BadLength::NotALength),
            (".4", BadLength::NotALength),
            ("5 m 4", BadLength::NotALength),
            ("5.2 m 40", BadLength::NotALength),
            ("5 m 140 cm", BadLength::NotALength),
            ("5 m 40 mm", BadLength::NotALength),
            ("17 ft 12", BadLength::NotALength),
            ("17 ft 9 in 3", BadLength::NotALength),
            ("17.5 ft 9", BadLength::NotALength),
            ("540 cm 2", BadLength::NotALength),
            ("5 yards", BadLength::NotALength),
            ("1234567 mm", BadLength::NotALength),
            ("5.41234 m", BadLength::NotALength),
            ("<b>5</b> m", BadLength::NotALength),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
        assert_eq!(parse(&format!("5{} m", " ".repeat(40))), Err(BadLength::NotALength));
    }

    proptest! {
        #[test]
        fn what_is_written_in_metric_is_read_back_exactly(mm in 0..=MAX_MM) {
            prop_assert_eq!(parse(&format!("{mm} mm")), Ok(mm));
            prop_assert_eq!(parse(&format!("{},{:03} m", mm / 1_000, mm % 1_000)), Ok(mm));
            prop_assert_eq!(parse(&format!("{}.{} cm", mm / 10, mm % 10)), Ok(mm));
        }

        #[test]
        fn feet_and_inches_never_become_shorter(feet in 0_u32..98, inches in 0_u32..12) {
            let mm = parse(&format!("{feet} ft {inches}")).unwrap();
            let exact = f64::from(feet) * 304.8 + f64::from(inches) * 25.4;
            prop_assert!(f64::from(mm) >= exact - 1e-6 && f64::from(mm) < exact + 1.0);
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            if let Ok(mm) = parse(&text) {
                prop_assert!(mm <= MAX_MM);
            }
        }
    }
}
