//! Brings a database to this version's schema. Forward only; run as the owner, never as a runtime role.

use crate::Result;
use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgConnection},
};
use std::str::FromStr;

/// Runs every migration that has not run yet.
///
/// # Errors
/// When the server refuses, or an applied migration differs from the one in this build.
pub async fn run(owner_url: &str) -> Result<()> {
    let mut connection = PgConnection::connect_with(&PgConnectOptions::from_str(owner_url)?).await?;
    let mut migrator = sqlx::migrate!("../../migrations");
    // A migration sets its own search path; the bookkeeping is found whatever it is.
    migrator.dangerous_set_table_name("public._sqlx_migrations");
    migrator.run(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Options of a runtime connection: unqualified names mean schema `app`, whatever the URL says. A statement that is
/// prepared while a table is empty keeps its plan while the table grows, so no plan may read a whole table
/// where there is an index.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?.options([("search_path", "app,pg_temp"), ("enable_seqscan", "off")]))
}
