//! The sandbox from outside: modules in text, a host that remembers, and exact outcomes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod binaries;
mod bombs;
mod cache;
mod corpus;
mod fuel;
mod host_calls;
mod isolation;
mod modules;
mod nesting;
mod refused;
mod stack;
mod starved;
mod world;
