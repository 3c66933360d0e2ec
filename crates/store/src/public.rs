//! The door of nobody: what every tenant shares, for whoever did not sign in. Promises that through it no tenant and no
//! person is set, whatever the connection was used for before, and that nothing is written. Never sees a tenant's rows: row
//! security shows none where no tenant is set.

use crate::{Result, Store, TenantTx};
use sqlx::{PgConnection, Postgres, Transaction};

/// How a look begins: one round trip. Public so that a test can hold it against every table there is.
pub const BEGIN: &str = "begin read only; set local app.tenant = ''; set local app.\"user\" = ''";

/// A transaction that reads what belongs to nobody. There is nothing to commit: dropping it ends it.
pub struct PublicTx {
    tx: Transaction<'static, Postgres>,
}

impl Store {
    /// Opens a transaction that sees no tenant and writes nothing.
    ///
    /// # Errors
    /// When no connection is to be had.
    #[expect(clippy::disallowed_methods, reason = "the one place where a transaction of nobody begins")]
    pub async fn look(&self) -> Result<PublicTx> {
        Ok(PublicTx { tx: self.pool.begin_with(BEGIN).await? })
    }
}

/// A place to read what all tenants share: through the door of nobody, or beside a tenant's own rows. What takes one shows
/// the same to everybody on the same plan.
pub struct Reading<'t> {
    connection: &'t mut PgConnection,
}

impl Reading<'_> {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }
}

impl<'t> From<&'t mut PublicTx> for Reading<'t> {
    fn from(door: &'t mut PublicTx) -> Reading<'t> {
        Reading { connection: &mut door.tx }
    }
}

impl<'t> From<&'t mut TenantTx> for Reading<'t> {
    fn from(door: &'t mut TenantTx) -> Reading<'t> {
        Reading { connection: &mut door.tx }
    }
}
