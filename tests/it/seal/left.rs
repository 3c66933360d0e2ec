//! What an older version left as text.

use crate::harness::{Database, sealer};
use domain::{
    id::{ChannelId, TenantId, UserId},
    seal::{Keyring, Place, published_setting},
};
use futures::FutureExt;
use sqlx::PgPool;
use std::panic::AssertUnwindSafe;
use store::{DatabaseRole, SealError, Store, seal::Work};
use uuid::Uuid;

/// More people than two transactions hold.
const PEOPLE: i64 = 2_300;

/// An installation of the version before, with people.
async fn older() -> (Database, PgPool) {
    let database = Database::migrated_to(12).await;
    let pool = database.superuser().await;
    for sql in [
        "update app.deployment set environment = 'development'",
        "create table public.person as
           select gen_random_uuid() as t, gen_random_uuid() as u, gen_random_uuid() as c, 'person-' || n || '@example.test' as address
           from generate_series(1, 2300) n",
        "insert into app.tenant (tenant_id, name) select t, 'x' from public.person",
        "insert into app.user_account (user_id, name, email) select u, 'x', address from public.person",
        "insert into app.member (tenant_id, user_id, role) select t, u, 'owner' from public.person",
        "insert into app.channel (tenant_id, id, user_id, kind, address) select t, c, u, 'email', address from public.person",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    (database, pool)
}

/// How many rows of people and channels stand as text; sealed.
async fn counts(pool: &PgPool) -> (i64, i64) {
    let sql = "select (select count(*) from app.user_account where email_plain is not null)
                    + (select count(*) from app.channel where address_plain is not null),
                      (select count(*) from app.user_account where email is not null)
                    + (select count(*) from app.channel where address is not null and address_index is not null)";
    sqlx::query_as(sql).fetch_one(pool).await.unwrap()
}

/// Tenant and channel, the address in the clear and sealed, the person and their sealed address.
type Sealed = (Uuid, Uuid, String, Vec<u8>, Uuid, Vec<u8>);

#[tokio::test]
async fn sr_cry_01_what_was_left_as_text_is_sealed_before_a_program_starts_however_often_it_is_cut_off() {
    let (database, pool) = older().await;
    let start = async || {
        let store = Store::connect(DatabaseRole::App, &database.url("ferry_app"), 1, sealer()).await.unwrap();
        store.check_keys().await
    };
    // Cut off after the first batch.
    let (url, report) = (database.url("ferry_owner"), |work: Work| panic!("cut off at {} of {}", work.done, work.of));
    let keys = sealer();
    let cut = AssertUnwindSafe(store::migrate::run(&url, &keys, &report)).catch_unwind().await;
    assert!(cut.is_err());
    let (left, sealed) = counts(&pool).await;
    assert!(left > 0 && sealed > 0, "{left} left, {sealed} sealed");
    let said = start().await.unwrap_err();
    assert!(matches!(said, store::Error::Sealed(SealError::Unknown(1))), "{said}");
    // Run again, and again.
    for _ in 0..2 {
        database.settle().await;
        assert_eq!(counts(&pool).await, (0, 2 * PEOPLE));
        start().await.unwrap();
    }
    // Each opens at its own row, and no text can be written any more.
    let ring = published_setting().parse::<Keyring>().unwrap();
    let rows = "select t, c, p.address, h.address, u, a.email from public.person p
                  join app.channel h on h.id = c join app.user_account a on a.user_id = u";
    let rows: Vec<Sealed> = sqlx::query_as(rows).fetch_all(&pool).await.unwrap();
    for (tenant, channel, plain, address, user, email) in rows {
        let place = Place::ChannelAddress(TenantId(tenant), ChannelId(channel));
        assert_eq!(ring.open(&place, &address).unwrap(), plain);
        assert_eq!(ring.open(&Place::UserEmail(UserId(user)), &email).unwrap(), plain);
    }
    for sql in ["update app.channel set address_plain = 'x'", "update app.user_account set email_plain = 'x'"] {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err();
        assert!(refused.as_database_error().unwrap().is_check_violation(), "{refused}");
    }
    let forced = "select bool_and(relforcerowsecurity) from pg_class where relname in ('channel', 'user_account') and relkind = 'r'";
    assert!(sqlx::query_scalar::<_, bool>(forced).fetch_one(&pool).await.unwrap(), "row security is forced again");
}

#[tokio::test]
async fn sr_cry_01_people_of_production_are_not_sealed_under_the_published_key() {
    let (database, pool) = older().await;
    sqlx::query("update app.deployment set environment = 'production'").execute(&pool).await.unwrap();
    let refused = database.settle_under(&published_setting()).await;
    assert!(matches!(refused, Err(store::Error::Sealed(SealError::Published))), "{refused:?}");
    assert_eq!(counts(&pool).await, (2 * PEOPLE, 0));
}
