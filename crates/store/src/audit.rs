//! The audit log: a tenant's own for its administrators; and for whoever checks all of it, as role `ferry_admin`, the chains page
//! by page, the heads that the platform's chain covers, and the way back from a message to who asked for it. Rows are
//! written by the transactions they describe and by nothing here but the rows that name heads.

use crate::{Result, Store, TenantTx};
use chrono::{DateTime, Utc};
use domain::{
    audit::{Chain, Entry, Head},
    id::TenantId,
};
use uuid::Uuid;

/// Rows of one page.
const PAGE: i32 = 2_000;
/// Rows of a page that people read.
const LISTED: i64 = 50;
/// Heads that one row of the platform's chain names at most.
const HEADS: i32 = 500;

/// A row of a chain with the end of that chain, as one snapshot has them. No row where the chain has none (further).
#[derive(Clone, Debug)]
pub struct Line {
    /// Which chain.
    pub chain: Chain,
    /// The chain's end.
    pub head: Option<Head>,
    /// The row.
    pub entry: Option<Entry>,
}

/// What the statements return of a chain: everything may be absent in an outer join.
struct Row {
    tenant_id: Option<Uuid>,
    head_seq: Option<i64>,
    head_hash: Option<Vec<u8>>,
    seq: Option<i64>,
    prev_hash: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
    at: Option<DateTime<Utc>>,
    actor: Option<String>,
    action: Option<String>,
    subject: Option<String>,
    request_id: Option<Uuid>,
    detail: Option<String>,
}

impl Row {
    fn line(self) -> Line {
        let head = self.head_seq.zip(self.head_hash).map(|(seq, hash)| Head { seq, hash });
        let entry = self.seq.map(|seq| Entry {
            seq,
            prev_hash: self.prev_hash.unwrap_or_default(),
            hash: self.hash.unwrap_or_default(),
            at: self.at.unwrap_or_default(),
            actor: self.actor.unwrap_or_default(),
            action: self.action.unwrap_or_default(),
            subject: self.subject.unwrap_or_default(),
            request_id: self.request_id,
            detail: self.detail.unwrap_or_default(),
        });
        Line { chain: self.tenant_id.map_or(Chain::Platform, |id| Chain::Tenant(TenantId(id))), head, entry }
    }
}

/// A page of lines; whether there may be more after it.
fn page(rows: Vec<Row>) -> (Vec<Line>, bool) {
    let more = rows.len() >= PAGE.unsigned_abs() as usize;
    (rows.into_iter().map(Row::line).collect(), more)
}

/// Where a page of tenants' chains goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After(Uuid, i64);

impl After {
    /// Before everything.
    pub const NOTHING: After = After(Uuid::nil(), i64::MIN);
    /// After a row of a tenant's chain.
    #[must_use]
    pub fn row(tenant: TenantId, seq: i64) -> After {
        After(tenant.0, seq)
    }
}

/// Who does it, when and by which request.
#[derive(Clone, Debug)]
pub struct By<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: &'a str,
    /// The name of the request.
    pub request_id: Uuid,
}

/// What a message leads back to.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Whose it is.
    pub tenant: TenantId,
    /// The delivery that sent it, and what became of it.
    pub delivery: (i64, String),
    /// When it left.
    pub sent_at: Option<DateTime<Utc>>,
    /// The alert it told of, and when the space was seen; none for a notice.
    pub alert: Option<(Uuid, DateTime<Utc>)>,
    /// The watch of that alert.
    pub watch: Option<Uuid>,
    /// The request that had made, changed or resumed that watch.
    pub request_id: Option<Uuid>,
    /// What the audit log says of that request.
    pub act: Option<TracedAct>,
}

/// A row of the audit log.
#[derive(Clone, Debug)]
pub struct TracedAct {
    /// Its number in the tenant's chain.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To which object.
    pub subject: String,
}

/// A row of a tenant's log, for its administrators.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number in the chain.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What they are called, if they are a person who is a member now.
    pub name: Option<String>,
    /// What.
    pub action: String,
    /// To which object.
    pub subject: String,
    /// By which request.
    pub request_id: Option<Uuid>,
}

/// A page of the tenant's log, the newest first, of rows before one; and the row before which the next page is.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut TenantTx, before: Option<i64>) -> Result<(Vec<Listed>, Option<i64>)> {
    let mut rows = sqlx::query_as!(
        Listed,
        r#"select a.seq, a.at, a.actor, u.name as "name?", a.action, a.subject, a.request_id
           from audit a
             left join user_account u
               on u.user_id = case when a.actor ~ '^user:[0-9a-f-]{36}$' then substr(a.actor, 6)::uuid end
           where $1::bigint is null or a.seq < $1
           order by a.seq desc
           limit $2::bigint + 1"#,
        before,
        LISTED
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > LISTED;
    rows.truncate(usize::try_from(LISTED).unwrap_or_default());
    let next = rows.last().filter(|_| more).map(|row| row.seq);
    Ok((rows, next))
}

impl Store {
    /// A page of the tenants' chains, in order of tenants and rows; whether there may be more after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_page(&self, after: After) -> Result<(Vec<Line>, bool)> {
        let rows = sqlx::query_as!(Row, "select * from audit_page($1, $2, $3)", after.0, after.1, PAGE);
        Ok(page(rows.fetch_all(&self.pool).await?))
    }

    /// A page of the platform's chain; whether there may be more after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn platform_audit_page(&self, after: i64) -> Result<(Vec<Line>, bool)> {
        let rows = sqlx::query_as!(
            Row,
            r#"select null::uuid as tenant_id, h.seq as "head_seq?", h.hash as "head_hash?", a.seq as "seq?",
                      a.prev_hash as "prev_hash?", a.hash as "hash?", a.at as "at?", a.actor as "actor?", a.action as "action?",
                      a.subject as "subject?", a.request_id, a.detail::text as detail
               from (select) as one
                 left join platform_audit_head h on true
                 left join lateral (select * from platform_audit where seq > $1 order by seq limit $2) a on true
               order by a.seq"#,
            after,
            i64::from(PAGE)
        );
        Ok(page(rows.fetch_all(&self.pool).await?))
    }

    /// How many rows there are in all chains, by their ends.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_size(&self) -> Result<u64> {
        let rows = sqlx::query_scalar!(
            r#"select audit_size() + coalesce((select seq from platform_audit_head), 0) as "rows!""#
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(rows.unsigned_abs())
    }

    /// The hashes of these rows of tenants' chains, in the order asked for; none for one that is missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_hashes(&self, asked: &[(TenantId, i64)]) -> Result<Vec<Option<Vec<u8>>>> {
        let rows = sqlx::query!(
            r#"select place as "place!", hash as "hash!" from audit_hashes($1, $2)"#,
            &asked.iter().map(|(tenant, _)| tenant.0).collect::<Vec<_>>(),
            &asked.iter().map(|(_, seq)| *seq).collect::<Vec<_>>()
        )
        .fetch_all(&self.pool)
        .await?;
        let mut hashes = vec![None; asked.len()];
        for row in rows {
            let place = usize::try_from(row.place - 1).ok().and_then(|place| hashes.get_mut(place));
            *place.expect("BUG: a place is one of those asked for") = Some(row.hash);
        }
        Ok(hashes)
    }

    /// Writes the ends of the tenants' chains that moved into the platform's chain, a page of tenants in each transaction, and
    /// returns how many moved and the end of the platform's chain thereafter.
    ///
    /// # Errors
    /// When the database refuses; the pages that were written stay.
    pub async fn cover_heads(&self, by: &By<'_>) -> Result<(u64, Head)> {
        let mut moved = 0;
        let mut after = Uuid::nil();
        // Each page is of tenants after the last one's: this ends with them.
        while let Some(page) = sqlx::query!(
            r#"select last_tenant as "last_tenant!", moved as "moved!" from record_audit_heads($1, $2, $3, $4, $5)"#,
            after,
            HEADS,
            by.at,
            by.actor,
            by.request_id
        )
        .fetch_optional(&self.pool)
        .await?
        {
            (after, moved) = (page.last_tenant, moved + page.moved.unsigned_abs());
        }
        let end = sqlx::query!("select seq, hash from platform_audit_head").fetch_optional(&self.pool).await?;
        Ok((moved, end.map(|row| Head { seq: row.seq, hash: row.hash }).unwrap_or_default()))
    }

    /// What a message leads back to, by the id that its Message-ID begins with: a line for each act of the request, one
    /// where there is none, nothing for a message that is not ours.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn trace_message(&self, message: Uuid) -> Result<Vec<Traced>> {
        let rows = sqlx::query!(
            r#"select tenant_id as "tenant_id!", delivery_id as "delivery_id!", state as "state!", sent_at, alert_id, seen_at,
                      watch_id, request_id, seq, at, actor, action, subject
               from trace_message($1)"#,
            message
        )
        .fetch_all(&self.pool)
        .await?;
        let traced = rows.into_iter().map(|row| Traced {
            tenant: TenantId(row.tenant_id),
            delivery: (row.delivery_id, row.state),
            sent_at: row.sent_at,
            alert: row.alert_id.zip(row.seen_at),
            watch: row.watch_id,
            request_id: row.request_id,
            act: row.seq.map(|seq| TracedAct {
                seq,
                at: row.at.unwrap_or_default(),
                actor: row.actor.unwrap_or_default(),
                action: row.action.unwrap_or_default(),
                subject: row.subject.unwrap_or_default(),
            }),
        });
        Ok(traced.collect())
    }
}
