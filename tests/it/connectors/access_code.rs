//! An operator's access code goes to that operator and nowhere else (CLAUDE.md, rule 8).

use super::{alice_waits_for_bainbridge, asked, minutes_later};
use crate::harness::Logs;
use dev::sim::{ACCESS_CODE, Misbehaviour};
use domain::operator::Operator;
use std::sync::Arc;

#[tokio::test]
async fn sr_opr_07_an_access_code_is_in_no_log_row_error_or_queue_whatever_the_operator_answers() {
    let behaviours = [
        Misbehaviour::None,
        Misbehaviour::RepeatsRequest { status: 200 },
        Misbehaviour::RepeatsRequest { status: 403 },
        Misbehaviour::RepeatsRequest { status: 500 },
        Misbehaviour::Redirect,
        Misbehaviour::TooManyRequests { retry_after_s: 1 },
        Misbehaviour::ChangedLayout,
        Misbehaviour::LoginWall,
        Misbehaviour::CutShort,
        Misbehaviour::EndlessBody,
    ];
    let (world, _) = alice_waits_for_bainbridge().await;
    let (log, _listening) = Logs::listen();
    for how in behaviours {
        world.sim.misbehave(Operator::Wsf, how);
        sqlx::query("update operator set open_until = null, failures_in_row = 0").execute(&world.admin).await.unwrap();
        sqlx::query("update target set not_before = null").execute(&world.admin).await.unwrap();
        let before = asked(&world, Operator::Wsf);
        minutes_later(&world, 5).await;
        assert_eq!(asked(&world, Operator::Wsf), before + 1, "{how:?}");
        let failed = world.count("select count(*) from target where last_error is not null").await;
        assert_eq!(failed, i64::from(how != Misbehaviour::None), "{how:?}");
        for (place, text) in [("rows", world.rows().await), ("Redis", world.remembered().await), ("log", log.text())] {
            assert!(!text.contains(ACCESS_CODE), "{how:?}: the code is in the {place}");
        }
    }
    for captured in ["poll failed", "reqwest::connect"] {
        assert!(log.text().contains(captured), "{captured}: ours and our libraries' words are in the log");
    }
    let requests = world.sim.requests();
    let mut sent = requests.iter().filter(|request| request.operator == Some(Operator::Wsf));
    assert!(sent.all(|request| request.path.ends_with(ACCESS_CODE)), "and the operator did get it");
    let mut others = requests.iter().filter(|request| request.operator != Some(Operator::Wsf));
    assert!(others.all(|request| !request.path.contains(ACCESS_CODE)), "robots.txt is asked for without it");
    assert!(!format!("{:?}", world.config.access_codes).contains(ACCESS_CODE));
}

#[tokio::test]
async fn sr_opr_07_without_an_access_code_washington_is_not_asked_and_its_row_says_so() {
    let (mut world, sailing) = alice_waits_for_bainbridge().await;
    world.parts.poller.access_codes = Arc::default();
    world.parts.reconciler.access_codes = Arc::default();
    minutes_later(&world, 0).await;
    world.sim.free(&sailing.place("standard"), 5).unwrap();
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.request_count(), 0, "not even for robots.txt");
    let lacks = "select lacks_setting from operator where id = 'wsf'";
    let lacks: Option<String> = sqlx::query_scalar(lacks).fetch_one(&world.admin).await.unwrap();
    assert_eq!(lacks.as_deref(), Some("FERRY_WSF_ACCESS_CODE"));
    assert_eq!(
        world.count("select count(*) from target where failures_in_row = 0 and last_polled_at is null").await,
        1
    );
}

#[tokio::test]
async fn a_wrong_access_code_is_a_failed_poll_and_no_fact() {
    let (world, _) = alice_waits_for_bainbridge().await;
    world.sim.set_access_code("another-code");
    minutes_later(&world, 0).await;
    assert_eq!(world.count("select count(*) from target where last_error like '%403%'").await, 1);
    assert_eq!(world.count("select count(*) from fact").await, 0);
}
