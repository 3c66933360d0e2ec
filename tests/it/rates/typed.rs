//! What keys of limiters, locks and memories are made of: a typed id, or a name that is everybody's and says so.

use crate::{
    api::{motorhome, person_with_key},
    harness::World,
};
use axum::http::{Method, StatusCode};
use domain::{id::TenantId, plan::Plan};
use proptest::prelude::*;
use store::lock::Lock;
use uuid::Uuid;

proptest! {
    #[test]
    fn sr_ten_09_two_tenants_never_share_a_lock_whatever_their_clients_write(
        one in any::<u128>(), other in any::<u128>(), route in ".{0,40}", key in ".{0,40}", cut in 0_usize..40,
    ) {
        let (one, other) = (TenantId(Uuid::from_u128(one)), TenantId(Uuid::from_u128(other)));
        let locks = |tenant| [Lock::Usage(tenant), Lock::Keys(tenant), Lock::Repeat(tenant, &route, &key)];
        for ours in locks(one) {
            for theirs in locks(other) {
                prop_assert_eq!(ours.number() == theirs.number(), ours == theirs);
            }
        }
        // Nor does a text that goes on in the next one.
        let whole = format!("{route}{key}");
        if let Some((head, tail)) = whole.split_at_checked(cut) {
            let (moved, ours) = (Lock::Repeat(one, head, tail), Lock::Repeat(one, &route, &key));
            prop_assert_eq!(moved.number() == ours.number(), moved == ours);
        }
    }
}

#[tokio::test]
async fn sr_ten_09_an_equal_repeat_key_of_two_tenants_never_shares_an_answer_or_a_wait() {
    let world = World::new().await;
    let (_, alices) = person_with_key(&world, "Alice", Plan::Pro).await;
    let (_, bobs) = person_with_key(&world, "Bob", Plan::Pro).await;
    let wish = motorhome(&world, 1);
    let (alices, bobs) = (alices.with("idempotency-key", "same"), bobs.with("idempotency-key", "same"));
    let (one, other) = tokio::join!(
        alices.send(Method::POST, "/api/v1/watches", Some(&wish)),
        bobs.send(Method::POST, "/api/v1/watches", Some(&wish))
    );
    assert_eq!((one.status, other.status), (StatusCode::CREATED, StatusCode::CREATED), "nobody waits for another");
    assert_ne!(one.json()["id"], other.json()["id"]);
    let again = bobs.send(Method::POST, "/api/v1/watches", Some(&wish)).await;
    assert_eq!(again.json()["id"], other.json()["id"], "each is answered with their own");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(world.count("select count(*) from idempotency where key = 'same'").await, 2);
}
