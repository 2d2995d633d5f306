//! Traces of what is in the chain, and of what could be.

use crate::read::HeadView;
use alloy_consensus::Header;
use zx_executor::{CallEnv, Cancel, TraceError, Traced, Tracer, Wanted};
use zx_primitives::{Block, StateReader};

impl HeadView<'_> {
    /// Traces of a block's transactions, at most `bytes` in all. The block is not the first, and the state after its
    /// parent is kept: see [`first_state`](Self::first_state).
    ///
    /// # Errors
    /// If they are larger, the state cannot be read, or it takes too long.
    pub fn trace_block(
        &self,
        block: &Block,
        wanted: Wanted,
        tracer: &Tracer,
        bytes: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Traced>, TraceError> {
        let before = self.state(block.number().saturating_sub(1));
        self.executor.trace_block(&before, block, wanted, tracer, bytes, cancel)
    }

    /// The trace of a call in a block with this header, on a state; at most `bytes`.
    ///
    /// # Errors
    /// If it is larger, the call is not valid, the state cannot be read, or it takes too long.
    pub fn trace_call(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        tracer: &Tracer,
        bytes: usize,
        cancel: &Cancel,
    ) -> Result<Traced, TraceError> {
        self.executor.trace_call(state, header, call, tracer, bytes, cancel)
    }
}
