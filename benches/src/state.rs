//! Measurements of state and storage on RocksDB, printed as ratios and as tables of how cost grows.
//!
//! 1. [`growth`]: tries of more and more accounts and slots. Roots against `eth_trie` on a RocksDB of the same settings,
//!    and against the hashing that no trie can avoid; reads, hot and cold.
//! 2. [`chain`]: a block's commit against a plain synced write of as many bytes; what a million transfers take on disk;
//!    the same, and a start, with more and more holders; a start on more and more blocks.
//!
//! Tries of more than a million accounts are measured alone: `eth_trie` takes too long to make them, and so do chains of
//! so many holders.
//!
//! `ZX_BENCH_SIZES=10000,1000000` chooses the sizes of what grows, `ZX_BENCH_TRANSFERS` how many transfers the disk is
//! measured after.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

#[path = "state/chain.rs"]
mod chain;
#[path = "state/growth.rs"]
mod growth;
#[path = "state/middle.rs"]
mod middle;
#[path = "state/peer.rs"]
mod peer;
mod table;

/// The node's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The longest chain, and the most holders on it.
const MOST_HOLDERS: u64 = 1_000_000;

fn main() -> eyre::Result<()> {
    let sizes = sizes()?;
    growth::run(&sizes)?;
    let chains: Vec<_> = sizes.into_iter().filter(|size| *size <= MOST_HOLDERS).collect();
    chain::run(&chains)
}

/// Accounts, slots, holders and blocks.
fn sizes() -> eyre::Result<Vec<u64>> {
    let sizes = std::env::var("ZX_BENCH_SIZES").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    Ok(sizes.split(',').map(|size| size.trim().parse()).collect::<Result<_, _>>()?)
}
