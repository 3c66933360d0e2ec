//! The pages that need no sign-in: each answers in both languages, says what it is, and holds together as a document.

mod crawled;
mod found;
mod installed;
mod months;
mod operators;
mod proofs;

use crate::harness::{Browser, Logs, Page, SESSION, World, motorhome_days, motorhome_days_from};
use app::routes;
use axum::http::{StatusCode, header};
use chrono::{Days, TimeDelta};
use dev::{
    progress::Progress,
    world::crowd::{Crowd, Wish},
};
use domain::{operator::Operator, plan::Plan, token::Token};
use scraper::{Html, Selector};
use std::{collections::HashSet, time::Instant};
use words::{Language, Said};

/// A message as it stands in a page.
pub(super) fn said(id: &'static str, language: Language) -> String {
    Said::new(id).inside(language).to_string()
}

/// A page, read as a browser reads it.
pub(super) fn read(page: &Page) -> Html {
    Html::parse_document(&page.text)
}

/// The text of the first element of a page.
pub(super) fn text_of(document: &Html, selector: &str) -> String {
    let found = document.select(&Selector::parse(selector).unwrap()).next();
    let text: String = found.unwrap_or_else(|| panic!("no {selector}")).text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All of a page's text.
pub(super) fn text(document: &Html) -> String {
    let text: String = document.root_element().text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An attribute of every element that has it.
pub(super) fn attributes(document: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    document.select(&selector).filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
}

pub(super) async fn get(world: &World, path: &str) -> Page {
    Browser::new(app::router(world.web())).get(path).await
}

pub(super) async fn get_in(world: &World, path: &str, language: Language) -> Page {
    Browser::new(app::router(world.web())).with("accept-language", language.tag()).get(path).await
}

/// The pages, and the message that each has for a title.
const PAGES: [(&str, &str); 11] = [
    ("/", "home-title"),
    ("/search", "search-title"),
    ("/ferries", "ferries-title"),
    ("/ferries/harbour/POR-SAN", ""),
    ("/status", "status-title"),
    ("/pricing", "pricing-title"),
    ("/security", "security-title"),
    ("/privacy", "privacy-title"),
    ("/bot", ""),
    ("/offline", "offline-title"),
    ("/login", "login-title"),
];

#[tokio::test]
async fn every_page_speaks_both_languages_and_is_one_document() {
    let world = World::new().await;
    for (path, title) in PAGES {
        let mut spoken = HashSet::new();
        for language in Language::ALL {
            let page = get_in(&world, path, language).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let document = read(&page);
            assert_eq!(attributes(&document, "html", "lang"), [language.tag()], "{path}");
            assert_eq!(document.select(&Selector::parse("h1").unwrap()).count(), 1, "{path}");
            if !title.is_empty() {
                assert_eq!(text_of(&document, "h1"), said(title, language), "{path}");
            }
            assert!(spoken.insert(text_of(&document, "main p")), "{path} says the same in both: {spoken:?}");
            let ids = attributes(&document, "[id]", "id");
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{path} has an id twice: {ids:?}");
            let labels = attributes(&document, "label", "for");
            for target in labels.iter().chain(&attributes(&document, "[aria-labelledby]", "aria-labelledby")) {
                assert!(ids.contains(target), "{path}: {target} is nowhere");
            }
        }
    }
}

#[tokio::test]
async fn what_is_found_by_a_search_engine_says_what_it_is() {
    let world = World::new().await;
    for path in ["/", "/ferries", "/ferries/harbour/POR-SAN", "/status", "/pricing", "/security"] {
        let document = read(&get(&world, path).await);
        let description = attributes(&document, "meta[name=description]", "content");
        assert!(description[0].len() > 50, "{path}: {description:?}");
        let canonical = attributes(&document, "link[rel=canonical]", "href");
        assert_eq!(canonical, [world.config.base_url.join(path).unwrap().to_string()]);
    }
}

/// Every link of our own on the public pages leads somewhere, and to the part of the page that it names.
#[tokio::test]
async fn no_link_of_a_page_leads_nowhere() {
    let world = World::new().await;
    let mut seen = HashSet::new();
    for (path, _) in PAGES {
        for href in attributes(&read(&get(&world, path).await), "[href]", "href") {
            let href = if href.starts_with('#') { format!("{path}{href}") } else { href };
            let is_text = !href.ends_with(".png");
            if is_text && href.starts_with('/') && seen.insert(href.clone()) {
                let (target, part) = href.split_once('#').unwrap_or((&href, ""));
                let page = get(&world, target).await;
                // Whoever is not signed in is led to sign in.
                let is_to_sign_in = page.status == StatusCode::SEE_OTHER && page.location().starts_with("/login");
                assert!(page.status.is_success() || is_to_sign_in, "{path}: {href} answers {}", page.status);
                let parts = attributes(&read(&page), "[id]", "id");
                assert!(part.is_empty() || parts.iter().any(|known| known == part), "{path}: {href} has no such part");
            }
        }
    }
    assert!(seen.len() > 80, "{} links were followed", seen.len());
}

#[tokio::test]
async fn a_page_with_ten_thousand_watches_behind_it_asks_as_little_as_with_none() {
    let world = World::new().await;
    let day = world.first_day;
    let from = world.clock.now();
    let wishes: Vec<Wish> = (0..30)
        .map(|at| Wish::new(Operator::Harbour, motorhome_days_from(day + Days::new(at), 1), from).unwrap())
        .collect();
    let crowd = Crowd { name: "crowd", tenants: 1, watches: 10_000, plan: Plan::Fleet, wishes: &wishes };
    world.everything_is_full(30);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(30)).await;
    world.poll().await;
    world.settle().await;
    world.clock.advance(TimeDelta::hours(2));
    world.poll().await;
    let paths = [
        "/".to_owned(),
        format!("/search?start=Portmouth&end=Santona&from={day}&to={}&vehicle=coachbuilt_700", day + Days::new(29)),
        format!("/ferries/harbour/POR-SAN?month={}&vehicle=coachbuilt_700", day.format("%Y-%m")),
        "/ferries".to_owned(),
        "/status".to_owned(),
        "/status/feed.atom".to_owned(),
    ];
    let few = asked(&world, &paths).await;
    crowd.write(&world.database.super_url(), &Progress::start("Writing watches")).await.unwrap();
    let many = asked(&world, &paths).await;
    for (path, (few, many)) in paths.iter().zip(few.iter().zip(&many)) {
        assert!((1..=6).contains(&few.0) && many.0 == few.0, "{path}: {} questions, then {}", few.0, many.0);
        println!("{path}: {} questions, {:?} with 10,000 watches", many.0, many.1);
    }
    let page = get(&world, &paths[1]).await;
    assert!(attributes(&read(&page), ".sailings > li", "class").len() > 30, "and there is something to show");
}

/// How many questions each page asks of the database, and the slowest of twenty answers.
async fn asked(world: &World, paths: &[String]) -> Vec<(usize, std::time::Duration)> {
    let router = app::router(world.web());
    let mut asked = Vec::new();
    for path in paths {
        let (logs, listening) = Logs::listen();
        assert_eq!(Browser::new(router.clone()).get(path).await.status, StatusCode::OK, "{path}");
        drop(listening);
        let questions = logs.text().lines().filter(|line| line.contains("sqlx::query")).count();
        let mut slowest = std::time::Duration::ZERO;
        for _ in 0..20 {
            let begun = Instant::now();
            Browser::new(router.clone()).get(path).await;
            slowest = slowest.max(begun.elapsed());
        }
        asked.push((questions, slowest));
    }
    asked
}

#[tokio::test]
async fn every_public_row_stays_public_with_a_dead_session() {
    let world = World::new().await;
    let dead = format!("{SESSION}={}", Token::mint([7; 32]).expose());
    for (path, _) in PAGES {
        let mut browser = Browser::new(app::router(world.web())).with("cookie", &dead);
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.headers.contains_key(header::SET_COOKIE), "{path}");
    }
    assert!(routes::table(world.web()).endpoints().len() > PAGES.len());
}
