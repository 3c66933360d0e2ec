//! How often somebody may ask: an address at all, and the keys of a tenant by its plan. Promises a bucket of one minute a
//! tenant, and that every answer to a key says how much is left (draft-ietf-httpapi-ratelimit-headers). Counts in this
//! process: with `n` processes one may ask up to `n` times as often.

use crate::{
    client::{self, ClientAddress},
    problem::Problem,
    shield::Bounds,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use domain::{
    id::TenantId,
    plan::{ApiKeys, Plan},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    state::keyed::DefaultKeyedStateStore,
};
use std::{collections::BTreeMap, net::IpAddr, num::NonZeroU32, sync::Arc};
use store::Membership;
use tower_governor::{
    GovernorError,
    governor::{GovernorConfig, GovernorConfigBuilder},
    key_extractor::KeyExtractor,
};

/// The buckets of addresses.
pub(crate) type Addresses = GovernorConfig<ByAddress, NoOpMiddleware>;
type Buckets = RateLimiter<TenantId, DefaultKeyedStateStore<TenantId>, DefaultClock, StateInformationMiddleware>;

/// The window of every quota.
const WINDOW_S: u32 = 60;

/// Buckets, held only while they are not full: see [`Rates::forget`].
pub struct Rates {
    addresses: Arc<Addresses>,
    tenants: BTreeMap<Plan, (NonZeroU32, Buckets)>,
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
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        let client = request.extensions().get::<ClientAddress>().ok_or(GovernorError::UnableToExtractKey)?;
        Ok(client::household(client.0))
    }
}

/// What a tenant has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    quota: u32,
    left: u32,
}

impl Standing {
    /// `RateLimit-Policy` and `RateLimit`.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let Standing { quota, left } = self;
        let full_in_s = (u64::from(quota - left) * u64::from(WINDOW_S)).div_ceil(u64::from(quota));
        let policy = format!("\"default\";q={quota};w={WINDOW_S}");
        let standing = format!("\"default\";r={left};t={full_in_s}");
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", standing)] {
            let value = HeaderValue::try_from(text).expect("BUG: digits and signs are a header");
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

impl Rates {
    /// Takes one request from the tenant's bucket; nothing to count for a plan without keys.
    pub(crate) fn take(&self, membership: &Membership) -> (Option<Standing>, Result<(), Problem>) {
        let Some((quota, buckets)) = self.tenants.get(&membership.plan()) else { return (None, Ok(())) };
        let quota = quota.get();
        match buckets.check_key(&membership.tenant()) {
            Ok(now) => (Some(Standing { quota, left: now.remaining_burst_capacity().min(quota) }), Ok(())),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let problem = Problem::too_many_requests(wait.as_secs() + 1);
                (Some(Standing { quota, left: 0 }), Err(problem))
            }
        }
    }

    /// Forgets whose buckets are full again.
    pub(crate) fn forget(&self) {
        self.addresses.limiter().retain_recent();
        for (_, buckets) in self.tenants.values() {
            buckets.retain_recent();
        }
    }
}
