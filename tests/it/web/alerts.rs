//! Alerts on pages, what is answered there, and the table of all of them.

use super::{assert_sound, in_french, unescaped, values};
use crate::{
    api::released::just_after_a_tick_of,
    harness::{Browser, Person, SESSION, World, alice_waits, eventually, motorhome_days},
};
use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use csv::{ReaderBuilder, StringRecord};
use domain::{
    access::Role,
    id::{ChannelId, TenantId, UserId},
    plan::Plan,
};
use futures::StreamExt;
use std::collections::BTreeSet;
use tower::ServiceExt;
use uuid::Uuid;

/// Alice was told of a space; her fellow Eve looks. Where their tenant is, and the alert.
async fn told() -> (World, Browser, String, String) {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let (tenant, alert): (Uuid, Uuid) =
        sqlx::query_as("select tenant_id, id from alert").fetch_one(&world.admin).await.unwrap();
    let eve = world.member(TenantId(tenant), "Eve", Role::Editor).await;
    let (browser, home) = world.at_home(&eve).await;
    (world, browser, home.clone(), format!("{home}/alerts/{alert}"))
}

#[tokio::test]
async fn an_alert_has_one_headline_one_button_two_answers_and_the_facts() {
    let (_world, mut browser, home, here) = told().await;
    let list = browser.get(&format!("{home}/alerts")).await;
    assert_sound(&list);
    assert!(list.text.contains(&here) && list.text.contains("1 space"), "{}", list.text);
    let page = browser.get(&here).await;
    assert_sound(&page);
    for said in [
        "<h1>Space for your motorhome:",
        "Book at Harbour Lines (simulated)",
        "Booked, stop",
        "Keep watching",
        "It was full before, and then there was space.",
        "Sent",
        "Told after",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("alice@"), "an address is its owner's alone to read");
    let page = in_french(&browser).get(&here).await;
    assert_sound(&page);
    assert!(page.text.contains("De la place pour votre camping-car") && page.text.contains("Envoyé"), "{}", page.text);
}

#[tokio::test]
async fn a_channel_that_is_removed_does_not_undo_that_its_alerts_were_told() {
    let (world, mut eves, home, here) = told().await;
    let (alice, channel): (Uuid, Uuid) =
        sqlx::query_as("select user_id, channel_id from channel c join delivery d on d.channel_id = c.id")
            .fetch_one(&world.admin)
            .await
            .unwrap();
    let tenant = TenantId(home.trim_start_matches("/t/").parse().unwrap());
    let alice = Person { tenant, user: UserId(alice), channel: ChannelId(channel), email: String::new() };
    // A second message waits still, of an alert like the first.
    let again = "with twin as (
                   insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at, released_at,
                                      closed_at, closed_reason)
                   select tenant_id, gen_random_uuid(), watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at, released_at,
                          released_at, 'gone' from alert returning tenant_id, id)
                 insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at) select tenant_id, id, $1, $2 from twin
                 returning alert_id";
    let twin: Uuid =
        sqlx::query_scalar(again).bind(channel).bind(world.clock.now()).fetch_one(&world.admin).await.unwrap();
    let (mut browser, _) = world.at_home(&alice).await;
    let removed = browser.post(&format!("{home}/channels/{channel}/remove"), &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
    let page = eves.get(&here).await;
    assert_sound(&page);
    for said in ["A channel that was removed since", "Sent", "Told after"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("E-mail"), "{}", page.text);
    let page = eves.get(&format!("{home}/alerts/{twin}")).await;
    assert!(page.text.contains("Not sent: the channel was removed"), "{}", page.text);
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 0, "nothing waits for nobody");
    assert_eq!(world.count("select count(*) from attempt").await, 1);
}

#[tokio::test]
async fn sr_api_05_an_alert_shows_the_space_that_its_plan_was_told_of() {
    let (world, sailing) = alice_waits().await;
    let fred = world.person("Fred", Plan::Free).await;
    world.watch(&fred, &motorhome_days(1)).await;
    world.open(&sailing);
    world.an_hour_later().await;
    just_after_a_tick_of(&world, Plan::Free).await;
    // More of it, of which Alice's fleet hears at once.
    world.sim.free(&sailing.place("motorhome"), 3).unwrap();
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    world.settle().await;
    let alert = "select id from alert where tenant_id = $1";
    let alert: Uuid = sqlx::query_scalar(alert).bind(fred.tenant.0).fetch_one(&world.admin).await.unwrap();
    let list = format!("/t/{}/alerts", fred.tenant);
    let shown = async |path: &str| world.signed_in(&fred).await.get(path).await.text;
    let before = shown(&list).await;
    assert!(before.contains("1 space") && !before.contains("3 spaces"), "{before}");
    assert!(!shown(&format!("{list}/{alert}")).await.contains("3 spaces"));
    world.an_hour_later().await;
    assert!(shown(&list).await.contains("3 spaces"));
    assert!(shown(&format!("{list}/{alert}")).await.contains("3 spaces"));
}

#[tokio::test]
async fn booked_ends_the_watch_and_keep_lets_it_go_on() {
    let (world, mut browser, _, here) = told().await;
    let kept = browser.post(&format!("{here}/keep"), &[]).await;
    assert_eq!((kept.status, kept.location()), (StatusCode::SEE_OTHER, here.as_str()), "{}", kept.text);
    assert_eq!(world.count("select count(*) from alert where answer = 'keep'").await, 1);
    assert!(browser.get(&here).await.text.contains("You keep watching"));
    assert_eq!(browser.post(&format!("{here}/booked"), &[]).await.status, StatusCode::SEE_OTHER);
    let ended = "select count(*) from watch w join alert a on a.watch_id = w.id
                 where w.state = 'stopped' and a.answer = 'stop' and a.closed_reason = 'answered'";
    assert_eq!(world.count(ended).await, 1);
    let page = browser.get(&here).await;
    assert_sound(&page);
    assert!(page.text.contains("You have booked") && !page.text.contains("/booked\""), "{}", page.text);
    assert_eq!(browser.post(&format!("{here}/booked"), &[]).await.status, StatusCode::SEE_OTHER, "twice is once");
    assert_eq!(world.count("select count(*) from audit where action in ('watch.stop', 'alert.keep')").await, 2);
}

#[tokio::test]
async fn an_alert_that_is_held_or_anothers_does_not_exist_and_who_only_looks_answers_nothing() {
    let (world, mut browser, home, here) = told().await;
    let tenant: Uuid = home.trim_start_matches("/t/").parse().unwrap();
    let vic = world.member(TenantId(tenant), "Vic", Role::Viewer).await;
    let mut viewer = world.signed_in(&vic).await;
    let page = viewer.get(&here).await;
    assert_sound(&page);
    assert!(!page.text.contains("/booked"), "{}", page.text);
    for answer in ["booked", "keep"] {
        assert_eq!(viewer.post(&format!("{here}/{answer}"), &[]).await.status, StatusCode::FORBIDDEN);
    }
    let mallory = world.person("Mallory", Plan::Fleet).await;
    let (mut other, elsewhere) = world.at_home(&mallory).await;
    let there = here.replace(&home, &elsewhere);
    assert_eq!(other.get(&there).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.post(&format!("{there}/booked"), &[]).await.status, StatusCode::NOT_FOUND);
    sqlx::query("update alert set released_at = null").execute(&world.admin).await.unwrap();
    assert_eq!(browser.get(&here).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&format!("{here}/booked"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.count("select count(*) from alert where answer is not null").await, 0);
}

/// Alerts in the list of a page.
fn rows(page: &str) -> usize {
    page.matches("<li><div><a href=").count()
}

#[tokio::test]
async fn pages_of_alerts_go_on_where_the_last_ended_and_an_empty_list_teaches() {
    let (world, mut browser, home, _) = told().await;
    let copies = "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at,
                                     released_at, closed_at, closed_reason)
                  select tenant_id, gen_random_uuid(), watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at,
                         released_at - n * interval '1 minute', released_at, 'gone' from alert, generate_series(1, 40) n";
    sqlx::query(copies).execute(&world.admin).await.unwrap();
    let first = browser.get(&format!("{home}/alerts")).await;
    assert_sound(&first);
    let older = values(&first.text, "href").find(|href| href.contains("after=")).expect("a way on").to_owned();
    let second = browser.get(&unescaped(&older)).await;
    assert_sound(&second);
    assert_eq!(rows(&first.text) + rows(&second.text), 41);
    assert_eq!(rows(&browser.get(&format!("{home}/alerts?only=open")).await.text), 1);
    let fred = world.person("Fred", Plan::Free).await;
    let (mut browser, home) = world.at_home(&fred).await;
    let empty = browser.get(&format!("{home}/alerts")).await;
    assert_sound(&empty);
    assert!(empty.text.contains("Nothing has opened yet.") && !empty.text.contains("alerts.csv"), "{}", empty.text);
}

#[tokio::test]
async fn sr_inj_03_the_table_of_alerts_holds_no_formula_whatever_an_operator_wrote() {
    let (world, mut browser, home, _) = told().await;
    sqlx::query("update sailing set vessel = '=1+1'").execute(&world.admin).await.unwrap();
    let table = browser.get(&format!("{home}/alerts.csv")).await;
    assert_eq!(table.status, StatusCode::OK);
    assert_eq!(table.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8; header=present");
    assert!(table.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    let lines: Vec<&str> = table.text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", table.text);
    assert!(lines[0].starts_with("\"alert\",\"watch\",\"kind\""), "{}", lines[0]);
    assert!(lines[1].contains(",\"opening\",\"outbound\",") && lines[1].contains(",\"'=1+1\","), "{}", lines[1]);
}

/// Alerts of the past minutes beside the one there is.
async fn with_more(world: &World, more: i32) {
    let copies = "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at,
                                     released_at, closed_at, closed_reason)
                  select tenant_id, gen_random_uuid(), watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at,
                         released_at - n * interval '1 second', released_at, 'gone' from alert, generate_series(1, $1) n";
    sqlx::query(copies).bind(more).execute(&world.admin).await.unwrap();
}

/// The table as it comes, piece by piece.
async fn table(world: &World, browser: &Browser, home: &str) -> BodyDataStream {
    let cookie = format!("{SESSION}={}", browser.cookies[SESSION]);
    let request = Request::get(format!("{home}/alerts.csv")).header(header::COOKIE, cookie);
    let response = app::router(world.web()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

fn read(table: &[u8]) -> Vec<Result<StringRecord, csv::Error>> {
    ReaderBuilder::new().from_reader(table).into_records().collect()
}

#[tokio::test]
async fn the_table_of_alerts_holds_all_of_them_and_nothing_is_held_while_its_reader_is_slow() {
    let (world, browser, home, _) = told().await;
    with_more(&world, 5_432).await;
    let mut table = table(&world, &browser, &home).await;
    let (mut whole, mut pieces) = (Vec::new(), 0);
    let held = "select count(*) from pg_stat_activity
                where datname = current_database() and usename in ('ferry_app', 'ferry_auth') and state <> 'idle'";
    while let Some(piece) = table.next().await {
        let piece = piece.unwrap();
        assert!(piece.iter().filter(|byte| **byte == b'\n').count() <= 101, "a piece is a page");
        if pieces % 20 == 0 {
            eventually("nothing is held", async || world.count(held).await == 0).await;
        }
        whole.extend_from_slice(&piece);
        pieces += 1;
    }
    let rows: Vec<StringRecord> = read(&whole).into_iter().map(Result::unwrap).collect();
    let ids: BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!((rows.len(), ids.len(), pieces), (5_433, 5_433, 55));
}

#[tokio::test]
async fn sr_ses_03_a_table_of_alerts_ends_with_what_let_it_begin_and_never_looks_whole() {
    for ended in
        ["delete from session", "delete from member where role = 'editor'", "update tenant set closed_at = now()"]
    {
        let (world, browser, home, _) = told().await;
        with_more(&world, 300).await;
        let mut table = table(&world, &browser, &home).await;
        let mut got = table.next().await.unwrap().unwrap().to_vec();
        let rows = read(&got);
        assert!(rows.len() == 100 && rows.iter().all(Result::is_ok), "{ended}");
        sqlx::query(ended).execute(&world.admin).await.unwrap();
        let mut rest = Vec::new();
        while let Some(piece) = table.next().await {
            rest.push(piece.map_err(drop));
        }
        let [Ok(last), Err(())] = rest.as_slice() else { panic!("{ended}: it does not break off: {rest:?}") };
        assert_eq!(last.as_ref(), b"\"This table broke off here and is not whole. Take it once more.", "{ended}");
        got.extend_from_slice(last);
        assert!(read(&got).last().unwrap().is_err(), "{ended}: no program reads its end as a row");
    }
}
