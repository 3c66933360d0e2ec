//! Proof of the right to a tenant, and the transaction it opens. Row security does the filtering;
//! these types make sure that nobody reaches a tenant's rows without having proved something first.

use crate::{Capability, Error, Result, Sealer, Session, Store, word};
use chrono::{DateTime, Utc};
use domain::{
    access::{Action, Denied, Role, allows, key_allows},
    id::{ChannelId, DeliveryId, TenantId, UserId, WatchId},
    key::Scope,
    plan::Plan,
    seal::Place,
};
use serde_json::json;
use sqlx::{Postgres, Transaction};
use std::collections::HashMap;
use uuid::Uuid;

/// By what a member acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// In person.
    User,
    /// By a key they made.
    Key {
        /// What the key is known by.
        public_id: String,
        /// What it was made for.
        scopes: Vec<Scope>,
    },
}

/// Proof that a person is a member of a live tenant, as the database said for this request.
///
/// Only [`Store::membership`] and [`crate::Credentials::key`] make one.
#[derive(Clone, Debug)]
pub struct Membership {
    tenant: Uuid,
    user: Uuid,
    role: Role,
    plan: Plan,
    actor: Actor,
}

impl Membership {
    pub(crate) fn new((tenant, user): (Uuid, Uuid), (role, plan): (Role, Plan), actor: Actor) -> Membership {
        Membership { tenant, user, role, plan, actor }
    }
    /// Whether this member may do this, by what they act.
    ///
    /// # Errors
    /// With the reason, when they may not.
    pub fn may(&self, action: Action) -> std::result::Result<(), Denied> {
        match &self.actor {
            Actor::User if allows(self.role, action) => Ok(()),
            Actor::User => Err(Denied::Role(self.role)),
            Actor::Key { scopes, .. } => key_allows(scopes, self.role, self.plan, action),
        }
    }
    /// By what they act.
    #[must_use]
    pub fn by(&self) -> &Actor {
        &self.actor
    }
    /// Who acts, as the audit log has it: `user:<id>` or `key:<public id>`.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.actor {
            Actor::User => format!("user:{}", self.user),
            Actor::Key { public_id, .. } => format!("key:{public_id}"),
        }
    }
    /// The tenant this is a membership of.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }
    /// The person.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId(self.user)
    }
    /// Their role when the membership was read.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }
    /// The tenant's plan when the membership was read.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.plan
    }
}

/// Proof that a worker claimed a row: carries the tenant that row belongs to.
///
/// Only the `claim` functions of this crate make one, from ids and never from a tenant.
#[derive(Clone, Debug)]
pub struct Claimed<Id> {
    tenant: Uuid,
    id: Id,
}

impl<Id: Copy> Claimed<Id> {
    pub(crate) fn new(tenant: Uuid, id: Id) -> Claimed<Id> {
        Claimed { tenant, id }
    }
    /// The claimed row.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }
}

/// A transaction that sees one tenant. Dropping it rolls back.
pub struct TenantTx {
    pub(crate) tx: Transaction<'static, Postgres>,
    pub(crate) tenant: Uuid,
    pub(crate) sealer: Sealer,
}

/// What somebody did.
#[derive(Clone, Debug)]
pub struct Act {
    /// When, by the caller's clock.
    pub at: DateTime<Utc>,
    /// Who: `user:<id>`, `key:<id>`, `link:<purpose>`.
    pub actor: String,
    /// What, as a closed word such as `watch.create`.
    pub action: &'static str,
    /// To which object.
    pub subject: String,
    /// The name of the request they did it by.
    pub request_id: Uuid,
}

/// What a committed transaction tells the audit log.
#[derive(Clone, Debug)]
pub enum Audit {
    /// A person or key did something; one row is written in the same transaction.
    Act(Act),
    /// A machine transition whose own rows (alerts, deliveries, attempts) are the record.
    OwnRecord,
}

impl Store {
    /// The membership of who is signed in, in a tenant; `None` if there is none or the tenant is suspended or closed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn membership(&self, session: &Session, tenant: TenantId) -> Result<Option<Membership>> {
        let user = session.user();
        let row = sqlx::query!(r#"select role as "role!", plan as "plan!" from membership($1, $2)"#, user.0, tenant.0)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(Membership::new((tenant.0, user.0), (word(&row.role)?, word(&row.plan)?), Actor::User)))
            .transpose()
    }

    /// Opens a transaction on the member's tenant.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self, membership: &Membership) -> Result<TenantTx> {
        self.open(membership.tenant).await
    }

    /// Opens a transaction on the tenant a signed link belongs to.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin_capability(&self, capability: &Capability) -> Result<TenantTx> {
        self.open(capability.tenant()).await
    }

    /// Opens a transaction on the tenant of a claimed row.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin_claimed<Id: Copy>(&self, claimed: &Claimed<Id>) -> Result<TenantTx> {
        self.open(claimed.tenant).await
    }

    /// The claims on these deliveries; ids that are no delivery are absent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn claim_deliveries(
        &self,
        ids: &[i64],
    ) -> Result<HashMap<i64, (Claimed<DeliveryId>, Option<DateTime<Utc>>)>> {
        let rows = sqlx::query!(
            r#"select id as "id!", tenant_id as "tenant_id!", next_attempt_at from delivery_tenant($1)"#,
            ids
        )
        .fetch_all(&self.pool)
        .await?;
        let claim = |row: &i64, tenant| Claimed::new(tenant, DeliveryId(*row));
        Ok(rows.into_iter().map(|row| (row.id, (claim(&row.id, row.tenant_id), row.next_attempt_at))).collect())
    }

    /// The claims on these watches, for what must be judged one watch at a time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn claim_watches(&self, ids: &[Uuid]) -> Result<Vec<Claimed<WatchId>>> {
        let rows =
            sqlx::query!(r#"select watch_id as "watch_id!", tenant_id as "tenant_id!" from watch_tenant($1)"#, ids)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|row| Claimed::new(row.tenant_id, WatchId(row.watch_id))).collect())
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where a tenant's transaction begins")]
    async fn open(&self, tenant: Uuid) -> Result<TenantTx> {
        let mut tx = self.pool.begin().await?;
        sqlx::query_scalar!("select set_config('app.tenant', $1, true)", tenant.to_string())
            .fetch_one(&mut *tx)
            .await?;
        Ok(TenantTx { tx, tenant, sealer: self.sealer.clone() })
    }
}

impl TenantTx {
    /// The tenant this transaction sees.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }

    /// Opens the address of a channel of this tenant.
    pub(crate) fn address(&self, channel: Uuid, sealed: &[u8]) -> Result<String> {
        self.sealer.open(&Place::ChannelAddress(self.tenant(), ChannelId(channel)), sealed)
    }

    /// Commits, with the audit row in the same transaction.
    ///
    /// # Errors
    /// When the database refuses; then nothing has happened.
    pub async fn commit(mut self, audit: Audit) -> Result<()> {
        if let Audit::Act(Act { at, actor, action, subject, request_id: _ }) = audit {
            sqlx::query!(
                "insert into audit (tenant_id, at, actor, action, subject, detail) values ($1, $2, $3, $4, $5, $6)",
                self.tenant,
                at,
                actor,
                action,
                subject,
                json!({})
            )
            .execute(&mut *self.tx)
            .await?;
        }
        self.tx.commit().await.map_err(Error::from)
    }
}
