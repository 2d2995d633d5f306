//! Immutables, which are part of the code, and instances, which share a module.

use crate::{
    calls::{factory_evm, factory_wasm},
    contracts::{Kind, forwarder_evm, module_of},
    world::{ALICE, GAS_DEPLOY, World, error_text, module, payload, word},
};
use alloy_primitives::{Address, TxKind, U256, keccak256};
use std::sync::Arc;
use zx_executor::{CallEnv, Cancel, CodeRefusal, Executor, Simulated};
use zx_host_functions::{
    AccountCode, DeployPayload, ProgramCode,
    deploy::{NO_TEMPLATE, account_code},
};
use zx_primitives::{ChainSpec, StateReader as _};
use zx_sandbox::Sandbox;

/// Its constructor makes its argument immutable; a call counts in slot 0, and returns the argument and the count.
fn keeper() -> String {
    module_of(
        r#"(func (export "deploy") (result i32)
             (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 32))
             (call $immutable_write (i32.const 0) (i32.const 0) (i32.const 32))
             (i32.const 0))
           (func (export "call") (result i32)
             (call $immutable_read (i32.const 0) (i32.const 0) (i32.const 32))
             (call $storage_read (i32.const 96) (i32.const 32))
             (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
             (call $storage_write (i32.const 96) (i32.const 32))
             (call $output (i32.const 0) (i32.const 64))
             (i32.const 0))"#,
    )
}

/// What a call of it returns.
fn both(argument: u64, count: u64) -> Vec<u8> {
    [word(argument), word(count)].concat()
}

fn instance(template: Address, args: &[u8]) -> Vec<u8> {
    DeployPayload::instance(&template.0.0, args).encode()
}

/// Sends a create transaction: gas that it used, and the contract, if there is one.
fn create(world: &mut World, data: Vec<u8>) -> (u64, Option<Address>) {
    let address = ALICE.create(world.state.accounts[&ALICE].nonce);
    let receipt = world.send_with(TxKind::Create, 0, data, GAS_DEPLOY);
    (receipt.cumulative_gas_used, receipt.success.then_some(address))
}

/// What a create transaction that reverts says.
fn refusal(world: &World, data: Vec<u8>) -> String {
    let call = CallEnv { from: ALICE, data: data.into(), to: TxKind::Create, ..CallEnv::default() };
    match world.executor.simulate(&world.state, &world.header, &call, &Cancel::default()).unwrap() {
        Simulated::Revert { output, .. } => error_text(&output),
        other => panic!("{other:?}"),
    }
}

/// A world with a keeper of this argument.
fn with_keeper(argument: u64) -> (World, Address) {
    let mut world = World::new();
    let (_, keeper) = create(&mut world, payload(&keeper(), &word(argument)));
    (world, keeper.unwrap())
}

fn code_of(world: &World, at: Address) -> Vec<u8> {
    world.state.codes[&world.state.accounts[&at].code_hash].to_vec()
}

#[test]
fn what_a_constructor_makes_immutable_is_in_the_code() {
    let (world, keeper_at) = with_keeper(7);
    let expected = AccountCode { program: ProgramCode::Module(&module(&keeper())), immutables: &word(7) }.encode();
    assert_eq!(code_of(&world, keeper_at), expected);
    assert_eq!(world.state.accounts[&keeper_at].code_hash, keccak256(&expected));
    assert_eq!(world.read(keeper_at, vec![]), both(7, 1));
}

#[test]
fn immutables_cost_what_code_costs() {
    let cost = |wat: &str| {
        let mut world = World::new();
        let data = payload(wat, &word(7));
        create(&mut world, data).0
    };
    // Both write; one of them, in memory alone, so that only the crossing (500 and a word's 300) and the bytes differ.
    let without = keeper().replace(
        r#"(call $immutable_write (i32.const 0) (i32.const 0) (i32.const 32))
             (i32.const 0))"#,
        "(drop (i32.const 0)) (drop (i32.const 0)) (i32.const 0))",
    );
    let bytes = |wat: &str| account_code(&module(wat)).len() as u64;
    let code = bytes(&keeper()) - bytes(&without);
    let input: u64 = cost(&keeper()) - cost(&without);
    // The longer module is longer in the input too; a length of 16 bits and the word are in the code alone.
    assert!(input > 200 * (code + 2 + 32), "{input}");
    assert!(input < 200 * (code + 2 + 32) + 40 * code + 100, "{input}");
}

#[test]
fn immutables_that_cannot_be_paid_take_all_the_gas() {
    let mut world = World::new();
    let data = payload(&keeper(), &word(7));
    let needed = {
        let mut other = World::new();
        create(&mut other, data.clone()).0
    };
    let receipt = world.send_with(TxKind::Create, 0, data.clone(), needed - 1);
    assert_eq!((receipt.success, receipt.cumulative_gas_used), (false, needed - 1));
    assert!(world.state.codes.is_empty());
    assert!(world.send_with(TxKind::Create, 0, data, needed).success);
}

#[test]
fn a_delegate_call_has_the_immutables_of_the_code() {
    let (mut world, keeper_at) = with_keeper(7);
    let proxy = world.place(0x44, forwarder_evm(Kind::Delegate, keeper_at));
    assert!(world.send(proxy, 0, vec![]).success);
    assert_eq!((world.slot(proxy, 0), world.slot(keeper_at, 0)), (U256::from(1), U256::ZERO));
}

#[test]
fn an_instance_runs_the_module_of_its_template_on_state_and_immutables_of_its_own() {
    let (mut world, template) = with_keeper(7);
    let (gas, made) = create(&mut world, instance(template, &word(8)));
    let made = made.unwrap();
    let hash = world.state.accounts[&template].code_hash;
    let code = AccountCode { program: ProgramCode::Template(&hash.0), immutables: &word(8) }.encode();
    assert_eq!(code_of(&world, made), code);
    assert!(gas < 21_000 + 32_000 + 200 * code.len() as u64 + 2_600 + 1_500, "{gas}");
    assert!(world.send(made, 0, vec![]).success);
    assert_eq!(world.read(made, vec![]), both(8, 2));
    assert_eq!(world.read(template, vec![]), both(7, 1));
    assert_eq!(world.gas(made, vec![]) + 17_100, world.gas(template, vec![]), "but for the first write of a slot");
    // An instance of an instance is one of the template.
    let (_, third) = create(&mut world, instance(made, &word(9)));
    assert_eq!(code_of(&world, third.unwrap())[..36], code[..36]);
    assert_eq!(world.read(third.unwrap(), vec![]), both(9, 1));
}

#[test]
fn a_template_may_be_of_an_earlier_transaction_of_the_block() {
    let mut world = World::new();
    let template = ALICE.create(0);
    let first = world.tx(TxKind::Create, 0, payload(&keeper(), &word(7)), GAS_DEPLOY);
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 1;
    let second = world.tx(TxKind::Create, 0, instance(template, &word(8)), 1_000_000);
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 2;
    let third = world.tx(TxKind::Call(ALICE.create(1)), 0, vec![], 1_000_000);
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 0;
    let done = world.block(vec![first, second, third]);
    assert!(done.refused.is_empty() && done.receipts.iter().all(|receipt| receipt.success));
    assert_eq!(world.read(ALICE.create(1), vec![]), both(8, 2));
}

/// What can be destroyed again must not be what others run.
#[test]
fn a_template_of_the_same_transaction_is_refused() {
    let mut world = World::new();
    let deployment = payload(&keeper(), &word(7));
    let len = deployment.len();
    // Makes a contract of its calldata, then an instance of it with its first four bytes as arguments; returns both.
    let factory = module_of(&format!(
        r#"(data (i32.const 8192) "\ef\5a\58\03")
           (func (export "call") (result i32)
             (call $calldata_copy (i32.const 128) (i32.const 0) (i32.const {len}))
             (drop (call $create (i32.const 0) (i32.const 128) (i32.const {len}) (i32.const 8196)))
             (drop (call $create (i32.const 0) (i32.const 8192) (i32.const 56) (i32.const 8256)))
             (call $output (i32.const 8196) (i32.const 80))
             (i32.const 0))"#
    ));
    let factory = world.place_wasm(0x33, &factory);
    let output = world.read(factory, deployment);
    assert_eq!(output[..20], factory.create(1)[..], "the first is made");
    assert_eq!(output[60..80], [0; 20], "the second is not");
}

#[test]
fn what_is_no_contract_of_ours_is_no_template() {
    let mut world = World::new();
    let evm = world.place(0x11, vec![0x00]);
    let delegated = world.place(0x12, [&[0xef, 0x01, 0x00], evm.as_slice()].concat());
    let unknown = world.place(0x13, vec![0xef, 0x5a, 0x58, 0x04, 0x00]);
    let nobody = Address::repeat_byte(0x99);
    for none in [evm, delegated, unknown, nobody, ALICE, Address::with_last_byte(4)] {
        assert_eq!(refusal(&world, instance(none, &word(8))), NO_TEMPLATE, "{none}");
        let (_, made) = create(&mut world, instance(none, &word(8)));
        assert_eq!(made, None);
    }
}

#[test]
fn either_kind_of_contract_makes_instances() {
    let (mut world, template) = with_keeper(7);
    for (at, factory) in [(0x33, true), (0x34, false)] {
        let factory = if factory { world.place_wasm(at, &factory_wasm()) } else { world.place(at, factory_evm()) };
        assert!(world.send(factory, 0, instance(template, &word(8))).success);
        assert_eq!(world.read(factory.create(1), vec![]), both(8, 1));
    }
}

#[test]
fn one_module_is_compiled_once_whatever_its_immutables() {
    let mut world = World::new();
    let spec = ChainSpec::dev(vec![]);
    let sandbox = Arc::new(Sandbox::new(spec.modules, None).unwrap());
    world.executor = Executor::new(Arc::new(spec), Arc::clone(&sandbox));
    let (_, first) = create(&mut world, payload(&keeper(), &word(7)));
    let (_, second) = create(&mut world, payload(&keeper(), &word(8)));
    let (_, third) = create(&mut world, instance(second.unwrap(), &word(9)));
    for (at, argument) in [(first, 7), (second, 8), (third, 9)] {
        assert_eq!(world.read(at.unwrap(), vec![]), both(argument, 1));
    }
    assert_eq!(sandbox.stats().compiled, 1);
}

/// What a node does when it starts: see `Executor::warm_up`.
#[test]
fn a_program_with_immutables_is_ready_after_a_restart() {
    let (folder, spec) = (tempfile::tempdir().unwrap(), Arc::new(ChainSpec::dev(vec![])));
    let start = || {
        let sandbox = Sandbox::new(spec.modules, Some(folder.path().to_owned())).unwrap();
        Executor::new(Arc::clone(&spec), Arc::new(sandbox))
    };
    let mut world = World::new();
    world.executor = start();
    let (_, template) = create(&mut world, payload(&keeper(), &word(7)));
    let template = template.unwrap();
    let (_, made) = create(&mut world, instance(template, &word(8)));
    assert_eq!(world.read(made.unwrap(), vec![]), both(8, 1));

    // One that ends writes down what was used.
    world.executor = World::new().executor;
    world.executor = start();
    assert_eq!(world.executor.warm_up(&world.state, || true), 1);
    let ready = world.executor.sandbox().stats();
    assert_eq!((ready.compiled, ready.disk_hits), (0, 1));
    for (at, argument) in [(template, 7), (made.unwrap(), 8)] {
        assert_eq!(world.read(at, vec![]), both(argument, 1));
    }
    let after = world.executor.sandbox().stats();
    assert_eq!((after.compiled, after.disk_hits), (0, 1), "nothing had to be got ready for the calls");
    assert!(after.memory_hits >= 2);

    // What the state does not have is left for the call that needs it.
    world.executor = World::new().executor;
    world.executor = start();
    assert_eq!(world.executor.warm_up(&World::new().state, || true), 0);
}

#[test]
fn code_that_is_set_is_a_program_or_an_instance_of_one_that_is_there() {
    let (world, template) = with_keeper(7);
    let hash = world.state.accounts[&template].code_hash;
    let check = |code: Vec<u8>| world.executor.check_code(&code.into(), |hash| world.state.code(hash).ok());
    let of = |hash: &[u8; 32]| AccountCode { program: ProgramCode::Template(hash), immutables: &[] }.encode();
    assert_eq!(check(of(&hash.0)), Ok(()));
    assert_eq!(check(of(&[9; 32])), Err(CodeRefusal::Template([9; 32].into())));
    assert_eq!(check(vec![0xef, 0x5a, 0x58, 0x02, 0xff]), Err(CodeRefusal::Form));
    let empty = [&[0xef, 0x5a, 0x58, 0x02, 0, 0][..], &module(&keeper())].concat();
    assert_eq!(check(empty), Err(CodeRefusal::Form), "without immutables there is another form");
    assert_eq!(check(vec![0xef, 0x5a, 0x58]), Err(CodeRefusal::Form));
    assert!(world.state.code(hash).is_ok_and(|code| check(code.to_vec()).is_ok()));
}

#[test]
fn code_of_no_form_that_there_is_runs_nothing() {
    let mut world = World::new();
    let unknown = world.place(0x13, vec![0xef, 0x5a, 0x58, 0x04, 0x00]);
    let receipt = world.send(unknown, 0, vec![]);
    assert!(!receipt.success);
}

#[test]
fn the_first_frame_is_entered_for_the_transactions_own_gas() {
    let mut world = World::new();
    let nothing = module_of(r#"(func (export "call") (result i32) (i32.const 0))"#);
    let at = world.place_wasm(0x11, &nothing);
    assert_eq!(world.gas(at, vec![]), 21_001, "a constant");
    let forwarder = world.place(0x12, forwarder_evm(Kind::Call, at));
    let empty = world.place(0x13, vec![0x00]);
    let other = world.place(0x14, forwarder_evm(Kind::Call, empty));
    assert_eq!(world.gas(forwarder, vec![]) - world.gas(other, vec![]), 301, "the second pays for it");
}
