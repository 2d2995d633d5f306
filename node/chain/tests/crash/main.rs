//! What is acknowledged outlives everything: a killed process, a power cut, a full disk; and damage is named.
//!
//! Every test starts this binary again, as a process that writes blocks ([`child`]) and that ends in some way, or
//! whose disk fails it ([`disk`]). Then the data directory is read from one end to the other and held against what the
//! process had acknowledged ([`audit`]).
//!
//! `ZX_CRASH_ROUNDS` multiplies what is left to chance: 1 unless it is set; 20 takes some minutes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]
#![deny(unsafe_code)]

mod audit;
mod child;
mod corrupt;
#[path = "../common/counter.rs"]
mod counter;
mod cut;
mod disk;
mod framing;
mod full;
mod kill;
mod life;
mod power;
mod record;
mod support;
