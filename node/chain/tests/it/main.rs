//! The chain on a real database: what is produced is what is imported, and what was is what is read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocks;
#[path = "../common/counter.rs"]
mod counter;
mod opening;
mod pool;
mod support;
mod tree;
