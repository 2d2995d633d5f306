//! The machine, as a test's host talks to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bed;
mod evm;
mod gas;
mod serving;
mod wasm;
