//! `trace_*`: frames as a list, as Parity and erigon answer them.

use crate::{registry::methods, traces};

methods! {
    /// The frames of a transaction, in order, each with its place in the tree.
    "trace_transaction" (hash: Hash) -> FlatFrames or null = traces::flat_transaction;
    /// The frames of a block's transactions.
    "trace_block" (block: BlockId) -> FlatFrames or null = traces::flat_block;
}
