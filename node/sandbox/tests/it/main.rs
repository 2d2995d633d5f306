//! The sandbox from outside: modules in text, a host that remembers, and exact outcomes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod cache;
mod fuel;
mod host_calls;
mod isolation;
mod modules;
mod nesting;
mod stack;
mod world;
