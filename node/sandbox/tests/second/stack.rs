//! Recursion ends by the meter, at the same call everywhere, long before the native stack does.

use crate::{
    engines::{Callee, Engine, Engines, How, Loaded, Recorder, Seen},
    module,
};
use std::sync::Arc;
use zx_sandbox::{CallReply, CallStatus, Entry, ModuleLimits, Outcome, Status, Trap};

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

/// The module on every engine: none of the compilers has a say in where its recursion ends.
fn load(wasm: &[u8]) -> Loaded {
    Engines::new().load(wasm).unwrap()
}

/// Runs down `depth` calls of the function, on every engine alike.
fn descend(loaded: &Loaded, depth: u32) -> Seen {
    let input = vec![0; depth as usize];
    loaded.agree(&How { entry: Entry::Call, gas: PLENTY, input: &input, recorder: Recorder::default() }).unwrap()
}

/// Calls of the function that fit, of frames that take turns in a `cycle`.
///
/// Every function that calls pays for its frame when it is entered: the entry, and each of the functions in turn, the
/// last one too, which would call if it had to.
fn deepest(frames: &[u32], cycle: usize) -> u32 {
    let mut left = STACK - frames.last().unwrap();
    let mut entered = 0;
    while let Some(rest) = left.checked_sub(frames[entered as usize % cycle]) {
        left = rest;
        entered += 1;
    }
    entered - 1
}

/// Whether the meter stops it exactly where the frames, `cycle` of them in turn, add up to more than the stack, and at
/// the fuel of so many calls. Neither figure comes from an engine that compiles.
fn ends_by_the_meter(name: &str, functions: &str, cycle: usize) {
    let wasm = module(&with_entry(functions));
    let frames = frames(&wasm);
    let depth = deepest(&frames, cycle);
    let loaded = load(&wasm);
    let exhausted = Status::Trap(Trap::StackExhausted);
    let last = descend(&loaded, depth);
    assert_eq!(last.status, Status::Success, "{name}: {depth} calls fit, frames {frames:?}");
    assert_eq!(descend(&loaded, depth + 1).status, exhausted, "{name}: one more does not");
    assert_eq!(descend(&loaded, 100_000).status, exhausted, "{name}: nor any number");
    let turns = depth / cycle as u32;
    let [none, one] = [0, 1].map(|turns| descend(&loaded, depth % cycle as u32 + turns * cycle as u32).fuel);
    assert_eq!(last.fuel, none - i64::from(turns) * (none - one), "{name}: each turn takes as much fuel as the first");
}

const BASE: &str = "(if (i32.eqz (local.get 0)) (then (return (i32.const 0))))";
const NEXT: &str = "(call $down (i32.sub (local.get 0) (i32.const 1)))";

#[test]
fn plain_recursion() {
    let _alone = crate::alone();
    ends_by_the_meter("plain", &format!("(func $down (type $t) {BASE} {NEXT})"), 1);
}

#[test]
fn mutual_recursion() {
    let _alone = crate::alone();
    let functions = format!(
        "(func $down (type $t) {BASE} (call $other (i32.sub (local.get 0) (i32.const 1))))
         (func $other (type $t) (local i64 i64 i64 i64 i64) {BASE} {NEXT})"
    );
    ends_by_the_meter("mutual", &functions, 2);
}

#[test]
fn indirect_recursion() {
    let _alone = crate::alone();
    let functions = format!(
        "(func $down (type $t) {BASE}
            (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))"
    );
    ends_by_the_meter("indirect", &functions, 1);
}

#[test]
fn frames_with_many_locals() {
    let _alone = crate::alone();
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
    let _alone = crate::alone();
    let pushes: String = (0..2_000).map(|i| format!("(i32.mul (local.get 0) (i32.const {})) ", i + 3)).collect();
    let functions = format!("(func $down (type $t) {BASE} {pushes} {NEXT} {})", "i32.add ".repeat(2_000));
    ends_by_the_meter("operands", &functions, 1);
}

#[test]
fn frames_with_loads_that_stay_alive() {
    let _alone = crate::alone();
    let pushes: String = (0..2_000).map(|i| format!("(i32.load offset={} (i32.const 0)) ", 4 * i)).collect();
    let functions = format!("(func $down (type $t) {BASE} {pushes} {NEXT} {})", "i32.add ".repeat(2_000));
    ends_by_the_meter("loads", &functions, 1);
}

/// The compiler computes a repeated expression once and keeps it over the call.
#[test]
fn frames_that_grow_by_common_subexpressions() {
    let _alone = crate::alone();
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
    let _alone = crate::alone();
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
    let loaded = load(&module(&with_entry(&functions)));
    assert_eq!(descend(&loaded, 100_000).status, Status::Trap(Trap::StackExhausted));
}

/// Many loops, each with every local as a value that changes: the register allocator needs places for all of them.
#[test]
fn frames_that_grow_by_loops() {
    let _alone = crate::alone();
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
fn recursion_with_host_calls_in_every_frame() {
    let _alone = crate::alone();
    ends_by_the_meter("host", &format!("(func $down (type $t) {BASE} (drop (call $size)) {NEXT})"), 1);
}

/// Figures to the unit: the same in every build, and on every machine.
#[test]
fn the_stack_ends_at_this_call_and_this_fuel() {
    let _alone = crate::alone();
    let wasm = module(&with_entry(&format!("(func $down (type $t) {BASE} {NEXT})")));
    assert_eq!(frames(&wasm), [90, 73]);
    let loaded = load(&wasm);
    let begin = loaded.fuel(PLENTY).unwrap();
    // The entry: two calls, the crossing of `calldata_size`, a constant at the end. A frame: get, eqz, if, get, const,
    // sub, call. The last frame: get, eqz, if, const, return.
    let (entry, frame) = (2 * 400 + 200, 580);
    assert_eq!(begin - descend(&loaded, 2_910).fuel, entry + 2_910 * frame + 180 + 10);
    for _ in 0..20 {
        let seen = descend(&loaded, 100_000);
        let spent = entry + 2_911 * frame;
        assert_eq!((seen.status, begin - seen.fuel), (Status::Trap(Trap::StackExhausted), spent));
    }
}

/// Goes down as often as the calldata's length says, and calls another contract from there.
const CALLS_OUT: &str = r#"(module
    (import "zx" "calldata_size" (func $size (result i32)))
    (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
    (import "zx" "return_data_size" (func $returned (result i32)))
    (import "zx" "return_data_copy" (func $copy (param i32 i32 i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (memory (export "memory") 1)
    (func $down (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return
            (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))
        (call $down (i32.sub (local.get 0) (i32.const 1))))
    (func (export "call") (result i32) (local i32)
        (local.set 0 (call $down (call $size)))
        (call $copy (i32.const 0) (i32.const 0) (call $returned))
        (call $output (i32.const 0) (call $returned))
        (local.get 0)))"#;

/// Frames that the chain lets be open at once.
const CONTRACTS: u32 = 64;

/// Runs a contract that goes down `depth` calls and then calls the next, until there are `left` of them; the innermost
/// goes down `last`.
fn nested(loaded: &Arc<Loaded>, engine: Engine, left: u32, depth: u32, last: u32) -> Outcome {
    let inner = Arc::clone(loaded);
    let callee: Callee = Arc::new(move |_| {
        let Some(left) = left.checked_sub(1) else {
            return CallReply { status: CallStatus::Success, output: b"bottom".to_vec(), created: None };
        };
        let outcome = nested(&inner, engine, left, depth, last);
        let status = match outcome.status {
            Status::Success => CallStatus::Success,
            Status::Revert => CallStatus::Revert,
            _ => CallStatus::Failure,
        };
        let mut output = outcome.gas_left.to_be_bytes().to_vec();
        output.extend_from_slice(&outcome.output);
        CallReply { status, output, created: None }
    });
    let input = vec![0; if left == 0 { last } else { depth } as usize];
    let recorder = Recorder { callee: Some(callee), ..Recorder::default() };
    loaded.outcome(engine, &How { entry: Entry::Call, gas: PLENTY, input: &input, recorder })
}

#[test]
fn contracts_that_call_contracts_from_the_end_of_their_stacks() {
    let _alone = crate::alone();
    let work = || {
        let wasm = module(CALLS_OUT);
        let depth = deepest(&frames(&wasm), 1);
        let loaded = Arc::new(load(&wasm));
        for (last, status) in [(depth, Status::Success), (depth + 1, Status::Revert)] {
            let on = |engine| nested(&loaded, engine, CONTRACTS - 1, depth, last);
            let outcome = on(Engine::Sandbox);
            assert_eq!(outcome.status, status);
            assert_eq!(outcome.output.ends_with(b"bottom"), status == Status::Success);
            for engine in [Engine::Cranelift, Engine::Singlepass, Engine::Wasmi] {
                assert_eq!(on(engine), outcome, "{engine:?}");
            }
        }
    };
    // Host functions run on the thread's own stack, and an unoptimised build takes much of it.
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}
