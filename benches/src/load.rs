//! The real node beside anvil on the same machine: the same requests to both, in turns.
//!
//! 1. [`throughput`]: signed transfers in batches, from the first that is sent until all have receipts.
//! 2. [`latency`]: `eth_call` and `eth_getTransactionReceipt` at a fixed rate, on a quiet chain and while transfers come
//!    in, each from the time at which it was to be sent.
//! 3. [`heads`]: how long after a block the last of 2,000 subscribers has it.
//!
//! `ZX_ANVIL` names anvil's binary, if it is not where `scripts/setup.sh anvil` puts it. `ZX_BENCH_ROUNDS`,
//! `ZX_BENCH_SUBMITTED`, `ZX_BENCH_BATCH`, `ZX_BENCH_CONNECTIONS`, `ZX_BENCH_RATE` (requests a second),
//! `ZX_BENCH_SECONDS` (of each measurement of latencies) and `ZX_BENCH_SUBSCRIBERS` say how much of everything. Arguments
//! name the parts to run: `throughput`, `latency`, `heads`.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

#[path = "load/heads.rs"]
mod heads;
#[path = "load/latency.rs"]
mod latency;
#[path = "load/peer.rs"]
mod peer;
#[path = "load/signed.rs"]
mod signed;
#[path = "load/subscriber.rs"]
mod subscriber;
mod table;
#[path = "load/throughput.rs"]
mod throughput;
#[path = "load/wire.rs"]
mod wire;

use peer::Peer;
use signed::Senders;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Times that everything is measured.
    pub(crate) rounds: usize,
    /// Transfers of a round.
    pub(crate) transfers: usize,
    /// Transfers in a batch.
    pub(crate) batch: usize,
    /// Connections that send batches, each with a sender of its own.
    pub(crate) connections: usize,
    /// Reads a second.
    pub(crate) rate: u32,
    /// Seconds that reads are measured for, of each kind.
    pub(crate) seconds: u32,
    /// WebSockets that subscribe to heads.
    pub(crate) subscribers: usize,
}

impl Plan {
    fn from_environment() -> eyre::Result<Self> {
        let number = |name: &str, usual: usize| match std::env::var(name) {
            Ok(text) => text.parse().map_err(|_| eyre::eyre!("{name} is {text:?}, not a number")),
            Err(_) => Ok(usual),
        };
        Ok(Self {
            rounds: number("ZX_BENCH_ROUNDS", 3)?.max(1),
            transfers: number("ZX_BENCH_SUBMITTED", 4_000)?,
            batch: number("ZX_BENCH_BATCH", 100)?.max(1),
            // Each has a sender of its own; ten accounts have coins, and one of them is for other things.
            connections: number("ZX_BENCH_CONNECTIONS", 4)?.clamp(1, signed::SENDERS),
            rate: u32::try_from(number("ZX_BENCH_RATE", 500)?)?.max(1),
            seconds: u32::try_from(number("ZX_BENCH_SECONDS", 6)?)?.max(1),
            subscribers: number("ZX_BENCH_SUBSCRIBERS", 2_000)?.max(1),
        })
    }
}

/// Both nodes, with a token on each at the same address.
pub(crate) struct Ring {
    pub(crate) peers: [Peer; 2],
    pub(crate) senders: Senders,
    pub(crate) token: alloy_primitives::Address,
}

fn main() -> eyre::Result<()> {
    let plan = Plan::from_environment()?;
    // `cargo bench` hands every harness an argument of its own.
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    let folder = tempfile::tempdir()?;
    let mut ring = peer::ring(folder.path())?;
    println!("load of the machine before: {}", peer::load_average());
    if wanted("throughput") {
        throughput::run(&mut ring, plan)?;
    }
    if wanted("latency") {
        latency::run(&mut ring, plan)?;
    }
    if wanted("heads") {
        heads::run(&mut ring, plan)?;
    }
    let [ours, anvil] = ring.peers;
    anvil.stop()?;
    ours.stop()
}
