//! Sealing anew under the first key, as `ferry_admin`, while everything runs. Promises that a row is replaced only by
//! itself and only where nobody changed it meanwhile, that it may be cut off and run again, and that a key is
//! forgotten only when nothing is sealed under it. Never gives an opened text to anybody: it is sealed again at once.

use super::{Report, Sealer, Work, key_id};
use crate::{Result, Store};
use domain::{
    id::{ChannelId, TenantId, UserId},
    seal::{Index, Place},
};
use std::fmt::Display;
use uuid::Uuid;

/// Rows of one statement: short enough to be in nobody's way.
const BATCH: i32 = 500;
/// How many of the rows that stay as they are get named.
const NAMED: usize = 20;

/// What a rotation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Rows sealed anew.
    pub rows: u64,
    /// Rows that stay under their old key: what they hold does not open, or is a person's second equal address.
    pub left: u64,
    /// The first of those, as `table row`.
    pub named: Vec<String>,
    /// Keys under which nothing is sealed any more: they may leave the setting.
    pub retired: Vec<u16>,
}

impl Store {
    /// Seals everything anew that is not sealed under the first key. What is written meanwhile by a program that still seals
    /// under another is found by the next run.
    ///
    /// # Errors
    /// When the database refuses; what was sealed until then stays.
    pub async fn rotate(&self, report: Report<'_>) -> Result<Rotated> {
        let first = i32::from(self.sealer.keys()?.ring.first_id());
        let of = sqlx::query_scalar!(
            r#"select coalesce(sum(count), 0)::bigint as "count!" from seal_census() where key <> $1"#,
            first
        );
        let of = of.fetch_one(&self.pool).await?.unsigned_abs();
        let mut walk = Walk { sealer: &self.sealer, report, done: 0, of, rotated: Rotated::default() };
        self.rotate_people(&mut walk).await?;
        self.rotate_identities(&mut walk).await?;
        self.rotate_channels(&mut walk).await?;
        let retired = sqlx::query_scalar!(r#"select retire_seal_keys($1) as "id!""#, &[first]);
        let retired: Result<Vec<u16>> = retired.fetch_all(&self.pool).await?.into_iter().map(key_id).collect();
        Ok(Rotated { retired: retired?, ..walk.rotated })
    }

    async fn rotate_people(&self, walk: &mut Walk<'_>) -> Result<()> {
        let (prefix, mut after) = (self.sealer.keys()?.ring.prefix(), Uuid::nil());
        loop {
            let page = sqlx::query!(
                r#"select user_id as "id!", sealed as "sealed!" from sealed_people($1, $2, $3)"#,
                &prefix[..],
                after,
                BATCH
            );
            let page = page.fetch_all(&self.pool).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let (mut ids, mut old, mut new) = (vec![], vec![], vec![]);
            for row in page {
                let place = Place::UserEmail(UserId(row.id));
                if let Some(text) = walk.opened(&place, &row.id, &row.sealed) {
                    new.push(self.sealer.seal(&place, &text)?);
                    old.push(row.sealed);
                    ids.push(row.id);
                }
            }
            let written = sqlx::query_scalar!(r#"select reseal_people($1, $2, $3) as "id!""#, &ids, &old, &new);
            walk.note("user_account", &ids, &written.fetch_all(&self.pool).await?);
        }
    }

    async fn rotate_identities(&self, walk: &mut Walk<'_>) -> Result<()> {
        let (prefix, mut after) = (self.sealer.keys()?.ring.prefix(), (String::new(), String::new()));
        loop {
            let page = sqlx::query!(
                r#"select issuer as "issuer!", subject as "subject!", sealed as "sealed!" from sealed_identities($1, $2, $3, $4)"#,
                &prefix[..],
                after.0,
                after.1,
                BATCH
            );
            let page = page.fetch_all(&self.pool).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.issuer.clone(), last.subject.clone());
            let (mut issuers, mut subjects, mut old, mut new) = (vec![], vec![], vec![], vec![]);
            for row in page {
                let place = Place::IdentityEmail { issuer: &row.issuer, subject: &row.subject };
                let name = format!("{} {}", row.issuer, row.subject);
                if let Some(text) = walk.opened(&place, &name, &row.sealed) {
                    new.push(self.sealer.seal(&place, &text)?);
                    old.push(row.sealed);
                    issuers.push(row.issuer);
                    subjects.push(row.subject);
                }
            }
            let written = sqlx::query_scalar!(
                r#"select reseal_identities($1, $2, $3, $4) as "name!""#,
                &issuers,
                &subjects,
                &old,
                &new
            );
            let names: Vec<String> =
                issuers.iter().zip(&subjects).map(|(one, other)| format!("{one} {other}")).collect();
            walk.note("identity", &names, &written.fetch_all(&self.pool).await?);
        }
    }

    async fn rotate_channels(&self, walk: &mut Walk<'_>) -> Result<()> {
        let (prefix, mut after) = (self.sealer.keys()?.ring.prefix(), (Uuid::nil(), Uuid::nil()));
        loop {
            let page = sqlx::query!(
                r#"select tenant_id as "tenant_id!", id as "id!", sealed as "sealed!" from sealed_channels($1, $2, $3, $4)"#,
                &prefix[..],
                after.0,
                after.1,
                BATCH
            );
            let page = page.fetch_all(&self.pool).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.tenant_id, last.id);
            let (mut tenants, mut ids, mut old, mut new, mut indexes) = (vec![], vec![], vec![], vec![], vec![]);
            for row in page {
                let tenant = TenantId(row.tenant_id);
                let place = Place::ChannelAddress(tenant, ChannelId(row.id));
                if let Some(text) = walk.opened(&place, &row.id, &row.sealed) {
                    new.push(self.sealer.seal(&place, &text)?);
                    indexes.push(self.sealer.index(Index::ChannelAddress(tenant), &text)?);
                    old.push(row.sealed);
                    tenants.push(row.tenant_id);
                    ids.push(row.id);
                }
            }
            let written = sqlx::query_scalar!(
                r#"select reseal_channels($1, $2, $3, $4, $5) as "id!""#,
                &tenants,
                &ids,
                &old,
                &new,
                &indexes
            );
            walk.note("channel", &ids, &written.fetch_all(&self.pool).await?);
        }
    }
}

/// How far a rotation is.
struct Walk<'a> {
    sealer: &'a Sealer,
    report: Report<'a>,
    done: u64,
    of: u64,
    rotated: Rotated,
}

impl Walk<'_> {
    /// What is sealed there; a row that does not open stays as it is and is named.
    fn opened(&mut self, place: &Place<'_>, row: &impl Display, sealed: &[u8]) -> Option<String> {
        match self.sealer.open(place, sealed) {
            Ok(text) => Some(text),
            Err(error) => {
                tracing::error!(%row, %error, "a row is not sealed anew");
                self.leave(place.column().0, row);
                None
            }
        }
    }

    /// Takes down which rows of a page were written.
    fn note<R: Display + PartialEq>(&mut self, table: &str, rows: &[R], written: &[R]) {
        for row in rows.iter().filter(|row| !written.contains(row)) {
            self.leave(table, row);
        }
        self.rotated.rows += written.len() as u64;
        self.done += rows.len() as u64;
        (self.report)(Work { what: "Sealing anew", done: self.done, of: self.of });
    }

    fn leave(&mut self, table: &str, row: &impl Display) {
        self.rotated.left += 1;
        if self.rotated.named.len() < NAMED {
            self.rotated.named.push(format!("{table} {row}"));
        }
    }
}
