//! `txpool_*`.

use crate::{registry::methods, txpool};

methods! {
    /// How many transactions are ready for the next block, and how many wait for a nonce before them.
    "txpool_status" () -> PoolStatus = txpool::status;
    /// What waits, by sender and nonce.
    "txpool_content" () -> PoolContent = txpool::content;
    /// What waits of one sender, by nonce.
    "txpool_contentFrom" (address: Address) -> PoolContentFrom = txpool::content_from;
    /// What waits, by sender and nonce, each as a line of text.
    "txpool_inspect" () -> PoolInspection = txpool::inspect;
    /// Takes a signed transaction only if it replaces one that waits, which it must outbid by 10 %.
    "txpool_replaceByFee" (transaction: Bytes) -> Replacement = txpool::replace_by_fee;
}
