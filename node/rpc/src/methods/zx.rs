//! `zx_*`: what only this node has. Ethereum's methods under this name are declared beside theirs.

use crate::{Api, account, chain_info, decoded, modules, proofs, registry::methods, sandbox, subscriptions};
use serde_json::Value;

methods! {
    /// An account: balance, nonce, code, what kind it is.
    "zx_getAccount" (address: Address; block: BlockId) -> ZxAccount = account::get;
    /// How many transactions a block has.
    "zx_getBlockTransactionCount" (block: BlockId) -> Quantity or null = crate::blocks::count;
    /// The chain: id, genesis, head, what is kept, fees and limits.
    "zx_getChainInfo" () -> ChainInfo = chain_info::get;
    /// Checks blocks against each other and against their transactions and receipts: hashes, parents, heights, times,
    /// roots, gas and blooms; up to 1,024 blocks, the last ones if no range is named.
    "zx_validateChain" (; from: BlockNumber, to: BlockNumber) -> ChainCheck = chain_info::validate;

    /// A WebAssembly contract's module: imports, exports, ABI, storage layout, build, size, and whether it is compiled.
    "zx_getModule" (address: Address; block: BlockId) -> Module or null = modules::get;
    /// Code by its hash: of the code that an instance runs, its own names it (`0xef5a5803`, hash, immutables).
    "zx_getCodeByHash" (codeHash: Hash) -> Bytes or null = modules::code;
    /// Logs with their events decoded by the ABI in the module that logged them. The filter may have an `eventName`.
    "zx_getLogs" (filter: ZxLogFilter) -> DecodedLogs = decoded::logs;
    /// What revert data means, by the ABI in the module of a contract.
    "zx_decodeRevert" (data: Bytes; address: Address) -> DecodedRevert or null = decoded::revert;
    /// What a call to a contract means, by the ABI in its module.
    "zx_decodeCall" (address: Address, data: Bytes) -> DecodedCall or null = decoded::call;

    /// Each change of an account in a range of blocks, up to 10,000, with its block and transaction.
    "zx_getAccountHistory" (address: Address; from: BlockNumber, to: BlockNumber) -> AccountHistory =
        proofs::account_history;
    /// Each change of a slot in a range of blocks, up to 10,000, with its block and transaction.
    "zx_getStorageHistory" (address: Address, slot: StorageKey; from: BlockNumber, to: BlockNumber) -> StorageHistory =
        proofs::storage_history;
    /// Proof that a transaction is in its block, against the header's transactions root.
    "zx_getTransactionProof" (hash: Hash) -> ItemProof or null = proofs::transaction;
    /// Proof that a transaction has its receipt, against the header's receipts root.
    "zx_getReceiptProof" (hash: Hash) -> ItemProof or null = proofs::receipt;
    /// Sends coins from a development node's accounts to whoever asks: one if no amount is named, in wei; 100 to one
    /// address until the node stops.
    "zx_faucet" (address: Address; amount: Amount) -> Hash = crate::dev::faucet::ask;
    /// What the cache of compiled modules has done since the start.
    "zx_sandboxStats" () -> SandboxStats = sandbox::stats;

    /// Begins to tell of something over this WebSocket, as `eth_subscribe` does; its notifications are messages
    /// `zx_subscription`.
    "zx_subscribe" (topic: SubscriptionTopic; options: SubscriptionOptions) -> SubscriptionId =
        |api: &Api, topic: String, options: Option<Value>| {
            subscriptions::subscribe(api, ("zx_subscribe", "zx_subscription"), &topic, options)
        };
}
