use crate::support::{fresh, open, run, send, signer, spec};
use alloy_primitives::{Address, B256, TxKind, U256};
use std::collections::BTreeMap;
use zx_chain::{Chain, ChainConfig};
use zx_state::{StateUpdate, StorageUpdate};
use zx_storage::{Commit, Store};

fn refused(config: ChainConfig) -> String {
    Chain::open(config).expect_err("must not open").to_string()
}

#[test]
fn a_folder_in_use_is_named() {
    let (folder, _chain) = fresh();
    let error = refused(ChainConfig { spec: spec(), datadir: folder.path().into() });
    assert!(
        error.contains("is in use by another process") && error.contains(&*folder.path().to_string_lossy()),
        "{error}"
    );
}

#[test]
fn a_folder_of_another_chain_is_refused_and_left_alone() {
    let (folder, chain) = fresh();
    let head = chain.head();
    drop(chain);
    let mut other = spec();
    other.alloc.push((Address::repeat_byte(1), U256::from(1)));
    let error = refused(ChainConfig { spec: other, datadir: folder.path().into() });
    assert!(error.contains("holds another chain"), "{error}");
    assert_eq!(open(folder.path()).head(), head);
}

#[test]
fn a_path_that_is_no_folder_is_named() {
    let (folder, _chain) = fresh();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let error = refused(ChainConfig { spec: spec(), datadir: file.clone() });
    assert!(error.contains("cannot use the data directory") && error.contains(&*file.to_string_lossy()), "{error}");
}

/// Writes rows behind the chain's back, with the head as it is.
fn damage(datadir: &std::path::Path, state: &StateUpdate) {
    let store = Store::open(&datadir.join("db")).expect("opens");
    let head = {
        let view = store.view();
        let number = view.head().expect("read").expect("there");
        (view.block(number).expect("read").expect("there"), view.receipts(number).expect("read").expect("there"))
    };
    let commit = Commit { block: &head.0, receipts: &head.1, state, codes: &BTreeMap::new() };
    store.commit(&commit).expect("written");
}

#[test]
fn a_state_that_is_not_the_heads_is_named_as_damage() {
    let (folder, chain) = fresh();
    let contract = run(&chain, 2);
    let head = chain.head();
    drop(chain);
    damage(folder.path(), &StateUpdate::default());
    assert_eq!(open(folder.path()).head(), head, "nothing was changed");

    let mut account = StateUpdate::default();
    account.accounts.insert(B256::repeat_byte(7), Some(Default::default()));
    let mut slot = StateUpdate::default();
    let slots = BTreeMap::from([(B256::repeat_byte(7), U256::from(7))]);
    slot.storage.insert(alloy_primitives::keccak256(contract), StorageUpdate { wiped: false, slots });
    for (rows, says) in [(account, "the database is damaged"), (slot, "the storage of account")] {
        damage(folder.path(), &rows);
        let error = refused(ChainConfig { spec: spec(), datadir: folder.path().into() });
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn what_waits_is_still_there_after_a_clean_stop() {
    let (folder, chain) = fresh();
    let to = TxKind::Call(Address::repeat_byte(0xaa));
    let first = send(&chain, 1, 0, to, 5, vec![]).expect("taken");
    let gapped = send(&chain, 2, 3, to, 5, vec![]).expect("taken");
    chain.save_pool().expect("written");
    drop(chain);

    let chain = open(folder.path());
    assert!(chain.waiting(&first).is_some() && chain.waiting(&gapped).is_some());
    assert_eq!(chain.next_nonce(signer(1).address()).expect("read"), 1);
    chain.produce(false).expect("no failure").expect("a block of what waited");
    assert!(chain.waiting(&first).is_none() && chain.waiting(&gapped).is_some());
    drop(chain);

    let file = folder.path().join("pool");
    std::fs::write(&file, b"\xff\xff\xff\xff").expect("damaged");
    assert_eq!(open(folder.path()).pool_status(), Default::default(), "a damaged file is ignored");
}
