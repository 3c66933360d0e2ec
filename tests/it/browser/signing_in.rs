//! Signing in as people do: by our page, the provider's, and back, with one click on each.

use super::{Hands, Place};
use dev::chromium::{Look, Scheme, Screen};

/// Everybody's way to a provider and back: what browsers forbid after a form (redirects to another site) would show here.
async fn signs_in(look: Look, hands: Hands) {
    let place = Place::open().await;
    let mut visitor = place.visitor(look, hands).await;
    visitor.open("/login?return_to=%2Faccount").await;
    visitor.click("button", "Sign in with Harbour ID").await;
    visitor.click("button", "Alice").await;
    visitor.is_at("/account").await;
    visitor.sees("alice@example.test").await;
    assert_eq!(visitor.interactions(), 2);
    visitor.click("summary", "Alice").await;
    visitor.click("button", "Sign out").await;
    visitor.sees("Sign in").await;
    visitor.open("/account").await;
    visitor.sees("Sign in with Harbour ID").await;
}

#[tokio::test]
async fn somebody_signs_in_and_out_with_two_clicks() {
    signs_in(Look::at(Screen::Desktop), Hands::Pointer).await;
}

#[tokio::test]
async fn somebody_signs_in_without_scripts() {
    signs_in(Look::at(Screen::Desktop).without_scripts(), Hands::Pointer).await;
}

#[tokio::test]
async fn somebody_signs_in_by_thumb_at_night() {
    signs_in(Look::at(Screen::Phone).in_scheme(Scheme::Dark).still(), Hands::Pointer).await;
}

#[tokio::test]
async fn somebody_signs_in_by_keys_alone() {
    signs_in(Look::at(Screen::Desktop), Hands::Keys).await;
}

#[tokio::test]
async fn somebody_proves_again_who_they_are_and_adds_a_way_to_sign_in() {
    let place = Place::open().await;
    let mut visitor = place.visitor(Look::at(Screen::Desktop), Hands::Pointer).await;
    visitor.open("/login?return_to=%2Faccount%2Fidentities").await;
    visitor.click("button", "Sign in with Harbour ID").await;
    visitor.click("button", "Alice").await;
    visitor.is_at("/account/identities").await;
    visitor.click("button", "Add Quay ID").await;
    visitor.click("button", "Alice").await;
    visitor.is_at("/account/identities").await;
    visitor.sees("Remove Quay ID").await;

    place.clock.advance(chrono::TimeDelta::minutes(30));
    place.sim.freeze(place.clock.now());
    visitor.open("/account/data").await;
    visitor.click("button", "Confirm with Harbour ID").await;
    visitor.click("button", "Alice").await;
    visitor.is_at("/account/data").await;
    visitor.sees("Erase everything").await;
}
