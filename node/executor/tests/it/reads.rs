//! Calls without a transaction, and estimates.

use crate::{
    contracts::{Kind, forwarder_evm, forwarder_wasm, reverter_wasm, wasm_call, writer_wasm},
    world::{ALICE, World, payload, word},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use zx_executor::{CallEnv, Cancel, EstimateError, Simulated};

fn call(to: Address, data: impl Into<Bytes>) -> CallEnv {
    CallEnv { from: ALICE, to: TxKind::Call(to), data: data.into(), ..CallEnv::default() }
}

fn estimate(world: &World, call: &CallEnv) -> Result<u64, EstimateError> {
    world.executor.estimate_gas(&world.state, &world.header, call, &Cancel::default())
}

fn succeeds(world: &World, call: &CallEnv, gas: u64) -> bool {
    let call = CallEnv { gas: Some(gas), ..call.clone() };
    matches!(
        world.executor.simulate(&world.state, &world.header, &call, &Cancel::default()),
        Ok(Simulated::Success { .. })
    )
}

/// Sufficient, and not much more than is needed.
fn estimates_well(world: &World, call: &CallEnv, name: &str) {
    let estimate = estimate(world, call).unwrap();
    assert!(succeeds(world, call, estimate), "{name}: {estimate} is not enough");
    let less = estimate - estimate * 20 / 1_000 - 2;
    assert!(!succeeds(world, call, less), "{name}: {less} would do, and {estimate} was estimated");
}

#[test]
fn estimates_are_enough_and_close() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let mut to = writer;
    for at in 0..6u8 {
        to = if at % 2 == 0 {
            world.place_wasm(0x50 + at, &forwarder_wasm(Kind::Call, to))
        } else {
            world.place(0x50 + at, forwarder_evm(Kind::Delegate, to))
        };
    }
    // Clears a slot, so that it needs more than it is charged in the end.
    let clears = world.place_wasm(0x13, &wasm_call("(call $sstore (i32.const 0) (i32.const 0))"));
    world.state.storage.insert((clears, U256::ZERO), U256::from(1));
    estimates_well(&world, &call(writer, word(1)), "a write");
    estimates_well(&world, &call(to, word(1)), "seven frames");
    estimates_well(&world, &call(clears, vec![]), "a refund");
    let create = CallEnv { to: TxKind::Create, data: payload(&writer_wasm(), &[]).into(), ..call(ALICE, vec![]) };
    estimates_well(&world, &create, "a deployment");
    assert_eq!(estimate(&world, &call(Address::repeat_byte(0x99), vec![])).unwrap(), 21_000);
}

#[test]
fn an_estimate_says_why_there_is_none() {
    let mut world = World::new();
    let reverter = world.place_wasm(0x11, &reverter_wasm());
    let spin = world.place_wasm(0x12, &wasm_call("(loop (br 0))"));
    let error = estimate(&world, &call(reverter, b"why".to_vec())).unwrap_err();
    assert!(matches!(error, EstimateError::Revert(data) if data.as_ref() == b"why"));
    let limited = CallEnv { gas: Some(100_000), ..call(spin, vec![]) };
    assert_eq!(estimate(&world, &limited).unwrap_err().to_string(), "gas required exceeds allowance (100000)");
}

#[test]
fn a_simulation_changes_nothing_and_sees_what_it_would() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let before = world.state.clone();
    let Simulated::Success { gas_used, logs, .. } = world.simulate(writer, word(5)) else { panic!("succeeds") };
    assert_eq!(world.state, before);
    assert_eq!(logs.len(), 1);
    assert_eq!(world.send(writer, 0, word(5)).cumulative_gas_used, gas_used);
}

#[test]
fn a_simulation_without_end_ends() {
    let mut world = World::new();
    let spin = world.place_wasm(0x12, &wasm_call("(loop (br 0))"));
    for gas in [None, Some(u64::MAX), Some(1 << 60)] {
        let call = CallEnv { gas, ..call(spin, vec![]) };
        let simulated = world.executor.simulate(&world.state, &world.header, &call, &Cancel::default()).unwrap();
        let gas_used = world.executor.spec().block_gas_limit;
        assert_eq!(simulated, Simulated::Halt { reason: "out of gas".into(), out_of_gas: true, gas_used });
    }
}

#[test]
fn a_sender_without_money_may_read() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let poor = CallEnv { from: Address::repeat_byte(0x66), ..call(writer, word(1)) };
    let simulated = world.executor.simulate(&world.state, &world.header, &poor, &Cancel::default()).unwrap();
    assert!(matches!(simulated, Simulated::Success { .. }));
}
