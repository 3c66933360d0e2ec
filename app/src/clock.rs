//! Time and chance as arguments: `main` makes them, everything else is told.

use chrono::{DateTime, Utc};
use domain::token::Token;
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

/// Draws the bytes of tokens and keys.
#[derive(Clone)]
pub struct Chance(Arc<dyn Fn() -> [u8; 32] + Send + Sync>);

impl Chance {
    /// A source that asks `draw`, which must be fit for secrets.
    pub fn new(draw: impl Fn() -> [u8; 32] + Send + Sync + 'static) -> Chance {
        Chance(Arc::new(draw))
    }

    /// 256 bits that nobody can foretell.
    #[must_use]
    pub(crate) fn bytes(&self) -> [u8; 32] {
        (self.0)()
    }

    /// A new token.
    #[must_use]
    pub(crate) fn token(&self) -> Token {
        Token::mint(self.bytes())
    }

    /// A new random id.
    #[must_use]
    pub(crate) fn id(&self) -> Uuid {
        let bytes = self.bytes();
        uuid::Builder::from_random_bytes(*bytes.first_chunk().expect("BUG: 32 bytes hold 16")).into_uuid()
    }
}
