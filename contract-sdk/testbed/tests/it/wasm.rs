//! WASM contracts in the real sandbox.

use crate::bed::{ALICE, BOB, Bed, COIN, block, word};
use zx_sdk::testing::protocol::{Answer, BlockEnv, Request};

/// Adds one to slot 0, logs and returns it. Called with a byte, it reverts with that after writing.
pub(crate) const COUNTER: &str = r#"(module
    (import "zx" "storage_read" (func $read (param i32 i32)))
    (import "zx" "storage_write" (func $write (param i32 i32)))
    (import "zx" "calldata_size" (func $size (result i32)))
    (import "zx" "log" (func $log (param i32 i32 i32 i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (memory (export "memory") 1)
    (func $add
        (call $read (i32.const 0) (i32.const 32))
        (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
        (call $write (i32.const 0) (i32.const 32)))
    (func (export "call") (result i32)
        (call $add)
        (call $log (i32.const 0) (i32.const 1) (i32.const 32) (i32.const 32))
        (call $output (i32.const 32) (i32.const 32))
        (i32.ne (call $size) (i32.const 0))))"#;

/// Returns what the context says: block number, timestamp, chain id, and the caller.
const CONTEXT: &str = r#"(module
    (import "zx" "block_number" (func $number (result i64)))
    (import "zx" "block_timestamp" (func $time (result i64)))
    (import "zx" "chain_id" (func $chain (result i64)))
    (import "zx" "caller" (func $caller (param i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (memory (export "memory") 1)
    (func (export "call") (result i32)
        (i64.store (i32.const 0) (call $number))
        (i64.store (i32.const 8) (call $time))
        (i64.store (i32.const 16) (call $chain))
        (call $caller (i32.const 24))
        (call $output (i32.const 0) (i32.const 44))
        (i32.const 0)))"#;

#[test]
fn a_transaction_changes_the_world_and_tells_what_it_did() {
    let mut bed = Bed::new(&[("counter", COUNTER)]);
    let counter = bed.deploys("counter");
    let first = bed.sends(counter, 0, &[]);
    assert!(first.success && first.halted.is_none(), "{first:?}");
    assert_eq!(first.data, word(1));
    assert_eq!((first.logs[0].address, &first.logs[0].data), (counter, &word(1).to_vec()));
    let second = bed.sends(counter, 0, &[]);
    assert_eq!(second.data, word(2));
    assert_eq!(first.gas_used - second.gas_used, 20_000 - 2_900, "the slot is not new any more (EIP-2929, EIP-3529)");
    assert_eq!(bed.asks(Request::Slot { account: counter, slot: [0; 32] }), Answer::Word(word(2)));
}

#[test]
fn what_reverts_is_undone_and_has_no_logs() {
    let mut bed = Bed::new(&[("counter", COUNTER)]);
    let counter = bed.deploys("counter");
    let reverted = bed.sends(counter, 0, &[1]);
    assert_eq!((reverted.success, reverted.data, reverted.halted), (false, word(1).to_vec(), None));
    assert!(reverted.logs.is_empty());
    assert_eq!(bed.asks(Request::Slot { account: counter, slot: [0; 32] }), Answer::Word([0; 32]));
}

#[test]
fn who_looks_cannot_write() {
    let mut bed = Bed::new(&[("counter", COUNTER), ("context", CONTEXT)]);
    let (counter, context) = (bed.deploys("counter"), bed.deploys("context"));
    assert!(!bed.looks(counter, &[]).success);
    assert_eq!(bed.asks(Request::Slot { account: counter, slot: [0; 32] }), Answer::Word([0; 32]));
    let said = bed.looks(context, &[]);
    assert!(said.success);
    assert_eq!(said.data[24..44], ALICE, "the caller is the sender, not a trampoline");
}

#[test]
fn the_block_is_the_one_that_was_set_on_any_chain() {
    let mut bed = Bed::new(&[("context", CONTEXT)]);
    let context = bed.deploys("context");
    let numbers = |data: &[u8]| [0, 8, 16].map(|at| u64::from_le_bytes(data[at..at + 8].try_into().unwrap()));
    assert_eq!(numbers(&bed.looks(context, &[]).data), [300, 1_700_000_000, 1]);
    bed.asks(Request::SetBlock(BlockEnv { number: 7, timestamp: 8, chain_id: 31_337, ..block() }));
    assert_eq!(numbers(&bed.looks(context, &[]).data), [7, 8, 31_337]);
}

#[test]
fn transactions_cost_their_value_and_nothing_else() {
    let mut bed = Bed::new(&[]);
    assert!(bed.sends(BOB, 5, &[]).success);
    assert_eq!((bed.balance(ALICE), bed.balance(BOB)), (word(COIN - 5), word(COIN + 5)));
    assert_eq!(bed.balance([0xCB; 20]), word(0), "nobody is paid");
}

#[test]
fn more_value_than_there_is_fails_and_counts_as_sent() {
    let mut bed = Bed::new(&[("counter", COUNTER)]);
    let before = bed.sends(BOB, COIN + 1, &[]);
    assert_eq!((before.success, before.gas_used), (false, 0));
    assert!(before.halted.unwrap().contains("no block could have this transaction"));
    // keccak256(rlp([ALICE, 1])), as the native host counts.
    let address = alloy_primitives::Address::from(ALICE).create(1);
    assert_eq!(bed.deploys("counter"), address.into_array());
}

#[test]
fn a_contract_can_be_impersonated() {
    let mut bed = Bed::new(&[("counter", COUNTER), ("context", CONTEXT)]);
    let (counter, context) = (bed.deploys("counter"), bed.deploys("context"));
    let said = bed.outcome(Request::Transact { sender: counter, to: Some(context), value: [0; 32], data: Vec::new() });
    assert!(said.success, "{said:?}");
    assert_eq!(said.data[24..44], counter);
}

#[test]
fn kept_worlds_come_back_with_their_blocks_and_once() {
    let mut bed = Bed::new(&[("counter", COUNTER)]);
    let counter = bed.deploys("counter");
    let slot = || Request::Slot { account: counter, slot: [0; 32] };
    let Answer::Number(outer) = bed.asks(Request::Snapshot) else { panic!("a number") };
    bed.sends(counter, 0, &[]);
    let Answer::Number(inner) = bed.asks(Request::Snapshot) else { panic!("a number") };
    bed.sends(counter, 0, &[]);
    bed.asks(Request::SetBlock(BlockEnv { number: 1, ..block() }));
    assert_eq!(bed.asks(slot()), Answer::Word(word(2)));
    bed.asks(Request::Restore(inner));
    assert_eq!(bed.asks(slot()), Answer::Word(word(1)));
    bed.asks(Request::Restore(outer));
    assert_eq!(bed.asks(slot()), Answer::Word(word(0)));
    let again = bed.machine.answer(Request::Restore(inner)).unwrap_err().to_string();
    assert!(again.contains(&format!("no kept world {inner}")), "{again}");
}

#[test]
fn a_module_that_is_not_there_is_named_with_the_fix() {
    let mut bed = Bed::new(&[]);
    let request = Request::Deploy { sender: ALICE, value: [0; 32], package: "token".into(), arguments: Vec::new() };
    let error = bed.machine.answer(request).unwrap_err().to_string();
    assert!(error.contains("token.wasm") && error.contains("cargo zx test"), "{error}");
}

#[test]
fn numbers_that_no_block_has_are_refused() {
    let mut bed = Bed::new(&[]);
    let error = bed.machine.answer(Request::SetBlock(BlockEnv { base_fee: [1; 32], ..block() })).unwrap_err();
    assert!(error.to_string().contains("a block's base fee of"), "{error}");
}
