//! `eth_*`, and what has the same meaning under other names.

use crate::{
    Api, access_list, accounts, blocks, calls, chain_info, dev::senders, fees, fill, filters, logs, proofs,
    registry::methods, simulate, state, submit, subscriptions,
};
use alloy_primitives::U64;
use serde_json::Value;

methods! {
    /// EIP-155 id of the chain.
    "eth_chainId" | "zx_chainId" () -> Quantity = |api: &Api| Ok(U64::from(api.chain.spec().chain_id));
    /// Height of the head.
    "eth_blockNumber" | "zx_blockNumber" () -> Quantity = |api: &Api| Ok(U64::from(api.chain.head().number()));
    /// Whether the node is catching up: `false`, or how far it is.
    "eth_syncing" () -> Syncing = chain_info::syncing;
    /// Address that is paid the tips.
    "eth_coinbase" () -> Address = |api: &Api| Ok(api.chain.coinbase());
    /// Whether the node mines: it does not, there is no proof of work.
    "eth_mining" () -> Boolean = |_: &Api| Ok(false);
    /// Hashes a second that the node mines with: none.
    "eth_hashrate" () -> Quantity = |_: &Api| Ok(U64::ZERO);
    /// Version of Ethereum's wire protocol that the node would speak.
    "eth_protocolVersion" () -> Quantity = |_: &Api| Ok(U64::from(68));
    /// What this node has: the range of blocks, states and proofs that can be asked for.
    "eth_capabilities" () -> Capabilities = state::capabilities;

    /// Accounts that the node signs for: those of a development node.
    "eth_accounts" () -> Addresses = accounts::list;
    /// Signs a message with an account of the node (EIP-191).
    "eth_sign" (address: Address, message: Bytes) -> Bytes = accounts::sign;
    /// Signs a message with an account of the node (EIP-191); the order of its parameters is that of wallets.
    "personal_sign" (message: Bytes, address: Address; password: Text) -> Bytes =
        |api: &Api, message, address, _: Option<String>| accounts::sign(api, address, message);
    /// Signs typed data with an account of the node (EIP-712).
    "eth_signTypedData_v4" | "eth_signTypedData" (address: Address, data: TypedData) -> Bytes =
        accounts::sign_typed_data;
    /// Fills a transaction in and signs it with an account of the node, without sending it.
    "eth_signTransaction" (transaction: Transaction) -> SignedTransaction = accounts::sign_transaction;
    /// Fills a transaction in, signs it with an account of the node, and sends it.
    "eth_sendTransaction" | "zx_sendTransaction" (transaction: Transaction) -> Hash = accounts::send_transaction;
    /// Fills a transaction in and sends it without a signature, whoever sends it: of development nodes.
    "eth_sendUnsignedTransaction" (transaction: Transaction) -> Hash = senders::send;
    /// Fills in what a transaction leaves out: nonce, gas, fees, chain id.
    "eth_fillTransaction" (transaction: Transaction) -> FilledTransaction = fill::fill_transaction;
    /// Takes a signed transaction, as EIP-2718 bytes.
    "eth_sendRawTransaction" | "zx_sendRawTransaction" (transaction: Bytes) -> Hash = submit::raw;
    /// Takes a signed transaction and answers with its receipt (EIP-7966); `timeout` is in milliseconds, 10,000 at
    /// most. An error with code 4, and the hash as its data, says that the transaction still waits.
    "eth_sendRawTransactionSync" (transaction: Bytes; timeout: Milliseconds) -> Receipt = submit::raw_and_wait;

    /// Wei a gas that a transaction should offer: the next base fee and the usual tip.
    "eth_gasPrice" | "zx_gasPrice" () -> Quantity = fees::gas_price;
    /// Tip in wei a gas that a transaction should offer.
    "eth_maxPriorityFeePerGas" () -> Quantity = fees::tip;
    /// Base fee of the next block, in wei a gas.
    "eth_baseFee" () -> Quantity = |api: &Api| Ok(U64::from(api.chain.next_base_fee()));
    /// Wei a gas of blobs: the least there is, since the chain has none.
    "eth_blobBaseFee" () -> Quantity = |_: &Api| Ok(U64::from(1));
    /// Base fees, how full blocks were, and tips at percentiles of their gas, for up to 1,024 blocks.
    "eth_feeHistory" (blockCount: Count, newestBlock: BlockNumber; rewardPercentiles: Percentiles) -> FeeHistory =
        fees::history;

    /// Wei of an account.
    "eth_getBalance" | "zx_getBalance" (address: Address; block: BlockId) -> Quantity = state::balance;
    /// Transactions that an account has sent; `pending` counts those that wait.
    "eth_getTransactionCount" | "zx_getTransactionCount" (address: Address; block: BlockId) -> Quantity = state::nonce;
    /// Code of an account: EVM bytecode, or `0xef5a5801` and a WebAssembly module.
    "eth_getCode" | "zx_getCode" (address: Address; block: BlockId) -> Bytes = state::code;
    /// A slot of an account's storage.
    "eth_getStorageAt" (address: Address, slot: StorageKey; block: BlockId) -> Word = state::storage;
    /// Slots of several accounts, up to 1,024 in all.
    "eth_getStorageValues" (requests: StorageRequests; block: BlockId) -> StorageValues = state::storage_values;
    /// Balance, nonce, code hash and storage root of an account.
    "eth_getAccount" (address: Address; block: BlockId) -> TrieAccount or null = state::account;
    /// Balance, nonce and code of an account.
    "eth_getAccountInfo" (address: Address; block: BlockId) -> AccountInfo = state::account_info;
    /// Proof of an account and of slots of it, up to 1,024 (EIP-1186).
    "eth_getProof" (address: Address; storageKeys: StorageKeys, block: BlockId) -> AccountProof = proofs::account;

    /// What a call answers in a block, on the state after it. State and block may be overridden.
    "eth_call" (
        transaction: Transaction; block: BlockId, stateOverrides: StateOverrides, blockOverrides: BlockOverrides
    ) -> Bytes = calls::call;
    /// Gas that a transaction takes, up to 1.5 % too much.
    "eth_estimateGas" | "zx_estimateGas" (
        transaction: Transaction; block: BlockId, stateOverrides: StateOverrides, blockOverrides: BlockOverrides
    ) -> Quantity = calls::estimate_gas;
    /// Accounts and slots that a transaction touches, as an EIP-2930 list, and the gas that it takes with it.
    "eth_createAccessList" (
        transaction: Transaction; block: BlockId, stateOverrides: StateOverrides
    ) -> AccessListResult = access_list::create;
    /// Runs calls in blocks that follow each other, without making them; up to 256 blocks and 1,000 calls.
    "eth_simulateV1" (payload: SimulatePayload; block: BlockId) -> SimulatedBlocks = simulate::simulate;

    /// A block by its height, with its transactions or their hashes.
    "eth_getBlockByNumber" | "zx_getBlockByNumber" (block: BlockNumber; fullTransactions: Boolean) -> Block or null =
        blocks::by_number;
    /// A block by its hash, with its transactions or their hashes.
    "eth_getBlockByHash" | "zx_getBlockByHash" (hash: Hash; fullTransactions: Boolean) -> Block or null =
        blocks::by_hash;
    /// A block's header, by its height.
    "eth_getHeaderByNumber" | "erigon_getHeaderByNumber" (block: BlockNumber) -> Header or null =
        blocks::header_by_number;
    /// A block's header, by its hash.
    "eth_getHeaderByHash" | "erigon_getHeaderByHash" (hash: Hash) -> Header or null = blocks::header_by_hash;
    /// How many transactions a block has.
    "eth_getBlockTransactionCountByNumber" (block: BlockNumber) -> Quantity or null = blocks::count_by_number;
    /// How many transactions a block has.
    "eth_getBlockTransactionCountByHash" (hash: Hash) -> Quantity or null = blocks::count_by_hash;
    /// How many uncles a block has: none.
    "eth_getUncleCountByBlockNumber" (block: BlockNumber) -> Quantity or null = blocks::uncles_by_number;
    /// How many uncles a block has: none.
    "eth_getUncleCountByBlockHash" (hash: Hash) -> Quantity or null = blocks::uncles_by_hash;
    /// An uncle of a block: there is none.
    "eth_getUncleByBlockNumberAndIndex" (block: BlockNumber, index: Quantity) -> Block or null =
        |_: &Api, _: Value, _: Value| Ok(());
    /// An uncle of a block: there is none.
    "eth_getUncleByBlockHashAndIndex" (hash: Hash, index: Quantity) -> Block or null =
        |_: &Api, _: Value, _: Value| Ok(());
    /// Receipts of a block.
    "eth_getBlockReceipts" (block: BlockId) -> Receipts or null = blocks::receipts;

    /// A transaction, mined or waiting.
    "eth_getTransactionByHash" | "zx_getTransactionByHash" (hash: Hash) -> TransactionInfo or null =
        blocks::transaction;
    /// A transaction by its place.
    "eth_getTransactionByBlockNumberAndIndex" (block: BlockNumber, index: Quantity) -> TransactionInfo or null =
        blocks::transaction_by_number_and_index;
    /// A transaction by its place.
    "eth_getTransactionByBlockHashAndIndex" (hash: Hash, index: Quantity) -> TransactionInfo or null =
        blocks::transaction_by_hash_and_index;
    /// A transaction, mined or waiting, by its sender and nonce. Mined ones are found as far back as states are kept.
    "eth_getTransactionBySenderAndNonce" (sender: Address, nonce: Quantity) -> TransactionInfo or null =
        blocks::transaction_by_sender_and_nonce;
    /// EIP-2718 bytes of a transaction, mined or waiting.
    "eth_getRawTransactionByHash" | "debug_getRawTransaction" (hash: Hash) -> Bytes or null = blocks::raw_transaction;
    /// EIP-2718 bytes of a transaction by its place.
    "eth_getRawTransactionByBlockNumberAndIndex" (block: BlockNumber, index: Quantity) -> Bytes or null =
        blocks::raw_by_number_and_index;
    /// EIP-2718 bytes of a transaction by its place.
    "eth_getRawTransactionByBlockHashAndIndex" (hash: Hash, index: Quantity) -> Bytes or null =
        blocks::raw_by_hash_and_index;
    /// Receipt of a transaction that is in a block.
    "eth_getTransactionReceipt" | "zx_getTransactionReceipt" (hash: Hash) -> Receipt or null = blocks::receipt;

    /// Logs of a block or of a range of blocks.
    "eth_getLogs" (filter: LogFilter) -> Logs = logs::get;
    /// Begins to collect logs for `eth_getFilterChanges`. A filter that nobody asks for five minutes is forgotten.
    "eth_newFilter" (filter: LogFilter) -> Quantity = filters::new_logs;
    /// Begins to collect hashes of new blocks for `eth_getFilterChanges`.
    "eth_newBlockFilter" () -> Quantity = filters::new_blocks;
    /// Begins to collect hashes of transactions that come to wait, for `eth_getFilterChanges`.
    "eth_newPendingTransactionFilter" (; full: Boolean) -> Quantity = filters::new_pending;
    /// What came since the last question. Logs of blocks that a reorganisation took away come again, `removed`.
    "eth_getFilterChanges" (filter: Quantity) -> FilterChanges = filters::changes;
    /// Every log that a filter of logs matches.
    "eth_getFilterLogs" (filter: Quantity) -> Logs = filters::all;
    /// Forgets a filter; `false` if there is none.
    "eth_uninstallFilter" (filter: Quantity) -> Boolean = filters::uninstall;

    /// Begins to tell of something over this WebSocket, and answers the id that its notifications have: each is a message
    /// `eth_subscription` with `{subscription, result}`. What there is to be told of is listed under
    /// [Subscriptions](#subscriptions). Over HTTP there is no such method.
    "eth_subscribe" (topic: SubscriptionTopic; options: SubscriptionOptions) -> SubscriptionId =
        |api: &Api, topic: String, options: Option<Value>| {
            subscriptions::subscribe(api, ("eth_subscribe", "eth_subscription"), &topic, options)
        };
    /// Ends a subscription of this WebSocket.
    "eth_unsubscribe" | "zx_unsubscribe" (subscription: SubscriptionId) -> Boolean = subscriptions::unsubscribe;
}
