//! The text of a robots.txt file and what it means for us (RFC 9309, sections 2.2 and 2.3).
//!
//! Pure and bounded: the first 512 KiB are read, matching is linear in the path for each rule. It never fails:
//! a line that means nothing is skipped, as the standard asks.

use std::borrow::Cow;
use std::cmp::Reverse;

use chrono::TimeDelta;

/// The standard asks for at least 500 KiB.
const MOST_BYTES: usize = 512 * 1024;
/// A file with more rules for us is taken as a refusal: we cannot tell what its rest would say.
const MOST_RULES: usize = 2_000;
const LONGEST_DELAY_S: f64 = 24.0 * 60.0 * 60.0;

/// The rules that hold for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// The longest pattern first and, of two that are as long, the one that allows.
    rules: Vec<Rule>,
    pub(crate) crawl_delay: Option<TimeDelta>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: String,
    access: Access,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    Allow,
    Disallow,
}

/// Whom a group of lines speaks to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Audience {
    #[default]
    Others,
    Everyone,
    Us,
}

impl Rules {
    /// No restriction.
    pub(crate) fn everything() -> Self {
        Self { rules: Vec::new(), crawl_delay: None }
    }

    /// Complete disallow.
    pub(crate) fn nothing() -> Self {
        let all = Rule { pattern: "/".to_owned(), access: Access::Disallow };
        Self { rules: vec![all], crawl_delay: None }
    }

    /// The groups that name `product`, or else the groups for everyone.
    pub(crate) fn parse(file: &[u8], product: &str) -> Self {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let text = String::from_utf8_lossy(&file[..file.len().min(MOST_BYTES)]);
        let (mut ours, mut everyones) = (None::<Self>, Self::everything());
        let (mut audience, mut in_rules) = (Audience::Others, false);
        for line in text.split(['\n', '\r', '\0']) {
            let Some((key, value)) = record(line) else { continue };
            if key.eq_ignore_ascii_case("user-agent") {
                let before = if in_rules { Audience::Others } else { audience };
                audience = before.max(spoken_to(value, product));
                in_rules = false;
                if audience == Audience::Us {
                    ours.get_or_insert_with(Self::everything);
                }
                continue;
            }
            let group = match audience {
                Audience::Us => ours.get_or_insert_with(Self::everything),
                Audience::Everyone => &mut everyones,
                Audience::Others => {
                    in_rules |= is_rule(key);
                    continue;
                }
            };
            in_rules |= group.add(key, value);
        }
        ours.unwrap_or(everyones).sorted()
    }

    /// Takes one record of a group, and says whether it was a rule (other records do not end a list of agents).
    fn add(&mut self, key: &str, value: &str) -> bool {
        let access = if key.eq_ignore_ascii_case("allow") {
            Access::Allow
        } else if key.eq_ignore_ascii_case("disallow") {
            Access::Disallow
        } else {
            if key.eq_ignore_ascii_case("crawl-delay") {
                self.crawl_delay = delay(value).or(self.crawl_delay);
            }
            return is_rule(key);
        };
        // An empty pattern matches nothing. Beyond the bound the count itself is what `sorted` looks at.
        if !value.is_empty() && self.rules.len() <= MOST_RULES {
            self.rules.push(Rule { pattern: normal(value).into_owned(), access });
        }
        true
    }

    fn sorted(mut self) -> Self {
        if self.rules.len() > MOST_RULES {
            return Self::nothing();
        }
        self.rules.sort_by_key(|rule| (Reverse(rule.pattern.len()), rule.access));
        self
    }

    /// Whether a path (with its query) may be asked for.
    pub(crate) fn allow(&self, path: &str) -> bool {
        if self.rules.is_empty() || path == "/robots.txt" {
            return true;
        }
        let path = normal(path);
        let decisive = self.rules.iter().find(|rule| matches(&rule.pattern, &path));
        decisive.is_none_or(|rule| rule.access == Access::Allow)
    }
}

/// `key: value` without its comment.
fn record(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next().unwrap_or_default();
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim()))
}

fn is_rule(key: &str) -> bool {
    ["allow", "disallow", "crawl-delay"].iter().any(|rule| key.eq_ignore_ascii_case(rule))
}

/// A version or a comment after the product token does not matter.
fn spoken_to(value: &str, product: &str) -> Audience {
    let end = value.find(|c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_');
    let token = &value[..end.unwrap_or(value.len())];
    if token.eq_ignore_ascii_case(product) {
        Audience::Us
    } else if value == "*" || value.starts_with("* ") {
        Audience::Everyone
    } else {
        Audience::Others
    }
}

fn delay(value: &str) -> Option<TimeDelta> {
    let seconds: f64 = value.parse().ok()?;
    if !(0.0..).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most a day in milliseconds")]
    let milliseconds = (seconds.min(LONGEST_DELAY_S) * 1_000.0) as i64;
    Some(TimeDelta::milliseconds(milliseconds))
}

/// One spelling for equal paths: unreserved characters decoded, all else encoded with upper-case digits.
fn normal(path: &str) -> Cow<'_, str> {
    if path.is_ascii() && !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let bytes = path.as_bytes();
    let mut spelled = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| escaped(bytes.get(at + 1..at + 3)?)).flatten();
        at += if escaped.is_some() { 3 } else { 1 };
        match escaped {
            Some(plain) if plain.is_ascii_alphanumeric() || b"-._~".contains(&plain) => {
                spelled.push(char::from(plain));
            }
            Some(other) => spelled.push_str(&format!("%{other:02X}")),
            None if byte.is_ascii() => spelled.push(char::from(byte)),
            None => spelled.push_str(&format!("%{byte:02X}")),
        }
    }
    Cow::Owned(spelled)
}

fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(digits[0])? * 16 + digit(digits[1])?)
}

/// `*` stands for any characters, a final `$` for the end; otherwise a pattern matches a beginning.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        // The part before is found as early as possible, which leaves the most for those that follow.
        if let Some(part) = last.replace(part) {
            let Some(found) = rest.find(part) else { return false };
            rest = &rest[found + part.len()..];
        }
    }
    match last {
        Some(part) if to_the_end => rest.ends_with(part),
        Some(part) => rest.contains(part),
        None => !to_the_end || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        Rules::parse(file.as_bytes(), "FerryAlertBot").allow(path)
    }

    #[test]
    fn patterns_match_as_the_standard_says() {
        // (pattern, path, matches): the examples of RFC 9309 and of Google's specification.
        let examples = [
            ("/", "/anything", true),
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish.asp", false),
            ("/fish", "/catfish", false),
            ("/fish*", "/fishheads/yummy.html", true),
            ("/fish/", "/fish", false),
            ("/fish/", "/fish/?id=anything", true),
            ("/*.php", "/folder/filename.php?parameters", true),
            ("/*.php", "/windows.PHP", false),
            ("/*.php$", "/filename.php", true),
            ("/*.php$", "/filename.php?parameters", false),
            ("/*.php$", "/a.php/b.php", true),
            ("/fish*.php", "/fishheads/catfish.php?parameters", true),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("/a$b", "/a$b", true),
            ("/a*b*c", "/aXbYc", true),
            ("/a*b*c", "/aXcYb", false),
            ("/a*", "/a", true),
            ("*", "/x", true),
            ("*/x$", "/a/x", true),
            ("/a**b", "/aab", true),
            ("/*a$", "/ba", true),
            ("/ab*b$", "/ab", false),
        ];
        for (pattern, path, expected) in examples {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn our_own_group_wins_over_everyones() {
        let file = "User-agent: *\nDisallow: /\n\nUser-agent: ferryalertbot/1.0\nDisallow: /private\nCrawl-delay: 2.5";
        assert!(allows(file, "/public"));
        assert!(!allows(file, "/private/x"));
        let delay = Rules::parse(file.as_bytes(), "FerryAlertBot").crawl_delay;
        assert_eq!(delay, Some(TimeDelta::milliseconds(2_500)));
        assert!(!allows("User-agent: FerryAlertBotNot\nAllow: /\nUser-agent: *\nDisallow: /", "/"));
    }

    #[test]
    fn groups_combine_and_lists_of_agents_share_their_rules() {
        let file = "user-agent: a\nuser-agent: FerryAlertBot\nsitemap: https://x.test/s\nuser-agent: b\nDisallow: /one\n\
                    user-agent: c\nDisallow: /three\nuser-agent: ferryalertbot\nDisallow: /two # why\n";
        assert!(!allows(file, "/one"));
        assert!(!allows(file, "/two"));
        assert!(allows(file, "/three"));
    }

    #[test]
    fn the_longest_rule_decides_and_a_tie_allows() {
        assert!(allows("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c"));
        assert!(!allows("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c"));
        assert!(allows("User-agent: *\nDisallow: /a\nAllow: /a", "/a"));
        assert!(!allows("User-agent: *\nDisallow:\nDisallow: /", "/a"));
        assert!(allows("User-agent: *\nDisallow: /", "/robots.txt"));
    }

    #[test]
    fn spellings_of_a_path_are_equal() {
        assert!(!allows("User-agent: *\nDisallow: /%7ejoe", "/~joe/index.html"));
        assert!(!allows("User-agent: *\nDisallow: /a%3cd", "/a%3Cd"));
        assert!(!allows("User-agent: *\nDisallow: /ツ", "/%E3%83%84"));
        assert!(allows("User-agent: *\nDisallow: /a%2fb", "/a/b"));
        assert!(allows("User-agent: *\nDisallow: /%", "/a"));
    }

    #[test]
    fn odd_files_never_fail() {
        assert!(allows("", "/a"));
        assert!(allows("<html>404: not found</html>", "/a"));
        assert!(!allows("\u{feff}User-agent: *\r\nDisallow: /", "/a"));
        assert!(!allows("User-agent: *\rDisallow: /\0", "/a"));
        assert!(allows("Disallow: /", "/a"));
        let far = format!("User-agent: *\n{}\nDisallow: /", "#".repeat(600 * 1024));
        assert!(allows(&far, "/a"));
        let near = format!("User-agent: *\n{}\nDisallow: /", "#".repeat(500 * 1024));
        assert!(!allows(&near, "/a"));
        let many = format!("User-agent: *\n{}", "Allow: /a\n".repeat(2_001));
        assert!(!allows(&many, "/a"));
        for junk in ["-1", "NaN", "inf?", "soon"] {
            assert_eq!(delay(junk), None, "{junk}");
        }
        assert_eq!(delay("inf"), Some(TimeDelta::days(1)));
    }
}
