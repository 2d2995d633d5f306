//! Struct logs: each opcode of the EVM, and each host function that a WASM program calls, one after the other.
//!
//! Shapes are those of execution-apis (`OpcodeTransactionTrace`), which are geth's. A WASM frame begins with `zx.enter`
//! and ends with `zx.exit`; between them stand its host calls, with the same fields as an opcode and those of
//! [`HostCall`].

use super::{budget::Budget, host_call::HostCall};
use crate::simulate::halt_text;
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::opcode::{self, OpCode},
    context_interface::result::HaltReason,
    interpreter::{
        Interpreter, SuccessOrHalt,
        interpreter_types::{InputsTr, Jumps, LoopControl, MemoryTr, ReturnData},
    },
};
use serde::Serialize;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};
use zx_sandbox::Watched;

/// What struct logs show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StructOptions {
    /// The stack before each opcode.
    pub stack: bool,
    /// The memory before each opcode.
    pub memory: bool,
    /// The slots that the contract has touched, at each that it touches.
    pub storage: bool,
    /// What the last call has returned.
    pub return_data: bool,
    /// Most entries; 0 for all.
    pub limit: u64,
}

/// The trace of a transaction.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StructTrace {
    pub(super) gas: u64,
    pub(super) failed: bool,
    pub(super) return_value: Bytes,
    pub(super) struct_logs: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Entry {
    Opcode(Box<Step>),
    Host(Box<HostStep>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pc: u64,
    op: Cow<'static, str>,
    gas: u64,
    gas_cost: u64,
    depth: u64,
    #[serde(skip_serializing_if = "is_zero")]
    refund: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<Vec<U256>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    memory: Vec<B256>,
    #[serde(skip_serializing_if = "no_bytes")]
    return_data: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<BTreeMap<B256, B256>>,
    /// The slot that it reads, to be shown with its value.
    #[serde(skip)]
    reads: Option<U256>,
}

fn no_bytes(bytes: &Bytes) -> bool {
    bytes.is_empty()
}

fn is_zero(gas: &u64) -> bool {
    *gas == 0
}

#[derive(Debug, Serialize)]
pub(super) struct HostStep {
    /// Which host call of its frame it is, from 1.
    pc: u64,
    depth: u64,
    /// Empty: readers of struct logs expect one.
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<[U256; 0]>,
    #[serde(flatten)]
    call: HostCall,
}

/// What has been recorded so far.
#[derive(Debug)]
pub(crate) struct StepLog {
    options: StructOptions,
    entries: Vec<Entry>,
    /// The opcode that runs.
    running: Option<usize>,
    /// Programs that run, the outermost first.
    programs: Vec<Running>,
    storage: HashMap<Address, BTreeMap<B256, B256>>,
}

#[derive(Debug, Default)]
struct Running {
    /// Host calls so far.
    count: u64,
    /// The entry of the one that runs.
    call: Option<usize>,
}

impl StepLog {
    pub(crate) fn new(options: StructOptions) -> Self {
        Self { options, entries: Vec::new(), running: None, programs: Vec::new(), storage: HashMap::new() }
    }

    pub(crate) fn finish(self, gas: u64, failed: bool, return_value: Bytes) -> StructTrace {
        StructTrace { gas, failed, return_value, struct_logs: self.entries }
    }

    fn wants_more(&self) -> bool {
        self.options.limit == 0 || (self.entries.len() as u64) < self.options.limit
    }

    /// An opcode is about to run.
    pub(crate) fn step(&mut self, interp: &Interpreter, depth: u64, budget: &mut Budget) {
        self.running = None;
        if !self.wants_more() {
            return;
        }
        let step = self.read(interp, depth);
        if budget.charge(step.size()) {
            self.running = Some(self.entries.len());
            self.entries.push(Entry::Opcode(Box::new(step)));
        }
    }

    fn read(&mut self, interp: &Interpreter, depth: u64) -> Step {
        let (op, stack) = (interp.bytecode.opcode(), interp.stack.data());
        let mut storage = None;
        if op == opcode::SSTORE
            && self.options.storage
            && let [.., value, key] = stack.as_slice()
        {
            storage = Some(self.touch(interp, *key, *value));
        }
        Step {
            pc: interp.bytecode.pc() as u64,
            op: name(op),
            gas: interp.gas.remaining(),
            gas_cost: 0,
            depth,
            refund: interp.gas.refunded().max(0) as u64,
            error: None,
            stack: self.options.stack.then(|| stack.clone()),
            memory: if self.options.memory { words(&interp.memory.slice(0..interp.memory.size())) } else { Vec::new() },
            return_data: match self.options.return_data {
                true => interp.return_data.buffer().clone(),
                false => Bytes::new(),
            },
            storage,
            reads: (op == opcode::SLOAD && self.options.storage).then(|| stack.last().copied()).flatten(),
        }
    }

    /// The slots that a contract has touched so far, with this one.
    fn touch(&mut self, interp: &Interpreter, key: U256, value: U256) -> BTreeMap<B256, B256> {
        let slots = self.storage.entry(interp.input.target_address()).or_default();
        slots.insert(key.into(), value.into());
        slots.clone()
    }

    /// The opcode has run. What a call costs is known then: it has been paid for, and not yet begun.
    pub(crate) fn step_end(&mut self, interp: &mut Interpreter, budget: &mut Budget) {
        let Some(at) = self.running.take() else { return };
        let result = interp.bytecode.action().as_ref().and_then(|action| action.instruction_result());
        let mut storage = None;
        if let Some(Entry::Opcode(step)) = self.entries.get(at)
            && result.is_none()
            && let (Some(key), Some(value)) = (step.reads, interp.stack.data().last().copied())
        {
            let slots = self.touch(interp, key, value);
            budget.charge(SLOT * slots.len());
            storage = Some(slots);
        }
        let Some(Entry::Opcode(step)) = self.entries.get_mut(at) else { return };
        step.gas_cost = step.gas.saturating_sub(interp.gas.remaining());
        step.error = result.and_then(|result| match SuccessOrHalt::<HaltReason>::from(result) {
            SuccessOrHalt::Halt(reason) => Some(halt_text(&reason)),
            _ => None,
        });
        step.storage = storage.or_else(|| step.storage.take());
    }

    /// A program begins.
    pub(crate) fn enter(&mut self, fuel: u64, depth: u64, budget: &mut Budget) {
        self.programs.push(Running::default());
        self.push(HostCall::mark("zx.enter", fuel), depth, budget);
    }

    /// A program has ended.
    pub(crate) fn exit(&mut self, fuel: u64, depth: u64, budget: &mut Budget) {
        if let Some(program) = self.programs.last_mut() {
            program.count = program.count.saturating_add(1);
        }
        self.push(HostCall::mark("zx.exit", fuel), depth, budget);
        self.programs.pop();
    }

    /// A host function begins.
    pub(crate) fn host_call(&mut self, call: &Watched<'_>, depth: u64, budget: &mut Budget) {
        if let Some(program) = self.programs.last_mut() {
            program.count = program.count.saturating_add(1);
        }
        let at = self.push(HostCall::begin(call), depth, budget);
        if let Some(program) = self.programs.last_mut() {
            program.call = at;
        }
    }

    /// It has ended.
    pub(crate) fn host_return(&mut self, call: &Watched<'_>, result: Result<Option<u64>, ()>, budget: &mut Budget) {
        let at = self.programs.last_mut().and_then(|program| program.call.take());
        if let Some(Entry::Host(step)) = at.and_then(|at| self.entries.get_mut(at)) {
            budget.charge(step.call.end(call, result));
        }
    }

    fn push(&mut self, call: HostCall, depth: u64, budget: &mut Budget) -> Option<usize> {
        if !self.wants_more() || !budget.charge(call.size() + ENTRY / 2) {
            return None;
        }
        let pc = self.programs.last().map_or(0, |program| program.count);
        let stack = self.options.stack.then_some([]);
        self.entries.push(Entry::Host(Box::new(HostStep { pc, depth, stack, call })));
        self.entries.len().checked_sub(1)
    }
}

/// Bytes of an entry without its lists, as JSON.
const ENTRY: usize = 120;
/// Bytes of a slot with its value.
const SLOT: usize = 140;

impl Step {
    /// Bytes that it takes as JSON, about, and not much fewer than in memory.
    fn size(&self) -> usize {
        let items = |stack: &Vec<U256>| stack.iter().map(|item| item.bit_len().div_ceil(4).max(32) + 5).sum::<usize>();
        ENTRY
            + self.stack.as_ref().map_or(0, items)
            + 70 * self.memory.len()
            + 2 * self.return_data.len()
            + SLOT * self.storage.as_ref().map_or(0, BTreeMap::len)
    }
}

/// Words of a memory.
fn words(memory: &[u8]) -> Vec<B256> {
    memory.chunks(32).map(B256::right_padding_from).collect()
}

fn name(op: u8) -> Cow<'static, str> {
    match OpCode::new(op) {
        Some(op) => Cow::Borrowed(op.as_str()),
        None => Cow::Owned(format!("opcode {op:#x} not defined")),
    }
}
