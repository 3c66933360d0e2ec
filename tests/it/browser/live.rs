//! A page that stands open in a real browser: it is told by its stream what changes, shows it and says it; and without scripts it is as
//! right when it is opened again.

use super::{Hands, Place, Visitor};
use crate::harness::{Person, motorhome_days};
use dev::{
    chromium::{Look, Screen},
    sim::SimSailing,
};
use domain::plan::Plan;

/// Alice waits for a day that is full and known to be, and sees that on her dashboard.
async fn waits(place: &Place, look: Look) -> (Person, SimSailing, Visitor) {
    let sailing = place.everything_is_full(1).remove(0);
    let alice = place.person("Alice", Plan::Fleet).await;
    place.watch(&alice, &motorhome_days(1)).await;
    place.poll().await;
    place.settle().await;
    let mut visitor = place.visitor(look, Hands::Pointer).await;
    visitor.signed_in(place, &alice).await;
    visitor.open(&format!("/t/{}", alice.tenant)).await;
    visitor.sees("Full").await;
    (alice, sailing, visitor)
}

#[tokio::test]
async fn a_card_turns_from_full_to_a_space_by_itself_and_says_so() {
    let place = Place::told().await;
    let (alice, sailing, visitor) = waits(&place, Look::at(Screen::Desktop)).await;
    visitor.sees("Live").await;
    let says = async |what: &str| visitor.window.evaluate(what).await.unwrap();
    says("window.isTheSamePage = true").await;
    let card = "document.querySelector('[data-watch] .card').classList.contains('loud')";
    let news = "document.querySelector('[data-news]').textContent";
    assert_eq!(
        (says(card).await, says(news).await),
        (false.into(), "".into()),
        "it says nothing while nothing changes"
    );

    place.open(&sailing);
    place.an_hour_later().await;
    visitor.sees("1 space").await;
    assert_eq!(says("window.isTheSamePage").await, true, "nobody opened it again");
    visitor.is_at(&format!("/t/{}", alice.tenant)).await;
    assert_eq!(says(card).await, true);
    let news = says(news).await;
    let news = news.as_str().unwrap();
    assert!(news.starts_with("Portmouth Sim") && news.contains(", 1 space, Sat 11 Jul"), "{news:?}");
    assert_eq!(says("document.title").await.as_str().map(|title| title.starts_with("(1) ")), Some(true));
}

#[tokio::test]
async fn without_scripts_the_same_page_shows_it_when_it_is_opened_again() {
    let place = Place::told().await;
    let (alice, sailing, mut visitor) = waits(&place, Look::at(Screen::Phone).without_scripts()).await;
    place.open(&sailing);
    place.an_hour_later().await;
    visitor.open(&format!("/t/{}", alice.tenant)).await;
    visitor.sees("1 space").await;
}
