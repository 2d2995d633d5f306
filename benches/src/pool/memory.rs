//! The pool alone.

use crate::table;
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{Address, B256, Signature, TxKind, U256, keccak256};
use cpu_time::ThreadTime;
use std::time::Duration;
use zx_pool::{Best, Incoming, Origin, Pool, PoolConfig, Rules, SenderState};
use zx_primitives::RecoveredTx;

/// Transfers that fill a block of 30 million gas.
const BLOCK: usize = 1_428;
/// Acts that are timed together.
const ACTS: u64 = 20_000;

const RICH: SenderState = SenderState { nonce: 0, balance: U256::MAX, is_contract: false, is_delegated: false };

fn sender(nth: u64) -> Address {
    Address::from_word(keccak256(nth.to_le_bytes()))
}

/// The `nth` transfer: one of each sender, at tips that are all over the place.
fn transfer(nth: u64) -> Incoming {
    let tip = u128::from(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
    let tx = TxEip1559 {
        chain_id: 1,
        gas_limit: 21_000,
        max_fee_per_gas: 30_000_000 + tip / 2,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(Address::ZERO),
        ..Default::default()
    };
    let signed = tx.into_signed(Signature::new(U256::from(nth), U256::from(1), false));
    // The hash is worked out when a transaction is decoded, and no part of this.
    signed.hash();
    Incoming::known(RecoveredTx::new_unchecked(signed.into(), sender(nth)))
}

fn each(time: Duration, acts: u64) -> String {
    format!("{:.2} us", time.as_secs_f64() * 1e6 / acts as f64)
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    // Of the processor: what else the machine does is no part of it.
    let begun = ThreadTime::now();
    let done = work();
    (begun.elapsed(), done)
}

fn add_all(pool: &mut Pool, incoming: Vec<Incoming>) -> Duration {
    let add = |tx| _ = pool.add(tx, &RICH, Origin::External);
    let (time, ()) = timed(|| incoming.into_iter().for_each(add));
    time
}

fn row(waiting: u64) -> Vec<String> {
    let rules = Rules { chain_id: 1, block_gas_limit: 30_000_000, tx_gas_limit: 30_000_000 };
    let capacity = usize::try_from(waiting + ACTS).expect("a small number");
    let mut pool = Pool::new(PoolConfig { capacity, ..PoolConfig::default() }, rules);
    pool.set_base_fee(1_000);
    add_all(&mut pool, (0..waiting).map(transfer).collect());
    let add = add_all(&mut pool, (waiting..waiting + ACTS).map(transfer).collect());
    pool.take_news();
    let full = add_all(&mut pool, (waiting + ACTS..waiting + 2 * ACTS).map(transfer).collect());
    let (take, taken) = timed(|| pool.take(&mut Best::default(), BLOCK));
    let used = |tx: &std::sync::Arc<RecoveredTx>| (tx.signer(), SenderState { nonce: 1, ..RICH });
    // A full block raises the base fee by an eighth.
    let (block, ()) = timed(|| pool.on_head(B256::ZERO, 1_125, taken.iter().map(used)));
    assert_eq!(pool.status().pending, capacity - BLOCK);
    let of_block = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    vec![waiting.to_string(), each(add, ACTS), each(full, ACTS), of_block(take), of_block(block)]
}

pub(crate) fn run() {
    // Memory that the process has not had yet is zeroed by the system: that is not what is measured.
    drop(row(100_000));
    let head = ["waiting", "add", "add to a full pool", "take a block", "after a block"].map(str::to_owned).to_vec();
    let rows = [1_000, 10_000, 100_000].map(row);
    table::print("The pool, one transaction of each sender", &[&[head][..], &rows].concat());
}
