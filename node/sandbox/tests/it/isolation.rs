//! Two runs share nothing.

use crate::world::{Run, World, module, run_with, sandbox};
use proptest::prelude::*;
use std::sync::OnceLock;
use zx_sandbox::{Sandbox, Status, Trap};

/// Returns the global, the first word, and the number of pages as it finds them, and leaves other values behind.
const MARKS: &str = r#"(module (import "zx" "output" (func $output (param i32 i32)))
    (memory (export "memory") 1) (global $g (mut i32) (i32.const 5)) (data (i32.const 100) "d")
    (table 1 funcref)
    (func (export "call") (result i32)
        (i32.store (i32.const 8) (global.get $g))
        (i32.store (i32.const 12) (i32.load (i32.const 0)))
        (i32.store (i32.const 16) (memory.size))
        (i32.store (i32.const 20) (i32.load8_u (i32.const 100)))
        (call $output (i32.const 8) (i32.const 16))
        (global.set $g (i32.const 77))
        (i32.store (i32.const 0) (i32.const 77))
        (i32.store8 (i32.const 100) (i32.const 77))
        (drop (memory.grow (i32.const 3)))
        (i32.const 0)))"#;

#[test]
fn each_run_begins_as_the_module_says() {
    let sandbox = sandbox();
    let module = module(MARKS);
    for _ in 0..5 {
        let outcome = run_with(&sandbox, &module, &Run::default(), &mut World::default());
        assert_eq!(outcome.status, Status::Success);
        let words: Vec<_> = outcome.output.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        assert_eq!(words, [5, 0, 1, u32::from(b'd')]);
    }
}

#[test]
fn threads_share_a_sandbox() {
    let sandbox = sandbox();
    let module = module(MARKS);
    let first = run_with(&sandbox, &module, &Run::default(), &mut World::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(run_with(&sandbox, &module, &Run::default(), &mut World::default()), first);
                }
            });
        }
    });
}

/// Returns a fingerprint of all that it finds (each byte of memory, its size, the global, the first words of the
/// stack's shadow), and then does what its calldata says, in commands of an opcode and an argument of 4 bytes each.
const PROBE: &str = r#"(module
    (import "zx" "calldata_size" (func $size (result i32)))
    (import "zx" "calldata_copy" (func $copy (param i32 i32 i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (import "zx" "revert" (func $revert (param i32 i32)))
    (import "zx" "storage_read" (func $read (param i32 i32)))
    (memory (export "memory") 2) (table 2 funcref) (elem (i32.const 0) $down)
    (global $g (mut i64) (i64.const 5)) (global $h (mut i32) (i32.const -1))
    (data (i32.const 3) "low") (data (i32.const 70000) "in the second page")
    (func $fingerprint (result i64) (local $at i32) (local $sum i64)
        (local.set $sum (i64.add (global.get $g) (i64.extend_i32_u (global.get $h))))
        (loop $next
            (local.set $sum (i64.add (i64.rotl (local.get $sum) (i64.const 5)) (i64.load (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
        (i64.add (local.get $sum) (i64.extend_i32_u (memory.size))))
    (func $down (call $down))
    (func (export "call") (result i32) (local $at i32) (local $end i32) (local $op i32) (local $arg i32)
        (i64.store (i32.const 512) (call $fingerprint))
        (call $output (i32.const 512) (i32.const 8))
        (local.set $at (i32.const 1024))
        (local.set $end (i32.add (i32.const 1024) (call $size)))
        (call $copy (i32.const 1024) (i32.const 0) (call $size))
        (loop $next
            (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 0))))
            (local.set $op (i32.load (local.get $at)))
            (local.set $arg (i32.load offset=4 (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (block $nine (block $eight (block $seven (block $six (block $five (block $four
                (block $three (block $two (block $one (block $zero
                (br_table $zero $one $two $three $four $five $six $seven $eight $nine (local.get $op)))
                (i64.store (local.get $arg) (i64.const -1)) (br $next))
                (drop (memory.grow (local.get $arg))) (br $next))
                (global.set $g (i64.extend_i32_u (local.get $arg))) (global.set $h (local.get $arg)) (br $next))
                (call $read (local.get $arg) (local.get $arg)) (br $next))
                (return (i32.const 1)))
                (call $revert (i32.const 0) (i32.const 8)))
                (unreachable))
                (call_indirect (i32.const 0)))
                (call_indirect (i32.const 1)))
            (loop $for_ever (br $for_ever)))
        (unreachable)))"#;

#[derive(Clone, Copy, Debug)]
enum Command {
    Store(u32),
    Grow(u32),
    Set(u32),
    HostWrite(u32),
    Fail,
    Revert,
    Trap,
    Recurse,
    CallNothing,
    LoopForEver,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    // Mostly inside of the two pages, often at the edges of what is opened and zeroed, sometimes outside.
    let at = prop_oneof![
        6 => 0u32..131_072,
        3 => (0u32..17).prop_flat_map(|n| (n * 8_192).saturating_sub(9)..n * 8_192 + 9),
        1 => any::<u32>(),
    ];
    let harmless = prop_oneof![
        6 => at.clone().prop_map(Command::Store),
        1 => (0u32..70).prop_map(Command::Grow),
        1 => any::<u32>().prop_map(Command::Set),
        2 => at.prop_map(Command::HostWrite),
    ];
    let last = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Command::Fail)),
        1 => Just(Some(Command::Revert)),
        1 => Just(Some(Command::Trap)),
        1 => Just(Some(Command::Recurse)),
        1 => Just(Some(Command::CallNothing)),
        1 => Just(Some(Command::LoopForEver)),
    ];
    (prop::collection::vec(harmless, 0..12), last).prop_map(|(mut all, last)| {
        all.extend(last);
        all
    })
}

fn calldata(commands: &[Command]) -> Vec<u8> {
    let encode = |command: &Command| {
        let (op, argument) = match *command {
            Command::Store(at) => (0u32, at),
            Command::Grow(by) => (1, by),
            Command::Set(value) => (2, value),
            Command::HostWrite(at) => (3, at),
            Command::Fail => (4, 0),
            Command::Revert => (5, 0),
            Command::Trap => (6, 0),
            Command::Recurse => (7, 0),
            Command::CallNothing => (8, 0),
            Command::LoopForEver => (9, 0),
        };
        [op.to_le_bytes(), argument.to_le_bytes()].concat()
    };
    commands.iter().flat_map(encode).collect()
}

/// One sandbox for all cases, so that instances have a past.
fn used() -> &'static (Sandbox, Vec<u8>) {
    static USED: OnceLock<(Sandbox, Vec<u8>)> = OnceLock::new();
    USED.get_or_init(|| (sandbox(), module(PROBE)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The law: a call ends as it does in a sandbox that has run nothing before, and finds what it would find there.
    #[test]
    fn nothing_of_one_call_is_visible_to_the_next(calls in prop::collection::vec(commands(), 1..6)) {
        let (sandbox, module) = used();
        for commands in calls {
            let input = calldata(&commands);
            let run = Run { input: &input, gas: 300_000, ..Run::default() };
            let first = {
                sandbox.forget();
                run_with(sandbox, module, &run, &mut World::default())
            };
            for _ in 0..2 {
                prop_assert_eq!(&run_with(sandbox, module, &run, &mut World::default()), &first, "{:?}", commands);
            }
            if let Status::Success = first.status {
                prop_assert_eq!(first.output, run_with(sandbox, module, &Run::default(), &mut World::default()).output);
            }
        }
    }
}

#[test]
fn a_call_after_any_other_finds_what_the_module_says() {
    let (sandbox, module) = used();
    let run = |commands: &[Command]| {
        let input = calldata(commands);
        run_with(sandbox, module, &Run { input: &input, gas: 2_000_000, ..Run::default() }, &mut World::default())
    };
    let fingerprint = run(&[]).output;
    assert_eq!(fingerprint.len(), 8);
    let everywhere: Vec<_> = (0..16).map(|n| Command::Store(n * 8_192 + 4_000)).collect();
    for (last, status) in [
        (None, Status::Success),
        (Some(Command::Fail), Status::Revert),
        (Some(Command::Revert), Status::Revert),
        (Some(Command::Trap), Status::Trap(Trap::Unreachable)),
        (Some(Command::Store(u32::MAX)), Status::Trap(Trap::MemoryOutOfBounds)),
        (Some(Command::CallNothing), Status::Trap(Trap::UndefinedElement)),
        (Some(Command::Recurse), Status::Trap(Trap::StackExhausted)),
        (Some(Command::LoopForEver), Status::OutOfGas),
        (Some(Command::Grow(62)), Status::Success),
        (Some(Command::Grow(63)), Status::Success),
    ] {
        let mut commands = everywhere.clone();
        commands.extend([Command::Set(9), Command::HostWrite(3)]);
        commands.extend(last);
        // What lies in grown pages is gone too, also if a later call grows there again.
        commands.extend(matches!(last, Some(Command::Grow(62))).then_some(Command::Store(40 * 65_536)));
        for _ in 0..3 {
            assert_eq!(run(&commands).status, status, "{last:?}");
            assert_eq!(run(&[]).output, fingerprint, "after {last:?}");
        }
    }
}

const GROWN: &str = r#"(module (import "zx" "output" (func $output (param i32 i32))) (memory (export "memory") 1)
    (func (export "call") (result i32) (local $at i32)
        (drop (memory.grow (i32.const 9)))
        (local.set $at (i32.const 65536))
        (loop $next
            (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (unreachable)))
            (i64.store (local.get $at) (i64.const -1))
            (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 655360))))
        (i32.const 0)))"#;

#[test]
fn grown_pages_are_zero_each_time() {
    let (sandbox, module) = (sandbox(), module(GROWN));
    for _ in 0..20 {
        let run = Run { gas: 5_000_000, ..Run::default() };
        assert_eq!(run_with(&sandbox, &module, &run, &mut World::default()).status, Status::Success);
    }
}

#[test]
fn more_calls_at_once_than_instances_are_kept() {
    let (sandbox, module) = (sandbox(), module(MARKS));
    let expected = run_with(&sandbox, &module, &Run::default(), &mut World::default());
    // Frames of one module, each open inside the host of the one above.
    fn nest(sandbox: &Sandbox, caller: &[u8], module: &[u8], left: u32) -> zx_sandbox::Outcome {
        if left == 0 {
            return run_with(sandbox, module, &Run::default(), &mut World::default());
        }
        let mut inner = None;
        let mut world = World {
            callee: Some(Box::new(|_| {
                inner = Some(nest(sandbox, caller, module, left - 1));
                zx_sandbox::CallReply { status: zx_sandbox::CallStatus::Success, output: Vec::new(), created: None }
            })),
            ..World::default()
        };
        assert_eq!(run_with(sandbox, caller, &Run::default(), &mut world).status, Status::Success);
        drop(world);
        inner.unwrap()
    }
    let caller = crate::world::module(
        r#"(module (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
            (func (export "call") (result i32)
                (if (i64.ne (i64.load (i32.const 5000)) (i64.const 0)) (then (unreachable)))
                (i64.store (i32.const 5000) (i64.const -1))
                (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))"#,
    );
    for depth in [1, 40, 3, 40] {
        assert_eq!(nest(&sandbox, &caller, &module, depth), expected);
    }
}
