use super::*;
use alloy_primitives::Address;
use alloy_trie::root::{state_root_unhashed, storage_root_unhashed};
use proptest::prelude::*;
use zx_primitives::AccountInfo;

/// The rows of a store, in order: what RocksDB keeps.
#[derive(Default)]
struct Rows {
    accounts: BTreeMap<B256, TrieAccount>,
    storage: BTreeMap<(B256, B256), U256>,
}

impl TrieSource for Rows {
    fn trie_account(&self, account: B256) -> Result<Option<TrieAccount>, StateError> {
        Ok(self.accounts.get(&account).copied())
    }

    fn each_account(&self, visit: &mut dyn FnMut(B256, TrieAccount)) -> Result<(), StateError> {
        self.accounts.iter().for_each(|(key, account)| visit(*key, *account));
        Ok(())
    }

    fn each_slot(&self, account: B256, visit: &mut dyn FnMut(B256, U256)) -> Result<(), StateError> {
        let all = (account, B256::ZERO)..=(account, B256::repeat_byte(0xff));
        self.storage.range(all).for_each(|((_, slot), value)| visit(*slot, *value));
        Ok(())
    }
}

impl Rows {
    fn write(&mut self, update: StateUpdate) {
        for (account, storage) in update.storage {
            if storage.wiped {
                self.storage.retain(|(of, _), _| *of != account);
            }
            for (slot, value) in storage.slots {
                match value.is_zero() {
                    true => self.storage.remove(&(account, slot)),
                    false => self.storage.insert((account, slot), value),
                };
            }
        }
        for (key, account) in update.accounts {
            match account {
                Some(account) => self.accounts.insert(key, account),
                None => self.accounts.remove(&key),
            };
        }
    }
}

/// The same state, kept as plainly as can be.
type Model = BTreeMap<Address, (AccountInfo, BTreeMap<U256, U256>)>;

fn model_root(model: &Model) -> B256 {
    state_root_unhashed(model.iter().map(|(address, (info, storage))| {
        let slots = storage.iter().map(|(slot, value)| (B256::from(*slot), *value));
        let storage_root = storage_root_unhashed(slots);
        let account = TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash };
        (*address, account)
    }))
}

fn model_apply(model: &mut Model, changes: &StateChanges) {
    for (address, change) in &changes.accounts {
        let Some(info) = change.info else {
            model.remove(address);
            continue;
        };
        let entry = model.entry(*address).or_insert_with(|| (info, BTreeMap::new()));
        entry.0 = info;
        if change.wiped {
            entry.1.clear();
        }
        entry.1.extend(&change.storage);
        entry.1.retain(|_, value| !value.is_zero());
    }
}

fn change() -> impl Strategy<Value = AccountChange> {
    let info = (1..9u64, 0..9u64).prop_map(|(nonce, balance)| AccountInfo {
        nonce,
        balance: U256::from(balance),
        code_hash: KECCAK256_EMPTY,
    });
    let storage = prop::collection::btree_map((0..12u64).prop_map(U256::from), (0..3u64).prop_map(U256::from), 0..6);
    (prop::option::weighted(0.85, info), prop::bool::weighted(0.1), storage).prop_map(|(info, wiped, storage)| {
        let storage = if info.is_some() { storage } else { BTreeMap::new() };
        AccountChange { info, wiped, storage }
    })
}

fn blocks() -> impl Strategy<Value = Vec<StateChanges>> {
    let address = (0..20u8).prop_map(Address::repeat_byte);
    let block = prop::collection::btree_map(address, change(), 1..8);
    prop::collection::vec(block.prop_map(|accounts| StateChanges { accounts, ..Default::default() }), 1..12)
}

proptest! {
    #[test]
    fn after_every_block_the_root_is_that_of_the_whole_state(blocks in blocks()) {
        let (mut rows, mut model) = (Rows::default(), Model::new());
        for changes in &blocks {
            let update = apply(&rows, changes).unwrap();
            model_apply(&mut model, changes);
            prop_assert_eq!(update.root, model_root(&model));
            rows.write(update);
        }
    }
}

#[test]
fn nothing_has_the_empty_root() {
    assert_eq!(apply(&Rows::default(), &StateChanges::default()).unwrap().root, EMPTY_ROOT_HASH);
}

/// Ethereum's own vectors for the secure trie, where they are at hand.
#[test]
fn leaves_hash_to_the_roots_of_the_ethereum_tests() {
    let folder = std::env::var_os("ZX_CONFORMANCE_DIR").map_or_else(
        // Beside the repository, wherever that is.
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"),
        std::path::PathBuf::from,
    );
    let path = folder.join("trie/hex_encoded_securetrie_test.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there; set ZX_CONFORMANCE_DIR", path.display());
        return;
    };
    let cases: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    for (name, case) in cases {
        let bytes = |v: &serde_json::Value| alloy_primitives::hex::decode(v.as_str().unwrap()).unwrap();
        let rows: BTreeMap<B256, Option<Raw>> = case["in"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (keccak256(alloy_primitives::hex::decode(key).unwrap()), Some(Raw(bytes(value)))))
            .collect();
        let root = Builder::new(rows.into_iter()).root();
        assert_eq!(root.as_slice(), bytes(&case["root"]), "{name}");
    }
}

/// A value that is already encoded.
struct Raw(Vec<u8>);

impl Encodable for Raw {
    fn encode(&self, out: &mut dyn alloy_rlp::BufMut) {
        out.put_slice(&self.0);
    }
}
