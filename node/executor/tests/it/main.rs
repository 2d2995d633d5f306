//! Transactions from outside: EVM and WASM contracts on a state in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod blocks;
mod calls;
mod contracts;
mod deploy;
mod gas;
mod host_functions;
mod immutables;
mod reads;
mod reentrancy;
mod traces;
mod world;
