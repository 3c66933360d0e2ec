//! Buckets in the database: nobody gets more than theirs, nobody empties another's, and they say of nobody who it is.

use crate::harness::World;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    allowance::{Allowance, Household, Subject},
    id::UserId,
};
use futures::future::join_all;
use store::bucket::Taken;
use uuid::Uuid;

pub(super) fn household(address: &str) -> Subject {
    Subject::Household(Household::of(address.parse().unwrap()))
}

pub(super) fn person(n: u128) -> Subject {
    Subject::Person(UserId(Uuid::from_u128(n)))
}

impl World {
    pub(super) async fn take(&self, allowance: Allowance, subject: Subject) -> Taken {
        self.take_at(allowance, subject, self.clock.now()).await
    }

    async fn take_at(&self, allowance: Allowance, subject: Subject, now: DateTime<Utc>) -> Taken {
        self.credentials.take(&self.config.link_key, (allowance, subject), now).await.unwrap()
    }

    /// Takes until there is none; how many there were.
    pub(super) async fn empty(&self, allowance: Allowance, subject: Subject) -> u32 {
        for taken in 0..1_000 {
            if matches!(self.take(allowance, subject).await, Taken::No(_)) {
                return taken;
            }
        }
        panic!("{allowance} has no end")
    }
}

#[tokio::test]
async fn sr_dos_03_of_requests_at_once_no_more_pass_than_the_bucket_held() {
    let world = World::new().await;
    let rate = Allowance::Key.rate();
    let all = join_all((0..rate.burst + 30).map(|_| world.take(Allowance::Key, person(1)))).await;
    let passed = all.iter().filter(|taken| matches!(taken, Taken::Yes(_))).count();
    assert_eq!(passed, rate.burst as usize);
    let Taken::No(bucket) = world.take(Allowance::Key, person(1)).await else { panic!("it is empty") };
    let now = world.clock.now();
    assert_eq!((bucket.left(now), bucket.again_in_s(now)), (0, u64::from(rate.again_after_s)));
}

#[tokio::test]
async fn sr_dos_03_a_bucket_fills_with_time_and_a_full_one_is_forgotten() {
    let world = World::new().await;
    let (allowance, subject) = (Allowance::Export, person(1));
    let rate = allowance.rate();
    assert_eq!(world.empty(allowance, subject).await, rate.burst);
    world.clock.advance(rate.one() - TimeDelta::seconds(1));
    assert!(matches!(world.take(allowance, subject).await, Taken::No(_)));
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.empty(allowance, subject).await, 1);
    world.clock.advance(rate.whole() - TimeDelta::seconds(1));
    assert_eq!(world.parts.store.prune_buckets(world.clock.now(), 10).await.unwrap(), 0);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.parts.store.prune_buckets(world.clock.now(), 10).await.unwrap(), 1);
    assert_eq!(world.empty(allowance, subject).await, rate.burst, "and it is as good as new");
    world.clock.advance(rate.whole() * 3);
    assert_eq!(world.empty(allowance, subject).await, rate.burst, "nobody saves up what they did not take");
    // A clock that goes back gives nobody more, nor takes for long.
    let before = world.clock.now() - TimeDelta::days(1);
    assert!(matches!(world.take_at(allowance, subject, before).await, Taken::No(_)));
}

#[tokio::test]
async fn sr_dos_03_nobody_empties_another_subjects_bucket() {
    let world = World::new().await;
    for allowance in Allowance::ALL {
        let attackers = [household("203.0.113.5"), household("2001:db8:1:2::1"), person(1)];
        for attacker in attackers {
            assert_eq!(world.empty(*allowance, attacker).await, allowance.rate().burst, "{allowance}");
        }
        for same in [household("::ffff:203.0.113.5"), household("2001:db8:1:2:ffff::9")] {
            assert!(matches!(world.take(*allowance, same).await, Taken::No(_)), "{allowance}: no second bucket");
        }
        for victim in [household("203.0.113.6"), household("2001:db8:1:3::1"), person(2)] {
            assert!(
                matches!(world.take(*allowance, victim).await, Taken::Yes(_)),
                "{allowance}: {victim:?} is held up"
            );
        }
    }
}

#[tokio::test]
async fn sr_dos_03_the_table_of_buckets_tells_neither_who_nor_from_where() {
    let world = World::new().await;
    let user = Uuid::from_u128(0x7f3a_91c4_0e5b_4d26_8a17_c5bb_60d2_497e);
    world.take(Allowance::SignIn, household("203.0.113.5")).await;
    world.take(Allowance::Key, Subject::Person(UserId(user))).await;
    let rows: String = sqlx::query_scalar("select string_agg(b::text, ' ') from token_bucket b")
        .fetch_one(&world.admin)
        .await
        .unwrap();
    assert!(rows.contains("sign_in"), "{rows}");
    for told in ["203.0.113", "cb0071", &user.to_string(), &user.simple().to_string()] {
        assert!(!rows.contains(told), "{told}: {rows}");
    }
    let same = "select count(distinct subject) from token_bucket";
    assert_eq!(world.count(same).await, 2);
}
