//! The sweep: what every instruction and every host call takes for its gas.
//!
//! Each row is a module in which one thing dominates, run in a loop by a transaction through the executor, on a state
//! in hash maps. A row is *a full block of it*: nanoseconds for each gas that the block is charged, with all that the
//! loop around it takes and is charged. What a block of plain arithmetic takes for a gas ([`opcodes::plain`]) is one.
//! The table is sorted, the worst first; [`BOUND`] is what a row may be.
//!
//! All cases are run in turn, round after round; a figure is the median of its rounds. Each is run with its loop and
//! without, and the difference counts: setting up (filling memory, say) is in neither time nor gas.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

#[path = "sweep/bench.rs"]
mod bench;
#[path = "sweep/control.rs"]
mod control;
#[path = "sweep/frames.rs"]
mod frames;
#[path = "sweep/host_calls.rs"]
mod host_calls;
#[expect(dead_code, reason = "the other bench uses the rest")]
mod measure;
#[path = "sweep/memory.rs"]
mod memory;
mod no_host;
#[path = "sweep/opcodes.rs"]
mod opcodes;
#[path = "sweep/precompiles.rs"]
mod precompiles;
#[path = "sweep/report.rs"]
mod report;
mod table;
#[expect(dead_code, reason = "the other bench uses the rest")]
mod world;

use bench::Bench;
use std::env;

/// What a row may take, against plain arithmetic.
const BOUND: f64 = 3.0;

fn main() -> eyre::Result<()> {
    // Cargo passes `--bench`; anything else selects rows whose name contains it.
    let filter = env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let mut bench = Bench::new(filter)?;
    opcodes::add(&mut bench)?;
    control::add(&mut bench)?;
    memory::add(&mut bench)?;
    host_calls::add(&mut bench)?;
    precompiles::add(&mut bench)?;
    frames::add(&mut bench)?;
    report::print(&bench.measure()?);
    Ok(())
}
