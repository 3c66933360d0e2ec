//! By how much a better plan was ahead: said with the alert that had to wait, in the mail and on its page, where it is true, and before
//! that nowhere.

use super::{assert_sound, in_french};
use crate::{
    api::released::{just_after_a_tick_of, next_tick_of},
    harness::{Browser, Person, World, motorhome_days},
};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::plan::Plan;

/// Alice's fleet and Fred, on a plan of his, wait for the same; a poll that serves a tick of `seen_by`, and none of a slower plan's, sees it open.
async fn opened(reader: Plan, seen_by: Plan) -> (World, Person) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    let fred = world.person("Fred", reader).await;
    for person in [&alice, &fred] {
        world.watch(person, &motorhome_days(1)).await;
    }
    world.poll().await;
    world.settle().await;
    just_after_a_tick_of(&world, Plan::Free).await;
    world.open(&sailing);
    just_after_a_tick_of(&world, seen_by).await;
    (world, fred)
}

impl World {
    /// When the reader's plan is told.
    async fn told(&self, reader: Plan) {
        self.clock.advance(next_tick_of(self, reader).await - self.clock.now() + TimeDelta::seconds(1));
        self.poll().await;
        self.settle().await;
    }

    /// The text of the mails to somebody, in one.
    fn mailed_to(&self, person: &Person) -> String {
        let mails = self.sim.inbox().into_iter().filter(|mail| mail.to == [person.email.as_str()]);
        mails.filter_map(|mail| mail.text).collect()
    }

    /// The page of somebody's alert.
    async fn alert_of(&self, person: &Person) -> String {
        let alert: uuid::Uuid = sqlx::query_scalar("select id from alert where tenant_id = $1")
            .bind(person.tenant.0)
            .fetch_one(&self.admin)
            .await
            .unwrap();
        format!("/t/{}/alerts/{alert}", person.tenant)
    }
}

/// All that a member's pages say.
async fn all_pages(browser: &mut Browser, home: &str) -> String {
    let mut text = String::new();
    for page in ["", "/alerts", "/alerts.csv"] {
        text += &browser.get(&format!("{home}{page}")).await.text;
    }
    text
}

#[tokio::test]
async fn sr_api_05_by_how_much_a_better_plan_was_ahead_is_said_with_the_alert_and_not_a_moment_before() {
    for (reader, seen_by, english, french) in [
        (
            Plan::Free,
            Plan::Plus,
            "Plus would have told you 49 minutes earlier.",
            "Avec la formule Plus, vous l’auriez su 49 minutes plus tôt.",
        ),
        (
            Plan::Plus,
            Plan::Pro,
            "Pro would have told you 7 minutes earlier.",
            "Avec la formule Pro, vous l’auriez su 7 minutes plus tôt.",
        ),
    ] {
        let (world, fred) = opened(reader, seen_by).await;
        let (mut browser, home) = world.at_home(&fred).await;
        let here = world.alert_of(&fred).await;
        assert_eq!(browser.get(&here).await.status, StatusCode::NOT_FOUND, "it is held");
        assert!(!all_pages(&mut browser, &home).await.contains("would have told you"));
        assert_eq!(world.mailed_to(&fred), "");
        world.told(reader).await;
        let page = browser.get(&here).await;
        assert_sound(&page);
        assert!(page.text.contains(&format!("{english} <a href=\"/pricing\">Compare plans</a>")), "{}", page.text);
        assert!(world.mailed_to(&fred).contains(english), "{}", world.mailed_to(&fred));
        let page = in_french(&browser).get(&here).await;
        assert!(page.text.contains(french), "{}", page.text);
    }
}

/// Whether the page or the mail names a head start.
async fn is_compared(world: &World, fred: &Person) -> bool {
    let page = world.at_home(fred).await.0.get(&world.alert_of(fred).await).await;
    assert!(page.status == StatusCode::OK && page.text.contains("Told to your plan"), "{}", page.text);
    page.text.contains("would have told you") || world.mailed_to(fred).contains("would have told you")
}

#[tokio::test]
async fn nothing_is_said_of_a_better_plan_that_was_not_told_earlier() {
    // Seen between two ticks of the better plan, and with a poll that told both.
    for (reader, seen_by) in [(Plan::Free, Plan::Pro), (Plan::Free, Plan::Free), (Plan::Plus, Plan::Plus)] {
        let (world, fred) = opened(reader, seen_by).await;
        world.told(reader).await;
        assert!(!is_compared(&world, &fred).await, "{reader} beside a poll of {seen_by}");
    }
    for reader in [Plan::Pro, Plan::Fleet] {
        let (world, fred) = opened(reader, Plan::Fleet).await;
        world.told(reader).await;
        assert!(!is_compared(&world, &fred).await, "{reader} has minutes already");
    }
}

#[tokio::test]
async fn nothing_is_said_on_another_plan_than_the_one_that_had_to_wait_nor_once_the_change_is_forgotten() {
    for then in ["update tenant set plan = 'plus' where name = 'Fred'", "delete from change"] {
        let (world, fred) = opened(Plan::Free, Plan::Plus).await;
        world.told(Plan::Free).await;
        sqlx::query(then).execute(&world.admin).await.unwrap();
        let page = world.at_home(&fred).await.0.get(&world.alert_of(&fred).await).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("would have told you"), "{then}: {}", page.text);
    }
}
