//! Modules at random, on four engines that must not differ.

use crate::engines::{Engines, How, Recorder, Seen};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};
use zx_sandbox::{Entry, Status};

/// Gas for a run: an endless loop ends in a few milliseconds.
const GAS: u64 = 20_000;
/// Fuel past which a run has done more than begin: that of two hundred plain instructions.
const A_FEW_INSTRUCTIONS: i64 = 20_000;

/// What a batch of modules did.
#[derive(Debug, Default)]
struct Tally {
    modules: usize,
    refused: usize,
    runs: usize,
    ran_on: usize,
    host_calls: usize,
    ends: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, spent: i64, seen: &Seen) {
        self.runs += 1;
        self.ran_on += usize::from(spent > A_FEW_INSTRUCTIONS);
        self.host_calls += seen.acts.len();
        *self.ends.entry(format!("{:?}", seen.status)).or_default() += 1;
    }
}

/// Runs both entries, and one of them in a static call too.
fn differ(engines: &Engines, module: &[u8], tally: &mut Tally) {
    tally.modules += 1;
    let Some(loaded) = engines.load(module) else {
        tally.refused += 1;
        return;
    };
    let input: Vec<u8> = (0..100).collect();
    for (entry, is_static) in [(Entry::Call, false), (Entry::Deploy, false), (Entry::Call, true)] {
        let recorder = Recorder { is_static, ..Recorder::default() };
        if let Some(seen) = loaded.agree(&How { entry, gas: GAS, input: &input, recorder }) {
            tally.count(loaded.fuel(GAS).unwrap() - seen.fuel, &seen);
        }
    }
}

#[test]
fn four_engines_agree_on_modules_at_random() {
    let _alone = crate::alone();
    let engines = Engines::new();
    let mut tally = Tally::default();
    for (index, module) in zx_smith::modules().enumerate() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| differ(&engines, module, &mut tally))) {
            let file = std::env::temp_dir().join(format!("zx-smith-{}-{index}.wasm", zx_smith::SEED));
            std::fs::write(&file, module).unwrap();
            eprintln!("module {index} of seed {}: {}", zx_smith::SEED, file.display());
            std::panic::resume_unwind(panic);
        }
    }
    println!("{tally:#?}");
    assert!(tally.refused * 20 <= tally.modules, "most modules are accepted: {tally:?}");
    assert!(tally.ran_on * 2 >= tally.runs, "most runs get past a few instructions: {tally:?}");
    assert!(tally.host_calls >= tally.runs, "the host is asked: {tally:?}");
    let successes = tally.ends.get(&format!("{:?}", Status::Success)).copied().unwrap_or_default();
    assert!(successes * 20 >= tally.runs && tally.ends.len() >= 5, "runs end in many ways: {tally:?}");
}
