//! Suspending a tenant and resuming it, as an installation's administrator. Promises a line in the tenant's log and one in the
//! platform's, in the statement that does it. Never reads anything of the tenant's.

use crate::{Result, Store, audit::By};
use domain::id::TenantId;

impl Store {
    /// Suspends a tenant, as the platform's log has it: nobody reaches it, and its members read the reason. False if
    /// there is none that is open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn suspend_tenant(&self, tenant: TenantId, reason: &str, by: &By<'_>) -> Result<bool> {
        let done = sqlx::query!(
            "with done as materialized (select suspend_tenant($1, $2, $3, $5) as tenants)
             insert into platform_audit (at, actor, action, subject, request_id, detail)
             select $3, $4, 'tenant.suspend', 'tenant:' || $1::text, $5, jsonb_build_object('reason', $2::text)
             from done where tenants > 0",
            tenant.0,
            reason,
            by.at,
            by.actor,
            by.request_id
        );
        Ok(done.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Resumes a tenant, as the platform's log has it: it is as it was before, and its watches are held against what is
    /// known by now. False if there is none that is suspended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn resume_tenant(&self, tenant: TenantId, by: &By<'_>) -> Result<bool> {
        let done = sqlx::query!(
            "with done as materialized (select resume_tenant($1, $2, $4) as tenants)
             insert into platform_audit (at, actor, action, subject, request_id)
             select $2, $3, 'tenant.resume', 'tenant:' || $1::text, $4 from done where tenants > 0",
            tenant.0,
            by.at,
            by.actor,
            by.request_id
        );
        Ok(done.execute(&self.pool).await?.rows_affected() > 0)
    }
}
