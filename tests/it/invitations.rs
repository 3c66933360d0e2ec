//! Invitations: mailed to one address, accepted once by who holds it, and worth what the inviter may give at that moment.

use crate::harness::{Person, World};
use chrono::TimeDelta;
use domain::{
    access::Role,
    id::InvitationId,
    invitation::{A_DAY, LIFE, Refusal},
    plan::Plan,
};
use sqlx::AssertSqlSafe;
use store::{
    Audit, Capability, Purpose,
    invitation::{self, Accepted, Judged},
};

impl World {
    /// Invites, as the app does, and commits.
    pub(crate) async fn invite(&self, by: &Person, address: &str, role: Role) -> Judged<InvitationId> {
        let membership = self.membership(by).await;
        let mut tx = self.app.begin(&membership).await.unwrap();
        let address = address.parse().unwrap();
        let made = invitation::create(&mut tx, &membership, (&address, role), self.clock.now()).await.unwrap();
        tx.commit(Audit::OwnRecord).await.unwrap();
        made
    }

    /// The token in the newest mail to somebody.
    pub(crate) fn invitation_token(&self, to: &str) -> String {
        let mails = self.sim.inbox();
        let mail = mails.iter().rev().find(|mail| mail.to == [to]).expect("a mail");
        let link = mail.links().into_iter().find(|link| link.contains("/l/invitation/")).expect("a link");
        link.rsplit('/').next().unwrap().to_owned()
    }

    /// The newest mail's link to somebody, opened.
    pub(crate) fn invitation_link(&self, to: &str) -> Capability {
        let token = self.invitation_token(to);
        self.config.link_key.open(Purpose::Invitation, &token, self.clock.now()).expect("it is good")
    }

    /// Accepts, as the app does, and commits.
    pub(crate) async fn accept(&self, link: &Capability, who: &Person) -> Judged<Accepted> {
        let who = self.credentials.verified_address(&self.session(who).await).await.unwrap();
        let mut tx = self.app.begin_capability(link).await.unwrap();
        let accepted = invitation::accept(&mut tx, link, &who, self.clock.now()).await.unwrap();
        tx.commit(Audit::OwnRecord).await.unwrap();
        accepted
    }

    async fn do_sql(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.admin).await.unwrap();
    }
}

const BOB: &str = "bob@example.test";

/// Alice owns a team with room; Anna administers it and has invited Bob, who has a tenant of his own, as an editor. The mail is there.
async fn bob_is_invited() -> (World, [Person; 3], InvitationId) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    let bob = world.person("Bob", Plan::Free).await;
    let id = world.invite(&anna, BOB, Role::Editor).await.unwrap();
    world.deliver_with(&world.parts).await;
    (world, [alice, anna, bob], id)
}

#[tokio::test]
async fn sr_aut_06_an_invitation_is_mailed_to_its_address_and_makes_one_member_once() {
    let (world, [alice, anna, bob], _) = bob_is_invited().await;
    let mails = world.sim.inbox();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [BOB]);
    let link = world.invitation_link(BOB);
    let accepted = world.accept(&link, &bob).await;
    assert_eq!(accepted, Ok(Accepted { tenant: alice.tenant, role: Role::Editor }));
    for who in [&bob, &anna] {
        assert_eq!(world.accept(&link, who).await, Err(Refusal::Accepted));
    }
    let as_member = Person { tenant: alice.tenant, ..bob };
    assert_eq!(world.membership(&as_member).await.role(), Role::Editor);
    assert_eq!(world.count("select count(*) from channel c join member m using (tenant_id, user_id) where m.role = 'editor' and verified_at is not null").await, 1);
    world.deliver_with(&world.parts).await;
    let told = world.sim.inbox().pop().unwrap();
    assert_eq!((told.to, told.subject), (vec!["anna@example.test".to_owned()], "Bob has joined Alice".to_owned()));
}

#[tokio::test]
async fn sr_aut_06_nobody_accepts_who_has_not_proved_the_address_that_was_invited() {
    let (world, [alice, _, bob], _) = bob_is_invited().await;
    let link = world.invitation_link(BOB);
    let carol = world.person("Carol", Plan::Free).await;
    assert_eq!(world.accept(&link, &carol).await, Err(Refusal::OtherAddress));
    let members = world.count("select count(*) from member").await;
    world.session(&bob).await;
    world.do_sql("update identity set email_verified = false").await;
    assert_eq!(world.accept(&link, &bob).await, Err(Refusal::OtherAddress), "not verified");
    assert_eq!(world.count("select count(*) from member").await, members);
    assert_eq!(world.count("select count(*) from invitation where accepted_at is not null").await, 0);
    world.do_sql("update identity set email_verified = true").await;
    assert!(world.accept(&link, &bob).await.is_ok());
    assert_eq!(world.invite(&alice, " Dora@Example.TEST ", Role::Viewer).await.map(|_| ()), Ok(()));
    world.deliver_with(&world.parts).await;
    let dora = world.person("Dora", Plan::Free).await;
    assert!(
        world.accept(&world.invitation_link("Dora@Example.TEST"), &dora).await.is_ok(),
        "whatever the letters' case"
    );
}

#[tokio::test]
async fn sr_aut_06_what_is_so_when_it_is_accepted_decides_and_not_what_was() {
    for (refusal, sql) in [
        (Refusal::Revoked, "update invitation set revoked_at = now()"),
        (Refusal::Expired, "update invitation set expires_at = created_at + interval '1 second'"),
        (Refusal::RoleAboveInviter, "update invitation set role = 'owner'"),
        (Refusal::RoleAboveInviter, "update member set role = 'viewer' where role = 'admin'"),
        (Refusal::InviterGone, "delete from member where role = 'admin'"),
        (Refusal::TenantGone, "update tenant set suspended_at = now() where name = 'Alice'"),
        (Refusal::TenantGone, "update tenant set closed_at = now() where name = 'Alice'"),
        (Refusal::PlanFull, "update tenant set plan = 'plus' where name = 'Alice'"),
        (Refusal::Revoked, "delete from invitation"),
    ] {
        let (world, [alice, _, bob], _) = bob_is_invited().await;
        let link = world.invitation_link(BOB);
        world.clock.advance(TimeDelta::minutes(1));
        world.do_sql(sql).await;
        assert_eq!(world.accept(&link, &bob).await, Err(refusal), "{sql}");
        let joined = "select count(*) from member m join tenant using (tenant_id) join user_account u using (user_id) where tenant.name = 'Alice' and u.name = 'Bob'";
        assert_eq!(world.count(joined).await, 0, "{sql}");
        assert!(world.app.membership(&world.session(&bob).await, alice.tenant).await.unwrap().is_none(), "{sql}");
    }
    let (world, [alice, anna, _], _) = bob_is_invited().await;
    world.invite(&anna, &alice.email, Role::Viewer).await.unwrap();
    world.deliver_with(&world.parts).await;
    assert_eq!(world.accept(&world.invitation_link(&alice.email), &alice).await, Err(Refusal::AlreadyMember));
}

#[tokio::test]
async fn sr_aut_06_of_two_who_redeem_at_once_exactly_one_wins() {
    let (world, [alice, _, bob], _) = bob_is_invited().await;
    let link = world.invitation_link(BOB);
    let tries: Vec<_> = futures::future::join_all((0..4).map(|_| world.accept(&link, &bob))).await;
    let won = tries.iter().filter(|tried| tried.is_ok()).count();
    assert_eq!(won, 1, "{tries:?}");
    assert!(tries.iter().all(|tried| tried.is_ok() || *tried == Err(Refusal::Accepted)), "{tries:?}");

    // Two invitations, one seat.
    let people = [world.person("Carol", Plan::Free).await, world.person("Dora", Plan::Free).await];
    for person in &people {
        world.invite(&alice, &person.email, Role::Viewer).await.unwrap();
    }
    world.deliver_with(&world.parts).await;
    world.do_sql("update tenant set plan = 'pro' where name = 'Alice'").await;
    world.member(alice.tenant, "Emil", Role::Viewer).await;
    let links = [world.invitation_link(&people[0].email), world.invitation_link(&people[1].email)];
    let (first, second) = tokio::join!(world.accept(&links[0], &people[0]), world.accept(&links[1], &people[1]));
    let judged = [first.map(|_| ()), second.map(|_| ())];
    assert!(judged.contains(&Ok(())) && judged.contains(&Err(Refusal::PlanFull)), "{judged:?}");
}

#[tokio::test]
async fn sr_aut_06_a_link_is_good_for_nothing_else_and_no_longer_than_its_invitation() {
    let (world, ..) = bob_is_invited().await;
    let token = world.invitation_token(BOB);
    let key = &world.config.link_key;
    for purpose in [Purpose::Stop, Purpose::Keep, Purpose::Unsubscribe] {
        assert!(key.open(purpose, &token, world.clock.now()).is_none());
    }
    let now = world.clock.now();
    assert!(key.open(Purpose::Invitation, &token, now + LIFE - TimeDelta::seconds(1)).is_some());
    assert!(key.open(Purpose::Invitation, &token, now + LIFE).is_none());

    // Mailed late, it ends no later.
    let carol = world.person("Carol", Plan::Fleet).await;
    world.invite(&carol, "dora@example.test", Role::Viewer).await.unwrap();
    world.clock.advance(TimeDelta::hours(71));
    world.deliver_with(&world.parts).await;
    let token = world.invitation_token("dora@example.test");
    assert!(key.open(Purpose::Invitation, &token, now + LIFE - TimeDelta::seconds(1)).is_some());
    assert!(key.open(Purpose::Invitation, &token, now + LIFE).is_none());
}

#[tokio::test]
async fn sr_aut_06_nothing_that_is_stored_redeems_an_invitation_or_names_its_address() {
    let (world, _, id) = bob_is_invited().await;
    let token = world.invitation_token(BOB);
    let tables = "select tablename::text from pg_tables where schemaname = 'app'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&world.admin).await.unwrap();
    let mut seen = 0;
    for table in tables {
        let rows = format!("select coalesce(string_agg(x::text, '\n'), '') from {table} x");
        let rows: String = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(&world.admin).await.unwrap();
        seen += rows.matches(&id.to_string()).count();
        assert!(!rows.contains(&token[60..]) && !rows.contains(BOB), "{table}");
    }
    assert_eq!(seen, 2, "the row and its letter");
}

#[tokio::test]
async fn sr_aut_06_nobody_invites_above_themself_over_the_plan_twice_or_without_end() {
    let (world, [alice, anna, _], id) = bob_is_invited().await;
    assert_eq!(world.invite(&anna, "x@example.test", Role::Owner).await, Err(Refusal::RoleAboveInviter));
    assert_eq!(world.invite(&anna, "BOB@example.test", Role::Viewer).await, Err(Refusal::AlreadyInvited));
    world.clock.advance(LIFE);
    let again = world.invite(&anna, BOB, Role::Viewer).await.unwrap();
    assert_ne!(again, id, "what nobody took up makes room");

    let bob = world.person("Bertha", Plan::Plus).await;
    assert!(world.invite(&bob, "x@example.test", Role::Viewer).await.is_ok());
    assert_eq!(
        world.invite(&bob, "y@example.test", Role::Viewer).await,
        Err(Refusal::PlanFull),
        "the first may still accept"
    );

    for n in 1..A_DAY {
        let id = world.invite(&alice, &format!("n{n}@example.test"), Role::Viewer).await.unwrap();
        let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
        assert!(invitation::revoke(&mut tx, id, world.clock.now()).await.unwrap());
        assert!(!invitation::revoke(&mut tx, id, world.clock.now()).await.unwrap(), "once");
        tx.commit(Audit::OwnRecord).await.unwrap();
    }
    assert_eq!(world.invite(&alice, "last@example.test", Role::Viewer).await, Err(Refusal::TooMany));
    let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
    let waiting = invitation::list(&mut tx, world.clock.now()).await.unwrap();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!((waiting[0].address.as_str(), waiting[0].inviter.as_deref()), (BOB, Some("Anna")));
}
