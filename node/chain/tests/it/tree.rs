//! Branches, reorganisations, and what leaves the window.

use crate::{
    counter::counter,
    support::{send, sign, signer, spec},
};
use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use proptest::prelude::*;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tempfile::TempDir;
use zx_chain::{Chain, ChainConfig, ChainError, Finality, History};
use zx_primitives::{Block, StateReader};
use zx_storage::{Store, StoreConfig};

const RECEIVER: Address = Address::repeat_byte(0xaa);

fn open(datadir: &Path, depth: u64, window: u64, history: History) -> Chain {
    let mut config = ChainConfig::new(spec(), datadir);
    config.finality = Finality::Depth(depth);
    config.window = window;
    // Short windows are with states that let go of all they can; the others keep it.
    config.nodes = if window < 16 { 0 } else { config.nodes };
    config.store.history = history;
    Chain::open(config).expect("opens")
}

fn fresh(depth: u64, window: u64) -> (TempDir, Chain) {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = open(folder.path(), depth, window, History::Archive);
    (folder, chain)
}

/// Pays the receiver, in a block of its own.
fn pay(chain: &Chain, who: u8, amount: u64) -> Arc<Block> {
    let nonce = chain.next_nonce(signer(who).address()).expect("read");
    send(chain, who, nonce, TxKind::Call(RECEIVER), amount, vec![]).expect("taken");
    chain.produce(false).expect("no failure").expect("a block")
}

fn balance(chain: &Chain) -> U256 {
    let view = chain.view().expect("a view");
    view.head_state().account(RECEIVER).expect("read").map_or(U256::ZERO, |account| account.balance)
}

/// Another chain's blocks on the same genesis: `first` of the given chain, then `more` of its own.
fn branch(of: &Chain, first: u64, more: u64) -> Vec<Arc<Block>> {
    branch_of(of, first, more, |other, n| pay(other, 2, 1_000 + n))
}

fn branch_of(of: &Chain, first: u64, more: u64, block: impl Fn(&Chain, u64) -> Arc<Block>) -> Vec<Arc<Block>> {
    let (_folder, other) = fresh(64, 64);
    for number in 1..=first {
        let block = of.view().expect("a view").block(number.into()).expect("read").expect("there");
        other.import((*block).clone()).expect("valid");
    }
    (0..more).map(|n| block(&other, n)).collect()
}

/// Deploys a contract that writes and clears forty of its slots, by the height and who calls: storage with many nodes.
fn deploy_stirrer(chain: &Chain) {
    let runtime = [
        0x60, 40, 0x5b, 0x80, 0x43, 0x18, 0x32, 0x18, 0x60, 3, 0x16, 0x81, 0x43, 0x02, 0x60, 0x3f, 0x16, 0x55, 0x60, 1,
        0x90, 0x03, 0x80, 0x60, 2, 0x57, 0x00,
    ];
    let length = u8::try_from(runtime.len()).expect("short");
    let init = [0x60, length, 0x60, 12, 0x60, 0, 0x39, 0x60, length, 0x60, 0, 0xf3];
    send(chain, 4, 0, TxKind::Create, 0, [&init[..], &runtime].concat()).expect("taken");
}

/// Stirs, and pays the receiver, in one block.
fn stir(chain: &Chain, who: u8, amount: u64) -> Arc<Block> {
    let nonce = chain.next_nonce(signer(who).address()).expect("read");
    send(chain, who, nonce, TxKind::Call(signer(4).address().create(0)), 0, vec![]).expect("taken");
    pay(chain, who, amount)
}

/// Whether everything in the store fits everything else, and how many blocks are over its base.
fn verify(folder: &Path) -> u64 {
    let store = Store::open(&folder.join("db"), StoreConfig::default()).expect("opens");
    let verified = store.verify(&mut |_| {}).expect("can be read");
    assert_eq!(verified.faults, Vec::<String>::new());
    verified.pending
}

#[test]
fn a_longer_branch_becomes_the_head_and_what_lost_waits_again() {
    let (folder, chain) = fresh(64, 64);
    let ours: Vec<_> = (1..=3).map(|amount| pay(&chain, 1, amount)).collect();
    let theirs = branch(&chain, 1, 3);
    for block in &theirs[..2] {
        chain.import((**block).clone()).expect("valid");
        assert_eq!(chain.head().hash, ours[2].hash, "of two that are as high the first stays");
    }
    chain.import((*theirs[2]).clone()).expect("valid");
    assert_eq!(chain.head().hash, theirs[2].hash);
    assert_eq!(balance(&chain), U256::from(1 + 1_000 + 1_001 + 1_002));
    let lost: Vec<B256> = ours[1..].iter().map(|block| *block.transactions[0].inner().tx_hash()).collect();
    assert!(lost.iter().all(|hash| chain.waiting(hash).is_some()), "transactions of the blocks that lost wait");
    let view = chain.view().expect("a view");
    assert_eq!(view.resolve(ours[2].hash.into()).expect("read"), None, "a block that lost is not of this chain");
    assert!(view.transaction(lost[0]).expect("read").is_none());
    assert!(view.transaction(*theirs[0].transactions[0].inner().tx_hash()).expect("read").is_some());
    drop(view);

    // Going back is a pointer move, and survives a restart.
    chain.set_head(ours[2].hash).expect("known");
    assert_eq!(balance(&chain), U256::from(6));
    assert!(lost.iter().all(|hash| chain.waiting(hash).is_none()));
    drop(chain);
    let chain = open(folder.path(), 64, 64, History::Archive);
    assert_eq!((chain.head().hash, balance(&chain)), (ours[2].hash, U256::from(6)));
    chain.set_head(theirs[2].hash).expect("both branches are still there");
    assert_eq!(balance(&chain), U256::from(3_004));
}

#[test]
fn any_block_of_the_window_can_be_built_upon() {
    let (_folder, chain) = fresh(256, 256);
    for amount in 1..=40 {
        pay(&chain, 1, amount);
    }
    let head = chain.head();
    for first in [0, 1, 17, 39] {
        for block in branch(&chain, first, 2) {
            chain.import((*block).clone()).expect("valid on an old block");
        }
    }
    assert!(chain.head().number() >= head.number());
}

#[test]
fn a_final_block_is_not_undone() {
    let (_folder, chain) = fresh(2, 64);
    for amount in 1..=5 {
        pay(&chain, 1, amount);
    }
    let deep = branch(&chain, 2, 1);
    let error = chain.import((*deep[0]).clone()).expect_err("behind block 3");
    assert!(error.to_string().contains("does not stand on block 3, which is final"), "{error}");
    let shallow = branch(&chain, 3, 1);
    chain.import((*shallow[0]).clone()).expect("on block 3");
    chain.set_head(shallow[0].hash).expect("stands on the final block");
    let genesis = chain.view().expect("a view").block(0.into()).expect("read").expect("there").hash;
    assert!(matches!(chain.set_head(B256::ZERO), Err(ChainError::UnknownHead(_))));
    assert!(matches!(chain.set_head(genesis), Err(ChainError::UndoesFinal { .. })));
}

#[test]
fn a_final_block_stays_final_when_the_head_goes_back() {
    let (_folder, chain) = fresh(2, 64);
    for amount in 1..=5 {
        pay(&chain, 1, amount);
    }
    let block = |number: u64| chain.view().expect("a view").block(number.into()).expect("read").expect("there");
    let (third, second) = (block(3).hash, block(2).hash);
    chain.set_head(third).expect("the last final block may be the head");
    let view = chain.view().expect("a view");
    assert_eq!(view.height(alloy_eips::BlockNumberOrTag::Finalized), 3);
    drop(view);
    assert!(matches!(chain.set_head(second), Err(ChainError::UndoesFinal { number: 3, .. })));
    let error = chain.import((*branch(&chain, 2, 1)[0]).clone()).expect_err("beside block 3");
    assert!(error.to_string().contains("does not stand on block 3, which is final"), "{error}");
}

#[test]
fn instant_finality_takes_no_branch_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = Chain::open(ChainConfig::new(spec(), folder.path())).expect("opens");
    pay(&chain, 1, 1);
    let error = chain.import((*branch(&chain, 0, 1)[0]).clone()).expect_err("a sibling of the head");
    assert!(error.to_string().contains("which is final"), "{error}");
}

#[test]
fn states_are_read_in_the_window_and_below_it_and_refused_where_they_are_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = open(folder.path(), 4, 4, History::Last(10));
    let contract = signer(2).address().create(0);
    send(&chain, 2, 0, TxKind::Create, 0, counter()).expect("taken");
    for amount in 1..=40 {
        if amount > 1 {
            let nonce = chain.next_nonce(signer(3).address()).expect("read");
            send(&chain, 3, nonce, TxKind::Call(contract), 0, vec![]).expect("taken");
        }
        pay(&chain, 1, amount);
    }
    let check = |chain: &Chain| {
        let view = chain.view().expect("a view");
        let first = view.first_state();
        assert!((20..=30).contains(&first), "{first}");
        for number in first..=40 {
            let state = view.state(number);
            let balance = state.account(RECEIVER).expect("read").expect("there").balance;
            assert_eq!(balance, U256::from(number * (number + 1) / 2), "balance at {number}");
            let count = state.storage(contract, U256::ZERO).expect("read");
            assert_eq!(count, U256::from(number - 1), "slot at {number}");
        }
        let error = view.state(first - 1).account(RECEIVER).expect_err("not kept").to_string();
        assert!(error.contains(&format!("{}", first - 1)) && error.contains(&format!("{first}")), "{error}");
        let trail = view.account_changes(RECEIVER, first + 1..=40, 100).expect("kept");
        assert_eq!(trail.len() as u64, 40 - first);
        let before = trail.iter().map(|change| (change.block, change.before.expect("there").balance));
        assert!(before.clone().all(|(block, before)| before == U256::from((block - 1) * block / 2)), "{trail:?}");
        let trail = view.slot_changes(contract, U256::ZERO, first + 1..=40, 100).expect("kept");
        assert_eq!(trail.len() as u64, 40 - first);
        assert!(trail.iter().all(|change| change.before == U256::from(change.block - 2)), "{trail:?}");
    };
    check(&chain);
    drop(chain);
    check(&open(folder.path(), 4, 4, History::Last(10)));
}

#[test]
fn proofs_hold_against_the_headers_of_the_window() {
    let (_folder, chain) = fresh(8, 8);
    let contract = signer(2).address().create(0);
    send(&chain, 2, 0, TxKind::Create, 0, counter()).expect("taken");
    for amount in 1..=24 {
        if amount > 1 {
            let nonce = chain.next_nonce(signer(3).address()).expect("read");
            send(&chain, 3, nonce, TxKind::Call(contract), 0, vec![]).expect("taken");
        }
        pay(&chain, 1, amount);
    }
    let view = chain.view().expect("a view");
    let slots = [U256::ZERO, U256::from(5)];
    for number in view.first_proof()..=24 {
        let header = view.block(number.into()).expect("read").expect("there").header.clone();
        let proof = view.prove(number, contract, &slots).expect("kept");
        let account = proof.account.expect("there");
        let check =
            |root, key, value: Option<Vec<u8>>, proof: &[_]| verify_proof(root, Nibbles::unpack(key), value, proof);
        check(header.state_root, keccak256(contract), Some(alloy_rlp::encode(account)), &proof.proof).expect("holds");
        let values: BTreeMap<U256, U256> = proof.slots.iter().map(|(slot, value, _)| (*slot, *value)).collect();
        assert_eq!((values[&slots[0]], values[&slots[1]]), (U256::from(number - 1), U256::ZERO));
        for (slot, value, proof) in &proof.slots {
            let value = (!value.is_zero()).then(|| alloy_rlp::encode(value));
            check(account.storage_root, keccak256(slot.to_be_bytes::<32>()), value, proof).expect("holds");
        }
        let nobody = view.prove(number, Address::repeat_byte(0xdd), &[]).expect("kept");
        assert_eq!(nobody.account, None::<TrieAccount>);
        check(header.state_root, keccak256([0xdd; 20]), None, &nobody.proof).expect("proves that nobody is there");
        for index in 0..2_usize {
            let tx = *view.block(number.into()).expect("read").expect("there").transactions[index].inner().tx_hash();
            let found = view.transaction(tx).expect("read").expect("there");
            let key = alloy_rlp::encode(index);
            let (value, proof) = view.prove_transaction(&found).expect("proven");
            verify_proof(header.transactions_root, Nibbles::unpack(&key), Some(value.to_vec()), &proof).expect("holds");
            let (value, proof) = view.prove_receipt(&found).expect("proven");
            verify_proof(header.receipts_root, Nibbles::unpack(&key), Some(value.to_vec()), &proof).expect("holds");
        }
    }
    let error = view.prove(view.first_proof() - 1, contract, &[]).expect_err("its trie is gone").to_string();
    assert!(error.contains("tries are kept from block"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// However short the window and wherever branches leave, the head's state is that of its chain, after a restart too.
    #[test]
    fn every_head_has_the_state_of_its_chain(
        depth in 1..6_u64,
        window in 1..6_u64,
        steps in prop::collection::vec((0..4_u64, 1..3_u64), 1..12),
    ) {
        let (folder, chain) = fresh(depth, window);
        deploy_stirrer(&chain);
        chain.produce(false).expect("no failure").expect("a block");
        for (back, length) in steps {
            let first = chain.head().number().saturating_sub(back.min(depth));
            for block in branch_of(&chain, first, length, |other, n| stir(other, 2, 1_000 + n)) {
                chain.import((*block).clone()).expect("valid");
            }
            stir(&chain, 1, 7);
            let (_other, plain) = fresh(1_000, 1_000);
            for number in 1..=chain.head().number() {
                let block = chain.view().expect("a view").block(number.into()).expect("read").expect("there");
                plain.import((*block).clone()).expect("the chain as it stands is valid");
            }
            prop_assert_eq!(plain.head().hash, chain.head().hash);
            prop_assert_eq!(balance(&plain), balance(&chain));
        }
        let (head, before) = (chain.head(), balance(&chain));
        drop(chain);
        verify(folder.path());
        let chain = open(folder.path(), depth, window, History::Archive);
        prop_assert_eq!((chain.head().hash, balance(&chain)), (head.hash, before));
    }
}

#[test]
fn a_transaction_that_is_signed_for_two_branches_is_in_each_once() {
    let (_folder, chain) = fresh(16, 16);
    pay(&chain, 1, 1);
    let tx = sign(3, 0, TxKind::Call(RECEIVER), 50, vec![]);
    let theirs = {
        let (_f, other) = fresh(16, 16);
        other.import((*chain.head()).clone()).expect("valid");
        other.submit(&tx).expect("taken");
        let first = other.produce(false).expect("no failure").expect("a block");
        vec![first, pay(&other, 2, 5)]
    };
    chain.submit(&tx).expect("taken");
    chain.produce(false).expect("no failure").expect("a block");
    for block in theirs {
        chain.import((*block).clone()).expect("valid");
    }
    assert_eq!(balance(&chain), U256::from(56));
    assert_eq!(chain.pool_status().pending, 0, "it is in the new chain already");
}

#[test]
fn a_window_that_is_made_shorter_is_folded_a_part_at_a_time() {
    let (folder, chain) = fresh(0, 1_000);
    for amount in 1..=300 {
        pay(&chain, 1, amount);
    }
    drop(chain);
    let chain = open(folder.path(), 0, 1, History::Archive);
    for base in [128, 256, 302] {
        pay(&chain, 1, 1);
        assert_eq!(chain.view().expect("a view").first_proof(), base);
    }
    assert_eq!(balance(&chain), U256::from(300 * 301 / 2 + 3));
    drop(chain);
    assert_eq!(balance(&open(folder.path(), 0, 1, History::Archive)), U256::from(300 * 301 / 2 + 3));
}

#[test]
fn who_reads_while_blocks_are_folded_sees_one_moment() {
    let (_folder, chain) = fresh(0, 1);
    let done = std::sync::atomic::AtomicBool::new(false);
    let read = || {
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let view = chain.view().expect("a view");
            let head = view.head.number();
            for number in head.saturating_sub(4)..=head {
                let account = view.state(number).account(RECEIVER).expect("read");
                let expected = U256::from(number * (number + 1) / 2);
                assert_eq!(account.map_or(U256::ZERO, |account| account.balance), expected, "{number} of {head}");
                let block = view.block(number.into()).expect("read").expect("there");
                assert_eq!(block.number(), number);
                let paid = block.transactions.iter().map(|tx| *tx.inner().tx_hash());
                assert!(paid.into_iter().all(|hash| view.transaction(hash).expect("read").is_some()));
                assert_eq!(view.receipts(number).expect("read").len(), block.transactions.len());
            }
        }
    };
    std::thread::scope(|scope| {
        let readers = [scope.spawn(read), scope.spawn(read), scope.spawn(read)];
        for amount in 1..=300 {
            pay(&chain, 1, amount);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().expect("all is as it was"));
    });
}

/// Several transactions of one sender wait; blocks with some of them are undone, and done again on the other branch.
#[test]
fn what_waits_is_ready_again_when_the_blocks_before_it_are_undone() {
    let (_folder, chain) = fresh(64, 64);
    let genesis = chain.head();
    let theirs = branch(&chain, 0, 2);
    let hashes: Vec<_> =
        (0..3).map(|nonce| send(&chain, 1, nonce, TxKind::Call(RECEIVER), 1, vec![]).expect("taken")).collect();
    let ours = chain.produce(false).expect("no failure").expect("a block");
    assert_eq!(ours.transactions.len(), 3);
    let waits = send(&chain, 1, 3, TxKind::Call(RECEIVER), 1, vec![]).expect("taken");
    // Nobody has sent anything on the other branch: what was done waits again, and what waited behind it.
    for block in &theirs {
        chain.import((**block).clone()).expect("valid");
    }
    assert_eq!(chain.head().hash, theirs[1].hash);
    assert_eq!((chain.pool_status().pending, chain.pool_status().queued), (4, 0));
    let block = chain.produce(false).expect("no failure").expect("a block");
    let included: Vec<_> = block.transactions.iter().map(|tx| *tx.inner().tx_hash()).collect();
    assert_eq!(included, [&hashes[..], &[waits]].concat());
    // And back: they are done there but for the last.
    chain.set_head(ours.hash).expect("known");
    assert_eq!((chain.pool_status().pending, chain.pool_status().queued), (2 + 1, 0));
    assert!(chain.waiting(&waits).is_some());
    chain.set_head(genesis.hash).expect("known");
    assert_eq!(chain.next_nonce(signer(1).address()).expect("read"), 4);
}

#[test]
fn branches_that_lost_leave_nothing_behind_if_blocks_are_final_at_once_later() {
    let (folder, chain) = fresh(64, 64);
    (1..=3).for_each(|amount| drop(pay(&chain, 1, amount)));
    for block in branch(&chain, 1, 2) {
        chain.import((*block).clone()).expect("valid");
    }
    drop(chain);
    assert_eq!(verify(folder.path()), 5);
    let mut config = ChainConfig::new(spec(), folder.path());
    config.window = 1;
    let chain = Chain::open(config).expect("opens");
    pay(&chain, 1, 4);
    assert_eq!(balance(&chain), U256::from(10));
    drop(chain);
    assert_eq!(verify(folder.path()), 1);
}

#[test]
fn hashes_of_blocks_are_known_over_the_base_and_below_it() {
    let (_folder, chain) = fresh(4, 4);
    let blocks: Vec<_> = (1..=20).map(|amount| pay(&chain, 1, amount)).collect();
    let view = chain.view().expect("a view");
    assert!(view.first_proof() > 10 && view.first_proof() < 20);
    for block in &blocks {
        for number in [20, 19, view.first_proof(), 3] {
            let known = view.state(number).block_hash(block.number()).expect("read");
            if block.number() <= number {
                assert_eq!(known, block.hash, "{} at {number}", block.number());
            }
        }
    }
    assert_eq!(view.head_state().block_hash(21).expect("read"), B256::ZERO);
}
