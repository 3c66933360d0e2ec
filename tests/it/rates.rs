//! How often and how many at once: what costs others something is counted by subject, and tenants share what there is.

mod buckets;
mod rows;
mod seats;
mod typed;
