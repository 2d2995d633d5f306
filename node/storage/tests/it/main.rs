//! A database on disk, opened, written, read and opened again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxType};
use alloy_primitives::{Address, B256, Bytes, Log, Signature, U256, keccak256};
use std::{collections::BTreeMap, path::Path};
use tempfile::TempDir;
use zx_primitives::{
    AccountChange, AccountInfo, Block, ChainSpec, Receipt, RecoveredTx, StateChanges, StateReader as _,
};
use zx_state::{StateUpdate, TrieSource as _};
use zx_storage::{Commit, SCHEMA_VERSION, Store, StoreError, TxPlace};

fn open(dir: &TempDir) -> Store {
    Store::open(dir.path()).unwrap()
}

fn transaction(nonce: u64) -> RecoveredTx {
    let tx = TxEip1559 { chain_id: 31_337, nonce, ..TxEip1559::default() };
    let signature = Signature::new(U256::from(1), U256::from(2), true);
    RecoveredTx::new_unchecked(tx.into_signed(signature).into(), Address::repeat_byte(9))
}

fn receipts() -> Vec<Receipt> {
    let log = Log::new_unchecked(Address::repeat_byte(3), vec![B256::repeat_byte(4)], vec![5].into());
    vec![Receipt { tx_type: TxType::Eip1559, success: true, cumulative_gas_used: 21_000, logs: vec![log] }]
}

fn info(nonce: u64) -> AccountInfo {
    AccountInfo { nonce, balance: U256::from(nonce) << 100, code_hash: keccak256(b"code") }
}

/// An account with these slots written.
fn writes(nonce: u64, slots: &[(u64, u64)]) -> AccountChange {
    let storage = slots.iter().map(|(slot, value)| (U256::from(*slot), U256::from(*value))).collect();
    AccountChange { info: Some(info(nonce)), wiped: false, storage }
}

/// Commits a block with these changes on top of the head, and gives it back.
fn commit(store: &Store, changes: Vec<(Address, AccountChange)>) -> Block {
    let head = store.view().head().unwrap();
    let codes = BTreeMap::from([(keccak256(b"code"), Bytes::from_static(b"code"))]);
    let changes = StateChanges { accounts: changes.into_iter().collect(), codes };
    let update = zx_state::apply(&store.view(), &changes).unwrap();
    let spec = ChainSpec::dev(vec![]);
    let block = match head {
        None => spec.genesis(update.root),
        Some(head) => {
            let parent = store.view().block(head).unwrap().unwrap();
            let mut header = spec.next_header(&parent, 0);
            header.state_root = update.root;
            Block::seal(header, vec![transaction(2 * head), transaction(2 * head + 1)])
        }
    };
    write(store, &block, &update, &changes.codes);
    block
}

fn write(store: &Store, block: &Block, state: &StateUpdate, codes: &BTreeMap<B256, Bytes>) {
    let receipts = if block.number() == 0 { vec![] } else { receipts() };
    store.commit(&Commit { block, receipts: &receipts, state, codes }).unwrap();
}

const ONE: Address = Address::repeat_byte(1);
const TWO: Address = Address::repeat_byte(2);

#[test]
fn an_empty_store_has_nothing() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let view = store.view();
    assert_eq!(view.head().unwrap(), None);
    assert_eq!(store.genesis().unwrap(), None);
    assert!(store.check_genesis(B256::ZERO).is_ok());
    assert_eq!(view.block(0).unwrap(), None);
    assert_eq!(view.block_number(B256::ZERO).unwrap(), None);
    assert_eq!(view.receipts(0).unwrap(), None);
    assert_eq!(view.transaction(B256::ZERO).unwrap(), None);
    assert_eq!(view.account(ONE).unwrap(), None);
    assert_eq!(view.storage(ONE, U256::ZERO).unwrap(), U256::ZERO);
    assert_eq!(view.block_hash(0).unwrap(), B256::ZERO);
    assert!(view.code(B256::repeat_byte(7)).unwrap_err().to_string().contains("is missing"));
    view.each_account(&mut |_, _| panic!("no accounts")).unwrap();
    view.each_slot(B256::ZERO, &mut |_, _| panic!("no slots")).unwrap();
}

#[test]
fn what_is_committed_reads_back_also_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let (genesis, block) = {
        let store = open(&dir);
        (commit(&store, vec![(ONE, writes(1, &[(1, 2)]))]), commit(&store, vec![(TWO, writes(2, &[(3, 4)]))]))
    };
    let store = open(&dir);
    let view = store.view();
    assert_eq!(view.head().unwrap(), Some(1));
    assert_eq!(store.genesis().unwrap(), Some(genesis.hash));
    assert_eq!(view.block(0).unwrap().as_ref(), Some(&genesis));
    assert_eq!(view.block(1).unwrap().as_ref(), Some(&block));
    assert_eq!(view.block_number(block.hash).unwrap(), Some(1));
    assert_eq!(view.block_hash(1).unwrap(), block.hash);
    assert_eq!(view.receipts(1).unwrap(), Some(receipts()));
    for (index, tx) in block.transactions.iter().enumerate() {
        let place = view.transaction(*tx.inner().tx_hash()).unwrap();
        assert_eq!(place, Some(TxPlace { block: 1, index: index as u32 }));
    }
    assert_eq!(view.account(ONE).unwrap(), Some(info(1)));
    assert_eq!(view.storage(ONE, U256::from(1)).unwrap(), U256::from(2));
    assert_eq!(view.storage(TWO, U256::from(3)).unwrap(), U256::from(4));
    assert_eq!(view.code(keccak256(b"code")).unwrap(), Bytes::from_static(b"code"));
    let again = zx_state::apply(&view, &StateChanges::default()).unwrap();
    assert_eq!(again.root, block.header.state_root);
}

#[test]
fn a_view_does_not_move() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let genesis = commit(&store, vec![(ONE, writes(1, &[(1, 2)]))]);
    let before = store.view();
    commit(&store, vec![(ONE, writes(5, &[(1, 0), (9, 9)])), (TWO, writes(1, &[]))]);
    assert_eq!(before.head().unwrap(), Some(0));
    assert_eq!(before.account(ONE).unwrap(), Some(info(1)));
    assert_eq!(before.account(TWO).unwrap(), None);
    assert_eq!(before.storage(ONE, U256::from(1)).unwrap(), U256::from(2));
    assert_eq!(before.block(1).unwrap(), None);
    assert_eq!(zx_state::apply(&before, &StateChanges::default()).unwrap().root, genesis.header.state_root);
    let after = store.view();
    assert_eq!((after.head().unwrap(), after.storage(ONE, U256::from(1)).unwrap()), (Some(1), U256::ZERO));
}

#[test]
fn readers_never_see_half_a_block() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    commit(&store, vec![(ONE, writes(1, &[(1, 1)])), (TWO, writes(1, &[(1, 1)]))]);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while seen < 30 {
                let view = store.view();
                seen = view.head().unwrap().unwrap();
                let nonce = seen + 1;
                for who in [ONE, TWO] {
                    assert_eq!(view.account(who).unwrap(), Some(info(nonce)));
                    assert_eq!(view.storage(who, U256::from(1)).unwrap(), U256::from(nonce));
                }
                let root = view.block(seen).unwrap().unwrap().header.state_root;
                assert_eq!(zx_state::apply(&view, &StateChanges::default()).unwrap().root, root);
            }
        });
        for nonce in 2..=31 {
            commit(&store, vec![(ONE, writes(nonce, &[(1, nonce)])), (TWO, writes(nonce, &[(1, nonce)]))]);
        }
        reader.join().unwrap();
    });
}

#[test]
fn wiping_an_account_takes_its_slots_and_nobody_elses() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let many: Vec<_> = (0..500).map(|slot| (slot, slot + 1)).collect();
    let others: Vec<Address> = (10..60).map(Address::repeat_byte).collect();
    let mut all: Vec<_> = others.iter().map(|who| (*who, writes(1, &[(1, 7), (2, 8)]))).collect();
    all.push((ONE, writes(1, &many)));
    all.push((TWO, writes(1, &many)));
    commit(&store, all);
    let wiped = AccountChange { wiped: true, ..writes(2, &[(3, 33)]) };
    let gone = AccountChange { info: None, wiped: false, storage: BTreeMap::new() };
    let block = commit(&store, vec![(ONE, wiped), (TWO, gone)]);
    let view = store.view();
    let slots = |who: Address| {
        let mut count = 0;
        view.each_slot(keccak256(who), &mut |_, _| count += 1).unwrap();
        count
    };
    assert_eq!((slots(ONE), slots(TWO)), (1, 0));
    assert_eq!(view.storage(ONE, U256::from(3)).unwrap(), U256::from(33));
    assert_eq!(view.account(TWO).unwrap(), None);
    for who in others {
        assert_eq!(slots(who), 2, "{who}");
    }
    assert_eq!(zx_state::apply(&view, &StateChanges::default()).unwrap().root, block.header.state_root);
}

#[test]
fn rows_come_in_the_order_of_the_trie() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let slots: Vec<_> = (0..300).map(|slot| (slot, slot + 1)).collect();
    commit(&store, (1..100).map(|byte| (Address::repeat_byte(byte), writes(1, &slots[..usize::from(byte)]))).collect());
    let view = store.view();
    let mut accounts = Vec::new();
    view.each_account(&mut |key, _| accounts.push(key)).unwrap();
    assert_eq!(accounts.len(), 99);
    assert!(accounts.is_sorted());
    for byte in 1..100 {
        let mut found = Vec::new();
        view.each_slot(keccak256(Address::repeat_byte(byte)), &mut |key, value| found.push((key, value))).unwrap();
        let mut expected: Vec<_> = slots[..usize::from(byte)]
            .iter()
            .map(|(slot, value)| (keccak256(U256::from(*slot).to_be_bytes::<32>()), U256::from(*value)))
            .collect();
        expected.sort();
        assert_eq!(found, expected, "{byte}");
    }
}

#[test]
fn a_second_opening_says_who_has_it() {
    let dir = TempDir::new().unwrap();
    let _store = open(&dir);
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(&error, StoreError::Locked(path) if path == dir.path()));
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");
}

#[test]
fn another_chain_is_refused_by_name() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir);
    let genesis = commit(&store, vec![(ONE, writes(1, &[]))]);
    assert!(store.check_genesis(genesis.hash).is_ok());
    let error = store.check_genesis(B256::repeat_byte(7)).unwrap_err();
    assert!(matches!(&error, StoreError::OtherChain { found, .. } if *found == genesis.hash));
    assert!(error.to_string().contains(&genesis.hash.to_string()), "{error}");
}

fn put_meta(dir: &Path, name: &str, value: &[u8]) {
    let families = zx_storage::TABLES.iter().map(|table| table.name);
    let db = rocksdb::DB::open_cf(&rocksdb::Options::default(), dir, families).unwrap();
    db.put_cf(db.cf_handle("meta").unwrap(), name, value).unwrap();
}

#[test]
fn a_newer_schema_is_refused() {
    let dir = TempDir::new().unwrap();
    drop(open(&dir));
    put_meta(dir.path(), "schema", &(SCHEMA_VERSION + 1).to_be_bytes());
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found, .. } if found == SCHEMA_VERSION + 1), "{error}");
}

#[test]
fn damage_is_an_error_that_names_the_folder() {
    let dir = TempDir::new().unwrap();
    commit(&open(&dir), vec![(ONE, writes(1, &[]))]);
    put_meta(dir.path(), "head", b"odd");
    let store = open(&dir);
    let error = store.view().head().unwrap_err().to_string();
    assert!(error.contains("is damaged") && error.contains(&dir.path().display().to_string()), "{error}");
}

#[test]
fn a_folder_that_is_a_file_is_an_error() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(Store::open(&file), Err(StoreError::Database { .. })));
}
