//! A long run of random operations, against `eth_trie` after each batch and against alloy-trie's root from every leaf.

use super::*;
use eth_trie::{EthTrie, MemoryDB, Trie as _};
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Operations in all; `ZX_TRIE_OPS` sets another number.
const OPERATIONS: usize = 120_000;
/// Operations in a block.
const BLOCK: usize = 200;
/// Different slots, most of them of a few accounts.
const ACCOUNTS: u32 = 400;

/// The other trie: `eth_trie` for accounts, and one for each account's slots.
struct Other {
    accounts: EthTrie<MemoryDB>,
    storage: BTreeMap<Address, EthTrie<MemoryDB>>,
}

fn fresh() -> EthTrie<MemoryDB> {
    EthTrie::new(Arc::new(MemoryDB::new(false)))
}

impl Other {
    fn apply(&mut self, changes: &StateChanges) -> B256 {
        for (address, change) in &changes.accounts {
            let key = keccak256(address);
            let Some(info) = change.info else {
                self.storage.remove(address);
                self.accounts.remove(key.as_slice()).unwrap();
                continue;
            };
            if change.wiped {
                self.storage.remove(address);
            }
            let storage = self.storage.entry(*address).or_insert_with(fresh);
            for (slot, change) in &change.storage {
                let slot = keccak256(slot.to_be_bytes::<32>());
                match change.after.is_zero() {
                    true => drop(storage.remove(slot.as_slice()).unwrap()),
                    false => storage.insert(slot.as_slice(), &alloy_rlp::encode(change.after)).unwrap(),
                }
            }
            let storage_root = B256::new(storage.root_hash().unwrap().0);
            let account =
                TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash };
            self.accounts.insert(key.as_slice(), &alloy_rlp::encode(account)).unwrap();
        }
        B256::new(self.accounts.root_hash().unwrap().0)
    }
}

#[test]
fn a_long_run_agrees_with_two_other_tries_after_every_block() {
    let operations = std::env::var("ZX_TRIE_OPS").ok().and_then(|n| n.parse().ok()).unwrap_or(OPERATIONS);
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut rows, mut state, mut model) = (Rows::default(), State::empty(), Model::new());
    let mut other = Other { accounts: fresh(), storage: BTreeMap::new() };
    let (mut done, mut waiting) = (0, Vec::new());
    for number in 1.. {
        let acts = acts(&mut rng, &model);
        done += acts.values().map(|act| 1 + act.storage.len()).sum::<usize>();
        let changes = play(&mut model, &acts);
        let (next, update) = state.apply(&rows, number, &changes).unwrap();
        assert_eq!(next.root(), other.apply(&changes), "block {number} against eth_trie");
        if number % 8 == 0 {
            assert_eq!(next.root(), model_root(&model), "block {number} against alloy-trie");
        }
        state = next;
        waiting.push(update);
        // The store lags some blocks behind, and memory lets go of what it has.
        if number % 16 == 0 {
            let lag = usize::try_from(number / 16 % 9).unwrap();
            let (stored, left) = (waiting.len() - lag, u64::try_from(lag).unwrap());
            waiting.drain(..stored).for_each(|update| rows.write(&update));
            state = state.trim(number - left);
        }
        if done >= operations {
            break;
        }
    }
    waiting.drain(..).for_each(|update| rows.write(&update));
    assert_eq!(root_of(&rows).unwrap(), state.root());
    assert_eq!(rows.nodes(), rows.rebuilt());
}

fn acts(rng: &mut TestRng, model: &Model) -> Acts {
    let mut acts = Acts::new();
    let mut left = BLOCK;
    while left > 0 {
        let index = rng.random_range(0..ACCOUNTS);
        let address = Address::from_slice(&[&[7; 16], &index.to_be_bytes()[..]].concat());
        // A few accounts have much storage.
        let slots = if index < 8 { rng.random_range(0..60) } else { rng.random_range(0..3) };
        let gone = rng.random_ratio(1, if index < 8 { 400 } else { 12 });
        let mut act = plain(rng.random_range(1..1_000_000));
        let storage = (0..slots).map(|_| {
            let value = if rng.random_ratio(1, 3) { 0 } else { rng.random_range(1..1_000) };
            (U256::from(rng.random_range(0..3_000)), U256::from(value))
        });
        act.storage = storage.collect();
        act.wiped = rng.random_ratio(1, 200);
        if gone && model.contains_key(&address) {
            act = Act { info: None, wiped: true, storage: BTreeMap::new() };
        }
        left = left.saturating_sub(1 + act.storage.len());
        acts.insert(address, act);
    }
    acts
}
