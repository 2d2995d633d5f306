//! Two runs share nothing.

use crate::world::{Run, World, module, run_with, sandbox};
use zx_sandbox::Status;

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
