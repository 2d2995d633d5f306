//! `miner_*`: making blocks, by hand.

use crate::{dev::mining, registry::methods};

methods! {
    /// Has blocks made again by themselves, for each transaction at once. The number of threads is of no account.
    "miner_start" (; threads: Count) -> Boolean = mining::start;
    /// Has blocks made only when they are asked for.
    "miner_stop" () -> Boolean = mining::stop;
    /// Whether blocks are made by themselves, and how.
    "miner_status" () -> MinerStatus = mining::status;
    /// Sets who is paid the tips.
    "miner_setMinerAddress" | "miner_setEtherbase" (address: Address) -> Boolean = mining::set_coinbase;
    /// Makes a block of what waits, or an empty one.
    "miner_mineBlock" () -> MinedBlock = mining::mine_block;
}
