//! Operators, terminals and routes as the manifests name them.

use anyhow::Result;
use domain::operator::{Manifest, Operator};
use sqlx::PgConnection;

/// Writes what is not there yet.
///
/// # Errors
/// When the database refuses.
pub(super) async fn write(connection: &mut PgConnection) -> Result<()> {
    for operator in Operator::ALL {
        write_operator(connection, operator.as_str(), operator.manifest()).await?;
    }
    Ok(())
}

async fn write_operator(connection: &mut PgConnection, id: &str, manifest: &Manifest) -> Result<()> {
    sqlx::query(
        "insert into operator (id, name, enabled, disabled_reason, floor_s, requests_per_min, concurrency_cap)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(id)
    .bind(manifest.name)
    .bind(manifest.enabled_by_default)
    .bind(manifest.disabled_reason)
    .bind(i32::try_from(manifest.floor_s)?)
    .bind(i32::try_from(manifest.requests_per_min)?)
    .bind(i16::from(manifest.concurrency_cap))
    .execute(&mut *connection)
    .await?;
    for terminal in manifest.terminals {
        sqlx::query(
            "insert into terminal (operator_id, code, name, zone) values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(id)
        .bind(terminal.code)
        .bind(terminal.name)
        .bind(terminal.zone.name())
        .execute(&mut *connection)
        .await?;
    }
    for route in manifest.routes {
        sqlx::query(
            "insert into route (operator_id, code, from_code, to_code) values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(id)
        .bind(route.code)
        .bind(route.from)
        .bind(route.to)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
