//! Calls of WASM contracts: frames that return, that trap, that grow their memory, that nest as deep as they may. The
//! callee gets no more gas than it needs: a trap takes all of it.

use crate::{
    bench::{Bench, Label, Program, escaped, module_text},
    no_host::NoHost,
    precompiles::{FAILURE, REVERT, SUCCESS, call},
};
use alloy_primitives::Address;
use zx_host_functions::{HOST_FUNCTIONS, fuel};
use zx_sandbox::{BlockContext, Entry, Frame, ModuleLimits, Sandbox, Status, TransactionContext};

/// More gas than a callee that returns can use.
const PLENTY: u64 = 10_000_000;

/// Adds every row of this file.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    returning(bench)?;
    pages(bench)?;
    trapping(bench)?;
    large_modules(bench)?;
    nested(bench)?;
    many_contracts(bench)
}

fn row(bench: &mut Bench, name: &str, variant: &str, program: &Program) -> eyre::Result<()> {
    bench.add(Label::new("frame", name, variant), 1, program)
}

/// A module with this much memory that runs this, and these fields besides.
fn module(pages: u32, fields: &str, body: &str) -> String {
    module_text(&format!(
        "(memory (export \"memory\") {pages}) {fields}
         (func (export \"call\") (result i32) (local $i i32) {body})"
    ))
}

fn returning(bench: &mut Bench) -> eyre::Result<()> {
    for kind in ["call", "static_call", "delegate_call"] {
        let to = bench.install(&module(1, "", "(i32.const 0)"))?;
        row(bench, "empty", kind, &call(kind, to, PLENTY, &[], SUCCESS))?;
    }
    for (bytes, variant) in [(0, "nothing"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB")] {
        let body = |function: &str| format!("(call ${function} (i32.const 0) (i32.const {bytes})) (i32.const 0)");
        let to = bench.install(&module(2, "", &body("output")))?;
        row(bench, "output", variant, &call("call", to, PLENTY, &[], SUCCESS))?;
        let to = bench.install(&module(2, "", &body("revert")))?;
        row(bench, "revert", variant, &call("call", to, PLENTY, &[], REVERT))?;
    }
    let to = bench.install(&module(1, "", "(i32.const 1)"))?;
    row(bench, "revert", "by its result", &call("call", to, PLENTY, &[], REVERT))?;
    let to = bench.install(&module(1, "", "(call $output (i32.const 0) (call $calldata_size )) (i32.const 0)"))?;
    row(bench, "input of 64 KiB", "", &call("call", to, PLENTY, &[7; 64 << 10], SUCCESS))
}

/// Stores to each page of the processor's, from page to page of WebAssembly's.
fn touch(from: u32, to: u32) -> String {
    format!(
        "(local.set $i (i32.const {}))
         (loop $more
           (i32.store (local.get $i) (i32.const 1))
           (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4096))) (i32.const {}))))",
        from << 16,
        to << 16
    )
}

fn pages(bench: &mut Bench) -> eyre::Result<()> {
    let zero = "(i32.const 0)";
    let grow = |by: u32| format!("(drop (memory.grow (i32.const {by})))");
    let step = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const 63))))";
    let step_touch = "(loop $more (local.set $i (memory.grow (i32.const 1)))
        (i32.store (i32.shl (local.get $i) (i32.const 16)) (i32.const 1)) (br_if $more (i32.ne (local.get $i) (i32.const 63))))";
    for (name, variant, first, body) in [
        ("2 initial pages", "touched", 2, format!("{} {zero}", touch(0, 2))),
        ("4 initial pages", "touched", 4, format!("{} {zero}", touch(0, 4))),
        ("8 initial pages", "touched", 8, format!("{} {zero}", touch(0, 8))),
        ("32 initial pages", "untouched", 32, zero.to_owned()),
        ("32 initial pages", "touched", 32, format!("{} {zero}", touch(0, 32))),
        (
            "32 initial pages",
            "last byte touched",
            32,
            format!("(i32.store8 (i32.const 0x1fffff) (i32.const 1)) {zero}"),
        ),
        ("grows by 1 page", "untouched", 1, format!("{} {zero}", grow(1))),
        ("grows by 1 page", "touched", 1, format!("{} {} {zero}", grow(1), touch(1, 2))),
        ("grows by 8 pages", "touched", 1, format!("{} {} {zero}", grow(8), touch(1, 9))),
        ("grows to 64 pages", "untouched", 1, format!("{} {zero}", grow(63))),
        ("grows to 64 pages", "touched", 1, format!("{} {} {zero}", grow(63), touch(0, 64))),
        ("grows to 64 pages", "one by one, untouched", 1, format!("{step} {zero}")),
        ("grows to 64 pages", "one by one, first bytes touched", 1, format!("{step_touch} {zero}")),
        ("grows to 64 pages", "one by one, then touched", 1, format!("{step} {} {zero}", touch(0, 64))),
    ] {
        let to = bench.install(&module(first, "", &body))?;
        row(bench, name, variant, &call("call", to, PLENTY, &[], SUCCESS))?;
    }
    Ok(())
}

/// The least gas with which a module traps, and does not just run out of it.
fn least_gas(module: &str) -> eyre::Result<u64> {
    let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None)?;
    let prepared = sandbox.prepare(&[0; 32], &wat::parse_str(module)?)?;
    let block = BlockContext::default();
    let frame = Frame {
        input: &[],
        caller: [1; 20],
        address: [2; 20],
        value: [0; 32],
        immutables: &[],
        is_first: false,
        is_static: false,
        is_reentrant: false,
        transaction: &TransactionContext::default(),
        block: &block,
    };
    let traps = |gas| {
        let outcome = sandbox.run(&prepared, Entry::Call, &frame, gas, &mut NoHost);
        matches!(outcome.status, Status::Trap(_))
    };
    eyre::ensure!(traps(PLENTY), "it does not trap: {module}");
    let (mut low, mut high) = (0, PLENTY);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if traps(middle) { high = middle } else { low = middle }
    }
    Ok(high)
}

fn trap_row(bench: &mut Bench, name: &str, text: &str) -> eyre::Result<()> {
    let gas = least_gas(text)?;
    let to = bench.install(text)?;
    row(bench, &format!("{name}, trap"), "", &call("call", to, gas, &[], REVERT))
}

fn trapping(bench: &mut Bench) -> eyre::Result<()> {
    let recursion = "(func $f (call $f))";
    let wide = "(func $f (param i64 i64 i64 i64 i64 i64 i64 i64) (call $f (local.get 0) (local.get 1) (local.get 2)
        (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7)))";
    for (name, fields, body) in [
        ("unreachable", "", "unreachable"),
        ("load out of bounds", "", "(i32.load (i32.const 0x7fffffff))"),
        ("division by zero", "", "(i32.div_u (i32.const 1) (local.get $i))"),
        ("pointer out of bounds", "", "(call $caller (i32.const -1)) (i32.const 0)"),
        ("stack exhausted", recursion, "(call $f) (i32.const 0)"),
        (
            "stack exhausted, wide frames",
            wide,
            "(call $f (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)
               (i64.const 0)) (i32.const 0)",
        ),
    ] {
        trap_row(bench, name, &module(1, fields, body))?;
    }
    let unreachable = module(1, "", "unreachable");
    let least = least_gas(&unreachable)?;
    let to = bench.install(&unreachable)?;
    row(bench, "out of gas", "at the entry", &call("call", to, least - 1, &[], FAILURE))?;
    let to = bench.install(&module(1, "", "(loop (br 0)) (i32.const 0)"))?;
    row(bench, "out of gas", "in the loop", &call("call", to, least, &[], FAILURE))?;
    unpaid(bench, least)?;
    trap_row(bench, "2 initial pages, touched", &module(2, "", &format!("{} unreachable", touch(0, 2))))?;
    let grown = format!("(drop (memory.grow (i32.const 62))) {} unreachable", touch(0, 64));
    trap_row(bench, "grows to 64 pages, touched", &module(2, "", &grown))
}

/// The meter looks at the fuel where code could go on for ever. Until then it goes on without.
fn unpaid(bench: &mut Bench, gas: u64) -> eyre::Result<()> {
    let globals = "(global $d (mut i64) (i64.const 3)) (global $x (mut i64) (i64.const -1))";
    let divisions = "local.get $d i64.rem_s local.get $x i64.xor\n".repeat(10_000);
    let body = format!(
        "(local $d i64) (local $x i64) (local.set $d (global.get $d)) (local.set $x (global.get $x))
         local.get $x {divisions} global.set $x (i32.const 0)"
    );
    let to = bench.install(&module(1, globals, &body))?;
    row(bench, "out of gas", "before 10,000 divisions", &call("call", to, gas, &[], FAILURE))
}

/// What an instance is made of, as much as a module may have: the same callee returning and trapping.
fn large_modules(bench: &mut Bench) -> eyre::Result<()> {
    let data = |len: usize, at: u32| format!("(data (i32.const {at}) \"{}\")", escaped(&vec![7; len]));
    let functions = |count: usize| "(func)".repeat(count);
    let used: String = HOST_FUNCTIONS.iter().map(|f| format!(";; ${} \n", f.name)).collect();
    let modules = [
        ("120 KiB of data", data(120 << 10, 0)),
        ("1,024 data segments", (0..1_024).map(|n| data(1, n * 128)).collect()),
        ("256 globals", "(global (mut i64) (i64.const 1))".repeat(256)),
        ("8,192 elements", format!("(func $f) (table 8192 8192 funcref) (elem (i32.const 0) {})", "$f ".repeat(8_192))),
        ("4,000 functions", functions(4_000)),
        ("every host function", used),
    ];
    for (variant, fields) in modules {
        let to = bench.install(&module(2, &fields, "(i32.const 0)"))?;
        row(bench, variant, "returns", &call("call", to, PLENTY, &[], SUCCESS))?;
        trap_row(bench, variant, &module(2, &fields, "unreachable"))?;
        let outside = "(i32.load (i32.const 0x7fffffff))";
        trap_row(bench, &format!("{variant}, out of bounds"), &module(2, &fields, outside))?;
    }
    Ok(())
}

/// Gas with which a frame and all below it, each with all but a 64th of what its caller had, get by.
fn gas_of_depth(depth: u32) -> u64 {
    let of = |name| HOST_FUNCTIONS.iter().find(|f| f.name == name).map_or(0, |f| f.fuel + f.word);
    let frame = 100 + 2 + (fuel::ENTRY + of("call") + of("calldata_copy") + 10 * fuel::LOAD) / fuel::FUEL_PER_GAS;
    (0..depth).fold(frame, |below, _| frame + below * 64 / 63 + 1)
}

/// A contract that calls itself: calldata is how often, and its own address.
fn nested(bench: &mut Bench) -> eyre::Result<()> {
    // The caller is a frame too.
    for depth in [8, 62] {
        for (variant, end) in [("returning", "(i32.const 0)"), ("each trapping", "unreachable")] {
            let check = if variant == "returning" { "(if (then unreachable))" } else { "drop" };
            let to = bench.install(&module(
                1,
                "",
                &format!(
                    "(call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 24))
                     (local.set $i (i32.load (i32.const 0)))
                     (if (local.get $i) (then
                       (i32.store (i32.const 0) (i32.sub (local.get $i) (i32.const 1)))
                       (call $call (i64.const -1) (i32.const 4) (i32.const 64) (i32.const 0) (i32.const 24)) {check}))
                     {end}"
                ),
            ))?;
            let input = [&u32::to_le_bytes(depth - 1)[..], to.as_slice()].concat();
            let expected = if variant == "returning" { SUCCESS } else { REVERT };
            let program = call("call", to, gas_of_depth(depth), &input, expected);
            bench.add(Label::new("frame", format!("{depth} inside each other"), variant), depth, &program)?;
        }
    }
    Ok(())
}

/// More contracts than instances are kept for, and more than modules are kept for.
fn many_contracts(bench: &mut Bench) -> eyre::Result<()> {
    for count in [200, 400, 600] {
        let mut addresses = Vec::new();
        for n in 0..count {
            let to: Address = bench.install(&module(1, "", &format!("(drop (i32.const {n})) (i32.const 0)")))?;
            addresses.extend(to.to_vec());
        }
        let one = format!(
            "(drop (call $call (i64.const {PLENTY})
               (i32.add (i32.const 4096) (i32.mul (i32.const 20) (local.get $i))) (i32.const 704) (i32.const 0) (i32.const 0)))
             (local.set $i (i32.rem_u (i32.add (local.get $i) (i32.const 1)) (i32.const {count})))"
        );
        let before = format!("(local.set $i (i32.const 0)) (loop $more {one} (br_if $more (local.get $i)))");
        let program = Program { before, data: vec![(4096, addresses)], ..Program::turn(one) };
        row(bench, &format!("{count} contracts in turn"), "", &program)?;
    }
    Ok(())
}
