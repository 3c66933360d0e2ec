//! Promises of deliveries.
