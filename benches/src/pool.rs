//! Measurements of transactions on their way into blocks.
//!
//! 1. [`memory`]: the pool alone, with more and more transactions waiting: what one act costs must hardly grow.
//! 2. [`chain`]: signed transfers into a chain in this process: recovery, admission, blocks.
//! 3. [`node`]: the same over HTTP into the real binary, in batches on several connections.
//!
//! `ZX_BENCH_SUBMITTED` is how many transfers, `ZX_BENCH_BATCH` how many in a batch, `ZX_BENCH_CONNECTIONS` on how many
//! connections.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

#[path = "pool/chain.rs"]
mod chain;
#[path = "pool/memory.rs"]
mod memory;
#[path = "pool/node.rs"]
mod node;
#[path = "pool/signed.rs"]
mod signed;
mod table;

/// The node's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> eyre::Result<()> {
    memory::run();
    let plan = signed::Plan::from_environment();
    chain::run(plan)?;
    node::run(plan)
}
