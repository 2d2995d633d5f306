//! What the chain tells of itself: every block that becomes or stops being part of the head's chain, and every
//! transaction that begins to wait.
//!
//! Both feeds are bounded. Who reads too slowly is told how much it missed, and the chain never waits for it.

use crate::{chain::Chain, tree::Entry};
use std::sync::Arc;
use tokio::sync::broadcast;
use zx_primitives::{Block, Receipt, RecoveredTx};

/// Changes of the head that a slow reader may be behind.
const CHANGES: usize = 1_024;
/// Waiting transactions that a slow reader may be behind: what the pool holds.
const PENDING: usize = 8_192;

/// A block with what its transactions left.
#[derive(Clone, Debug)]
pub struct Executed {
    /// The block.
    pub block: Arc<Block>,
    /// Receipts of its transactions, in order.
    pub receipts: Arc<Vec<Receipt>>,
}

/// Another head.
#[derive(Clone, Debug)]
pub struct HeadChange {
    /// Blocks that are no longer in the head's chain, oldest first; none unless this is a reorganisation.
    pub gone: Vec<Executed>,
    /// Blocks that are new in it, oldest first; none if the head went back.
    pub new: Vec<Executed>,
}

/// Both feeds.
#[derive(Debug)]
pub(crate) struct Feeds {
    changes: broadcast::Sender<Arc<HeadChange>>,
    pending: broadcast::Sender<Arc<RecoveredTx>>,
}

impl Default for Feeds {
    fn default() -> Self {
        Self { changes: broadcast::Sender::new(CHANGES), pending: broadcast::Sender::new(PENDING) }
    }
}

impl Feeds {
    /// Tells of another head. Nobody may be listening, and that is right.
    pub(crate) fn changed(&self, gone: &[Entry], new: &[Entry]) {
        if self.changes.receiver_count() > 0 {
            let executed = |entries: &[Entry]| entries.iter().map(Executed::from).collect();
            let _ = self.changes.send(Arc::new(HeadChange { gone: executed(gone), new: executed(new) }));
        }
    }

    /// Whether anybody wants to hear of waiting transactions.
    pub(crate) fn wants_pending(&self) -> bool {
        self.pending.receiver_count() > 0
    }

    /// Tells of a transaction that can be in the next block.
    pub(crate) fn waits(&self, tx: &RecoveredTx) {
        let _ = self.pending.send(Arc::new(tx.clone()));
    }
}

impl From<&Entry> for Executed {
    fn from(entry: &Entry) -> Self {
        Self { block: Arc::clone(entry.block()), receipts: Arc::clone(&entry.sealed.receipts) }
    }
}

impl Chain {
    /// Every change of the head from now on, in order.
    pub fn changes(&self) -> broadcast::Receiver<Arc<HeadChange>> {
        self.feeds.changes.subscribe()
    }

    /// Every transaction that from now on begins to wait with all before it in place.
    pub fn pending(&self) -> broadcast::Receiver<Arc<RecoveredTx>> {
        self.feeds.pending.subscribe()
    }
}
