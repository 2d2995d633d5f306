//! Second opinions: what the sandbox does, other engines do with the same metered modules.
//!
//! `cargo test --workspace --test second stack` shows the same depths and fuel in a debug build.
//!
//! One test at a time: the engines map native code while the sandbox may unmap some, which wasmer 7.4.2 does not bear
//! (`MAPPING` in `src/engine.rs`). The sandbox alone looks after itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod differential;
mod engines;
mod spec;
mod stack;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps other tests waiting.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn module(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}\n{wat}"))
}
