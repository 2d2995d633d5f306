//! When a contract counts as called again while it runs.

use crate::{
    contracts::{Asm, CALL, CALLCODE, Kind, POP, SLOAD, STOP, data, forwarder_evm, forwarder_wasm, module_of, program},
    world::{PRICE, World, payload, signed},
};
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, TxKind, U256};

const A: Address = Address::repeat_byte(0x11);
const B: Address = Address::repeat_byte(0x22);
/// An EVM contract between them.
const E: Address = Address::repeat_byte(0x33);

/// Steps of a path: how, and to whom.
const CALLS: u8 = 0;
const STATIC: u8 = 1;
const DELEGATES: u8 = 2;
/// Besides: what comes back is reverted with.
const REVERTS: u8 = 0x80;

/// Walks the path in its calldata, twice, and returns one byte that says whether it is reentrant, followed by what the
/// two ways returned.
fn walker() -> String {
    let arguments = "(i32.const 21) (i32.sub (call $calldata_size) (i32.const 21))";
    let step = format!(
        "(if (i32.eqz (local.get $how)) (then
           (drop (call $call (i64.const -1) (i32.const 1) (i32.const 2048) {arguments}))))
         (if (i32.eq (local.get $how) (i32.const {STATIC})) (then
           (drop (call $static_call (i64.const -1) (i32.const 1) {arguments}))))
         (if (i32.eq (local.get $how) (i32.const {DELEGATES})) (then
           (drop (call $delegate_call (i64.const -1) (i32.const 1) {arguments}))))
         (call $return_data_copy (local.get $end) (i32.const 0) (call $return_data_size))
         (local.set $end (i32.add (local.get $end) (call $return_data_size)))"
    );
    module_of(&format!(
        r#"(func (export "call") (result i32) (local $how i32) (local $end i32)
             (call $calldata_copy (i32.const 0) (i32.const 0) (call $calldata_size))
             (i32.store8 (i32.const 4096) (call $reentrant))
             (local.set $end (i32.const 4097))
             (local.set $how (i32.and (i32.load8_u (i32.const 0)) (i32.const 0x7f)))
             (if (i32.ge_u (call $calldata_size) (i32.const 21)) (then {step} {step}))
             (call $output (i32.const 4096) (i32.sub (local.get $end) (i32.const 4096)))
             (i32.and (i32.load8_u (i32.const 0)) (i32.const {REVERTS})))"#
    ))
}

fn path(steps: &[(u8, Address)]) -> Vec<u8> {
    steps.iter().flat_map(|(how, to)| [&[*how], to.as_slice()].concat()).collect()
}

/// A and B walk.
fn world() -> World {
    let mut world = World::new();
    world.place_wasm(A[0], &walker());
    world.place_wasm(B[0], &walker());
    world
}

/// What A says, and all below it.
fn walked(world: &World, steps: &[(u8, Address)]) -> Vec<u8> {
    world.read(A, path(steps)).to_vec()
}

#[test]
fn the_first_frame_of_a_contract_is_none() {
    assert_eq!(walked(&world(), &[]), [0]);
}

#[test]
fn a_contract_that_calls_itself_is_reentrant_inside() {
    let world = world();
    for how in [CALLS, STATIC] {
        assert_eq!(walked(&world, &[(how, A)]), [0, 1, 1], "{how}");
        assert_eq!(walked(&world, &[(how, A), (how, A)]), [0, 1, 1, 1, 1, 1, 1], "{how}");
    }
}

#[test]
fn another_in_between_does_not_hide_it() {
    let world = world();
    for (out, back) in [(CALLS, CALLS), (STATIC, CALLS), (CALLS, STATIC)] {
        assert_eq!(walked(&world, &[(out, B), (back, A)]), [0, 0, 1, 1, 0, 1, 1], "{out} {back}");
    }
    assert_eq!(walked(&world, &[(CALLS, B)]), [0, 0, 0]);
    assert_eq!(walked(&world, &[(CALLS, B), (CALLS, B)]), [0, 0, 1, 1, 0, 1, 1]);
    // Down and up again: each of the two is in it twice.
    let long = walked(&world, &[(CALLS, B), (CALLS, A), (CALLS, B)]);
    assert_eq!(long, [0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn an_evm_contract_in_between_does_not_hide_it() {
    for kind in [Kind::Call, Kind::Static] {
        let mut world = world();
        world.place(E[0], forwarder_evm(kind, A));
        assert_eq!(walked(&world, &[(CALLS, E)]), [0, 1, 1], "{kind:?}");
        assert_eq!(walked(&world, &[(CALLS, B), (CALLS, E)]), [0, 0, 1, 1, 0, 1, 1], "{kind:?}");
        // To the other and never back.
        world.place(E[0], forwarder_evm(kind, B));
        assert_eq!(walked(&world, &[(CALLS, E)]), [0, 0, 0], "{kind:?}");
    }
}

#[test]
fn an_evm_contract_that_calls_first_is_counted() {
    let mut world = world();
    world.place(E[0], forwarder_evm(Kind::Call, A));
    assert_eq!(world.read(E, path(&[])).to_vec(), [0]);
    assert_eq!(world.read(E, path(&[(CALLS, E)])).to_vec(), [0, 1, 1], "A, the EVM contract, A again");
}

#[test]
fn a_proxy_is_entered_once_and_its_implementation_not() {
    for wasm in [true, false] {
        let mut world = world();
        match wasm {
            true => world.place_wasm(E[0], &forwarder_wasm(Kind::Delegate, A)),
            false => world.place(E[0], forwarder_evm(Kind::Delegate, A)),
        };
        let through = |steps: &[(u8, Address)]| world.read(E, path(steps)).to_vec();
        assert_eq!(through(&[]), [0], "{wasm}");
        assert_eq!(through(&[(CALLS, A)]), [0, 0, 0], "the implementation's own account is another contract: {wasm}");
        assert_eq!(through(&[(CALLS, E)]), [0, 1, 1], "the proxy again: {wasm}");
        assert_eq!(through(&[(CALLS, B), (CALLS, E)]), [0, 0, 1, 1, 0, 1, 1], "{wasm}");
        assert_eq!(walked(&world, &[(CALLS, E)]), [0, 0, 0], "{wasm}");
    }
}

#[test]
fn a_library_is_not_entered_but_may_call_back() {
    let world = world();
    assert_eq!(walked(&world, &[(DELEGATES, B)]), [0, 0, 0]);
    assert_eq!(walked(&world, &[(DELEGATES, A)]), [0, 0, 0], "its own code as a library");
    assert_eq!(walked(&world, &[(DELEGATES, B), (CALLS, A)]), [0, 0, 1, 1, 0, 1, 1]);
    assert_eq!(walked(&world, &[(DELEGATES, B), (CALLS, B)]), [0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(walked(&world, &[(CALLS, A), (DELEGATES, B)]), [0, 1, 1, 1, 1, 1, 1], "a library of a reentrant frame");
}

#[test]
fn call_code_enters_nobody() {
    let mut world = world();
    let mut code = forwarder_evm(Kind::Call, A);
    let place = code.iter().position(|op| *op == CALL).unwrap();
    code[place] = CALLCODE;
    world.place(E[0], code);
    assert_eq!(world.read(E, path(&[])).to_vec(), [0]);
    assert_eq!(world.read(E, path(&[(CALLS, A)])).to_vec(), [0, 0, 0]);
    assert_eq!(world.read(E, path(&[(CALLS, E)])).to_vec(), [0, 1, 1]);
}

#[test]
fn an_account_that_is_delegated_to_a_contract_is_itself() {
    let mut world = world();
    // EIP-7702.
    world.place(E[0], [&[0xef, 0x01, 0x00], A.as_slice()].concat());
    assert_eq!(world.read(E, path(&[(CALLS, A)])).to_vec(), [0, 0, 0]);
    assert_eq!(world.read(E, path(&[(CALLS, E)])).to_vec(), [0, 1, 1]);
}

#[test]
fn a_frame_that_reverted_is_not_there_any_more() {
    let world = world();
    // The second way of each walker comes after the first one has reverted.
    let mut steps = path(&[(CALLS, B), (REVERTS, A)]);
    steps.push(REVERTS);
    assert_eq!(world.read(A, steps).to_vec(), [0, 0, 1, 1, 0, 1, 1]);
}

/// Calls E twice, with a byte and with nothing, and returns the two statuses and what the second one returned.
fn driver() -> String {
    let call =
        |len| format!("(call $call (i64.const 1000000) (i32.const 0) (i32.const 64) (i32.const 32) (i32.const {len}))");
    let body = format!(
        "(i32.store8 (i32.const 100) {}) (i32.store8 (i32.const 101) {})
         (call $return_data_copy (i32.const 102) (i32.const 0) (call $return_data_size))
         (call $output (i32.const 100) (i32.add (i32.const 2) (call $return_data_size)))",
        call(1),
        call(0)
    );
    program(&body).replace("(func (export", &format!("{} (func (export", data(0, E.as_slice())))
}

/// Says whether it is reentrant, if there is no calldata; else does this.
fn unless_asked(otherwise: &str) -> String {
    let body = format!(
        "(if (call $calldata_size) (then {otherwise}))
         (i32.store8 (i32.const 100) (call $reentrant)) (call $output (i32.const 100) (i32.const 1))"
    );
    program(&body)
}

#[test]
fn a_frame_that_ended_badly_is_not_there_any_more() {
    let slots = "(loop $more (drop (i32.load (i32.const 0))) (br $more))";
    for (ends, status) in [("unreachable", 1), (slots, 2), ("(drop (i32.load (i32.const -1)))", 1)] {
        let mut world = World::new();
        let top = world.place_wasm(0x44, &driver());
        // The frame that ends is E's, or a library's on E.
        world.place_wasm(E[0], &unless_asked(ends));
        assert_eq!(world.read(top, vec![]).to_vec(), [status, 0, 0], "{ends}");
        world.place_wasm(A[0], &unless_asked(ends));
        world.place(E[0], forwarder_evm(Kind::Delegate, A));
        assert_eq!(world.read(top, vec![])[1..], [0, 0], "{ends}");
    }
}

#[test]
fn a_fault_of_the_node_below_leaves_nobody_behind() {
    // E is an EVM proxy of a library that delegates to EVM code that reads a slot of E, which panics: the panic goes
    // through the frames of E's library before a sandbox catches it.
    let mut world = World::new();
    let top = world.place_wasm(0x44, &driver());
    let reads = world.place(0x55, Asm::default().push(0).op(SLOAD).op(POP).op(STOP).0);
    let delegates = "(drop (call $delegate_call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))";
    let library =
        unless_asked(delegates).replace("(func (export", &format!("{} (func (export", data(0, reads.as_slice())));
    world.place_wasm(A[0], &library);
    world.place(E[0], forwarder_evm(Kind::Delegate, A));
    assert_eq!(world.read(top, vec![]).to_vec(), [0, 0, 0], "without a fault");
    world.state.panics = Some(E);
    assert_eq!(world.read(top, vec![]).to_vec(), [1, 0, 0]);
}

#[test]
fn each_transaction_begins_anew() {
    // Of three transactions in a block the first and the second end in the midst of frames.
    let mut world = World::new();
    let keeps = "(i32.store8 (i32.const 63) (i32.add (call $reentrant) (i32.const 5)))
                 (call $storage_write (i32.const 0) (i32.const 32))";
    let again = format!(
        "(if (call $calldata_size) (then
           (drop (call $call (i64.const -1) (i32.const 96) (i32.const 64) (i32.const 0) (i32.const 0))) unreachable))
         {keeps}"
    );
    let text = program(&again).replace("(func (export", &format!("{} (func (export", data(96, E.as_slice())));
    world.place_wasm(E[0], &text);
    let tx = |nonce, len: usize, gas_limit| {
        signed(TxEip1559 {
            chain_id: 31_337,
            nonce,
            gas_limit,
            max_fee_per_gas: PRICE.into(),
            to: TxKind::Call(E),
            input: vec![1; len].into(),
            ..TxEip1559::default()
        })
    };
    let done = world.block(vec![tx(0, 1, 500_000), tx(1, 1, 30_000), tx(2, 0, 500_000)]);
    assert_eq!(done.receipts.iter().map(|receipt| receipt.success).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(world.slot(E, 0), U256::from(5));
}

#[test]
fn a_constructor_is_no_reentry_and_who_made_it_is_entered_again_by_it() {
    // With calldata: creates that. Without: says whether it is reentrant.
    let maker = unless_asked(
        "(call $calldata_copy (i32.const 512) (i32.const 0) (call $calldata_size))
         (drop (call $create (i32.const 64) (i32.const 512) (call $calldata_size) (i32.const 44)))
         (call $output (i32.const 32) (i32.const 32)) (return (i32.const 0))",
    );
    // Keeps in slot 0 what it says of itself, plus 5, and in slot 1 what its creator says. It calls itself too, where there is no
    // code yet.
    let made = module_of(
        r#"(func (export "deploy") (result i32)
             (i32.store8 (i32.const 63) (i32.add (call $reentrant) (i32.const 5)))
             (call $storage_write (i32.const 0) (i32.const 32))
             (call $address (i32.const 256))
             (if (call $call (i64.const -1) (i32.const 256) (i32.const 0) (i32.const 0) (i32.const 0)) (then unreachable))
             (if (call $return_data_size) (then unreachable))
             (call $caller (i32.const 256))
             (if (call $call (i64.const -1) (i32.const 256) (i32.const 0) (i32.const 0) (i32.const 0)) (then unreachable))
             (call $return_data_copy (i32.const 63) (i32.const 0) (i32.const 1))
             (i32.store8 (i32.const 31) (i32.const 1))
             (call $storage_write (i32.const 0) (i32.const 32))
             (i32.const 0))
           (func (export "call") (result i32) (i32.const 0))"#,
    );
    let mut world = World::new();
    world.place_wasm(A[0], &maker);
    assert!(world.send(A, 0, payload(&made, &[])).success);
    let child = A.create(1);
    assert_eq!((world.slot(child, 0), world.slot(child, 1)), (U256::from(5), U256::from(1)));
    // EVM init code that asks the creator and makes the answer its code.
    assert!(world.send(A, 0, forwarder_evm(Kind::Call, A)).success);
    let code_hash = world.state.accounts[&A.create(2)].code_hash;
    assert_eq!(world.state.codes[&code_hash].to_vec(), [1]);
    assert_eq!(world.read(A, vec![]).to_vec(), [0]);
}
