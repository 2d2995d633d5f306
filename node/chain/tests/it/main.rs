//! The chain on a real database: what is produced is what is imported, and what was is what is read.

mod blocks;
mod opening;
mod support;
