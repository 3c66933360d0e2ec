//! The whole of what the product is for: from the landing page to a message that space has opened, and "Booked, stop". Promises that it takes
//! somebody new at most twelve interactions, with scripts and without, by thumb and by keys alone.

use super::{Hands, Place};
use dev::chromium::{Look, Scheme, Screen};
use domain::operator::Operator;

/// Most that a new user may have to do: clicks, fields filled in, keys pressed.
const INTERACTIONS_MAX: u32 = 12;

/// Somebody whom nobody knows looks for a sailing that is full, waits for it, and books.
async fn travels(look: Look, hands: Hands) {
    let place = Place::open().await;
    let day = place.first_day;
    place.everything_is_full(1);
    let mut visitor = place.visitor(look, hands).await;
    visitor.open("/").await;
    visitor.fill("From", "Portmouth Sim").await;
    visitor.fill("to", "Santoña Sim").await;
    visitor.fill("leaving from", &day.to_string()).await;
    visitor.fill("until", &day.to_string()).await;
    visitor.choose("with", "Motorhome, c").await;
    visitor.click("button", "Search").await;
    visitor.click("link", "Watch these days").await;
    visitor.click("button", "Sign in with Harbour ID").await;
    visitor.click("button", "Alice").await;
    visitor.click("button", "Begin watching").await;
    let begun = "select count(*) from watch where state = 'active'";
    crate::harness::eventually("the watch has begun", async || place.count(begun).await == 1).await;

    place.poll().await;
    place.settle().await;
    assert_eq!(place.sim.inbox().iter().filter(|mail| mail.subject.contains("Space")).count(), 0, "all is full");
    let sailing = place.sim.sailings(Operator::Harbour, "POR-SAN", day).remove(0);
    place.open(&sailing);
    place.an_hour_later().await;

    visitor.follow(&place.mailed("alice@example.test", "/l/stop/")).await;
    visitor.click("button", "Booked, stop").await;
    visitor.sees("Your watch has ended").await;
    assert_eq!(place.count("select count(*) from watch where state = 'stopped'").await, 1);
    let took = visitor.interactions();
    assert!(took <= INTERACTIONS_MAX, "{took} interactions");
}

#[tokio::test]
async fn somebody_new_comes_from_the_landing_page_to_an_alert_in_twelve_interactions() {
    travels(Look::at(Screen::Desktop), Hands::Pointer).await;
}

#[tokio::test]
async fn the_same_works_by_thumb_at_night_without_scripts() {
    travels(Look::at(Screen::Phone).in_scheme(Scheme::Dark).without_scripts(), Hands::Pointer).await;
}

#[tokio::test]
async fn the_same_works_by_keys_alone() {
    travels(Look::at(Screen::Desktop).still(), Hands::Keys).await;
}
