//! `ots_*`: what Otterscan asks for.

use crate::{Api, otterscan, registry::methods};

methods! {
    /// Version of these methods: 8.
    "ots_getApiLevel" () -> Number = |_: &Api| Ok(8);
    /// Whether an account has code.
    "ots_hasCode" (address: Address; block: BlockId) -> Boolean = otterscan::has_code;
    /// A block without its transactions, with their number, and the fees and tips of them.
    "ots_getBlockDetails" (block: BlockNumber) -> OtsBlockDetails or null = otterscan::block_details;
    /// A block without its transactions, with their number, and the fees and tips of them.
    "ots_getBlockDetailsByHash" (hash: Hash) -> OtsBlockDetails or null = otterscan::block_details_by_hash;
    /// A page of a block's transactions with their receipts; `pageSize` is 100 at most.
    "ots_getBlockTransactions" (block: BlockNumber, page: PageNumber, pageSize: PageSize) -> OtsBlockPage or null =
        otterscan::block_transactions;
    /// Transactions from and to an account in blocks before one (0: the last ones), newest first.
    "ots_searchTransactionsBefore" (address: Address, block: PageNumber, pageSize: PageSize) -> OtsSearch =
        otterscan::search_before;
    /// Transactions from and to an account in blocks after one (0: the first ones), newest first.
    "ots_searchTransactionsAfter" (address: Address, block: PageNumber, pageSize: PageSize) -> OtsSearch =
        otterscan::search_after;
    /// Hash of the transaction of a sender with a nonce.
    "ots_getTransactionBySenderAndNonce" (sender: Address, nonce: Nonce) -> Hash or null =
        otterscan::by_sender_and_nonce;
    /// The frames of a transaction, in order, with their depth.
    "ots_traceTransaction" (hash: Hash) -> OtsFrames or null = otterscan::trace;
    /// Transfers, creations and self-destructs inside a transaction.
    "ots_getInternalOperations" (hash: Hash) -> OtsOperations or null = otterscan::operations;
    /// Revert data of a transaction; `0x` if it succeeded, or failed without any.
    "ots_getTransactionError" (hash: Hash) -> Bytes or null = otterscan::error;
    /// The transaction that made a contract, and who made it: its sender, or the contract that did.
    "ots_getContractCreator" (address: Address) -> OtsCreator or null = otterscan::creator;
}
