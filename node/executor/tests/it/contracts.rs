//! Contracts of the tests, each in EVM bytecode and in WASM, so that a test can put either in either place.

use alloy_primitives::Address;
use zx_host_functions::{HOST_FUNCTIONS, HostFunction, WasmType};

/// What every module here begins with.
const IMPORTS: &str = r#"
    (import "zx" "calldata_size" (func $size (result i32)))
    (import "zx" "calldata_copy" (func $calldata (param i32 i32 i32)))
    (import "zx" "output" (func $output (param i32 i32)))
    (import "zx" "revert" (func $revert (param i32 i32)))
    (import "zx" "storage_read" (func $sload (param i32 i32)))
    (import "zx" "storage_write" (func $sstore (param i32 i32)))
    (import "zx" "log" (func $log (param i32 i32 i32 i32)))
    (import "zx" "caller" (func $caller (param i32)))
    (import "zx" "value" (func $value (param i32)))
    (import "zx" "address" (func $address (param i32)))
    (import "zx" "self_balance" (func $self_balance (param i32)))
    (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
    (import "zx" "static_call" (func $staticcall (param i64 i32 i32 i32) (result i32)))
    (import "zx" "delegate_call" (func $delegatecall (param i64 i32 i32 i32) (result i32)))
    (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
    (import "zx" "return_data_size" (func $returned (result i32)))
    (import "zx" "return_data_copy" (func $return_copy (param i32 i32 i32)))
    (import "zx" "gas_left" (func $gas (result i64)))
    (memory (export "memory") 4)"#;

pub(crate) fn wasm(functions: &str) -> String {
    format!("(module {IMPORTS} {functions})")
}

pub(crate) fn wasm_call(body: &str) -> String {
    wasm(&format!(r#"(func (export "call") (result i32) (local $s i32) {body} (i32.const 0))"#))
}

/// Writes the word of its calldata into slot 0, logs it with its own address's last byte, and returns caller, value
/// and address, a word each.
pub(crate) fn writer_wasm() -> String {
    wasm_call(
        "(call $calldata (i32.const 32) (i32.const 0) (i32.const 32))
         (call $sstore (i32.const 0) (i32.const 32))
         (call $log (i32.const 32) (i32.const 1) (i32.const 0) (i32.const 0))
         (call $caller (i32.const 108)) (call $value (i32.const 128)) (call $address (i32.const 172))
         (call $output (i32.const 96) (i32.const 96))",
    )
}

pub(crate) fn writer_evm() -> Vec<u8> {
    Asm::default()
        .push(0)
        .op(CALLDATALOAD)
        .push(0)
        .op(SSTORE)
        .push(0)
        .op(CALLDATALOAD)
        .push(0)
        .push(0)
        .op(LOG1)
        .op(CALLER)
        .push(0)
        .op(MSTORE)
        .op(CALLVALUE)
        .push(32)
        .op(MSTORE)
        .op(ADDRESS)
        .push(64)
        .op(MSTORE)
        .push(96)
        .push(0)
        .op(RETURN)
        .0
}

/// Writes slot 0 and then reverts with its calldata.
pub(crate) fn reverter_wasm() -> String {
    wasm_call(
        "(call $sstore (i32.const 0) (i32.const 0))
         (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
         (call $calldata (i32.const 0) (i32.const 0) (call $size))
         (call $revert (i32.const 0) (call $size))",
    )
}

pub(crate) fn reverter_evm() -> Vec<u8> {
    Asm::default()
        .push(1)
        .push(0)
        .op(SSTORE)
        .push(0)
        .push(0)
        .op(LOG0)
        .op(CALLDATASIZE)
        .push(0)
        .push(0)
        .op(CALLDATACOPY)
        .op(CALLDATASIZE)
        .push(0)
        .op(REVERT)
        .0
}

/// How to pass a call on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    Static,
    Delegate,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Call, Kind::Static, Kind::Delegate];

/// Passes its calldata and its value on to `to`, and returns, or reverts with, what comes back.
pub(crate) fn forwarder_wasm(kind: Kind, to: Address) -> String {
    let (function, value) = match kind {
        Kind::Call => ("$call", "(i32.const 32)"),
        Kind::Static => ("$staticcall", ""),
        Kind::Delegate => ("$delegatecall", ""),
    };
    let body = format!(
        "(call $value (i32.const 32))
         (call $calldata (i32.const 64) (i32.const 0) (call $size))
         (local.set $s (call {function} (i64.const -1) (i32.const 0) {value} (i32.const 64) (call $size)))
         (call $return_copy (i32.const 64) (i32.const 0) (call $returned))
         (if (local.get $s) (then (call $revert (i32.const 64) (call $returned))))
         (call $output (i32.const 64) (call $returned))"
    );
    let bytes: String = to.iter().map(|byte| format!("\\{byte:02x}")).collect();
    wasm(&format!(
        r#"(data (i32.const 0) "{bytes}") (func (export "call") (result i32) (local $s i32) {body} (i32.const 0))"#
    ))
}

pub(crate) fn forwarder_evm(kind: Kind, to: Address) -> Vec<u8> {
    let mut asm =
        Asm::default().op(CALLDATASIZE).push(0).push(0).op(CALLDATACOPY).push(0).push(0).op(CALLDATASIZE).push(0);
    if kind == Kind::Call {
        asm = asm.op(CALLVALUE);
    }
    let asm = asm.push_bytes(to.as_slice()).op(GAS).op(match kind {
        Kind::Call => CALL,
        Kind::Static => STATICCALL,
        Kind::Delegate => DELEGATECALL,
    });
    let asm = asm.op(RETURNDATASIZE).push(0).push(0).op(RETURNDATACOPY);
    // The place to jump to stands after PUSH1, JUMPI, and RETURNDATASIZE, PUSH1 0, REVERT.
    let success = asm.0.len() as u8 + 3 + 4;
    asm.push(success)
        .op(JUMPI)
        .op(RETURNDATASIZE)
        .push(0)
        .op(REVERT)
        .op(JUMPDEST)
        .op(RETURNDATASIZE)
        .push(0)
        .op(RETURN)
        .0
}

/// Init code for runtime code.
pub(crate) fn init(runtime: &[u8]) -> Vec<u8> {
    let len = runtime.len() as u8;
    let head = Asm::default().push(len).push(12).push(0).op(CODECOPY).push(len).push(0).op(RETURN).0;
    assert_eq!(head.len(), 12);
    [head.as_slice(), runtime].concat()
}

/// EVM bytecode, by hand.
#[derive(Clone, Default)]
pub(crate) struct Asm(pub(crate) Vec<u8>);

impl Asm {
    pub(crate) fn push(mut self, byte: u8) -> Self {
        self.0.extend([0x60, byte]);
        self
    }

    pub(crate) fn push_bytes(mut self, bytes: &[u8]) -> Self {
        self.0.push(0x5f + bytes.len() as u8);
        self.0.extend(bytes);
        self
    }

    pub(crate) fn op(mut self, op: u8) -> Self {
        self.0.push(op);
        self
    }
}

pub(crate) const STOP: u8 = 0x00;
pub(crate) const ADD: u8 = 0x01;
pub(crate) const ADDRESS: u8 = 0x30;
pub(crate) const CALLER: u8 = 0x33;
pub(crate) const CALLVALUE: u8 = 0x34;
pub(crate) const CALLDATALOAD: u8 = 0x35;
pub(crate) const CALLDATASIZE: u8 = 0x36;
pub(crate) const CALLDATACOPY: u8 = 0x37;
pub(crate) const CODECOPY: u8 = 0x39;
pub(crate) const RETURNDATASIZE: u8 = 0x3d;
pub(crate) const RETURNDATACOPY: u8 = 0x3e;
pub(crate) const POP: u8 = 0x50;
pub(crate) const MSTORE: u8 = 0x52;
pub(crate) const SLOAD: u8 = 0x54;
pub(crate) const SSTORE: u8 = 0x55;
pub(crate) const JUMP: u8 = 0x56;
pub(crate) const JUMPI: u8 = 0x57;
pub(crate) const GAS: u8 = 0x5a;
pub(crate) const JUMPDEST: u8 = 0x5b;
pub(crate) const LOG0: u8 = 0xa0;
pub(crate) const LOG1: u8 = 0xa1;
pub(crate) const CREATE: u8 = 0xf0;
pub(crate) const CALL: u8 = 0xf1;
pub(crate) const RETURN: u8 = 0xf3;
pub(crate) const DELEGATECALL: u8 = 0xf4;
pub(crate) const STATICCALL: u8 = 0xfa;
pub(crate) const REVERT: u8 = 0xfd;
pub(crate) const SELFDESTRUCT: u8 = 0xff;

/// A module of these fields, with the host functions that they name, each by its own name.
pub(crate) fn module_of(fields: &str) -> String {
    let used = |name: &str| [" ", ")"].iter().any(|end| fields.contains(&format!("${name}{end}")));
    let ty = |ty| if ty == WasmType::I64 { "i64 " } else { "i32 " };
    let import = |row: &HostFunction| {
        let params: String = row.params.iter().map(|param| ty(param.2)).collect();
        let result = row.result.map(|result| format!("(result {})", ty(result))).unwrap_or_default();
        format!(r#"(import "zx" "{0}" (func ${0} (param {params}) {result}))"#, row.name)
    };
    let imports: String = HOST_FUNCTIONS.iter().filter(|row| used(row.name)).map(import).collect();
    format!(r#"(module {imports} (memory (export "memory") 1) {fields})"#)
}

/// The same with this body of `call`, which has a local `$s`.
pub(crate) fn program(body: &str) -> String {
    module_of(&format!(r#"(func (export "call") (result i32) (local $s i32) {body} (i32.const 0))"#))
}

/// A data segment.
pub(crate) fn data(at: u32, bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(r#"(data (i32.const {at}) "{text}")"#)
}

pub(crate) const GASPRICE: u8 = 0x3a;
pub(crate) const EXTCODESIZE: u8 = 0x3b;
pub(crate) const EXTCODEHASH: u8 = 0x3f;
pub(crate) const BLOCKHASH: u8 = 0x40;
pub(crate) const PREVRANDAO: u8 = 0x44;
pub(crate) const TLOAD: u8 = 0x5c;
pub(crate) const TSTORE: u8 = 0x5d;
pub(crate) const CALLCODE: u8 = 0xf2;
pub(crate) const CREATE2: u8 = 0xf5;
