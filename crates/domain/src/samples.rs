//! Samples and strategies for the tests of this crate. Never compiled into the product.
