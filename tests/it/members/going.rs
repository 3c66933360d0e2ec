//! Leaving, and handing over.

use super::{assert_done, assert_refused, assert_rotated, team};
use crate::harness::motorhome_days;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::access::Role;

#[tokio::test]
async fn who_leaves_is_out_at_once_and_their_watches_pass_to_the_owner_who_is_told_so_beforehand() {
    let team = team().await;
    let sailing = team.world.everything_is_full(1).remove(0);
    team.world.watch(&team.ed, &motorhome_days(1)).await;
    team.world.poll().await;
    team.world.settle().await;
    let mut ed = team.browser(&team.ed).await;
    let page = ed.get(&team.at("/leave")).await;
    assert!(page.text.contains("Your running watch passes to Alice"), "{}", page.text);
    let mut before = ed.clone();
    let page = ed.post(&team.at("/leave"), &[]).await;
    assert_eq!(page.location(), "/account/tenants", "{page:?}");
    assert_rotated(&mut before, &ed).await;
    assert_eq!(team.role(&team.ed).await, None);
    assert_eq!(ed.get(&team.at("")).await.status, StatusCode::NOT_FOUND);
    assert!(ed.get("/account/tenants").await.text.contains("You belong to none at present."));
    team.world.open(&sailing);
    team.world.an_hour_later().await;
    let told: Vec<_> = team.world.sim.inbox().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [["alice@example.test"]]);
    assert_eq!(team.world.count("select count(*) from audit where action = 'member.leave'").await, 1);
}

#[tokio::test]
async fn ownership_is_handed_over_to_a_member_after_a_fresh_proof_of_identity() {
    let team = team().await;
    let mut alice = team.browser(&team.alice).await;
    let to = team.anna.user.to_string();
    let then = |role| [("to", to.clone()), ("then", String::from(role))];
    let post = async |browser: &mut crate::harness::Browser, fields: [(&'static str, String); 2]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post(&team.at("/transfer"), &fields).await
    };
    let mut stale = team.browser(&team.alice).await;
    team.world.clock.advance(TimeDelta::minutes(11));
    assert!(stale.get(&team.at("/transfer")).await.location().starts_with("/account/confirm?return_to="));
    assert_eq!(post(&mut stale, then("admin")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&mut alice, then("owner")).await.status, StatusCode::FORBIDDEN);
    let mut alice = team.browser(&team.alice).await;
    assert_refused(
        &post(&mut alice, [("to", String::new()), ("then", "admin".into())]).await,
        "Choose a member from the list.",
    );
    assert_refused(&post(&mut alice, then("viewer")).await, "Choose what you are to be afterwards.");
    let myself = [("to", team.alice.user.to_string()), ("then", "admin".into())];
    assert_refused(&post(&mut alice, myself).await, "Choose a member from the list.");

    let mut before = alice.clone();
    assert_done(&post(&mut alice, then("owner")).await);
    assert_rotated(&mut before, &alice).await;
    assert_eq!(team.role(&team.anna).await.as_deref(), Some("owner"));
    assert_eq!(team.role(&team.alice).await.as_deref(), Some("owner"));
    assert_refused(&post(&mut alice, then("owner")).await, "is an owner already");
    assert_done(&post(&mut alice, then("admin")).await);
    assert_eq!(team.role(&team.alice).await.as_deref(), Some("admin"));
    assert_eq!(post(&mut alice, then("owner")).await.status, StatusCode::FORBIDDEN, "an admin hands nothing over");
}

#[tokio::test]
async fn nobody_hands_over_to_who_is_no_member_here() {
    let team = team().await;
    let stranger = team.world.person("Mallory", domain::plan::Plan::Fleet).await;
    let elsewhere = team.world.member(stranger.tenant, "Eve", Role::Viewer).await;
    let mut alice = team.browser(&team.alice).await;
    for user in [stranger.user, elsewhere.user] {
        let page = alice.post(&team.at("/transfer"), &[("to", &user.to_string()), ("then", "admin")]).await;
        assert_refused(&page, "Choose a member from the list.");
    }
    assert_eq!(team.role(&team.alice).await.as_deref(), Some("owner"));
}
