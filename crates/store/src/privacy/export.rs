//! Everything about a person and their tenants, page by page. Promises that a page is bounded, that it is read in the
//! transaction of the person or of a tenant they are a member of, and that of each row only those columns leave which the map
//! lets this person have. Never reads a secret's column where a statement can leave it out.

use super::{Exported, OfPerson, OfTenant, Part, Table, table, tables};
use crate::{Membership, Result, TenantTx, UserTx};
use domain::access::Role;
use serde_json::{Map, Value};
use sqlx::{Postgres, Transaction};
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
    let (user, tx) = (tx.user, &mut tx.tx);
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
    Ok(page(of, found))
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
        OfTenant::Tenant => tenant(&mut tx.tx).await?,
        OfTenant::Members => members(&mut tx.tx, &asked).await?,
        OfTenant::Keys => keys(&mut tx.tx, &asked).await?,
        OfTenant::Channels => channels(&mut tx.tx, &asked).await?,
        OfTenant::Watches => watches(&mut tx.tx, &asked).await?,
        OfTenant::Alerts => alerts(&mut tx.tx, &asked).await?,
        OfTenant::Outages => outages(&mut tx.tx, &asked).await?,
        OfTenant::Audit => audit(&mut tx.tx, &asked).await?,
    };
    Ok(page(of, found))
}

fn page(of: &Table, found: Vec<Found>) -> Page {
    let is_full = i64::try_from(found.len()).is_ok_and(|rows| rows >= PAGE_ROWS);
    let next = found.last().filter(|_| is_full).map(|last| After { id: last.id, seq: last.seq });
    Page { rows: found.into_iter().map(|found| chosen(of, found.row, found.own)).collect(), next }
}

/// Of a row and the rows inside it, what the map lets go.
fn chosen(of: &Table, row: Value, own: bool) -> Value {
    let Value::Object(row) = row else { return Value::Null };
    let mut kept = Map::new();
    for (name, value) in row {
        match (of.column(&name), table(&name), value) {
            (Some(columns), _, value) => {
                let leaves = match columns.exported {
                    Exported::Row => true,
                    Exported::Own => own,
                    Exported::Never => false,
                };
                if leaves {
                    kept.insert(name, value);
                }
            }
            (None, Some(inside), Value::Array(rows)) => {
                let rows = rows.into_iter().map(|row| chosen(inside, row, own));
                kept.insert(name, rows.collect());
            }
            // Nobody has said that it may go.
            (None, _, _) => {}
        }
    }
    Value::Object(kept)
}

type Tx = Transaction<'static, Postgres>;

async fn tenant(tx: &mut Tx) -> Result<Vec<Found>> {
    let tenant = sqlx::query_as!(
        Found,
        r#"select t.tenant_id as "id!", 0::bigint as "seq!", true as "own!", to_jsonb(t) as "row!" from tenant t"#
    );
    Ok(tenant.fetch_all(&mut **tx).await?)
}

async fn members(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let members = sqlx::query_as!(
        Found,
        r#"select m.user_id as "id!", 0::bigint as "seq!", m.user_id = $1 as "own!",
                  to_jsonb(m) || jsonb_build_object('user_account', (
                    select coalesce(jsonb_agg(to_jsonb(u)), '[]') from user_account u where u.user_id = m.user_id)) as "row!"
           from member m
           where ($2 or m.user_id = $1) and m.user_id > $3
           order by m.user_id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(members.fetch_all(&mut **tx).await?)
}

async fn keys(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let keys = sqlx::query_as!(
        Found,
        r#"select k.id as "id!", 0::bigint as "seq!", k.created_by = $1 as "own!", to_jsonb(k) as "row!"
           from (select tenant_id, id, public_id, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
                 from api_key) k
           where ($2 or k.created_by = $1) and k.id > $3
           order by k.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(keys.fetch_all(&mut **tx).await?)
}

async fn channels(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let channels = sqlx::query_as!(
        Found,
        r#"select c.id as "id!", 0::bigint as "seq!", c.user_id = $1 as "own!", to_jsonb(c) as "row!"
           from channel c
           where ($2 or c.user_id = $1) and c.id > $3
           order by c.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(channels.fetch_all(&mut **tx).await?)
}

async fn watches(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let watches = sqlx::query_as!(
        Found,
        r#"select w.id as "id!", 0::bigint as "seq!", w.user_id = $1 as "own!",
                  to_jsonb(w) || jsonb_build_object(
                    'watch_target', (
                      select coalesce(jsonb_agg(to_jsonb(wt) order by wt.leg, wt.target_id), '[]')
                      from watch_target wt where wt.tenant_id = w.tenant_id and wt.watch_id = w.id),
                    'watch_channel', (
                      select coalesce(jsonb_agg(to_jsonb(wc) order by wc.channel_id), '[]')
                      from watch_channel wc where wc.tenant_id = w.tenant_id and wc.watch_id = w.id)) as "row!"
           from watch w
           where ($2 or w.user_id = $1) and w.id > $3
           order by w.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(watches.fetch_all(&mut **tx).await?)
}

async fn alerts(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let alerts = sqlx::query_as!(
        Found,
        r#"select a.id as "id!", 0::bigint as "seq!", w.user_id = $1 as "own!",
                  to_jsonb(a) || jsonb_build_object(
                    'sailing', (
                      select coalesce(jsonb_agg(to_jsonb(s) order by s.departs_at), '[]')
                      from sailing s where s.id in (a.sailing_id, a.pair_sailing_id)),
                    'delivery', (
                      select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('attempt', (
                        select coalesce(jsonb_agg(to_jsonb(t) order by t.number), '[]')
                        from attempt t where t.tenant_id = d.tenant_id and t.delivery_id = d.id)) order by d.id), '[]')
                      from delivery d where d.tenant_id = a.tenant_id and d.alert_id = a.id)) as "row!"
           from alert a join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
           where ($2 or w.user_id = $1) and a.id > $3
           order by a.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(alerts.fetch_all(&mut **tx).await?)
}

/// Who does not own the tenant has the outages of which they were told.
async fn outages(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let outages = sqlx::query_as!(
        Found,
        r#"select o.id as "id!", 0::bigint as "seq!", true as "own!",
                  to_jsonb(o) || jsonb_build_object('delivery', told.deliveries) as "row!"
           from outage o
             cross join lateral (
               select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('attempt', (
                        select coalesce(jsonb_agg(to_jsonb(t) order by t.number), '[]')
                        from attempt t where t.tenant_id = d.tenant_id and t.delivery_id = d.id)) order by d.id), '[]') as deliveries
               from delivery d join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
               where d.tenant_id = o.tenant_id and d.outage_id = o.id and ($2 or c.user_id = $1)) told
           where ($2 or told.deliveries <> '[]') and o.id > $3
           order by o.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(outages.fetch_all(&mut **tx).await?)
}

/// Who does not own the tenant has the lines about themself: by them, by a key of theirs, or on them.
async fn audit(tx: &mut Tx, asked: &Asked) -> Result<Vec<Found>> {
    let own: Vec<String> =
        sqlx::query_scalar!("select 'key:' || public_id as \"name!\" from api_key where created_by = $1", asked.user)
            .fetch_all(&mut **tx)
            .await?;
    let own = [own, vec![format!("user:{}", asked.user)]].concat();
    let audit = sqlx::query_as!(
        Found,
        r#"select a.tenant_id as "id!", a.seq as "seq!", true as "own!", to_jsonb(a) as "row!"
           from audit a
           where ($2 or a.actor = any ($1) or a.subject = any ($1)) and a.seq > $3
           order by a.seq limit $4"#,
        &own,
        asked.whole,
        asked.after.seq,
        PAGE_ROWS
    );
    Ok(audit.fetch_all(&mut **tx).await?)
}
