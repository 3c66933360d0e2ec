//! What somebody who was there before the owner leaves in an account besides sessions and keys: addresses of their own, fellows they let in, a
//! tenant they gave away. And what the first proof of an address leaves alone: what an owner had before that identity came.

use super::{
    Site,
    linking::link,
    prehijacking::{MAIL, before, claim, claimed, is_out, key, opens, owner},
};
use crate::harness::{Browser, eventually};
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::identity::{NEIGHBOURS, Person, Provider};
use domain::{
    access::Role,
    id::{TenantId, UserId},
    plan::Plan,
};
use tokio::join;
use uuid::Uuid;

const ATTACKERS: &str = "attacker@example.test";

impl Site {
    /// The tenant that this person opened.
    async fn own(&self, user: UserId) -> TenantId {
        let own = sqlx::query_scalar("select tenant_id from tenant where opened_by = $1");
        TenantId(own.bind(user.0).fetch_one(&self.world.admin).await.unwrap())
    }

    /// A confirmed channel of this person.
    async fn channel(&self, (tenant, user): (TenantId, UserId), address: &str) {
        let id = Uuid::now_v7();
        let (sealed, index) = dev::world::Seals::default().of_channel(tenant.0, id, address);
        sqlx::query(
            "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
             values ($1, $2, $3, 'email', $4, $5, now())",
        )
        .bind(tenant.0)
        .bind(id)
        .bind(user.0)
        .bind(sealed)
        .bind(index)
        .execute(&self.world.admin)
        .await
        .unwrap();
    }

    /// What an address is found by in a tenant.
    fn index(&self, tenant: TenantId, address: &str) -> Vec<u8> {
        dev::world::Seals::default().of_channel(tenant.0, Uuid::nil(), address).1
    }

    /// The channels of this person in all tenants: what each is found by, and whether it is confirmed.
    async fn channels(&self, user: UserId) -> Vec<(Vec<u8>, bool)> {
        let channels = sqlx::query_as("select address_index, verified_at is not null from channel where user_id = $1");
        channels.bind(user.0).fetch_all(&self.world.admin).await.unwrap()
    }

    /// Invites somebody from this browser; the path in their mail.
    async fn invite(&self, by: &mut Browser, tenant: TenantId, address: &str) -> String {
        let fields = [("address", address), ("role", "admin")];
        let page = by.post(&format!("/t/{tenant}/invitations"), &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        self.world.deliver_with(&self.world.parts).await;
        format!("/account/invitations/{}", self.world.invitation_token(address))
    }

    /// Somebody who was invited and came.
    async fn fellow(&self, by: &mut Browser, tenant: TenantId, name: &str) -> Browser {
        let address = format!("{name}@example.test");
        let path = self.invite(by, tenant, &address).await;
        let mut browser = self.signed_in(Provider::QuayId, &Person::new(name, name, &address)).await;
        let page = browser.post(&path, &[]).await;
        assert_eq!(page.location(), format!("/t/{tenant}"), "{}", page.text);
        browser
    }

    async fn members(&self, tenant: TenantId) -> Vec<Uuid> {
        let members =
            sqlx::query_scalar("select user_id from member where tenant_id = $1 order by created_at, user_id");
        members.bind(tenant.0).fetch_all(&self.world.admin).await.unwrap()
    }

    /// What the tenant's log says of the claim: each action, and how often.
    async fn ended(&self, tenant: TenantId) -> Vec<(String, i64)> {
        let acts = sqlx::query_as(
            "select action, count(*) from audit
             where tenant_id = $1 and request_id = (select request_id from platform_audit where action = 'account.claim')
             group by action order by action",
        );
        acts.bind(tenant.0).fetch_all(&self.world.admin).await.unwrap()
    }

    async fn on(&self, plan: &'static str) {
        sqlx::query("update tenant set plan = $1").bind(plan).execute(&self.world.admin).await.unwrap();
    }
}

fn counted(acts: &[(&str, i64)]) -> Vec<(String, i64)> {
    acts.iter().map(|(action, count)| ((*action).to_owned(), *count)).collect()
}

#[tokio::test]
async fn sr_aut_05_the_first_proof_of_ownership_ends_the_addresses_and_the_fellows_of_who_was_there_before() {
    let site = Site::new().await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    site.on("fleet").await;
    let user = owner(&site, &attacker).await;
    let tenant = site.own(user).await;
    site.channel((tenant, user), ATTACKERS).await;
    let planted = key(&site, user).await;
    site.on("fleet").await;
    let mut first = site.fellow(&mut attacker, tenant, "first").await;
    // Who was let in by a fellow who has gone since came by the attacker all the same.
    let mut gone = site.fellow(&mut first, tenant, "gone").await;
    let mut second = site.fellow(&mut gone, tenant, "second").await;
    let fellow = owner(&site, &gone).await;
    assert_eq!(attacker.post(&format!("/t/{tenant}/members/{fellow}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
    let waiting = site.invite(&mut second, tenant, "third@example.test").await;
    assert_eq!(site.members(tenant).await.len(), 3);

    site.advance(TimeDelta::minutes(1));
    let victim = claim(&site).await;
    assert_eq!(owner(&site, &victim).await, user);
    assert_eq!(site.members(tenant).await, [user.0]);
    assert!(!opens(&site, &planted).await);
    for browser in [&mut first, &mut second] {
        assert_eq!(browser.get(&format!("/t/{tenant}")).await.status, StatusCode::NOT_FOUND);
    }
    let mut third = site.signed_in(Provider::QuayId, &Person::new("third", "Third", "third@example.test")).await;
    let page = third.post(&waiting, &[]).await;
    assert!(page.text.contains("This invitation was taken back"), "{}", page.text);
    // The one address left is the proved one, and confirmed by that.
    assert_eq!(site.channels(user).await, [(site.index(tenant, MAIL), true)]);
    // Said in the tenant's log, in words, and to those whose membership ended.
    let ended = [("channel.remove", 1), ("invitation.revoke", 1), ("key.revoke", 1), ("member.remove", 2)];
    assert_eq!(site.ended(tenant).await, counted(&ended));
    assert!(ended.iter().all(|(action, _)| app::audit::deed(action).is_some()));
    site.world.deliver_with(&site.world.parts).await;
    for address in ["first@example.test", "second@example.test"] {
        let told = site.world.sim.inbox().into_iter().filter(|mail| mail.to == [address]).count();
        assert!(told >= 2, "{address} was invited, and told that it ended");
    }
}

#[tokio::test]
async fn sr_aut_05_who_accepts_a_planted_invitation_beside_the_first_proof_of_ownership_does_not_stay() {
    let site = Site::new().await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    site.on("fleet").await;
    let user = owner(&site, &attacker).await;
    let tenant = site.own(user).await;
    site.invite(&mut attacker, tenant, "olga@example.test").await;
    let olga = site.world.person("Olga", Plan::Free).await;
    // Half way through accepting: the tenant held, nothing committed.
    let mut other = site.world.admin.begin().await.unwrap();
    for act in [
        "select from tenant where tenant_id = $1 and $2 is not null for no key update",
        "update invitation set accepted_at = created_at, accepted_by = $2 where tenant_id = $1",
        "insert into member (tenant_id, user_id, role) values ($1, $2, 'admin')",
    ] {
        sqlx::query(act).bind(tenant.0).bind(olga.user.0).execute(&mut *other).await.unwrap();
    }
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let accept = async {
        eventually("the claim waits", async || site.world.count(waiting).await > 0).await;
        assert_eq!(site.members(tenant).await, [user.0]);
        other.commit().await.unwrap();
    };
    join!(claim(&site), accept);
    assert_eq!(site.members(tenant).await, [user.0]);
    assert_eq!(site.members(olga.tenant).await, [olga.user.0]);
}

#[tokio::test]
async fn sr_aut_05_the_first_proof_of_ownership_ends_nobodys_membership_in_a_tenant_of_others() {
    let site = Site::new().await;
    let olga = site.world.person("Olga", Plan::Fleet).await;
    let pete = site.world.member(olga.tenant, "Pete", Role::Editor).await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    let user = owner(&site, &attacker).await;
    // An owner there even, who may let others in and did.
    sqlx::query("insert into member (tenant_id, user_id, role) values ($1, $2, 'owner')")
        .bind(olga.tenant.0)
        .bind(user.0)
        .execute(&site.world.admin)
        .await
        .unwrap();
    site.channel((olga.tenant, user), ATTACKERS).await;
    site.fellow(&mut attacker, olga.tenant, "fellow").await;
    let before = site.members(olga.tenant).await;
    assert_eq!(before.len(), 4);
    claim(&site).await;
    assert_eq!(site.members(olga.tenant).await, before);
    assert_eq!(site.ended(olga.tenant).await, counted(&[("channel.remove", 1)]), "their own address goes there too");
    assert_eq!(site.channels(user).await.len(), 1);
    assert_eq!((site.channels(olga.user).await.len(), site.channels(pete.user).await.len()), (1, 1));
}

#[tokio::test]
async fn sr_aut_05_who_proves_their_address_first_leaves_a_tenant_that_was_given_away_before() {
    let site = Site::new().await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    site.on("fleet").await;
    let user = owner(&site, &attacker).await;
    let tenant = site.own(user).await;
    let fellow = site.fellow(&mut attacker, tenant, "fellow").await;
    let fellow = owner(&site, &fellow).await;
    sqlx::query("update member set role = case user_id when $2 then 'editor' else 'owner' end where tenant_id = $1")
        .bind(tenant.0)
        .bind(user.0)
        .execute(&site.world.admin)
        .await
        .unwrap();
    site.advance(TimeDelta::minutes(1));
    let mut victim = claim(&site).await;
    assert_eq!(site.members(tenant).await, [fellow.0], "whose it is keeps it, and sees nothing of the victim's");
    assert_eq!(victim.get(&format!("/t/{tenant}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(victim.get("/account/tenants").await.status, StatusCode::OK);
    assert!(site.ended(tenant).await.contains(&("member.remove".to_owned(), 1)));
}

#[tokio::test]
async fn sr_aut_05_a_late_proof_at_a_second_identity_takes_nothing_from_an_owner_who_had_proved_the_first() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0];
    let mut first = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    let user = owner(&site, &first).await;
    let tenant = site.own(user).await;
    site.on("fleet").await;
    site.fellow(&mut first, tenant, "fellow").await;
    site.channel((tenant, user), "alice@work.test").await;
    site.advance(TimeDelta::minutes(1));
    let late = alice.at(Provider::QuayId);
    link(&site, &mut first, Provider::QuayId, &late.clone().unverified()).await;
    let second = site.signed_in(Provider::QuayId, &late.clone().unverified()).await;
    let own = key(&site, user).await;
    // What came with it or after it may be somebody else's, though proved.
    site.advance(TimeDelta::minutes(1));
    link(&site, &mut first, Provider::Github, &NEIGHBOURS[1].at(Provider::Github)).await;
    let third = site.signed_in(Provider::Github, &NEIGHBOURS[1].at(Provider::Github)).await;

    let proved = site.signed_in(Provider::QuayId, &late).await;
    assert_eq!(owner(&site, &proved).await, user);
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'account.claim'").await, 1);
    assert!(!is_out(&first).await && opens(&site, &own).await, "what was the owner's before");
    assert!(is_out(&second).await && is_out(&third).await, "what was not");
    assert_eq!(owner(&site, &first).await, user);
    assert_eq!(site.members(tenant).await.len(), 2);
    assert_eq!(site.channels(user).await.len(), 2);
    let again = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    assert_eq!(owner(&site, &again).await, user);
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'identity.unlink'").await, 1);
}

#[tokio::test]
async fn sr_aut_05_an_identity_that_whoever_waits_has_proved_later_saves_nothing_they_planted() {
    let site = Site::new().await;
    let mut attacker = site.signed_in(Provider::HarbourId, &before()).await;
    let user = owner(&site, &attacker).await;
    let tenant = site.own(user).await;
    site.on("fleet").await;
    site.advance(TimeDelta::minutes(1));
    let theirs = Person::new("4000077", "Attacker", ATTACKERS);
    link(&site, &mut attacker, Provider::Github, &theirs).await;
    let by_theirs = site.signed_in(Provider::Github, &theirs).await;
    assert_eq!(owner(&site, &by_theirs).await, user);
    site.channel((tenant, user), ATTACKERS).await;
    site.fellow(&mut attacker, tenant, "fellow").await;
    let planted = key(&site, user).await;
    site.advance(TimeDelta::minutes(1));
    let mut victim = site.signed_in(Provider::HarbourId, &claimed()).await;
    assert!(is_out(&by_theirs).await && is_out(&attacker).await && !opens(&site, &planted).await);
    assert_eq!(site.members(tenant).await, [user.0]);
    let page = victim.get("/account").await;
    assert!(page.text.contains(&format!("We write to {MAIL}.")), "{}", page.text);
    assert_eq!(site.world.count("select count(*) from identity where provider = 'github'").await, 0);
}
