//! A contract for chains to call.

use zx_host_functions::DeployPayload;

/// A contract that counts its calls in slot 0, and logs each with the count as topic and data.
pub(crate) fn counter() -> Vec<u8> {
    let module = wat::parse_str(
        r#"(module
            (import "zx" "storage_read" (func $read (param i32 i32)))
            (import "zx" "storage_write" (func $write (param i32 i32)))
            (import "zx" "log" (func $log (param i32 i32 i32 i32)))
            (memory (export "memory") 1)
            (func (export "call") (result i32)
                (call $read (i32.const 0) (i32.const 32))
                (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
                (call $write (i32.const 0) (i32.const 32))
                (call $log (i32.const 32) (i32.const 1) (i32.const 32) (i32.const 32))
                (i32.const 0)))"#,
    )
    .expect("text");
    DeployPayload::of(&module, &[]).encode()
}
