//! What we say: the catalogue of messages held against itself and against the pages and programs that use it.
//!
//! Promises that each language has each message with the same gaps, that nobody uses a message that is not there, that none is kept
//! that nobody uses, and that what is not escaped stands in one file. Never judges a translation.

use super::{assert_passes, assert_sees, assert_tidy, source, source::Source};
use std::collections::{BTreeMap, BTreeSet};
use words::Language;

/// Messages by id, and the gaps of each.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut last = None;
    for line in words::catalogue(language).iter().flat_map(|(_, text)| text.lines()) {
        if line.starts_with('#') {
            continue;
        }
        let head =
            line.split_once(" =").map(|(id, _)| id).filter(|id| id.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some(id) = head {
            assert!(found.insert(id.to_owned(), BTreeSet::new()).is_none(), "{language:?} says {id} twice");
            last = Some(id.to_owned());
        }
        let gaps: &mut BTreeSet<String> = match &last {
            Some(id) => found.get_mut(id).expect("BUG: it was put there"),
            None => continue,
        };
        let names =
            line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next());
        gaps.extend(names.flatten().map(str::to_owned));
    }
    found
}

/// The ids that a file asks for by name.
fn asked(text: &str) -> impl Iterator<Item = &str> {
    let calls = ["say(\"", "Said::new(\"", "Notice::new(\""];
    calls.into_iter().flat_map(|call| text.split(call).skip(1)).filter_map(|rest| rest.split('"').next())
}

#[test]
fn every_language_says_every_message_with_the_same_gaps() {
    let english = messages(Language::English);
    assert!(english.len() > 50, "the catalogue holds {} messages: it is read wrongly", english.len());
    for language in Language::ALL {
        let theirs = messages(language);
        for (id, gaps) in &english {
            assert_eq!(theirs.get(id), Some(gaps), "{id} in {language:?}");
        }
        let more: Vec<&String> = theirs.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(more.is_empty(), "{language:?} alone says {more:?}");
    }
}

#[test]
fn every_message_that_is_asked_for_is_there_and_none_is_kept_that_nobody_says() {
    let catalogue = messages(Language::English);
    let sources = source::all().iter().filter(|source| source.is_in(&["app/", "workers/"]));
    let texts: Vec<&Source> = sources.collect();
    let missing: Vec<String> = texts
        .iter()
        .flat_map(|source| asked(&source.text).map(move |id| format!("{}: {id}", source.path)))
        .filter(|place| !catalogue.contains_key(place.rsplit(": ").next().unwrap_or_default()))
        .collect();
    assert!(missing.is_empty(), "nobody wrote these: {missing:#?}");
    let ours = source::all().iter().filter(|source| source.is_in(&["app/", "workers/", "crates/words/src/"]));
    let said: String = ours.map(|source| source.text.as_str()).collect();
    let is_said = |id: &str| {
        // The titles of problems are named by their codes.
        id.starts_with("problem-") || said.contains(&format!("\"{id}\""))
    };
    let idle: Vec<&String> = catalogue.keys().filter(|id| !is_said(id)).collect();
    assert!(idle.is_empty(), "nobody says these: {idle:#?}");
}

/// Text that goes into a page without being escaped, but for the names of our own pictures.
fn unescaped(source: &Source) -> Vec<String> {
    let is_page = source.path.contains("/templates/");
    let mut defects = Vec::new();
    if is_page {
        // Mail programs know no policy, and little else than inline styles.
        let is_mail = source.path.starts_with("workers/");
        for filter in ["|safe", "| safe", "escape(\"none\")", "{% raw"] {
            defects.extend(
                source.text.match_indices(filter).map(|(at, _)| source.defect(at, "a page escapes everything")),
            );
        }
        for attribute in ["javascript:", " onclick=", " onload=", " onerror="] {
            defects.extend(
                source.text.match_indices(attribute).map(|(at, _)| source.defect(at, "nothing runs in a page")),
            );
        }
        for attribute in [" style=\"", "<style"].into_iter().filter(|_| !is_mail) {
            defects.extend(
                source.text.match_indices(attribute).map(|(at, _)| source.defect(at, "the policy refuses this")),
            );
        }
    }
    if source.is_rust() && !source.is_for_development() && source.path != "app/src/icon.rs" {
        for word in ["HtmlSafe", "MarkupDisplay", "filters::Safe"] {
            defects.extend(source.places_of(word, "only `app::icon` writes what is not escaped"));
        }
    }
    defects
}

#[test]
fn sr_web_02_nothing_gets_into_a_page_unescaped_but_the_names_of_our_pictures() {
    assert_sees(unescaped, "app/templates/x.html", "<p>{{ name|safe }}</p>", "escapes everything");
    assert_sees(unescaped, "app/templates/x.html", "<p style=\"color: red\">", "the policy refuses");
    assert_sees(unescaped, "app/src/x.rs", "use askama::filters::HtmlSafe;", "app::icon");
    assert_passes(unescaped, "app/templates/x.html", "<p>{{ name }}</p>");
    assert_passes(unescaped, "app/src/icon.rs", "use askama::filters::HtmlSafe;");
    assert_tidy(unescaped);
}
