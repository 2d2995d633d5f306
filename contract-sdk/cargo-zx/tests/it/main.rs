//! Builds from end to end.
#![allow(clippy::expect_used, clippy::panic)]

mod wat;
mod zx20;
