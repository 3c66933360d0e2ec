//! The search: what it finds is what the least plan was told, and what cannot be read comes back as it was typed.

use super::{attributes, get, get_in, read, text, text_of};
use crate::{
    api::released::{just_after_a_tick_of, next_tick_of},
    harness::{World, motorhome_days},
};
use axum::http::StatusCode;
use chrono::{Days, TimeDelta};
use domain::{access::Role, plan::Plan};
use scraper::Html;
use words::{Arg, Language, Said};

/// A search for a motorhome on the first day, and one more.
fn path(world: &World) -> String {
    let day = world.first_day;
    format!("/search?start=Portmouth&end=santona&from={day}&to={}&vehicle=coachbuilt_700", day + Days::new(1))
}

/// The signs of the sailings that a page shows, in their order.
fn signs(document: &Html) -> Vec<String> {
    attributes(document, ".sailings > li", "class")
}

#[tokio::test]
async fn sr_api_05_whoever_did_not_sign_in_is_told_what_free_was_told_and_no_more() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    just_after_a_tick_of(&world, Plan::Free).await;
    let before = read(&get(&world, &path(&world)).await);
    assert!(signs(&before).iter().all(|sign| sign == "full"), "{:?}", signs(&before));
    let month = format!("/ferries/harbour/POR-SAN?month={}&vehicle=coachbuilt_700", world.first_day.format("%Y-%m"));
    let months = attributes(&read(&get(&world, &month).await), ".month a", "aria-label");

    // A fleet hears of it at once; nobody else does, nor that somebody looked.
    world.open(&sailing);
    world.clock.advance(TimeDelta::seconds(61));
    world.poll().await;
    world.settle().await;
    assert_eq!(world.count("select count(*) from alert").await, 1, "the fleet was told");
    let meanwhile = read(&get(&world, &path(&world)).await);
    assert_eq!(signs(&meanwhile), signs(&before));
    assert_eq!(attributes(&meanwhile, ".sailings time", "datetime"), attributes(&before, ".sailings time", "datetime"));
    assert!(months[0].contains("Full") && !months[0].contains("space"), "{months:?}");
    let now = attributes(&read(&get(&world, &month).await), ".month a", "aria-label");
    assert!(now[0].contains("Full") && !now[0].contains("1 space"), "{now:?}");
    let board = async || attributes(&read(&get(&world, "/").await), ".sailings > li", "class");
    assert!(!board().await.is_empty() && board().await.iter().all(|sign| sign != "open"));

    // At the tick itself nothing is released: a good poll must have served it.
    world.clock.advance(next_tick_of(&world, Plan::Free).await - world.clock.now());
    assert_eq!(signs(&read(&get(&world, &path(&world)).await)), signs(&before));
    assert!(board().await.iter().all(|sign| sign != "open"));
    world.clock.advance(TimeDelta::seconds(90));
    world.poll().await;
    let after = read(&get(&world, &path(&world)).await);
    assert_eq!(signs(&after).iter().filter(|sign| *sign == "open").count(), 1);
    assert!(text_of(&after, ".found").contains("One sailing with space"));
    assert_eq!(board().await[0], "open");
    let now = attributes(&read(&get(&world, &month).await), ".month a", "aria-label");
    assert!(now[0].contains("1 space"), "{now:?}");
}

#[tokio::test]
async fn a_sailing_leads_to_its_operator_and_into_the_wizard_with_every_answer() {
    let (world, _) = crate::harness::alice_waits().await;
    world.clock.advance(TimeDelta::hours(2));
    world.poll().await;
    let day = world.first_day;
    let document = read(
        &get(&world, &path(&world).replace("vehicle=coachbuilt_700", "vehicle=own&length=23+ft&height=2%2C9")).await,
    );
    let leads = attributes(&document, ".sailings > li a", "href");
    let wanted =
        format!("/watch?operator=harbour&route=POR-SAN&from={day}&to={day}&vehicle=own&length=23+ft&height=2%2C9");
    assert!(leads.contains(&wanted), "{leads:?}");
    let whole = attributes(&document, ".leg a.go:last-child", "href");
    assert!(whole[0].contains(&format!("from={day}&to={}", day + Days::new(1))), "{whole:?}");
    assert!(text_of(&document, ".leg").contains("“motorhome”: up to 7.5 m long and 3.2 m high"));
    // Of the day after nobody has asked.
    assert!(text_of(&document, ".sailings.unchecked").contains("Not checked yet"));
    // A way out to the operator only where there is space.
    assert!(leads.iter().all(|lead| lead.starts_with('/')), "{leads:?}");
}

#[tokio::test]
async fn what_cannot_be_read_comes_back_as_it_was_typed_with_a_sentence_beside_it() {
    let world = World::new().await;
    let typed = "start=%3Cb%3EAtlantis&end=Santo%C3%B1a&from=soon&to=&vehicle=own&length=540&height=%22%3E";
    let day = Arg::Text(world.clock.now().date_naive().to_string());
    let refusals = [
        ("start", "<b>Atlantis", Said::new("terminal-unknown").with("name", "<b>Atlantis")),
        ("from", "soon", Said::new("day-not-one").with("example", day)),
        ("length", "540", Said::new("length-no-unit")),
        ("height", "\">", Said::new("length-not-one")),
    ];
    for language in Language::ALL {
        let page = get_in(&world, &format!("/search?{typed}"), language).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let document = read(&page);
        for (field, value, why) in &refusals {
            assert_eq!(attributes(&document, &format!("#{field}"), "value"), [*value]);
            assert_eq!(attributes(&document, &format!("#{field}"), "aria-invalid"), ["true"], "{field}");
            let beside = text_of(&document, &format!("#{field}-refused"));
            let why = why.clone().inside(language).to_string();
            assert_eq!(beside, why.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        assert_eq!(attributes(&document, "#end", "value"), ["Santoña"]);
        assert!(attributes(&document, "#end", "aria-invalid").is_empty());
        assert!(!page.text.contains("<b>Atlantis"));
    }
    // What links collect on their way is not looked at, and what is given twice is refused.
    assert_eq!(get(&world, "/search?utm_source=x&fbclid=y").await.status, StatusCode::OK);
    assert_eq!(get(&world, "/search?start=a&start=b").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn where_no_ferry_goes_the_ones_that_do_are_named() {
    let world = World::new().await;
    let document = read(&get(&world, "/search?start=Portsmouth&end=Seattle").await);
    let shown = text(&document);
    assert!(shown.contains("no ferry we watch sails from Portsmouth to Seattle"), "{shown}");
    assert!(shown.contains("Portsmouth → Bilbao") && shown.contains("Bainbridge Island → Seattle"), "{shown}");
    let several = read(&get(&world, "/search?start=Portsmouth").await);
    let ways = attributes(&several, ".ways a", "href");
    assert!(ways.len() > 3 && ways.iter().all(|href| href.starts_with("/search?start=Portsmouth&end=")), "{ways:?}");
}

#[tokio::test]
async fn what_an_operator_never_tells_is_said_and_not_offered() {
    let world = World::new().await;
    let document = read(&get(&world, "/search?start=Seattle&end=Bremerton&vehicle=a_class_750").await);
    assert!(text(&document).contains("does not tell whether there is space for a vehicle 7.49 m long"));
    assert!(!attributes(&document, "main a", "href").iter().any(|href| href.starts_with("/watch")));
    let huge = read(&get(&world, "/search?start=Portmouth&end=Isla&vehicle=own&length=20&height=4").await);
    assert!(text(&huge).contains("takes no vehicle that is 20 m long"));
}

#[tokio::test]
async fn who_wants_to_watch_comes_into_the_wizard_with_what_they_asked() {
    let world = World::new().await;
    let query = "operator=harbour&route=POR-SAN&from=2026-07-11&to=2026-07-12&vehicle=own&length=17+ft+9&height=2%2C0";
    let stranger = get(&world, &format!("/watch?{query}&fbclid=x")).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert!(
        stranger.location().starts_with("/login?return_to=%2Fwatch%3Foperator%3Dharbour"),
        "{}",
        stranger.location()
    );

    let alice = world.person("Alice", Plan::Free).await;
    let page = world.signed_in(&alice).await.get(&format!("/watch?{query}&fbclid=x")).await;
    assert_eq!(page.location(), format!("/t/{}/watches/new?{query}", alice.tenant));

    // Where they may only look is not where they begin.
    let bob = world.person("Bob", Plan::Free).await;
    let joined = "insert into member (tenant_id, user_id, role) values ($1, $2, $3)";
    let add = sqlx::query(joined).bind(alice.tenant.0).bind(bob.user.0).bind(Role::Viewer.as_str());
    add.execute(&world.admin).await.unwrap();
    let page = world.signed_in(&bob).await.get("/watch?operator=harbour").await;
    assert_eq!(page.location(), format!("/t/{}/watches/new?operator=harbour", bob.tenant));
}
