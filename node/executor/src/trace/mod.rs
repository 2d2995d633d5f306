//! Traces: what happens inside a transaction.
//!
//! A block's transactions run again, one after the other, on the state before it; those that are asked for run with a
//! [`Recorder`](recorder::Recorder) that listens. revm tells it of EVM frames and their opcodes ([`hooks`]), the
//! executor of WASM frames, and the sandbox of the host functions that a program calls. Call trees, prestates and
//! selectors are `revm-inspectors`', whose shapes are geth's; struct logs ([`steps`]) and `zxTracer` ([`zx`]) are ours,
//! because they show both kinds of frames.
//!
//! A trace is bounded in bytes ([`budget`]) while it is recorded, and given up when nobody waits for it any more.

mod budget;
mod hooks;
mod host_call;
mod prestate;
pub(crate) mod recorder;
mod steps;
mod zx;

pub use host_call::HostCall;
pub use steps::{StructOptions, StructTrace};
pub use zx::ZxFrame;

use crate::{CallEnv, Cancel, Executor, Simulated, TxError, evm::ZxEvm, simulate::simulated, tx_env};
use alloy_consensus::Header;
use alloy_rpc_types_eth::TransactionInfo;
use alloy_rpc_types_trace::{
    geth::{
        CallConfig, CallFrame, FlatCallConfig, FourByteFrame, NoopFrame, PreStateConfig, PreStateFrame,
        call::FlatCallFrame,
    },
    otterscan::{InternalOperation, TraceEntry},
};
use budget::Budget;
use recorder::{Kind, Recorder};
use revm::{
    DatabaseCommit,
    context::{ContextTr, TxEnv},
    context_interface::{JournalTr, result::ExecutionResult},
};
use revm_inspectors::tracing::{TracingInspector, types::CallTraceNode};
use serde::Serialize;
use zx_primitives::{Block, StateReader};

/// What a trace shows.
#[derive(Clone, Debug)]
pub enum Tracer {
    /// Every opcode and every host call: geth's struct logs.
    Structs(StructOptions),
    /// The call tree.
    Calls(CallConfig),
    /// The call tree as a list, in the shapes of Parity.
    Flat(FlatCallConfig),
    /// The same as Parity has it: the gas of the outermost frame is what was left of the transaction's for it.
    Parity,
    /// The accounts that are touched.
    Prestate(PreStateConfig),
    /// Selectors that are called.
    FourByte,
    /// Nothing.
    Noop,
    /// The call tree with the host calls and the fuel of WASM frames.
    Zx,
    /// The frames in order, as Otterscan has them.
    Entries,
    /// Transfers, creations and self-destructs inside the transaction.
    Operations,
}

/// A trace; as JSON it is what `debug_traceTransaction` answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Trace {
    /// Struct logs.
    Structs(StructTrace),
    /// The call tree.
    Calls(Box<CallFrame>),
    /// The call tree as a list.
    Flat(FlatCallFrame),
    /// The accounts.
    Prestate(PreStateFrame),
    /// Selectors, each with the size of what follows it.
    FourByte(FourByteFrame),
    /// `{}`.
    Noop(NoopFrame),
    /// The call tree of both virtual machines.
    Zx(Box<ZxFrame>),
    /// Frames in order.
    Entries(Vec<TraceEntry>),
    /// Transfers, creations and self-destructs.
    Operations(Vec<InternalOperation>),
}

/// A transaction with what happened inside it.
#[derive(Debug)]
pub struct Traced {
    /// What became of it.
    pub outcome: Simulated,
    /// What happened.
    pub trace: Trace,
}

/// Why there is no trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It would be larger than may be.
    #[error("trace too large: more than {limit} bytes")]
    TooLarge {
        /// Bytes that a trace may take.
        limit: usize,
    },
    /// The call cannot be run, or the state not be read.
    #[error(transparent)]
    Tx(#[from] TxError),
}

/// Of which transactions of a block traces are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// The one at this place.
    One(usize),
}

impl Executor {
    /// Traces of a block's transactions, which run again on the state before it. They may take `bytes` in all.
    ///
    /// # Errors
    /// If they are larger, the state cannot be read, or it takes too long.
    pub fn trace_block(
        &self,
        before: &dyn StateReader,
        block: &Block,
        wanted: Wanted,
        tracer: &Tracer,
        bytes: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Traced>, TraceError> {
        let mut evm = ZxEvm::new(self, before, &block.header);
        evm.cancel = cancel.clone();
        let (mut traces, mut left) = (Vec::new(), bytes);
        for (place, tx) in block.transactions.iter().enumerate() {
            let (hash, env) = (*tx.inner().tx_hash(), tx_env(tx));
            if let Wanted::One(one) = wanted
                && one != place
            {
                evm.transact_commit(0, hash, env).map_err(TxError::from)?;
                continue;
            }
            let info = TransactionInfo {
                hash: Some(hash),
                index: Some(place as u64),
                block_hash: Some(block.hash),
                block_number: Some(block.number()),
                base_fee: block.header.base_fee_per_gas,
                ..TransactionInfo::default()
            };
            let (traced, rest) = evm.traced(info, env, tracer, Budget::new(left, cancel), bytes)?;
            traces.push(traced);
            left = rest;
            if wanted != Wanted::All {
                break;
            }
        }
        Ok(traces)
    }

    /// The trace of a call, in a block with this header, on a state.
    ///
    /// # Errors
    /// If it is larger than `bytes`, it is not a valid call, the state cannot be read, or it takes too long.
    pub fn trace_call(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        tracer: &Tracer,
        bytes: usize,
        cancel: &Cancel,
    ) -> Result<Traced, TraceError> {
        let gas = call.gas.unwrap_or(u64::MAX).min(self.spec.block_gas_limit);
        let mut evm = self.call_evm(state, header, call, cancel);
        let tx = self.call_tx(state, call, gas)?;
        evm.traced(TransactionInfo::default(), tx, tracer, Budget::new(bytes, cancel), bytes).map(|(traced, _)| traced)
    }
}

impl ZxEvm<'_> {
    /// Runs a transaction with a recorder, and keeps what it changed. Gives what the budget has left, too.
    fn traced(
        &mut self,
        info: TransactionInfo,
        tx: TxEnv,
        tracer: &Tracer,
        budget: Budget,
        limit: usize,
    ) -> Result<(Traced, usize), TraceError> {
        let (gas_limit, caller) = (tx.gas_limit, tx.caller);
        self.recorder = Some(Box::new(Recorder::new(tracer, budget)));
        let result = self.transact(info.hash.unwrap_or_default(), tx);
        let recorder = self.recorder.take();
        let Some(Recorder { kind, mut budget, .. }) = recorder.map(|recorder| *recorder) else {
            return Err(TxError::Internal("the trace was lost: a host function has panicked".into()).into());
        };
        if budget.is_full() {
            return Err(TraceError::TooLarge { limit });
        }
        let result = result.map_err(TxError::from)?;
        let touched = self.inner.ctx.journal_mut().finalize();
        let trace = match tracer {
            Tracer::Prestate(config) => {
                Trace::Prestate(prestate::prestate(&mut self.inner.ctx, &result, &touched, config, &mut budget)?)
            }
            _ => finish(kind, tracer, &result, |calls| {
                calls.set_transaction_gas_limit(gas_limit);
                calls.set_transaction_caller(caller);
                info
            }),
        };
        self.inner.ctx.journal_mut().db_mut().commit(touched);
        match budget.is_full() {
            true => Err(TraceError::TooLarge { limit }),
            false => Ok((Traced { outcome: simulated(result), trace }, budget.left())),
        }
    }
}

/// What a recorder has recorded, in the shape that was asked for. `outermost` tells the outermost frame what revm's
/// frames do not know of the transaction, and says which it is.
fn finish(
    kind: Kind,
    tracer: &Tracer,
    result: &ExecutionResult,
    outermost: impl FnOnce(&mut TracingInspector) -> TransactionInfo,
) -> Trace {
    match (kind, tracer) {
        (Kind::Nothing, _) => Trace::Noop(NoopFrame::default()),
        (Kind::FourByte(selectors), _) => Trace::FourByte(selectors.into()),
        (Kind::Operations(operations), _) => Trace::Operations(operations.into_operations()),
        (Kind::Steps(log), _) => {
            let output = result.output().cloned().unwrap_or_default();
            Trace::Structs(log.finish(result.tx_gas_used(), !result.is_success(), output))
        }
        (Kind::Zx(mut log), _) => {
            outermost(&mut log.calls);
            log.calls.set_transaction_gas_used(result.tx_gas_used());
            log.finish().map_or(Trace::Noop(NoopFrame::default()), |frame| Trace::Zx(Box::new(frame)))
        }
        (Kind::Calls(mut calls), Tracer::Calls(config)) => {
            outermost(&mut calls);
            Trace::Calls(Box::new(calls.geth_builder().geth_call_traces_with_result_gas(*config, *result.gas())))
        }
        (Kind::Calls(mut calls), Tracer::Entries) => {
            outermost(&mut calls);
            Trace::Entries(calls.traces().nodes().iter().flat_map(entries).collect())
        }
        (Kind::Calls(calls), Tracer::Parity) => {
            // Its own gas stays: only a copy hears of the transaction's.
            let info = outermost(&mut TracingInspector::default());
            Trace::Flat(calls.into_parity_builder().into_localized_transaction_traces(info))
        }
        (Kind::Calls(mut calls), _) => {
            let info = outermost(&mut calls);
            Trace::Flat(calls.into_parity_builder().into_localized_transaction_traces(info))
        }
    }
}

/// A frame as Otterscan has it, and its self-destruct, if it ended in one.
fn entries(node: &CallTraceNode) -> Vec<TraceEntry> {
    let trace = &node.trace;
    let depth = u32::try_from(trace.depth).unwrap_or(u32::MAX);
    let frame = TraceEntry {
        r#type: trace.kind.to_string(),
        depth,
        from: trace.caller,
        to: trace.address,
        value: (!trace.kind.is_static_call()).then_some(trace.value),
        input: trace.data.clone(),
        output: trace.output.clone(),
    };
    let gone = node.geth_selfdestruct_call_trace().map(|gone| TraceEntry {
        r#type: gone.typ,
        depth: depth.saturating_add(1),
        from: gone.from,
        to: gone.to.unwrap_or_default(),
        value: gone.value,
        input: Default::default(),
        output: Default::default(),
    });
    std::iter::once(frame).chain(gone).collect()
}
