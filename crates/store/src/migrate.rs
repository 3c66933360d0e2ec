//! Brings a database to this version's schema. Forward only; run as the owner, never as a runtime role.

use crate::{
    Result, Sealer,
    seal::{self, Report},
    setting,
};
use sqlx::{Connection, postgres::PgConnection};

/// A migration that waits for a lock has everybody else wait behind it: it gives up instead, and can be run again.
const LOCK_TIMEOUT: &str = "30s";

/// Runs every migration that has not run yet, and then seals what an older version left as text: programs of this
/// version start only after that.
///
/// # Errors
/// When the URL is unfit, the server refuses, an applied migration differs from the one in this build, or the ring is
/// not the installation's.
pub async fn run(owner_url: &str, sealer: &Sealer, report: Report<'_>) -> Result<()> {
    let options = setting::options(owner_url)?.options([("lock_timeout", LOCK_TIMEOUT)]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut migrator = sqlx::migrate!("../../migrations");
    // A migration sets its own search path; the bookkeeping is found whatever it is.
    migrator.dangerous_set_table_name("public._sqlx_migrations");
    migrator.run(&mut connection).await?;
    connection.close().await?;
    let mut connection = PgConnection::connect_with(&options.options([("search_path", "app,pg_temp")])).await?;
    seal::settle(&mut connection, sealer, report).await?;
    Ok(connection.close().await?)
}
