//! Invitations at the pages.

use super::{Team, assert_done, assert_refused, assert_rotated, sql, team};
use crate::harness::{Browser, Other, Page, Person};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::plan::Plan;
use futures::join;
use std::time::{Duration, Instant};

const BOB: &str = "bob@example.test";

impl Team {
    async fn invite(&self, browser: &mut Browser, address: &str, role: &str) -> Page {
        browser.post(&self.at("/invitations"), &[("address", address), ("role", role)]).await
    }

    /// Bob, invited by Anna as an editor, and the token of the mail he got.
    async fn bob(&self) -> (Person, String) {
        let bob = self.world.person("Bob", Plan::Free).await;
        assert_done(&self.invite(&mut self.browser(&self.anna).await, BOB, "editor").await);
        self.world.deliver_with(&self.world.parts).await;
        (bob, self.world.invitation_token(BOB))
    }

    async fn members(&self) -> i64 {
        let sql = "select count(*) from member where tenant_id = $1";
        sqlx::query_scalar(sql).bind(self.alice.tenant.0).fetch_one(&self.world.admin).await.unwrap()
    }
}

#[tokio::test]
async fn sr_aut_06_who_is_invited_joins_once_from_the_page_that_the_mails_link_leads_to() {
    let team = team().await;
    let (bob, token) = team.bob().await;
    let before = team.world.digest().await;
    let mut browser = Browser::new(app::router(team.world.web()));
    let page = browser.get(&format!("/l/invitation/{token}")).await;
    assert!(page.text.contains("Anna invited bob@example.test to be editor there"), "{}", page.text);
    let path = format!("/account/invitations/{token}");
    assert!(page.text.contains(&path));
    assert!(browser.get(&path).await.location().starts_with("/login?return_to=%2Faccount%2Finvitations%2F"));
    assert_eq!(team.world.digest().await, before, "looking changes nothing");
    let mut browser = team.browser(&bob).await;
    assert!(browser.get(&path).await.text.contains("Join Alice?"));
    assert_eq!(team.members().await, 4);
    let mut copied = browser.clone();
    let page = browser.post(&path, &[]).await;
    assert_eq!(page.location(), team.at(""), "{page:?}");
    assert_rotated(&mut copied, &browser).await;
    assert_eq!(team.role(&bob).await.as_deref(), Some("editor"));
    assert_eq!(browser.get(&team.at("")).await.status, StatusCode::OK);
    for page in [browser.get(&path).await, browser.post(&path, &[]).await] {
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text.contains("This invitation was accepted") && page.text.contains("/account/tenants"));
    }
    assert_eq!(
        (team.members().await, team.world.count("select count(*) from audit where action = 'invitation.accept'").await),
        (5, 1)
    );
}

#[tokio::test]
async fn sr_aut_06_another_identity_an_old_link_and_a_forged_one_lead_nowhere() {
    let team = team().await;
    let (bob, token) = team.bob().await;
    let carol = team.world.person("Carol", Plan::Free).await;
    let path = format!("/account/invitations/{token}");
    let page = team.browser(&carol).await.post(&path, &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("This invitation is for another address"), "{}", page.text);
    let mut browser = team.browser(&bob).await;
    let backwards: String = token.chars().rev().collect();
    for wrong in ["x", &token[1..], &backwards] {
        assert_eq!(browser.get(&format!("/account/invitations/{wrong}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&format!("/account/invitations/{wrong}"), &[]).await.status, StatusCode::NOT_FOUND);
    }
    let with_role = browser.post(&path, &[("role", "owner")]).await;
    assert_eq!(with_role.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody names their own role");
    team.world.clock.advance(TimeDelta::hours(72));
    let mut browser = team.browser(&bob).await;
    assert_eq!(browser.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(team.members().await, 4);
}

#[tokio::test]
async fn sr_aut_06_of_two_who_redeem_one_invitation_at_once_one_does() {
    let team = team().await;
    let (bob, token) = team.bob().await;
    let path = format!("/account/invitations/{token}");
    let (mut one, mut other) = (team.browser(&bob).await, team.browser(&bob).await);
    let (one, other) = join!(one.post(&path, &[]), other.post(&path, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    assert_eq!(team.members().await, 5);
}

#[tokio::test]
async fn sr_aut_06_an_invitation_grants_no_more_than_who_sent_it_may_give_now() {
    let team = team().await;
    let mut anna = team.browser(&team.anna).await;
    assert_refused(&team.invite(&mut anna, BOB, "owner").await, "You cannot give a role above your own.");
    let mut alice = team.browser(&team.alice).await;
    assert_refused(&team.invite(&mut alice, BOB, "owner").await, "Ownership is handed over on a page of its own");
    for person in [&team.ed, &team.vic] {
        let page = team.invite(&mut team.browser(person).await, BOB, "viewer").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let (bob, token) = team.bob().await;
    assert_done(&alice.post(&team.of(&team.anna), &[("role", "viewer")]).await);
    let page = team.browser(&bob).await.post(&format!("/account/invitations/{token}"), &[]).await;
    assert!(page.text.contains("This invitation does not stand any more"), "{}", page.text);
    assert_eq!(team.members().await, 4);
}

#[tokio::test]
async fn an_invitation_is_sent_again_and_taken_back_and_its_old_link_is_dead() {
    let team = team().await;
    let (bob, first) = team.bob().await;
    let mut anna = team.browser(&team.anna).await;
    let page = anna.get(&team.at("/members")).await;
    let act = |page: &Page, what: &str| {
        let end = page.text.find(&format!("/{what}\"")).expect("a form");
        let start = page.text[..end].rfind("action=\"").unwrap() + "action=\"".len();
        format!("{}/{what}", &page.text[start..end])
    };
    assert_refused(&team.invite(&mut anna, BOB, "viewer").await, "An invitation to this address waits already.");
    assert_done(&anna.post(&act(&page, "resend"), &[]).await);
    team.world.deliver_with(&team.world.parts).await;
    let second = team.world.invitation_token(BOB);
    assert_ne!(first, second);
    let mut browser = team.browser(&bob).await;
    let page = browser.post(&format!("/account/invitations/{first}"), &[]).await;
    assert!(page.text.contains("This invitation was taken back"), "{}", page.text);
    let page = anna.get(&team.at("/members")).await;
    let revoke = act(&page, "revoke");
    assert_done(&anna.post(&revoke, &[]).await);
    assert_eq!(anna.post(&revoke, &[]).await.status, StatusCode::NOT_FOUND);
    let page = browser.post(&format!("/account/invitations/{second}"), &[]).await;
    assert!(page.text.contains("This invitation was taken back"), "{}", page.text);
    assert!(!anna.get(&team.at("/members")).await.text.contains(BOB));
}

#[tokio::test]
async fn the_plans_limit_admits_members_and_invitations_that_wait_together() {
    let team = team().await;
    sql(&team.world, "update tenant set plan = 'pro'").await;
    let mut anna = team.browser(&team.anna).await;
    assert_done(&team.invite(&mut anna, "one@example.test", "viewer").await);
    let page = team.invite(&mut anna, "two@example.test", "viewer").await;
    assert_refused(&page, "The plan has no room for one more member; invitations that wait count too.");
    assert!(
        page.text.contains("value=\"two@example.test\"") && page.text.contains("value=\"viewer\" checked"),
        "{}",
        page.text
    );
    let page = team.invite(&mut anna, "nobody", "viewer").await;
    assert_refused(&page, "Enter a mail address, such as name@example.org.");
}

#[tokio::test]
async fn sr_aut_08_an_invitation_to_somebody_known_and_to_a_stranger_look_and_last_the_same() {
    let team = team().await;
    team.world.person("Bob", Plan::Free).await;
    let mut anna = team.browser(&team.anna).await;
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..100 {
        let mut seen = Vec::new();
        for (at, address) in [BOB, "bub@example.test"].into_iter().enumerate() {
            // More of them than a person has at once.
            sql(&team.world, "delete from invitation").await;
            sql(&team.world, "delete from token_bucket").await;
            let start = Instant::now();
            let page = team.invite(&mut anna, address, "viewer").await;
            took[at].push(start.elapsed());
            let list = anna.get(&team.at("/members")).await;
            let csrf_free =
                |text: &str| text.replace(address, "[address]").split("/invitations/").next().unwrap().to_owned();
            seen.push((
                page.status,
                page.location().to_owned(),
                csrf_free(&page.masked().1),
                csrf_free(&list.masked().1),
            ));
        }
        assert_eq!(seen[0], seen[1]);
    }
    let [known, unknown] = took.map(|mut took: Vec<Duration>| {
        took.sort_unstable();
        took[took.len() / 2]
    });
    assert!(known.abs_diff(unknown) < Duration::from_millis(10), "{known:?} {unknown:?}");
}

#[tokio::test]
async fn sr_auz_06_nobody_joins_a_tenant_that_is_suspended_beside_it() {
    let team = team().await;
    let (bob, token) = team.bob().await;
    let mut other = Other::begin(&team.world).await;
    other.run(&format!("update tenant set suspended_at = now() where tenant_id = '{}'", team.alice.tenant)).await;
    let mut browser = team.browser(&bob).await;
    let suspend = async {
        other.waited_for(&team.world, 1).await;
        other.commit().await;
    };
    let path = format!("/account/invitations/{token}");
    let (page, ()) = join!(browser.post(&path, &[]), suspend);
    assert!(page.text.contains("This invitation leads nowhere now"), "{}", page.text);
    assert_eq!(team.members().await, 4);
}

#[tokio::test]
async fn sr_aut_06_a_session_whose_proof_is_old_invites_nobody_who_would_manage_others() {
    let team = team().await;
    let mut anna = team.browser(&team.anna).await;
    sql(&team.world, "update session set proved_at = proved_at - interval '11 minutes'").await;
    let page = team.invite(&mut anna, "one@example.test", "admin").await;
    assert_eq!(page.status.as_u16(), 403, "{}", page.text);
    assert!(page.text.contains("Please confirm that it is you"), "{}", page.text);
    assert_eq!(team.world.count("select count(*) from invitation").await, 0);
    assert_done(&team.invite(&mut anna, "two@example.test", "viewer").await);
}
