//! Operators, terminals and routes: written from the manifests, read by the workers. Limits an
//! administrator set survive a sync; names and places do not.

use crate::{Result, Store, setting, word};
use chrono::{DateTime, Utc};
use domain::operator::Operator;
use sqlx::{Connection, postgres::PgConnection};

/// An operator's limits and state, as the workers must respect them now.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    /// Which operator.
    pub operator: Operator,
    /// Whether it is polled at all: enabled, not killed, and no setting is lacking.
    pub polled: bool,
    /// No target is asked more often than this, in seconds before the time scale.
    pub floor_s: u32,
    /// Requests a minute over all targets, before the time scale.
    pub requests_per_min: u32,
    /// Requests in flight at once.
    pub concurrency_cap: u8,
    /// What the number of targets stretches intervals to, in seconds before the time scale.
    pub stretch_s: u32,
    /// Failed polls in a row, over all targets.
    pub failures_in_row: u32,
    /// Until when the breaker lets nothing but a probe through.
    pub open_until: Option<DateTime<Utc>>,
}

/// Writes what the manifests say. Run as the owner after migrating, by whoever installs.
///
/// # Errors
/// When the server refuses.
pub async fn sync(owner_url: &str) -> Result<()> {
    let options = setting::options(owner_url)?.options([("search_path", "app,pg_temp")]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut tx = connection.begin().await?;
    for operator in Operator::ALL.iter().copied() {
        write_operator(&mut tx, operator).await?;
        write_terminals(&mut tx, operator).await?;
        write_routes(&mut tx, operator).await?;
    }
    tx.commit().await?;
    Ok(connection.close().await?)
}

type Tx<'c> = sqlx::Transaction<'c, sqlx::Postgres>;

async fn write_operator(tx: &mut Tx<'_>, operator: Operator) -> Result<()> {
    let manifest = operator.manifest();
    sqlx::query!(
        "insert into operator (id, name, enabled, disabled_reason, floor_s, requests_per_min, concurrency_cap,
                               manifest_floor_s, manifest_requests_per_min, manifest_concurrency_cap)
         values ($1, $2, $3, $4, $5, $6, $7, $5, $6, $7)
         on conflict (id) do update set
           name = excluded.name,
           manifest_floor_s = excluded.manifest_floor_s,
           manifest_requests_per_min = excluded.manifest_requests_per_min,
           manifest_concurrency_cap = excluded.manifest_concurrency_cap,
           floor_s = greatest(operator.floor_s, excluded.floor_s),
           requests_per_min = least(operator.requests_per_min, excluded.requests_per_min),
           concurrency_cap = least(operator.concurrency_cap, excluded.concurrency_cap)",
        operator.as_str(),
        manifest.name,
        manifest.enabled_by_default,
        manifest.disabled_reason,
        i32::try_from(manifest.floor_s).unwrap_or(i32::MAX),
        i32::try_from(manifest.requests_per_min).unwrap_or(i32::MAX),
        i16::from(manifest.concurrency_cap),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_terminals(tx: &mut Tx<'_>, operator: Operator) -> Result<()> {
    for terminal in operator.manifest().terminals {
        sqlx::query!(
            "insert into terminal (operator_id, code, name, zone) values ($1, $2, $3, $4)
             on conflict (operator_id, code) do update set name = excluded.name, zone = excluded.zone",
            operator.as_str(),
            terminal.code,
            terminal.name,
            terminal.zone.name(),
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

async fn write_routes(tx: &mut Tx<'_>, operator: Operator) -> Result<()> {
    for route in operator.manifest().routes {
        sqlx::query!(
            "insert into route (operator_id, code, from_code, to_code) values ($1, $2, $3, $4)
             on conflict (operator_id, code) do nothing",
            operator.as_str(),
            route.code,
            route.from,
            route.to,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

impl Store {
    /// All operators this build knows, with their present limits.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn operators(&self) -> Result<Vec<OperatorRow>> {
        let rows = sqlx::query!(
            r#"select id, enabled and killed_at is null and lacks_setting is null as "polled!", floor_s, requests_per_min, concurrency_cap,
                      stretch_s, failures_in_row, open_until
               from operator order by id"#
        )
        .fetch_all(&self.pool)
        .await?;
        let known = rows.into_iter().filter_map(|row| {
            // A newer version's operator is that version's to serve.
            let operator =
                word(&row.id).inspect_err(|error| tracing::error!(%error, "an operator is left out")).ok()?;
            Some(OperatorRow {
                operator,
                polled: row.polled,
                floor_s: row.floor_s.unsigned_abs(),
                requests_per_min: row.requests_per_min.unsigned_abs(),
                concurrency_cap: u8::try_from(row.concurrency_cap).unwrap_or(1),
                stretch_s: row.stretch_s.unsigned_abs(),
                failures_in_row: row.failures_in_row.unsigned_abs(),
                open_until: row.open_until,
            })
        });
        Ok(known.collect())
    }

    /// How many targets of an operator somebody wants now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn wanted_targets(&self, operator: Operator) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"select count(*) as "count!" from target where operator_id = $1 and plan is not null"#,
            operator.as_str()
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Records which setting the workers lack to ask an operator at all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_lacks_setting(&self, operator: Operator, setting: Option<&str>) -> Result<()> {
        sqlx::query!(
            "update operator set lacks_setting = $2 where id = $1 and lacks_setting is distinct from $2",
            operator.as_str(),
            setting
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Records to what the budget stretches an operator's intervals, in seconds before the time scale.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_stretch(&self, operator: Operator, stretch_s: u32) -> Result<()> {
        sqlx::query!(
            "update operator set stretch_s = $2 where id = $1 and stretch_s <> $2",
            operator.as_str(),
            i32::try_from(stretch_s).unwrap_or(i32::MAX)
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Records the breaker after a failed poll. What another worker was told to wait for longer stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_breaker(
        &self,
        operator: Operator,
        failures_in_row: u32,
        open_until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        sqlx::query!(
            "update operator set failures_in_row = $2, open_until = greatest(open_until, $3) where id = $1",
            operator.as_str(),
            i32::try_from(failures_in_row).unwrap_or(i32::MAX),
            open_until
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Closes the breaker after a good poll, unless it was opened again since `read` was read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_breaker(&self, operator: Operator, read: Option<DateTime<Utc>>) -> Result<()> {
        sqlx::query!(
            "update operator set failures_in_row = 0, open_until = null
             where id = $1 and (open_until is null or open_until <= $2)",
            operator.as_str(),
            read
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes the one probe of a half-open breaker: true for the first who moves `open_until` on from what
    /// was read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_probe(
        &self,
        operator: Operator,
        read: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
    ) -> Result<bool> {
        let taken = sqlx::query!(
            "update operator set open_until = $3 where id = $1 and open_until is not distinct from $2",
            operator.as_str(),
            read,
            until
        )
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }
}
