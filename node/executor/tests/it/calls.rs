//! EVM and WASM contracts call each other, in every combination, and neither notices.

use crate::{
    contracts::{
        Asm, CALLDATACOPY, CALLDATASIZE, CREATE, KINDS, Kind, MSTORE, RETURN, SELFDESTRUCT, forwarder_evm,
        forwarder_wasm, reverter_evm, reverter_wasm, wasm_call, writer_evm, writer_wasm,
    },
    world::{ALICE, World, error_text, payload, word},
};
use alloy_primitives::{Address, Bytes, U256, keccak256};
use zx_executor::Simulated;
use zx_host_functions::deploy::{CODE_PREFIX, account_code};

/// Whether outer and inner contract are WASM.
const PAIRS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

fn place_writer(world: &mut World, wasm: bool) -> Address {
    if wasm { world.place_wasm(0x11, &writer_wasm()) } else { world.place(0x11, writer_evm()) }
}

fn place_reverter(world: &mut World, wasm: bool) -> Address {
    if wasm { world.place_wasm(0x22, &reverter_wasm()) } else { world.place(0x22, reverter_evm()) }
}

fn place_forwarder(world: &mut World, at: u8, wasm: bool, kind: Kind, to: Address) -> Address {
    if wasm { world.place_wasm(at, &forwarder_wasm(kind, to)) } else { world.place(at, forwarder_evm(kind, to)) }
}

/// Caller, value and address, as the writer returns them.
fn seen(output: &[u8]) -> (Address, U256, Address) {
    assert_eq!(output.len(), 96);
    (Address::from_slice(&output[12..32]), U256::from_be_slice(&output[32..64]), Address::from_slice(&output[76..96]))
}

#[test]
fn a_call_acts_on_the_callee_and_moves_value() {
    for (outer_wasm, inner_wasm) in PAIRS {
        let mut world = World::new();
        let inner = place_writer(&mut world, inner_wasm);
        let outer = place_forwarder(&mut world, 0x33, outer_wasm, Kind::Call, inner);
        assert_eq!(seen(&world.read(outer, word(7))), (outer, U256::ZERO, inner), "{outer_wasm} {inner_wasm}");
        let receipt = world.send(outer, 5, word(7));
        assert!(receipt.success);
        assert_eq!((world.slot(inner, 0), world.slot(outer, 0)), (U256::from(7), U256::ZERO));
        assert_eq!((world.balance(inner), world.balance(outer)), (U256::from(5), U256::ZERO));
        assert_eq!(receipt.logs.len(), 1);
        assert_eq!((receipt.logs[0].address, receipt.logs[0].topics()), (inner, &[word(7).into()][..]));
    }
}

#[test]
fn a_delegate_call_acts_on_the_caller() {
    for (outer_wasm, inner_wasm) in PAIRS {
        let mut world = World::new();
        let inner = place_writer(&mut world, inner_wasm);
        let outer = place_forwarder(&mut world, 0x33, outer_wasm, Kind::Delegate, inner);
        assert_eq!(seen(&world.read(outer, word(7))), (ALICE, U256::ZERO, outer), "{outer_wasm} {inner_wasm}");
        let receipt = world.send(outer, 5, word(7));
        assert_eq!((world.slot(inner, 0), world.slot(outer, 0)), (U256::ZERO, U256::from(7)));
        assert_eq!((world.balance(inner), world.balance(outer)), (U256::ZERO, U256::from(5)));
        assert_eq!(receipt.logs[0].address, outer);
    }
}

#[test]
fn a_static_call_refuses_writes_however_deep() {
    for (outer_wasm, inner_wasm) in PAIRS {
        let mut world = World::new();
        let inner = place_writer(&mut world, inner_wasm);
        let middle = place_forwarder(&mut world, 0x44, inner_wasm, Kind::Call, inner);
        let top = place_forwarder(&mut world, 0x33, outer_wasm, Kind::Static, middle);
        let receipt = world.send(top, 0, word(7));
        assert!(!receipt.success, "{outer_wasm} {inner_wasm}");
        assert_eq!(world.slot(inner, 0), U256::ZERO);
        assert!(receipt.logs.is_empty());
        let Simulated::Revert { output, .. } = world.simulate(top, word(7)) else { panic!("reverts") };
        if inner_wasm {
            assert_eq!(error_text(&output), "wasm trap: write in a static call");
        } else {
            assert!(output.is_empty(), "the EVM has nothing to say about it");
        }
    }
}

#[test]
fn revert_data_comes_up_through_every_kind_of_call() {
    for (outer_wasm, inner_wasm) in PAIRS {
        for kind in [Kind::Call, Kind::Delegate] {
            let mut world = World::new();
            let inner = place_reverter(&mut world, inner_wasm);
            let middle = place_forwarder(&mut world, 0x44, inner_wasm, kind, inner);
            let outer = place_forwarder(&mut world, 0x33, outer_wasm, kind, middle);
            let before = world.state.clone();
            let Simulated::Revert { output, .. } = world.simulate(outer, b"because".to_vec()) else {
                panic!("reverts")
            };
            assert_eq!(output, Bytes::from_static(b"because"), "{outer_wasm} {inner_wasm} {kind:?}");
            let receipt = world.send(outer, 9, b"because".to_vec());
            assert!(!receipt.success && receipt.logs.is_empty());
            assert_eq!(world.state.storage, before.storage);
            for contract in [inner, middle, outer] {
                assert_eq!(world.balance(contract), U256::ZERO, "the value is back");
            }
        }
    }
}

#[test]
fn long_chains_of_mixed_frames_carry_data_both_ways() {
    let mut world = World::new();
    let mut to = place_writer(&mut world, true);
    for at in 0..40u8 {
        to = place_forwarder(&mut world, 0x50 + at, at % 3 != 0, KINDS[usize::from(at % 2) * 2], to);
    }
    let data = [word(3), word(4), [0xee; 32]].concat();
    assert_eq!(world.read(to, data.clone()).len(), 96);
    assert!(world.send(to, 0, data).success);
}

#[test]
fn the_limit_on_wasm_frames_fails_the_call_and_not_the_node() {
    let mut world = World::new();
    let limit = world.executor.spec().wasm_depth;
    let bottom = place_writer(&mut world, true);
    let mut to = bottom;
    let mut chain = Vec::new();
    for at in 0..limit as u8 {
        to = place_forwarder(&mut world, 0x50 + at, true, Kind::Call, to);
        chain.push(to);
    }
    // The bottom and all forwarders but the last are `limit` frames.
    let just = chain[chain.len() - 2];
    assert!(world.send(just, 0, word(1)).success);
    assert_eq!(world.slot(bottom, 0), U256::from(1));
    assert!(!world.send(to, 0, word(2)).success, "one frame more");
    assert_eq!(world.slot(bottom, 0), U256::from(1));
    assert!(world.send(just, 0, word(3)).success, "the count begins anew");
}

#[test]
fn a_program_that_calls_itself_for_ever_ends() {
    let mut world = World::new();
    let me = Address::repeat_byte(0x33);
    for wasm in [true, false] {
        place_forwarder(&mut world, 0x33, wasm, Kind::Call, me);
        let receipt = world.send(me, 0, word(1));
        assert!(!receipt.success, "{wasm}");
    }
    // EVM and WASM in turn.
    let (one, two) = (Address::repeat_byte(0x33), Address::repeat_byte(0x34));
    place_forwarder(&mut world, 0x33, true, Kind::Call, two);
    place_forwarder(&mut world, 0x34, false, Kind::Call, one);
    assert!(!world.send(one, 0, word(1)).success);
}

#[test]
fn a_thread_of_two_mebibytes_holds_the_deepest_frames() {
    let work = || {
        let mut world = World::new();
        let (one, two) = (Address::repeat_byte(0x33), Address::repeat_byte(0x34));
        place_forwarder(&mut world, 0x33, true, Kind::Call, two);
        place_forwarder(&mut world, 0x34, false, Kind::Call, one);
        let _ = world.send_with(one.into(), 0, word(1), 30_000_000);
        place_forwarder(&mut world, 0x33, true, Kind::Call, one);
        let _ = world.send_with(one.into(), 0, word(1), 30_000_000);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_call_that_cannot_pay_fails_and_gives_the_gas_back() {
    // Sends a coin that it does not have, and returns the status.
    let mut world = World::new();
    let poor = world.place_wasm(
        0x33,
        &wasm_call(
            "(i32.store8 (i32.const 0) (i32.const 9)) (i32.store8 (i32.const 63) (i32.const 1))
             (i32.store8 (i32.const 100) (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)))
             (call $output (i32.const 100) (i32.const 1))",
        ),
    );
    assert_eq!(world.read(poor, vec![]), Bytes::from_static(&[2]));
    assert!(world.gas(poor, vec![]) < 100_000);
}

#[test]
fn precompiles_answer_wasm() {
    let mut world = World::new();
    for kind in KINDS {
        let identity = place_forwarder(&mut world, 0x33, true, kind, Address::with_last_byte(4));
        assert_eq!(world.read(identity, b"hello".to_vec()), Bytes::from_static(b"hello"), "{kind:?}");
        let sha = place_forwarder(&mut world, 0x34, true, kind, Address::with_last_byte(2));
        assert_eq!(world.read(sha, b"".to_vec())[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }
}

#[test]
fn calls_to_nobody_succeed_and_leave_no_account() {
    let mut world = World::new();
    let nobody = Address::repeat_byte(0x99);
    let outer = place_forwarder(&mut world, 0x33, true, Kind::Call, nobody);
    assert!(world.send(outer, 0, vec![]).success);
    assert!(!world.state.accounts.contains_key(&nobody), "EIP-161");
    assert!(world.send(outer, 1, vec![]).success);
    assert_eq!(world.balance(nobody), U256::from(1));
}

/// Makes a contract of its calldata and returns the address.
pub(crate) fn factory_evm() -> Vec<u8> {
    Asm::default()
        .op(CALLDATASIZE)
        .push(0)
        .push(0)
        .op(CALLDATACOPY)
        .op(CALLDATASIZE)
        .push(0)
        .push(0)
        .op(CREATE)
        .push(0)
        .op(MSTORE)
        .push(32)
        .push(0)
        .op(RETURN)
        .0
}

pub(crate) fn factory_wasm() -> String {
    wasm_call(
        "(call $calldata (i32.const 128) (i32.const 0) (call $size))
         (local.set $s (call $create (i32.const 0) (i32.const 128) (call $size) (i32.const 76)))
         (call $output (i32.const 64) (i32.const 32))",
    )
}

#[test]
fn either_makes_either() {
    for (factory_is_wasm, made_is_wasm) in PAIRS {
        let mut world = World::new();
        let factory =
            if factory_is_wasm { world.place_wasm(0x33, &factory_wasm()) } else { world.place(0x33, factory_evm()) };
        let code = if made_is_wasm { payload(&writer_wasm(), &[]) } else { crate::contracts::init(&writer_evm()) };
        let made = factory.create(1);
        assert_eq!(world.read(factory, code.clone())[12..], made[..], "{factory_is_wasm} {made_is_wasm}");
        assert!(world.send(factory, 0, code.clone()).success);
        assert_eq!(world.state.accounts[&factory].nonce, 2);
        let info = world.state.accounts[&made];
        assert_eq!(info.nonce, 1);
        let stored = &world.state.codes[&info.code_hash];
        assert_eq!(stored.starts_with(&CODE_PREFIX), made_is_wasm);
        assert_eq!(keccak256(stored), info.code_hash);
        assert!(world.send(made, 0, word(4)).success);
        assert_eq!(world.slot(made, 0), U256::from(4));
        // A second one with a bad module: the factory lives, its nonce is used.
        let bad = if made_is_wasm { [&CODE_PREFIX[..], &[0, 0, 0, 1, 0]].concat() } else { vec![0xfe] };
        assert_eq!(world.read(factory, bad.clone()), Bytes::from(vec![0; 32]));
        assert!(world.send(factory, 0, bad).success);
        assert_eq!(world.state.accounts[&factory].nonce, 3);
        assert!(!world.state.accounts.contains_key(&factory.create(2)));
    }
}

#[test]
fn evm_code_cannot_pass_itself_off_as_a_module() {
    let mut world = World::new();
    let fake = account_code(b"x");
    let nonce = world.state.accounts[&ALICE].nonce;
    let receipt = world.send_with(alloy_primitives::TxKind::Create, 0, crate::contracts::init(&fake), 1_000_000);
    assert!(!receipt.success, "EIP-3541");
    assert!(!world.state.accounts.contains_key(&ALICE.create(nonce)));
}

#[test]
fn an_account_delegated_to_wasm_runs_it_on_itself() {
    let mut world = World::new();
    let code = world.place_wasm(0x11, &writer_wasm());
    // EIP-7702: 0xef0100 and the address.
    let delegated = world.place(0x55, [&[0xef, 0x01, 0x00], code.as_slice()].concat());
    assert_eq!(seen(&world.read(delegated, word(7))), (ALICE, U256::ZERO, delegated));
    for wasm in [true, false] {
        let outer = place_forwarder(&mut world, 0x33, wasm, Kind::Call, delegated);
        assert_eq!(seen(&world.read(outer, word(7))), (outer, U256::ZERO, delegated), "{wasm}");
        assert!(world.send(outer, 0, word(8 + u64::from(wasm))).success);
        assert_eq!(world.slot(delegated, 0), U256::from(8 + u64::from(wasm)));
    }
    assert_eq!(world.slot(code, 0), U256::ZERO);
}

#[test]
fn a_contract_destroyed_where_it_was_made_leaves_nothing() {
    let mut world = World::new();
    let bomb = world.place(0x77, Asm::default().push_bytes(ALICE.as_slice()).op(SELFDESTRUCT).0);
    let bytes: String = bomb.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let wat = crate::contracts::wasm(&format!(
        r#"(data (i32.const 0) "{bytes}")
           (func (export "deploy") (result i32)
             (call $sstore (i32.const 0) (i32.const 0))
             (call $delegatecall (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
           (func (export "call") (result i32) (i32.const 0))"#
    ));
    let (receipt, made) = world.deploy(&wat, &[], 3);
    assert!(receipt.success);
    assert!(!world.state.accounts.contains_key(&made), "EIP-6780: made and destroyed in one transaction");
    assert!(world.state.storage.iter().all(|((of, _), _)| *of != made));
    // One that was there before stays, without its money.
    let old = place_forwarder(&mut world, 0x33, true, Kind::Delegate, bomb);
    assert!(world.send(old, 4, vec![]).success);
    assert!(world.state.accounts.contains_key(&old));
    assert_eq!(world.balance(old), U256::ZERO);
}
