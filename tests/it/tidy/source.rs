//! The files of this checkout as the tidy rules see them: path, text, and the code alone.
//!
//! Promises that `code` has the lines and columns of `text` with comments and the insides of literals blanked, so that a rule never
//! trips over a word in a sentence. Never parses Rust: a rule that needs more than words and lines belongs in clippy.

use std::{path::Path, sync::LazyLock};

/// How deep directories may nest before the walk gives up.
const DEPTH_MAX: usize = 12;
/// Where tracked text lives; build output and private files do not.
const PLACES: [&str; 6] = ["app", "workers", "crates", "migrations", "infra", "tests"];

/// A file of the checkout.
pub(super) struct Source {
    /// From the root of the checkout, with `/`.
    pub(super) path: String,
    /// The file as it is.
    pub(super) text: String,
    /// Rust code without comments and without what literals say; for other files the text.
    pub(super) code: String,
}

impl Source {
    /// A file that may exist only in a test.
    pub(super) fn new(path: &str, text: &str) -> Source {
        let code = if path.ends_with(".rs") { code_of(text) } else { text.to_owned() };
        Source { path: path.to_owned(), text: text.to_owned(), code }
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub(super) fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    /// What is tested with, as opposed to shipped: `tests`, `crates/dev`, and a crate's own unit tests, benches and examples.
    pub(super) fn is_for_development(&self) -> bool {
        let own = ["/tests/", "/tests.rs", "/benches/", "/examples/"];
        self.is_in(&["tests/", "crates/dev/"]) || own.iter().any(|part| self.path.contains(part))
    }

    /// The name without directories and without its last extension.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or("");
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// `path:line: sentence` for each place in the code where `needle` stands as whole words.
    pub(super) fn places_of(&self, needle: &str, sentence: &str) -> Vec<String> {
        words_at(&self.code, needle).map(|at| self.defect(at, sentence)).collect()
    }

    /// `path:line: sentence` for a byte offset.
    pub(super) fn defect(&self, at: usize, sentence: &str) -> String {
        format!("{}:{}: {sentence}", self.path, self.text[..at].matches('\n').count() + 1)
    }
}

/// Where `needle` stands in `code` without being the tail or the head of a longer word.
pub(super) fn words_at<'a>(code: &'a str, needle: &'a str) -> impl Iterator<Item = usize> {
    let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(needle).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (code[..*at].chars().next_back(), code[at + needle.len()..].chars().next());
        let joined = |edge: Option<char>, outside: Option<char>| is_word(edge) && is_word(outside);
        !joined(needle.chars().next(), before) && !joined(needle.chars().next_back(), after)
    })
}

/// All files of the checkout under `PLACES`, read once.
pub(super) fn all() -> &'static [Source] {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let root = dev::checkout::root();
        let mut found = Vec::new();
        for place in PLACES {
            walk(&root, place, 0, &mut found);
        }
        assert!(found.len() > 50, "the walk found {} files: it is looking in the wrong place", found.len());
        found
    });
    &ALL
}

fn walk(root: &Path, place: &str, depth: usize, found: &mut Vec<Source>) {
    assert!(depth < DEPTH_MAX, "{place} nests deeper than {DEPTH_MAX} directories");
    let mut entries: Vec<_> = std::fs::read_dir(root.join(place))
        .expect("a directory of ours")
        .map(|entry| entry.expect("an entry"))
        .collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().expect("a name that is text");
        let path = format!("{place}/{name}");
        if entry.file_type().expect("a type").is_dir() {
            walk(root, &path, depth + 1, found);
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            // What is not UTF-8 (pictures, recorded pages) is no source.
            found.push(Source::new(&path, &text));
        }
    }
}

/// `text` with comments and the insides of literals as spaces; newlines stay.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (blank, end) = match literal(rest, code.chars().next_back()) {
            Some((opening, length)) => {
                code.push_str(&rest[..opening]);
                (opening..length, length)
            }
            None => {
                code.push(first);
                (0..0, first.len_utf8())
            }
        };
        // One space for each byte, so that offsets in code are offsets in text.
        code.extend(rest[blank].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    code
}

/// The comment or literal that `rest` begins with: how much of it opens it and stays, and its whole length.
fn literal(rest: &str, before: Option<char>) -> Option<(usize, usize)> {
    let after_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some((0, rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some((0, rest.find("*/").map_or(rest.len(), |at| at + 2)));
    }
    if rest.starts_with('"') {
        return Some((1, quoted(rest)));
    }
    if !after_word && (rest.starts_with("r\"") || rest.starts_with("r#")) {
        let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
        let opening = 1 + hashes + 1;
        if rest.as_bytes().get(opening - 1) == Some(&b'"') {
            let closing = format!("\"{}", "#".repeat(hashes));
            let length = rest[opening..].find(&closing).map_or(rest.len(), |at| opening + at + closing.len());
            return Some((opening, length));
        }
    }
    character(rest).map(|length| (0, length))
}

/// The length of the string literal at the start of `rest`.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of the character literal at the start of `rest`; nothing for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        let escape = 1 + inner[1..].chars().next()?.len_utf8();
        return inner[escape..].find('\'').map(|at| 1 + escape + at + 1);
    }
    inner[first.len_utf8()..].starts_with('\'').then(|| 1 + first.len_utf8() + 1)
}

#[test]
fn code_keeps_its_lines_and_loses_its_words() {
    let text = "let a = \"sleep(\\\" é\"; // sleep(\nlet c = '\"'; let d: &'static str = r#\"sqlx::\"x\"#; /* sleep(\n*/ sleep(1)";
    let code = code_of(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.lines().count(), text.lines().count());
    assert_eq!(words_at(&code, "sleep(").map(|at| code[..at].matches('\n').count()).collect::<Vec<_>>(), [2]);
    assert!(code.contains("&'static str = r#\"") && !code.contains("sqlx"));
    assert_eq!(code_of("let quote = '\\''; let x = '\\u{1F}'; y"), "let quote =     ; let x =         ; y");
}

#[test]
fn a_word_is_found_whole() {
    assert_eq!(words_at("unsleep(1) sleep(2)", "sleep(").count(), 1);
    assert_eq!(words_at("sqlx::query sqlx_core::x", "sqlx").count(), 1);
}
