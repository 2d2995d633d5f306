//! Deployments by a create transaction.

use crate::{
    contracts::{wasm, wasm_call, writer_wasm},
    world::{ALICE, GAS_DEPLOY, PRICE, World, error_text, module, payload, word},
};
use alloy_primitives::{TxKind, U256, keccak256};
use std::sync::Arc;
use zx_executor::{CallEnv, Cancel, DeployRefusal, Executor, Simulated};
use zx_host_functions::{
    ModuleLimits,
    deploy::{CODE_PREFIX, account_code},
    validate,
};
use zx_primitives::ChainSpec;
use zx_sandbox::Sandbox;

/// Keeps its first argument in slot 0; refuses if it is zero.
fn with_constructor() -> String {
    wasm(
        r#"(func (export "deploy") (result i32)
             (call $calldata (i32.const 32) (i32.const 0) (i32.const 32))
             (if (i64.eqz (i64.load (i32.const 56))) (then (call $revert (i32.const 0) (i32.const 4))))
             (call $sstore (i32.const 0) (i32.const 32))
             (i32.const 0))
           (func (export "call") (result i32) (i32.const 0))"#,
    )
}

/// EIP-2, EIP-2028, EIP-3860: what a create transaction costs before anything runs.
fn intrinsic(data: &[u8]) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    let others = data.len() as u64 - zeros;
    21_000 + 32_000 + 4 * zeros + 16 * others + 2 * (data.len() as u64).div_ceil(32)
}

#[test]
fn code_is_stored_behind_the_prefix_and_can_be_called() {
    let mut world = World::new();
    let (receipt, address) = world.deploy(&writer_wasm(), &[], 0);
    assert!(receipt.success);
    let info = world.state.accounts[&address];
    let code = account_code(&module(&writer_wasm()));
    assert_eq!((info.nonce, info.code_hash), (1, keccak256(&code)));
    assert_eq!(world.state.codes[&info.code_hash], code);
    assert!(world.send(address, 0, word(5)).success);
    assert_eq!(world.slot(address, 0), U256::from(5));
    assert_eq!(world.state.accounts[&ALICE].nonce, 2);
}

#[test]
fn without_a_constructor_it_costs_the_input_and_the_code() {
    let mut world = World::new();
    let data = payload(&writer_wasm(), &[]);
    let code = account_code(&module(&writer_wasm()));
    let (receipt, _) = world.deploy(&writer_wasm(), &[], 0);
    assert_eq!(receipt.cumulative_gas_used, intrinsic(&data) + 200 * code.len() as u64);
    let paid = U256::from(10).pow(U256::from(18)) - world.balance(ALICE);
    assert_eq!(paid, U256::from(receipt.cumulative_gas_used * PRICE));
}

/// 200 calls in a row take longer to compile than their few bytes pay for.
fn dear_to_compile() -> String {
    let calls = "(call $nothing)".repeat(200);
    wasm(&format!(r#"(func $nothing) (func (export "call") (result i32) {calls} (i32.const 0))"#))
}

#[test]
fn what_takes_long_to_compile_costs_more_than_its_code() {
    let data = payload(&dear_to_compile(), &[]);
    let module = module(&dear_to_compile());
    let work = validate(&module, &ModuleLimits::DEFAULT).unwrap().work.gas();
    assert!(work > 200 * account_code(&module).len() as u64);
    let (receipt, _) = World::new().deploy(&dear_to_compile(), &[], 0);
    assert!(receipt.success);
    assert_eq!(receipt.cumulative_gas_used, intrinsic(&data) + work);
}

#[test]
fn nothing_is_compiled_that_is_not_paid_for() {
    let mut world = World::new();
    let spec = ChainSpec::dev(vec![]);
    let sandbox = Arc::new(Sandbox::new(spec.modules, None).unwrap());
    world.executor = Executor::new(Arc::new(spec), Arc::clone(&sandbox));
    let data = payload(&dear_to_compile(), &[]);
    let work = validate(&module(&dear_to_compile()), &ModuleLimits::DEFAULT).unwrap().work.gas();
    let gas = intrinsic(&data) + work;
    let receipt = world.send_with(TxKind::Create, 0, data.clone(), gas - 1);
    assert_eq!((receipt.success, receipt.cumulative_gas_used), (false, gas - 1));
    assert_eq!(sandbox.stats().compiled, 0);
    let receipt = world.send_with(TxKind::Create, 0, data, gas);
    assert_eq!((receipt.success, receipt.cumulative_gas_used), (true, gas));
    assert_eq!(sandbox.stats().compiled, 1);
}

#[test]
fn a_constructor_costs_what_it_does_besides() {
    let mut world = World::new();
    let data = payload(&with_constructor(), &word(6));
    let code = account_code(&module(&with_constructor()));
    let (receipt, address) = world.deploy(&with_constructor(), &word(6), 0);
    assert!(receipt.success);
    assert_eq!(world.slot(address, 0), U256::from(6));
    // Two pages more than entering pays for 3,000; a fresh, cold slot 22,100.
    let fixed = intrinsic(&data) + 200 * code.len() as u64 + 3_000 + 22_100;
    // In fuel: copy (3 constants, call, crossing and a word) 1,230; test 1,150; write 920; the result 10.
    assert_eq!(receipt.cumulative_gas_used - fixed, 3_310u64.div_ceil(1_000));
}

#[test]
fn a_constructor_that_reverts_leaves_the_nonce_and_nothing_else() {
    let mut world = World::new();
    let before = world.balance(ALICE);
    let (receipt, address) = world.deploy(&with_constructor(), &word(0), 7);
    assert!(!receipt.success);
    assert!(!world.state.accounts.contains_key(&address));
    assert_eq!(world.state.accounts[&ALICE].nonce, 1);
    assert_eq!(before - world.balance(ALICE), U256::from(receipt.cumulative_gas_used * PRICE), "the value is back");
    assert!(receipt.cumulative_gas_used < 1_000_000, "and so is the gas that was not used");
    assert!(world.state.codes.is_empty());
    let (second, address) = world.deploy(&with_constructor(), &word(1), 7);
    assert!(second.success);
    assert_eq!(world.balance(address), U256::from(7));
}

#[test]
fn a_module_without_a_constructor_takes_neither_arguments_nor_value() {
    for (args, value) in [(&[0u8; 32][..], 0), (&[][..], 1)] {
        let mut world = World::new();
        let call = CallEnv {
            from: ALICE,
            data: payload(&writer_wasm(), args).into(),
            to: TxKind::Create,
            value: U256::from(value),
            ..CallEnv::default()
        };
        let simulated = world.executor.simulate(&world.state, &world.header, &call, &Cancel::default()).unwrap();
        let Simulated::Revert { output, .. } = simulated else { panic!("{simulated:?}") };
        assert_eq!(error_text(&output), "the module has no constructor, and takes neither arguments nor value");
        let (receipt, address) = world.deploy(&writer_wasm(), args, value);
        assert!(!receipt.success);
        assert!(!world.state.accounts.contains_key(&address));
    }
}

#[test]
fn what_is_not_a_module_fails_in_the_receipt_and_leaves_no_code() {
    let good = payload(&writer_wasm(), &[]);
    let with_float = payload(
        r#"(module (memory (export "memory") 1) (func (param f64)) (func (export "call") (result i32) i32.const 0))"#,
        &[],
    );
    let unknown_import = payload(&wasm_call("").replace("calldata_size", "now"), &[]);
    let mut announced_more = good.clone();
    announced_more[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    for bad in [
        CODE_PREFIX.to_vec(),
        good[..7].to_vec(),
        good[..8].to_vec(),
        good[..good.len() - 1].to_vec(),
        announced_more,
        with_float,
        unknown_import,
        [&CODE_PREFIX[..], &[0; 4]].concat(),
    ] {
        let mut world = World::new();
        let receipt = world.send_with(TxKind::Create, 0, bad.clone(), GAS_DEPLOY);
        assert!(!receipt.success, "{} bytes", bad.len());
        assert!(!world.state.accounts.contains_key(&ALICE.create(0)));
        assert_eq!(world.state.accounts[&ALICE].nonce, 1);
        assert!(receipt.cumulative_gas_used >= intrinsic(&bad) && receipt.cumulative_gas_used < 1_000_000);
        assert!(world.executor.check_deployment(&bad).is_err(), "and is refused before it costs anything");
    }
}

#[test]
fn check_deployment_says_what_is_wrong() {
    let world = World::new();
    let check = |input: &[u8]| world.executor.check_deployment(input).map_err(|e| e.to_string());
    assert_eq!(check(&[0x60, 0x00]), Ok(()), "EVM init code");
    assert_eq!(check(&payload(&writer_wasm(), &[])), Ok(()));
    assert!(check(&CODE_PREFIX).unwrap_err().starts_with("invalid WASM deployment: deployment is 4 bytes"));
    assert!(check(&payload("(module)", &[])).unwrap_err().starts_with("invalid WASM module: export `memory`"));
    assert!(matches!(world.executor.check_deployment(&payload("(module)", &[])), Err(DeployRefusal::Module(_))));
}

#[test]
fn too_little_gas_for_the_code_takes_all_of_it() {
    let mut world = World::new();
    let data = payload(&writer_wasm(), &[]);
    let needed = intrinsic(&data) + 200 * account_code(&module(&writer_wasm())).len() as u64;
    let receipt = world.send_with(TxKind::Create, 0, data.clone(), needed - 1);
    assert_eq!((receipt.success, receipt.cumulative_gas_used), (false, needed - 1));
    assert!(world.send_with(TxKind::Create, 0, data, needed).success);
}

#[test]
fn value_goes_in_through_the_constructor_and_out_again() {
    let mut world = World::new();
    // `call` sends half a finney (as a number: 9) to whoever calls.
    let wat = wasm(
        r#"(func (export "deploy") (result i32) (i32.const 0))
           (func (export "call") (result i32)
             (call $caller (i32.const 0)) (i32.store8 (i32.const 63) (i32.const 9))
             (call $call (i64.const 0) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)))"#,
    );
    let (receipt, address) = world.deploy(&wat, &[], 100);
    assert!(receipt.success);
    assert_eq!(world.balance(address), U256::from(100));
    let before = world.balance(ALICE);
    let receipt = world.send(address, 0, vec![]);
    assert!(receipt.success);
    assert_eq!(world.balance(address), U256::from(91));
    assert_eq!(before + U256::from(9) - U256::from(receipt.cumulative_gas_used * PRICE), world.balance(ALICE));
}
