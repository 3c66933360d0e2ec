//! Where a person is written to: an address that was proved, or none. What a provider merely says is shown to the person alone, as not confirmed.

use super::{
    Site,
    linking::link,
    prehijacking::{MAIL, before, claimed, owner},
};
use crate::harness::Database;
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::identity::{NEIGHBOURS, Person, Provider};
use sqlx::Executor;
use uuid::Uuid;

impl Site {
    /// Whether anything was mailed there.
    fn was_mailed(&self, address: &str) -> bool {
        self.world.sim.inbox().iter().any(|mail| mail.to.iter().any(|to| to == address))
    }
}

const NOBODY: &str = "select count(*) from user_account where email is null";

#[tokio::test]
async fn sr_aut_05_an_address_that_nobody_proved_is_written_to_by_no_letter_and_shown_to_no_fellow() {
    let site = Site::new().await;
    let mut waiting = site.signed_in(Provider::HarbourId, &before()).await;
    assert_eq!(site.world.count(NOBODY).await, 1);
    let user = owner(&site, &waiting).await;
    let tenant: Uuid = sqlx::query_scalar("select tenant_id from tenant").fetch_one(&site.world.admin).await.unwrap();
    // The list of members, to who manages them.
    let page = waiting.get(&format!("/t/{tenant}/members")).await;
    assert!(page.text.contains("no confirmed address") && !page.text.contains(MAIL), "{}", page.text);
    // A letter about the account, and one about the tenant.
    link(&site, &mut waiting, Provider::QuayId, &Person::new("also", "Victim", MAIL).unverified()).await;
    super::prehijacking::key(&site, user).await;
    assert!(site.world.count("select count(*) from letter").await >= 2);
    site.world.deliver_with(&site.world.parts).await;
    assert!(!site.was_mailed(MAIL));
    assert_eq!(site.world.count("select count(*) from delivery where state = 'due'").await, 0, "given up at once");
    // The person sees what was told of them, and what to do.
    let page = waiting.get("/account").await;
    assert!(page.text.contains("Confirm your address with one of them") && !page.text.contains(MAIL), "{}", page.text);
    let page = waiting.get("/account/identities").await;
    assert!(page.text.contains(&format!("{MAIL} (not confirmed)")), "{}", page.text);
    let page = waiting.post("/account/data/export", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    let export: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    assert!(export.to_string().contains(MAIL), "as what the provider said: {export}");
}

#[tokio::test]
async fn sr_aut_05_the_address_of_an_account_comes_with_a_proof_and_follows_the_next() {
    let site = Site::new().await;
    let mut browser = site.signed_in(Provider::HarbourId, &before()).await;
    let page = browser.get("/account").await;
    assert!(!page.text.contains("We write to"), "{}", page.text);
    let moved = |address: &str| Person::new("made-by-attacker", "Victim", address);
    for (person, address) in [
        (claimed(), MAIL),
        (moved("moved@example.test"), "moved@example.test"),
        (moved("not-yet@example.test").unverified(), "moved@example.test"),
        (moved("at-last@example.test"), "at-last@example.test"),
    ] {
        let mut browser = site.signed_in(Provider::HarbourId, &person).await;
        let page = browser.get("/account").await;
        assert!(page.text.contains(&format!("We write to {address}.")), "{address}: {}", page.text);
    }
    site.world.deliver_with(&site.world.parts).await;
    let mut browser = site.signed_in(Provider::HarbourId, &claimed()).await;
    link(&site, &mut browser, Provider::QuayId, &NEIGHBOURS[1].at(Provider::QuayId)).await;
    site.world.deliver_with(&site.world.parts).await;
    assert!(site.was_mailed(MAIL), "letters go there now");
}

#[tokio::test]
async fn sr_aut_05_of_several_proved_addresses_the_account_has_the_first_until_its_identity_is_removed() {
    let site = Site::new().await;
    let github = Person::new("4000001", "Alice", "alice@code.test");
    let mut browser = site.signed_in(Provider::Github, &github.clone().unverified()).await;
    site.advance(TimeDelta::minutes(1));
    let (alice, bob) = (NEIGHBOURS[0].at(Provider::HarbourId), NEIGHBOURS[1].at(Provider::QuayId));
    let written = async |browser: &mut crate::harness::Browser, address: &str| {
        let page = browser.get("/account").await;
        assert!(page.text.contains(&format!("We write to {address}.")), "{address}: {}", page.text);
    };
    link(&site, &mut browser, Provider::HarbourId, &alice).await;
    written(&mut browser, "alice@example.test").await;
    site.advance(TimeDelta::minutes(1));
    link(&site, &mut browser, Provider::QuayId, &bob).await;
    let mut third = site.signed_in(Provider::QuayId, &bob).await;
    written(&mut third, "alice@example.test").await;
    let issuer = site.world.sim.issuer(Provider::HarbourId);
    let page = third.post("/account/remove-identity", &[("issuer", &issuer), ("subject", &alice.sub)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    written(&mut third, "bob@example.test").await;
}

/// The rows of an installation of the version before: account, when its identity came after it in minutes, and whether that was proved then or a
/// minute later.
const OLDER: &[(&str, &str, &str)] = &[
    ("proved from the start", "0", "0"),
    ("proved later", "0", "1"),
    ("never proved", "0", "null"),
    ("opened by an identity that is gone", "5", "5"),
];

#[tokio::test]
async fn sr_aut_05_addresses_that_an_older_version_took_without_proof_are_cleared() {
    let database = Database::migrated_to(17).await;
    let pool = database.superuser().await;
    let person = "insert into app.user_account (user_id, name, email, created_at) values (gen_random_uuid(), $1, 'x', '2026-01-01')";
    for (name, came, proved) in OLDER {
        sqlx::query(person).bind(name).execute(&pool).await.unwrap();
        let identity = format!(
            "insert into app.identity (issuer, subject, user_id, provider, email_verified, owned_since, linked_at, last_used_at)
             select 'x', name, user_id, 'x', {proved} is not null, created_at + interval '1 minute' * {proved},
                    created_at + interval '1 minute' * {came}, created_at
             from app.user_account where name = '{name}'"
        );
        pool.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(identity))).await.unwrap();
    }
    sqlx::query(person).bind("entered by us").execute(&pool).await.unwrap();
    // As 0010 left them: proved, without since when.
    let early = "update app.identity set owned_since = null where subject = 'proved from the start'";
    sqlx::query(early).execute(&pool).await.unwrap();
    sqlx::query("insert into app.tenant (tenant_id, name, created_at) values (gen_random_uuid(), 'x', '2026-01-01')")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into app.member (tenant_id, user_id, role, created_at)
         select t.tenant_id, u.user_id, 'owner', t.created_at + interval '1 day' * (u.name <> 'never proved')::int
         from app.tenant t, app.user_account u",
    )
    .execute(&pool)
    .await
    .unwrap();
    database.settle().await;
    let kept: Vec<String> =
        sqlx::query_scalar("select name from app.user_account where email is not null order by name")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(kept, ["entered by us", "proved from the start"]);
    let opened = "select u.name from app.tenant t join app.user_account u on u.user_id = t.opened_by";
    let opened: Vec<String> = sqlx::query_scalar(opened).fetch_all(&pool).await.unwrap();
    assert_eq!(opened, ["never proved"]);
    let forced = "select bool_and(relforcerowsecurity) from pg_class
                  where relname in ('tenant', 'member', 'identity', 'user_account') and relkind = 'r'";
    assert!(sqlx::query_scalar::<_, bool>(forced).fetch_one(&pool).await.unwrap(), "row security is forced again");
}
