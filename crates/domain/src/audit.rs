//! The audit log's chains. Promises that what a row's hash is of is unambiguous and computed here as the database computes it
//! (`migrations/0012_audit_chain.sql` has it in words), and that a walk over a chain names the first row that was edited,
//! deleted, moved, inserted or cut off. Never trusts a hash that it has not computed, but for the one it compares with.

use crate::id::TenantId;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// The action of the platform's rows that name the heads of tenants' chains.
pub const HEADS: &str = "audit.heads";

/// One chain of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// What the platform did, and what people did to their own accounts.
    Platform,
    /// What was done in a tenant.
    Tenant(TenantId),
}

impl Chain {
    fn label(self) -> String {
        match self {
            Chain::Platform => "platform".to_owned(),
            Chain::Tenant(tenant) => tenant.to_string(),
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Chain::Platform => f.write_str("the platform's chain"),
            Chain::Tenant(tenant) => write!(f, "the chain of tenant {tenant}"),
        }
    }
}

/// One row of a chain, as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: i64,
    /// The hash of the row before it.
    pub prev_hash: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What.
    pub action: String,
    /// To which object.
    pub subject: String,
    /// By which request; none before requests were named.
    pub request_id: Option<Uuid>,
    /// Anything else, as the database prints it.
    pub detail: String,
}

impl Entry {
    /// What its hash has to be in this chain.
    #[must_use]
    pub fn digest(&self, chain: Chain) -> [u8; 32] {
        let at = self.at.timestamp_micros().to_be_bytes();
        let fields: [Option<&[u8]>; 10] = [
            Some(b"ferryalert-audit-1"),
            Some(&chain.label().into_bytes()),
            Some(&self.seq.to_be_bytes()),
            Some(&self.prev_hash),
            Some(&at),
            Some(self.actor.as_bytes()),
            Some(self.action.as_bytes()),
            Some(self.subject.as_bytes()),
            self.request_id.as_ref().map(|id| &id.as_bytes()[..]),
            Some(self.detail.as_bytes()),
        ];
        let mut sum = Sha256::new();
        for field in fields {
            let length = field.map_or(-1, |bytes| i32::try_from(bytes.len()).expect("BUG: a column is below 1 GiB"));
            sum.update(length.to_be_bytes());
            sum.update(field.unwrap_or_default());
        }
        sum.finalize().into()
    }
}

/// The end of a chain: the number and the hash of its last row. A chain without rows ends at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The row's number.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

impl Default for Head {
    fn default() -> Head {
        Head { seq: 0, hash: vec![0; 32] }
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A number is left out, or the rows after the last one are cut off.
    #[error("is missing")]
    Missing,
    /// Its content and its hash do not go together.
    #[error("was changed: its hash is of something else")]
    Changed,
    /// What it calls the hash of the row before is another.
    #[error("does not follow the row before it")]
    Unlinked,
    /// The chain's end on record stands before it.
    #[error("was inserted: by its end on record the chain has {0} rows")]
    PastTheEnd(i64),
    /// The chain's end on record is another row.
    #[error("is not the row that the chain's end on record names")]
    NotTheHead,
    /// The platform's chain once named another row.
    #[error("is not the row that row {0} of the platform's chain names")]
    NotAsRecorded(i64),
    /// An anchor names another row.
    #[error("is not the row that the anchor of {0} names")]
    NotAsAnchored(DateTime<Utc>),
    /// An anchor names it, and the chain ends before it.
    #[error("is missing: the anchor of {0} names it")]
    CutOff(DateTime<Utc>),
}

/// The first defect of a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{chain}: row {seq} {wrong}")]
pub struct Defect {
    /// In which chain.
    pub chain: Chain,
    /// At which row.
    pub seq: i64,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// A walk along one chain, from its first row.
#[derive(Clone, Debug)]
pub struct Walk {
    chain: Chain,
    last: Head,
}

impl Walk {
    /// Stands before the first row.
    #[must_use]
    pub fn new(chain: Chain) -> Walk {
        Walk { chain, last: Head::default() }
    }

    /// Which chain.
    #[must_use]
    pub fn chain(&self) -> Chain {
        self.chain
    }

    /// The last row that was checked.
    #[must_use]
    pub fn last(&self) -> &Head {
        &self.last
    }

    /// A defect of this chain.
    #[must_use]
    pub fn defect(&self, seq: i64, wrong: Wrong) -> Defect {
        Defect { chain: self.chain, seq, wrong }
    }

    /// Checks the next row, in order of their numbers.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn step(&mut self, entry: &Entry) -> Result<(), Defect> {
        let expected = self.last.seq + 1;
        if entry.seq > expected {
            return Err(self.defect(expected, Wrong::Missing));
        }
        if entry.seq < expected || entry.prev_hash != self.last.hash {
            return Err(self.defect(entry.seq, Wrong::Unlinked));
        }
        if entry.hash != entry.digest(self.chain) {
            return Err(self.defect(entry.seq, Wrong::Changed));
        }
        self.last = Head { seq: entry.seq, hash: entry.hash.clone() };
        Ok(())
    }

    /// Checks that the chain ends where its head says, as both were at one instant; no head is that of no rows.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn end(&self, head: Option<&Head>) -> Result<(), Defect> {
        let none = Head::default();
        let head = head.unwrap_or(&none);
        if head.seq > self.last.seq {
            return Err(self.defect(self.last.seq + 1, Wrong::Missing));
        }
        if head.seq < self.last.seq {
            return Err(self.defect(head.seq + 1, Wrong::PastTheEnd(head.seq)));
        }
        if head.hash != self.last.hash {
            return Err(self.defect(head.seq, Wrong::NotTheHead));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
