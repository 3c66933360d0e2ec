//! A key is replaced while app and workers run, and the old one can be thrown away.

use super::{SECOND, address_of, both, put, read};
use crate::harness::{Person, World, motorhome_days, motorhome_days_from, sealer_of, setting};
use chrono::Days;
use dev::{
    progress::Progress,
    world::crowd::{Crowd, Wish},
};
use domain::{
    id::ChannelId,
    operator::Operator,
    plan::Plan,
    seal::{Index, Keyring, Place, published_setting},
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::{DatabaseRole, Store, seal::Work};
use uuid::Uuid;
use workers::{clock::Chance, run::Parts};

/// More than two pages of everything.
const CROWD: i64 = 1_200;

/// A world of many whose installation knows both keys, and one person of them.
async fn crowded() -> (World, Person) {
    let world = World::new().await;
    let wish = Wish::new(Operator::Harbour, motorhome_days_from(world.first_day + Days::new(30), 1), world.clock.now())
        .unwrap();
    let crowd = Crowd { name: "crowd", tenants: CROWD, watches: 1, plan: Plan::Free, wishes: &[wish] };
    crowd.write(&world.database.super_url(), &Progress::start("a crowd")).await.unwrap();
    let alice = world.person("Alice", Plan::Fleet).await;
    drop(world.signed_in(&alice).await);
    world.database.settle_under(&both()).await.unwrap();
    (world, alice)
}

async fn admin(world: &World) -> Store {
    let url = world.database.url("ferry_admin");
    Store::connect(DatabaseRole::Admin, &url, 1, sealer_of(&both())).await.unwrap()
}

#[tokio::test]
async fn sr_cry_01_a_key_is_replaced_while_everything_runs_and_the_old_one_thrown_away() {
    let (world, alice) = crowded().await;
    let (published, furthest, is_over) = (published_setting(), AtomicU64::new(0), AtomicBool::new(false));
    let running = async {
        // A program of before that knows both, and one that seals under the new one already.
        let mut reads = 0;
        while !is_over.load(Ordering::Relaxed) {
            for keys in [&format!("{published},{SECOND}"), &both()] {
                assert_eq!(read(&world, &alice, keys).await.unwrap(), alice.email);
                reads += 1;
            }
        }
        reads
    };
    let rotating = async {
        let report = |work: Work| {
            assert!(work.done <= work.of);
            furthest.fetch_max(work.done, Ordering::Relaxed);
        };
        let rotated = admin(&world).await.rotate(&report).await.unwrap();
        is_over.store(true, Ordering::Relaxed);
        rotated
    };
    let (reads, rotated) = tokio::join!(running, rotating);
    let rows = 2 * u64::try_from(CROWD).unwrap() + 3;
    assert!(reads > 0);
    assert_eq!((rotated.rows, rotated.left, rotated.retired.as_slice()), (rows, 0, &[1][..]));
    assert_eq!(furthest.into_inner(), rows);
    assert_eq!(world.count("select count(*) from seal_census() where key <> 2").await, 0);

    // Without the old key everything opens, and the old key alone opens nothing.
    assert_eq!(read(&world, &alice, SECOND).await.unwrap(), alice.email);
    assert!(read(&world, &alice, &published).await.unwrap_err().lacks_key());
    let parts =
        Parts::connect(&world.config, world.clock.clock(), Chance::new(|| 0.5), sealer_of(SECOND)).await.unwrap();
    let sailing = world.everything_is_full(1).remove(0);
    world.watch(&alice, &motorhome_days(1)).await;
    world.an_hour_later().await;
    world.open(&sailing);
    world.clock.advance(chrono::TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    world.deliver_with(&parts).await;
    assert!(world.sim.inbox().iter().any(|mail| mail.to == [alice.email.clone()]));
    assert_eq!(admin(&world).await.rotate(&|_| ()).await.unwrap().rows, 0, "nothing is left to do");
}

#[tokio::test]
async fn sr_cry_01_a_row_that_does_not_open_is_named_and_keeps_its_key_from_being_forgotten() {
    let (world, alice) = crowded().await;
    let own = address_of(&world, &alice).await;
    let mut broken = own.clone();
    *broken.last_mut().unwrap() ^= 1;
    put(&world, &alice, &broken).await;
    let rotated = admin(&world).await.rotate(&|_| ()).await.unwrap();
    assert_eq!((rotated.left, rotated.named), (1, vec![format!("channel {}", alice.channel)]));
    assert_eq!(rotated.retired, [0; 0]);
    put(&world, &alice, &own).await;
    let rotated = admin(&world).await.rotate(&|_| ()).await.unwrap();
    assert_eq!((rotated.rows, rotated.left, rotated.retired), (1, 0, vec![1]), "it goes on where it was");
    assert_eq!(read(&world, &alice, SECOND).await.unwrap(), alice.email);
}

#[tokio::test]
async fn sr_cry_01_an_equal_address_that_was_added_under_the_new_key_stays_the_only_one_of_its_index() {
    let (world, alice) = crowded().await;
    let ring: Keyring = both().parse().unwrap();
    let id = ChannelId(Uuid::new_v4());
    let sql = "insert into channel (tenant_id, id, user_id, kind, address, address_index) values ($1, $2, $3, 'email', $4, $5)";
    sqlx::query(sql)
        .bind(alice.tenant.0)
        .bind(id.0)
        .bind(alice.user.0)
        .bind(ring.seal(&Place::ChannelAddress(alice.tenant, id), &alice.email, crate::harness::chance()))
        .bind(&ring.index(Index::ChannelAddress(alice.tenant), &alice.email)[..])
        .execute(&world.admin)
        .await
        .unwrap();
    let rotated = admin(&world).await.rotate(&|_| ()).await.unwrap();
    assert_eq!((rotated.left, rotated.named), (1, vec![format!("channel {}", alice.channel)]));
    assert_eq!(rotated.retired, [0; 0]);
}

#[tokio::test]
async fn sr_cry_01_the_command_rotates_says_what_it_did_and_shows_no_key() {
    let (world, _) = crowded().await;
    let output = tokio::process::Command::new(setting("FERRY_BIN_APP"))
        .args(["seal", "rotate"])
        .env_clear()
        .env("FERRY_ADMIN_URL", world.database.url("ferry_admin"))
        .env("FERRY_SEAL_KEYS", both())
        .output()
        .await
        .unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{err}");
    assert!(out.contains("2403 rows sealed anew under key 2") && out.contains("key 1 any more"), "{out}");
    assert!(err.contains("Sealing anew: 2403 of 2403"), "{err}");
    assert!(!(out + &err).contains(&SECOND[2..10]));
}
