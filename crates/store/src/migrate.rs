//! Brings a database to this version's schema. Forward only; run as the owner, never as a runtime role.

use crate::{Result, setting};
use sqlx::{Connection, postgres::PgConnection};

/// A migration that waits for a lock has everybody else wait behind it: it gives up instead, and can be run again.
const LOCK_TIMEOUT: &str = "30s";

/// Runs every migration that has not run yet.
///
/// # Errors
/// When the URL is unfit, the server refuses, or an applied migration differs from the one in this build.
pub async fn run(owner_url: &str) -> Result<()> {
    let options = setting::options(owner_url)?.options([("lock_timeout", LOCK_TIMEOUT)]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut migrator = sqlx::migrate!("../../migrations");
    // A migration sets its own search path; the bookkeeping is found whatever it is.
    migrator.dangerous_set_table_name("public._sqlx_migrations");
    migrator.run(&mut connection).await?;
    Ok(connection.close().await?)
}
