//! Native stack that the meter does not see.

use crate::world::{Run, World, module, run_with, sandbox};
use std::fmt::Write as _;
use zx_sandbox::{ModuleLimits, Status, Trap};

/// Values, in groups of 20, that depend on parameter 0 alone: trees of operators of one operand, which take three bytes
/// of the body. Locals 1 and 2 are lent.
fn values(body_bytes: usize) -> String {
    const UNARY: [&str; 3] = ["i32.clz", "i32.ctz", "i32.popcnt"];
    let mut all = Vec::new();
    let mut bytes = 0;
    for seed in 64.. {
        if bytes > body_bytes && all.len() % 20 == 0 {
            break;
        }
        all.push(format!("local.get 0 i32.const {seed} i32.mul local.tee 1"));
        for first in UNARY {
            all.push(format!("local.get 1 {first} local.tee 2"));
            all.extend(UNARY.map(|second| format!("local.get 2 {second}")));
        }
        bytes += 8 + 3 * 5 + 9 * 3;
    }
    let mut text = String::new();
    for group in all.chunks(20) {
        write!(text, "{} call $eat ", group.join(" ")).unwrap();
    }
    text
}

/// The compiler takes the values out of the loop, and keeps them over the calls in it: some 15 native bytes for a
/// metered one. At the deepest call that the meter allows there must be room for whatever a host function does: it runs
/// on the same stack, and what it holds when that ends it holds for ever.
#[test]
fn host_functions_have_room_at_the_end_of_the_dearest_stack() {
    let wasm = module(&format!(
        r#"(module (import "zx" "calldata_size" (func $size (result i32)))
            (import "zx" "storage_read" (func $read (param i32 i32)))
            (memory (export "memory") 1) (global $again (mut i32) (i32.const 0))
            (func $eat (param {}))
            (func $down (param i32) (local i32 i32)
                (if (i32.eqz (local.get 0)) (then (call $read (i32.const 0) (i32.const 0)) (return)))
                (loop {} (call $down (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (global.get $again))))
            (func (export "call") (result i32) (call $down (call $size)) (i32.const 0)))"#,
        "i32 ".repeat(20),
        values(32_000)
    ));
    let frames = zx_host_functions::validate(&wasm, &ModuleLimits::DEFAULT).unwrap().frames;
    let deepest = ((ModuleLimits::DEFAULT.stack_bytes - frames[2]) / frames[1]) as usize - 1;
    let sandbox = sandbox();
    let descend = |depth| {
        let run = Run { input: &vec![0; depth], gas: 1_000_000_000, ..Run::default() };
        run_with(&sandbox, &wasm, &run, &mut World { deep: 300, ..World::default() }).status
    };
    assert_eq!(descend(deepest), Status::Success);
    assert_eq!(descend(deepest + 1), Status::Trap(Trap::StackExhausted));
}

/// What makes cranelift's time quadratic is compiled without optimisation: in this test, or not before it is stopped.
#[test]
fn values_that_could_be_kept_over_many_calls_are_compiled_as_they_stand() {
    let wasm = module(&format!(
        r#"(module (memory (export "memory") 1) (global $again (mut i32) (i32.const 0)) (func $eat (param {}))
            (func $f (param i32) (local i32 i32) (loop {} (br_if 0 (global.get $again))))
            (func (export "call") (result i32) (call $f (i32.const 7)) (i32.const 0)))"#,
        "i32 ".repeat(20),
        values(60_000)
    ));
    let facts = zx_host_functions::validate(&wasm, &ModuleLimits::DEFAULT).unwrap();
    assert!(facts.work.movable > 8 * wasm.len() as u64, "{:?} for {} bytes", facts.work, wasm.len());
    assert_eq!(run_with(&sandbox(), &wasm, &Run::default(), &mut World::default()).status, Status::Success);
}
