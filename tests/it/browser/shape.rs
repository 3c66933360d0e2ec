//! What is promised of every page: that everybody can use it, on any screen, in light and dark; that it is light and quiet, and asks nobody
//! but us.

use super::examined::{Examined, pages};

/// Most that a page may bring, without images.
const PAGE_BYTES_MAX: u64 = 60_000;

/// Fails with all that was found on all pages.
fn assert_none(found: impl Fn(&Examined) -> Vec<String>, pages: &[Examined]) {
    assert!(pages.len() > 20, "the walk found {} pages: it is looking in the wrong place", pages.len());
    let found: Vec<String> =
        pages.iter().flat_map(|page| found(page).into_iter().map(|found| format!("{}: {found}", page.route))).collect();
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

#[tokio::test]
async fn axe_finds_no_violation_on_any_page_in_light_and_dark_on_a_desk_and_a_phone() {
    assert_none(|page| page.violations.clone(), pages().await);
}

#[tokio::test]
async fn no_page_scrolls_sideways_at_320_px() {
    assert_none(|page| page.too_wide.clone(), pages().await);
}

#[tokio::test]
async fn what_is_pressed_on_a_phone_is_large_enough_for_a_thumb() {
    assert_none(|page| page.too_small.clone(), pages().await);
}

#[tokio::test]
async fn every_page_answers_as_it_should_and_complains_of_nothing() {
    let answers = |page: &Examined| {
        let is_expected = page.statuses.contains(&page.status);
        let answered = (!is_expected).then(|| format!("answers {}, not {:?}", page.status, page.statuses));
        answered.into_iter().chain(page.complaints.clone()).collect()
    };
    assert_none(answers, pages().await);
}

#[tokio::test]
async fn no_page_asks_anybody_but_us() {
    assert_none(|page| page.strangers_asked().into_iter().map(str::to_owned).collect(), pages().await);
}

#[tokio::test]
async fn every_page_comes_in_60_kb_without_its_images() {
    let heavy = |page: &Examined| {
        let weight = page.weight();
        assert!(weight > 500, "{}: {weight} bytes cannot be all", page.route);
        (weight > PAGE_BYTES_MAX).then(|| format!("{weight} bytes")).into_iter().collect()
    };
    assert_none(heavy, pages().await);
}
