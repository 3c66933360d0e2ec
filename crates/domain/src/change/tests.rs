//! Promises of changes.
