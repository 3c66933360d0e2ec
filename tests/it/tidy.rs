//! What the compiler and clippy cannot hold, as rules over (path, text): form of files and names here, layers in `layers`, SQL in `sql`.
//!
//! Promises that each rule is a pure function, that a defect planted in memory is seen, and that the checkout has none. A rule that is
//! in the way is changed in a commit of its own that says why; it is never given an exception for one file.

mod layers;
mod look;
mod source;
mod sql;
mod words;

use source::{Source, words_at};

/// A rule: the defects of one file, as sentences.
type Rule = fn(&Source) -> Vec<String>;

const FILE_LINES_MAX: usize = 400;
const BANNED_WORDS: [&str; 13] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "managers",
    "service",
    "services",
    "processor",
    "info",
    "data",
];

fn assert_tidy(rule: Rule) {
    let defects: Vec<String> = source::all().iter().flat_map(rule).collect();
    assert!(defects.is_empty(), "{defects:#?}");
}

fn assert_sees(rule: Rule, path: &str, text: &str, wanted: &str) {
    let defects = rule(&Source::new(path, text));
    assert!(
        defects.iter().any(|defect| defect.contains(wanted)),
        "{wanted:?} was not seen in {text:?}, but {defects:?}"
    );
}

fn assert_passes(rule: Rule, path: &str, text: &str) {
    assert_eq!(rule(&Source::new(path, text)), Vec::<String>::new(), "in {text:?}");
}

/// A file that does not open with what it promises.
fn opening(source: &Source) -> Vec<String> {
    let expected = match source.path.rsplit_once('.') {
        Some((_, "rs")) => "//! ",
        Some((_, "sql" | "lua")) => "--",
        _ => return Vec::new(),
    };
    let is_there = source.text.starts_with(expected);
    if is_there { Vec::new() } else { vec![format!("{}: opens without saying what it promises", source.path)] }
}

fn size(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if !source.is_rust() || lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![format!("{}: {lines} lines; past {FILE_LINES_MAX} a noun is missing", source.path)]
}

/// Names that say nothing, in file names and in the names of types.
fn names(source: &Source) -> Vec<String> {
    let mut defects = Vec::new();
    let is_ours = !source.path.contains("/fixtures/");
    if is_ours && let Some(word) = source.stem().split(['_', '-', '.']).find(|word| BANNED_WORDS.contains(word)) {
        defects.push(format!("{}: a file named {word}", source.path));
    }
    if !source.is_rust() {
        return defects;
    }
    for keyword in ["struct ", "enum ", "trait ", "type ", "union ", "mod "] {
        for at in words_at(&source.code, keyword).filter(|at| !is_associated_type(&source.code, keyword, *at)) {
            let name: String =
                source.code[at + keyword.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            for word in
                words_of(&name).iter().filter(|word| BANNED_WORDS.contains(&word.as_str()) || *word == "handler")
            {
                defects.push(source.defect(at, &format!("{name} is named with {word}")));
            }
        }
    }
    defects
}

/// An indented `type` names what a trait of somebody else's asks for.
fn is_associated_type(code: &str, keyword: &str, at: usize) -> bool {
    keyword == "type " && code[..at].rsplit('\n').next().is_some_and(|line| line.starts_with(' '))
}

/// `FetchError` and `fetch_error` are both fetch, error.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in name.chars() {
        let is_start = character == '_' || character.is_uppercase();
        if is_start && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if character != '_' {
            words.last_mut().expect("BUG: there is always a word").extend(character.to_lowercase());
        }
    }
    words
}

/// Tests that do not run, or that wait for time instead of for what they expect.
fn tests_run_and_do_not_sleep(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut defects = source.places_of("#[ignore", "an ignored test proves nothing");
    let unit_tests = source.code.find("#[cfg(test)]").unwrap_or(source.code.len());
    let from = if source.is_in(&["tests/"]) || source.path.ends_with("/tests.rs") { 0 } else { unit_tests };
    for at in words_at(&source.code, "sleep(").filter(|at| *at >= from) {
        defects.push(source.defect(at, "a test that sleeps: wait for what you expect"));
    }
    defects
}

/// A lint that is broken for ever, or without saying why.
fn lints(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut defects = Vec::new();
    for silent in ["#[allow(", "#![allow("] {
        defects.extend(source.places_of(silent, "use #[expect(…, reason = \"…\")]: it goes away with its cause"));
    }
    for (at, _) in source.code.match_indices("[expect(") {
        let attribute = source.code[at..].split(']').next().unwrap_or("");
        if !attribute.contains("reason =") {
            defects.push(source.defect(at, "a lint broken without a reason"));
        }
    }
    defects
}

/// Where a ban of clippy.toml is lifted: in each of these, once or twice, with its reason beside it; nowhere else.
const BANS_LIFTED_IN: [&str; 11] = [
    "app/src/config.rs",
    "app/src/main.rs",
    "app/src/routes/table.rs",
    "crates/outbound/src/client.rs",
    "crates/store/src/change.rs",
    "crates/store/src/public.rs",
    "crates/store/src/target.rs",
    "crates/store/src/tenant.rs",
    "crates/store/src/user.rs",
    "workers/src/config.rs",
    "workers/src/main.rs",
];

/// A ban lifted outside the places that may.
fn lifted_bans(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() || BANS_LIFTED_IN.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let sentence = "lifts a ban of clippy.toml outside BANS_LIFTED_IN (tests/it/tidy.rs)";
    let bans = ["clippy::disallowed_methods", "clippy::disallowed_types", "clippy::disallowed_macros"];
    bans.iter().flat_map(|ban| source.places_of(ban, sentence)).collect()
}

/// Words that promise to finish later.
fn left_overs(source: &Source) -> Vec<String> {
    // Put together here, so that this file does not hold them.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK:")];
    if source.path.contains("/fixtures/") {
        return Vec::new();
    }
    let places = words.iter().flat_map(|word| words_at(&source.text, word));
    places.map(|at| source.defect(at, "unfinished work belongs in an issue")).collect()
}

/// A template that switches escaping off.
fn templates(source: &Source) -> Vec<String> {
    let is_template = source.path.contains("/templates/") || source.path.ends_with(".html");
    if !is_template || source.path.contains("/fixtures/") {
        return Vec::new();
    }
    let text = source.text.replace("| safe", "|safe");
    let is_raw = ["|safe", "{% autoescape false", "escape = \"none\""].iter().any(|raw| text.contains(raw));
    if is_raw { vec![format!("{}: shows text without escaping it", source.path)] } else { Vec::new() }
}

/// Migrations go forward, one number each.
fn numbering(names: &[&str]) -> Vec<String> {
    let expected = |at: usize, name: &str| name.starts_with(&format!("{:04}_", at + 1)) && name.ends_with(".sql");
    let wrong = names.iter().enumerate().filter(|(at, name)| !expected(*at, name));
    wrong.map(|(at, name)| format!("migrations/{name}: number {:04} is expected here", at + 1)).collect()
}

#[test]
fn each_file_opens_with_what_it_promises() {
    assert_sees(opening, "app/src/x.rs", "use std::fmt;\n//! Late.", "opens without");
    assert_sees(opening, "migrations/0009_x.sql", "create table x ();", "opens without");
    assert_passes(opening, "app/src/x.rs", "//! Promises.\nuse std::fmt;");
    assert_tidy(opening);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    assert_sees(size, "app/src/x.rs", &"x\n".repeat(401), "401 lines");
    assert_passes(size, "app/src/x.rs", &"x\n".repeat(400));
    assert_tidy(size);
}

#[test]
fn names_are_nouns_that_say_something() {
    assert_sees(names, "app/src/utils.rs", "//! x", "a file named utils");
    assert_sees(names, "crates/store/src/watch_data.rs", "//! x", "a file named data");
    assert_sees(names, "app/src/x.rs", "pub struct WatchManager;", "WatchManager is named with manager");
    assert_sees(names, "app/src/x.rs", "enum RequestHandler {}", "named with handler");
    assert_sees(names, "app/src/x.rs", "mod helpers {}", "named with helpers");
    assert_sees(names, "app/src/x.rs", "pub type Info = u8;", "Info is named with info");
    assert_passes(names, "app/src/metadata.rs", "struct Database; // a service\nfn handler() {}");
    assert_passes(names, "app/src/x.rs", "impl Layer<S> for X {\n    type Service = X;\n}");
    assert_tidy(names);
}

#[test]
fn tests_run_and_wait_for_what_they_expect() {
    let rule = tests_run_and_do_not_sleep;
    assert_sees(rule, "tests/it/x.rs", "#[test]\n#[ignore]\nfn x() {}", "tests/it/x.rs:2: an ignored test");
    assert_sees(rule, "tests/it/x.rs", "tokio::time::sleep(d).await", "a test that sleeps");
    assert_sees(
        rule,
        "app/src/x.rs",
        "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { sleep(d) } }",
        "a test that sleeps",
    );
    assert_passes(
        rule,
        "workers/src/x.rs",
        "async fn pause() { tokio::time::sleep(d).await }\n#[cfg(test)]\nmod tests {}",
    );
    assert_tidy(rule);
}

#[test]
fn a_lint_is_broken_in_one_place_and_with_a_reason() {
    assert_sees(lints, "app/src/x.rs", "#[allow(dead_code)]\nfn x() {}", "use #[expect");
    assert_sees(lints, "app/src/x.rs", "#![allow(missing_docs)]", "use #[expect");
    assert_sees(lints, "app/src/x.rs", "#[expect(dead_code)]", "without a reason");
    assert_passes(lints, "app/src/x.rs", "#[expect(dead_code, reason = \"x\")] fn f() { a.expect(\"BUG: x\") }");
    assert_tidy(lints);
}

#[test]
fn a_ban_is_lifted_only_where_its_reason_says() {
    let lifted = "#[expect(clippy::disallowed_methods, reason = \"quick\")]\nfn x() {}";
    assert_sees(lifted_bans, "app/src/watches.rs", lifted, "app/src/watches.rs:1: lifts a ban");
    assert_passes(lifted_bans, "app/src/config.rs", lifted);
    assert_tidy(lifted_bans);
    for path in BANS_LIFTED_IN {
        let still =
            source::all().iter().any(|source| source.path == path && source.code.contains("clippy::disallowed_"));
        assert!(still, "{path} lifts no ban any more: take it off the list");
    }
}

#[test]
fn nothing_is_left_for_later() {
    let planted = format!("// {} mend this", concat!("TO", "DO"));
    assert_sees(left_overs, "app/src/x.rs", &planted, "unfinished work");
    assert_tidy(left_overs);
}

#[test]
fn templates_escape() {
    assert_sees(templates, "app/templates/watch.html", "<p>{{ note|safe }}</p>", "without escaping");
    assert_sees(templates, "app/templates/watch.html", "<p>{{ note | safe }}</p>", "without escaping");
    assert_passes(templates, "app/templates/watch.html", "<p>{{ note }}, safe</p>");
    assert_tidy(templates);
}

#[test]
fn migrations_go_forward_one_number_each() {
    assert_eq!(numbering(&["0001_roles.sql", "0003_x.sql"]), ["migrations/0003_x.sql: number 0002 is expected here"]);
    let names: Vec<&str> = source::all().iter().filter_map(|source| source.path.strip_prefix("migrations/")).collect();
    assert_eq!(numbering(&names), Vec::<String>::new());
}
