//! What a store is opened with.

use std::{fmt, sync::Arc};

/// Which states below the base stay readable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// All of them.
    #[default]
    Archive,
    /// Those of so many blocks below the base.
    Last(u64),
}

/// Points of a commit at which a test can end the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is done yet.
    Begun,
    /// The batch is made, and not written.
    Encoded,
    /// The batch is written and synced.
    Written,
    /// The note that says so is written too.
    Noted,
}

/// Called at every stage of every commit.
pub type Stages = Arc<dyn Fn(Stage) + Send + Sync>;

/// How a store is kept.
#[derive(Clone)]
pub struct StoreConfig {
    /// Which states stay readable.
    pub history: History,
    /// Bytes that reads may keep in memory: three quarters for blocks of files, a quarter for rows of the state.
    pub cache_bytes: usize,
    /// Fault points, for tests.
    pub stages: Option<Stages>,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { history: History::Archive, cache_bytes: 256 << 20, stages: None }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { history, cache_bytes, stages } = self;
        let stages = &stages.is_some();
        f.debug_struct("StoreConfig")
            .field("history", history)
            .field("cache_bytes", cache_bytes)
            .field("stages", stages)
            .finish()
    }
}
