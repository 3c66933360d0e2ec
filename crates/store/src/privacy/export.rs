//! Everything about a person and their tenants, page by page. Promises that a page is bounded, that it is read in the
//! transaction of the person or of a tenant they are a member of, and that of each row only those columns leave which the map
//! lets this person have. Never reads a secret's column where a statement can leave it out.

mod rows;

use super::{Class, Exported, OfPerson, OfTenant, Part, Table, table, tables};
use crate::{Error, Membership, Result, Sealer, TenantTx, UserTx};
use domain::{
    access::Role,
    id::{ChannelId, TenantId, UserId},
    seal::Place,
};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Rows of a page. A row with what is inside it has some kilobytes.
pub const PAGE_ROWS: i64 = 200;

/// Where a page goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    id: Uuid,
    seq: i64,
}

impl After {
    /// Before everything.
    pub const START: After = After { id: Uuid::nil(), seq: 0 };
}

/// Rows of one table, as the person may have them.
#[derive(Clone, Debug)]
pub struct Page {
    /// Them.
    pub rows: Vec<Value>,
    /// Where the next page goes on, unless this is the last.
    pub next: Option<After>,
}

/// The tables that stand among what is the person's own.
pub fn of_persons() -> impl Iterator<Item = (&'static Table, OfPerson)> {
    tables().filter_map(|table| if let Part::Person(part) = table.part { Some((table, part)) } else { None })
}

/// The tables that stand in each tenant.
pub fn of_tenants() -> impl Iterator<Item = (&'static Table, OfTenant)> {
    tables().filter_map(|table| if let Part::Tenant(part) = table.part { Some((table, part)) } else { None })
}

/// A row as it was read.
struct Found {
    id: Uuid,
    seq: i64,
    /// Whether it is the person's own.
    own: bool,
    row: Value,
}

/// What a person asks of a tenant: all its rows, or their own.
struct Asked {
    user: Uuid,
    whole: bool,
    after: After,
}

/// A page of a table of what is the person's own.
///
/// # Errors
/// When the database cannot be read.
pub async fn person_page(tx: &mut UserTx, (of, part): (&Table, OfPerson), after: After) -> Result<Page> {
    let (user, sealer) = (tx.user, tx.sealer.clone());
    let tx = &mut tx.tx;
    let found = match part {
        // One row; some; at most `SESSIONS_MAX`: each is one page.
        OfPerson::Account => {
            sqlx::query_as!(
                Found,
                r#"select u.user_id as "id!", 0::bigint as "seq!", true as "own!", to_jsonb(u) as "row!"
                   from user_account u where u.user_id = $1"#,
                user
            )
            .fetch_all(&mut **tx)
            .await?
        }
        OfPerson::Identities => {
            sqlx::query_as!(
                Found,
                r#"select i.user_id as "id!", 0::bigint as "seq!", true as "own!", to_jsonb(i) as "row!"
                   from identity i where i.user_id = $1 order by i.linked_at, i.issuer, i.subject limit $2"#,
                user,
                PAGE_ROWS - 1
            )
            .fetch_all(&mut **tx)
            .await?
        }
        OfPerson::Sessions => {
            sqlx::query_as!(
                Found,
                r#"select s.id as "id!", 0::bigint as "seq!", true as "own!", to_jsonb(s) - 'token_hash' as "row!"
                   from session s where s.user_id = $1 order by s.created_at, s.id limit $2"#,
                user,
                PAGE_ROWS - 1
            )
            .fetch_all(&mut **tx)
            .await?
        }
        OfPerson::Acts => {
            sqlx::query_as!(
                Found,
                r#"select $1::uuid as "id!", a.seq as "seq!", true as "own!", to_jsonb(a) as "row!"
                   from acts_of_person($2, $3) a"#,
                user,
                after.seq,
                PAGE_ROWS
            )
            .fetch_all(&mut **tx)
            .await?
        }
    };
    page(&sealer, of, found)
}

/// A page of a table of the member's tenant: an owner has the whole tenant, everybody else what is their own there.
///
/// # Errors
/// When the database cannot be read.
pub async fn tenant_page(
    tx: &mut TenantTx,
    membership: &Membership,
    (of, part): (&Table, OfTenant),
    after: After,
) -> Result<Page> {
    let asked = Asked { user: membership.user().0, whole: membership.role() == Role::Owner, after };
    let found = match part {
        OfTenant::Tenant => rows::tenant(&mut tx.tx).await?,
        OfTenant::Members => rows::members(&mut tx.tx, &asked).await?,
        OfTenant::Keys => rows::keys(&mut tx.tx, &asked).await?,
        OfTenant::Invitations => rows::invitations(&mut tx.tx, &asked).await?,
        OfTenant::Letters => rows::letters(&mut tx.tx, &asked).await?,
        OfTenant::Channels => rows::channels(&mut tx.tx, &asked).await?,
        OfTenant::Watches => rows::watches(&mut tx.tx, &asked).await?,
        OfTenant::Alerts => rows::alerts(&mut tx.tx, &asked).await?,
        OfTenant::Outages => rows::outages(&mut tx.tx, &asked).await?,
        OfTenant::Audit => rows::audit(&mut tx.tx, &asked).await?,
    };
    page(&tx.sealer, of, found)
}

fn page(sealer: &Sealer, of: &Table, found: Vec<Found>) -> Result<Page> {
    let is_full = i64::try_from(found.len()).is_ok_and(|rows| rows >= PAGE_ROWS);
    let next = found.last().filter(|_| is_full).map(|last| After { id: last.id, seq: last.seq });
    let rows = found.into_iter().map(|found| chosen(sealer, of, (found.row, found.own)));
    Ok(Page { rows: rows.collect::<Result<_>>()?, next })
}

/// Of a row and the rows inside it, what the map lets go, with what is sealed opened.
fn chosen(sealer: &Sealer, of: &Table, (row, own): (Value, bool)) -> Result<Value> {
    let Value::Object(row) = row else { return Ok(Value::Null) };
    let mut kept = Map::new();
    for (name, value) in &row {
        if let Some(columns) = of.column(name) {
            let leaves = match columns.exported {
                Exported::Row => true,
                Exported::Own => own,
                Exported::Never => false,
            };
            if leaves {
                let value = if columns.class == Class::Sealed { opened(sealer, of, &row)? } else { value.clone() };
                kept.insert(name.clone(), value);
            }
        } else if let (Some(inside), Value::Array(rows)) = (table(name), value) {
            let rows = rows.iter().map(|row| chosen(sealer, inside, (row.clone(), own)));
            kept.insert(name.clone(), rows.collect::<Result<_>>()?);
        }
        // Of anything else nobody has said that it may go.
    }
    Ok(Value::Object(kept))
}

/// The sealed column of a row: a table has one.
fn opened(sealer: &Sealer, of: &Table, row: &Map<String, Value>) -> Result<Value> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = |name: &str| text(name).parse::<Uuid>().map_err(|_| Error::Stored(format!("{}.{name} is no id", of.name)));
    let place = match of.name {
        "user_account" => Place::UserEmail(UserId(id("user_id")?)),
        "identity" => Place::IdentityEmail { issuer: text("issuer"), subject: text("subject") },
        "channel" => Place::ChannelAddress(TenantId(id("tenant_id")?), ChannelId(id("id")?)),
        "invitation" => Place::InvitationAddress(TenantId(id("tenant_id")?), id("id")?),
        other => return Err(Error::Stored(format!("{other} has no sealed column that could be opened"))),
    };
    let Some(sealed) = row.get(place.column().1).and_then(Value::as_str) else { return Ok(Value::Null) };
    // As `to_jsonb` writes bytes.
    let sealed = hex::decode(sealed.trim_start_matches("\\x"));
    let sealed = sealed.map_err(|_| Error::Stored(format!("{} holds no bytes", of.name)))?;
    Ok(sealer.open(&place, &sealed)?.into())
}
