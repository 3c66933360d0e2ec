//! How often somebody may do what costs others something: begin a sign-in, invite, make keys, export, erase.
//!
//! Promises: a bucket belongs to one kind of act and one subject, and a subject is a typed id or a household, never a
//! text that somebody chose. So nobody can empty another's bucket, and nobody can be locked out by what others do. Full
//! again is as good as never used. Never reads a clock: `now` is an argument.

use crate::id::UserId;
use chrono::{DateTime, TimeDelta, Utc};
use std::net::{IpAddr, Ipv6Addr};

closed_set! {
    /// A kind of act that is counted, for all processes together.
    pub enum Allowance ("allowance") {
        /// Setting out for a provider to sign in, or to confirm or link an identity.
        SignIn = "sign_in",
        /// Coming back from there.
        Callback = "callback",
        /// Having a mail sent to an address that nobody has proved yet: an invitation, a
        /// confirmation, a test. And opening an invitation.
        Invitation = "invitation",
        /// Making or rotating an API key. Revoking one is never counted: it must always work.
        Key = "key",
        /// Taking out all that is kept of a person or a tenant.
        Export = "export",
        /// Erasing oneself.
        Erasure = "erasure",
    }
}

/// How much at once, and how soon again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What a full bucket holds.
    pub burst: u32,
    /// After how many seconds one comes back.
    pub again_after_s: u32,
}

impl Allowance {
    /// Its numbers. Each is above what a person does and below what hurts.
    pub const fn rate(self) -> Rate {
        match self {
            // An office behind one address signs in at nine o'clock. Each costs us a row and the provider a page.
            Allowance::SignIn => Rate { burst: 60, again_after_s: 5 },
            // Each has us ask the provider for tokens, so there are no more of them than of those who set out.
            Allowance::Callback => Rate { burst: 60, again_after_s: 5 },
            // The largest plan's team in one go; each is a mail to somebody who may not have asked for one.
            Allowance::Invitation => Rate { burst: 25, again_after_s: 180 },
            // All keys of a tenant rotated in one go; each is a mail to every owner.
            Allowance::Key => Rate { burst: 20, again_after_s: 180 },
            // Reads everything there is of somebody. Once, again after a mistake, and once for luck.
            Allowance::Export => Rate { burst: 3, again_after_s: 3_600 },
            // Looks through all there is of somebody, and holds up their fellows for a moment. Wrong words are tried again, and so is
            // what broke off half way.
            Allowance::Erasure => Rate { burst: 10, again_after_s: 600 },
        }
    }
}

impl Rate {
    /// Until an empty bucket is full.
    pub fn whole(self) -> TimeDelta {
        self.one() * i32::try_from(self.burst).unwrap_or(i32::MAX)
    }

    /// Until one more comes back.
    pub fn one(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.again_after_s))
    }
}

/// A bucket, known by the instant at which it is full again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// What it holds when full.
    pub rate: Rate,
    /// When it is full again; any instant that has passed for one that is full.
    pub full_at: DateTime<Utc>,
}

impl Bucket {
    /// How much is left.
    pub fn left(self, now: DateTime<Utc>) -> u32 {
        let spent_ms = self.full_in(now).num_milliseconds();
        let spent = u32::try_from(spent_ms.div_euclid(self.one_ms()) + i64::from(spent_ms % self.one_ms() > 0));
        self.rate.burst.saturating_sub(spent.unwrap_or(u32::MAX))
    }

    /// In how many whole seconds it is full.
    pub fn full_in_s(self, now: DateTime<Utc>) -> u64 {
        seconds_up(self.full_in(now))
    }

    /// In how many whole seconds there is one to take; at least one, for whoever was just refused.
    pub fn again_in_s(self, now: DateTime<Utc>) -> u64 {
        seconds_up(self.full_in(now) + self.rate.one() - self.rate.whole()).max(1)
    }

    fn full_in(self, now: DateTime<Utc>) -> TimeDelta {
        (self.full_at - now).max(TimeDelta::zero())
    }

    fn one_ms(self) -> i64 {
        self.rate.one().num_milliseconds()
    }
}

fn seconds_up(time: TimeDelta) -> u64 {
    u64::try_from((time.num_milliseconds() + 999) / 1_000).unwrap_or(0)
}

/// A span of time for people: `40 seconds`, `3 minutes`, `1 hour`. Rounded up to what is said.
pub fn in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..100 => (seconds, "second"),
        100..6_000 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3_600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// What is counted as one address: an IPv6 customer has a whole /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Household(IpAddr);

impl Household {
    /// Where this address belongs.
    pub fn of(address: IpAddr) -> Household {
        Household(match address.to_canonical() {
            IpAddr::V4(v4) => v4.into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        })
    }
}

impl std::fmt::Display for Household {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Who is signed in: nobody else can present their session.
    Person(UserId),
    /// Somebody who is not yet known: where they ask from. Never whom they say they are, or a victim could be locked out.
    Household(Household),
}

impl Subject {
    /// The subject as bytes that no other subject has; what is kept is a keyed hash of them.
    pub fn name(self) -> [u8; 17] {
        let mut name = [0; 17];
        let (kind, id) = match self {
            Subject::Person(person) => (b'p', person.0.into_bytes()),
            Subject::Household(Household(IpAddr::V4(v4))) => (b'4', v4.to_ipv6_mapped().octets()),
            Subject::Household(Household(IpAddr::V6(v6))) => (b'6', v6.octets()),
        };
        name[0] = kind;
        name[1..].copy_from_slice(&id);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn household(text: &str) -> Household {
        Household::of(text.parse().unwrap())
    }

    #[test]
    fn an_ipv6_customer_is_one_household() {
        assert_eq!(household("2001:db8:1:2:aaaa::1"), household("2001:db8:1:2:bbbb::9"));
        assert_ne!(household("2001:db8:1:2::1"), household("2001:db8:1:3::1"));
        assert_eq!(household("::ffff:203.0.113.5"), household("203.0.113.5"));
    }

    #[test]
    fn a_bucket_says_what_is_left_and_when_there_is_more() {
        let now = DateTime::UNIX_EPOCH;
        let rate = Rate { burst: 3, again_after_s: 10 };
        let bucket = |full_in_s| Bucket { rate, full_at: now + TimeDelta::seconds(full_in_s) };
        let told = |full_in_s| {
            let bucket: Bucket = bucket(full_in_s);
            (bucket.left(now), bucket.full_in_s(now), bucket.again_in_s(now))
        };
        assert_eq!(told(-5), (3, 0, 1));
        assert_eq!(told(10), (2, 10, 1));
        assert_eq!(told(11), (1, 11, 1));
        assert_eq!(told(21), (0, 21, 1));
        assert_eq!(told(30), (0, 30, 10));
    }

    #[test]
    fn every_allowance_fills_up_within_an_evening_so_that_nobody_is_locked_out() {
        for allowance in Allowance::ALL {
            let rate = allowance.rate();
            assert!(rate.burst > 0 && rate.again_after_s > 0, "{allowance}");
            assert!(rate.whole() <= TimeDelta::hours(3) && rate.one() <= TimeDelta::hours(1), "{allowance}");
        }
    }

    #[test]
    fn a_wait_is_told_in_words_and_never_too_short() {
        let told: Vec<String> = [1, 40, 100, 121, 180, 3_600, 7_000].map(in_words).into();
        assert_eq!(told, ["1 second", "40 seconds", "2 minutes", "3 minutes", "3 minutes", "60 minutes", "2 hours"]);
    }

    proptest! {
        #[test]
        fn sr_ten_09_no_two_subjects_have_one_name(one in any::<[u8; 16]>(), other in any::<[u8; 16]>()) {
            let person = |bytes| Subject::Person(UserId(Uuid::from_bytes(bytes)));
            let home = |bytes: [u8; 16]| Subject::Household(Household::of(IpAddr::from(bytes)));
            prop_assert_eq!(one == other, person(one).name() == person(other).name());
            prop_assert_eq!(home(one) == home(other), home(one).name() == home(other).name());
            prop_assert_ne!(person(one).name(), home(one).name());
            prop_assert_ne!(person(one).name(), home(other).name());
            // Nor a person whose id is what a household is known by.
            let network = Ipv6Addr::from_bits(u128::from_be_bytes(one) & (u128::MAX << 64)).octets();
            prop_assert_ne!(person(network).name(), home(network).name());
        }
    }
}
