//! A database on disk, opened, written, read and opened again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod commits;
mod damage;
mod history;
mod hot;
mod logs;
mod migration;
mod opening;
mod snapshots;
mod upkeep;
mod world;
