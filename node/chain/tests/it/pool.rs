//! What comes in, what waits, and what becomes of it.

use crate::support::{fresh, send, sign, signer, spec};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip4844, TxEip7702};
use alloy_eips::{eip2718::Encodable2718, eip7702::Authorization};
use alloy_primitives::{Address, B256, Signature, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use std::{fs, path::Path};
use zx_chain::{Chain, ChainConfig, PoolConfig, PoolError, SubmitError};
use zx_primitives::{Block, Tx};

const RECEIVER: TxKind = TxKind::Call(Address::repeat_byte(0xaa));

fn transfer(nth: u8, nonce: u64) -> Vec<u8> {
    sign(nth, nonce, RECEIVER, 1, vec![])
}

fn hashes(block: &Block) -> Vec<B256> {
    block.transactions.iter().map(|tx| *tx.inner().tx_hash()).collect()
}

fn reopen(folder: &Path, change: impl FnOnce(&mut ChainConfig)) -> Chain {
    let mut config = ChainConfig::new(spec(), folder);
    change(&mut config);
    Chain::open(config).expect("opens")
}

/// Pays what the base fee asks and no more than a wei over it.
fn cheap(nth: u8, nonce: u64) -> Vec<u8> {
    let tx = TxEip1559 {
        chain_id: spec().chain_id,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 3_000_000_000,
        max_priority_fee_per_gas: 1,
        to: RECEIVER,
        ..Default::default()
    };
    let signature = signer(nth).sign_hash_sync(&tx.signature_hash()).expect("signed");
    Tx::from(tx.into_signed(signature)).encoded_2718()
}

#[test]
fn a_batch_is_answered_in_its_order_and_is_in_one_block() {
    let (_folder, chain) = fresh();
    let mut batch: Vec<Vec<u8>> = (0..40).map(|nth| transfer(1 + nth % 4, u64::from(nth / 4))).collect();
    batch.insert(3, vec![0xc0, 0xff, 0xee]);
    batch.push(batch[0].clone());
    let answers = chain.submit_many(&batch);
    assert_eq!(answers.len(), 42);
    assert!(matches!(answers[3], Err(SubmitError::Decode(_))), "{:?}", answers[3]);
    assert!(matches!(answers[41], Err(SubmitError::Pool(PoolError::AlreadyKnown))), "{:?}", answers[41]);
    let mut taken: Vec<B256> = answers.iter().filter_map(|answer| answer.as_ref().ok()).copied().collect();
    let one_by_one = fresh().1;
    let expected: Vec<_> = batch.iter().filter_map(|tx| one_by_one.submit(tx).ok()).collect();
    assert_eq!(taken, expected, "a batch does what its transactions do one by one");
    let mut included = hashes(&chain.produce(false).expect("no failure").expect("a block"));
    included.sort_unstable();
    taken.sort_unstable();
    assert_eq!(included, taken);
}

#[test]
fn what_is_in_a_block_is_known_and_another_of_its_nonce_comes_too_late() {
    let (_folder, chain) = fresh();
    let tx = transfer(1, 0);
    chain.submit(&tx).expect("taken");
    chain.produce(false).expect("no failure").expect("a block");
    let again = chain.submit(&tx).expect_err("done").to_string();
    assert_eq!(again, "already known");
    let late = send(&chain, 1, 0, RECEIVER, 99, vec![]).expect_err("too late").to_string();
    assert_eq!(late, "nonce too low: next nonce 1, tx nonce 0");
}

#[test]
fn blob_transactions_are_refused_with_and_without_their_blobs() {
    let (_folder, chain) = fresh();
    let signature = Signature::new(U256::from(1), U256::from(1), false);
    let tx: Tx = TxEip4844 { chain_id: spec().chain_id, ..Default::default() }.into_signed(signature).into();
    for bytes in [tx.encoded_2718(), vec![0x03, 0xc4, 0xc0, 0xc0, 0xc0, 0xc0]] {
        let refused = chain.submit(&bytes).expect_err("no blobs here").to_string();
        assert!(refused.starts_with("transaction type not supported"), "{refused}");
    }
}

/// Delegates the account of one signer; another pays for it.
fn delegate(of: u8, by: &PrivateKeySigner) -> Vec<u8> {
    let authorization = Authorization { chain_id: U256::ZERO, address: Address::repeat_byte(0xaa), nonce: 0 };
    let signature = signer(of).sign_hash_sync(&authorization.signature_hash()).expect("signed");
    let tx = TxEip7702 {
        chain_id: spec().chain_id,
        gas_limit: 100_000,
        max_fee_per_gas: 3_000_000_000,
        authorization_list: vec![authorization.into_signed(signature)],
        ..Default::default()
    };
    let signature = by.sign_hash_sync(&tx.signature_hash()).expect("signed");
    Tx::from(tx.into_signed(signature)).encoded_2718()
}

#[test]
fn an_account_that_is_delegated_has_one_transaction_waiting_at_a_time() {
    let (_folder, chain) = fresh();
    let poor = PrivateKeySigner::from_bytes(&B256::repeat_byte(77)).expect("a key");
    let refused = chain.submit(&delegate(2, &poor)).expect_err("no funds").to_string();
    assert!(refused.starts_with("insufficient funds for gas * price + value: balance 0"), "{refused}");
    chain.submit(&delegate(2, &signer(1))).expect("taken");
    let gapped = chain.submit(&transfer(2, 1)).expect_err("to be delegated").to_string();
    assert_eq!(gapped, "gapped-nonce tx from delegated accounts: next nonce 0, tx nonce 1");
    chain.produce(false).expect("no failure").expect("a block");
    // The authorisation has used up a nonce of its own.
    let answers = chain.submit_many(&[transfer(2, 1), transfer(2, 2)]);
    assert!(answers[0].is_ok(), "{:?}", answers[0]);
    assert!(matches!(answers[1], Err(SubmitError::Pool(PoolError::DelegatedGap { next: 1, nonce: 2 }))));
    assert_eq!(chain.produce(false).expect("no failure").expect("a block").transactions.len(), 1);
    chain.submit(&transfer(2, 2)).expect("now it is its turn");
}

#[test]
fn a_block_is_filled_with_the_best_and_the_rest_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut small = spec();
    small.block_gas_limit = 63_000;
    small.tx_gas_limit = 63_000;
    let chain = Chain::open(ChainConfig::new(small, folder.path())).expect("opens");
    for (nth, nonce) in [(1, 0), (2, 0), (1, 1), (3, 0), (2, 1)] {
        chain.submit(&cheap(nth, nonce)).expect("taken");
    }
    let block = chain.produce(false).expect("no failure").expect("a block");
    assert_eq!((block.transactions.len(), chain.pool_status().pending), (3, 2));
    let block = chain.produce(false).expect("no failure").expect("a block");
    assert_eq!((block.transactions.len(), chain.pool_status().pending), (2, 0));
    assert!(chain.produce(false).expect("no failure").is_none());
}

#[test]
fn a_full_block_with_one_transaction_more_is_refused() {
    let mut small = spec();
    small.block_gas_limit = 42_000;
    small.tx_gas_limit = 42_000;
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let producer = Chain::open(ChainConfig::new(small.clone(), one.path())).expect("opens");
    let importer = Chain::open(ChainConfig::new(small, two.path())).expect("opens");
    for nonce in 0..3 {
        producer.submit(&cheap(1, nonce)).expect("taken");
    }
    let full = producer.produce(false).expect("no failure").expect("a block");
    let next = producer.produce(false).expect("no failure").expect("a block");
    let mut too_full = (*full).clone();
    too_full.transactions.extend(next.transactions.iter().cloned());
    let refused = importer.import(Block::seal(too_full.header, too_full.transactions)).expect_err("too full");
    assert!(refused.to_string().contains("the block has no gas left for it"), "{refused}");
    importer.import((*full).clone()).expect("the full one is valid");
}

#[test]
fn what_becomes_ready_is_told_once_and_a_slow_listener_delays_nobody() {
    let (_folder, chain) = fresh();
    let mut ready = chain.ready();
    let behind = send(&chain, 1, 1, RECEIVER, 1, vec![]).expect("taken");
    assert!(ready.try_recv().is_err(), "it is not ready");
    let first = send(&chain, 1, 0, RECEIVER, 1, vec![]).expect("taken");
    let told: Vec<B256> = std::iter::from_fn(|| ready.try_recv().ok()).map(|tx| *tx.inner().tx_hash()).collect();
    assert_eq!(told, [first, behind]);
    chain.produce(false).expect("no failure").expect("a block");
    assert!(ready.try_recv().is_err());
}

#[test]
fn a_killed_node_has_what_it_had_taken() {
    let (folder, chain) = fresh();
    let waits = send(&chain, 1, 1, RECEIVER, 1, vec![]).expect("taken");
    chain.submit(&transfer(1, 0)).expect("taken");
    chain.produce(false).expect("no failure").expect("a block has both");
    let local = chain.submit_local(&cheap(2, 0)).expect("taken");
    let later = send(&chain, 3, 5, RECEIVER, 1, vec![]).expect("taken");
    assert!(chain.waiting(&waits).is_none());
    // Nothing is written at the end: it is as if the process had been killed here.
    drop(chain);

    let chain = reopen(folder.path(), |_| ());
    let status = chain.pool_status();
    assert_eq!((status.pending, status.queued), (1, 1), "what is in a block does not wait again");
    assert!(chain.waiting(&local).is_some() && chain.waiting(&later).is_some());
    drop(chain);

    // The end of the file is torn, and something else has come there.
    let path = folder.path().join("pool");
    let whole = fs::read(&path).expect("read");
    fs::write(&path, [&whole[..], &[9; 5]].concat()).expect("written");
    let chain = reopen(folder.path(), |_| ());
    assert!(chain.waiting(&local).is_some() && chain.waiting(&later).is_some());
}

#[test]
fn a_local_transaction_stays_local_across_a_restart() {
    let (folder, chain) = fresh();
    let local = chain.submit_local(&cheap(1, 0)).expect("taken");
    drop(chain);
    let chain = reopen(folder.path(), |config| config.pool = PoolConfig { capacity: 1, ..PoolConfig::default() });
    let full = chain.submit(&transfer(2, 0)).expect_err("no room").to_string();
    assert!(full.starts_with("txpool is full"), "{full}");
    assert!(chain.waiting(&local).is_some());
}

#[test]
fn without_a_journal_nothing_is_written_and_nothing_read() {
    let (folder, chain) = fresh();
    chain.submit(&transfer(1, 0)).expect("taken");
    drop(chain);
    let path = folder.path().join("pool");
    let before = fs::read(&path).expect("there");
    let chain = reopen(folder.path(), |config| config.journal = false);
    assert_eq!(chain.pool_status().pending, 0);
    chain.submit(&transfer(2, 0)).expect("taken");
    chain.save_pool().expect("nothing to do");
    assert_eq!(fs::read(&path).expect("there"), before);
}

#[test]
fn what_a_balance_no_longer_pays_for_waits_until_somebody_pays_it() {
    let (_folder, chain) = fresh();
    let (half, most) = (500_000_000_000_000_000, 980_000_000_000_000_000);
    send(&chain, 1, 0, RECEIVER, 5, vec![]).expect("affordable");
    let dear = send(&chain, 1, 1, RECEIVER, half, vec![]).expect("affordable");
    // A block from elsewhere spends nearly all of it, with the first nonce.
    let (_other, elsewhere) = fresh();
    send(&elsewhere, 1, 0, RECEIVER, most, vec![]).expect("affordable there");
    let block = elsewhere.produce(false).expect("no failure").expect("a block");
    chain.import((*block).clone()).expect("valid");
    let counts = |chain: &Chain| (chain.pool_status().pending, chain.pool_status().queued);
    assert_eq!(counts(&chain), (0, 1));
    send(&chain, 2, 0, TxKind::Call(signer(1).address()), most, vec![]).expect("affordable");
    let block = chain.produce(false).expect("no failure").expect("a block");
    assert_eq!((block.transactions.len(), counts(&chain)), (1, (1, 0)));
    let block = chain.produce(false).expect("no failure").expect("a block");
    assert_eq!(hashes(&block), [dear]);
}

/// Many hand in while blocks are made: all of it ends up in blocks, once.
#[test]
fn what_many_hand_in_at_once_is_included_once_each() {
    let (_folder, chain) = fresh();
    let batches: Vec<Vec<Vec<u8>>> = (1..5).map(|nth| (0..200).map(|nonce| transfer(nth, nonce)).collect()).collect();
    let hand_in = |batch: &[Vec<u8>]| {
        for part in batch.chunks(20) {
            assert!(chain.submit_many(part).iter().all(Result::is_ok));
        }
    };
    std::thread::scope(|scope| {
        let hand_in = &hand_in;
        let threads: Vec<_> = batches.iter().map(|batch| scope.spawn(move || hand_in(batch))).collect();
        while !threads.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            chain.produce(false).expect("no failure");
        }
    });
    while chain.produce(false).expect("no failure").is_some() {}
    assert_eq!((chain.pool_status().pending, chain.pool_status().queued), (0, 0));
    let view = chain.view().expect("a view");
    let blocks = (1..=view.head.number()).map(|number| view.block(number.into()).expect("read").expect("there"));
    assert_eq!(blocks.map(|block| block.transactions.len()).sum::<usize>(), 800);
}

/// A transaction behind a gap goes after three hours of the chain's clock; it must not be back after a restart either.
#[test]
fn what_waits_behind_a_gap_for_three_hours_is_gone_for_good() {
    let (folder, chain) = fresh();
    let (gapped, ready) = (transfer(1, 1), transfer(2, 0));
    chain.submit(&gapped).expect("taken");
    chain.submit(&ready).expect("taken");
    let counts = |chain: &Chain| (chain.pool_status().pending, chain.pool_status().queued);
    assert_eq!(counts(&chain), (1, 1));
    let begun = chain.time();
    chain.set_time(begun + 3 * 60 * 60 - 60);
    chain.submit(&transfer(3, 0)).expect("taken");
    assert_eq!(counts(&chain), (2, 1));
    chain.set_time(begun + 3 * 60 * 60 + 60);
    chain.produce(false).expect("no failure").expect("a block");
    assert_eq!(counts(&chain), (0, 0), "a block is enough for the pool to see what time it is");
    chain.save_pool().expect("written");
    drop(chain);
    let chain = reopen(folder.path(), |_| {});
    assert_eq!(counts(&chain), (0, 0));
    chain.submit(&gapped).expect("it may come again");
    assert_eq!(counts(&chain), (0, 1));
}
