//! What a chain is opened with.

use crate::fork::Fork;
use std::{path::PathBuf, sync::Arc};
use zx_pool::PoolConfig;
use zx_primitives::ChainSpec;
use zx_storage::StoreConfig;

/// What a chain is opened with.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Its rules.
    pub spec: ChainSpec,
    /// Folder of the database and the module cache.
    pub datadir: PathBuf,
    /// When a block is final.
    pub finality: Finality,
    /// Blocks behind the head whose states are in memory: each can be read, proven and built upon.
    pub window: u64,
    /// Trie nodes that may come together in the head's state before it lets go of what the store has.
    pub nodes: usize,
    /// The store.
    pub store: StoreConfig,
    /// How much may wait, and what it must pay.
    pub pool: PoolConfig,
    /// Whether what waits is kept in a file across restarts.
    pub journal: bool,
    /// Whether this is a development node: one whose time, state and head can be set; see [`crate::dev`].
    pub development: bool,
    /// The chain that this one goes on from, if it does not begin with a first block of its own.
    pub fork: Option<Arc<Fork>>,
}

/// When a block is final: nothing that does not stand on it is taken any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// At once: there is one who makes blocks.
    Instant,
    /// When so many stand on it.
    Depth(u64),
}

impl Finality {
    /// The last final block when a height is the head's.
    pub(crate) fn height(self, head: u64) -> u64 {
        match self {
            Self::Instant => head,
            Self::Depth(depth) => head.saturating_sub(depth),
        }
    }
}

/// Blocks behind the head whose states are kept in memory, unless a configuration says otherwise.
pub const WINDOW: u64 = 256;
/// Trie nodes that come together before they are let go, unless a configuration says otherwise: some 256 MiB.
const NODES: usize = 350_000;

impl ChainConfig {
    /// The usual: a window of [`WINDOW`] blocks, instant finality, all history.
    pub fn new(spec: ChainSpec, datadir: impl Into<PathBuf>) -> Self {
        let (finality, store) = (Finality::Instant, StoreConfig::default());
        let (datadir, pool) = (datadir.into(), PoolConfig::default());
        Self {
            spec,
            datadir,
            finality,
            window: WINDOW,
            nodes: NODES,
            store,
            pool,
            journal: true,
            development: false,
            fork: None,
        }
    }
}
