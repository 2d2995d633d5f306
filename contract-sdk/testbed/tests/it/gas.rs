//! Records of gas, and the functions that it went to.

use crate::{
    bed::{Bed, word},
    wasm::COUNTER,
};
use zx_testbed::{
    Settings,
    flame::{self, Wanted},
    gas::{self, Outcome},
};

/// Calls itself, delivering each time half of the gas, until the depth in its calldata is reached.
const NESTED: &str = r#"(module
    (import "zx" "calldata_copy" (func $copy (param i32 i32 i32)))
    (import "zx" "address" (func $self (param i32)))
    (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $work (local i32)
        (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 1000)))))
    (func (export "call") (result i32)
        (call $copy (i32.const 0) (i32.const 0) (i32.const 1))
        (call $work)
        (if (i32.load8_u (i32.const 0)) (then
            (i32.store8 (i32.const 0) (i32.sub (i32.load8_u (i32.const 0)) (i32.const 1)))
            (call $self (i32.const 64))
            (drop (call $call (i64.const 1000000) (i32.const 64) (i32.const 96) (i32.const 0) (i32.const 1)))))
        (i32.const 0)))"#;

/// Turns round until its gas is gone.
const SPINS: &str = r#"(module (memory (export "memory") 1)
    (func $spin (loop (br 0))) (func (export "call") (result i32) (call $spin) (i32.const 0)))"#;

fn profiled(modules: &[(&str, &str)], method: &str) -> Bed {
    let method = method.to_owned();
    Bed::with(modules, |folder| Settings {
        flames: Some(Wanted { folder: folder.to_owned(), method }),
        ..Settings::default()
    })
}

#[test]
fn each_call_is_recorded_with_its_test_and_outcome() {
    let mut bed =
        Bed::with(&[("counter", COUNTER)], |folder| Settings { gas: Some(folder.to_owned()), ..Settings::default() });
    let counter = bed.deploys("counter");
    let done = bed.sends(counter, 0, &[]).gas_used;
    let reverted = bed.sends(counter, 0, &[1, 2, 3, 4]).gas_used;
    bed.looks(counter, &[]);
    let records = gas::read(bed.folder()).unwrap();
    let said: Vec<_> = records.iter().map(|r| (r.method.as_str(), r.view, r.outcome)).collect();
    assert_eq!(
        said,
        [
            ("0x01020304", false, Outcome::Reverted),
            ("constructor", false, Outcome::Ok),
            ("receive", false, Outcome::Ok),
            ("receive", true, Outcome::Reverted),
        ]
    );
    assert_eq!((records[0].gas, records[2].gas), (reverted, done));
    assert!(records.iter().all(|r| (r.suite.as_str(), r.test.as_str()) == ("suite", "tests::it")));
    assert!(records.iter().all(|r| r.package.as_deref() == Some("counter")));
}

/// Runs the same calls with a profile and without, and holds what they used against each other and against the stacks.
fn costs_the_same(module: &str, calldata: &[u8]) -> flame::Flame {
    let modules = [("it", module)];
    let selector = alloy_primitives::hex::encode_prefixed(&calldata[..4]);
    let (mut plain, mut bed) = (Bed::new(&modules), profiled(&modules, &selector));
    let (at, also) = (plain.deploys("it"), bed.deploys("it"));
    let (without, with) = (plain.sends(at, 0, calldata), bed.sends(also, 0, calldata));
    assert_eq!(without, with, "a profile changes nothing");
    let flame = flame::read(bed.folder()).unwrap().into_iter().next().expect("one");
    let sum: i64 = flame.stacks.iter().map(|(_, gas)| gas).sum();
    assert_eq!(sum, ((with.gas_used + flame.refunded) * 1_000) as i64);
    flame
}

fn of<'a>(flame: &'a flame::Flame, name: &'a str) -> impl Iterator<Item = i64> + 'a {
    flame.stacks.iter().filter(move |(stack, _)| stack.last().unwrap() == name).map(|(_, gas)| *gas)
}

#[test]
fn the_functions_of_a_call_make_up_its_gas() {
    let flame = costs_the_same(COUNTER, &[1, 2, 3, 4]);
    // Imports are functions 0 to 4: storage_read, storage_write, calldata_size, log, output.
    let storage_read = of(&flame, "it#0").sum::<i64>();
    assert!((2_100_000..2_110_000).contains(&storage_read), "a cold slot and the crossing: {storage_read}");
    assert!(of(&flame, "it#1").sum::<i64>() > 20_000_000, "a new slot, already warm");
    assert!(of(&flame, "it#3").sum::<i64>() > 375_000 + 375_000 + 8 * 32_000);
    let on_add = flame.stacks.iter().filter(|(stack, _)| stack.iter().any(|place| place == "it#5"));
    assert_eq!(on_add.count(), 3, "$add itself, and the two that it calls");
}

#[test]
fn frames_inside_frames_are_not_counted_twice() {
    let flame = costs_the_same(NESTED, &[3, 2, 3, 4]);
    assert_eq!(flame.stacks.iter().map(|(stack, _)| stack.iter().filter(|p| *p == "it").count()).max(), Some(4));
    let work: Vec<_> = of(&flame, "it#3").collect();
    assert_eq!(work.len(), 4, "once in each frame");
    assert!(work.iter().all(|gas| *gas == work[0]), "{work:?}");
    let calls: Vec<_> = of(&flame, "it#2").collect();
    assert!(calls.iter().all(|gas| (100_000..110_000).contains(gas)), "a warm call and the crossing: {calls:?}");
}

#[test]
fn gas_that_is_lost_is_told_as_well() {
    let flame = costs_the_same(SPINS, &[1, 2, 3, 4]);
    assert_eq!((flame.record.outcome, flame.record.gas), (Outcome::Halted, 30_000_000));
    assert!(of(&flame, "rest").sum::<i64>() > 29_000_000_000, "{:?}", flame.stacks);
}

#[test]
fn only_the_wanted_method_is_told_of() {
    let mut bed = profiled(&[("counter", COUNTER)], "0x01020304");
    let counter = bed.deploys("counter");
    bed.sends(counter, 0, &[]);
    assert!(flame::read(bed.folder()).unwrap().is_empty());
    assert_eq!(bed.sends(counter, 0, &[1, 2, 3, 4]).data, word(2));
    assert_eq!(flame::read(bed.folder()).unwrap().len(), 1);
}
