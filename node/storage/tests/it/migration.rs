//! From schema 1 to this one.

use crate::{
    commits::check_state,
    world::{Home, Made, put, some_chain},
};
use alloy_consensus::TxReceipt as _;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{U256, keccak256};
use rocksdb::{DB, Options};
use zx_state::TrieAccount;
use zx_storage::{History, StoreConfig, StoreError, migrate};

const TABLES_1: [&str; 8] =
    ["meta", "blocks", "block_numbers", "receipts", "transactions", "accounts", "storage", "codes"];

/// A store as schema 1 had it.
fn write_1(home: &Home, chain: &[Made]) {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    let db = DB::open_cf(&options, home.db(), TABLES_1).unwrap();
    let put = |table: &str, key: &[u8], value: &[u8]| db.put_cf(db.cf_handle(table).unwrap(), key, value).unwrap();
    put("meta", b"schema", &1_u32.to_be_bytes());
    let Some(head) = chain.last() else { return };
    put("meta", b"genesis", chain[0].hash().as_slice());
    put("meta", b"head", &head.block.number().to_be_bytes());
    for made in chain {
        let height = made.block.number().to_be_bytes();
        let receipts: Vec<_> = made.receipts.iter().map(|receipt| receipt.with_bloom_ref().encoded_2718()).collect();
        put("blocks", &height, &made.block.encode());
        put("block_numbers", made.hash().as_slice(), &height);
        put("receipts", &height, &borsh::to_vec(&receipts).unwrap());
        for (index, tx) in (0_u32..).zip(&made.block.transactions) {
            put("transactions", tx.inner().tx_hash().as_slice(), &[&height[..], &index.to_be_bytes()].concat());
        }
        for (hash, code) in &made.changes.codes {
            put("codes", hash.as_slice(), code);
        }
    }
    for (address, (info, slots)) in &head.model {
        let account = keccak256(address);
        let row = match head.state.account(account) {
            zx_state::Lookup::Found(row) => row,
            _ => panic!("{address} is not there"),
        };
        assert_eq!(
            row,
            TrieAccount {
                storage_root: row.storage_root,
                ..(TrieAccount { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash, ..row })
            }
        );
        put("accounts", account.as_slice(), &alloy_rlp::encode(row));
        for (slot, value) in slots {
            let key = [account, keccak256(slot.to_be_bytes::<32>())].concat();
            put("storage", &key, &value.to_be_bytes_trimmed_vec());
        }
    }
}

fn tables(home: &Home) -> usize {
    DB::list_cf(&Options::default(), home.db()).unwrap().len()
}

#[test]
fn an_older_store_goes_on_after_its_migration() {
    let home = Home::new();
    let chain = some_chain(30);
    write_1(&home, &chain[..=25]);
    let error = zx_storage::Store::open(&home.db(), StoreConfig::default()).unwrap_err();
    assert!(matches!(error, StoreError::Older { found: 1, .. }), "{error}");
    let before = tables(&home);
    let would = migrate(&home.db(), true, &mut |_| {}).unwrap();
    assert_eq!(tables(&home), before, "a dry run made tables");
    let mut steps = Vec::new();
    let did = migrate(&home.db(), false, &mut |progress| steps.push(progress.step)).unwrap();
    assert_eq!(would, did);
    assert!(did.nodes > 0 && did.log_index > 0 && did.slots > 0, "{did:?}");
    assert_eq!((did.from, did.to, did.head, did.accounts), (1, 2, 25, chain[25].model.len() as u64));
    assert!(steps.contains(&"receipts"));
    let store = home.open();
    assert_eq!(store.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    {
        let view = store.view();
        assert_eq!((view.base(), view.head(), view.history_from()), (chain[25].place(), chain[25].hash(), 25));
        check_state(&view, &chain[25]);
        for (height, made) in (0..).zip(&chain[..=25]) {
            assert_eq!(view.receipts(height).unwrap().as_ref(), Some(&made.receipts));
            assert_eq!(view.block(height).unwrap().as_ref(), Some(&made.block));
        }
        let slot = keccak256(U256::ZERO.to_be_bytes::<32>());
        assert!(matches!(view.slot_at(crate::world::key(0), slot, 24), Err(StoreError::NotKept { from: 25, .. })));
    }
    put(&store, &chain, 26, 1);
    check_state(&store.view(), &chain[29]);
    assert_eq!(store.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    // Again is no harm.
    drop(store);
    assert_eq!(migrate(&home.db(), false, &mut |_| {}).unwrap().from, 2);
    drop(home.open_with(StoreConfig { history: History::Last(2), ..StoreConfig::default() }));
}

#[test]
fn a_migration_that_was_interrupted_is_begun_again() {
    let chain = some_chain(30);
    for at in 0..6 {
        let home = Home::new();
        write_1(&home, &chain);
        let mut calls = 0;
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            migrate(&home.db(), false, &mut |_| {
                calls += 1;
                assert!(calls <= at, "interrupted");
            })
        }));
        if ended.is_err() {
            let error = zx_storage::Store::open(&home.db(), StoreConfig::default()).unwrap_err();
            assert!(matches!(error, StoreError::Older { found: 1, .. }), "{error}");
        }
        migrate(&home.db(), false, &mut |_| {}).unwrap();
        assert_eq!(home.open().verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    }
}

#[test]
fn an_older_store_that_was_never_begun_is_empty() {
    let home = Home::new();
    write_1(&home, &[]);
    migrate(&home.db(), false, &mut |_| {}).unwrap();
    let store = home.open();
    assert_eq!(store.genesis().unwrap(), None);
    crate::world::begin(&store, &some_chain(0)[0]);
}

#[test]
fn a_state_that_is_not_the_heads_is_not_migrated() {
    let home = Home::new();
    let chain = some_chain(10);
    write_1(&home, &chain);
    {
        let db = DB::open_cf(&Options::default(), home.db(), TABLES_1).unwrap();
        let slot =
            db.iterator_cf(db.cf_handle("storage").unwrap(), rocksdb::IteratorMode::Start).next().unwrap().unwrap();
        db.delete_cf(db.cf_handle("storage").unwrap(), slot.0).unwrap();
    }
    for dry_run in [true, false] {
        let error = migrate(&home.db(), dry_run, &mut |_| {}).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
    assert!(matches!(zx_storage::Store::open(&home.db(), StoreConfig::default()), Err(StoreError::Older { .. })));
}

#[test]
fn only_a_store_is_migrated() {
    let home = Home::new();
    DB::open_default(home.db()).unwrap().put("a", "b").unwrap();
    assert!(matches!(migrate(&home.db(), false, &mut |_| {}), Err(StoreError::Foreign(_))));
    let nowhere = home.0.path().join("nowhere");
    assert!(migrate(&nowhere, false, &mut |_| {}).is_err());
    assert!(!nowhere.exists());
}
