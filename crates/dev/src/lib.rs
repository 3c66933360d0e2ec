//! The developer's machine room: a private PostgreSQL and Redis, a seeded world, simulated operators
//! and the runner of the tests. It never ships, and it never links `store`, `app` or `workers`: it
//! must build while a changed query still lacks its entry in the cache it is about to renew.

pub mod cargo;
pub mod checkout;
pub mod chromium;
pub mod cluster;
pub mod crawl;
pub mod demo;
pub mod leash;
pub mod lighthouse;
pub mod npm;
pub mod prepare;
pub mod progress;
pub mod psql;
pub mod shots;
pub mod sim;
pub mod stage;
pub mod standard_provider;
pub mod stop;
pub mod test;
pub mod threats;
pub mod up;
pub mod world;
