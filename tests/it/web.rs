//! Pages as a browser meets them: what they show, what they refuse and how, in both languages.

mod alerts;
mod channels;
mod dashboard;
mod head_start;
mod live;
mod public;
mod verbatim;
mod watches;
mod wizard;

use crate::harness::{Browser, Page, Person, World};
use axum::http::StatusCode;
use std::collections::BTreeSet;

/// What stands in an attribute, as it was meant.
fn unescaped(text: &str) -> String {
    let pairs = [("&#38;", "&"), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The values of an attribute, in the order of the page.
pub(crate) fn values<'a>(text: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    let before = format!(" {attribute}=\"");
    text.match_indices(&before.clone())
        .map(|(at, found)| text[at + found.len()..].split('"').next().unwrap_or_default())
        .collect::<Vec<_>>()
        .into_iter()
}

/// What a form of the page would send without being touched: of the one that leads to this address.
pub(crate) fn fields(page: &Page, action: &str) -> Vec<(String, String)> {
    let form = page.text.split("<form ").find(|form| form.contains(&format!("action=\"{action}\""))).expect(action);
    let form = form.split("</form>").next().unwrap();
    let inputs = form.split("<input ").skip(1).filter_map(|input| {
        let input = format!(" {}", input.split('>').next().unwrap());
        let is_sent =
            !(input.contains("type=\"radio\"") || input.contains("type=\"checkbox\"")) || input.contains(" checked");
        let name = values(&input, "name").next()?.to_owned();
        (is_sent && name != "csrf").then(|| (name, unescaped(values(&input, "value").next().unwrap_or_default())))
    });
    inputs.collect()
}

/// A page that answers, is whole, and says each thing once.
pub(crate) fn assert_sound(page: &Page) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_whole(page);
}

/// A page whose parts find each other: ids are unique, labels and descriptions lead to one.
pub(crate) fn assert_whole(page: &Page) {
    let mut ids = BTreeSet::new();
    for id in values(&page.text, "id") {
        assert!(ids.insert(id), "{id} stands there twice");
    }
    for attribute in ["for", "aria-describedby", "aria-labelledby"] {
        for id in values(&page.text, attribute) {
            assert!(ids.contains(id), "{attribute} leads to {id}, which is not there: {}", page.text);
        }
    }
    for (open, close) in [("<form ", "</form>"), ("<ul", "</ul>"), ("<div", "</div>"), ("<section", "</section>")] {
        assert_eq!(page.text.matches(open).count(), page.text.matches(close).count(), "{open} in {}", page.text);
    }
    assert!(!page.text.contains(" style=") && page.text.contains("<html lang="), "{}", page.text);
}

/// The page as somebody reads it whose language is French.
pub(crate) fn in_french(browser: &Browser) -> Browser {
    let mut french = browser.clone();
    french.cookies.insert("__Host-language".to_owned(), "fr".to_owned());
    french
}

impl World {
    /// A browser of this person, and where their tenant's pages are.
    pub(crate) async fn at_home(&self, person: &Person) -> (Browser, String) {
        (self.signed_in(person).await, format!("/t/{}", person.tenant))
    }
}
