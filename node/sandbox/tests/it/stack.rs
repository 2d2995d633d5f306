//! Recursion ends by the meter, at the same call everywhere, long before the native stack does.

use crate::world::{Run, World, hash, module, run_with, sandbox};
use zx_sandbox::{ModuleLimits, Status, Trap};

const STACK: u32 = ModuleLimits::DEFAULT.stack_bytes;

/// Gas enough to reach the end of any stack.
const PLENTY: u64 = 1_000_000_000;

/// The module's `call` goes down as often as the calldata's length says; function 0 of the module is `$down`.
fn with_entry(functions: &str) -> String {
    format!(
        r#"(module (import "zx" "calldata_size" (func $size (result i32))) (memory (export "memory") 1)
            (type $t (func (param i32) (result i32))) (table 4 funcref) (elem (i32.const 0) $down)
            (global $g (mut i32) (i32.const 1))
            {functions}
            (func (export "call") (result i32) (drop (call $down (call $size))) (i32.const 0)))"#
    )
}

/// Frames in bytes, as the validator measures them.
fn frames(wasm: &[u8]) -> Vec<u32> {
    zx_host_functions::validate(wasm, &ModuleLimits::DEFAULT).unwrap().frames
}

/// Runs down `depth` calls of the function.
fn descend(wasm: &[u8], depth: u32) -> Status {
    let input = vec![0; depth as usize];
    let run = Run { input: &input, gas: PLENTY, ..Run::default() };
    run_with(&sandbox(), wasm, &run, &mut World::default()).status
}

/// Whether the meter stops it exactly where the frames, `cycle` of them in turn, add up to more than the stack.
fn ends_by_the_meter(name: &str, functions: &str, cycle: usize) {
    let wasm = module(&with_entry(functions));
    let frames = frames(&wasm);
    // Every function that calls pays for its frame when it is entered: the entry, and each of the functions in turn,
    // the last one too, which would call if it had to.
    let mut left = STACK - frames.last().unwrap();
    let mut entered = 0;
    while let Some(rest) = left.checked_sub(frames[entered as usize % cycle]) {
        left = rest;
        entered += 1;
    }
    let depth = entered - 1;
    assert_eq!(descend(&wasm, depth), Status::Success, "{name}: {depth} calls fit, frames {frames:?}");
    assert_eq!(descend(&wasm, depth + 1), Status::Trap(Trap::StackExhausted), "{name}: one more does not");
    assert_eq!(descend(&wasm, 100_000), Status::Trap(Trap::StackExhausted), "{name}: nor any number");
}

const BASE: &str = "(if (i32.eqz (local.get 0)) (then (return (i32.const 0))))";
const NEXT: &str = "(call $down (i32.sub (local.get 0) (i32.const 1)))";

#[test]
fn plain_recursion() {
    ends_by_the_meter("plain", &format!("(func $down (type $t) {BASE} {NEXT})"), 1);
}

#[test]
fn mutual_recursion() {
    let functions = format!(
        "(func $down (type $t) {BASE} (call $other (i32.sub (local.get 0) (i32.const 1))))
         (func $other (type $t) (local i64 i64 i64 i64 i64) {BASE} {NEXT})"
    );
    ends_by_the_meter("mutual", &functions, 2);
}

#[test]
fn indirect_recursion() {
    let functions = format!(
        "(func $down (type $t) {BASE}
            (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))"
    );
    ends_by_the_meter("indirect", &functions, 1);
}

#[test]
fn frames_with_many_locals() {
    // Each local holds a value of its own across the call.
    let locals = "i64 ".repeat(500);
    let sets: String = (1..=500)
        .map(|i| format!("(local.set {i} (i64.mul (i64.extend_i32_u (local.get 0)) (i64.const {i})))"))
        .collect();
    let uses: String =
        (1..=500).map(|i| format!("(local.set 501 (i64.xor (local.get 501) (local.get {i})))")).collect();
    let functions = format!(
        "(func $down (type $t) (local {locals} i64 i32) {BASE} {sets} (local.set 502 {NEXT}) {uses}
            (i32.add (local.get 502) (i32.wrap_i64 (local.get 501))))"
    );
    ends_by_the_meter("locals", &functions, 1);
}

#[test]
fn frames_with_many_operands() {
    let pushes: String = (0..2_000).map(|i| format!("(i32.mul (local.get 0) (i32.const {})) ", i + 3)).collect();
    let functions = format!("(func $down (type $t) {BASE} {pushes} {NEXT} {})", "i32.add ".repeat(2_000));
    ends_by_the_meter("operands", &functions, 1);
}

#[test]
fn frames_with_loads_that_stay_alive() {
    let pushes: String = (0..2_000).map(|i| format!("(i32.load offset={} (i32.const 0)) ", 4 * i)).collect();
    let functions = format!("(func $down (type $t) {BASE} {pushes} {NEXT} {})", "i32.add ".repeat(2_000));
    ends_by_the_meter("loads", &functions, 1);
}

/// The compiler computes a repeated expression once and keeps it over the call.
#[test]
fn frames_that_grow_by_common_subexpressions() {
    let once: String = (0..2_900)
        .map(|i| {
            format!("(global.set $g (i32.xor (global.get $g) (i32.mul (local.get 0) (i32.const {})))) ", 2 * i + 3)
        })
        .collect();
    let functions =
        format!("(func $down (type $t) (local i32) {BASE} {once} (local.set 1 {NEXT}) {once} (local.get 1))");
    ends_by_the_meter("subexpressions", &functions, 1);
}

/// The compiler takes what does not change out of the loop and keeps it there, over the call in the loop.
#[test]
fn frames_that_grow_by_hoisting() {
    let body: String =
        (0..5_000).map(|i| format!("(global.set $g (i32.add (local.get 0) (i32.const {})))", 64 * i + 7)).collect();
    let functions = format!(
        "(func $down (type $t) (local i32) {BASE}
            (loop {body} (drop {NEXT}) (br_if 0 (i32.eqz (i32.const 1)))) (local.get 1))"
    );
    ends_by_the_meter("hoisting", &functions, 1);
    let body: String =
        (0..4_000).map(|i| format!("(global.set $g (i32.mul (local.get 0) (i32.const {})))", 64 * i + 7)).collect();
    let functions = format!(
        "(func $down (type $t) (local i32) {BASE}
            (loop {body} (drop {NEXT}) (br_if 0 (global.get $g))) (local.get 1))"
    );
    // With a loop that goes on the recursion branches; only its first way down is followed before the stack ends.
    let wasm = module(&with_entry(&functions));
    assert_eq!(descend(&wasm, 100_000), Status::Trap(Trap::StackExhausted));
}

/// Many loops, each with every local as a value that changes: the register allocator needs places for all of them.
#[test]
fn frames_that_grow_by_loops() {
    let locals = 300;
    let one: String = (1..=locals)
        .map(|i| format!("(local.set {i} (i32.add (local.get {i}) (local.get {})))", i % locals + 1))
        .collect();
    let loops: String =
        (0..12).map(|_| format!("(loop {one} (br_if 0 (i32.eq (local.get 1) (i32.const 5))))")).collect();
    let functions = format!(
        "(func $down (type $t) (local {}) {BASE} {loops} (local.set 1 {NEXT}) {loops} (local.get 1))",
        "i32 ".repeat(locals)
    );
    ends_by_the_meter("loops", &functions, 1);
}

#[test]
fn the_stack_ends_at_the_same_gas_each_time() {
    let wasm = module(&with_entry(&format!("(func $down (type $t) {BASE} {NEXT})")));
    let input = vec![0; 100_000];
    let run = Run { input: &input, gas: PLENTY, ..Run::default() };
    let sandbox = sandbox();
    sandbox.prepare(&hash(&wasm), &wasm).unwrap();
    let first = run_with(&sandbox, &wasm, &run, &mut World::default());
    assert_eq!(first.status, Status::Trap(Trap::StackExhausted));
    for _ in 0..20 {
        assert_eq!(run_with(&sandbox, &wasm, &run, &mut World::default()), first);
    }
}
