//! Finding terminals and routes by what people type.
//!
//! Promises: a name is found in any spelling that differs by case, accents, signs or `st` for `saint`, by the beginnings of its
//! words, or by the operator's code; the best comes first. Looks at no more than [`MAX_CHARS`] characters. Never guesses
//! at a wrong spelling.

use super::{Operator, RouteSpec, TerminalSpec};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How much of a text is looked at, in characters.
pub const MAX_CHARS: usize = 80;

/// A terminal, and whose it is: each operator has its own at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorTerminal {
    /// Who sails from it.
    pub operator: Operator,
    /// Which.
    pub terminal: &'static TerminalSpec,
}

/// A route with its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Who sails it.
    pub operator: Operator,
    /// Which.
    pub route: &'static RouteSpec,
    /// Where it leaves from.
    pub from: &'static TerminalSpec,
    /// Where it goes to.
    pub to: &'static TerminalSpec,
}

/// A text as it is compared: small letters without accents, words with one space between them.
pub fn fold(text: &str) -> String {
    let plain: String = text
        .chars()
        .take(MAX_CHARS)
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    // What stays a letter of its own when accents are taken off, and what people write for it.
    let plain = [("ø", "o"), ("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("ł", "l"), ("đ", "d"), ("ð", "d"), ("þ", "th")]
        .into_iter()
        .fold(plain, |text, (letter, written)| text.replace(letter, written));
    let words = plain.split_whitespace().map(|word| match word {
        "st" => "saint",
        "ste" => "sainte",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// How well a folded text names a terminal, 0 best; `None` if it does not.
fn rank(wanted: &str, terminal: &TerminalSpec) -> Option<u8> {
    let name = fold(terminal.name);
    if name == wanted || fold(terminal.code) == wanted {
        return Some(0);
    }
    if name.starts_with(wanted) {
        return Some(1);
    }
    let begins_a_word = |begin: &str| name.split(' ').any(|word| word.starts_with(begin));
    wanted.split(' ').all(begins_a_word).then_some(2)
}

/// The terminals that a text names, the best first; all of them for a text without a word.
pub fn terminals(text: &str) -> Vec<OperatorTerminal> {
    let wanted = fold(text);
    let all = Operator::ALL.iter().flat_map(|operator| {
        operator.manifest().terminals.iter().map(|terminal| OperatorTerminal { operator: *operator, terminal })
    });
    best(all.filter_map(|found| Some((rank(&wanted, found.terminal)?, found))))
}

/// The routes from what one text names to what another names, the best first; a text without a word names everything.
pub fn connections(from: &str, to: &str) -> Vec<Connection> {
    let (from, to) = (fold(from), fold(to));
    let ranked = every_connection()
        .filter_map(|found| Some((rank(&from, found.from)?.saturating_add(rank(&to, found.to)?), found)));
    best(ranked)
}

/// Every route there is, in the order of the manifests.
pub fn every_connection() -> impl Iterator<Item = Connection> {
    Operator::ALL.iter().flat_map(|operator| operator.connections())
}

fn best<T>(found: impl Iterator<Item = (u8, T)>) -> Vec<T> {
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, found)| found).collect()
}

impl Operator {
    /// Its routes with their ends.
    pub fn connections(self) -> impl Iterator<Item = Connection> {
        let end = move |code| self.terminal(code).expect("BUG: a route is between terminals of its operator");
        self.manifest().routes.iter().map(move |route| Connection {
            operator: self,
            route,
            from: end(route.from),
            to: end(route.to),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Vec<&'static str> {
        terminals(text).into_iter().map(|found| found.terminal.name).collect()
    }

    fn routes(from: &str, to: &str) -> Vec<&'static str> {
        connections(from, to).into_iter().map(|found| found.route.code).collect()
    }

    #[test]
    fn a_terminal_is_found_however_it_is_spelt() {
        for text in ["Saint-Malo", "saint malo", "ST MALO", "St. Malo", "FRSML", "malo", "Saint\u{2011}Mal"] {
            assert_eq!(names(text), ["Saint-Malo"], "{text}");
        }
        for text in ["Santoña Sim", "santona", "Santon\u{303}a"] {
            assert_eq!(names(text), ["Santoña Sim"], "{text}");
        }
        assert_eq!(names("ouistreham"), ["Caen (Ouistreham)"]);
        assert_eq!(names("Ouistreham, Caen"), ["Caen (Ouistreham)"]);
        assert_eq!(names("orcas i"), ["Orcas Island"]);
        assert_eq!(names("portsmouht"), [""; 0]);
        assert_eq!(fold("Łódź Ærø Œuvre Straße"), "lodz aero oeuvre strasse");
    }

    #[test]
    fn the_best_comes_first() {
        let found = names("b");
        assert_eq!(found[0], "Bowen Island", "though Swartz Bay stands before it in its manifest");
        assert!(found.ends_with(&["Swartz Bay", "Horseshoe Bay", "Departure Bay"]), "{found:?}");
        assert_eq!(names("1"), ["Anacortes"], "a code is as good as a name");
        let all: usize = Operator::ALL.iter().map(|operator| operator.manifest().terminals.len()).sum();
        assert_eq!(names(" - ").len(), all);
    }

    #[test]
    fn routes_are_found_by_either_end_or_both() {
        assert_eq!(routes("portsmouth", "bilbao"), ["GBPME-ESBIO"]);
        assert_eq!(routes("bilbao", "portsmouth"), ["ESBIO-GBPME"]);
        assert_eq!(routes("cork", ""), ["IEORK-FRROS"]);
        assert_eq!(routes("", "le havre"), ["GBPME-FRLEH"]);
        assert_eq!(routes("cork", "bilbao"), [""; 0]);
        assert_eq!(routes("", "").len(), every_connection().count());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once_and_names_are_found_by_their_beginnings(text in "\\PC{0,100}", at in 0_usize..64) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            terminals(&text);
            let all = terminals("");
            let one = all[at % all.len()].terminal;
            let beginning: String = one.name.chars().take(4).collect();
            prop_assert!(terminals(&beginning).iter().any(|found| found.terminal == one));
        }
    }
}
