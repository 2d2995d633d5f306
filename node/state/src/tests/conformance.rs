//! Ethereum's own test files of tries, where they are at hand: every file of the folder.

use super::*;
use alloy_primitives::hex;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    std::env::var_os("ZX_CONFORMANCE_DIR").map_or_else(beside, PathBuf::from).join("trie")
}

/// A word, or bytes in hex.
fn bytes(value: &Json) -> Vec<u8> {
    let text = value.as_str().unwrap();
    match text.strip_prefix("0x") {
        Some(hex) => hex::decode(hex).unwrap(),
        None => text.as_bytes().to_vec(),
    }
}

/// Keys with their values in the order of the file: an object's in any order, a list's as they stand.
fn entries(case: &Json) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let value = |value: &Json| (!value.is_null()).then(|| bytes(value));
    match &case["in"] {
        Json::Object(entries) => entries.iter().map(|(key, v)| (bytes(&Json::from(key.as_str())), value(v))).collect(),
        Json::Array(entries) => entries.iter().map(|entry| (bytes(&entry[0]), value(&entry[1]))).collect(),
        other => panic!("unknown form of entries: {other}"),
    }
}

/// Files of neighbouring keys hold no roots: the trie of a set of keys is asked for what comes before and after each.
fn check_neighbours(name: &str, case: &Json) {
    let keys: Vec<Vec<u8>> = case["in"].as_array().unwrap().iter().map(bytes).collect();
    let mut trie = Plain::new();
    keys.iter().for_each(|key| trie.set(key, Some(key.clone())));
    let mut found = Vec::new();
    let all = &mut |_: Nibbles, value: &Raw| {
        found.push(value.0.clone());
        Ok(())
    };
    trie.0.each(&Nothing, all).unwrap();
    for test in case["tests"].as_array().unwrap() {
        let (key, before, after) = (bytes(&test[0]), bytes(&test[1]), bytes(&test[2]));
        let left = found.iter().rev().find(|other| **other < key).cloned().unwrap_or_default();
        let right = found.iter().find(|other| **other > key).cloned().unwrap_or_default();
        assert_eq!((left, right), (before, after), "{name}: around {}", hex::encode(key));
    }
}

fn check(file: &str, name: &str, case: &Json) {
    if case.get("tests").is_some() {
        return check_neighbours(name, case);
    }
    let secure = file.to_lowercase().contains("secure");
    let mut entries = entries(case);
    // A test that may come in any order comes in two; a list's order counts, because values in it replace others.
    let orders = if case["in"].is_object() { 2 } else { 1 };
    for _ in 0..orders {
        let mut trie = Plain::new();
        let mut other = eth_trie::EthTrie::new(Arc::new(eth_trie::MemoryDB::new(true)));
        for (key, value) in &entries {
            let key = if secure { keccak256(key).to_vec() } else { key.clone() };
            // An empty value removes a key.
            trie.set(&key, value.clone().filter(|value| !value.is_empty()));
            eth_trie::Trie::insert(&mut other, &key, value.as_deref().unwrap_or_default()).unwrap();
            assert_eq!(trie.root().0, eth_trie::Trie::root_hash(&mut other).unwrap().0, "{file}: {name}");
        }
        assert_eq!(trie.root().as_slice(), bytes(&case["root"]), "{file}: {name}");
        entries.reverse();
    }
}

#[test]
fn the_ethereum_tests_of_tries_pass() {
    let Ok(files) = std::fs::read_dir(folder()) else {
        eprintln!("skipped: {} is not there; set ZX_CONFORMANCE_DIR", folder().display());
        return;
    };
    let mut checked = 0;
    for path in files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let cases: BTreeMap<String, Json> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for (name, case) in &cases {
            check(&file, name, case);
            checked += 1;
        }
    }
    assert!(checked > 0, "no test in {}", folder().display());
}
