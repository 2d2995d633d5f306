//! Nothing that is done to a proof makes it prove something else.

use super::reference::{Trie, keccak};
use alloy_trie::{
    HashBuilder, Nibbles,
    proof::{ProofRetainer, ProofVerificationError},
};
use proptest::{collection::btree_map, prelude::*, sample::Index};
use std::collections::BTreeMap;
use zx::{
    B256, U256,
    proof::{self, EMPTY_ROOT, ProofError},
};

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;
type Proof = Vec<Vec<u8>>;

/// Root, and proof of a key, as alloy makes them. Nodes that lie in their parents are not listed.
fn alloys(entries: &Entries, key: &[u8]) -> (B256, Proof) {
    let target = Nibbles::unpack(key);
    let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::from_iter([target]));
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    let root = builder.root();
    let nodes = builder.take_proof_nodes().matching_nodes_sorted(&target);
    (root, nodes.into_iter().filter(|(at, n)| at.is_empty() || n.len() >= 32).map(|(_, n)| n.to_vec()).collect())
}

/// Tries of keys of one length: short keys lie close together, with nodes in nodes; hashes lie far apart.
fn entries() -> impl Strategy<Value = Entries> {
    let value = || prop::collection::vec(any::<u8>(), 1..40);
    let tiny = || prop::collection::vec(any::<u8>(), 1..3);
    let byte = || prop_oneof![Just(0u8), Just(1), Just(0x10), any::<u8>()];
    prop_oneof![
        btree_map(prop::collection::vec(byte(), 1), tiny(), 0..20),
        btree_map(prop::collection::vec(byte(), 3), tiny(), 0..60),
        btree_map(prop::collection::vec(byte(), 3), value(), 0..60),
        btree_map(any::<u64>().prop_map(|n| keccak(&n.to_be_bytes()).0.to_vec()), value(), 0..60),
    ]
}

/// Keys that begin with other keys, so that branches have values.
fn prefixed() -> impl Strategy<Value = Entries> {
    let byte = || prop_oneof![Just(0u8), Just(1), Just(0x10), any::<u8>()];
    btree_map(prop::collection::vec(byte(), 0..5), prop::collection::vec(any::<u8>(), 1..40), 0..40)
}

/// A key of the trie, one near it, or any.
fn key(entries: &Entries) -> impl Strategy<Value = Vec<u8>> + use<> {
    let known: Vec<_> = entries.keys().cloned().collect();
    let len = known.first().map_or(3, Vec::len);
    let any_key = prop::collection::vec(any::<u8>(), len);
    (any_key, any::<Index>(), any::<Index>(), 0..4).prop_map(move |(any_key, which, at, choice)| {
        if known.is_empty() || choice == 0 {
            return any_key;
        }
        let mut key = known[which.index(known.len())].clone();
        if choice == 1 {
            let at = at.index(len);
            key[at] = any_key[at];
        }
        key
    })
}

/// A trie and a key to ask for.
fn asked() -> impl Strategy<Value = (Entries, Vec<u8>)> {
    entries().prop_flat_map(|entries| (Just(entries.clone()), key(&entries)))
}

/// What may happen to a proof.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, Index, u8),
    Drop(Index),
    Double(Index, Index),
    Swap(Index, Index),
    Cut(Index, Index),
    Lengthen(Index, u8),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        (index(), index(), 1..=255u8).prop_map(|(node, at, by)| Change::Byte(node, at, by)),
        index().prop_map(Change::Drop),
        (index(), index()).prop_map(|(node, to)| Change::Double(node, to)),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), index()).prop_map(|(node, at)| Change::Cut(node, at)),
        (index(), any::<u8>()).prop_map(|(node, byte)| Change::Lengthen(node, byte)),
        (index(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(at, node)| Change::Insert(at, node)),
    ]
}

impl Change {
    fn apply(&self, proof: &mut Proof) {
        let nodes = proof.len();
        match self {
            Self::Insert(at, node) => proof.insert(at.index(nodes + 1), node.clone()),
            _ if nodes == 0 => {}
            Self::Byte(node, at, by) => {
                let node = &mut proof[node.index(nodes)];
                let at = at.index(node.len().max(1));
                node.get_mut(at).into_iter().for_each(|byte| *byte ^= by);
            }
            Self::Drop(node) => drop(proof.remove(node.index(nodes))),
            Self::Double(node, to) => proof.insert(to.index(nodes + 1), proof[node.index(nodes)].clone()),
            Self::Swap(a, b) => proof.swap(a.index(nodes), b.index(nodes)),
            Self::Cut(node, at) => {
                let node = &mut proof[node.index(nodes)];
                node.truncate(at.index(node.len() + 1));
            }
            Self::Lengthen(node, byte) => proof[node.index(nodes)].push(*byte),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_key_proves_its_value(entries in entries()) {
        let trie = Trie::new(&entries.iter().collect::<Vec<_>>());
        for (key, value) in &entries {
            let (root, proof) = alloys(&entries, key);
            prop_assert_eq!(&trie.prove(key), &proof);
            prop_assert_eq!(proof::verify(root, key, &proof), Ok(Some(value.clone())));
        }
    }

    #[test]
    fn a_key_that_is_not_there_proves_that((entries, key) in asked()) {
        let (root, proof) = alloys(&entries, &key);
        prop_assert_eq!(proof::verify(root, &key, &proof), Ok(entries.get(&key).cloned()));
    }

    #[test]
    fn keys_within_keys_have_values_of_their_own(entries in prefixed(), other in prop::collection::vec(0..3u8, 0..5)) {
        let trie = Trie::new(&entries.iter().collect::<Vec<_>>());
        for key in entries.keys().chain([&other]) {
            let answer = proof::verify(trie.root(), key, &trie.prove(key));
            prop_assert_eq!(answer, Ok(entries.get(key).cloned()));
        }
    }

    /// The proof of one key says nothing else of another.
    #[test]
    fn a_proof_of_another_key_is_no_lie((entries, key) in asked(), other: Index) {
        let keys: Vec<_> = entries.keys().cloned().collect();
        prop_assume!(!keys.is_empty());
        let (root, proof) = alloys(&entries, &keys[other.index(keys.len())]);
        if let Ok(answer) = proof::verify(root, &key, &proof) {
            prop_assert_eq!(answer, entries.get(&key).cloned());
        }
    }

    #[test]
    fn a_changed_proof_proves_the_same_or_nothing(
        (entries, key) in asked(),
        changes in prop::collection::vec(change(), 1..3),
    ) {
        let (root, proof) = alloys(&entries, &key);
        let mut changed = proof.clone();
        changes.iter().for_each(|change| change.apply(&mut changed));
        match proof::verify(root, &key, &changed) {
            Ok(answer) => {
                prop_assert_eq!(answer, entries.get(&key).cloned());
                prop_assert!(changed == proof || root == EMPTY_ROOT);
            }
            Err(error) => prop_assert!(changed != proof, "{}", error),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn every_byte_of_a_proof_counts((entries, key) in asked(), by in 1..=255u8) {
        let (root, proof) = alloys(&entries, &key);
        for node in 0..proof.len() {
            for at in 0..proof[node].len() {
                let mut changed = proof.clone();
                changed[node][at] ^= by;
                prop_assert_eq!(proof::verify(root, &key, &changed), Err(ProofError::HashMismatch { node }));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A root that somebody chose for a node of their own: what is read there is what alloy reads, if it
    /// reads it: it looks into children off the way too, and takes no root node of fewer than 32 bytes.
    #[test]
    fn nodes_that_no_trie_has_are_not_read_otherwise_than_alloy_reads_them(
        (entries, key) in asked(),
        changes in prop::collection::vec(change(), 1..3),
    ) {
        let (_, mut proof) = alloys(&entries, &key);
        let last = proof.split_off(proof.len() - 1);
        let mut changed = last;
        changes.iter().for_each(|change| change.apply(&mut changed));
        changed.truncate(1);
        let Some(node) = changed.first().filter(|node| node.len() >= 32) else { return Ok(()) };
        if let Ok(answer) = proof::verify(keccak(node), &key, &changed) {
            let nodes: Vec<_> = changed.iter().map(|node| node.clone().into()).collect();
            let alloys = alloy_trie::proof::verify_proof(keccak(node), Nibbles::unpack(&key), answer, &nodes);
            prop_assert!(matches!(alloys, Ok(()) | Err(ProofVerificationError::Rlp(_))), "{:?} {:x?}", alloys, node);
        }
    }

    #[test]
    fn bytes_that_are_no_values_are_refused(value in prop::collection::vec(any::<u8>(), 1..130)) {
        let slot = B256::repeat_byte(1);
        let trie = Trie::new(&[(keccak(&slot.0), &value)]);
        let read = proof::verify_storage(trie.root(), slot, &[trie.encoded()]);
        let alloys = alloy_rlp::decode_exact::<alloy_primitives::U256>(&value);
        prop_assert_eq!(read.ok(), alloys.ok().map(U256::from).filter(|word| !word.is_zero()));
    }
}
