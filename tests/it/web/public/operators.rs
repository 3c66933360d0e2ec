//! How operators answer, in words, drawings and a feed; and what plans allow.

use super::{attributes, get, get_in, read, text, text_of};
use crate::harness::World;
use atom_syndication::Feed;
use axum::http::header;
use chrono::{DateTime, Days, FixedOffset, TimeDelta, Utc};
use domain::{
    operator::Operator,
    plan::{ApiKeys, Plan},
};
use std::collections::HashSet;
use words::{Arg, Language, Said};

/// Yesterday Harbour failed for 40 minutes, from noon on; ten days ago something began that was over two hours later.
async fn seeded() -> World {
    let world = World::new().await;
    let now = world.clock.now();
    for (days_ago, good, degraded) in [(1_u64, 1_400_i16, 40_i16), (0, 700, 0)] {
        let day = now.date_naive() - Days::new(days_ago);
        sqlx::query(
            "insert into operator_day (operator_id, day, good_min, degraded_min, paused_min, off_min, condition, counted_at, checked_at)
             values ('harbour', $1, $2, $3, 0, 0, 'good', $4, $4 - interval '2 minutes')",
        )
        .bind(day)
        .bind(good)
        .bind(degraded)
        .bind(now - TimeDelta::days(i64::try_from(days_ago).unwrap()) - TimeDelta::minutes(1))
        .execute(&world.admin)
        .await
        .unwrap();
    }
    incident(&world, "degraded", now - TimeDelta::days(10), Some(now - TimeDelta::days(10) + TimeDelta::hours(2)))
        .await;
    incident(&world, "paused", now - TimeDelta::hours(3), None).await;
    world
}

fn at(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    instant.fixed_offset()
}

async fn incident(world: &World, what: &str, began: DateTime<Utc>, ended: Option<DateTime<Utc>>) {
    let insert = "insert into operator_incident (operator_id, what, began_at, ended_at) values ('harbour', $1, $2, $3)";
    sqlx::query(insert).bind(what).bind(began).bind(ended).execute(&world.admin).await.unwrap();
}

#[tokio::test]
async fn the_status_page_says_in_words_what_it_draws() {
    let world = seeded().await;
    let document = read(&get(&world, "/status").await);
    assert!(text_of(&document, "#harbour .chip").contains("Answers"));
    assert!(text_of(&document, "#harbour p").contains("Last good check 3 minutes ago"));
    assert_eq!(attributes(&document, "#harbour .strip g > rect:first-of-type", "x").len(), 90);
    assert_eq!(
        attributes(&document, "#harbour .strip", "aria-label"),
        ["The last 90 days: one day with failed checks."]
    );
    assert!(text_of(&document, "#harbour details").contains("checks failed for 40 minutes"));
    // Whoever nobody counts is not called well.
    assert!(text_of(&document, "#brittany .chip").contains("Not looked at"));
    assert_eq!(attributes(&document, "#brittany .strip .good", "x").len(), 0);
    let shown = text(&document);
    assert!(shown.contains("Lasted 2 hours") && shown.contains("Goes on"), "{shown}");
    assert_eq!(attributes(&document, "link[type='application/atom+xml']", "href"), ["/status/feed.atom"]);

    // Minutes that nobody counted any more are old.
    world.clock.advance(TimeDelta::minutes(30));
    let document = read(&get(&world, "/status").await);
    assert!(text_of(&document, "#harbour .chip").contains("Not looked at"));
}

#[tokio::test]
async fn the_feed_is_atom_with_an_entry_an_incident() {
    let world = seeded().await;
    for language in Language::ALL {
        let page = get_in(&world, "/status/feed.atom", language).await;
        assert_eq!(page.headers[header::CONTENT_TYPE], "application/atom+xml; charset=utf-8");
        let feed = Feed::read_from(page.text.as_bytes()).unwrap();
        assert_eq!(feed.lang(), Some(language.tag()));
        assert_eq!(feed.id(), world.config.base_url.join("/status/feed.atom").unwrap().as_str());
        assert!(!feed.authors().is_empty());
        assert!(feed.links().iter().any(|link| link.rel() == "self" && link.href() == feed.id()));
        let ids: HashSet<&str> = feed.entries().iter().map(atom_syndication::Entry::id).collect();
        assert_eq!((feed.entries().len(), ids.len()), (2, 2));
        let [newest, oldest] = feed.entries() else { panic!("{feed:?}") };
        let (now, ago) = (world.clock.now(), TimeDelta::days(10));
        for (entry, title, text) in [
            (newest, "incident-paused", Said::new("incident-lasts")),
            (oldest, "incident-degraded", Said::new("incident-lasted").with("span", TimeDelta::hours(2))),
        ] {
            let title = Said::new(title).with("operator", "Harbour Lines (simulated)").inside(language);
            assert_eq!(entry.title().as_str(), title.to_string());
            assert_eq!(entry.content().and_then(|content| content.value()), Some(&*text.inside(language).to_string()));
        }
        assert_eq!(
            (newest.published(), newest.updated()),
            (Some(&at(now - TimeDelta::hours(3))), &at(now - TimeDelta::hours(3)))
        );
        // It was over two hours later, and told anew then.
        assert_eq!(
            (oldest.published(), oldest.updated()),
            (Some(&at(now - ago)), &at(now - ago + TimeDelta::hours(2)))
        );
        assert_eq!(*feed.updated(), feed.entries().iter().map(|entry| *entry.updated()).max().unwrap());
    }
}

#[tokio::test]
async fn a_feed_without_incidents_is_a_feed() {
    let world = World::new().await;
    let page = get(&world, "/status/feed.atom").await;
    let feed = Feed::read_from(page.text.as_bytes()).unwrap();
    assert!(feed.entries().is_empty());
    assert_eq!(feed.updated().to_utc(), world.clock.now());
}

#[tokio::test]
async fn plans_are_shown_with_the_numbers_that_admission_goes_by() {
    let world = World::new().await;
    for language in Language::ALL {
        let document = read(&get_in(&world, "/pricing", language).await);
        for (at, plan) in (1..).zip(Plan::ALL) {
            // Each number stands on the card of its plan.
            let shown = text_of(&document, &format!(".plans > li:nth-child({at})"));
            let limits = plan.limits();
            let every = match limits.interval_s {
                hours if hours % 3_600 == 0 => Said::new("every-hours").with("n", hours / 3_600),
                minutes => Said::new("every-minutes").with("n", minutes / 60),
            };
            let mut wanted = vec![
                Said::new("pricing-interval").with("every", every),
                Said::new("pricing-history").with("span", TimeDelta::days(limits.history_days.into())),
                Said::new("pricing-watches").with("n", limits.active_watches),
                Said::new("pricing-days").with("n", limits.watched_days),
                Said::new("pricing-members").with("n", limits.members),
            ];
            if plan.price().minor > 0 {
                wanted.push(Said::new("plain").with("text", Arg::Money(plan.price())));
            }
            if let ApiKeys::ReadWrite { requests_per_min } = limits.api_keys {
                wanted.push(Said::new("pricing-keys").with("n", requests_per_min.get()));
            }
            for said in wanted {
                let said = said.inside(language).to_string();
                let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(shown.contains(&said), "{plan}: {said}");
            }
        }
        assert!(text(&document).contains(&world.config.contact), "who pays is told whom to ask");
    }
}

#[tokio::test]
async fn an_operator_that_is_not_asked_says_so_wherever_it_is_shown() {
    let world = World::new().await;
    let stop = "update operator set killed_at = now() where id = 'harbour'";
    sqlx::query(stop).execute(&world.admin).await.unwrap();
    for path in ["/ferries", "/ferries/harbour/POR-SAN", "/search?start=Portmouth&end=santona"] {
        let shown = text(&read(&get(&world, path).await));
        assert!(shown.contains("We do not ask Harbour Lines (simulated) at present"), "{path}");
    }
    assert_eq!(Operator::Harbour.manifest().name, "Harbour Lines (simulated)");
}
