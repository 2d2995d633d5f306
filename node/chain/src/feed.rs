//! What the chain tells of itself: every block that becomes or stops being part of the head's chain.
//!
//! The feed is bounded. Who reads too slowly is told how much it missed, and the chain never waits for it.

use crate::{chain::Chain, tree::Entry};
use std::sync::Arc;
use tokio::sync::broadcast;
use zx_primitives::{Block, Receipt};

/// Changes of the head that a slow reader may be behind.
const CHANGES: usize = 1_024;

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
    /// Which change it is; see [`Chain::version`].
    pub version: u64,
    /// Blocks that are no longer in the head's chain, oldest first; none unless this is a reorganisation.
    pub gone: Vec<Executed>,
    /// Blocks that are new in it, oldest first; none if the head went back.
    pub new: Vec<Executed>,
}

/// The feed's end that tells.
#[derive(Debug)]
pub(crate) struct Changes(broadcast::Sender<Arc<HeadChange>>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(CHANGES))
    }
}

impl Changes {
    /// Tells of another head. Nobody may be listening, and that is right.
    pub(crate) fn tell(&self, version: u64, gone: &[Entry], new: &[Entry]) {
        if self.0.receiver_count() > 0 {
            let executed = |entries: &[Entry]| entries.iter().map(Executed::from).collect();
            let _ = self.0.send(Arc::new(HeadChange { version, gone: executed(gone), new: executed(new) }));
        }
    }
}

impl From<&Entry> for Executed {
    fn from(entry: &Entry) -> Self {
        Self { block: Arc::clone(entry.block()), receipts: Arc::clone(&entry.sealed.receipts) }
    }
}

impl Chain {
    /// The number of the last change that can be seen. A [`HeadChange`] is told of after it can be seen; whoever begins to
    /// follow in between knows by this number that it was there before him.
    pub fn version(&self) -> u64 {
        self.tree.read().version()
    }

    /// Every change of the head from now on, in order.
    pub fn changes(&self) -> broadcast::Receiver<Arc<HeadChange>> {
        self.changes.0.subscribe()
    }
}
