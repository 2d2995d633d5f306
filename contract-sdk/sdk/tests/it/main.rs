//! Contracts as authors write them, on the test host.
#![allow(clippy::expect_used, unreachable_pub)]

extern crate zx_sdk as zx;

mod bank;
mod selectors;
