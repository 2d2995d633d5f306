//! Builds from end to end.
#![allow(clippy::expect_used, clippy::panic)]

mod golden;
mod keystore;
mod reproducible;
mod state_proof;
mod wat;
mod zx20;
