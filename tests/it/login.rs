//! Signing in: what a browser, a provider and the app do together.

mod standard;

use crate::harness::Page;

/// Where a page sends the browser.
fn leads_to(page: &Page) -> String {
    let (_, rest) = page.text.split_once("class=\"go\" href=\"").unwrap_or_else(|| panic!("no link in {}", page.text));
    rest.split('"').next().unwrap().replace("&#38;", "&")
}
