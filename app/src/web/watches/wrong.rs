//! What is wrong with an answer, in the words of a page. Promises a sentence for each way in which a wish can be wrong, beside the answer that
//! it was read from. Never judges: that is `domain`'s.

use domain::{
    length::BadLength,
    operator::AskError,
    watch::{MAX_DAYS, Wrong},
};
use words::{Arg, Said};

/// The answer that each part of a wish was read from.
pub(super) fn field_of(part: &str) -> &'static str {
    match part {
        "leg.route" => "way",
        "leg.dates" => "from",
        "leg.weekdays" => "mon",
        "leg.window" => "after",
        "return.route" => "back_route",
        "return.dates" => "back_from",
        "return.weekdays" => "back_mon",
        "return.window" => "back_after",
        "vehicle.length_mm" => "length",
        "vehicle.height_mm" => "height",
        "vehicle.width_mm" => "width",
        "vehicle.trailer_length_mm" => "trailer",
        "vehicle.bike_rack_mm" => "rack",
        "party.adults" => "adults",
        "party.children" => "children",
        "party.infants" => "infants",
        "party.pets" => "pets",
        "wants.cabin" => "cabin",
        "wants.pet_cabin" => "pet_cabin",
        "wants.price_ceiling" => "price",
        _ => "vehicle",
    }
}

/// What is wrong with a price, in words.
pub(super) fn said_of_price(wrong: &Wrong) -> Said {
    match wrong {
        Wrong::Outside { .. } => Said::new("wizard-price-unread"),
        other => said_of(other, false),
    }
}

/// What is wrong, in words. Sizes are bounded in metres, all else is counted.
pub(super) fn said_of(wrong: &Wrong, is_size: bool) -> Said {
    match wrong {
        Wrong::Malformed(_) => Said::new("wizard-unread"),
        Wrong::LastBeforeFirst => Said::new("wizard-last-before-first"),
        Wrong::NoDayPicked => Said::new("wizard-from-missing"),
        Wrong::TooManyDays => Said::new("wizard-too-many-days").with("n", MAX_DAYS),
        Wrong::AllPassed => Said::new("wizard-days-passed"),
        Wrong::TooFarAhead(last) => Said::new("wizard-too-far").with("day", *last),
        Wrong::NoWeekday => Said::new("wizard-no-weekday"),
        Wrong::WindowBackwards => Said::new("wizard-window-backwards"),
        Wrong::BackBeforeOut => Said::new("wizard-back-before-out"),
        Wrong::SameRoute => Said::new("wizard-same-route"),
        Wrong::Outside { least, most, .. } if is_size => {
            let metres = |mm: &i64| Arg::Length(u32::try_from(*mm).unwrap_or_default());
            Said::new("wizard-size-outside").with("least", metres(least)).with("most", metres(most))
        }
        Wrong::Outside { least, most, .. } => {
            Said::new("wizard-count-outside").with("least", *least).with("most", *most)
        }
        Wrong::TooLongInAll(total) => Said::new("wizard-too-long").with("length", Arg::Length(*total)),
        Wrong::NoPets => Said::new("wizard-no-pets"),
        Wrong::NotAnswered(error) => said_of_ask(error),
    }
}

fn said_of_ask(error: &AskError) -> Said {
    match error {
        AskError::UnknownRoute { operator, .. } => Said::new("wizard-unknown-route").with("operator", *operator),
        AskError::NoClass { operator, .. } => Said::new("wizard-no-class").with("operator", *operator),
        AskError::SpaceNotTold { operator, .. } => Said::new("wizard-space-not-told").with("operator", *operator),
        AskError::NotTold { operator, what } => {
            let id = match *what {
                "cabins" => "wizard-cabins-not-told",
                "pet cabins" => "wizard-pet-cabins-not-told",
                _ => "wizard-prices-not-told",
            };
            Said::new(id).with("operator", *operator)
        }
        AskError::OtherCurrency { operator, currency } => {
            Said::new("wizard-other-currency").with("operator", *operator).with("currency", currency.as_str())
        }
        AskError::NoDay => Said::new("wizard-from-missing"),
    }
}

/// Why a text is no length, in words.
pub(super) fn said_of_length(bad: BadLength) -> Said {
    Said::new(match bad {
        BadLength::Empty => "wizard-length-missing",
        BadLength::NoUnit => "wizard-length-no-unit",
        BadLength::TooLong => "wizard-length-too-long",
        BadLength::NotALength => "wizard-length-unread",
    })
}
