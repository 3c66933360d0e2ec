//! How often somebody may ask: an address at all, the keys of a tenant by its plan, a subject for what costs others
//! something; and how many requests of a tenant run at once. Promises that every answer that was counted says how much is left
//! (draft-ietf-httpapi-ratelimit-headers). What a row of the route table calls its allowance is counted in the database, by
//! all processes together, and nobody passes while that is away; the rest in this process, so that with `n` of them one may
//! ask up to `n` times as often.

use crate::{
    App,
    client::ClientAddress,
    problem::Problem,
    seats::{Seat, Seats},
    shield::Bounds,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    allowance::{Allowance, Bucket, Household, Subject},
    id::TenantId,
    plan::{ApiKeys, Plan},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    state::keyed::DefaultKeyedStateStore,
};
use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};
use store::{Membership, bucket::Taken};
use tower_governor::{
    GovernorError,
    governor::{GovernorConfig, GovernorConfigBuilder},
    key_extractor::KeyExtractor,
};
use words::Said;

/// The buckets of addresses.
pub(crate) type Addresses = GovernorConfig<ByAddress, NoOpMiddleware>;
type Buckets = RateLimiter<TenantId, DefaultKeyedStateStore<TenantId>, DefaultClock, StateInformationMiddleware>;

/// The window of every quota.
const WINDOW_S: u32 = 60;

/// Buckets, held only while they are not full: see [`Rates::forget`].
pub struct Rates {
    addresses: Arc<Addresses>,
    tenants: BTreeMap<Plan, (NonZeroU32, Buckets)>,
    seats: Seats<TenantId>,
    seats_per_tenant: usize,
}

impl Rates {
    /// Full buckets.
    #[must_use]
    pub fn new(bounds: &Bounds) -> Rates {
        let addresses = GovernorConfigBuilder::default()
            .period(bounds.request_again_after)
            .burst_size(bounds.requests_per_address)
            .key_extractor(ByAddress)
            .finish();
        let quota = |plan: &Plan| match plan.limits().api_keys {
            ApiKeys::ReadWrite { requests_per_min } => Some(requests_per_min),
            ApiKeys::None => None,
        };
        let buckets = |quota| (quota, RateLimiter::keyed(Quota::per_minute(quota)).with_middleware());
        Rates {
            addresses: Arc::new(addresses.expect("BUG: bounds are above zero")),
            tenants: Plan::ALL.iter().filter_map(|plan| Some((*plan, buckets(quota(plan)?)))).collect(),
            seats: Seats::default(),
            seats_per_tenant: bounds.requests_per_tenant_at_once,
        }
    }

    pub(crate) fn addresses(&self) -> Arc<Addresses> {
        self.addresses.clone()
    }
}

/// Counts by the address that `shield` found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByAddress;

impl KeyExtractor for ByAddress {
    type Key = Household;

    fn extract<T>(&self, request: &Request<T>) -> Result<Household, GovernorError> {
        let client = request.extensions().get::<ClientAddress>().ok_or(GovernorError::UnableToExtractKey)?;
        Ok(Household::of(client.0))
    }
}

/// What somebody has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    policy: &'static str,
    quota: u32,
    window_s: u32,
    left: u32,
    full_in_s: u64,
}

impl Standing {
    /// Of a quota that fills within the minute.
    fn of_minute(quota: u32, left: u32) -> Standing {
        let full_in_s = (u64::from(quota - left) * u64::from(WINDOW_S)).div_ceil(u64::from(quota));
        Standing { policy: "default", quota, window_s: WINDOW_S, left, full_in_s }
    }

    /// Of a subject's bucket.
    fn of(allowance: Allowance, bucket: Bucket, now: DateTime<Utc>) -> Standing {
        Standing {
            policy: allowance.as_str(),
            quota: bucket.rate.burst,
            window_s: bucket.rate.burst * bucket.rate.again_after_s,
            left: bucket.left(now),
            full_in_s: bucket.full_in_s(now),
        }
    }

    /// `RateLimit-Policy` and `RateLimit`.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let Standing { policy, quota, window_s, left, full_in_s } = self;
        let standing = format!("\"{policy}\";r={left};t={full_in_s}");
        let policy = format!("\"{policy}\";q={quota};w={window_s}");
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", standing)] {
            let value = HeaderValue::try_from(text).expect("BUG: words, digits and signs are a header");
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Takes one of what a row allows from the subject's bucket, or says in words when there is more. Nobody is let through
/// when the database does not answer.
pub(crate) async fn spend(
    app: &App,
    (allowance, subject): (Allowance, Subject),
    now: DateTime<Utc>,
) -> (Option<Standing>, Result<(), Problem>) {
    let taken = match app.credentials.take(&app.link_key, (allowance, subject), now).await {
        Ok(taken) => taken,
        Err(error) => return (None, Err(error.into())),
    };
    match taken {
        Taken::Yes(bucket) => (Some(Standing::of(allowance, bucket, now)), Ok(())),
        Taken::No(bucket) => (Some(Standing::of(allowance, bucket, now)), Err(too_often(bucket, now))),
    }
}

fn too_often(bucket: Bucket, now: DateTime<Utc>) -> Problem {
    let again_in_s = bucket.again_in_s(now);
    Problem::too_often(
        Said::new("too-often-of")
            .with("times", bucket.rate.burst)
            .with("every", TimeDelta::seconds(i64::from(bucket.rate.again_after_s)))
            .with("again", TimeDelta::seconds(i64::try_from(again_in_s).unwrap_or(i64::MAX))),
        again_in_s,
    )
}

impl Rates {
    /// Takes one request from the tenant's bucket; nothing to count for a plan without keys.
    pub(crate) fn take(&self, membership: &Membership) -> (Option<Standing>, Result<(), Problem>) {
        let Some((quota, buckets)) = self.tenants.get(&membership.plan()) else { return (None, Ok(())) };
        let quota = quota.get();
        match buckets.check_key(&membership.tenant()) {
            Ok(now) => (Some(Standing::of_minute(quota, now.remaining_burst_capacity().min(quota))), Ok(())),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let problem = Problem::too_many_requests(wait.as_secs() + 1);
                (Some(Standing::of_minute(quota, 0)), Err(problem))
            }
        }
    }

    /// A seat among the requests of this tenant that run at once, until it is dropped.
    pub(crate) fn seat(&self, tenant: TenantId) -> Result<Seat<TenantId>, Problem> {
        self.seats
            .take(tenant, self.seats_per_tenant)
            .ok_or_else(|| Problem::too_often(Said::new("too-many-at-once").with("n", self.seats_per_tenant), 1))
    }

    /// Forgets whose buckets are full again.
    pub(crate) fn forget(&self) {
        self.addresses.limiter().retain_recent();
        for (_, buckets) in self.tenants.values() {
            buckets.retain_recent();
        }
    }
}
