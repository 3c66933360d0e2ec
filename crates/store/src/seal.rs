//! Seals what is written and opens what is read: secrets and addresses are bytes in the database and text nowhere but in
//! a program that holds the keys. Promises that each text is bound to its row. Never tells why a text does not open to
//! anybody but the log, and never lets a program serve whose keys are not the installation's.

mod plain;
mod rotate;

pub use rotate::Rotated;

use crate::{Error, Result, Store};
use domain::seal::{Index, Keyring, NONCE_BYTES, OpenError, Place};
use sqlx::{Connection, postgres::PgConnection};
use std::{fmt, sync::Arc};

/// The ring of keys, and where nonces come from. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Option<Arc<Keys>>);

struct Keys {
    ring: Keyring,
    nonce: Box<dyn Fn() -> [u8; NONCE_BYTES] + Send + Sync>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sealer").field(&self.0.as_ref().map(|keys| &keys.ring)).finish()
    }
}

/// Why something cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A program that was given no keys came upon a sealed column.
    #[error("this program was given no keys")]
    NoKeys,
    /// The text does not open.
    #[error("{0}.{1} {2}", .column.0, .column.1, .cause)]
    Closed {
        /// Table and column.
        column: (&'static str, &'static str),
        /// Why.
        cause: OpenError,
    },
    /// The installation seals under a key that this program's ring lacks, or holds with other bytes.
    #[error("lacks key {0}, or holds another under its id: rows of this installation are sealed under it")]
    Lacking(u16),
    /// Everybody can read the key in the source.
    #[error("holds the key of development, which everybody can read: make one with `openssl rand -hex 32`")]
    Published,
    /// The ring's first key is not one of the installation's.
    #[error("begins with key {0}, which this installation does not know: run `app migrate` with it first")]
    Unknown(u16),
}

impl Sealer {
    /// Of a ring and a source of random nonces.
    #[must_use]
    pub fn new(ring: Keyring, nonce: impl Fn() -> [u8; NONCE_BYTES] + Send + Sync + 'static) -> Sealer {
        Sealer(Some(Arc::new(Keys { ring, nonce: Box::new(nonce) })))
    }

    /// Opens and seals nothing: for a console that neither reads nor writes an address.
    #[must_use]
    pub fn without_keys() -> Sealer {
        Sealer(None)
    }

    fn keys(&self) -> std::result::Result<&Keys, SealError> {
        self.0.as_deref().ok_or(SealError::NoKeys)
    }

    /// Seals a text for its place.
    ///
    /// # Errors
    /// Without keys.
    pub fn seal(&self, place: &Place<'_>, text: &str) -> Result<Vec<u8>> {
        let keys = self.keys()?;
        Ok(keys.ring.seal(place, text, (keys.nonce)()))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Without keys, or with the reason why it does not open.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<String> {
        let closed = |cause| SealError::Closed { column: place.column(), cause };
        Ok(self.keys()?.ring.open(place, sealed).map_err(closed)?)
    }

    /// The blind index a row is written with.
    ///
    /// # Errors
    /// Without keys.
    pub fn index(&self, index: Index, text: &str) -> Result<Vec<u8>> {
        Ok(self.keys()?.ring.index(index, text).to_vec())
    }

    /// The blind indexes a row may have been written with: `= any ($n)`.
    ///
    /// # Errors
    /// Without keys.
    pub fn indexes(&self, index: Index, text: &str) -> Result<Vec<Vec<u8>>> {
        Ok(self.keys()?.ring.indexes(index, text))
    }
}

/// How far something that lasts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// What is counted.
    pub what: &'static str,
    /// So many are done.
    pub done: u64,
    /// Of so many.
    pub of: u64,
}

/// Is told how far it is.
pub type Report<'a> = &'a (dyn Fn(Work) + Sync);

impl Error {
    /// Whether something is sealed under a key that this program lacks: it opens when the setting is mended.
    #[must_use]
    pub fn lacks_key(&self) -> bool {
        let lacking = |cause: &OpenError| matches!(cause, OpenError::UnknownKey(_));
        match self {
            Error::Sealed(SealError::Closed { cause, .. }) => lacking(cause),
            Error::Sealed(_) => true,
            _ => false,
        }
    }
}

impl Store {
    /// Refuses a ring that is not the installation's: one that is published where people are real, that lacks a key under which rows are sealed, that holds other
    /// bytes under its id, or that would seal under a key nobody else has heard of.
    ///
    /// # Errors
    /// With what is wrong, as the end of a sentence that the setting's name begins.
    pub async fn check_keys(&self) -> Result<()> {
        let ring = &self.sealer.keys()?.ring;
        if ring.is_published() && self.environment().await? != "development" {
            return Err(SealError::Published.into());
        }
        let known = sqlx::query!("select id, proof from seal_key order by id").fetch_all(&self.pool).await?;
        for row in &known {
            prove(ring, row.id, &row.proof)?;
        }
        let first = ring.first_id();
        if known.iter().any(|row| row.id == i32::from(first)) { Ok(()) } else { Err(SealError::Unknown(first).into()) }
    }
}

/// Seals what an older version left as text, and then makes the ring known to the installation: from here on programs
/// start with it. A key under which nothing is sealed is forgotten, so that one that was never used can be replaced.
pub(crate) async fn settle(connection: &mut PgConnection, sealer: &Sealer, report: Report<'_>) -> Result<()> {
    let keys = sealer.keys()?;
    plain::seal(connection, sealer, report).await?;
    let mut tx = connection.begin().await?;
    sqlx::query_scalar!("select retire_seal_keys('{}')").fetch_all(&mut *tx).await?;
    for row in sqlx::query!("select id, proof from seal_key order by id").fetch_all(&mut *tx).await? {
        prove(&keys.ring, row.id, &row.proof)?;
    }
    for id in keys.ring.ids() {
        let proof = keys.ring.proof(id, (keys.nonce)());
        sqlx::query!("insert into seal_key (id, proof) values ($1, $2) on conflict do nothing", i32::from(id), proof)
            .execute(&mut *tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

fn prove(ring: &Keyring, id: i32, proof: &[u8]) -> Result<()> {
    let id = key_id(id)?;
    ring.open(&Place::KeyProof(id), proof).map_err(|_| SealError::Lacking(id))?;
    Ok(())
}

fn key_id(id: i32) -> Result<u16> {
    u16::try_from(id).map_err(|_| Error::Stored(format!("{id} is no key id")))
}
