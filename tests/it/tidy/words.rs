//! What we say: the catalogue of messages held against itself and against the pages and programs that use it.
//!
//! Promises that each language has each message with the same gaps, that nobody uses a message that is not there, that none is kept
//! that nobody uses, that pages say nothing but messages, and that what is not escaped stands in one file. Never judges a translation.

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

/// The ids that a file asks for by name. A refusal begins with the field that it is about, which is none.
fn asked(text: &str) -> impl Iterator<Item = &str> {
    let calls = ["say(\"", "Said::new(\"", "Notice::new(\""];
    let places = calls.into_iter().flat_map(|call| text.match_indices(call));
    let places = places.filter(|(at, _)| !text[..*at].ends_with("refused."));
    places.filter_map(|(at, call)| text[at + call.len()..].split('"').next())
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

/// Pages that still say something themselves. This list only ever shrinks.
const SPEAK_THEMSELVES: [&str; 3] =
    ["app/templates/bot.html", "app/templates/privacy.html", "app/templates/tenant.html"];

/// What stands in a page as it is in every language: our name, and what programs write.
const OF_NO_LANGUAGE: [&str; 3] =
    ["FerryAlert", "Authorization: Bearer", " aria-invalid=\"true\" aria-describedby=\"-refused\""];

/// Parts of a page that stand in its attributes.
const IN_ATTRIBUTES: [&str; 2] = ["{% block width %}", "{% block here %}"];

/// A page with its expressions, its tags or both blanked, line by line where it was.
fn without(text: &str, opening: &str, closing: &str) -> String {
    let mut rest = text;
    let mut left = String::new();
    while let Some((before, inside)) = rest.split_once(opening) {
        let (blanked, after) = inside.split_once(closing).unwrap_or((inside, ""));
        left.push_str(before);
        left.extend(blanked.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    left + rest
}

/// Words that a page says by itself, in one language.
fn speech_in_pages(source: &Source) -> Vec<String> {
    if !source.path.starts_with("app/templates/") {
        return Vec::new();
    }
    let page = IN_ATTRIBUTES.iter().fold(source.text.clone(), |page, block| without(&page, block, "{% endblock %}"));
    let page = ["{#", "{{", "{%"]
        .iter()
        .zip(["#}", "}}", "%}"])
        .fold(page, |page, (opening, closing)| without(&page, opening, closing));
    let mut defects = Vec::new();
    let texts = OF_NO_LANGUAGE.iter().fold(without(&page, "<", ">"), |texts, name| texts.replace(name, ""));
    let lines = texts.lines().zip(1..).filter(|(line, _)| line.chars().any(char::is_alphabetic));
    defects.extend(lines.map(|(line, at)| format!("{}:{at}: says {:?} by itself", source.path, line.trim())));
    for attribute in [" aria-label=\"", " title=\"", " placeholder=\"", " alt=\""] {
        for (at, _) in page.match_indices(attribute) {
            let value = page[at + attribute.len()..].split('"').next().unwrap_or_default();
            if value.chars().any(char::is_alphabetic) {
                defects.push(format!("{}: says {value:?} by itself", source.path));
            }
        }
    }
    defects
}

#[test]
fn pages_say_nothing_that_is_no_message() {
    assert_sees(speech_in_pages, "app/templates/x.html", "<p>\n{{ name }} is here</p>", "x.html:2: says \"is here\"");
    assert_sees(speech_in_pages, "app/templates/x.html", "<a title=\"Go\">", "says \"Go\"");
    assert_passes(
        speech_in_pages,
        "app/templates/x.html",
        "<p class=\"x\">{{ frame.say(\"y\") }} · <code>…</code></p>",
    );
    let (known, rest): (Vec<&Source>, Vec<&Source>) =
        source::all().iter().partition(|source| SPEAK_THEMSELVES.contains(&source.path.as_str()));
    for page in known {
        assert!(!speech_in_pages(page).is_empty(), "{} is said by the catalogue: take it off the list", page.path);
    }
    let defects: Vec<String> = rest.into_iter().flat_map(speech_in_pages).collect();
    assert!(defects.is_empty(), "{defects:#?}");
}

/// A colon or a semicolon that a page or a mail writes itself, and no language's message.
fn signs_in_templates(source: &Source) -> Vec<String> {
    if !source.path.contains("/templates/") {
        return Vec::new();
    }
    let beside_words = ["}}: ", "}}; ", "%}: ", ">: {", ">; {"];
    let places = beside_words.into_iter().flat_map(|sign| source.text.match_indices(sign));
    places.map(|(at, _)| source.defect(at, "what a thing is called and what it is are one message: `line`")).collect()
}

#[test]
fn no_template_puts_its_own_colon_between_words() {
    assert_sees(signs_in_templates, "workers/templates/x.txt", "{{ line.label }}: {{ line.value }}", "one message");
    assert_sees(signs_in_templates, "app/templates/x.html", "<b>{{ a }}</b>: {{ b }}", "one message");
    assert_passes(signs_in_templates, "app/templates/x.html", "<p style=\"color: red\">{{ a }}</p>");
    assert_tidy(signs_in_templates);
}

/// Words that are no message, in the one place where programs are told what went wrong; pages never repeat them.
fn plain_words(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() || source.path == "app/src/problem.rs" {
        return Vec::new();
    }
    let mut defects =
        source.places_of("Said::plain", "people are told messages; only a problem has words for programs");
    // What is quoted is somebody else's, so it never stands in the program.
    for own in ["Said::quoted(\"", "Said::quoted(format!"] {
        defects.extend(source.text.match_indices(own).map(|(at, _)| source.defect(at, "our own words are messages")));
    }
    defects
}

#[test]
fn plain_words_are_for_programs_alone() {
    assert_sees(plain_words, "app/src/x.rs", "refused.say(\"name\", Said::plain(\"No.\"))", "for programs");
    assert_sees(plain_words, "app/src/x.rs", "Said::quoted(\"No.\")", "our own words");
    assert_passes(plain_words, "app/src/x.rs", "Said::quoted(&*channel.address)");
    assert_passes(plain_words, "app/src/problem.rs", "Said::plain(detail)");
    assert_tidy(plain_words);
}
