//! Every promise that needs a real PostgreSQL, a real Redis or a socket, in one binary.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod access;
mod api;
mod audit;
mod caps;
mod checks;
mod cluster;
mod configuration;
mod confirm;
mod connectors;
mod crash;
mod deliver;
mod egress;
mod fair_shares;
mod fan_out;
mod harness;
mod invitations;
mod isolation;
mod keys;
mod letters;
mod links;
mod login;
mod members;
mod outage;
mod pages;
mod parsers;
mod plans;
mod plausible;
mod politeness;
mod poll;
mod privacy;
mod races;
mod rates;
mod reconcile;
mod redis_attack;
mod robots;
mod schedule;
mod schema;
mod seal;
mod server;
mod sessions;
mod shield;
mod stopped;
mod threat_model;
mod tidy;
