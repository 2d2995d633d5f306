//! From an older schema to this one.

use crate::{store::StoreError, tables::SCHEMA_VERSION, upkeep::Progress};
use std::path::Path;

/// What a migration did, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// Schema before.
    pub from: u32,
    /// Schema afterwards.
    pub to: u32,
    /// Blocks.
    pub blocks: u64,
    /// Accounts.
    pub accounts: u64,
    /// Slots.
    pub slots: u64,
    /// Nodes of the tries.
    pub nodes: u64,
}

/// Brings the database in a folder to this program's schema.
///
/// # Errors
/// If it is in use, damaged, or newer.
pub fn migrate(
    path: &Path,
    _dry_run: bool,
    _progress: &mut dyn FnMut(Progress),
) -> Result<MigrationReport, StoreError> {
    Err(StoreError::Newer { path: path.into(), found: SCHEMA_VERSION })
}
