//! The trie held against alloy-trie's roots from every leaf, against `eth_trie`, and against Ethereum's test files.

use super::*;
use crate::{
    node::Value,
    state::Nothing,
    trie::Trie,
    update::{Change, Update},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{
    EMPTY_ROOT_HASH,
    proof::verify_proof,
    root::{state_root_unhashed, storage_root_unhashed},
};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::{AccountChange, AccountInfo, SlotChange, StateChanges, StateError};

mod conformance;
mod operations;
mod rows;
mod tangled;
mod vectors;

use rows::Rows;

/// A state, kept as plainly as can be.
type Model = BTreeMap<Address, (AccountInfo, BTreeMap<U256, U256>)>;

fn model_root(model: &Model) -> B256 {
    state_root_unhashed(model.iter().map(|(address, (info, storage))| {
        let slots = storage.iter().map(|(slot, value)| (B256::from(*slot), *value));
        let storage_root = storage_root_unhashed(slots);
        let account = TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash };
        (*address, account)
    }))
}

/// What a block does, in terms of the model; values from before are looked up when it is applied.
#[derive(Clone, Debug)]
struct Act {
    info: Option<AccountInfo>,
    wiped: bool,
    storage: BTreeMap<U256, U256>,
}

type Acts = BTreeMap<Address, Act>;

/// Changes the model, and says the change as the executor would.
fn play(model: &mut Model, acts: &Acts) -> StateChanges {
    let mut changes = StateChanges::default();
    for (address, act) in acts {
        let before = model.get(address).map(|(_, storage)| storage.clone()).unwrap_or_default();
        let storage = act.storage.iter().map(|(slot, after)| {
            let before = before.get(slot).copied().unwrap_or_default();
            (*slot, SlotChange { before, after: *after })
        });
        let change = AccountChange { info: act.info, wiped: act.wiped, storage: storage.collect() };
        changes.accounts.insert(*address, change);
        let Some(info) = act.info else {
            model.remove(address);
            continue;
        };
        let entry = model.entry(*address).or_insert_with(|| (info, BTreeMap::new()));
        entry.0 = info;
        if act.wiped {
            entry.1.clear();
        }
        entry.1.extend(&act.storage);
        entry.1.retain(|_, value| !value.is_zero());
    }
    changes
}

fn act() -> impl Strategy<Value = Act> {
    let info = (1..9u64, 0..9u64).prop_map(|(nonce, balance)| AccountInfo {
        nonce,
        balance: U256::from(balance),
        code_hash: KECCAK256_EMPTY,
    });
    let storage = prop::collection::btree_map((0..40u64).prop_map(U256::from), (0..3u64).prop_map(U256::from), 0..12);
    (prop::option::weighted(0.8, info), prop::bool::weighted(0.1), storage).prop_map(|(info, wiped, storage)| {
        let storage = if info.is_some() { storage } else { BTreeMap::new() };
        Act { info, wiped, storage }
    })
}

/// A block on some block before it, counted back from the last one; and whether everything up to its parent is
/// written to the store first.
#[derive(Clone, Debug)]
struct Step {
    back: usize,
    fold: bool,
    trim: bool,
    acts: Acts,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let address = (0..60u8).prop_map(Address::repeat_byte);
    let acts = prop::collection::btree_map(address, act(), 1..12);
    let step = (prop_oneof![4 => Just(0_usize), 1 => 0..6_usize], prop::bool::weighted(0.2), any::<bool>(), acts)
        .prop_map(|(back, fold, trim, acts)| Step { back, fold, trim, acts });
    prop::collection::vec(step, 1..24)
}

/// A block in the tree of those that are not written yet.
#[derive(Clone)]
struct Known {
    number: u64,
    parent: Option<usize>,
    state: State,
    model: Model,
    update: Arc<StateUpdate>,
}

fn lineage(known: &[Known], mut at: usize) -> Vec<usize> {
    let mut line = vec![at];
    while let Some(parent) = known[at].parent {
        line.push(parent);
        at = parent;
    }
    line.reverse();
    line
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Blocks on any of the last states, siblings too; the store follows one line of them, and memory lets go of what
    /// it has. After each block root, reads, proofs and the whole state are right.
    #[test]
    fn every_state_is_right_while_the_store_follows(steps in steps()) {
        let mut rows = Rows::default();
        let root = Known {
            number: 0,
            parent: None,
            state: State::empty(),
            model: Model::new(),
            update: Arc::default(),
        };
        let mut known = vec![root];
        for step in steps {
            let parent = known.len() - 1 - step.back.min(known.len() - 1);
            if step.fold {
                // The line up to the parent is final: it is written, and whatever does not build on it is gone.
                for at in lineage(&known, parent).into_iter().skip(1) {
                    rows.write(&known[at].update);
                }
                let mut base = known[parent].clone();
                base.parent = None;
                if step.trim {
                    base.state = base.state.trim(base.number);
                }
                prop_assert_eq!(rows.nodes(), rows.rebuilt());
                known = vec![base];
            }
            let parent = parent.min(known.len() - 1);
            let Known { number, state, mut model, .. } = known[parent].clone();
            let number = number + 1;
            let changes = play(&mut model, &step.acts);
            let (state, update) = state.apply(&rows, number, &changes).unwrap();
            prop_assert_eq!(state.root(), model_root(&model));
            prop_assert_eq!(update.root, state.root());
            known.push(Known { number, parent: Some(parent), state, model, update: Arc::new(update) });
            for other in &known {
                check_reads(other, &rows)?;
            }
        }
    }
}

fn check_reads(known: &Known, rows: &Rows) -> Result<(), TestCaseError> {
    for byte in 0..60 {
        let address = Address::repeat_byte(byte);
        let key = keccak256(address);
        let expected = known.model.get(&address);
        let found = match known.state.account(key) {
            Lookup::Found(account) => Some(account),
            Lookup::Absent => None,
            Lookup::Stored => rows.account(key).unwrap(),
        };
        prop_assert_eq!(found.map(|account| account.nonce), expected.map(|(info, _)| info.nonce));
        for slot in (0..40).step_by(7) {
            let key = (key, keccak256(U256::from(slot).to_be_bytes::<32>()));
            let found = match known.state.slot(key.0, key.1) {
                Lookup::Found(value) => value,
                Lookup::Absent => U256::ZERO,
                Lookup::Stored => rows.slot(key.0, key.1),
            };
            let expected = expected.and_then(|(_, storage)| storage.get(&U256::from(slot)));
            prop_assert_eq!(found, expected.copied().unwrap_or_default());
        }
    }
    // A proof of each, there or not, holds against the root.
    let address = Address::repeat_byte(u8::try_from(known.number % 60).unwrap());
    let key = keccak256(address);
    let leaf = known.model.get(&address).map(|(info, storage)| {
        let storage_root = storage_root_unhashed(storage.iter().map(|(slot, value)| (B256::from(*slot), *value)));
        TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash }
    });
    let proof = known.state.prove(rows, key).unwrap();
    let expected = leaf.map(alloy_rlp::encode);
    prop_assert!(verify_proof(known.state.root(), Nibbles::unpack(key), expected, &proof).is_ok());
    if let Some(leaf) = leaf {
        let slot = U256::from(known.number % 40);
        let key = (key, keccak256(slot.to_be_bytes::<32>()));
        let proof = known.state.prove_slot(rows, key.0, key.1).unwrap();
        let value = known.model[&address].1.get(&slot).map(alloy_rlp::encode);
        prop_assert!(verify_proof(leaf.storage_root, Nibbles::unpack(key.1), value, &proof).is_ok());
    }
    Ok(())
}

#[test]
fn nothing_has_the_empty_root_and_an_empty_proof() {
    let (state, update) = State::empty().apply(&Nothing, 1, &StateChanges::default()).unwrap();
    assert_eq!((state.root(), update.root), (EMPTY_ROOT_HASH, EMPTY_ROOT_HASH));
    assert!(state.prove(&Nothing, B256::ZERO).unwrap().is_empty());
}

#[test]
fn a_store_that_lacks_a_node_is_an_error_that_says_where() {
    let mut rows = Rows::default();
    let acts = (0..60).map(|byte| (Address::repeat_byte(byte), plain(1))).collect();
    let changes = play(&mut Model::new(), &acts);
    let (state, update) = State::empty().apply(&rows, 1, &changes).unwrap();
    rows.write(&update);
    rows.forget_nodes();
    let again = StateChanges { accounts: changes.accounts.into_iter().take(1).collect(), ..Default::default() };
    let error = State::stored(state.root()).apply(&rows, 2, &again).unwrap_err();
    assert!(error.to_string().contains("the stored trie has the root"), "{error}");
}

fn plain(nonce: u64) -> Act {
    let info = AccountInfo { nonce, balance: U256::from(1), code_hash: KECCAK256_EMPTY };
    Act { info: Some(info), wiped: false, storage: BTreeMap::new() }
}

/// A value that is encoded already.
#[derive(Clone, Debug, PartialEq)]
struct Raw(Vec<u8>);

impl Value for Raw {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}

/// A trie in memory, of keys as they come.
struct Plain(Trie<Raw>);

impl Plain {
    fn new() -> Self {
        Self(Trie::empty())
    }

    fn set(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        let key = Nibbles::unpack(key);
        let existed = matches!(self.0.get(&key), Lookup::Found(_));
        let change = Change { key, existed, value: value.map(Raw) };
        self.0 = self.0.update(&Update { source: &Nothing, block: 1 }, &[change], &mut Vec::new()).unwrap();
    }

    fn root(&self) -> B256 {
        self.0.hash()
    }
}
