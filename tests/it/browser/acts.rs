//! What people do at pages besides reading, with whatever they have: a mouse, a thumb or keys, with scripts or without. Each is counted.

use super::{Hands, Place, pages};
use dev::chromium::{Key, Look, Screen};

/// Somebody changes what they are called and where they live.
async fn changes_their_account(look: Look, hands: Hands) {
    let place = Place::open().await;
    let owner = pages::owner(&place).await;
    let mut visitor = place.visitor(look, hands).await;
    visitor.signed_in(&place, &owner.person).await;
    visitor.open("/account").await;
    visitor.fill("Your name", "Zoë O’Neil").await;
    visitor.choose("Your time zone", "Pacific/Auckland").await;
    visitor.click("button", "Save").await;
    let changed = "select count(*) from user_account where name = 'Zoë O’Neil' and zone = 'Pacific/Auckland'";
    crate::harness::eventually("the account is changed", async || place.count(changed).await == 1).await;
    visitor.is_at("/account").await;
    assert_eq!(visitor.interactions(), 3);
}

#[tokio::test]
async fn somebody_changes_their_account_by_thumb_and_without_scripts() {
    changes_their_account(Look::at(Screen::Phone).without_scripts(), Hands::Pointer).await;
}

#[tokio::test]
async fn somebody_changes_their_account_by_keys_alone() {
    changes_their_account(Look::at(Screen::Desktop), Hands::Keys).await;
}

#[tokio::test]
async fn a_mail_leads_to_one_question_and_one_button_that_ends_a_watch() {
    let place = Place::open().await;
    let owner = pages::owner(&place).await;
    let mut visitor = place.visitor(Look::at(Screen::Phone), Hands::Pointer).await;
    visitor.follow(&place.mailed(&owner.person.email, "/l/stop/")).await;
    visitor.click("button", "Booked, stop").await;
    visitor.sees("Your watch has ended").await;
    assert_eq!(place.count("select count(*) from watch where state = 'stopped'").await, 1);
    assert_eq!(visitor.interactions(), 2);
}

#[tokio::test]
async fn a_menu_closes_by_escape_and_gives_the_focus_back() {
    let place = Place::open().await;
    let owner = pages::owner(&place).await;
    let mut visitor = place.visitor(Look::at(Screen::Desktop), Hands::Keys).await;
    visitor.signed_in(&place, &owner.person).await;
    visitor.open("/account").await;
    visitor.click("summary", "Alice").await;
    let menu = visitor.window.find("summary", "Alice").await.unwrap();
    visitor.window.find("button", "Sign out").await.unwrap();
    visitor.press(Key::Tab).await;
    assert!(!visitor.window.has_focus(menu).await.unwrap());
    visitor.press(Key::Escape).await;
    assert!(visitor.window.has_focus(menu).await.unwrap());
    assert_eq!(visitor.window.evaluate("document.querySelector('details.menu').open").await.unwrap(), false);
}
