//! All SQL of FerryAlert, and the only way to it. The pool is private: a tenant's rows are reached
//! through a [`TenantTx`], which can be made only from a [`Membership`], a [`Capability`] or a
//! [`Claimed`] row, each of which can be made only from the database; a person's own through a [`UserTx`], which takes
//! a [`Session`]; what belongs to nobody through a [`PublicTx`], by anybody. Nothing here decides policy; that is `domain`'s.

pub mod alert;
pub mod anchor;
pub mod audit;
pub mod board;
pub mod bucket;
pub mod calendar;
pub mod capability;
pub mod catalog;
pub mod change;
pub mod channel;
pub mod check;
pub mod delivery;
pub mod departures;
pub mod held;
pub mod idempotency;
pub mod identity;
pub mod invitation;
pub mod key;
pub mod letter;
mod listed;
pub mod listen;
pub mod lock;
pub mod login_attempt;
pub mod member;
pub mod migrate;
pub mod operator;
pub mod outage;
pub mod privacy;
#[cfg(doctest)]
pub mod proofs;
pub mod prune;
pub mod public;
pub mod role;
pub mod sailing;
pub mod seal;
pub mod session;
pub mod setting;
pub mod status;
pub mod suspension;
pub mod target;
pub mod tenancy;
mod tenant;
pub mod timeline;
pub mod user;
pub mod watch;
mod writing;

pub use capability::{Capability, LinkKey, Purpose};
pub use invitation::VerifiedAddress;
pub use key::Credentials;
pub use listed::{Listed, PAGE_MAX, Place};
pub use public::{PublicTx, Reading};
pub use role::DatabaseRole;
pub use seal::{SealError, Sealer};
pub use session::Session;
pub use tenant::{Act, Actor, Audit, Claimed, Membership, TenantTx};
pub use user::UserTx;
pub use writing::Hold;

use sqlx::PgPool;
use std::str::FromStr;

/// What the server says (SQLSTATE) of what it had no time for: cancelled or not granted in time; a deadlock or a serialisation that
/// failed; no connection left; shut down, crashed, not up yet.
const BUSY: [&str; 8] = ["57014", "55P03", "40P01", "40001", "53300", "57P01", "57P02", "57P03"];

/// A database call failed. Nobody branches on the cause but on [`Error::is_duplicate`] and
/// [`Error::is_busy`]; the text is for the log, never for a user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The driver or the server refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A stored value is not one of the words the domain knows.
    #[error("stored value: {0}")]
    Stored(String),
    /// Something cannot be sealed or opened.
    #[error("sealed: {0}")]
    Sealed(#[from] SealError),
    /// A link or a role must not be used.
    #[error("it {0}")]
    Unfit(#[from] setting::Unfit),
}

impl Error {
    /// Whether a unique key refused the row.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Error::Database(sqlx::Error::Database(cause)) if cause.is_unique_violation())
    }

    /// Whether the database had no time for it or is away: no connection came free or held, it is starting or stopping, a
    /// statement or a lock took too long, or it gave up one of several that were in each other's way. Nothing is decided then; who
    /// asks again later may be served.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        match self {
            Error::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => true,
            Error::Database(sqlx::Error::Database(cause)) => {
                cause.code().is_some_and(|code| BUSY.contains(&code.as_ref()))
            }
            _ => false,
        }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A connection pool of one runtime role. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    sealer: Sealer,
}

impl Store {
    /// What this database is for: `production` or `development`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn environment(&self) -> Result<String> {
        Ok(sqlx::query_scalar!("select environment from deployment").fetch_one(&self.pool).await?)
    }

    /// The tenant that a statement outside of any tenant's transaction would find set: always `None`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tenant_left_behind(&self) -> Result<Option<String>> {
        Ok(sqlx::query_scalar!("select nullif(current_setting('app.tenant', true), '')").fetch_one(&self.pool).await?)
    }

    /// Closes the pool; open transactions roll back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Reads a stored document as a value of the domain. Documents are read row by row, so that one which this
/// version cannot read costs its own row and no other.
fn document<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Stored(format!("{}: {error}", std::any::type_name::<T>())))
}

/// Reads a stored word as a value of the domain.
fn word<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::Stored(format!("{text:?} is no {}", std::any::type_name::<T>())))
}
