//! Who changes and removes whom.

use super::{Team, assert_done, assert_refused, assert_rotated, sql, team};
use crate::{api::Client, harness::motorhome_days};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::{access::Role, key::Scope};
use futures::join;

#[tokio::test]
async fn sr_aut_06_the_page_gives_and_takes_only_what_the_rules_let_it() {
    let team = team().await;
    let second = team.world.member(team.alice.tenant, "Olga", Role::Owner).await;
    let everybody = [&team.vic, &team.ed, &team.anna, &second];
    for by in everybody {
        for subject in [&team.vic, &team.ed, &team.anna, &team.alice] {
            if by.user == subject.user {
                continue;
            }
            for to in Role::ALL {
                let (mine, theirs) = (team.role(by).await.unwrap(), team.role(subject).await.unwrap());
                let page = team.browser(by).await.post(&team.of(subject), &[("role", to.as_str())]).await;
                let manages = matches!(mine.as_str(), "admin" | "owner");
                // Ownership is handed over elsewhere; staying what one is, is no change.
                let fits = match (mine.as_str(), theirs.as_str(), to) {
                    ("admin", "owner", _) => false,
                    (_, "owner", Role::Owner) => true,
                    (_, _, Role::Owner) => false,
                    _ => true,
                };
                let now = team.role(subject).await.unwrap();
                let wanted = if manages && fits { to.as_str() } else { theirs.as_str() };
                assert_eq!(now, wanted, "{mine} makes {theirs} {to}: {page:?}");
                let status = match (manages, fits) {
                    (false, _) => StatusCode::FORBIDDEN,
                    (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
                    (true, true) => StatusCode::SEE_OTHER,
                };
                assert_eq!(page.status, status, "{mine} makes {theirs} {to}");
                sql(&team.world, &format!("update member set role = '{theirs}' where user_id = '{}'", subject.user))
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn sr_aut_06_the_last_owner_is_neither_demoted_nor_removed_nor_goes() {
    let team = team().await;
    let mut alice = team.browser(&team.alice).await;
    let last = "A tenant needs an owner.";
    assert_refused(&alice.post(&team.of(&team.alice), &[("role", "admin")]).await, last);
    assert_refused(&alice.post(&team.at("/leave"), &[]).await, last);
    assert_refused(&alice.post(&format!("{}/remove", team.of(&team.alice)), &[]).await, "use the page for leaving");
    assert_eq!(team.role(&team.alice).await.as_deref(), Some("owner"));
    let page = alice.get(&team.at("/leave")).await;
    assert!(page.text.contains("You are its only owner") && page.text.contains("/transfer"), "{}", page.text);
    let mut anna = team.browser(&team.anna).await;
    let only = "Only an owner can change or remove an owner.";
    assert_refused(&anna.post(&format!("{}/remove", team.of(&team.alice)), &[]).await, only);
}

#[tokio::test]
async fn sr_aut_06_two_owners_who_demote_or_remove_each_other_at_once_leave_one() {
    let team = team().await;
    let olga = team.world.member(team.alice.tenant, "Olga", Role::Owner).await;
    for (path, fields) in [("", &[("role", "viewer")][..]), ("/remove", &[])] {
        for _ in 0..5 {
            let (mut one, mut other) = (team.browser(&team.alice).await, team.browser(&olga).await);
            let (at_olga, at_alice) = (format!("{}{path}", team.of(&olga)), format!("{}{path}", team.of(&team.alice)));
            let (one, other) = join!(one.post(&at_olga, fields), other.post(&at_alice, fields));
            let done = [&one, &other].into_iter().filter(|page| page.status == StatusCode::SEE_OTHER).count();
            assert_eq!(done, 1, "{one:?} {other:?}");
            let owners = "select count(*) from member where role = 'owner'";
            assert_eq!(team.world.count(owners).await, 1);
            for owner in [&team.alice, &olga] {
                let member = "insert into member (tenant_id, user_id, role) values ($1, $2, 'owner')
                              on conflict (tenant_id, user_id) do update set role = 'owner'";
                sqlx::query(member).bind(owner.tenant.0).bind(owner.user.0).execute(&team.world.admin).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn sr_ses_03_a_removed_member_has_nothing_from_the_very_next_request_on() {
    let team = team().await;
    let key = team.world.key(&team.ed, Scope::ALL).await;
    let client = Client::new(&team.world, Some(key));
    let mut ed = team.browser(&team.ed).await;
    assert!(client.get("/api/v1/watches").await.status.is_success());
    assert_eq!(ed.get(&team.at("")).await.status, StatusCode::OK);
    let page = team.browser(&team.anna).await.post(&format!("{}/remove", team.of(&team.ed)), &[]).await;
    assert_done(&page);
    assert_eq!(client.get("/api/v1/watches").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ed.get(&team.at("")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ed.post(&team.at("/leave"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ed.get("/account").await.status, StatusCode::OK, "they are still somebody");
    team.world.deliver_with(&team.world.parts).await;
    assert_eq!(team.world.sim.inbox().pop().unwrap().to, ["ed@example.test"], "they are told");
}

#[tokio::test]
async fn sr_ses_03_a_demoted_member_may_less_from_the_very_next_request_on() {
    let team = team().await;
    let mut anna = team.browser(&team.anna).await;
    assert!(anna.get(&team.at("/members")).await.text.contains("vic@example.test"));
    let page = team.browser(&team.alice).await.post(&team.of(&team.anna), &[("role", "viewer")]).await;
    assert_done(&page);
    assert_eq!(anna.post(&team.of(&team.vic), &[("role", "editor")]).await.status, StatusCode::FORBIDDEN);
    let page = anna.get(&team.at("/members")).await;
    assert!(page.text.contains("Vic") && !page.text.contains("vic@example.test"), "{}", page.text);
    assert!(!page.text.contains("Invite somebody"), "{}", page.text);
}

#[tokio::test]
async fn the_watches_of_who_is_removed_pass_to_who_removed_them_and_tell_them() {
    let team = team().await;
    let sailing = team.world.everything_is_full(1).remove(0);
    let watch = team.world.watch(&team.ed, &motorhome_days(1)).await;
    team.world.poll().await;
    team.world.settle().await;
    let mut anna = team.browser(&team.anna).await;
    let page = anna.get(&team.of(&team.ed)).await;
    assert!(page.text.contains("Their running watch passes to you"), "{}", page.text);
    assert_done(&anna.post(&format!("{}/remove", team.of(&team.ed)), &[]).await);
    let owner: uuid::Uuid = sqlx::query_scalar("select user_id from watch where id = $1 and state = 'active'")
        .bind(watch.0)
        .fetch_one(&team.world.admin)
        .await
        .unwrap();
    assert_eq!(owner, team.anna.user.0);
    team.world.deliver_with(&team.world.parts).await;
    let before = team.world.sim.inbox().len();
    team.world.open(&sailing);
    team.world.an_hour_later().await;
    let mails = team.world.sim.inbox().split_off(before);
    assert_eq!(mails.iter().map(|mail| &mail.to).collect::<Vec<_>>(), [&["anna@example.test"]]);
    let log =
        "select count(*) from audit where action = 'member.remove' and actor like 'user:%' and subject like 'user:%'";
    assert_eq!(team.world.count(log).await, 1);
}

#[tokio::test]
async fn an_owner_is_touched_only_after_a_fresh_proof_of_identity() {
    let team = team().await;
    let olga = team.world.member(team.alice.tenant, "Olga", Role::Owner).await;
    let mut alice = team.browser(&team.alice).await;
    team.world.clock.advance(TimeDelta::minutes(11));
    for (path, fields) in [(team.of(&olga), &[("role", "viewer")][..]), (format!("{}/remove", team.of(&olga)), &[])] {
        let page = alice.post(&path, fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{page:?}");
        assert!(page.text.contains("/account/confirm?return_to="), "{}", page.text);
    }
    assert_eq!(team.role(&olga).await.as_deref(), Some("owner"));
    assert_done(&alice.post(&team.of(&team.vic), &[("role", "editor")]).await);
}

#[tokio::test]
async fn who_changes_their_own_role_gets_a_new_token() {
    let team: Team = team().await;
    let mut anna = team.browser(&team.anna).await;
    let mut before = anna.clone();
    assert_done(&anna.post(&team.of(&team.anna), &[("role", "viewer")]).await);
    assert_rotated(&mut before, &anna).await;
    assert_eq!(team.role(&team.anna).await.as_deref(), Some("viewer"));
}

#[tokio::test]
async fn a_role_that_is_none_is_refused_beside_its_field() {
    let team = team().await;
    let mut alice = team.browser(&team.alice).await;
    assert_refused(&alice.post(&team.of(&team.vic), &[("role", "root")]).await, "Choose a role from the list.");
    assert_refused(&alice.post(&team.of(&team.vic), &[("role", "owner")]).await, "handed over on a page of its own");
    let missing = team.at("/members/00000000-0000-0000-0000-000000000007");
    assert_eq!(alice.post(&missing, &[("role", "viewer")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_role_is_led_where_it_may_go_and_nowhere_else() {
    let team = team().await;
    for (person, pages) in [
        (&team.alice, vec!["about", "members", "keys", "audit", "settings"]),
        (&team.anna, vec!["about", "members", "keys", "audit"]),
        (&team.ed, vec!["about", "members"]),
        (&team.vic, vec!["about", "members"]),
    ] {
        let page = team.browser(person).await.get(&team.at("/members")).await;
        let area = page.text.split("class=\"area-nav\"").nth(1).unwrap().split("</nav>").next().unwrap();
        let links = area.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let led: Vec<String> = links.map(|link| link.rsplit('/').next().unwrap().to_owned()).collect();
        assert_eq!(led, pages, "{person:?}");
        assert_eq!(area.matches("aria-current").count(), 1, "one of them is where they are: {area}");
    }
}
