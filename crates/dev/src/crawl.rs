//! Finds the pages of a running product the way a person does: by following links, and sending forms that only ask. Promises to name each
//! kind of page once, however many tenants, watches or routes there are, and to stop at a limit. Never sends what changes anything.

use crate::chromium::Window;
use anyhow::Result;
use serde::Deserialize;
use std::collections::{BTreeSet, VecDeque};
use url::Url;

/// More pages than the product has kinds of.
const PAGES_MAX: usize = 150;
/// Paths below which a segment is a value, though it looks like a word.
const VALUES_BELOW: [&str; 2] = ["ferries", "problems"];

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What its kind is called, as a file may be.
    pub name: String,
    /// Where it is.
    pub url: Url,
}

/// What a page leads to.
#[derive(Deserialize)]
struct Led {
    kind: String,
    urls: Vec<String>,
}

/// Where a page leads: its links, and its asking forms as they are first shown.
const LEADS: &str = "({
  kind: document.contentType,
  urls: [
    ...[...document.links].filter((link) => !link.hasAttribute('download')).map((link) => link.href),
    ...[...document.forms].filter((form) => form.method === 'get').map((form) => {
      const url = new URL(form.action);
      url.search = new URLSearchParams(new FormData(form));
      return url.href;
    }),
  ],
})";

/// All pages that can be reached from these, in the order they are found.
///
/// # Errors
/// When the window is gone.
pub async fn pages(window: &Window, from: Vec<Url>) -> Result<Vec<Found>> {
    let Some(site) = from.first().map(Url::origin) else { return Ok(Vec::new()) };
    let mut known = BTreeSet::new();
    let mut waiting: VecDeque<Url> = from.into_iter().filter(|url| known.insert(name_of(url))).collect();
    let mut found = Vec::new();
    while let Some(url) = waiting.pop_front()
        && found.len() < PAGES_MAX
    {
        // What is no page but a file is not gone to.
        if window.go(url.as_str()).await.is_err() {
            continue;
        }
        // What demands a sign-in led to the page for it.
        let landed: Url = window.address().await?.parse()?;
        if name_of(&landed) != name_of(&url) && !known.insert(name_of(&landed)) {
            continue;
        }
        let led: Led = serde_json::from_value(window.evaluate(LEADS).await?)?;
        if led.kind != "text/html" {
            continue;
        }
        for mut next in led.urls.iter().filter_map(|url| url.parse::<Url>().ok()) {
            next.set_fragment(None);
            if next.origin() == site && known.insert(name_of(&next)) {
                waiting.push_back(next);
            }
        }
        found.push(Found { name: name_of(&landed), url: landed });
    }
    Ok(found)
}

/// What pages of this kind are called: the words of the path, and of the query what is filled in.
fn name_of(url: &Url) -> String {
    let mut words = Vec::new();
    let mut is_below_values = false;
    for segment in url.path().split('/').filter(|segment| !segment.is_empty()) {
        words.push(if is_below_values || is_value(segment) { "x" } else { segment }.to_owned());
        is_below_values |= VALUES_BELOW.contains(&segment);
    }
    let asked: BTreeSet<String> =
        url.query_pairs().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name.into()).collect();
    words.extend(asked);
    let name = if words.is_empty() { "home".to_owned() } else { words.join("-") };
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '.' { c } else { '_' }).collect()
}

/// An id, a token or a number.
fn is_value(segment: &str) -> bool {
    segment.len() > 30 || segment.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_kind_have_one_name() {
        let name = |path: &str| name_of(&format!("http://localhost:8080{path}").parse().unwrap());
        assert_eq!(name("/"), "home");
        assert_eq!(name("/t/0199e1a2-1111-7000-8000-000000000001/members"), "t-x-members");
        assert_eq!(name("/ferries/harbour/POR-SAN?month=2026-07"), "ferries-x-x-month");
        assert_eq!(name("/search?to=SAN&from=POR&on="), "search-from-to");
        assert_eq!(name("/account/../x y"), "x_20y");
    }
}
