//! Keys that are not the installation's: nothing starts with them, and nothing is lost by them.

use super::{SECOND, read};
use crate::harness::{Database, World, alice_waits, sealer_of};
use chrono::TimeDelta;
use domain::{plan::Plan, seal::published_setting};
use store::{DatabaseRole, SealError, Sealer, Store};
use workers::{clock::Chance, run::Parts};

/// What is said of a ring on this database.
async fn said(database: &Database, sealer: Sealer) -> Result<(), SealError> {
    let store = Store::connect(DatabaseRole::App, &database.url("ferry_app"), 1, sealer).await.unwrap();
    match store.check_keys().await {
        Ok(()) => Ok(()),
        Err(store::Error::Sealed(cause)) => Err(cause),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn sr_cry_01_a_program_starts_only_with_the_keys_of_its_installation() {
    let world = World::new().await;
    let published = published_setting();
    let check = async |keys: &str| said(&world.database, sealer_of(keys)).await;
    assert_eq!(check(&published).await, Ok(()));
    assert_eq!(check(&format!("{published},{SECOND}")).await, Ok(()), "a key that waits to be used");
    assert_eq!(check(&format!("{SECOND},{published}")).await, Err(SealError::Unknown(2)), "nobody else could open it");
    assert_eq!(check(SECOND).await, Err(SealError::Lacking(1)));
    assert_eq!(check(&SECOND.replace("2:", "1:")).await, Err(SealError::Lacking(1)), "other bytes under its id");
    assert_eq!(said(&world.database, Sealer::without_keys()).await, Err(SealError::NoKeys));
    let started = Parts::connect(&world.config, world.clock.clock(), Chance::new(|| 0.5), sealer_of(SECOND)).await;
    assert!(format!("{:#}", started.err().expect("not started")).contains("FERRY_SEAL_KEYS"));
    sqlx::query("update deployment set environment = 'production'").execute(&world.admin).await.unwrap();
    assert_eq!(check(&published).await, Err(SealError::Published));
}

#[tokio::test]
async fn sr_cry_01_a_key_that_was_never_used_can_be_replaced_and_one_that_was_cannot() {
    let database = Database::new().await;
    let other = SECOND.replace("2:", "1:");
    assert_eq!(said(&database, sealer_of(SECOND)).await, Err(SealError::Unknown(2)), "before `app migrate`");
    database.settle_under(&other).await.unwrap();
    database.settle().await;
    let world = World::new().await;
    world.person("Alice", Plan::Free).await;
    let refused = world.database.settle_under(&other).await;
    assert!(matches!(refused, Err(store::Error::Sealed(SealError::Lacking(1)))), "{refused:?}");
    assert_eq!(said(&world.database, sealer_of(&published_setting())).await, Ok(()), "and nothing has changed");
}

#[tokio::test]
async fn sr_cry_01_a_worker_that_lacks_a_key_gives_nothing_up() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    let (good, url) = (world.parts.deliverer.store.clone(), world.database.url("ferry_worker"));
    let mut deliverer = world.parts.deliverer.clone();
    deliverer.store = Store::connect(DatabaseRole::Worker, &url, 1, sealer_of(SECOND)).await.unwrap();
    let due = good.due_deliveries(world.clock.now(), 10).await.unwrap();
    let claims = good.claim_deliveries(&[due[0].id]).await.unwrap();
    for (_, claim) in claims {
        let said = deliverer.deliver(claim).await.map(drop).unwrap_err();
        assert!(format!("{said:#}").contains("under key 1"), "{said:#}");
    }
    assert!(world.sim.inbox().is_empty());
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 1, "when the setting is mended it goes out");
}

#[tokio::test]
async fn sr_cry_01_another_key_under_the_same_id_opens_nothing() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let impostor = SECOND.replace("2:", "1:");
    for (keys, lacks) in [(impostor.as_str(), false), (SECOND, true)] {
        let error = read(&world, &alice, keys).await.unwrap_err();
        assert_eq!(error.lacks_key(), lacks, "{error}");
        assert!(!error.to_string().contains("alice"), "{error}");
    }
}
