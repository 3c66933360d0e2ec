//! Promises of this module.
