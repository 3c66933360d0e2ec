//! The tenant of a transaction ends with the transaction, however that ends.

use crate::harness::{World, motorhome_days, sealer};
use domain::plan::Plan;
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, pin::pin, task::Poll};
use store::{Audit, DatabaseRole, Store, watch};

#[tokio::test]
async fn sr_ten_02_the_tenant_survives_neither_commit_nor_rollback_nor_panic_nor_a_dropped_future() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice", Plan::Pro).await, world.person("Bob", Plan::Pro).await);
    world.watch(&alice, &motorhome_days(1)).await;
    // One connection, so that whatever is left on it meets the next user.
    let store = Store::connect(DatabaseRole::App, &world.database.url("ferry_app"), 1, sealer()).await.unwrap();
    let (a, b) = (world.membership(&alice).await, world.membership(&bob).await);

    let mut tx = store.begin(&a).await.unwrap();
    assert_eq!(watch::count_active(&mut tx).await.unwrap(), 1);
    tx.commit(Audit::OwnRecord).await.unwrap();
    assert_eq!(store.tenant_left_behind().await.unwrap(), None, "after a commit");

    drop(store.begin(&a).await.unwrap());
    assert_eq!(store.tenant_left_behind().await.unwrap(), None, "after a rollback");

    let panics = async {
        let _tx = store.begin(&a).await.unwrap();
        panic!("planted");
    };
    AssertUnwindSafe(panics).catch_unwind().await.unwrap_err();
    assert_eq!(store.tenant_left_behind().await.unwrap(), None, "after a panic");

    for polls in 1..20 {
        let mut begun = pin!(async {
            let mut tx = store.begin(&a).await.unwrap();
            watch::count_active(&mut tx).await.unwrap();
        });
        for _ in 0..polls {
            if let Poll::Ready(()) = futures::poll!(&mut begun) {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(store.tenant_left_behind().await.unwrap(), None, "after dropped futures");

    let mut tx = store.begin(&b).await.unwrap();
    assert_eq!(watch::count_active(&mut tx).await.unwrap(), 0, "B sees B's");
}
