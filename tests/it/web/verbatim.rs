//! What looks like a template in people's words stays what it is, wherever it is shown.

use super::assert_sound;
use crate::harness::{World, motorhome_days};
use domain::{plan::Plan, text::inert};

const CORPUS: [&str; 8] =
    ["{{7*7}}", "${7*7}", "#{7*7}", "{% if true %}49{% endif %}", "{# gone #}", "<%= 7*7 %>", "{ $n }", "%{7*7}"];

/// Whatever people may write, and where it is kept.
const WRITTEN: [&str; 4] = [
    "update user_account set name = $1",
    "update tenant set name = $1",
    "update watch set note = $1",
    "update sailing set vessel = $1",
];

#[tokio::test]
async fn sr_inj_04_what_looks_like_a_template_comes_out_as_it_was_written_on_pages_and_in_mails() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    let watch = world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let alert: uuid::Uuid = sqlx::query_scalar("select id from alert").fetch_one(&world.admin).await.unwrap();
    for (n, text) in CORPUS.into_iter().enumerate() {
        // Each with its number behind it, so that none of them is taken for another.
        for (at, sql) in WRITTEN.into_iter().enumerate() {
            sqlx::query(sql).bind(format!("{text} {at}")).execute(&world.admin).await.unwrap();
        }
        let (mut browser, home) = world.at_home(&alice).await;
        let escaped = text.replace('<', "&#60;").replace('>', "&#62;");
        for path in [
            "/alerts".to_owned(),
            format!("/alerts/{alert}"),
            format!("/watches/{watch}"),
            format!("/watches/{watch}/edit"),
            "/channels".to_owned(),
        ] {
            let page = browser.get(&format!("{home}{path}")).await;
            assert_sound(&page);
            assert!(page.text.contains(&format!("{escaped} 1")), "{text} on {path}: {}", page.text);
            for at in [2, 3] {
                let is_shown = page.text.contains(&format!("{escaped} {at}"));
                assert!(is_shown || path != format!("/watches/{watch}"), "{text} {at} on {path}: {}", page.text);
            }
        }
        let address = format!("second{n}@example.test");
        world.ask_channel(&alice, &address).await;
        world.deliver_with(&world.parts).await;
        let mails = world.sim.inbox();
        let mail = mails.iter().rev().find(|mail| mail.to == [address.as_str()]).expect("a question");
        let part = mail.text.as_deref().unwrap();
        // A mail takes apart what a mail program could make a link of; nothing of it is worked out.
        assert!(part.contains(&inert(&format!("{text} 0"), 60)), "{text}: {part}");
    }
}
