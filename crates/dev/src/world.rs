//! The world a developer finds: three tenants with people, verified mail channels and watches some
//! days ahead. Marks its database as development, and is
//! never called on any other. Seeding twice adds nothing.

mod people;

use anyhow::Result;
use chrono::NaiveDate;
use sqlx::{Connection, PgConnection};

/// Where Alice reads her mail: the fleet tenant's watch hears of everything first.
pub const ALICE: &str = "alice@example.test";

/// Seeds a database that `app migrate` has brought up to date; watches start some days after `today`.
///
/// # Errors
/// When the database refuses.
pub async fn seed(super_url: &str, today: NaiveDate) -> Result<()> {
    let mut connection = PgConnection::connect(super_url).await?;
    let mut tx = connection.begin().await?;
    sqlx::query("update deployment set environment = 'development'").execute(&mut *tx).await?;
    for household in people::households(today) {
        household.write(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(connection.close().await?)
}
