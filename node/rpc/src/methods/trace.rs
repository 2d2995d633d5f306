//! `trace_*`: frames as a list, as Parity and erigon answer them.

use crate::{registry::methods, traces::parity};

methods! {
    /// The frames of a transaction, in order, each with its place in the tree.
    "trace_transaction" (hash: Hash) -> FlatFrames or null = parity::transaction;
    /// The frames of a block's transactions.
    "trace_block" (block: BlockId) -> FlatFrames or null = parity::block;
    /// The frames of up to 100 blocks that come from and go to these accounts: The Graph finds calls by it.
    "trace_filter" (filter: TraceFilter) -> FlatFrames = parity::filter;
    /// What a transaction did: its frames (`trace`), and what it changed (`stateDiff`), which Otterscan shows.
    "trace_replayTransaction" (hash: Hash, kinds: TraceKinds) -> Replayed or null = parity::replay_transaction;
}
