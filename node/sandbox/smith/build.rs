//! Writes the modules of a seed into one file, each after its length.
//!
//! `ZX_SMITH_MODULES` and `ZX_SMITH_SEED` choose how many and which.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a build script of tests")]

extern crate alloc;

#[path = "../../../host-functions/src/fuel.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the table's documentation uses it")]
mod fuel;
mod generator;
/// The host functions. Not as a dependency: it would be compiled for build scripts with what its tests need.
#[path = "../../../host-functions/src/table.rs"]
#[allow(dead_code, unreachable_pub, reason = "only names and types are used")]
mod table;

use std::{env, fs, path::Path};

/// As many as run in a quarter of a minute.
const MODULES: u64 = 400;
const SEED: u64 = 1;
/// Bytes of randomness for a module: what the generator eats for some kilobytes of code.
const ENTROPY: usize = 8 * 1024;

fn main() {
    let modules = setting("ZX_SMITH_MODULES", MODULES);
    let seed = setting("ZX_SMITH_SEED", SEED);
    let mut file = Vec::new();
    let made = (seed << 32..).filter_map(|state| generator::module(&random(state)));
    for module in made.take(modules as usize) {
        file.extend_from_slice(&(module.len() as u32).to_le_bytes());
        file.extend_from_slice(&module);
    }
    let out = env::var("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&out).join("modules"), file).expect("cargo's folder is writable");
    for input in ["build.rs", "generator.rs", "../../../host-functions/src/table.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
}

/// A number from the environment, told on to the crate.
fn setting(name: &str, otherwise: u64) -> u64 {
    println!("cargo:rerun-if-env-changed={name}");
    let value = env::var(name).map_or(otherwise, |text| text.parse().expect("a number"));
    println!("cargo:rustc-env={name}={value}");
    value
}

/// Bytes from SplitMix64.
fn random(mut state: u64) -> Vec<u8> {
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    });
    words.take(ENTROPY / 8).flat_map(u64::to_le_bytes).collect()
}
