//! Gas is exact.

use crate::world::{GAS, Run, World, module, run, run_with, sandbox};
use zx_sandbox::{Outcome, Status, Stop, Trap};

fn spent(outcome: &Outcome) -> u64 {
    assert_eq!(outcome.status, Status::Success);
    GAS - outcome.gas_left
}

fn looping(times: u32) -> String {
    // A turn: get, const, sub, tee (4 plain), br_if (a branch): 140 fuel, which is 0.14 gas.
    format!(
        r#"(module (memory (export "memory") 1) (func (export "call") (result i32) (local i32)
            (local.set 0 (i32.const {times}))
            (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (i32.const 0)))"#
    )
}

#[test]
fn a_loop_costs_its_turns_and_nothing_else() {
    // Local, const, set, const at the end (4 plain), loop: 0.06 gas beside the turns.
    for times in [1_000, 2_000, 4_000, 100_000] {
        assert_eq!(spent(&run(&looping(times))), 300 + 1 + u64::from(times) * 14 / 100, "{times} turns");
    }
}

#[test]
fn the_last_unit_of_gas_decides() {
    let sandbox = sandbox();
    let module = module(&looping(1_000));
    let with = |gas| run_with(&sandbox, &module, &Run { gas, ..Run::default() }, &mut World::default());
    assert_eq!(with(441), Outcome { status: Status::Success, gas_left: 0, output: vec![], immutables: vec![] });
    for gas in [0, 1, 299, 300, 301, 439, 440] {
        assert_eq!(
            with(gas),
            Outcome { status: Status::OutOfGas, gas_left: 0, output: vec![], immutables: vec![] },
            "{gas} gas"
        );
    }
}

#[test]
fn more_gas_than_fuel_can_count_is_no_overflow() {
    let module = module(&looping(10));
    let outcome = run_with(&sandbox(), &module, &Run { gas: u64::MAX, ..Run::default() }, &mut World::default());
    assert_eq!(outcome.status, Status::Success);
    assert_eq!(outcome.gas_left, (i64::MAX as u64 - 300_000 - 60 - 1_400) / 1_000);
}

const READS: &str = r#"(module (import "zx" "storage_read" (func $read (param i32 i32)))
    (import "zx" "gas_left" (func $gas (result i64)))
    (memory (export "memory") 1)
    (func (export "call") (result i32) (local i64)
        (local.set 0 (call $gas))
        (call $read (i32.const 0) (i32.const 32))
        (i64.ne (i64.sub (local.get 0) (call $gas)) (i64.const PRICE))))"#;

#[test]
fn what_the_host_charges_is_taken_and_seen_by_the_guest() {
    // Between the two readings: set, two constants, the call (0.43 gas), the crossing of `storage_read` (0.5), get and
    // the second call (0.41), the crossing of `gas_left` (0.2): 1.54 gas. The fractions of both readings are cut off.
    for price in [0, 1, 100, 2_100, 20_000] {
        let wat = READS.replace("PRICE", &(price + 1).to_string());
        let outcome = run_with(&sandbox(), &module(&wat), &Run::default(), &mut World { price, ..World::default() });
        let low = (outcome.status, outcome.gas_left);
        let wat = READS.replace("PRICE", &(price + 2).to_string());
        let outcome = run_with(&sandbox(), &module(&wat), &Run::default(), &mut World { price, ..World::default() });
        let high = (outcome.status, outcome.gas_left);
        assert!(low.0 == Status::Success || high.0 == Status::Success, "{price}: {low:?} {high:?}");
        assert_eq!(low.1, high.1);
        assert_eq!(GAS - low.1, 300 + price + 3, "{price}");
    }
}

#[test]
fn a_host_that_charges_more_than_there_is_ends_the_frame() {
    let outcome = run_with(
        &sandbox(),
        &module(&READS.replace("PRICE", "0")),
        &Run::default(),
        &mut World { price: GAS, ..World::default() },
    );
    assert_eq!(outcome, Outcome { status: Status::OutOfGas, gas_left: 0, output: vec![], immutables: vec![] });
}

#[test]
fn what_the_host_says_decides_how_the_frame_ends() {
    let module = module(&READS.replace("PRICE", "0"));
    for (stop, status) in [
        (Stop::OutOfGas, Status::OutOfGas),
        (Stop::StaticWrite, Status::Trap(Trap::StaticWrite)),
        (Stop::Fatal, Status::Fatal),
    ] {
        let mut world = World { stop: Some(stop), ..World::default() };
        let outcome = run_with(&sandbox(), &module, &Run::default(), &mut world);
        assert_eq!(outcome, Outcome { status, gas_left: 0, output: vec![], immutables: vec![] });
    }
}

#[test]
fn a_host_that_panics_ends_the_frame_and_nothing_else() {
    let sandbox = sandbox();
    let module = module(&READS.replace("PRICE", "0"));
    for _ in 0..3 {
        let mut world = World { panics: true, ..World::default() };
        let outcome = run_with(&sandbox, &module, &Run::default(), &mut world);
        assert_eq!(
            outcome,
            Outcome { status: Status::Trap(Trap::Host), gas_left: 0, output: vec![], immutables: vec![] }
        );
        let outcome = run_with(&sandbox, &module, &Run::default(), &mut World::default());
        assert_eq!(outcome.status, Status::Revert, "the sandbox works on: the module notices the other price");
    }
}

#[test]
fn initial_pages_beyond_two_are_paid_for() {
    let with = |pages: u32| {
        spent(&run(&format!(
            r#"(module (memory (export "memory") {pages}) (func (export "call") (result i32) (i32.const 0)))"#
        )))
    };
    assert_eq!([with(0), with(1), with(2)], [301; 3]);
    assert_eq!(with(3), 1_801);
    assert_eq!(with(32), 45_301);
}
