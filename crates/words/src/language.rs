//! The languages there are.

use crate::{Phrase, Said};
use chrono::Locale;
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use unic_langid::LanguageIdentifier;

/// A language that everything is said in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// British English; what is taken where nothing else is asked for.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// Its BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// What it calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::French => "Français",
        }
    }

    /// The language of a tag, if it is one of ours.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What fits a browser's wishes best: the value of an `Accept-Language` header (RFC 9110, section 12.5.4).
    #[must_use]
    pub fn preferred(accept_language: &str) -> Language {
        let asked = parse_accepted_languages(accept_language);
        let ours = Language::ALL.map(Language::id);
        let found = negotiate_languages(&asked, &ours, None, NegotiationStrategy::Filtering);
        found.first().and_then(|id| Language::of_tag(id.language.as_str())).unwrap_or_default()
    }

    /// A message of the catalogue.
    #[must_use]
    pub const fn say(self, id: &'static str) -> Phrase {
        Said::new(id).inside(self)
    }

    pub(crate) fn id(self) -> LanguageIdentifier {
        self.tag().parse().expect("BUG: our tags are BCP 47")
    }

    /// How it writes days and times.
    pub(crate) const fn locale(self) -> Locale {
        match self {
            Language::English => Locale::en_GB,
            Language::French => Locale::fr_FR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_language_it_likes_best_of_ours() {
        for (header, language) in [
            ("", Language::English),
            ("fr", Language::French),
            ("fr-CA,fr;q=0.9,en;q=0.8", Language::French),
            ("de,fr;q=0.5,en;q=0.4", Language::French),
            ("en-US,en;q=0.9,fr;q=0.8", Language::English),
            ("de-CH", Language::English),
            (";;;,=", Language::English),
        ] {
            assert_eq!(Language::preferred(header), language, "{header}");
        }
    }

    #[test]
    fn a_tag_leads_back_to_its_language() {
        assert!(Language::ALL.iter().all(|language| Language::of_tag(language.tag()) == Some(*language)));
        assert_eq!(Language::of_tag("de"), None);
    }
}
