//! `debug_*`: raw data.

use crate::{Api, raw, registry::methods};

methods! {
    /// RLP of a block.
    "debug_getRawBlock" (block: BlockId) -> Bytes = raw::block;
    /// RLP of a block's header.
    "debug_getRawHeader" (block: BlockId) -> Bytes = raw::header;
    /// EIP-2718 bytes of a block's receipts.
    "debug_getRawReceipts" (block: BlockId) -> BytesList = raw::receipts;
    /// Blocks that were refused: they are not kept.
    "debug_getBadBlocks" () -> List = |_: &Api| Ok([(); 0]);
}
