//! Modules at random on four engines that must not differ: the test of the same name, with the fuzzer's choice of
//! modules. `cargo +nightly fuzz run -s none differential`, in `node/sandbox`.
#![no_main]

#[path = "../../tests/second/engines/mod.rs"]
#[allow(dead_code, unused_imports, reason = "other tests use more of it")]
mod engines;
#[path = "../../smith/generator.rs"]
mod generator;
/// Where the generator looks for the host functions.
mod table {
    pub(crate) use zx_host_functions::{HOST_FUNCTIONS, HostFunction, WasmType};
}

use engines::{Engines, How, Recorder};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use zx_sandbox::Entry;

static ENGINES: LazyLock<Engines> = LazyLock::new(Engines::new);

/// Little, so that there are many runs.
const GAS: u64 = 5_000;

fuzz_target!(|entropy: &[u8]| {
    let Some(loaded) = generator::module(entropy).and_then(|module| ENGINES.load(&module)) else { return };
    for (entry, is_static) in [(Entry::Call, false), (Entry::Deploy, false), (Entry::Call, true)] {
        let recorder = Recorder { is_static, ..Recorder::default() };
        loaded.agree(&How { entry, gas: GAS, input: entropy, recorder });
    }
});
