//! Getting ZX-20 ready to run: compiled, loaded from the artifact on disk, or found in memory.

use crate::measure::Case;
use eyre::WrapErr as _;
use std::{
    hint::black_box,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use zx_sandbox::{ModuleLimits, Sandbox};

/// Loads from disk in a run.
const LOADS: u64 = 20;
/// Memory hits in a run.
const HITS: u64 = 10_000;

/// A module, and a cache that has it.
#[derive(Debug)]
pub(crate) struct Caches {
    module: Vec<u8>,
    sandbox: Sandbox,
    /// Kept until the end of the measurement.
    _folder: TempDir,
}

impl Caches {
    /// Fills a cache in a temporary folder.
    pub(crate) fn new(module: &[u8]) -> eyre::Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox = Sandbox::new(ModuleLimits::DEFAULT, Some(folder.path().into()))?;
        let caches = Self { module: module.to_vec(), sandbox, _folder: folder };
        caches.prepare(&caches.sandbox);
        caches.load();
        let stats = caches.sandbox.stats();
        eyre::ensure!(stats.compiled == 1 && stats.disk_hits == 1, "the cache does not work: {stats:?}");
        Ok(caches)
    }

    fn prepare(&self, sandbox: &Sandbox) -> Duration {
        let start = Instant::now();
        let prepared = sandbox.prepare(&[1; 32], &self.module);
        let time = start.elapsed();
        black_box(prepared).wrap_err("prepare").expect("it is valid");
        time
    }

    fn load(&self) -> Duration {
        self.sandbox.forget();
        self.prepare(&self.sandbox)
    }

    /// What is timed. Compilation validates and loads, but keeps nothing on disk.
    pub(crate) fn cases(&self) -> Vec<Case<'_>> {
        vec![
            Case::new("cache/compile", 1, || {
                let fresh = Sandbox::new(ModuleLimits::DEFAULT, None).expect("it needs no folder");
                self.prepare(&fresh)
            }),
            Case::new("cache/load from disk", LOADS, || (0..LOADS).map(|_| self.load()).sum()),
            Case::new("cache/hit in memory", HITS, || {
                let start = Instant::now();
                for _ in 0..HITS {
                    let _ = black_box(self.sandbox.prepare(&[1; 32], &self.module));
                }
                start.elapsed()
            }),
        ]
    }
}
