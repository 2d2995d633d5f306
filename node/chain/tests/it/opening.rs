use crate::support::{fresh, open, send, signer, spec};
use alloy_primitives::{Address, KECCAK256_EMPTY, TxKind, U256};
use zx_chain::{Chain, ChainConfig};
use zx_primitives::{AccountChange, AccountInfo, Block, StateChanges};
use zx_state::{Nothing, State, StateUpdate};
use zx_storage::{Commit, Folded, Store, StoreConfig};

fn refused(config: ChainConfig) -> String {
    Chain::open(config).expect_err("must not open").to_string()
}

#[test]
fn a_folder_in_use_is_named() {
    let (folder, _chain) = fresh();
    let error = refused(ChainConfig::new(spec(), folder.path()));
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
    let error = refused(ChainConfig::new(other, folder.path()));
    assert!(error.contains("holds another chain"), "{error}");
    assert_eq!(open(folder.path()).head(), head);
}

#[test]
fn a_path_that_is_no_folder_is_named() {
    let (folder, _chain) = fresh();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let error = refused(ChainConfig::new(spec(), file.clone()));
    assert!(error.contains("cannot use the data directory") && error.contains(&*file.to_string_lossy()), "{error}");
}

/// Writes a block's rows again with other ones besides, behind the chain's back.
fn damage(datadir: &std::path::Path, wrong: &StateUpdate) {
    let store = Store::open(&datadir.join("db"), StoreConfig::default()).expect("opens");
    let (block, receipts, block_number) = {
        let view = store.view();
        let (number, _) = view.base();
        (
            view.block(number).expect("read").expect("there"),
            view.receipts(number).expect("read").expect("there"),
            number,
        )
    };
    let mut header = block.header;
    (header.parent_hash, header.number) = (block.hash, block_number + 1);
    let block = Block::seal(header, Vec::new());
    let changes = StateChanges::default();
    let fold = vec![Folded { block: &block, receipts: &receipts, changes: &changes, update: wrong }];
    store.commit(&Commit { append: None, head: block.hash, fold, dropped: Vec::new() }).expect("written");
}

#[test]
fn a_state_that_is_not_its_blocks_is_named_as_damage() {
    let (folder, chain) = fresh();
    drop(chain);
    let mut changes = StateChanges::default();
    let info = AccountInfo { nonce: 1, balance: U256::from(1), code_hash: KECCAK256_EMPTY };
    let account = AccountChange { info: Some(info), ..Default::default() };
    changes.accounts.extend((0..40).map(|n| (Address::repeat_byte(n), account.clone())));
    let (_, wrong) = State::empty().apply(&Nothing, 1, &changes).expect("applied");
    damage(folder.path(), &wrong);
    let error = refused(ChainConfig::new(spec(), folder.path()));
    assert!(error.contains("the database is damaged: at block 1") && error.contains("expected"), "{error}");
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
