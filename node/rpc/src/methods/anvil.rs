//! `anvil_*` and `hardhat_*`: the state and the senders of a development node.

use crate::{
    dev::{info, mining, senders, snapshots, state, state_file, time},
    registry::methods,
};

methods! {
    /// Makes blocks, so many seconds apart if that is named; up to 100,000.
    "anvil_mine" | "hardhat_mine" (; blocks: Amount, interval: Amount) -> Nothing = mining::mine;
    /// Whether there is a block for each transaction at once.
    "anvil_getAutomine" | "hardhat_getAutomine" () -> Boolean = mining::automine;
    /// Seconds from block to block, if they come at an interval.
    "anvil_getIntervalMining" () -> Number or null = mining::interval;
    /// Has each block so many seconds after the one before it, whatever the clock says.
    "anvil_setBlockTimestampInterval" (seconds: Amount) -> Nothing = time::set_interval;
    /// Has the clock say again when blocks are; `false` if it did.
    "anvil_removeBlockTimestampInterval" () -> Boolean = time::remove_interval;

    /// Takes transactions of an account without its signature: `eth_sendTransaction` sends for it, contracts too.
    "anvil_impersonateAccount" | "hardhat_impersonateAccount" (address: Address) -> Nothing = senders::impersonate;
    /// Ends that.
    "anvil_stopImpersonatingAccount" | "hardhat_stopImpersonatingAccount" (address: Address) -> Nothing = senders::stop;
    /// Whether transactions of every account are taken without a signature.
    "anvil_autoImpersonateAccount" | "hardhat_autoImpersonateAccount" (on: Boolean) -> Nothing =
        senders::impersonate_all;

    /// Sets an account's wei. This and the other edits make a block without transactions, marked in its `extraData`.
    "anvil_setBalance" | "hardhat_setBalance" | "evm_setAccountBalance" (address: Address, balance: Amount) -> Nothing =
        state::set_balance;
    /// Adds to an account's wei.
    "anvil_addBalance" (address: Address, balance: Amount) -> Nothing = state::add_balance;
    /// Sets an account's next nonce.
    "anvil_setNonce" | "hardhat_setNonce" | "evm_setAccountNonce" (address: Address, nonce: Amount) -> Nothing =
        state::set_nonce;
    /// Sets an account's code: EVM bytecode, or `0xef5a5801` and a WebAssembly module.
    "anvil_setCode" | "hardhat_setCode" | "evm_setAccountCode" (address: Address, code: Bytes) -> Nothing =
        state::set_code;
    /// Sets a slot of an account's storage.
    "anvil_setStorageAt" | "hardhat_setStorageAt" | "evm_setAccountStorageAt" (
        address: Address, slot: Amount, value: Amount
    ) -> Boolean = state::set_storage;

    /// Sets who is paid the tips.
    "anvil_setCoinbase" | "hardhat_setCoinbase" (address: Address) -> Boolean = mining::set_coinbase;
    /// Sets the base fee of the next block, in wei a gas.
    "anvil_setNextBlockBaseFeePerGas" | "hardhat_setNextBlockBaseFeePerGas" (fee: Amount) -> Nothing =
        mining::set_next_base_fee;
    /// Sets the randomness of the next block (EIP-4399).
    "anvil_setPrevRandao" | "hardhat_setPrevRandao" (value: Amount) -> Nothing = mining::set_randao;

    /// Forgets a waiting transaction, and answers its hash.
    "anvil_dropTransaction" | "hardhat_dropTransaction" (hash: Hash) -> Hash or null = senders::drop_one;
    /// Forgets all waiting transactions.
    "anvil_dropAllTransactions" | "hardhat_dropAllTransactions" () -> Nothing = senders::drop_all;
    /// Forgets the waiting transactions of an account.
    "anvil_removePoolTransactions" (address: Address) -> Nothing = senders::drop_of;

    /// The state after the head: JSON, as bytes. Its accounts are as in anvil's dumps.
    "anvil_dumpState" | "hardhat_dumpState" (; historical: Boolean) -> StateDump = state_file::dump;
    /// Puts the accounts of a dump over those that there are, in one block.
    "anvil_loadState" | "hardhat_loadState" (state: StateDump) -> Boolean = state_file::load;
    /// Goes back to the first block, of a fork to the one that it is pinned to, as long as that is in memory.
    "anvil_reset" | "hardhat_reset" (; options: ResetOptions) -> Boolean = snapshots::reset;

    /// The node, as anvil describes itself.
    "anvil_nodeInfo" () -> DevNode = info::node;
    /// The node, as Hardhat describes itself.
    "anvil_metadata" | "hardhat_metadata" () -> DevMetadata = info::metadata;
    /// Whether blocks are told of in the node's log.
    "anvil_setLoggingEnabled" | "hardhat_setLoggingEnabled" (on: Boolean) -> Nothing = mining::set_logging;
}
