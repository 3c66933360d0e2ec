//! Closing a tenant.

use super::{Team, assert_done, assert_refused, assert_rotated, team};
use crate::{api::Client, harness::motorhome_days};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::{key::Scope, plan::Plan};

async fn close(team: &Team) {
    assert_done(&team.browser(&team.alice).await.post(&team.at("/close"), &[("name", "Alice")]).await);
}

#[tokio::test]
async fn closing_takes_an_owner_a_fresh_proof_and_the_tenants_name() {
    let team = team().await;
    let mut stale = team.browser(&team.alice).await;
    team.world.clock.advance(TimeDelta::minutes(11));
    assert_eq!(stale.post(&team.at("/close"), &[("name", "Alice")]).await.status, StatusCode::FORBIDDEN);
    let mut anna = team.browser(&team.anna).await;
    assert_eq!(anna.post(&team.at("/close"), &[("name", "Alice")]).await.status, StatusCode::FORBIDDEN);
    let mut alice = team.browser(&team.alice).await;
    for wrong in ["", "alice", "Bob", "Alice."] {
        let page = alice.post(&team.at("/close"), &[("name", wrong)]).await;
        assert_refused(&page, "This is not the tenant’s name.");
    }
    assert_eq!(team.world.count("select count(*) from tenant where closed_at is not null").await, 0);
    let mut before = alice.clone();
    assert_eq!(alice.post(&team.at("/close"), &[("name", " Alice ")]).await.location(), "/account/tenants");
    assert_rotated(&mut before, &alice).await;
    assert_eq!(team.world.count("select count(*) from audit where action = 'tenant.close'").await, 1);
}

#[tokio::test]
async fn sr_ses_03_nobody_reaches_a_closed_tenant_by_session_or_key() {
    let team = team().await;
    let key = team.world.key(&team.alice, Scope::ALL).await;
    let client = Client::new(&team.world, Some(key));
    let mut vic = team.browser(&team.vic).await;
    assert!(client.get("/api/v1/key").await.status.is_success());
    assert_eq!(vic.get(&team.at("")).await.status, StatusCode::OK);
    close(&team).await;
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::UNAUTHORIZED);
    for page in ["", "/members", "/leave"] {
        assert_eq!(vic.get(&team.at(page)).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert!(!vic.get("/account/tenants").await.text.contains(&team.alice.tenant.to_string()));
}

#[tokio::test]
async fn nobody_is_asked_and_nothing_is_sent_for_a_closed_tenant() {
    let team = team().await;
    let sailing = team.world.everything_is_full(1).remove(0);
    team.world.watch(&team.ed, &motorhome_days(1)).await;
    team.world.poll().await;
    team.world.settle().await;
    team.world.open(&sailing);
    team.world.clock.advance(TimeDelta::hours(1));
    team.world.poll().await;
    team.world.parts.fan_out.sweep().await.unwrap();
    assert_eq!(team.world.count("select count(*) from delivery where state = 'due'").await, 1);
    close(&team).await;
    team.world.deliver_with(&team.world.parts).await;
    assert_eq!(team.world.sim.inbox().len(), 0);
    assert_eq!(team.world.count("select count(*) from delivery where outcome = 'tenant_gone'").await, 1);
    assert_eq!(team.world.count("select count(*) from watch_target where wanted_by is not null").await, 0);
    let asked = team.world.sim.requests().len();
    team.world.an_hour_later().await;
    assert_eq!(team.world.sim.requests().len(), asked);
    assert_eq!(team.world.count("select count(*) from target where plan is not null").await, 0);
}

#[tokio::test]
async fn a_change_that_waits_when_a_tenant_closes_is_not_fanned_out_to_it() {
    let team = team().await;
    let sailing = team.world.everything_is_full(1).remove(0);
    let bob = team.world.person("Bob", Plan::Fleet).await;
    for person in [&team.ed, &bob] {
        team.world.watch(person, &motorhome_days(1)).await;
    }
    team.world.poll().await;
    team.world.settle().await;
    team.world.open(&sailing);
    team.world.clock.advance(TimeDelta::hours(1));
    team.world.poll().await;
    close(&team).await;
    team.world.settle().await;
    let told: Vec<_> = team.world.sim.inbox().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [["bob@example.test"]], "who shares the question is told as before");
    assert_eq!(team.world.count("select count(*) from alert").await, 1);
}

#[tokio::test]
async fn workers_hear_of_a_closing_at_once() {
    let team = team().await;
    team.world.watch(&team.ed, &motorhome_days(1)).await;
    let target = team.world.count("select id from target").await;
    let mut listener = team.world.parts.store.listen().await.unwrap();
    close(&team).await;
    let woken = listener.next().await.unwrap();
    assert_eq!(woken, store::listen::Wake::Target(domain::id::TargetId(target)));
}
