//! The catalogue as it is compiled in: one bundle a language, made on its first use.

use crate::{Language, write};
use fixed_decimal::Decimal;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::LazyLock;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
static FRENCH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::French));

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        const ENGLISH_FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../locales/en/", $name, ".ftl")))),+];
        const FRENCH_FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../locales/fr/", $name, ".ftl")))),+];
    };
}

// One file an area, so that what belongs together is translated together.
files!("frame", "problems", "public", "account", "tenants", "watches", "mail", "board");

pub(crate) fn files(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::English => ENGLISH_FILES,
        Language::French => FRENCH_FILES,
    }
}

fn bundle(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language.id()]);
    // Nothing is said from right to left yet, and pages would carry the marks into titles and mails.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::English => |value, _| counted(value, Language::English),
        Language::French => |value, _| counted(value, Language::French),
    }));
    for (name, text) in files(language) {
        let resource = FluentResource::try_new((*text).to_owned());
        let resource = resource.unwrap_or_else(|(_, errors)| panic!("BUG: {name}.ftl does not parse: {errors:?}"));
        bundle.add_resource(resource).unwrap_or_else(|errors| panic!("BUG: {name}.ftl says twice: {errors:?}"));
    }
    bundle
}

fn counted(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(number) => {
            let decimal: Decimal = number.as_string().parse().ok()?;
            Some(write::number(decimal, language))
        }
        _ => None,
    }
}

/// The text of a message; its id where it is not in the catalogue, which a test rules out.
pub(crate) fn text(language: Language, id: &str, args: &FluentArgs<'_>) -> String {
    let bundle = match language {
        Language::English => &*ENGLISH,
        Language::French => &*FRENCH,
    };
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        tracing::error!(id, "a message is missing in the catalogue");
        return id.to_owned();
    };
    let mut errors: Vec<FluentError> = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(id, ?errors, "a message has a gap that nobody filled");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_keeps_its_signs_and_quotation_marks_from_breaking_off() {
        for (name, text) in files(Language::French) {
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let signs: Vec<char> = line.chars().chain([' ']).collect();
                for three in signs.windows(3) {
                    let is_set = match three {
                        [before, ':', ' '] | [before, '»', _] => *before == '\u{a0}',
                        [before, ';' | '?' | '!', ' '] => *before == '\u{202f}',
                        ['«', after, _] => *after == '\u{a0}',
                        [_, '\'', _] => false,
                        _ => true,
                    };
                    assert!(is_set, "{name}.ftl: {line}");
                }
            }
        }
    }
}
