//! The test files of Ethereum, which are not part of this repository.

use serde_json::Value;
use std::{env, fs, path::PathBuf};

/// A folder of them. `None`, with a word about it, if it is not there.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = env::var_os("ZX_CONFORMANCE_DIR").map_or_else(|| beside.into(), PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no folder {}: set ZX_CONFORMANCE_DIR", folder.display());
    None
}

/// Every test of every JSON file in a folder: its name, and what it says.
pub fn tests(name: &str) -> Vec<(String, Value)> {
    let mut tests = Vec::new();
    for entry in folder(name).into_iter().flat_map(|folder| fs::read_dir(folder).expect("a folder")) {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let file: Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
            let file_tests = file.as_object().expect("tests by name").clone();
            tests.extend(file_tests.into_iter().map(|(test, says)| (format!("{}: {test}", path.display()), says)));
        }
    }
    tests
}

/// Bytes in hexadecimal, with or without `0x`.
pub fn hex(text: &str) -> Vec<u8> {
    alloy_primitives::hex::decode(text).expect("hexadecimal")
}
