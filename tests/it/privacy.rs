//! What is kept of people: that the map of it is whole, that an export is everything of theirs and nothing of others', that
//! an erasure leaves nothing to be found, and that what is past its keep goes by itself.

mod erasure;
mod export;
mod map;
mod retention;
mod steps;

use crate::{
    api::{Client, motorhome},
    harness::{Browser, Person, World, motorhome_days},
};
use axum::http::Method;
use domain::{access::Role, id::ChannelId, key::Scope, plan::Plan};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;

/// What is searched for: the name and the address of the person whom these tests are about, and each text they wrote, hold it.
const CANARY: &str = "quillfeather";
/// The same of somebody whom they have nothing to do with.
const STRANGER: &str = "mallowby";

/// Somebody of whom something is kept in every table, with a tenant of their own and a membership elsewhere.
struct Stage {
    world: World,
    canary: Person,
    /// The same as an editor of the host's tenant.
    elsewhere: Person,
    /// The owner of the tenant where the canary is an editor.
    host: Person,
    stranger: Person,
    browser: Browser,
    key: String,
}

impl Stage {
    async fn new() -> Stage {
        let world = World::new().await;
        let sailing = world.everything_is_full(1).remove(0);
        let canary = world.person("Quillfeather", Plan::Fleet).await;
        let host = world.person("Host", Plan::Fleet).await;
        let stranger = world.person("Mallowby", Plan::Fleet).await;
        for person in [&canary, &stranger] {
            world.watch(person, &motorhome_days(1)).await;
        }
        world.invite(&host, &canary.email, Role::Editor).await.unwrap();
        world.deliver_with(&world.parts).await;
        world.accept(&world.invitation_link(&canary.email), &canary).await.unwrap();
        let channel = "select id from channel where tenant_id = $1 and user_id = $2";
        let channel = sqlx::query_scalar(channel).bind(host.tenant.0).bind(canary.user.0);
        let channel = ChannelId(channel.fetch_one(&world.admin).await.unwrap());
        let elsewhere = Person { tenant: host.tenant, channel, ..canary.clone() };
        let browser = world.signed_in(&canary).await;
        let key = world.key(&canary, &[Scope::Read, Scope::Write]).await;
        let mut stage = Stage { world, canary, elsewhere, host, stranger, browser, key };
        stage.write().await;
        stage.world.poll().await;
        stage.world.settle().await;
        stage.world.open(&sailing);
        stage.world.an_hour_later().await;
        stage.browser = stage.world.signed_in(&stage.canary).await;
        stage
    }

    /// The canary writes what only people write: notes, here and elsewhere, by the page and by the API.
    async fn write(&mut self) {
        let world = &self.world;
        world.watch(&self.elsewhere, &motorhome_days(1)).await;
        for (whose, text) in [(&self.canary, CANARY), (&self.stranger, STRANGER)] {
            let note = "update watch set note = $2 || ' packs the dog' where user_id = $1";
            sqlx::query(note).bind(whose.user.0).bind(text).execute(&world.admin).await.unwrap();
        }
        let elsewhere = world.key(&self.elsewhere, &[Scope::Read, Scope::Write]).await;
        for key in [&self.key, &elsewhere] {
            let mut watch = motorhome(world, 1);
            watch["note"] = format!("{CANARY} sails by the moon").into();
            let client = Client::new(world, Some(key.clone())).with("idempotency-key", "once");
            let answer = client.send(Method::POST, "/api/v1/watches", Some(&watch)).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        world.invite(&self.canary, "guest@example.test", Role::Viewer).await.unwrap();
        world.deliver_with(&world.parts).await;
        self.sql("insert into outage (tenant_id, operator_id, cause, noticed_at, ended_at) select tenant_id, 'harbour', 'off', $1, $1 from tenant where tenant_id = $2").await;
        self.sql(
            "insert into delivery (tenant_id, outage_id, notice, channel_id, state, sent_at, created_at)
             select o.tenant_id, o.id, 'degraded', c.id, 'sent', $1, $1
             from outage o join channel c using (tenant_id) where o.tenant_id = $2",
        )
        .await;
        self.sql(
            "insert into login_attempt (state_hash, cookie_hash, provider, issuer, nonce, pkce_verifier, purpose, session_id, started_at, expires_at)
             select sha256('state'), sha256('cookie'), 'test', 'https://id.test', repeat('n', 43), repeat('v', 43), 'link', s.id, $1, $1 + interval '10 minutes'
             from session s join member m using (user_id) where m.tenant_id = $2 limit 1",
        )
        .await;
        let renamed = self.browser.post("/account", &[("name", "Quillfeather"), ("zone", "Europe/Paris")]).await;
        assert_eq!(renamed.location(), "/account", "{renamed:?}");
    }

    /// Runs a statement with now and the canary's tenant.
    async fn sql(&self, sql: &str) {
        let now = self.world.clock.now();
        let statement = sqlx::query(AssertSqlSafe(sql.to_owned())).bind(now).bind(self.canary.tenant.0);
        statement.execute(&self.world.admin).await.unwrap();
    }

    /// The tables of which some row says this, in small letters, as it is or as bytes in hexadecimal digits.
    async fn tables_that_say(&self, text: &str) -> BTreeSet<String> {
        let tables = "select tablename::text from pg_tables where schemaname = 'app'";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&self.world.admin).await.unwrap();
        let mut found = BTreeSet::new();
        for table in tables {
            let sql = format!(
                "select exists (select from app.{table} x where lower(x::text) like '%' || $1 || '%'
                                or x::text like '%' || encode($1::bytea, 'hex') || '%')"
            );
            let says: bool =
                sqlx::query_scalar(AssertSqlSafe(sql)).bind(text).fetch_one(&self.world.admin).await.unwrap();
            if says {
                found.insert(table);
            }
        }
        found
    }
}
