//! Snapshots: places in the chain's tree to go back to.
//!
//! While there are any, the tree keeps all blocks since the first of them, up to [`HELD`]; a snapshot that falls behind
//! that is forgotten. They do not outlive the process.

use super::Controls;
use crate::{
    chain::{Chain, Loss},
    error::ChainError,
    waiting::Kept,
};
use std::{collections::BTreeMap, sync::Arc};
use zx_pool::{Incoming, Origin};
use zx_primitives::{Block, StateError};
use zx_storage::Commit;

/// Blocks that the tree keeps for snapshots: some kilobytes each, if they are empty.
pub const HELD: u64 = 8_192;

/// The chain at a moment.
#[derive(Debug)]
struct Taken {
    block: Arc<Block>,
    controls: Controls,
    waiting: Vec<Kept>,
}

/// Snapshots by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    last: u64,
    taken: BTreeMap<u64, Taken>,
}

impl Snapshots {
    /// The height that must stay in the tree; forgets what is too far behind the head.
    pub(crate) fn pin(&mut self, head: u64) -> Option<u64> {
        self.taken.retain(|_, taken| taken.block.number().saturating_add(HELD) >= head);
        self.taken.values().map(|taken| taken.block.number()).min()
    }
}

impl Chain {
    /// Takes a snapshot, and gives its number: of chain, clock and pool.
    pub fn snapshot(&self) -> u64 {
        // No block comes between the chain and what waits.
        let _writing = self.writing.lock();
        let block = self.head();
        let controls = self.control(|controls| controls.clone());
        let waiting = self.pool.lock().all().map(|(tx, local)| (Arc::clone(tx), local)).collect();
        let mut snapshots = self.dev.snapshots.lock();
        snapshots.last = snapshots.last.saturating_add(1);
        let number = snapshots.last;
        snapshots.taken.insert(number, Taken { block, controls, waiting });
        number
    }

    /// The snapshots that can be gone back to: number, height and hash.
    pub fn snapshots(&self) -> Vec<(u64, Arc<Block>)> {
        let snapshots = self.dev.snapshots.lock();
        snapshots.taken.iter().map(|(number, taken)| (*number, Arc::clone(&taken.block))).collect()
    }

    /// Goes back to a snapshot, which is used up by it, as are those that came after it. Transactions of the blocks
    /// that are undone do not wait again, but those do that waited then. `false` if there is no such snapshot.
    ///
    /// # Errors
    /// If the store fails.
    pub fn revert_to(&self, number: u64) -> Result<bool, ChainError> {
        let _writing = self.writing.lock();
        let taken = {
            let mut snapshots = self.dev.snapshots.lock();
            let mut later = snapshots.taken.split_off(&number);
            match later.remove(&number) {
                Some(taken) => taken,
                None => {
                    snapshots.taken.append(&mut later);
                    return Ok(false);
                }
            }
        };
        let Taken { block, controls, waiting } = taken;
        self.control(|now| *now = Controls { quiet: now.quiet, ..controls });
        self.rewind(&block)?;
        self.wait_again(waiting);
        Ok(true)
    }

    /// Goes back to the first block: nothing waits then, no snapshot is left, and the clock is the machine's.
    ///
    /// # Errors
    /// [`ChainError::UnknownHead`] if the first block is no longer in the tree: it keeps a window of blocks.
    pub fn reset(&self) -> Result<(), ChainError> {
        let _writing = self.writing.lock();
        let number = self.fork.as_ref().map_or(0, |fork| fork.pinned().number());
        let first = self.view()?.block(number.into())?;
        let first = first.ok_or_else(|| StateError("the first block is not here".into()))?;
        self.rewind(&first)?;
        *self.dev.snapshots.lock() = Snapshots::default();
        self.control(|now| *now = Controls { quiet: now.quiet, ..Controls::default() });
        self.forget_all();
        self.pool.lock().set_base_fee(self.next_base_fee());
        Ok(())
    }

    /// Goes back to a block of the head's chain, as if nothing had come after it. The writer's lock is held.
    pub(crate) fn rewind(&self, to: &Block) -> Result<(), ChainError> {
        let before = Arc::clone(&self.tree.read());
        let mut tree = (*before).clone();
        let dropped = tree.rewind(to.hash).ok_or(ChainError::UnknownHead(to.hash))?;
        self.store.commit(&Commit { append: None, head: to.hash, fold: Vec::new(), dropped })?;
        let changed = tree.clone();
        self.publish(&before, &changed, tree, Loss::Forget);
        Ok(())
    }

    /// Has exactly these wait. What can no longer wait is dropped, as after a restart.
    fn wait_again(&self, waiting: Vec<Kept>) {
        self.forget_all();
        let again = |(tx, local): Kept| Ok((Incoming::known((*tx).clone()), Origin::Returned { local }));
        let answers = self.admit(waiting.into_iter().map(again).collect());
        for error in answers.into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "a transaction that waited at a snapshot is not taken back");
        }
    }
}
