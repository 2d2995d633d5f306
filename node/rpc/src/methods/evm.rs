//! `evm_*`: what ganache began, and every development node has.

use crate::{
    dev::{mining, snapshots, time},
    registry::methods,
};

methods! {
    /// Makes a block of what waits, or an empty one: at a time, if one is named, in seconds since 1970. The answer is `0x0`.
    "evm_mine" (; options: MineOptions) -> Quantity = mining::evm_mine;
    /// Takes a snapshot of chain, clock and pool, and answers its number. It can be gone back to as long as no more than
    /// 8,192 blocks have come since, and until the node stops.
    "evm_snapshot" | "anvil_snapshot" | "hardhat_snapshot" () -> Quantity = snapshots::take;
    /// Goes back to a snapshot, which is used up by that, as are those that came after it. Transactions that were mined
    /// since do not wait again. `false` if there is no such snapshot.
    "evm_revert" | "anvil_revert" | "hardhat_revert" (snapshot: Amount) -> Boolean = snapshots::revert;
    /// Moves the chain's clock on, and answers how many seconds it is ahead of the machine's.
    "evm_increaseTime" | "anvil_increaseTime" (seconds: Amount) -> Number = time::increase;
    /// Sets the chain's clock, in seconds since 1970, and answers how many seconds it is ahead of the machine's.
    "evm_setTime" | "anvil_setTime" (time: Moment) -> Number = time::set;
    /// Sets the time of the next block, in seconds since 1970; the clock goes on from there.
    "evm_setNextBlockTimestamp" | "anvil_setNextBlockTimestamp" (time: Moment) -> Nothing = time::set_next;
    /// Whether there is a block for each transaction at once.
    "evm_setAutomine" | "anvil_setAutomine" (on: Boolean) -> Nothing = mining::set_automine;
    /// Has a block made every so many seconds, empty or not; 0 ends it, and then blocks are made only when asked for.
    "evm_setIntervalMining" | "anvil_setIntervalMining" (seconds: Amount) -> Nothing = mining::set_interval;
    /// Sets the gas limit of the blocks to come, up to the chain's own.
    "evm_setBlockGasLimit" | "anvil_setBlockGasLimit" (limit: GasAmount) -> Boolean = mining::set_gas_limit;
}
