//! What there is to read where much was watched for long: 20,000 sailings of four routes, a hundred thousand changes of them, an alert for
//! each watch of a tenant, outages and the days of every operator. For measuring and for asking what a read walks over; runs as
//! superuser and never on a database that matters.

use anyhow::Result;
use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// $1 now, $2 the tenant.
const STATEMENTS: [&str; 8] = [
    "insert into target (operator_id, question, created_at, last_good_at, last_polled_at)
       select 'harbour', jsonb_build_object('kind', 'route_day', 'route', 'POR-SAN', 'n', n), $1 - interval '90 days', $1, $1
       from generate_series(1, 20000) n where $2 is not null",
    "insert into sailing (operator_id, route_code, key, departs_local, departs_at)
       select 'harbour', (array['POR-SAN', 'SAN-POR', 'POR-ISL', 'ISL-POR'])[1 + n % 4], 'S-' || n, at, at
       from generate_series(1, 20000) n cross join lateral (select date_trunc('day', $1) + n * interval '1 hour' as at) s where $2 is not null",
    "insert into fact (target_id, sailing_id, facts, observed_at)
       select t.id, s.id, '{\"classes\": {\"motorhome\": {\"availability\": {\"is\": \"full\"}, \"price\": null}}, \"cabin\": null, \"pet_cabin\": null}', $1
       from sailing s join target t on t.question ->> 'n' = substr(s.key, 3) where $2 is not null",
    "insert into change (target_id, target_version, sailing_id, after, polled_at, free_at, plus_at, pro_at, fleet_at, recorded_at, fanned_out_at)
       select f.target_id, n, f.sailing_id, jsonb_set(f.facts, '{classes,motorhome,availability}', jsonb_build_object('is', 'available', 'spaces', n)),
              at, at, at, at, at, at, at
       from fact f join target t on t.id = f.target_id and jsonb_exists(t.question, 'n')
         cross join generate_series(1, 5) n cross join lateral (select $1 - interval '1 day' + n * interval '1 hour' as at) told
       where $2 is not null",
    "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at, released_at, closed_at, closed_reason)
       select w.tenant_id, gen_random_uuid(), w.id, 1, f.target_id, f.sailing_id, 0, 'motorhome', 'opening', $1, $1, $1, 'gone'
       from watch w cross join lateral (select * from fact where sailing_id = 1 + (hashtext(w.id::text) & 8191)) f where w.tenant_id = $2",
    "insert into delivery (tenant_id, alert_id, channel_id, state, sent_at)
       select a.tenant_id, a.id, c.id, 'sent', $1 from alert a join channel c using (tenant_id) where a.tenant_id = $2
       on conflict do nothing",
    "insert into outage (tenant_id, operator_id, cause, noticed_at, ended_at)
       select $2, 'harbour', 'off', $1 - n * interval '1 hour', $1 - n * interval '1 hour' + interval '1 minute' from generate_series(1, 2000) n",
    "insert into operator_day (operator_id, day, good_min, degraded_min, paused_min, off_min, condition, counted_at)
       select o.id, $1::date - n, 1440, 0, 0, 0, 'good', $1 from operator o, generate_series(1, 400) n where $2 is not null",
];

/// Writes it for one tenant with a crowd's watches.
///
/// # Errors
/// When the database refuses.
pub async fn write(super_url: &str, tenant: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut connection = PgConnection::connect(super_url).await?;
    for statement in STATEMENTS {
        sqlx::query(statement).bind(now).bind(tenant).execute(&mut connection).await?;
    }
    sqlx::query("analyze").execute(&mut connection).await?;
    Ok(connection.close().await?)
}
