//! The tries of Ethereum's test files: every key proves its value, in a trie of the root that the file says.

use super::{
    conformance::{hex, tests},
    reference::{Trie, keccak},
};
use serde_json::Value;
use std::collections::BTreeMap;
use zx::proof;

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

fn bytes(text: &str) -> Vec<u8> {
    if text.starts_with("0x") { hex(text) } else { text.as_bytes().to_vec() }
}

/// What a test inserts and removes: pairs in order, or a map.
fn acts(test: &Value) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let act = |key: &str, value: &Value| (bytes(key), value.as_str().map(bytes));
    match &test["in"] {
        Value::Object(map) => map.iter().map(|(key, value)| act(key, value)).collect(),
        Value::Array(pairs) => pairs.iter().map(|pair| act(pair[0].as_str().expect("a key"), &pair[1])).collect(),
        other => panic!("neither pairs nor a map: {other}"),
    }
}

fn entries(test: &Value, secure: bool) -> Entries {
    let mut entries = Entries::new();
    for (key, value) in acts(test) {
        let key = if secure { keccak(&key).0.to_vec() } else { key };
        match value {
            Some(value) => entries.insert(key, value),
            None => entries.remove(&key),
        };
    }
    entries
}

fn check(name: &str, entries: &Entries, root: &str) {
    let trie = Trie::new(&entries.iter().collect::<Vec<_>>());
    let root = root.parse().expect("a hash");
    assert_eq!(trie.root(), root, "{name}");
    for (key, value) in entries {
        assert_eq!(proof::verify(root, key, &trie.prove(key)), Ok(Some(value.clone())), "{name}");
        for other in [[key, &b"\0"[..]].concat(), key[..key.len() - 1].to_vec(), [b"\0", &key[..]].concat()] {
            let answer = proof::verify(root, &other, &trie.prove(&other));
            assert_eq!(answer, Ok(entries.get(&other).cloned()), "{name}");
        }
    }
}

#[test]
fn the_keys_of_ethereum_s_tries_prove_their_values_and_others_that_they_have_none() {
    let tests = tests("trie");
    for (name, test) in &tests {
        check(name, &entries(test, name.contains("secure")), test["root"].as_str().expect("a root"));
    }
    println!("{} tries", tests.len());
}
