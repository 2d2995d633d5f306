//! What a commit is made of.

use alloy_primitives::B256;
use zx_primitives::{Block, Receipt, StateChanges};
use zx_state::StateUpdate;

/// A block that is written above the base.
#[derive(Clone, Copy, Debug)]
pub struct Appended<'a> {
    /// The block.
    pub block: &'a Block,
    /// Its receipts.
    pub receipts: &'a [Receipt],
    /// What it does to the state.
    pub changes: &'a StateChanges,
}

/// A block that becomes final, and part of the base.
#[derive(Clone, Copy, Debug)]
pub struct Folded<'a> {
    /// The block.
    pub block: &'a Block,
    /// Its receipts.
    pub receipts: &'a [Receipt],
    /// What it does to the state.
    pub changes: &'a StateChanges,
    /// What that is in rows, on top of the block before.
    pub update: &'a StateUpdate,
}

/// All that one commit writes.
#[derive(Clone, Debug, Default)]
pub struct Commit<'a> {
    /// A new block, if there is one.
    pub append: Option<Appended<'a>>,
    /// The head afterwards: the new block, or one that the store has.
    pub head: B256,
    /// Blocks that become final: in order, the first follows the base.
    pub fold: Vec<Folded<'a>>,
    /// Height and hash of pending blocks that nothing will follow any more.
    pub dropped: Vec<(u64, B256)>,
}

/// A block above the base, with all that is needed to have its state in memory again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The block.
    pub block: Block,
    /// Its receipts.
    pub receipts: Vec<Receipt>,
    /// What it does to the state.
    pub changes: StateChanges,
}
