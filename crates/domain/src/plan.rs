//! Plans, their limits, and the one question asked of them: is there room for one more watch?
//!
//! Promises: a refusal says which limit, how much it allows and how much was wanted. Never pauses or
//! deletes anything: a caller over a limit decides what to do.

use crate::delivery::ChannelKind;
use crate::facts::{Currency, Price};
use std::num::NonZeroU32;

closed_set! {
    /// What a tenant pays for, from least to most.
    pub enum Plan ("plan") {
        /// Checked every hour.
        Free = "free",
        /// Checked every ten minutes.
        Plus = "plus",
        /// Checked every two minutes, with API keys.
        Pro = "pro",
        /// Checked every minute, for companies.
        Fleet = "fleet",
    }
}

/// What API keys of a plan may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeys {
    /// The plan has none.
    None,
    /// Keys that read and keys that write.
    ReadWrite {
        /// Requests of all the tenant's keys in a minute.
        requests_per_min: NonZeroU32,
    },
}

/// The numbers of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds between two checks; each plan's divides the one of the plan below it.
    pub interval_s: u32,
    /// Watches that are active at once.
    pub active_watches: u32,
    /// Days of all active watches together, each leg counted.
    pub watched_days: u32,
    /// People in the tenant.
    pub members: u32,
    /// What its API keys may do.
    pub api_keys: ApiKeys,
    /// How far back history is shown.
    pub history_days: u32,
    /// The kinds of channel it may use.
    pub channels: &'static [ChannelKind],
}

const CHANNELS: &[ChannelKind] = &[ChannelKind::Email];

const fn keys(requests_per_min: u32) -> ApiKeys {
    ApiKeys::ReadWrite {
        requests_per_min: NonZeroU32::new(requests_per_min).expect("BUG: a plan with keys allows requests"),
    }
}

impl Plan {
    /// The least plan that has API keys.
    pub fn least_with_keys() -> Plan {
        let with_keys = Plan::ALL.iter().find(|plan| plan.limits().api_keys != ApiKeys::None);
        *with_keys.expect("BUG: a plan has keys")
    }

    /// The next plan that is told sooner. Who has minutes already is compared with nobody.
    pub const fn sooner(self) -> Option<Plan> {
        match self {
            Plan::Free => Some(Plan::Plus),
            Plan::Plus => Some(Plan::Pro),
            Plan::Pro | Plan::Fleet => None,
        }
    }

    /// What it is called, in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Plan::Free => "Free",
            Plan::Plus => "Plus",
            Plan::Pro => "Pro",
            Plan::Fleet => "Fleet",
        }
    }

    /// What a month of it costs.
    pub const fn price(self) -> Price {
        let minor = match self {
            Plan::Free => 0,
            Plan::Plus => 499,
            Plan::Pro => 1_499,
            Plan::Fleet => 7_900,
        };
        Price { minor, currency: Currency::EUR }
    }

    /// The limits of this plan.
    pub const fn limits(self) -> Limits {
        match self {
            Plan::Free => Limits {
                interval_s: 3_600,
                active_watches: 2,
                watched_days: 14,
                members: 1,
                api_keys: ApiKeys::None,
                history_days: 30,
                channels: CHANNELS,
            },
            Plan::Plus => Limits {
                interval_s: 600,
                active_watches: 10,
                watched_days: 100,
                members: 2,
                api_keys: ApiKeys::None,
                history_days: 365,
                channels: CHANNELS,
            },
            Plan::Pro => Limits {
                interval_s: 120,
                active_watches: 50,
                watched_days: 500,
                members: 5,
                api_keys: keys(120),
                history_days: 730,
                channels: CHANNELS,
            },
            Plan::Fleet => Limits {
                interval_s: 60,
                active_watches: 500,
                watched_days: 5_000,
                members: 25,
                api_keys: keys(600),
                history_days: 730,
                channels: CHANNELS,
            },
        }
    }
}

/// What a tenant uses now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Its active watches.
    pub active_watches: u32,
    /// Their days together.
    pub watched_days: u32,
}

closed_set! {
    /// A limit that can refuse.
    pub enum LimitKind ("limit") {
        /// Watches that are active at once.
        ActiveWatches = "active_watches",
        /// Days of all active watches together.
        WatchedDays = "watched_days",
    }
}

/// Why a watch was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan allows {allowed} {limit}, this would make {wanted}")]
pub struct Refusal {
    /// The limit that would be passed.
    pub limit: LimitKind,
    /// What the plan allows.
    pub allowed: u32,
    /// What it would be with the new watch.
    pub wanted: u32,
}

/// Is there room for one more active watch with this many days?
pub fn admit(plan: Plan, usage: Usage, adding_days: u32) -> Result<(), Refusal> {
    let limits = plan.limits();
    let watches = usage.active_watches.saturating_add(1);
    let days = usage.watched_days.saturating_add(adding_days);
    within(LimitKind::ActiveWatches, limits.active_watches, watches)?;
    within(LimitKind::WatchedDays, limits.watched_days, days)
}

fn within(limit: LimitKind, allowed: u32, wanted: u32) -> Result<(), Refusal> {
    if wanted <= allowed {
        return Ok(());
    }
    Err(Refusal { limit, allowed, wanted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_plan_is_at_least_as_good_as_the_one_below() {
        for pair in Plan::ALL.windows(2) {
            let (below, above) = (pair[0].limits(), pair[1].limits());
            assert!(above.active_watches > below.active_watches);
            assert!(above.watched_days > below.watched_days);
            assert!(above.members > below.members);
            assert!(pair[1].price().minor > pair[0].price().minor);
            assert!(above.history_days >= below.history_days);
            assert_eq!(below.interval_s % above.interval_s, 0, "intervals divide each other");
            assert!(below.channels.iter().all(|kind| above.channels.contains(kind)));
        }
    }

    #[test]
    fn keys_begin_with_one_plan_and_every_better_one_has_them() {
        assert_eq!(Plan::least_with_keys(), Plan::Pro);
        for plan in Plan::ALL {
            assert_eq!(plan.limits().api_keys != ApiKeys::None, *plan >= Plan::Pro, "{plan}");
        }
    }

    #[test]
    fn a_refusal_names_limit_and_numbers() {
        let usage = Usage { active_watches: 2, watched_days: 3 };
        let refusal = admit(Plan::Free, usage, 1).unwrap_err();
        assert_eq!(refusal, Refusal { limit: LimitKind::ActiveWatches, allowed: 2, wanted: 3 });
        let usage = Usage { active_watches: 1, watched_days: 10 };
        assert_eq!(admit(Plan::Free, usage, 4), Ok(()));
        let refusal = admit(Plan::Free, usage, 5).unwrap_err();
        assert_eq!(refusal.to_string(), "the plan allows 14 watched_days, this would make 15");
    }

    proptest! {
        #[test]
        fn what_a_plan_admits_a_better_plan_admits_and_never_over_its_limits(
            active_watches in 0_u32..600, watched_days in 0_u32..6_000, adding in any::<u32>(),
        ) {
            let usage = Usage { active_watches, watched_days };
            for pair in Plan::ALL.windows(2) {
                if admit(pair[0], usage, adding).is_ok() {
                    prop_assert!(admit(pair[1], usage, adding).is_ok());
                    prop_assert!(active_watches < pair[0].limits().active_watches);
                    prop_assert!(watched_days + adding <= pair[0].limits().watched_days);
                }
            }
        }
    }
}
