//! One trie with keys that are alike for long stretches, as hashes hardly ever are: prefixes in front of branches that
//! are rows, splits and collapses of them, several in one batch; with branches, a store that follows, and trimming.

use super::*;
use crate::{StorageUpdate, state::wrap_slot, update::Source};
use alloy_trie::HashBuilder;

const ACCOUNT: B256 = B256::repeat_byte(0x11);

struct Slots<'a>(&'a Rows);

impl Source<U256> for Slots<'_> {
    fn branch(&self, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        self.0.node(Some(ACCOUNT), path)
    }

    fn leaf(&self, path: &Nibbles) -> Result<Option<(Nibbles, U256)>, StateError> {
        let mut from = B256::ZERO;
        from.iter_mut().zip(path.pack()).for_each(|(byte, packed)| *byte = packed);
        Ok(self.0.slot_from(ACCOUNT, from)?.map(|(key, value)| (Nibbles::unpack(key), value)))
    }
}

type Slot = BTreeMap<B256, U256>;

fn root(slots: &Slot) -> B256 {
    let mut hash = HashBuilder::default();
    slots.iter().for_each(|(key, value)| hash.add_leaf(Nibbles::unpack(key), &alloy_rlp::encode(value)));
    hash.root()
}

/// Where a key leaves the one that all would be, twice, and by which nibble: many are alike up to places far down.
fn key() -> impl Strategy<Value = B256> {
    let place = || prop_oneof![Just(0_usize), Just(1), Just(3), Just(4), Just(9), Just(62), Just(63)];
    (place(), 0..3_u8, place(), 0..16_u8, prop_oneof![3 => Just(0_u8), 1 => 0..16_u8]).prop_map(
        |(one, other, two, nibble, last)| {
            let mut nibbles = [0_u8; 64];
            nibbles[one] = other;
            nibbles[two] = nibble;
            nibbles[63] |= last;
            let mut key = B256::ZERO;
            key.iter_mut().zip(nibbles.chunks(2)).for_each(|(byte, pair)| *byte = pair[0] << 4 | pair[1]);
            key
        },
    )
}

#[derive(Clone)]
struct Tried {
    number: u64,
    parent: Option<usize>,
    trie: Trie<U256>,
    slots: Slot,
    update: StorageUpdate,
}

#[derive(Clone, Debug)]
struct Batch {
    back: usize,
    fold: bool,
    lag: usize,
    trim: bool,
    changes: BTreeMap<B256, u64>,
    /// Takes out what begins like this key, up to so many nibbles.
    clear: Option<(B256, usize)>,
}

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let value = prop_oneof![2 => Just(0_u64), 2 => 1..4_u64, 1 => Just(u64::MAX)];
    let changes = prop::collection::btree_map(key(), value, 1..24);
    let back = prop_oneof![4 => Just(0_usize), 1 => 0..5_usize];
    let clear = prop::option::weighted(0.3, (key(), prop_oneof![Just(1_usize), Just(4), Just(5), Just(10), Just(63)]));
    let batch = (back, prop::bool::weighted(0.3), 0..4_usize, any::<bool>(), changes, clear)
        .prop_map(|(back, fold, lag, trim, changes, clear)| Batch { back, fold, lag, trim, changes, clear });
    prop::collection::vec(batch, 1..24)
}

fn write(rows: &mut Rows, trie: &Trie<U256>, updates: &[StorageUpdate]) {
    for storage in updates {
        let storage = BTreeMap::from([(ACCOUNT, storage.clone())]);
        rows.write(&StateUpdate { storage, ..Default::default() });
    }
    let account = TrieAccount { nonce: 1, storage_root: trie.hash(), ..Default::default() };
    rows.write(&StateUpdate { accounts: vec![(ACCOUNT, Some(account))], ..Default::default() });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_trie_of_keys_that_are_much_alike_is_right_and_so_are_its_rows(batches in batches()) {
        let mut rows = Rows::default();
        let first = Tried {
            number: 0, parent: None, trie: Trie::empty(), slots: Slot::new(), update: StorageUpdate::default(),
        };
        let mut known = vec![first];
        for batch in batches {
            let mut parent = known.len() - 1 - batch.back.min(known.len() - 1);
            if batch.fold {
                let mut line = vec![parent];
                while let Some(above) = known[line[line.len() - 1]].parent {
                    line.push(above);
                }
                line.reverse();
                // Some blocks of the line stay over the base, with states that were made before it moved.
                let at = line.len() - 1 - batch.lag.min(line.len() - 1);
                let base = known[line[at]].clone();
                let updates: Vec<_> = line[1..=at].iter().map(|place| known[*place].update.clone()).collect();
                write(&mut rows, &base.trie, &updates);
                prop_assert_eq!(rows.nodes(), rows.rebuilt());
                known = line[at..].iter().map(|place| known[*place].clone()).collect();
                for (place, block) in known.iter_mut().enumerate() {
                    block.parent = place.checked_sub(1);
                }
                parent = known.len() - 1;
                if batch.trim {
                    known[parent].trie = known[parent].trie.trim(base.number, &|_| None);
                }
            }
            let Tried { number, trie, mut slots, .. } = known[parent].clone();
            let mut wanted = batch.changes;
            if let Some((start, nibbles)) = batch.clear {
                let start = Nibbles::unpack(start).slice(..nibbles);
                wanted.extend(slots.keys().filter(|key| Nibbles::unpack(key).starts_with(&start)).map(|key| (*key, 0)));
            }
            let changes: Vec<_> = wanted.iter().map(|(key, value)| {
                let existed = slots.contains_key(key);
                Change { key: Nibbles::unpack(key), existed, value: (*value != 0).then(|| U256::from(*value)) }
            }).collect();
            for (key, value) in &wanted {
                match value {
                    0 => slots.remove(key),
                    value => slots.insert(*key, U256::from(*value)),
                };
            }
            let (number, mut nodes) = (number + 1, Vec::new());
            let trie = trie.update(&Update { source: &Slots(&rows), block: number }, &changes, &mut nodes).unwrap();
            prop_assert_eq!(trie.hash(), root(&slots));
            let update = StorageUpdate {
                slots: wanted.iter().map(|(key, value)| (*key, U256::from(*value))).collect(),
                nodes: nodes.into_iter().map(|(path, branch)| (path, branch.map(wrap_slot))).collect(),
                ..Default::default()
            };
            known.push(Tried { number, parent: Some(parent), trie, slots, update });
            for other in &known {
                for key in wanted.keys() {
                    let path = Nibbles::unpack(key);
                    let found = match other.trie.get(&path) {
                        Lookup::Found(value) => *value,
                        Lookup::Absent => U256::ZERO,
                        Lookup::Stored => rows.slot(ACCOUNT, *key),
                    };
                    let expected = other.slots.get(key);
                    prop_assert_eq!(found, expected.copied().unwrap_or_default());
                    let proof = other.trie.prove(&Slots(&rows), &path).unwrap();
                    let holds = verify_proof(root(&other.slots), path, expected.map(alloy_rlp::encode), &proof);
                    prop_assert!(holds.is_ok(), "{:?} {:?}", holds, proof);
                }
                let mut all = Slot::new();
                other.trie.each(&Slots(&rows), &mut |path, value| {
                    let mut key = B256::ZERO;
                    key.iter_mut().zip(path.pack()).for_each(|(byte, packed)| *byte = packed);
                    all.insert(key, *value);
                    Ok(())
                }).unwrap();
                prop_assert_eq!(&all, &other.slots);
            }
        }
    }
}
