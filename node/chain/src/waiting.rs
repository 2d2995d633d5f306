//! What waits: looking at it.

use crate::chain::Chain;
use std::sync::Arc;
use tokio::sync::broadcast;
use zx_primitives::RecoveredTx;

/// Transactions that a slow follower of [`Chain::ready`] may be behind before it misses some.
pub(crate) const FEED: usize = 16_384;

impl Chain {
    /// Sees each transaction that becomes ready for a block. Who is too slow is told how many it has missed.
    pub fn ready(&self) -> broadcast::Receiver<Arc<RecoveredTx>> {
        self.ready.subscribe()
    }
}
