//! Contracts as authors write them, on the test host; and proofs, against Ethereum's.
#![allow(clippy::expect_used, clippy::panic, unreachable_pub)]

extern crate zx_sdk as zx;

mod bank;
mod invariants;
mod proofs;
mod selectors;
