//! Time and chance as arguments: `main` makes them, everything else is told.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// Tells the present instant.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// The present instant, UTC.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

/// Gives each request a name that nobody outside chose.
#[derive(Clone)]
pub struct RequestIds(Arc<dyn Fn() -> Uuid + Send + Sync>);

impl RequestIds {
    /// A source that asks `next`.
    pub fn new(next: impl Fn() -> Uuid + Send + Sync + 'static) -> RequestIds {
        RequestIds(Arc::new(next))
    }

    /// The next name.
    #[must_use]
    pub(crate) fn next(&self) -> Uuid {
        (self.0)()
    }
}
