//! Routes and their months.

use super::{attributes, get, read, text, text_of};
use crate::harness::{World, alice_waits};
use axum::http::StatusCode;
use chrono::{Days, TimeDelta};
use domain::operator::Operator;

#[tokio::test]
async fn a_month_is_drawn_and_the_same_stands_in_a_table() {
    let (world, _) = alice_waits().await;
    world.clock.advance(TimeDelta::hours(2));
    world.poll().await;
    let month = world.first_day.format("%Y-%m");
    let page = get(&world, &format!("/ferries/harbour/POR-SAN?month={month}&vehicle=coachbuilt_700")).await;
    let document = read(&page);
    let days = attributes(&document, ".month a", "aria-label");
    let drawn = attributes(&document, ".month a .buoy", "class");
    let rows = attributes(&document, "details.table tbody th", "scope");
    assert!(!days.is_empty() && drawn.len() == rows.len(), "{} buoys, {} rows", drawn.len(), rows.len());
    assert!(drawn.iter().all(|class| class == "buoy signal full"), "{drawn:?}");
    assert!(days[0].contains("Full") && days[0].contains("checked"), "{days:?}");
    assert!(text_of(&document, "details.table").contains("Full"));
    let names = text(&document);
    for fact in ["Harbour Lines (simulated)", "Europe/London", "July 2026", "“long”: up to 12 m long and 4 m high"]
    {
        assert!(names.contains(fact), "{fact}");
    }
    let leads = attributes(&document, "main a", "href");
    assert!(leads.contains(&"/ferries/harbour/SAN-POR".to_owned()), "the other direction: {leads:?}");
    assert!(leads.contains(&"/ferries/harbour/POR-SAN?month=2026-08&vehicle=coachbuilt_700".to_owned()), "{leads:?}");
    assert!(!leads.iter().any(|lead| lead.contains("month=2026-06")), "what is over is not shown");
}

#[tokio::test]
async fn what_is_no_route_or_no_month_is_not_there() {
    let world = World::new().await;
    for path in [
        "/ferries/harbour/POR-XXX",
        "/ferries/nobody/POR-SAN",
        "/ferries/brittany/POR-SAN",
        "/ferries/harbour/POR-SAN?month=2026-13",
        "/ferries/harbour/POR-SAN?month=1999-01",
        "/ferries/harbour/POR-SAN?month=9999-01",
        "/ferries/harbour/..%2fPOR-SAN",
    ] {
        assert_eq!(get(&world, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = get(&world, "/ferries/harbour/POR-SAN?vehicle=own&length=long&height=2").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(attributes(&read(&page), "#length", "value"), ["long"]);
}

#[tokio::test]
async fn every_route_of_every_operator_has_its_page() {
    let world = World::new().await;
    let listed = attributes(&read(&get(&world, "/ferries").await), ".quays a", "href");
    let routes: usize = Operator::ALL.iter().map(|operator| operator.manifest().routes.len()).sum();
    assert_eq!(listed.len(), routes);
    for path in &listed {
        assert_eq!(get(&world, path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn days_of_which_nobody_has_asked_are_not_drawn_as_full() {
    let world = World::new().await;
    let later = (world.first_day + Days::new(40)).format("%Y-%m").to_string();
    let document = read(&get(&world, &format!("/ferries/harbour/POR-SAN?month={later}")).await);
    assert!(attributes(&document, ".month a", "href").is_empty());
    let drawn = attributes(&document, ".month .buoy", "class");
    assert!(!drawn.is_empty() && drawn.iter().all(|class| class == "buoy signal unchecked"), "{drawn:?}");
    assert!(text_of(&document, "#month-told").contains("No sailing of this month was checked"));
}
