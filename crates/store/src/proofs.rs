//! What does not compile. Each item is a program that the compiler must refuse; the first is the one it must
//! accept, so that the others fail for the reason they are written for.

/// ```no_run
/// async fn list(store: &store::Store, membership: &store::Membership) -> store::Result<u64> {
///     let mut tx = store.begin(membership).await?;
///     store::watch::count_active(&mut tx).await
/// }
/// ```
pub fn sr_ten_03_a_membership_opens_its_tenant() {}

/// ```compile_fail
/// async fn list(store: &store::Store, tenant: domain::id::TenantId) -> store::Result<u64> {
///     let mut tx = store.begin(tenant).await?;
///     store::watch::count_active(&mut tx).await
/// }
/// ```
pub fn sr_ten_03_a_tenant_id_opens_nothing() {}

/// ```compile_fail
/// fn forge(tenant: uuid::Uuid, user: uuid::Uuid) -> store::Membership {
///     store::Membership { tenant, user, role: domain::access::Role::Owner, plan: domain::plan::Plan::Fleet }
/// }
/// ```
pub fn sr_ten_03_a_membership_cannot_be_forged() {}

/// ```compile_fail
/// fn forge(tenant: uuid::Uuid) -> store::Claimed<i64> {
///     store::Claimed::new(tenant, 1)
/// }
/// ```
pub fn sr_ten_03_a_claim_cannot_be_forged() {}

/// ```compile_fail
/// fn reach(store: &store::Store) -> &sqlx::PgPool {
///     &store.pool
/// }
/// ```
pub fn sr_ten_03_the_pool_cannot_be_reached() {}

/// ```compile_fail
/// fn reach(tx: store::TenantTx) -> sqlx::Transaction<'static, sqlx::Postgres> {
///     tx.tx
/// }
/// ```
pub fn sr_ten_03_the_transaction_inside_cannot_be_reached() {}
