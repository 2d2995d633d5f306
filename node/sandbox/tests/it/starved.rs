//! A host with too little memory gives no outcome. What the guest would see of it, other nodes do not.

use crate::world::{Run, World, module, run_with, sandbox};
use std::process::Command;
use zx_sandbox::{Outcome, Status};

/// Set in the process that gets little memory.
const CHILD: &str = "ZX_STARVED";

/// Does something that takes memory, if there is calldata.
const HUNGRY: [&str; 3] = [
    // Opens all of it.
    "(i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 1900000) (i32.const 1)) (i32.const 0)",
    // Grows, and keeps quiet about it.
    "(drop (memory.grow (i32.const 30))) (i32.const 0)",
    // Grows what is in use.
    "(i32.store (i32.const 0) (i32.const 1)) (memory.grow (i32.const 30))",
];

fn hungry(does: &str) -> Vec<u8> {
    module(&format!(
        r#"(module (import "zx" "calldata_size" (func $size (result i32))) (memory (export "memory") 30)
            (func (export "call") (result i32)
                (i32.store (i32.const 8) (i32.const 1))
                (if (i32.eqz (call $size)) (then (return (i32.const 0))))
                {does}))"#
    ))
}

/// Bytes of writable private memory that the process has.
fn writable() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmData")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn child() {
    let sandbox = sandbox();
    let modules = HUNGRY.map(hungry);
    let run = |module: &[u8], input: &[u8]| {
        run_with(&sandbox, module, &Run { input, gas: 100_000_000, ..Run::default() }, &mut World::default())
    };
    for module in &modules {
        assert_eq!(run(module, &[]).status, Status::Success);
    }
    let limit = libc::rlimit { rlim_cur: writable() + (512 << 10), rlim_max: libc::RLIM_INFINITY };
    // SAFETY: no pointer outlives the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_DATA, &limit) }, 0);
    for module in &modules {
        for _ in 0..3 {
            let fatal = Outcome { status: Status::Fatal, gas_left: 0, output: Vec::new(), immutables: Vec::new() };
            assert_eq!(run(module, b"now"), fatal);
            assert_eq!(run(module, &[]).status, Status::Success, "the next call has what it needs");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn memory_that_the_host_does_not_have_is_no_outcome() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    // The limit holds for the whole process.
    let name = "starved::memory_that_the_host_does_not_have_is_no_outcome";
    let mut command = Command::new(std::env::current_exe().unwrap());
    let done = command.args(["--exact", name]).env(CHILD, "1").output().unwrap();
    assert!(done.status.success(), "{}: {}", done.status, String::from_utf8_lossy(&done.stdout));
}
