//! Somebody who was there before the owner (Sudhodanan and Paverd, "Pre-hijacked accounts", 2022): the five ways to wait in an account
//! for the person whose address it carries. An address finds nobody here, so most of it cannot come about; what can is an account at
//! a provider that an attacker made with the victim's address and that the victim takes over there.

use super::{Site, leads_to};
use crate::harness::{Browser, SESSION};
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::identity::{NEIGHBOURS, Person, Provider};
use domain::{
    id::{TenantId, UserId},
    key::{ApiKey, Scope},
};
use store::key::Life;
use uuid::Uuid;

pub(super) const MAIL: &str = "victim@example.test";

/// The account at the provider that the attacker made with the victim's address, before the victim proved to the provider whose it is.
pub(super) fn before() -> Person {
    Person::new("made-by-attacker", "Victim", MAIL).unverified()
}

/// The same account at the provider, once the victim has.
pub(super) fn claimed() -> Person {
    Person::new("made-by-attacker", "Victim", MAIL)
}

/// The victim signs in with the account that is theirs now.
pub(super) async fn claim(site: &Site) -> Browser {
    let browser = site.signed_in(Provider::HarbourId, &claimed()).await;
    let claims = "select count(*) from platform_audit where action = 'account.claim'";
    assert_eq!(site.world.count(claims).await, 1);
    browser
}

pub(super) async fn is_out(browser: &Browser) -> bool {
    browser.clone().get("/account").await.status == StatusCode::SEE_OTHER
}

pub(super) async fn owner(site: &Site, browser: &Browser) -> UserId {
    let session = site.world.credentials.session(&browser.token().unwrap(), site.world.clock.now()).await.unwrap();
    session.expect("signed in").user()
}

/// A key of this person for their own tenant, as an administrator issues one.
pub(super) async fn key(site: &Site, user: UserId) -> ApiKey {
    let tenant: Uuid = sqlx::query_scalar("select tenant_id from member where user_id = $1")
        .bind(user.0)
        .fetch_one(&site.world.admin)
        .await
        .unwrap();
    sqlx::query("update tenant set plan = 'pro'").execute(&site.world.admin).await.unwrap();
    let (key, now) = (crate::harness::some_key(), site.world.clock.now());
    let url = site.world.database.url("ferry_admin");
    let life = Life { from: now, until: now + TimeDelta::days(30), request_id: Uuid::new_v4() };
    assert!(store::key::issue(&url, (TenantId(tenant), user), &key, &[Scope::Read], &life).await.unwrap());
    key
}

pub(super) async fn opens(site: &Site, key: &ApiKey) -> bool {
    site.world.credentials.key(key, site.world.clock.now()).await.unwrap().is_some()
}

#[tokio::test]
async fn sr_aut_05_classic_federated_merge_an_account_made_with_the_victims_address_is_never_the_victims() {
    let site = Site::new().await;
    let attacker = site.signed_in(Provider::HarbourId, &before()).await;
    // The victim comes by their own way, with the same address, proved.
    let victim = site.signed_in(Provider::QuayId, &Person::new("victim", "Victim", MAIL)).await;
    assert_ne!(owner(&site, &attacker).await, owner(&site, &victim).await);
    assert_eq!(site.world.count("select count(distinct tenant_id) from member").await, 2);
    assert!(!is_out(&attacker).await && !is_out(&victim).await, "each in their own account");
    let unverified = "select count(*) from channel where verified_at is null";
    assert_eq!(site.world.count(unverified).await, 1, "the attacker's word about the address is worth nothing");
}

#[tokio::test]
async fn sr_aut_05_unexpired_session_the_first_proof_of_ownership_ends_every_session_and_key_of_before() {
    let site = Site::new().await;
    let first = site.signed_in(Provider::HarbourId, &before()).await;
    let second = site.signed_in(Provider::HarbourId, &before()).await;
    let planted = key(&site, owner(&site, &first).await).await;
    assert!(opens(&site, &planted).await);
    let victim = claim(&site).await;
    assert!(is_out(&first).await && is_out(&second).await);
    assert!(!opens(&site, &planted).await);
    assert!(!is_out(&victim).await);
    // From here on it is an account like any other: the next sign-in takes nothing away.
    let own = key(&site, owner(&site, &victim).await).await;
    site.signed_in(Provider::HarbourId, &claimed()).await;
    assert!(opens(&site, &own).await && !is_out(&victim).await);
}

#[tokio::test]
async fn sr_aut_05_a_provider_that_takes_its_word_back_and_gives_it_again_takes_nothing_from_the_owner() {
    let site = Site::new().await;
    let owners = site.signed_in(Provider::HarbourId, &claimed()).await;
    let own = key(&site, owner(&site, &owners).await).await;
    site.signed_in(Provider::HarbourId, &before()).await;
    site.signed_in(Provider::HarbourId, &claimed()).await;
    assert!(!is_out(&owners).await && opens(&site, &own).await);
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'account.claim'").await, 0);
}

#[tokio::test]
async fn sr_aut_05_trojan_identifier_the_first_proof_of_ownership_removes_every_other_identity() {
    let site = Site::new().await;
    let trojan = NEIGHBOURS[1].at(Provider::Github);
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    let page = attacker.post("/account/identities/github", &[]).await;
    let callback = site.world.sim.sign_in(&leads_to(&page), &trojan).unwrap();
    assert_eq!(attacker.get(&callback.path_and_query()).await.location(), "/account/identities");
    let by_trojan = site.signed_in(Provider::Github, &trojan).await;
    assert_eq!(owner(&site, &by_trojan).await, owner(&site, &attacker).await);

    let victim = claim(&site).await;
    assert!(is_out(&by_trojan).await && is_out(&attacker).await);
    let again = site.signed_in(Provider::Github, &trojan).await;
    assert_ne!(owner(&site, &again).await, owner(&site, &victim).await, "it opens another account now");
}

#[tokio::test]
async fn sr_aut_05_unexpired_change_the_first_proof_of_ownership_ends_what_was_under_way() {
    let site = Site::new().await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    let user = owner(&site, &attacker).await;
    // An attempt to add an identity waits for its answer, and an address for its confirmation, and an invitation for whom it was sent to.
    let page = attacker.post("/account/identities/github", &[]).await;
    let waiting = site.world.sim.sign_in(&leads_to(&page), &NEIGHBOURS[1].at(Provider::Github)).unwrap();
    sqlx::query("update channel set verified_at = null").execute(&site.world.admin).await.unwrap();
    assert_eq!(site.world.count("select count(*) from channel where verified_at is null").await, 1);
    invite(&site, user).await;

    let victim = claim(&site).await;
    let page = attacker.get(&waiting.path_and_query()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    // Nor in a browser that holds both: the attacker's attempt and the victim's session.
    let mut both = attacker.clone();
    both.cookies.insert(SESSION.to_owned(), victim.cookies[SESSION].clone());
    assert_eq!(both.get(&waiting.path_and_query()).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.world.count("select count(*) from identity").await, 1);
    assert_eq!(site.world.count("select count(*) from channel where verified_at is null").await, 0);
    assert_eq!(site.world.count("select count(*) from invitation where revoked_at is null").await, 0);
    assert_eq!(site.world.count("select count(*) from invitation").await, 1, "what was sent still counts for the caps");
}

/// An invitation that this person sent and nobody has accepted yet.
async fn invite(site: &Site, user: UserId) {
    let now = site.world.clock.now();
    sqlx::query(
        "insert into invitation (tenant_id, address, address_index, mailbox_index, role, invited_by, created_at, expires_at)
         select tenant_id, '\\x00', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), 'owner', user_id, $2, $3
         from member where user_id = $1",
    )
    .bind(user.0)
    .bind(now)
    .bind(now + TimeDelta::hours(72))
    .execute(&site.world.admin)
    .await
    .unwrap();
}

#[tokio::test]
async fn sr_aut_05_non_verifying_provider_its_word_about_an_address_opens_and_verifies_nothing() {
    let site = Site::new().await;
    // Quay ID calls any address verified; our settings give it no say over this domain.
    let router = app::router(super::app(&site.world, &[("FERRY_SIGN_IN_QUAY_ID_EMAIL_DOMAINS", "quay.test")]));
    let site = Site { router, ..site };
    let victim = site.signed_in(Provider::HarbourId, &Person::new("victim", "Victim", MAIL)).await;
    let attacker = site.signed_in(Provider::QuayId, &Person::new("attacker", "Victim", MAIL)).await;
    assert_ne!(owner(&site, &attacker).await, owner(&site, &victim).await);
    assert!(!is_out(&victim).await);
    let verified = "select count(*) from channel where verified_at is not null";
    assert_eq!(site.world.count(verified).await, 1, "the victim's");
    assert_eq!(site.world.count("select count(*) from identity where email_verified").await, 1);
}
