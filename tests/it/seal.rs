//! Addresses at rest: bytes that open for their own row, under the installation's keys, and for nobody else. What an older
//! version left as text is sealed before a program starts, and a key is replaced while everything runs.

mod keys;
mod left;
mod rotation;

use crate::harness::{Person, World, motorhome_days, sealer_of};
use domain::{
    access::Role,
    id::ChannelId,
    plan::Plan,
    seal::{Index, Keyring, Place, published_setting},
};
use sqlx::AssertSqlSafe;
use store::{DatabaseRole, Store, channel};
use uuid::Uuid;

/// A second key, whose ring's first part it is.
pub(crate) const SECOND: &str = "2:5d0be3a964c1f78202e9d6b34f8a17c5bb60d2497ec3158fa0d7642c9be8f513";

/// Both keys: the second seals, the published one still opens.
pub(crate) fn both() -> String {
    format!("{SECOND},{}", published_setting())
}

/// What the app reads of a person's channel with these keys.
async fn read(world: &World, person: &Person, keys: &str) -> store::Result<String> {
    let url = world.database.url("ferry_app");
    let app = Store::connect(DatabaseRole::App, &url, 1, sealer_of(keys)).await.unwrap();
    let mut tx = app.begin(&world.membership(person).await).await.unwrap();
    Ok(channel::find(&mut tx, person.channel).await?.expect("a channel").address)
}

/// Two people of one tenant and one of another.
async fn three() -> (World, [Person; 3]) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let anna = world.member(alice.tenant, "Anna", Role::Editor).await;
    let bob = world.person("Bob", Plan::Fleet).await;
    (world, [alice, anna, bob])
}

async fn address_of(world: &World, person: &Person) -> Vec<u8> {
    let sql = "select address from channel where id = $1";
    sqlx::query_scalar(sql).bind(person.channel.0).fetch_one(&world.admin).await.unwrap()
}

async fn put(world: &World, person: &Person, address: &[u8]) {
    let sql = "update channel set address = $2 where id = $1";
    sqlx::query(sql).bind(person.channel.0).bind(address).execute(&world.admin).await.unwrap();
}

#[tokio::test]
async fn sr_cry_01_what_is_moved_between_rows_columns_and_tenants_does_not_open() {
    let (world, [alice, anna, bob]) = three().await;
    let own = address_of(&world, &alice).await;
    let email: Vec<u8> = sqlx::query_scalar("select email from user_account where user_id = $1")
        .bind(alice.user.0)
        .fetch_one(&world.admin)
        .await
        .unwrap();
    let moved = [
        ("another row of the tenant", address_of(&world, &anna).await),
        ("another tenant", address_of(&world, &bob).await),
        ("another column of the same person", email),
        ("cut off", own[..own.len() - 1].to_vec()),
        ("nothing", Vec::new()),
        ("text", alice.email.clone().into_bytes()),
    ];
    for (what, bytes) in moved {
        put(&world, &alice, &bytes).await;
        let said = read(&world, &alice, &published_setting()).await;
        assert!(matches!(said, Err(store::Error::Sealed(_))), "{what}: {said:?}");
    }
    put(&world, &alice, &own).await;
    assert_eq!(read(&world, &alice, &published_setting()).await.unwrap(), alice.email);
    // A row cannot change hands either: its tenant and its id are part of what was sealed.
    let sql = "update channel set id = gen_random_uuid() where id = $1 returning id";
    let id: Uuid = sqlx::query_scalar(sql).bind(alice.channel.0).fetch_one(&world.admin).await.unwrap();
    let renamed = Person { channel: ChannelId(id), ..alice };
    assert!(read(&world, &renamed, &published_setting()).await.is_err());
}

#[tokio::test]
async fn sr_cry_01_an_alert_never_goes_to_an_address_that_was_put_into_its_row() {
    let (world, [alice, anna, bob]) = three().await;
    let sailing = world.everything_is_full(1).remove(0);
    for person in [&alice, &bob] {
        world.watch(person, &motorhome_days(1)).await;
    }
    world.an_hour_later().await;
    put(&world, &alice, &address_of(&world, &anna).await).await;
    world.open(&sailing);
    world.an_hour_later().await;
    let told: Vec<Vec<String>> = world.sim.inbox().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, [[bob.email]], "and nobody but Bob is held up");
    let failed = "select count(*) from delivery where state = 'failed' and outcome = 'unreadable'";
    assert_eq!(world.count(failed).await, 1);
}

/// Every value of every table as text, bytes both as hexadecimal digits and as characters.
async fn dump(world: &World) -> String {
    let columns = "select table_schema::text || '.' || table_name::text, quote_ident(column_name), data_type::text
                   from information_schema.columns join pg_tables on schemaname = table_schema and tablename = table_name
                   where table_schema in ('app', 'public')";
    let columns: Vec<(String, String, String)> = sqlx::query_as(columns).fetch_all(&world.admin).await.unwrap();
    assert!(columns.iter().any(|(table, column, _)| table == "app.channel" && column == "address"));
    let mut dump = String::new();
    for (table, column, kind) in columns {
        let characters = if kind == "bytea" { format!("encode({column}, 'escape')") } else { "''".to_owned() };
        let sql = format!("select coalesce(string_agg({column}::text || ' ' || {characters}, ' '), '') from {table}");
        let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&world.admin).await.unwrap();
        dump.push_str(&text.to_lowercase());
    }
    dump
}

/// Whether a dump holds a text, as characters or as their digits.
fn holds(dump: &str, text: &str) -> bool {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    dump.contains(text) || dump.contains(&digits)
}

#[tokio::test]
async fn sr_cry_01_a_dump_of_the_whole_database_holds_no_address() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let canary = world.person("Canary-7f3a91", Plan::Fleet).await;
    let token = world.signed_in(&canary).await;
    world.watch(&canary, &motorhome_days(1)).await;
    world.an_hour_later().await;
    world.open(&sailing);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox()[0].to, std::slice::from_ref(&canary.email), "the address was in use");
    drop(token);
    // Names are not sealed: only the whole address, and where it is kept, would be the secret.
    let secrets = [canary.email.as_str(), "@example.test"];
    let found = dump(&world).await;
    assert!(secrets.iter().all(|secret| !holds(&found, secret)), "an address in the clear");
    // The dump would show it: as text, and as bytes that were not sealed.
    for plant in ["update watch set note = $1", "update channel set address_index = $1::text::bytea"] {
        sqlx::query(plant).bind(&canary.email).execute(&world.admin).await.unwrap();
        let found = dump(&world).await;
        assert!(secrets.iter().all(|secret| holds(&found, secret)), "{plant}");
        sqlx::query("update watch set note = ''").execute(&world.admin).await.unwrap();
    }
}

#[tokio::test]
async fn sr_cry_01_equal_addresses_of_a_person_are_refused_and_those_of_two_tenants_do_not_show() {
    let (world, [alice, _, bob]) = three().await;
    let ring: Keyring = published_setting().parse().unwrap();
    let add = async |person: &Person, address: &str| {
        let channel = ChannelId(Uuid::new_v4());
        let sql = "insert into channel (tenant_id, id, user_id, kind, address, address_index) values ($1, $2, $3, 'email', $4, $5)";
        let place = Place::ChannelAddress(person.tenant, channel);
        sqlx::query(sql)
            .bind(person.tenant.0)
            .bind(channel.0)
            .bind(person.user.0)
            .bind(ring.seal(&place, address, crate::harness::chance()))
            .bind(&ring.index(Index::ChannelAddress(person.tenant), address)[..])
            .execute(&world.admin)
            .await
    };
    assert!(add(&alice, "ALICE@example.test").await.unwrap_err().as_database_error().unwrap().is_unique_violation());
    add(&alice, "same@example.test").await.unwrap();
    add(&bob, "same@example.test").await.unwrap();
    let differ = "select count(*) - count(distinct address_index) from channel";
    assert_eq!(world.count(differ).await, 0, "one tenant's index says nothing of another's");
    assert_eq!(world.count("select count(*) - count(distinct address) from channel").await, 0);
}

/// How columns of bytes are called that are no sealed text: nothing of them opens.
const NOT_SEALED: [&str; 5] = ["hash", "digest", "index", "proof", "token_bucket.subject"];

#[tokio::test]
async fn sr_cry_01_every_sealed_column_is_sealed_anew_and_counted() {
    let world = World::new().await;
    let columns = "select c.table_name || '.' || c.column_name from information_schema.columns c
                   where c.table_schema = 'app' and c.data_type = 'bytea' order by 1";
    let columns: Vec<String> = sqlx::query_scalar(columns).fetch_all(&world.admin).await.unwrap();
    let sealed: Vec<&String> =
        columns.iter().filter(|column| !NOT_SEALED.iter().any(|end| column.ends_with(end))).collect();
    assert_eq!(sealed, ["channel.address", "identity.email", "invitation.address", "user_account.email"]);
    let alice = world.person("Alice", Plan::Fleet).await;
    drop(world.signed_in(&alice).await);
    world.invite(&alice, "guest@example.test", Role::Viewer).await.unwrap();
    let counted: Vec<String> =
        sqlx::query_scalar("select place from seal_census() order by 1").fetch_all(&world.admin).await.unwrap();
    assert_eq!(counted, sealed.iter().map(|column| column.split('.').next().unwrap()).collect::<Vec<_>>());
}
