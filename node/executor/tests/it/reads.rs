//! Calls without a transaction, and estimates.

use crate::{
    contracts::{Kind, forwarder_evm, forwarder_wasm, reverter_wasm, wasm_call, writer_wasm},
    world::{ALICE, World, payload, word},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use zx_executor::{BlockOptions, CallEnv, Cancel, EstimateError, Simulated, TraceError, Tracer, TxError};
use zx_primitives::ChainSpec;

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

/// Much more gas than anything can use while somebody waits.
const BOUNDLESS: u64 = u64::MAX / 1_024;
/// Jumps to itself.
const SPIN_EVM: [u8; 4] = [0x5b, 0x5f, 0x56, 0x00];

#[test]
fn what_runs_without_end_is_given_up_when_its_time_is_up() {
    let spec = ChainSpec { block_gas_limit: BOUNDLESS, tx_gas_limit: BOUNDLESS, ..ChainSpec::dev(vec![]) };
    let mut world = World::with_spec(spec);
    let wasm = world.place_wasm(0x11, &wasm_call("(loop (br 0))"));
    let evm = world.place(0x12, SPIN_EVM.to_vec());
    let evm_in_wasm = world.place_wasm(0x13, &forwarder_wasm(Kind::Call, evm));
    let wasm_in_evm = world.place(0x14, forwarder_evm(Kind::Call, wasm));
    let deep = world.place_wasm(0x15, &forwarder_wasm(Kind::Delegate, wasm_in_evm));
    let writer = world.place_wasm(0x16, &writer_wasm());
    let soon = || Cancel::at(Instant::now() + Duration::from_millis(30));
    for (to, name) in
        [(wasm, "WASM"), (evm, "EVM"), (evm_in_wasm, "EVM in WASM"), (wasm_in_evm, "WASM in EVM"), (deep, "deep")]
    {
        let call = call(to, vec![]);
        let (state, header) = (&world.state, &world.header);
        let simulated = world.executor.simulate(state, header, &call, &soon());
        assert!(matches!(simulated, Err(TxError::Cancelled)), "{name}: {simulated:?}");
        let estimated = world.executor.estimate_gas(state, header, &call, &soon());
        assert!(matches!(estimated, Err(EstimateError::Tx(TxError::Cancelled))), "{name}: {estimated:?}");
        let calls = [CallEnv { gas: Some(BOUNDLESS / 2), ..call.clone() }];
        let block = world.executor.simulate_block(state, header, &calls, BlockOptions::default(), &soon());
        assert!(matches!(block, Err((0, TxError::Cancelled))), "{name}: {block:?}");
        for tracer in [Tracer::Calls(Default::default()), Tracer::Zx, Tracer::Noop] {
            let traced = world.executor.trace_call(state, header, &call, &tracer, 1 << 20, &soon());
            assert!(matches!(traced, Err(TraceError::Tx(TxError::Cancelled))), "{name}, {tracer:?}: {traced:?}");
        }
        // The thread goes on with whatever comes next.
        assert!(succeeds(&world, &self::call(writer, word(5)), 1_000_000), "after {name}");
    }
}

#[test]
fn what_runs_without_end_is_given_up_when_its_client_goes() {
    let spec = ChainSpec { block_gas_limit: BOUNDLESS, tx_gas_limit: BOUNDLESS, ..ChainSpec::dev(vec![]) };
    let mut world = World::with_spec(spec);
    for to in [world.place_wasm(0x11, &wasm_call("(loop (br 0))")), world.place(0x12, SPIN_EVM.to_vec())] {
        let gone = Arc::new(AtomicBool::new(false));
        let cancel = Cancel::default().or_when(Arc::clone(&gone));
        let simulated = std::thread::scope(|scope| {
            let running =
                scope.spawn(|| world.executor.simulate(&world.state, &world.header, &call(to, vec![]), &cancel));
            gone.store(true, Ordering::Relaxed);
            running.join().unwrap()
        });
        assert!(matches!(simulated, Err(TxError::Cancelled)), "{simulated:?}");
    }
}

#[test]
fn a_block_is_made_of_what_runs_out_of_gas_whatever_calls_were_given_up_before() {
    let mut world = World::new();
    let spin = world.place_wasm(0x11, &wasm_call("(loop (br 0))"));
    let due = world.executor.simulate(&world.state, &world.header, &call(spin, vec![]), &Cancel::at(Instant::now()));
    assert!(matches!(due, Err(TxError::Cancelled)), "{due:?}");
    let receipt = world.send(spin, 0, vec![]);
    assert_eq!((receipt.success, receipt.cumulative_gas_used), (false, 5_000_000));
}
