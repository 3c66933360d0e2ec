//! Who the seeded people are at the simulated providers: one click at Harbour ID signs in as Alice. At the other providers the same
//! people are strangers, so that linking can be tried. Their addresses are theirs: their first sign-in takes nothing from them.

use super::{people, seals::Seals};
use crate::sim::identity::{NEIGHBOURS, Neighbour, Provider};
use anyhow::Result;
use sqlx::PgConnection;

/// Writes the identities at a simulator; those at the address it had before go, with their sessions.
pub(super) async fn write(connection: &mut PgConnection, simulator_url: &str) -> Result<()> {
    let seals = Seals::default();
    for neighbour in NEIGHBOURS {
        introduce(connection, neighbour, (simulator_url, &seals)).await?;
    }
    Ok(())
}

async fn introduce(
    connection: &mut PgConnection,
    neighbour: Neighbour,
    (simulator_url, seals): (&str, &Seals),
) -> Result<()> {
    let provider = Provider::HarbourId;
    let (issuer, subject) = (provider.issuer_at(simulator_url), neighbour.at(provider).sub);
    let email = seals.of_identity(&issuer, &subject, neighbour.email);
    sqlx::query("delete from identity where subject = $1 and provider = $2 and issuer <> $3")
        .bind(&subject)
        .bind(provider.name())
        .bind(&issuer)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert into identity (issuer, subject, user_id, provider, email, email_verified, owned_since, linked_at, last_used_at)
         values ($1, $2, $3, $4, $5, true, now(), now(), now()) on conflict do nothing",
    )
    .bind(&issuer)
    .bind(&subject)
    .bind(people::id(neighbour.email))
    .bind(provider.name())
    .bind(email)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_in_the_world_is_on_the_page_to_sign_in() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let names: Vec<&str> = super::super::keys(today).iter().map(|key| key.name).collect();
        assert_eq!(names, NEIGHBOURS.map(|neighbour| neighbour.name));
    }
}
