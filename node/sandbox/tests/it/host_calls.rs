//! Every host function against hostile pointers and lengths, from the table itself.

use crate::world::{Run, World, module, run_with, sandbox};
use zx_host_functions::{HOST_FUNCTIONS, HostFunction, WasmType};
use zx_sandbox::{Entry, Sandbox, Status, Trap};

/// One page: pointers below are inside, at `END` just outside.
const END: u32 = 65_536;

/// A module that calls the function once with these arguments and succeeds.
fn calls(function: &HostFunction, arguments: &[u64]) -> Vec<u8> {
    let ty = |t: WasmType| if t == WasmType::I32 { "i32" } else { "i64" };
    let params: String = function.params.iter().map(|p| format!("{} ", ty(p.2))).collect();
    let result = function.result.map(|r| format!("(result {})", ty(r))).unwrap_or_default();
    let pushes: String = function
        .params
        .iter()
        .zip(arguments)
        .map(|(p, value)| match p.2 {
            WasmType::I32 => format!("(i32.const {}) ", *value as u32 as i32),
            WasmType::I64 => format!("(i64.const {}) ", *value as i64),
        })
        .collect();
    let drop = if function.result.is_some() { "drop" } else { "" };
    module(&format!(
        r#"(module (import "zx" "{}" (func $f (param {params}) {result})) (memory (export "memory") 1)
            (func (export "call") (export "deploy") (result i32) {pushes} call $f {drop} i32.const 0))"#,
        function.name
    ))
}

fn status(sandbox: &Sandbox, function: &HostFunction, arguments: &[u64]) -> Status {
    run_with(sandbox, &calls(function, arguments), &entry(function), &mut World::default()).status
}

/// How a module that calls it is entered.
fn entry(function: &HostFunction) -> Run<'static> {
    let entry = if function.name == "immutable_write" { Entry::Deploy } else { Entry::Call };
    Run { entry, ..Run::default() }
}

/// Harmless arguments: small pointers, no data.
fn harmless(function: &HostFunction) -> Vec<u64> {
    function
        .params
        .iter()
        .map(|(name, ty, _)| match (*name, *ty) {
            (_, "Ptr" | "PtrMut") => 1_024,
            ("v", _) => 27,
            _ => 0,
        })
        .collect()
}

#[test]
fn every_function_answers_harmless_arguments() {
    let sandbox = sandbox();
    for function in HOST_FUNCTIONS {
        let expected = if function.name == "revert" { Status::Revert } else { Status::Success };
        assert_eq!(status(&sandbox, function, &harmless(function)), expected, "{}", function.name);
    }
}

#[test]
fn a_pointer_out_of_bounds_is_a_trap_whichever_it_is() {
    let sandbox = sandbox();
    let mut tried = 0;
    for function in HOST_FUNCTIONS {
        for (place, (name, ty, _)) in function.params.iter().enumerate() {
            if !matches!(*ty, "Ptr" | "PtrMut") {
                continue;
            }
            for pointer in [END + 1, u32::MAX, u32::MAX - 19, u32::MAX - 31, 1 << 31] {
                let mut arguments = harmless(function);
                arguments[place] = pointer.into();
                let status = status(&sandbox, function, &arguments);
                assert_eq!(status, Status::Trap(Trap::MemoryOutOfBounds), "{}: {name} = {pointer:#x}", function.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "the table has pointers: {tried}");
}

#[test]
fn a_length_beyond_memory_is_a_trap_or_more_than_the_gas() {
    let sandbox = sandbox();
    for function in HOST_FUNCTIONS {
        for (place, (_, ty, _)) in function.params.iter().enumerate() {
            if *ty != "Len" {
                continue;
            }
            for len in [u32::MAX, u32::MAX - 1_023, 1 << 31] {
                let mut arguments = harmless(function);
                arguments[place] = len.into();
                let status = status(&sandbox, function, &arguments);
                let priced = function.word > 0;
                let expected = if priced { Status::OutOfGas } else { Status::Trap(Trap::MemoryOutOfBounds) };
                assert_eq!(status, expected, "{}: {len:#x}", function.name);
            }
            let mut arguments = harmless(function);
            arguments[place] = u64::from(END) - 1_023;
            let status = status(&sandbox, function, &arguments);
            let expected = match function.name {
                "return_data_copy" => Trap::ReturnDataOutOfBounds,
                _ => Trap::MemoryOutOfBounds,
            };
            assert_eq!(status, Status::Trap(expected), "{}: one byte too many", function.name);
        }
    }
}

#[test]
fn nothing_at_the_end_of_memory_is_fine() {
    let sandbox = sandbox();
    for function in HOST_FUNCTIONS {
        // The pointer that belongs to a length stands before it, or before the offset before it.
        let Some(len) = function.params.iter().position(|p| p.1 == "Len") else { continue };
        let Some(data) = function.params[..len].iter().rposition(|p| matches!(p.1, "Ptr" | "PtrMut")) else { continue };
        let mut arguments = harmless(function);
        arguments[data] = END.into();
        let expected = if function.name == "revert" { Status::Revert } else { Status::Success };
        assert_eq!(status(&sandbox, function, &arguments), expected, "{}", function.name);
    }
}

#[test]
fn crossing_costs_what_the_table_says() {
    let sandbox = sandbox();
    for function in HOST_FUNCTIONS.iter().filter(|f| f.name != "revert") {
        let module = calls(function, &harmless(function));
        let outcome = run_with(&sandbox, &module, &entry(function), &mut World::default());
        // One constant for each argument and one at the end, the call, the crossing.
        let fuel = 300_000 + (function.params.len() as u64 + 1) * 10 + 400 + function.fuel;
        assert_eq!(crate::world::GAS - outcome.gas_left, fuel.div_ceil(1_000), "{}", function.name);
    }
}
