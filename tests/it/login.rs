//! Signing in: what a browser, a provider and the app do together.

mod standard;
