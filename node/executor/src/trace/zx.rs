//! `zxTracer`: the call tree with what each kind of frame does: a WASM program's host calls, its fuel and its code.

use super::{budget::Budget, host_call::HostCall};
use alloy_primitives::{
    B256,
    map::{HashMap, HashSet},
};
use alloy_rpc_types_trace::geth::CallFrame;
use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig, types::CallTraceNode};
use serde::Serialize;
use zx_sandbox::Watched;

/// A frame with those that it has called.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZxFrame {
    /// What `callTracer` says of it, without its calls.
    #[serde(flatten)]
    call: CallFrame,
    /// `wasm`, `evm`, or `none`: a plain transfer, a precompile, a frame that could not begin.
    vm: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    program: Option<Program>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<ZxFrame>,
}

/// What a WASM frame did.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Program {
    code_hash: B256,
    /// Fuel that it began with; 1,000 are a gas.
    fuel: u64,
    /// Fuel that it ended with.
    fuel_left: u64,
    host_calls: Vec<HostCall>,
    /// Whether the last host call is still running.
    #[serde(skip)]
    running: bool,
}

/// What has been recorded so far.
#[derive(Debug)]
pub(crate) struct ZxLog {
    pub(crate) calls: TracingInspector,
    /// Frames that are open.
    open: Vec<usize>,
    programs: HashMap<usize, Program>,
    evm: HashSet<usize>,
}

impl ZxLog {
    pub(crate) fn new() -> Self {
        let config = TracingInspectorConfig::none().set_record_inputs(true).set_record_logs(true);
        Self {
            calls: TracingInspector::new(config),
            open: Vec::new(),
            programs: HashMap::default(),
            evm: HashSet::default(),
        }
    }

    /// A frame begins, which `calls` has been told of.
    pub(crate) fn begin(&mut self) {
        self.open.push(self.calls.traces().nodes().len().saturating_sub(1));
    }

    /// It has ended.
    pub(crate) fn end(&mut self) {
        self.open.pop();
    }

    /// The frame runs EVM code.
    pub(crate) fn is_evm(&mut self) {
        if let Some(frame) = self.open.last() {
            self.evm.insert(*frame);
        }
    }

    /// The frame runs a program.
    pub(crate) fn enter(&mut self, code_hash: B256, fuel: u64) {
        if let Some(frame) = self.open.last() {
            self.programs.insert(*frame, Program { code_hash, fuel, ..Program::default() });
        }
    }

    /// The program has ended.
    pub(crate) fn exit(&mut self, fuel: u64) {
        if let Some(program) = self.program() {
            program.fuel_left = fuel;
        }
    }

    pub(crate) fn host_call(&mut self, call: &Watched<'_>, budget: &mut Budget) {
        let Some(program) = self.program() else { return };
        let call = HostCall::begin(call);
        if budget.charge(call.size()) {
            program.host_calls.push(call);
            program.running = true;
        }
    }

    pub(crate) fn host_return(&mut self, call: &Watched<'_>, result: Result<Option<u64>, ()>, budget: &mut Budget) {
        let Some(program) = self.program() else { return };
        if std::mem::take(&mut program.running)
            && let Some(begun) = program.host_calls.last_mut()
        {
            budget.charge(begun.end(call, result));
        }
    }

    fn program(&mut self) -> Option<&mut Program> {
        self.programs.get_mut(self.open.last()?)
    }

    /// The tree, from the outermost frame on.
    pub(crate) fn finish(self) -> Option<ZxFrame> {
        let Self { calls, mut programs, evm, .. } = self;
        let nodes = calls.into_traces().into_nodes();
        let mut frames: Vec<Option<ZxFrame>> = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            frames.push(Some(frame(node, programs.remove(&at), evm.contains(&at))));
        }
        // Who is called comes after its caller: from the end on, each frame is whole when it is put into its caller's.
        for (at, node) in nodes.iter().enumerate().rev() {
            let called = node.children.iter().filter_map(|child| frames.get_mut(*child)?.take());
            let called: Vec<ZxFrame> = called.collect();
            if let Some(Some(frame)) = frames.get_mut(at) {
                frame.calls.splice(0..0, called);
            }
        }
        frames.into_iter().next().flatten()
    }
}

fn frame(node: &CallTraceNode, program: Option<Program>, is_evm: bool) -> ZxFrame {
    let vm = match &program {
        Some(_) => "wasm",
        None if is_evm => "evm",
        None => "none",
    };
    let gone = node.geth_selfdestruct_call_trace();
    let gone = gone.map(|call| ZxFrame { call, vm: "none", program: None, calls: Vec::new() });
    ZxFrame { call: node.geth_empty_call_frame(true), vm, program, calls: gone.into_iter().collect() }
}
