//! `app tenant suspend` and `app tenant resume`: an administrator takes a tenant out of service and back. Each is one line of the
//! tenant's log and one of the platform's. Nothing of the tenant's is read or deleted here.

use anyhow::ensure;
use domain::{id::TenantId, text::one_line};
use store::{Store, audit::By};

/// The longest reason, in characters: what a member reads in two lines.
const REASON_CHARS_MAX: usize = 200;

/// Suspends a tenant for a reason that its members read, or resumes it without one, and returns what is to be shown.
///
/// # Errors
/// When the reason is empty or too long, the tenant is not in the state for it, or the database refuses.
pub async fn run(store: &Store, tenant: TenantId, reason: Option<&str>, by: &By<'_>) -> anyhow::Result<String> {
    let Some(reason) = reason else {
        let resumed = store.resume_tenant(tenant, by).await?;
        ensure!(resumed, "{tenant} is not suspended, or it is closed, or there is no such tenant");
        return Ok(format!("{tenant} resumed: its members reach it, and its watches are held against what is known\n"));
    };
    let line = one_line(reason, REASON_CHARS_MAX + 1);
    ensure!(!line.is_empty(), "--reason is a sentence that the tenant's members read");
    ensure!(line.chars().count() <= REASON_CHARS_MAX, "--reason has at most {REASON_CHARS_MAX} characters");
    let suspended = store.suspend_tenant(tenant, &line, by).await?;
    ensure!(suspended, "{tenant} is suspended already, or it is closed, or there is no such tenant");
    Ok(format!("{tenant} suspended: its members read: {line}\n"))
}
