//! How pages look: a class is one word for one thing.
//!
//! Promises that what a class looks like is said in one file. Two things that met under one name would draw over each other wherever
//! both are on a page. Never judges how they look.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// The classes that stand alone before a rule of a style sheet, outside of what depends on a screen.
fn alone(text: &str) -> impl Iterator<Item = &str> {
    let heads = text.lines().filter(|line| line.starts_with('.')).filter_map(|line| line.split_once('{'));
    let selectors = heads.flat_map(|(head, _)| head.split(',')).map(str::trim);
    selectors
        .filter_map(|selector| selector.strip_prefix('.'))
        .filter(|class| class.chars().all(|character| character.is_ascii_lowercase() || character == '-'))
}

#[test]
fn a_class_is_drawn_in_one_file() {
    let mut drawn: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(dev::checkout::root().join("app/assets/look")).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        for class in alone(&text) {
            drawn.entry(class.to_owned()).or_default().insert(entry.file_name().into_string().unwrap());
        }
    }
    assert!(drawn.len() > 80, "{} classes: the walk looks in the wrong place", drawn.len());
    drawn.retain(|_, files| files.len() > 1);
    assert!(drawn.is_empty(), "these are drawn in several files: {drawn:?}");
}

#[test]
fn a_class_alone_is_seen_and_one_in_a_place_is_not() {
    let text = ".card, a.card:hover, .loud { x: y; }\n.card h2 { x: y; }\n  .within { x: y; }\n";
    assert_eq!(alone(text).collect::<Vec<_>>(), ["card", "loud"]);
}
