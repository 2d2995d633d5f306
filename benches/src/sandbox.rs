//! What the sandbox adds: frames, host calls and nested calls.
//!
//! A host call is too short to time alone: a module makes N of them in a loop and another 2N, and a loop without one
//! shows what the loop itself costs.

use crate::{
    measure::{Case, Figures, Series},
    no_host::NoHost,
    world::{World, address, transaction},
};
use alloy_primitives::{Address, TxKind, U256};
use alloy_sol_types::{SolCall, sol};
use std::time::Instant;
use zx_host_functions::deploy::account_code;
use zx_primitives::RecoveredTx;
use zx_sandbox::{BlockContext, Entry, Frame, ModuleLimits, Outcome, Prepared, Sandbox, Status, TransactionContext};

sol! {
    function totalSupply() external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
}

/// Frames in a run.
const FRAMES: u64 = 200;
/// Frames of each thread where several run: long enough for the threads' own start not to count.
const THREAD_FRAMES: u64 = 20_000;
/// Turns of the shorter loop of host calls.
const TURNS: u64 = 100_000;
/// Turns of the shorter loop of contract calls: with 30 million gas, the longer one still fits into a transaction.
const CALLS: u64 = 500;
/// Gas of a frame that is timed: more than it can use.
const GAS: u64 = 1 << 40;

/// The sandbox and the modules that are timed in it.
#[derive(Debug)]
pub(crate) struct Frames {
    sandbox: Sandbox,
    empty: Prepared,
    zx20: Prepared,
    loops: Vec<(&'static str, Prepared)>,
}

impl Frames {
    /// Compiles the modules.
    pub(crate) fn new(zx20_module: &[u8]) -> eyre::Result<Self> {
        let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None)?;
        let mut count = 0;
        let mut prepare = |module: &[u8]| {
            count += 1;
            sandbox.prepare(&[count; 32], module)
        };
        let empty = prepare(&wat::parse_str(
            r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0))"#,
        )?)?;
        let zx20 = prepare(zx20_module)?;
        let mut loops = Vec::new();
        for (once, twice, body) in [
            ("loop/nothing, N", "loop/nothing, 2N", ""),
            ("loop/gas_left, N", "loop/gas_left, 2N", "(drop (call $gas_left))"),
            ("loop/caller, N", "loop/caller, 2N", "(call $caller (i32.const 64))"),
            ("loop/storage_read, N", "loop/storage_read, 2N", "(call $read (i32.const 0) (i32.const 32))"),
        ] {
            loops.push((once, prepare(&wat::parse_str(looping(TURNS, body))?)?));
            loops.push((twice, prepare(&wat::parse_str(looping(2 * TURNS, body))?)?));
        }
        Ok(Self { sandbox, empty, zx20, loops })
    }

    /// Calldata of a transfer.
    pub(crate) fn transfer() -> Vec<u8> {
        transferCall { to: Address::repeat_byte(3), value: U256::from(5) }.abi_encode()
    }

    fn run(&self, module: &Prepared, input: &[u8]) -> Outcome {
        let frame = Frame {
            input,
            caller: [1; 20],
            address: [2; 20],
            value: [0; 32],
            immutables: &[],
            is_first: false,
            is_static: false,
            is_reentrant: false,
            transaction: &TransactionContext::default(),
            block: &BlockContext::default(),
        };
        self.sandbox.run(module, Entry::Call, &frame, GAS, &mut NoHost)
    }

    /// What is timed: fresh instances that do nothing, and the loops.
    pub(crate) fn cases(&self) -> Vec<Case<'_>> {
        let runs = |name, module, input: &[u8], times: u64, expected| {
            let input = input.to_vec();
            Case::new(name, times, move || {
                let start = Instant::now();
                let outcomes: Vec<Outcome> = (0..times).map(|_| self.run(module, &input)).collect();
                let time = start.elapsed();
                assert!(outcomes.iter().all(|outcome| outcome.status == expected), "{name}: {:?}", outcomes.first());
                time
            })
        };
        let mut cases = vec![
            runs("frame/empty module", &self.empty, &[], FRAMES, Status::Success),
            runs("frame/zx20 totalSupply", &self.zx20, &totalSupplyCall::SELECTOR, FRAMES, Status::Success),
            runs("frame/zx20 transfer", &self.zx20, &Self::transfer(), FRAMES, Status::Success),
            // Without a selector, it reverts at once.
            runs("frame/zx20 revert", &self.zx20, &[], FRAMES, Status::Revert),
        ];
        let threads = |name, threads: u64| {
            let input = Self::transfer();
            Case::new(name, threads * THREAD_FRAMES, move || {
                let start = Instant::now();
                std::thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| {
                            for _ in 0..THREAD_FRAMES {
                                assert_eq!(self.run(&self.zx20, &input).status, Status::Success);
                            }
                        });
                    }
                });
                start.elapsed()
            })
        };
        cases.extend([threads("threads/one", 1), threads("threads/two", 2)]);
        cases.extend(self.loops.iter().map(|(name, module)| runs(name, module, &[], 1, Status::Success)));
        cases
    }
}

/// What a host call costs: the slope of its loop, less that of the empty one.
pub(crate) fn host_call(figures: &Figures, function: &str) -> Series {
    let slope = |body: &str| figures.slope(&format!("loop/{body}, N"), &format!("loop/{body}, 2N"), TURNS);
    slope(function).minus(&slope("nothing"))
}

/// What a turn of the empty loop costs.
pub(crate) fn turn(figures: &Figures) -> Series {
    figures.slope("loop/nothing, N", "loop/nothing, 2N", TURNS)
}

/// A module that does something so many times.
fn looping(turns: u64, body: &str) -> String {
    format!(
        r#"(module
             (import "zx" "gas_left" (func $gas_left (result i64)))
             (import "zx" "caller" (func $caller (param i32)))
             (import "zx" "storage_read" (func $read (param i32 i32)))
             (memory (export "memory") 1)
             (func (export "call") (result i32)
               (local $left i32)
               (local.set $left (i32.const {turns}))
               (loop $again
                 {body}
                 (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                 (br_if $again (local.get $left)))
               (i32.const 0)))"#
    )
}

/// Contracts that call another one in a loop, on a chain.
#[derive(Debug)]
pub(crate) struct Nested {
    world: World,
    calls: Vec<(&'static str, RecoveredTx)>,
}

impl Nested {
    /// Installs callers and callees of both kinds.
    pub(crate) fn new() -> eyre::Result<Self> {
        let sender = address("sender", 0);
        let mut world = World::new(&[sender])?;
        let (wasm, evm) = (address("wasm callee", 0), address("evm callee", 0));
        let empty = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) i32.const 0))"#;
        world.install(wasm, account_code(&wat::parse_str(empty)?));
        // PUSH0 PUSH0 RETURN
        world.install(evm, vec![0x5F, 0x5F, 0xF3]);
        let mut calls = Vec::new();
        for (n, name, code) in [
            (0, "nested/wasm to wasm, N", wasm_caller(CALLS, wasm)?),
            (1, "nested/wasm to wasm, 2N", wasm_caller(2 * CALLS, wasm)?),
            (2, "nested/wasm to evm, N", wasm_caller(CALLS, evm)?),
            (3, "nested/wasm to evm, 2N", wasm_caller(2 * CALLS, evm)?),
            (4, "nested/evm to wasm, N", evm_caller(CALLS, wasm)),
            (5, "nested/evm to wasm, 2N", evm_caller(2 * CALLS, wasm)),
            (6, "nested/evm to evm, N", evm_caller(CALLS, evm)),
            (7, "nested/evm to evm, 2N", evm_caller(2 * CALLS, evm)),
        ] {
            let caller = address("caller", n);
            world.install(caller, code);
            let tx = transaction(sender, 0, TxKind::Call(caller), 30_000_000, Vec::new());
            world.run(vec![tx.clone()])?;
            calls.push((name, tx));
        }
        Ok(Self { world, calls })
    }

    /// What is timed: blocks of one transaction.
    pub(crate) fn cases(&self) -> Vec<Case<'_>> {
        let case = |(name, tx): &'_ (&'static str, RecoveredTx)| {
            let block = vec![tx.clone()];
            Case::new(name, 1, move || self.world.time(&block))
        };
        self.calls.iter().map(case).collect()
    }
}

/// What a nested call costs.
pub(crate) fn nested_call(figures: &Figures, pair: &str) -> Series {
    figures.slope(&format!("nested/{pair}, N"), &format!("nested/{pair}, 2N"), CALLS)
}

/// A module that calls `to` so many times, and traps if a call fails.
fn wasm_caller(calls: u64, to: Address) -> eyre::Result<Vec<u8>> {
    let to: String = to.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
             (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
             (memory (export "memory") 1)
             (data (i32.const 0) "{to}")
             (func (export "call") (result i32)
               (local $left i32)
               (local.set $left (i32.const {calls}))
               (loop $again
                 (if (call $call (i64.const 100000) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0))
                   (then unreachable))
                 (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                 (br_if $again (local.get $left)))
               (i32.const 0)))"#
    );
    Ok(account_code(&wat::parse_str(text)?))
}

/// EVM code that calls `to` so many times, and runs into INVALID if a call fails.
fn evm_caller(calls: u64, to: Address) -> Vec<u8> {
    // PUSH2 calls; JUMPDEST; no output, no input, no value.
    let mut code = vec![0x61, (calls >> 8) as u8, calls as u8, 0x5B, 0x5F, 0x5F, 0x5F, 0x5F, 0x5F, 0x73];
    code.extend(to);
    // PUSH3 100000, CALL; PUSH1 success, JUMPI, INVALID; success: JUMPDEST.
    let success = code.len() as u8 + 9;
    code.extend([0x62, 0x01, 0x86, 0xA0, 0xF1, 0x60, success, 0x57, 0xFE, 0x5B]);
    // PUSH1 1, SWAP1, SUB; DUP1, PUSH1 3, JUMPI; STOP.
    code.extend([0x60, 0x01, 0x90, 0x03, 0x80, 0x60, 0x03, 0x57, 0x00]);
    code
}
