//! The way to a watch: three pages by GET and one press.

use super::{assert_sound, assert_whole, fields, in_french};
use crate::{
    api::released::just_after_a_tick_of,
    harness::{Browser, Page, Person, World, alice_waits, motorhome_days},
};
use axum::http::StatusCode;
use chrono::{Days, TimeDelta};
use domain::{access::Role, plan::Plan};
use url::form_urlencoded;

/// Days of the week, as their boxes are called.
const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What a search or a page answers, as an address.
fn query(answers: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(answers).finish()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Goes on from a page as its form does, with these answers typed.
async fn go_on(browser: &mut Browser, page: &Page, pages: &str, typed: &[(&str, &str)]) -> Page {
    let mut answers = fields(page, pages);
    for (name, value) in typed {
        answers.retain(|(known, _)| known != name);
        answers.push(((*name).to_owned(), (*value).to_owned()));
    }
    browser.get(&format!("{pages}?{}", query(&borrowed(&answers)))).await
}

/// Where and with what, as a search knows it.
fn searched(world: &World) -> Vec<(&'static str, String)> {
    let day = |days| (world.first_day + Days::new(days)).to_string();
    vec![
        ("operator", "harbour".into()),
        ("route", "POR-SAN".into()),
        ("from", day(0)),
        ("to", day(2)),
        ("vehicle", "coachbuilt_700".into()),
    ]
}

async fn criteria(world: &World) -> serde_json::Value {
    let newest = "select criteria from watch order by created_at desc, id desc limit 1";
    sqlx::query_scalar(newest).fetch_one(&world.admin).await.unwrap()
}

#[tokio::test]
async fn three_pages_and_one_press_make_a_watch_in_both_languages() {
    for (language, words) in [
        ("en", ["Where and when?", "With what?", "Is this right?", "class motorhome", "We ask every hour"]),
        ("fr", ["Où et quand", "Avec quoi", "Est-ce bien cela", "catégorie motorhome", "Nous demandons chaque heure"]),
    ] {
        let world = World::new().await;
        let alice = world.person("Alice", Plan::Free).await;
        let (mut browser, home) = world.at_home(&alice).await;
        if language == "fr" {
            browser = in_french(&browser);
        }
        let pages = format!("{home}/watches/new");
        let when = browser.get(&pages).await;
        assert_sound(&when);
        assert!(when.text.contains(words[0]) && !when.text.contains("role=\"alert\""), "{}", when.text);
        let (from, to) = (world.first_day.to_string(), (world.first_day + Days::new(2)).to_string());
        let typed = [("way", "harbour:POR-SAN"), ("from", &from), ("to", &to), ("after", "06:00"), ("before", "23:00")];
        let what = go_on(&mut browser, &when, &pages, &typed).await;
        assert_sound(&what);
        assert!(what.text.contains(words[1]) && what.text.contains(words[3]), "{}", what.text);
        let typed = [("vehicle", "own"), ("length", "22 ft 8"), ("height", "2,95"), ("adults", "2"), ("cabin", "yes")];
        let check = go_on(&mut browser, &what, &pages, &typed).await;
        assert_sound(&check);
        assert!(check.text.contains(words[2]) && check.text.contains(words[4]), "{}", check.text);
        assert_eq!(world.count("select count(*) from watch").await, 0, "looking begins nothing");
        let mut sent = fields(&check, &format!("{home}/watches"));
        sent.push(("note".into(), "Christmas at Ana’s\r\nring first".into()));
        let begun = browser.post(&format!("{home}/watches"), &borrowed(&sent)).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
        assert_sound(&browser.get(begun.location()).await);
        let wish = criteria(&world).await;
        assert_eq!((&wish["vehicle"]["length_mm"], &wish["vehicle"]["height_mm"]), (&6_909.into(), &2_950.into()));
        assert_eq!((&wish["wants"]["cabin"], &wish["leg"]["window"]["from"]), (&"yes".into(), &"06:00:00".into()));
        let notes = "select count(*) from watch w join watch_channel c on c.watch_id = w.id where note = E'Christmas at Ana’s\\nring first'";
        assert_eq!(world.count(notes).await, 1, "it tells her address, though she was not asked twice");
    }
}

#[tokio::test]
async fn a_search_leads_to_the_last_page_and_needs_one_press() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    let (mut browser, home) = world.at_home(&alice).await;
    let answers = searched(&world);
    let answers: Vec<_> = answers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("{home}/watches/new?{}&unknown=x", query(&answers));
    let check = browser.get(&path).await;
    assert_sound(&check);
    assert!(
        check.text.contains("Begin watching")
            && check.text.contains("6.99\u{a0}m long: over 6\u{a0}m, within 7.5\u{a0}m"),
        "{}",
        check.text
    );
    let sent = fields(&check, &format!("{home}/watches"));
    let begun = browser.post(&format!("{home}/watches"), &borrowed(&sent)).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    assert_eq!(criteria(&world).await["vehicle"]["length_mm"], 6_990);
    let change = browser.get(&format!("{path}&step=1")).await;
    assert_sound(&change);
    assert!(change.text.contains(&format!("value=\"{}\"", world.first_day)), "what was answered stands there");
    assert!(
        change.text.contains("value=\"harbour:POR-SAN\" selected") && change.text.contains("value=\"coachbuilt_700\"")
    );
}

#[tokio::test]
async fn sr_api_05_the_last_page_shows_the_space_that_its_readers_plan_was_told_of() {
    let (world, sailing) = alice_waits().await;
    let fred = world.person("Fred", Plan::Free).await;
    just_after_a_tick_of(&world, Plan::Free).await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    let answers = searched(&world);
    let answers: Vec<_> = answers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("/t/{}/watches/new?{}", fred.tenant, query(&answers));
    let check = async || world.signed_in(&fred).await.get(&path).await.text;
    let before = check().await;
    assert!(before.contains("No sailing has space at present.") && !before.contains("1 space"), "{before}");
    world.an_hour_later().await;
    let after = check().await;
    assert!(after.contains("1 space") && !after.contains("No sailing has space at present."), "{after}");
}

#[tokio::test]
async fn what_cannot_be_read_or_answered_is_refused_beside_its_field_and_stays_as_it_was_typed() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    let (mut browser, home) = world.at_home(&alice).await;
    let mut french = in_french(&browser);
    let good = searched(&world);
    let late = (world.first_day - Days::new(60)).to_string();
    for (name, typed, field, english) in [
        ("way", "", "way", "Choose a route from the list."),
        ("route", "POR-MARS", "way", "Choose a route from the list."),
        ("from", "", "from", "Choose the first day."),
        ("from", "soon", "from", "soon is no day we can read."),
        ("to", late.as_str(), "from", "The last day is before the first."),
        ("picked", "1/1/2020", "from", "All of these days have passed."),
        ("after", "25:00", "after", "25:00 is no time of day."),
        ("before", "", "", ""),
        ("back_from", late.as_str(), "back_from", "All of these days have passed."),
        ("vehicle", "spaceship", "vehicle", "Choose a vehicle, or say how large yours is."),
        ("length", "540", "length", "Say what it is measured in"),
        ("length", "very long", "length", "This is no size we can read."),
        ("length", "0.2 m", "length", "This must be between 1\u{a0}m and 25\u{a0}m."),
        ("height", "", "height", "Type a size, such as 5.4 m."),
        ("trailer", "19 m", "vehicle", "Harbour Lines (simulated) takes no vehicle of this size."),
        ("adults", "0", "adults", "This must be between 1 and 20."),
        ("adults", "two", "adults", "Type a whole number."),
        ("pet_cabin", "yes", "pet_cabin", "A cabin for pets is chosen, and no pet travels."),
        ("price", "cheap", "price", "Type an amount, such as 350 or 349.50."),
        ("price", "0", "price", "Type an amount, such as 350 or 349.50."),
    ] {
        let mut answers: Vec<_> = good.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if ["length", "height", "trailer"].contains(&name) {
            answers.retain(|(name, _)| *name != "vehicle");
            answers.extend([("vehicle", "own"), ("length", "6.9"), ("height", "2.9")]);
        }
        answers.retain(|(known, _)| *known != name);
        answers.push((name, typed));
        let path = format!("{home}/watches/new?{}", query(&answers));
        let page = browser.get(&path).await;
        if field.is_empty() {
            assert_sound(&page);
            continue;
        }
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={typed}: {}", page.text);
        assert_whole(&page);
        let beside = format!("id=\"{field}-refused\">{english}");
        assert!(page.text.contains(&beside), "{name}={typed} is not refused by {english:?}: {}", page.text);
        if !["way", "route", "vehicle", "pet_cabin"].contains(&name) && !typed.is_empty() {
            assert!(page.text.contains(&format!("value=\"{typed}\"")), "{name}={typed} is lost: {}", page.text);
        }
        let page = french.get(&path).await;
        assert_whole(&page);
        assert!(
            page.text.contains(&format!("id=\"{field}-refused\"")) && !page.text.contains(english),
            "{name}={typed}"
        );
    }
    let sent = [("operator", "harbour"), ("route", "POR-SAN"), ("from", "soon"), ("note", "kept")];
    let page = browser.post(&format!("{home}/watches"), &sent).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.post(&format!("{home}/watches"), &[("user_id", "7")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody chooses whose it is");
    assert_eq!(world.count("select count(*) from watch").await, 0);
}

#[tokio::test]
async fn a_note_that_is_too_long_is_refused_on_the_last_page_and_kept() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    let (mut browser, home) = world.at_home(&alice).await;
    let long = "é".repeat(501);
    let answers = searched(&world);
    let mut sent: Vec<_> = answers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sent.push(("note", &long));
    let page = browser.post(&format!("{home}/watches"), &sent).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_whole(&page);
    assert!(page.text.contains("A note has 500 characters at most.") && page.text.contains(&long), "{}", page.text);
}

async fn send(browser: &mut Browser, home: &str, world: &World) -> Page {
    let answers = searched(world);
    let sent: Vec<_> = answers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(&format!("{home}/watches"), &sent).await
}

#[tokio::test]
async fn a_plan_without_room_says_so_with_a_way_out_and_nothing_begins() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    for _ in 0..2 {
        world.watch(&alice, &motorhome_days(1)).await;
    }
    let (mut browser, home) = world.at_home(&alice).await;
    let page = send(&mut browser, &home, &world).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_whole(&page);
    assert!(
        page.text.contains("The plan Free has room for 2 watches at once, and this would be number 3."),
        "{}",
        page.text
    );
    assert!(page.text.contains("href=\"/pricing\"") && page.text.contains(&format!("href=\"{home}\"")));
    assert_eq!(world.count("select count(*) from watch").await, 2);
}

#[tokio::test]
async fn a_wish_that_nobody_would_ask_about_does_not_begin() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    sqlx::query("update operator set killed_at = now()").execute(&world.admin).await.unwrap();
    let (mut browser, home) = world.at_home(&alice).await;
    let page = send(&mut browser, &home, &world).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("is not asked at present, so nothing would be found"), "{}", page.text);
    assert_eq!(world.count("select count(*) from watch").await, 0);
}

async fn changed(world: &World, alice: &Person) -> (Browser, String, String) {
    let watch = world.watch(alice, &motorhome_days(2)).await;
    let (browser, home) = world.at_home(alice).await;
    let here = format!("{home}/watches/{watch}");
    (browser, home, here)
}

#[tokio::test]
async fn a_watch_is_changed_on_the_same_pages_and_another_one_made_like_it() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let (mut browser, home, here) = changed(&world, &alice).await;
    let pages = format!("{here}/edit");
    let check = browser.get(&pages).await;
    assert_sound(&check);
    assert!(check.text.contains("Save the changes") && check.text.contains("7\u{a0}m long"), "{}", check.text);
    let mut sent = fields(&check, &here);
    sent.retain(|(name, _)| name != "adults");
    sent.extend([("adults".to_owned(), "4".to_owned()), ("note".to_owned(), "four of us".to_owned())]);
    let saved = browser.post(&here, &borrowed(&sent)).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, here.as_str()), "{}", saved.text);
    assert_eq!(criteria(&world).await["party"]["adults"], 4);
    let again = browser.post(&here, &borrowed(&sent)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "what it was opened at is not what it is");
    assert!(again.text.contains("Somebody has changed this watch meanwhile"), "{}", again.text);

    let id = here.rsplit('/').next().unwrap();
    let like = browser.get(&format!("{home}/watches/new?like={id}")).await;
    assert_sound(&like);
    assert!(like.text.contains("value=\"harbour:POR-SAN\" selected"), "{}", like.text);
    let pages = format!("{home}/watches/new");
    let what = go_on(&mut browser, &like, &pages, &[("step", "3")]).await;
    assert!(what.text.contains("four of us") && what.text.contains("Begin watching"), "{}", what.text);
}

#[tokio::test]
async fn who_only_looks_begins_and_changes_nothing() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let vic = world.member(alice.tenant, "Vic", Role::Viewer).await;
    let watch = world.watch(&alice, &motorhome_days(1)).await;
    let (mut browser, home) = world.at_home(&vic).await;
    for path in ["new".to_owned(), format!("{watch}/edit"), format!("{watch}/delete")] {
        assert_eq!(browser.get(&format!("{home}/watches/{path}")).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(send(&mut browser, &home, &world).await.status, StatusCode::FORBIDDEN);
    let here = format!("{home}/watches/{watch}");
    for act in ["", "/pause", "/resume", "/stop", "/delete"] {
        assert_eq!(browser.post(&format!("{here}{act}"), &[]).await.status, StatusCode::FORBIDDEN, "{act}");
    }
    let page = browser.get(&here).await;
    assert_sound(&page);
    assert!(!page.text.contains("/pause") && !page.text.contains("/delete"), "{}", page.text);
}

/// Everything that can be answered, each at its longest.
fn longest(world: &World, channel: &str) -> Vec<(String, String)> {
    let days: Vec<String> =
        (0..62).map(|day| (world.first_day + Days::new(day)).format("%d/%m/%Y").to_string()).collect();
    let size = |size: &str| format!("{size:_<36} mm").replace('_', " ");
    let mut answers: Vec<(String, String)> = Vec::new();
    for way in ["", "back_"] {
        answers.push((format!("{way}picked"), days.join(", ")));
        answers.extend(WEEK.map(|day| (format!("{way}{day}"), "yes".to_owned())));
        answers
            .extend([(format!("{way}after"), "00:00:01".to_owned()), (format!("{way}before"), "23:59:58".to_owned())]);
    }
    for (name, value) in [
        ("way", "harbour:POR-SAN"),
        ("back_route", "SAN-POR"),
        ("rule", "either"),
        ("vehicle", "own"),
        ("kind", "campervan"),
        ("length", &size("5000")),
        ("height", &size("2500")),
        ("width", &size("2300")),
        ("trailer", &size("1500")),
        ("rack", &size("500")),
        ("adults", "20"),
        ("children", "20"),
        ("infants", "20"),
        ("pets", "10"),
        ("cabin", "yes"),
        ("pet_cabin", "yes"),
        ("price", "€ 99 999,99"),
        ("told", "yes"),
        (&format!("tell-{channel}"), "yes"),
        ("stop", "yes"),
    ] {
        answers.push((name.to_owned(), value.to_owned()));
    }
    answers
}

/// The page in another language, as the form at its foot leads there.
async fn in_language(browser: &mut Browser, page: &Page, language: &str) -> Page {
    let mut sent = fields(page, "/language");
    sent.push(("language".into(), language.into()));
    let led = browser.post("/language", &borrowed(&sent)).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.text);
    browser.get(led.location()).await
}

#[tokio::test]
async fn the_longest_answers_stay_when_the_language_is_changed_on_the_last_page_and_back() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let (mut browser, home) = world.at_home(&alice).await;
    let (pages, sent_to) = (format!("{home}/watches/new"), format!("{home}/watches"));
    let answers = query(&borrowed(&longest(&world, &alice.channel.to_string())));
    assert!(answers.len() > 2_500, "{}", answers.len());
    let english = browser.get(&format!("{pages}?{answers}&step=3")).await;
    assert_sound(&english);
    assert!(english.text.contains("Is this right?"), "{}", english.text);
    let answered = fields(&english, &sent_to);
    assert_eq!(answered.len(), 40, "{answered:?}");

    let french = in_language(&mut browser, &english, "fr").await;
    assert_sound(&french);
    assert!(french.text.contains("Est-ce bien cela"), "{}", french.text);
    assert_eq!(fields(&french, &sent_to), answered);
    let english = in_language(&mut browser, &french, "en").await;
    assert_sound(&english);
    assert!(english.text.contains("Is this right?"), "{}", english.text);
    assert_eq!(fields(&english, &sent_to), answered);

    // And where what was sent was not taken.
    let mut sent = answered.clone();
    sent.push(("note".into(), "x".repeat(501)));
    let refused = browser.post(&sent_to, &borrowed(&sent)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let french = in_language(&mut browser, &refused, "fr").await;
    assert_sound(&french);
    assert_eq!(fields(&french, &sent_to), answered);
}
