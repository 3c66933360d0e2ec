//! The world a developer finds: three tenants with people, verified mail channels, API keys and watches some
//! days ahead, and a quarter of a year in which checks went well but for a few incidents. Marks its database as development, and is
//! never called on any other. Seeding twice adds nothing.

pub mod crowd;
mod history;
mod identities;
mod keys;
mod people;
mod seals;
pub mod told;

pub use keys::DevKey;
pub use people::channel_of;
pub use seals::Seals;

use anyhow::Result;
use chrono::NaiveDate;
use sqlx::{Connection, PgConnection};

/// Where Alice reads her mail: the fleet tenant's watch hears of everything first.
pub const ALICE: &str = "alice@example.test";

/// The keys of the people that [`seed`] writes.
#[must_use]
pub fn keys(today: NaiveDate) -> Vec<DevKey> {
    people::households(today).iter().flat_map(people::Household::keys).collect()
}

/// Seeds a database that `app migrate` has brought up to date; watches start some days after `today`.
///
/// # Errors
/// When the database refuses.
pub async fn seed(super_url: &str, today: NaiveDate) -> Result<()> {
    let mut connection = PgConnection::connect(super_url).await?;
    let mut tx = connection.begin().await?;
    sqlx::query("update deployment set environment = 'development'").execute(&mut *tx).await?;
    let seals = Seals::default();
    for household in people::households(today) {
        household.write(&mut tx, &seals).await?;
    }
    history::write(&mut tx, today).await?;
    tx.commit().await?;
    Ok(connection.close().await?)
}

/// Lets the seeded people sign in at the providers of a simulator at this address.
///
/// # Errors
/// When the database refuses.
pub async fn introduce(super_url: &str, simulator_url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(super_url).await?;
    identities::write(&mut connection, simulator_url).await?;
    Ok(connection.close().await?)
}

/// A count as people read it: `100,000`.
#[must_use]
pub fn readable(count: i64) -> String {
    let digits = count.to_string();
    let mut read = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            read.push(',');
        }
        read.push(digit);
    }
    read
}
