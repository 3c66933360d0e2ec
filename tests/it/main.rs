//! Every promise that needs a real PostgreSQL, a real Redis or a socket, in one binary.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod cluster;
mod configuration;
mod crash;
mod deliver;
mod egress;
mod fair_shares;
mod fan_out;
mod harness;
mod isolation;
mod links;
mod pages;
mod parsers;
mod plans;
mod politeness;
mod poll;
mod races;
mod reconcile;
mod redis_attack;
mod robots;
mod schedule;
mod schema;
mod threat_model;
mod tidy;
