//! Promises of the breaker.
