//! Letters: what is mailed and is no alert leaves once, only while it is true, to nobody else, and never as a stream.

use crate::harness::{Person, World};
use chrono::TimeDelta;
use dev::sim::{Mail, MailMisbehaviour};
use domain::{access::Role, id::InvitationId, plan::Plan};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use store::{
    Act, Audit,
    letter::{self, Letter},
};
use uuid::Uuid;

impl World {
    async fn write(&self, person: &Person, letter: Letter) {
        let mut tx = self.app.begin(&self.membership(person).await).await.unwrap();
        letter::write(&mut tx, letter, self.clock.now()).await.unwrap();
        tx.commit(Audit::OwnRecord).await.unwrap();
    }

    fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.sim.inbox().into_iter().filter(|mail| mail.to == [address]).collect()
    }

    async fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.deliver_with(&self.parts).await;
    }
}

/// A letter of each kind is due: to Bob an invitation; to Emil, who is a member, that his role has changed; to Alice that Emil joined.
async fn three_due() -> (World, [Person; 3], InvitationId) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    let emil = world.member(alice.tenant, "Emil", Role::Viewer).await;
    let id = world.invite(&anna, "bob@example.test", Role::Editor).await.unwrap();
    world.write(&alice, Letter::RoleChanged { to: emil.user }).await;
    world.write(&alice, Letter::MemberJoined { to: alice.user, who: emil.user }).await;
    (world, [alice, anna, emil], id)
}

#[tokio::test]
async fn sr_job_03_a_letter_that_is_not_true_or_not_allowed_when_it_becomes_due_is_not_mailed() {
    for (sql, left) in [
        ("update invitation set revoked_at = now()", 2),
        ("update invitation set accepted_at = now(), accepted_by = gen_random_uuid()", 2),
        ("update invitation set expires_at = created_at + interval '1 second'", 2),
        ("update invitation set role = 'owner'", 2),
        ("update member set role = 'viewer' where role = 'admin'", 2),
        ("delete from member where role = 'admin'", 2),
        ("delete from member where role = 'viewer'", 1),
        ("delete from member", 0),
        ("update tenant set suspended_at = now()", 0),
        ("update tenant set closed_at = now()", 0),
        ("select 1", 3),
    ] {
        let (world, ..) = three_due().await;
        world.clock.advance(TimeDelta::minutes(1));
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&world.admin).await.unwrap();
        world.deliver_with(&world.parts).await;
        assert_eq!(world.sim.inbox().len(), left, "{sql}");
        assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 0, "{sql}");
        let silent = "select count(*) from delivery where state = 'cancelled' and outcome in ('void', 'tenant_gone', 'member_gone')";
        assert_eq!(world.count(silent).await, 3 - i64::try_from(left).unwrap(), "{sql}");
    }
}

#[tokio::test]
async fn sr_job_07_a_letter_whose_receipt_was_lost_is_sent_again_under_the_same_message_id() {
    let (world, ..) = three_due().await;
    world.sim.misbehave_mail(MailMisbehaviour::DropAfterData);
    world.deliver_with(&world.parts).await;
    world.sim.misbehave_mail(MailMisbehaviour::None);
    world.later(TimeDelta::minutes(2)).await;
    let ids: BTreeSet<String> = world.sim.inbox().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(world.count("select count(*) from delivery where state = 'sent'").await, 3);
}

#[tokio::test]
async fn sr_ntf_04_however_many_tenants_invite_a_stranger_two_mails_an_hour_and_three_a_day_arrive() {
    let world = World::new().await;
    for n in 0..8 {
        let owner = world.person(&format!("Owner{n}"), Plan::Fleet).await;
        world.invite(&owner, "stranger@example.test", Role::Viewer).await.unwrap();
        if n == 0 {
            world.invite(&owner, "other@example.test", Role::Viewer).await.unwrap();
        }
    }
    let other = world.another_worker().await;
    tokio::join!(world.deliver_with(&world.parts), world.deliver_with(&other));
    assert_eq!(world.mails_to("stranger@example.test").len(), 2);
    assert_eq!(world.mails_to("other@example.test").len(), 1, "who is somebody else is not held up");
    assert_eq!(world.count("select count(*) from delivery where state = 'due' and outcome = 'held'").await, 6);
    world.later(TimeDelta::minutes(59)).await;
    assert_eq!(world.mails_to("stranger@example.test").len(), 2);
    for _ in 0..10 {
        world.later(TimeDelta::hours(1)).await;
    }
    assert_eq!(world.mails_to("stranger@example.test").len(), 3, "in a day");
    world.later(TimeDelta::hours(2)).await;
    assert_eq!(world.mails_to("stranger@example.test").len(), 5, "and the next day goes on");
    world.later(TimeDelta::days(3)).await;
    assert_eq!(world.mails_to("stranger@example.test").len(), 5, "until the invitations end");
    assert_eq!(world.count("select count(*) from delivery where state = 'cancelled' and outcome = 'void'").await, 3);
}

#[tokio::test]
async fn sr_ntf_04_a_person_gets_ten_letters_an_hour_at_most_and_none_is_lost() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let emil = world.member(alice.tenant, "Emil", Role::Viewer).await;
    for _ in 0..25 {
        world.write(&alice, Letter::RoleChanged { to: emil.user }).await;
    }
    world.write(&alice, Letter::MemberJoined { to: alice.user, who: emil.user }).await;
    for arrived in [10, 20, 25, 25] {
        let fresh = world.another_worker().await;
        world.deliver_with(&fresh).await;
        assert_eq!(world.mails_to(&emil.email).len(), arrived);
        assert_eq!(world.mails_to(&alice.email).len(), 1);
        world.clock.advance(TimeDelta::hours(1));
    }
}

#[tokio::test]
async fn a_new_way_to_sign_in_is_told_to_the_person_whatever_became_of_their_tenant() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    sqlx::query("update tenant set suspended_at = now()").execute(&world.admin).await.unwrap();
    let session = world.session(&alice).await;
    let mut tx = world.credentials.begin(&session).await.unwrap();
    assert!(letter::identity_linked(&mut tx, "GitHub", world.clock.now()).await.unwrap());
    let act = Act {
        at: world.clock.now(),
        actor: session.actor(),
        action: "identity.link",
        subject: alice.user.to_string(),
        request_id: Uuid::new_v4(),
    };
    tx.commit(act).await.unwrap();
    world.deliver_with(&world.parts).await;
    let mails = world.mails_to("alice@example.test");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.as_deref().unwrap().contains("Account at: GitHub"), "{:?}", mails[0].text);
}

#[tokio::test]
async fn who_was_removed_is_told_and_who_came_back_is_not() {
    for (is_back, mails) in [(false, 1), (true, 0)] {
        let world = World::new().await;
        let alice = world.person("Alice", Plan::Fleet).await;
        let emil = world.member(alice.tenant, "Emil", Role::Viewer).await;
        world.write(&alice, Letter::MemberRemoved { to: emil.user }).await;
        if !is_back {
            sqlx::query("delete from member where role = 'viewer'").execute(&world.admin).await.unwrap();
        }
        world.deliver_with(&world.parts).await;
        assert_eq!(world.mails_to(&emil.email).len(), mails);
    }
}

#[tokio::test]
async fn letters_say_what_happened_who_did_it_and_what_to_do() {
    let (world, ..) = three_due().await;
    sqlx::query("update tenant set name = 'Alice & sons'").execute(&world.admin).await.unwrap();
    world.deliver_with(&world.parts).await;
    let invitation = world.mails_to("bob@example.test").remove(0);
    insta::assert_snapshot!("invitation", read(&invitation));
    insta::assert_snapshot!("role_changed", read(&world.mails_to("emil@example.test")[0]));
    insta::assert_snapshot!("member_joined", read(&world.mails_to("alice@example.test")[0]));
    let html = invitation.html.as_deref().unwrap();
    assert!(html.contains("Alice &#38; sons") || html.contains("Alice &amp; sons"), "{html}");
    assert!(!html.contains("Stop all mail") && invitation.header("List-Unsubscribe").is_none());
}

#[tokio::test]
async fn letters_are_in_the_language_of_whom_they_go_to_and_an_invitation_in_that_of_who_invites() {
    let (world, [_, anna, emil], _) = three_due().await;
    sqlx::query("update tenant set name = 'Alice & sons'").execute(&world.admin).await.unwrap();
    let french = "update user_account set locale = 'fr' where user_id = any($1)";
    sqlx::query(french).bind(&[anna.user.0, emil.user.0][..]).execute(&world.admin).await.unwrap();
    world.deliver_with(&world.parts).await;
    let invitation = world.mails_to("bob@example.test").remove(0);
    assert!(invitation.html.as_deref().unwrap().contains("<html lang=\"fr\">"));
    insta::assert_snapshot!("invitation_in_french", read(&invitation));
    insta::assert_snapshot!("role_changed_in_french", read(&world.mails_to("emil@example.test")[0]));
    assert!(world.mails_to("alice@example.test")[0].subject.contains("has joined"), "each in their own");
}

/// A mail as somebody reads it, without what differs each time.
fn read(mail: &Mail) -> String {
    let text = mail.text.as_deref().unwrap().replace("\r\n", "\n");
    let words = text.split_inclusive(char::is_whitespace).map(|word| match word.split_once("/l/invitation/") {
        Some((base, _)) => format!("{base}/l/invitation/…\n"),
        None => match word.split_once("/t/") {
            Some((base, rest)) => format!("{base}/t/…{}", &rest[36..]),
            None => word.to_owned(),
        },
    });
    format!("Subject: {}\n\n{}", mail.subject, words.collect::<String>())
}

#[tokio::test]
async fn sr_ntf_01_no_name_that_somebody_chose_becomes_a_header_or_a_link_in_a_strangers_mail() {
    let (world, ..) = three_due().await;
    for name in [
        "Win at https://evil.example/login\r\nBcc: eve@example.test",
        "www.evil.example",
        "<b>x</b> \u{202e}eve@evil.example",
    ] {
        sqlx::query("update tenant set name = $1").bind(name).execute(&world.admin).await.unwrap();
        sqlx::query("update user_account set name = $1").bind(name).execute(&world.admin).await.unwrap();
        let again = "update delivery set state = 'due', next_attempt_at = '2026-07-01', attempts = 0, begun_at = null, message_id = gen_random_uuid()";
        for sql in ["delete from attempt", again] {
            sqlx::query(sql).execute(&world.admin).await.unwrap();
        }
        world.deliver_with(&world.parts).await;
        let mail = world.mails_to("bob@example.test").pop().unwrap();
        let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
        for part in [&mail.subject, &text, &html] {
            assert!(!part.contains("evil.example"), "{part}");
        }
        assert!(!html.contains("<b>"), "{html}");
        assert!(mail.header("Bcc").is_none());
        assert_eq!(mail.links().len(), 1, "{:?}", mail.links());
    }
}
