//! RLP, against Ethereum's test files and alloy's codec.

use super::{
    conformance::{hex, tests},
    reference::{list, string},
};
use alloy_primitives::U512;
use alloy_rlp::{Decodable as _, Header, PayloadView};
use proptest::prelude::*;
use serde_json::Value;
use zx::{
    U256,
    proof::rlp::{self, Item, Items, RlpError},
};

/// An item with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    String(Vec<u8>),
    List(Vec<Self>),
}

impl Tree {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::String(bytes) => string(bytes),
            Self::List(items) => list(&items.iter().map(Self::encode).collect::<Vec<_>>()),
        }
    }

    fn from_json(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Value::Number(number) => Self::number(U512::from(number.as_u64().expect("no more than 64 bits"))),
            Value::String(text) => match text.strip_prefix('#') {
                Some(number) => Self::number(number.parse().expect("a number")),
                None => Self::String(text.as_bytes().to_vec()),
            },
            other => panic!("no item: {other}"),
        }
    }

    fn number(number: U512) -> Self {
        Self::String(number.to_be_bytes_trimmed_vec())
    }
}

/// As the SDK reads it.
fn ours(encoded: &[u8]) -> Result<Tree, RlpError> {
    fn tree(item: Item<'_>) -> Result<Tree, RlpError> {
        Ok(match item {
            Item::String(bytes) => Tree::String(bytes.to_vec()),
            Item::List(items) => Tree::List(all(items)?),
        })
    }
    fn all(mut items: Items<'_>) -> Result<Vec<Tree>, RlpError> {
        let mut trees = Vec::new();
        while !items.is_empty() {
            trees.push(tree(items.take()?)?);
        }
        Ok(trees)
    }
    tree(rlp::decode(encoded)?)
}

/// As alloy reads it.
fn alloys(encoded: &[u8]) -> Result<Tree, alloy_rlp::Error> {
    let mut rest = encoded;
    let tree = match Header::decode_raw(&mut rest)? {
        PayloadView::String(bytes) => Tree::String(bytes.to_vec()),
        PayloadView::List(items) => Tree::List(items.into_iter().map(alloys).collect::<Result<_, _>>()?),
    };
    if rest.is_empty() { Ok(tree) } else { Err(alloy_rlp::Error::UnexpectedLength) }
}

/// A test says what the encoding encodes, or only whether it is one.
fn check(name: &str, test: &Value) {
    let encoded = hex(test["out"].as_str().expect("an encoding"));
    let (ours, alloys) = (ours(&encoded), alloys(&encoded));
    if test["in"] == "INVALID" {
        assert!(ours.is_err(), "{name}: {ours:?}");
        assert!(alloys.is_err(), "{name}: {alloys:?}");
        return;
    }
    let tree = ours.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(alloys.as_ref(), Ok(&tree), "{name}");
    assert_eq!(tree.encode(), encoded, "{name}");
    if test["in"] != "VALID" {
        assert_eq!(tree, Tree::from_json(&test["in"]), "{name}");
    }
}

#[test]
fn ethereum_s_encodings_are_read_and_what_is_none_is_refused() {
    let tests = tests("rlp");
    for (name, test) in &tests {
        check(name, test);
    }
    let invalid = tests.iter().filter(|(_, test)| test["in"] == "INVALID").count();
    println!("{} encodings, {invalid} that are none", tests.len() - invalid);
}

fn tree() -> impl Strategy<Value = Tree> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::collection::vec(any::<u8>(), 50..70),
        prop::collection::vec(any::<u8>(), 250..260),
    ];
    let items = |inner| prop::collection::vec(inner, 0..5).prop_map(Tree::List);
    bytes.prop_map(Tree::String).prop_recursive(4, 30, 5, items)
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_and_cut_or_lengthened_refused(tree in tree()) {
        let encoded = tree.encode();
        prop_assert_eq!(ours(&encoded), Ok(tree));
        for cut in 0..encoded.len() {
            prop_assert_eq!(ours(&encoded[..cut]), Err(RlpError::Truncated));
        }
        prop_assert_eq!(ours(&[&encoded[..], &[0]].concat()), Err(RlpError::Trailing));
    }

    /// Only one encoding is read for each tree, and alloy reads the same.
    #[test]
    fn bytes_that_are_read_are_the_encoding(tree in tree(), at: prop::sample::Index, byte: u8) {
        let mut encoded = tree.encode();
        let at = at.index(encoded.len());
        encoded[at] = byte;
        let read = ours(&encoded);
        prop_assert_eq!(read.is_ok(), alloys(&encoded).is_ok());
        if let Ok(tree) = read {
            prop_assert_eq!(tree.encode(), encoded);
        }
    }

    #[test]
    fn bytes_at_random_are_read_alike(encoded in bytes_like(&[0xC1, 0x80])) {
        prop_assert_eq!(ours(&encoded).ok(), alloys(&encoded).ok());
    }

    #[test]
    fn numbers_are_alloy_s(number: u64, bits in 0u32..64) {
        let number = number >> bits;
        let encoded = rlp::encode_u64(number);
        prop_assert_eq!(&encoded, &alloy_rlp::encode(number));
        prop_assert_eq!(rlp::decode_number(&encoded), Ok(U256::from(number)));
    }

    #[test]
    fn numbers_are_read_as_alloy_reads_them(digits in bytes_like(&[0])) {
        let encoded = string(&digits);
        let list = list(std::slice::from_ref(&encoded));
        let mut items = rlp::decode_list(&list).expect("a list");
        prop_assert_eq!(items.number64().ok(), u64::decode(&mut &encoded[..]).ok());
        prop_assert_eq!(rlp::decode_number(&encoded).ok(), U512::decode(&mut &encoded[..]).ok().map(small));
    }
}

/// Up to eleven bytes, many of which are one of these.
fn bytes_like(frequent: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![prop::sample::select(frequent), any::<u8>()], 0..12)
}

fn small(number: U512) -> U256 {
    U256::from(alloy_primitives::U256::from(number))
}

#[test]
fn a_list_nested_without_end_takes_no_stack() {
    let mut nested = vec![0xC0];
    for _ in 0..10_000 {
        nested = list(&[nested]);
    }
    let (mut items, mut depth) = (rlp::decode_list(&nested).expect("a list"), 0);
    while !items.is_empty() {
        items = items.list().expect("a list");
        depth += 1;
    }
    assert_eq!(depth, 10_000);
}
