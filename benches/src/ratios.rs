//! Measurements of the node's inner loop, printed as ratios.
//!
//! 1. Set-up: ZX-20 is built, OpenZeppelin's ERC-20 compiled, both are deployed to a chain in memory and checked to do
//!    the same as the native lower bound.
//! 2. The cases are run interleaved, round after round, and [`summary`] prints tables of medians and ratios.
//!
//! With a filter (`cargo bench --workspace --bench ratios -- transfer`) criterion gives the cases that match statistics
//! of their own instead.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, reason = "a measurement that fails ends the run")]

mod cache;
mod kernels;
mod measure;
mod memory;
mod native;
mod no_host;
mod sandbox;
mod summary;
mod table;
mod transfer;
mod world;

use cargo_zx::{Request, Source};
use criterion::Criterion;
use measure::Figures;
use std::{env, path::Path, time::Duration};

fn main() -> eyre::Result<()> {
    let module = build_zx20()?;
    let tokens = transfer::Tokens::new(&module)?;
    let gas = tokens.gas()?;
    let frames = sandbox::Frames::new(&module)?;
    let nested = sandbox::Nested::new()?;
    let caches = cache::Caches::new(&module)?;
    let kernels = kernels::Kernels::new(&module)?;
    // What a compilation leaves to do for the heap and other threads does not fall to the transfers.
    let groups = [caches.cases(), kernels.cases()?, frames.cases(), nested.cases(), tokens.cases()];
    let mut cases: Vec<_> = groups.into_iter().flatten().collect();

    // Cargo passes `--bench` and nothing else.
    if env::args().skip(1).all(|argument| argument == "--bench") {
        let figures = Figures::take(&mut cases);
        summary::print(&figures, &gas, module.len(), memory::measure(&module, &sandbox::Frames::transfer())?);
    } else {
        let mut criterion = Criterion::default()
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_secs(1))
            .configure_from_args();
        cases.iter_mut().for_each(|case| case.criterion(&mut criterion));
    }
    Ok(())
}

/// The module as `cargo zx-build` makes it.
fn build_zx20() -> eyre::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let request = Request {
        source: Source::Package(Some("zx20".to_owned())),
        manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")),
        out_dir: Some(folder.path().into()),
        ..Request::default()
    };
    Ok(cargo_zx::build(&request)?.module)
}
