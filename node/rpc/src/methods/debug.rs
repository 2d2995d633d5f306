//! `debug_*`: raw data, and traces.

use crate::{Api, raw, registry::methods, traces};

methods! {
    /// RLP of a block.
    "debug_getRawBlock" (block: BlockId) -> Bytes = raw::block;
    /// RLP of a block's header.
    "debug_getRawHeader" (block: BlockId) -> Bytes = raw::header;
    /// EIP-2718 bytes of a block's receipts.
    "debug_getRawReceipts" (block: BlockId) -> BytesList = raw::receipts;
    /// Blocks that were refused: they are not kept.
    "debug_getBadBlocks" () -> List = |_: &Api| Ok([(); 0]);
    /// What happens inside a transaction, in the shape of the tracer: struct logs, or by name `callTracer` (`onlyTopCall`,
    /// `withLog`), `prestateTracer` (`diffMode`), `4byteTracer`, `flatCallTracer`, `noopTracer`, or `zxTracer`, which shows
    /// the host calls and the fuel of WebAssembly frames. Struct logs have host calls among the opcodes, as `zx.NAME`.
    "debug_traceTransaction" (hash: Hash; options: TraceOptions) -> Trace = traces::transaction;
    /// What happens inside the transactions of a block.
    "debug_traceBlockByNumber" (block: BlockNumber; options: TraceOptions) -> BlockTraces = traces::block_by_number;
    /// What happens inside the transactions of a block.
    "debug_traceBlockByHash" (hash: Hash; options: TraceOptions) -> BlockTraces = traces::block_by_hash;
    /// What happens inside a call, on the state after a block.
    "debug_traceCall" (transaction: Transaction; block: BlockId, options: TraceCallOptions) -> Trace = traces::call;
}
