//! The schema as people can read it: every table, column, key, policy and right. A change of the schema
//! shows here as a change of this text.

use crate::harness::{Database, leg, motorhome_days, today};
use chrono::{Days, Weekday};
use domain::watch::{Dates, ReturnLeg, ReturnRule, Weekdays, watched_days};
use sqlx::{PgPool, types::Json};
use std::fmt::Write;

async fn lines(pool: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

const SECTIONS: [(&str, &str); 5] = [
    (
        "columns",
        "select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                       case when a.attnotnull then ' not null' else '' end,
                       coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
         from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
         where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
         order by c.relname, a.attnum",
    ),
    (
        "keys and checks",
        "select format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
         where connamespace = 'app'::regnamespace and conrelid <> 0 order by conrelid::regclass::text, 1",
    ),
    (
        "indexes",
        "select pg_get_indexdef(indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relnamespace = 'app'::regnamespace order by 1",
    ),
    (
        "policies",
        "select format('%s: %s for %s to %s using (%s) check (%s)', tablename, policyname, cmd, array_to_string(roles, ', '), qual, with_check)
         from pg_policies where schemaname = 'app' order by 1",
    ),
    (
        "rights",
        "select format('%s: %s may %s', object, grantee, string_agg(right_name, ', ' order by right_name))
         from (
           select c.relname::text as object, acl.grantee::regrole::text as grantee, lower(acl.privilege_type) as right_name
           from pg_class c cross join aclexplode(c.relacl) acl
           where c.relnamespace = 'app'::regnamespace and acl.grantee::regrole::text <> 'ferry_owner'
           union all
           select c.relname || '.' || a.attname, acl.grantee::regrole::text, lower(acl.privilege_type)
           from pg_class c join pg_attribute a on a.attrelid = c.oid cross join aclexplode(a.attacl) acl
           where c.relnamespace = 'app'::regnamespace) rights
         group by object, grantee order by 1",
    ),
];

#[tokio::test]
async fn the_schema_is_the_one_that_was_reviewed() {
    let pool = Database::new().await.superuser().await;
    sqlx::query("set search_path = app").execute(&pool).await.unwrap();
    let mut text = String::new();
    for (title, sql) in SECTIONS {
        writeln!(text, "# {title}").unwrap();
        for line in lines(&pool, sql).await {
            writeln!(text, "{line}").unwrap();
        }
        text.push('\n');
    }
    insta::assert_snapshot!("schema", text);
}

#[tokio::test]
async fn watches_from_before_their_days_were_counted_are_counted_as_new_ones_are() {
    let database = Database::migrated_to(5).await;
    let pool = database.superuser().await;
    let person = "with t as (insert into app.tenant (tenant_id, name) values (gen_random_uuid(), 'x') returning tenant_id),
                       u as (insert into app.user_account (user_id, name, email) values (gen_random_uuid(), 'x', 'x') returning user_id)
                  insert into app.member (tenant_id, user_id, role) select tenant_id, user_id, 'owner' from t, u";
    let operator = "insert into app.operator (id, name, enabled, manifest_floor_s, manifest_requests_per_min, manifest_concurrency_cap,
                                              floor_s, requests_per_min, concurrency_cap)
                    values ('harbour', 'x', true, 60, 1, 1, 60, 1, 1)";
    let development = "update app.deployment set environment = 'development'";
    for sql in [development, person, operator] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let mut weekends = motorhome_days(30);
    weekends.leg.weekdays = Weekdays::of(&[Weekday::Sat, Weekday::Sun]);
    let mut picked = motorhome_days(1);
    picked.leg.dates = Dates::Picked([3, 5, 8].map(|days| today() + Days::new(days)).into());
    let back = ReturnLeg { leg: leg("SAN-POR", today(), today() + Days::new(9)), rule: ReturnRule::Either };
    let watches = [(motorhome_days(62), None), (weekends.clone(), None), (picked, None), (weekends, Some(back))];
    for (criteria, back) in &watches {
        let insert = "insert into app.watch (tenant_id, user_id, operator_id, criteria, return_leg, note, expires_at)
                      select tenant_id, user_id, 'harbour', $1, $2, $3, now() from app.member";
        sqlx::query(insert)
            .bind(Json(criteria))
            .bind(back.as_ref().map(Json))
            .bind(watched_days(criteria, back.as_ref()).to_string())
            .execute(&pool)
            .await
            .unwrap();
    }
    database.settle().await;
    let counted: Vec<(String, String)> =
        sqlx::query_as("select note, watched_days::text from app.watch").fetch_all(&pool).await.unwrap();
    assert_eq!(counted.len(), watches.len());
    assert!(counted.iter().all(|(expected, counted)| expected == counted), "{counted:?}");
}

#[tokio::test]
async fn the_seeded_people_of_a_developers_database_fit_the_schema_and_can_be_introduced_again() {
    let database = Database::new().await;
    store::catalog::sync(&database.url("ferry_owner")).await.unwrap();
    let url = database.super_url();
    for _ in 0..2 {
        dev::world::seed(&url, today()).await.unwrap();
        dev::world::introduce(&url, "http://127.0.0.1:8300").await.unwrap();
    }
    let pool = database.superuser().await;
    let known = "select count(*) from app.identity i join app.user_account using (user_id) where i.email is not null";
    let known: i64 = sqlx::query_scalar(known).fetch_one(&pool).await.unwrap();
    assert_eq!(usize::try_from(known).unwrap(), dev::world::keys(today()).len());
}
