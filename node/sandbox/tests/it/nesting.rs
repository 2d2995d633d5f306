//! A contract that calls a contract, through a host that runs it in the same sandbox.

use crate::world::{Callee, Run, World, module, run_with, sandbox};
use std::cell::Cell;
use zx_sandbox::{CallReply, CallStatus, Outcome, Sandbox, Status};

/// Frames that the chain lets be open at once.
const DEPTH: u32 = 64;

/// Calls out once, and returns what came back.
const CALLER: &str = r#"(module
    (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
    (import "zx" "return_data_size" (func $size (result i32)))
    (import "zx" "return_data_copy" (func $copy (param i32 i32 i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (memory (export "memory") 1)
    (func (export "call") (result i32) (local $status i32)
        (local.set $status (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (call $copy (i32.const 0) (i32.const 0) (call $size))
        (call $output (i32.const 0) (call $size))
        (local.get $status)))"#;

fn descend(sandbox: &Sandbox, module: &[u8], left: u32, deepest: &Cell<u32>) -> Outcome {
    deepest.set(deepest.get().max(DEPTH - left + 1));
    let mut world = World::default();
    if left > 1 {
        world.callee = Some(Box::new(move |_| {
            let inner = descend(sandbox, module, left - 1, deepest);
            let status = if inner.status == Status::Success { CallStatus::Success } else { CallStatus::Revert };
            CallReply { status, output: inner.output, created: None }
        }));
    } else {
        world.callee =
            Some(Box::new(|_| CallReply { status: CallStatus::Success, output: b"bottom".to_vec(), created: None }));
    }
    run_with(sandbox, module, &Run::default(), &mut world)
}

#[test]
fn sixty_four_frames_fit_into_a_thread_of_two_mebibytes() {
    let work = || {
        let sandbox = sandbox();
        let deepest = Cell::new(0);
        let outcome = descend(&sandbox, &module(CALLER), DEPTH, &deepest);
        assert_eq!((outcome.status, outcome.output.as_slice()), (Status::Success, &b"bottom"[..]));
        assert_eq!(deepest.get(), DEPTH);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_trap_below_does_not_disturb_the_frames_above() {
    let sandbox = sandbox();
    let (caller, bad) =
        (module(CALLER), module(&CALLER.replace("(local.set $status", "(unreachable) (local.set $status")));
    let callee: Callee<'_> = Box::new(|_| {
        let inner = run_with(&sandbox, &bad, &Run::default(), &mut World::default());
        assert!(matches!(inner.status, Status::Trap(_)));
        CallReply { status: CallStatus::Revert, output: b"why".to_vec(), created: None }
    });
    let mut world = World { callee: Some(callee), ..World::default() };
    let outcome = run_with(&sandbox, &caller, &Run::default(), &mut world);
    assert_eq!((outcome.status, outcome.output), (Status::Revert, b"why".to_vec()));
}
