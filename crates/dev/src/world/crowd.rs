//! Many people at once: tenants of one member with a verified mailbox, and watches that are evaluated already, written
//! by a few statements for any number. For measuring, and for the demonstration with many watchers. Foreign keys and
//! triggers sleep while it writes, so it runs as superuser and never on a database that matters.

use super::{Seals, readable};
use crate::progress::Progress;
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use domain::{
    operator::{Ask, Operator},
    plan::Plan,
    watch::{Criteria, expires_at},
};
use sqlx::{Connection, PgConnection, types::Json};
use uuid::Uuid;

/// What some of a crowd wish for: the first question of the criteria is the one their watches ask.
#[derive(Clone, Debug)]
pub struct Wish {
    operator: Operator,
    criteria: Criteria,
    ask: Ask,
    expires_at: DateTime<Utc>,
}

impl Wish {
    /// The wish of these criteria, asked for from `from` on, whatever the operator's horizon.
    ///
    /// # Errors
    /// When the operator cannot answer them.
    pub fn new(operator: Operator, criteria: Criteria, from: DateTime<Utc>) -> Result<Wish> {
        let ask = operator.asks(&criteria, None)?.into_iter().next().context("criteria that ask nothing")?;
        let expires_at = expires_at(&criteria, None, operator);
        Ok(Wish { operator, criteria, ask: Ask { from, ..ask }, expires_at })
    }
}

/// How many there are, and of what kind. Watch n belongs to tenant n and has wish n, each counted round.
#[derive(Clone, Copy, Debug)]
pub struct Crowd<'a> {
    /// Part of their names and addresses, so that one database holds several crowds.
    pub name: &'a str,
    /// Tenants, each with one member and one mailbox.
    pub tenants: i64,
    /// Watches of all of them together.
    pub watches: i64,
    /// Their plan.
    pub plan: Plan,
    /// What they wish for.
    pub wishes: &'a [Wish],
}

/// Who they are. $1 name, $2 how many.
const PERSONS: &str = "
    create temporary table person as
      select n, gen_random_uuid() as tenant_id, gen_random_uuid() as user_id, gen_random_uuid() as channel_id,
             $1 || '-' || n || '@example.test' as mailbox
      from generate_series(0, $2 - 1) n";

/// How many addresses are sealed between two statements.
const SEALED_AT_ONCE: i64 = 20_000;

/// The tenants, their members and their mailboxes. $1 name, $2 how many, $3 plan.
const PEOPLE: [&str; 4] = [
    "insert into tenant (tenant_id, name, plan) select tenant_id, $1 || ' ' || n, $3 from person",
    "insert into user_account (user_id, name, email)
       select user_id, $1 || ' ' || n, email from sealed join person using (n)",
    "insert into member (tenant_id, user_id, role)
       select tenant_id, user_id, 'owner' from person",
    "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
       select tenant_id, channel_id, user_id, 'email', sealed.address, sealed.index, now() from sealed join person using (n)",
];

/// The watches, their questions and their channels. $1 how many, $2 the plan's rank.
const WATCHES: [&str; 4] = [
    "create temporary table errand as
       select person.*, gen_random_uuid() as watch_id, wish.operator_id, wish.criteria, wish.target_id, wish.version,
              wish.class, wish.asked_from, wish.asked_until, wish.expires_at
       from generate_series(0, $1 - 1) e
         join person on person.n = e % (select count(*) from person)
         join wish on wish.n = e % (select count(*) from wish)",
    "insert into watch (tenant_id, id, user_id, operator_id, criteria, watched_days, expires_at)
       select tenant_id, watch_id, user_id, operator_id, criteria, 1, expires_at from errand",
    "insert into watch_target (tenant_id, watch_id, target_id, leg, class, asked_from, asked_until, evaluated_at,
                               evaluated_version, wanted_by)
       select tenant_id, watch_id, target_id, 0, class, asked_from, asked_until, now(), version, $2
       from errand",
    "insert into watch_channel (tenant_id, watch_id, channel_id)
       select tenant_id, watch_id, channel_id from errand",
];

impl Crowd<'_> {
    /// Writes them, and tells the planner. What is known of their targets now counts as told to them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, super_url: &str, progress: &Progress) -> Result<()> {
        let mut connection = PgConnection::connect(super_url).await?;
        let mut tx = connection.begin().await?;
        sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await?;
        sqlx::query("set local work_mem = '256MB'").execute(&mut *tx).await?;
        self.write_wishes(&mut tx).await?;
        self.write_sealed(&mut tx, progress).await?;
        for (at, statement) in PEOPLE.into_iter().enumerate() {
            progress.step(&format!("Seeding {} tenants ({} of {})", readable(self.tenants), at + 1, PEOPLE.len()));
            let people = sqlx::query(statement).bind(self.name).bind(self.tenants).bind(self.plan.as_str());
            people.execute(&mut *tx).await?;
        }
        let rank = Plan::ALL.iter().position(|plan| *plan == self.plan).context("BUG: a plan is one of all")?;
        for (at, statement) in WATCHES.into_iter().enumerate() {
            progress.step(&format!("Seeding {} watches ({} of {})", readable(self.watches), at + 1, WATCHES.len()));
            sqlx::query(statement).bind(self.watches).bind(i32::try_from(rank + 1)?).execute(&mut *tx).await?;
        }
        sqlx::query("drop table wish, person, sealed, errand").execute(&mut *tx).await?;
        // Before anybody sees the rows: nothing is ever planned for tables that are thought empty.
        sqlx::query("analyze").execute(&mut *tx).await?;
        tx.commit().await?;
        progress.step("Vacuuming");
        sqlx::query("vacuum").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Persons, and their addresses sealed: the database cannot do that by itself.
    async fn write_sealed(&self, connection: &mut PgConnection, progress: &Progress) -> Result<()> {
        sqlx::query(PERSONS).bind(self.name).bind(self.tenants).execute(&mut *connection).await?;
        sqlx::query("create temporary table sealed (n bigint, email bytea, address bytea, index bytea)")
            .execute(&mut *connection)
            .await?;
        let seals = Seals::default();
        for from in (0..self.tenants).step_by(usize::try_from(SEALED_AT_ONCE)?) {
            progress.step(&format!("Sealing addresses ({} of {})", readable(from), readable(self.tenants)));
            let persons: Vec<(i64, Uuid, Uuid, Uuid, String)> = sqlx::query_as(
                "select n, tenant_id, user_id, channel_id, mailbox from person where n >= $1 and n < $1 + $2",
            )
            .bind(from)
            .bind(SEALED_AT_ONCE)
            .fetch_all(&mut *connection)
            .await?;
            let (mut numbers, mut emails, mut addresses, mut indexes) = (vec![], vec![], vec![], vec![]);
            for (n, tenant, user, channel, mailbox) in persons {
                let (address, index) = seals.of_channel(tenant, channel, &mailbox);
                numbers.push(n);
                emails.push(seals.of_user(user, &mailbox));
                addresses.push(address);
                indexes.push(index);
            }
            sqlx::query("insert into sealed select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])")
                .bind(numbers)
                .bind(emails)
                .bind(addresses)
                .bind(indexes)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn write_wishes(&self, connection: &mut PgConnection) -> Result<()> {
        sqlx::query(
            "create temporary table wish (n bigint, operator_id text, criteria jsonb, question jsonb, class text, asked_from timestamptz,
                                          asked_until timestamptz, expires_at timestamptz, target_id bigint, version bigint)",
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "insert into wish
             select n - 1, operator_id, criteria, question, class, asked_from, asked_until, expires_at
             from unnest($1::text[], $2::jsonb[], $3::jsonb[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
               with ordinality as w(operator_id, criteria, question, class, asked_from, asked_until, expires_at, n)",
        )
        .bind(self.column(|wish| wish.operator.as_str().to_owned()))
        .bind(self.column(|wish| Json(wish.criteria.clone())))
        .bind(self.column(|wish| Json(wish.ask.question.clone())))
        .bind(self.column(|wish| wish.ask.class.as_str().to_owned()))
        .bind(self.column(|wish| wish.ask.from))
        .bind(self.column(|wish| wish.ask.until))
        .bind(self.column(|wish| wish.expires_at))
        .execute(&mut *connection)
        .await?;
        for statement in [
            "insert into target (operator_id, question, plan, created_at)
               select distinct operator_id, question, $1, now() from wish on conflict (operator_id, question) do nothing",
            "update wish set target_id = t.id, version = t.version from target t
               where t.operator_id = wish.operator_id and t.question = wish.question",
        ] {
            sqlx::query(statement).bind(self.plan.as_str()).execute(&mut *connection).await?;
        }
        Ok(())
    }

    fn column<T>(&self, pick: impl Fn(&Wish) -> T) -> Vec<T> {
        self.wishes.iter().map(pick).collect()
    }
}
