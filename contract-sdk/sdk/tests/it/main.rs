//! Contracts as authors write them, on the test host; and proofs, against Ethereum's.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, unreachable_pub, missing_docs)]

extern crate zx_sdk as zx;

mod bank;
mod components;
mod crypto;
mod invariants;
mod macros;
mod proofs;
mod selectors;
mod wallet;
