//! Memory of a contract that is loaded, against the native code that it consists of.

use eyre::OptionExt as _;
use std::fs;
use zx_sandbox::{BlockContext, Entry, Frame, ModuleLimits, Sandbox, TransactionContext};

/// Modules that are loaded; each is the same code under a hash of its own.
const MODULES: u8 = 100;

/// Bytes for each loaded module, on average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resident {
    /// Native code.
    pub(crate) code: f64,
    /// Resident memory that came with it when it had been loaded from disk.
    pub(crate) loaded: f64,
    /// When it had also run once, and its instance waited for the next call.
    pub(crate) used: f64,
    /// The part of that which no other process could share.
    pub(crate) private: f64,
}

/// Loads a hundred modules from disk, runs each once, and sees by how much the process has grown.
pub(crate) fn measure(module: &[u8], input: &[u8]) -> eyre::Result<Resident> {
    let folder = tempfile::tempdir()?;
    let open = || Sandbox::new(ModuleLimits::DEFAULT, Some(folder.path().into()));
    let load = |sandbox: &Sandbox, n: u8| sandbox.prepare(&[n; 32], module);
    let run = |sandbox: &Sandbox, n: u8| -> eyre::Result<()> {
        let prepared = load(sandbox, n)?;
        let block = BlockContext::default();
        let frame = Frame {
            input,
            caller: [1; 20],
            address: [2; 20],
            value: [0; 32],
            immutables: &[],
            is_first: false,
            is_static: false,
            is_reentrant: false,
            transaction: &TransactionContext::default(),
            block: &block,
        };
        sandbox.run(&prepared, Entry::Call, &frame, 1 << 40, &mut crate::no_host::NoHost);
        Ok(())
    };
    let compile = open()?;
    (0..=MODULES).try_for_each(|n| load(&compile, n).map(drop))?;
    drop(compile);
    let sandbox = open()?;
    // The first brings what all have in common.
    run(&sandbox, 0)?;
    let before = rollup()?;
    (1..=MODULES).try_for_each(|n| load(&sandbox, n).map(drop))?;
    let loaded = rollup()?;
    (1..=MODULES).try_for_each(|n| run(&sandbox, n))?;
    let used = rollup()?;
    let each = |bytes: f64| bytes / f64::from(MODULES);
    let code = code_mapped(folder.path().to_str().ok_or_eyre("an odd temporary folder")?)?;
    Ok(Resident {
        code: code / f64::from(MODULES + 1),
        loaded: each(loaded.0 - before.0),
        used: each(used.0 - before.0),
        private: each(used.1 - before.1),
    })
}

/// Resident bytes of this process, and those that are its own.
fn rollup() -> eyre::Result<(f64, f64)> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let of = |name: &str| -> eyre::Result<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or_eyre("no such line")?;
        Ok(line.split_whitespace().next().ok_or_eyre("no figure")?.parse::<f64>()? * 1024.0)
    };
    Ok((of("Rss:")?, of("Private_Dirty:")?))
}

/// Bytes of executable mappings of files in the folder.
fn code_mapped(folder: &str) -> eyre::Result<f64> {
    let mut bytes = 0;
    for line in fs::read_to_string("/proc/self/maps")?.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if rights.contains('x') && line.contains(folder) {
            let (from, to) = range.split_once('-').ok_or_eyre("no range")?;
            bytes += u64::from_str_radix(to, 16)? - u64::from_str_radix(from, 16)?;
        }
    }
    Ok(bytes as f64)
}
