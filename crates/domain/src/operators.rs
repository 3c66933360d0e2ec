//! One file per operator: its manifest, its vehicle classes, its questions, its booking link.
//!
//! Promises: what differs between operators is in these files and nowhere else in this crate. Never
//! knows a wire format.

pub(crate) mod bc_ferries;
pub(crate) mod harbour;
