//! What listens while a transaction runs: revm's hooks and the sandbox's, handed to the tracer that was asked for.

use super::{Tracer, budget::Budget, steps::StepLog, zx::ZxLog};
use alloy_primitives::{Address, B256, Log, U256};
use revm::{
    context::ContextTr,
    context_interface::context::ContextError,
    inspector::{Inspector, JournalExt},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter, interpreter_types::LoopControl},
};
use revm_inspectors::{
    otterscan::InternalOperationsInspector,
    tracing::{FourByteInspector, TracingInspector, TracingInspectorConfig},
};
use zx_host_functions::fuel::FUEL_PER_GAS;
use zx_sandbox::Watched;

/// Listens to one transaction.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(super) kind: Kind,
    pub(super) budget: Budget,
    /// Frames that are open; the outermost has depth 1.
    depth: u64,
}

#[derive(Debug)]
pub(super) enum Kind {
    Nothing,
    FourByte(FourByteInspector),
    Calls(Box<TracingInspector>),
    Operations(InternalOperationsInspector),
    Steps(StepLog),
    Zx(Box<ZxLog>),
}

/// Bytes of a frame without its input and output, as JSON or in memory.
const FRAME: usize = 800;
/// Bytes of a log without its topics and data.
const LOG: usize = 200;

impl Recorder {
    pub(super) fn new(tracer: &Tracer, budget: Budget) -> Self {
        let calls = |logs| {
            let config = TracingInspectorConfig::none().set_record_inputs(true).set_record_logs(logs);
            Kind::Calls(Box::new(TracingInspector::new(config)))
        };
        let kind = match tracer {
            Tracer::Noop | Tracer::Prestate(_) => Kind::Nothing,
            Tracer::FourByte => Kind::FourByte(FourByteInspector::default()),
            Tracer::Calls(config) => calls(config.with_log.unwrap_or_default()),
            Tracer::Flat(config) => {
                let config = TracingInspectorConfig::from_flat_call_config(config);
                Kind::Calls(Box::new(TracingInspector::new(config)))
            }
            Tracer::Parity => Kind::Calls(Box::new(TracingInspector::new(TracingInspectorConfig::default_parity()))),
            Tracer::Entries => calls(false),
            Tracer::Operations => Kind::Operations(InternalOperationsInspector::default()),
            Tracer::Structs(options) => Kind::Steps(StepLog::new(*options)),
            Tracer::Zx => Kind::Zx(Box::new(ZxLog::new())),
        };
        Self { kind, budget, depth: 0 }
    }

    /// Why to end the run here, if there is a reason.
    pub(crate) fn stop(&self) -> Option<&'static str> {
        self.budget.stop()
    }

    /// Whether it is told of host calls.
    pub(crate) fn watches(&self) -> bool {
        matches!(self.kind, Kind::Steps(_) | Kind::Zx(_))
    }

    /// The frame runs a program.
    pub(crate) fn enter(&mut self, code_hash: B256, gas: u64) {
        let fuel = gas.saturating_mul(FUEL_PER_GAS);
        match &mut self.kind {
            Kind::Steps(log) => log.enter(fuel, self.depth, &mut self.budget),
            Kind::Zx(log) => log.enter(code_hash, fuel),
            _ => {}
        }
    }

    /// The program has ended.
    pub(crate) fn exit(&mut self, gas: u64) {
        let fuel = gas.saturating_mul(FUEL_PER_GAS);
        match &mut self.kind {
            Kind::Steps(log) => log.exit(fuel, self.depth, &mut self.budget),
            Kind::Zx(log) => log.exit(fuel),
            _ => {}
        }
    }

    /// A host function begins.
    pub(crate) fn host_call(&mut self, call: &Watched<'_>) {
        match &mut self.kind {
            Kind::Steps(log) => log.host_call(call, self.depth, &mut self.budget),
            Kind::Zx(log) => log.host_call(call, &mut self.budget),
            _ => {}
        }
    }

    /// It has ended.
    pub(crate) fn host_return(&mut self, call: &Watched<'_>, result: Result<Option<u64>, ()>) {
        match &mut self.kind {
            Kind::Steps(log) => log.host_return(call, result, &mut self.budget),
            Kind::Zx(log) => log.host_return(call, result, &mut self.budget),
            _ => {}
        }
    }

    /// Where frames are kept.
    fn frames(&mut self) -> Option<&mut TracingInspector> {
        match &mut self.kind {
            Kind::Calls(calls) => Some(calls),
            Kind::Zx(log) => Some(&mut log.calls),
            _ => None,
        }
    }

    fn begin(&mut self, input: usize) {
        self.depth = self.depth.saturating_add(1);
        if !matches!(self.kind, Kind::Nothing | Kind::Steps(_)) {
            self.budget.charge(FRAME + 2 * input);
        }
        if let Kind::Zx(log) = &mut self.kind {
            log.begin();
        }
    }

    fn end(&mut self, output: usize) {
        self.depth = self.depth.saturating_sub(1);
        if matches!(self.kind, Kind::Calls(_) | Kind::Zx(_)) {
            self.budget.charge(2 * output);
        }
        if let Kind::Zx(log) = &mut self.kind {
            log.end();
        }
    }
}

/// Ends the frame, and the transaction with it.
fn halt(why: &str, interp: &mut Interpreter, context: &mut impl ContextTr) {
    if context.error().is_ok() {
        *context.error() = Err(ContextError::Custom(why.to_owned()));
    }
    interp.bytecode.action().take();
    interp.bytecode.reset_action();
    interp.halt_fatal();
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Recorder {
    fn initialize_interp(&mut self, interp: &mut Interpreter, context: &mut CTX) {
        if let Kind::Zx(log) = &mut self.kind {
            log.is_evm();
        }
        if let Some(frames) = self.frames() {
            frames.initialize_interp(interp, context);
        }
    }

    fn step(&mut self, interp: &mut Interpreter, context: &mut CTX) {
        if let Some(why) = self.budget.step() {
            halt(why, interp, context);
        } else if let Kind::Steps(log) = &mut self.kind {
            log.step(interp, self.depth, &mut self.budget);
        }
    }

    fn step_end(&mut self, interp: &mut Interpreter, _: &mut CTX) {
        if let Kind::Steps(log) = &mut self.kind {
            log.step_end(interp, &mut self.budget);
        }
    }

    fn log(&mut self, context: &mut CTX, log: Log) {
        let bytes = LOG + 70 * log.topics().len() + 2 * log.data.data.len();
        if let Some(frames) = self.frames() {
            frames.log(context, log);
            self.budget.charge(bytes);
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        match &mut self.kind {
            Kind::FourByte(selectors) => selectors.call(context, inputs),
            Kind::Operations(operations) => operations.call(context, inputs),
            Kind::Calls(calls) => calls.call(context, inputs),
            Kind::Zx(log) => log.calls.call(context, inputs),
            Kind::Nothing | Kind::Steps(_) => None,
        };
        self.begin(inputs.input.len());
        None
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        if let Some(frames) = self.frames() {
            frames.call_end(context, inputs, outcome);
        }
        self.end(outcome.result.output.len());
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        match &mut self.kind {
            Kind::Operations(operations) => operations.create(context, inputs),
            Kind::Calls(calls) => calls.create(context, inputs),
            Kind::Zx(log) => log.calls.create(context, inputs),
            Kind::FourByte(_) | Kind::Nothing | Kind::Steps(_) => None,
        };
        self.begin(inputs.init_code().len());
        None
    }

    fn create_end(&mut self, context: &mut CTX, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        if let Some(frames) = self.frames() {
            frames.create_end(context, inputs, outcome);
        }
        self.end(outcome.result.output.len());
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        match &mut self.kind {
            Kind::Operations(operations) => {
                Inspector::<CTX>::selfdestruct(operations, contract, target, value);
            }
            Kind::Calls(calls) => Inspector::<CTX>::selfdestruct(&mut **calls, contract, target, value),
            Kind::Zx(log) => Inspector::<CTX>::selfdestruct(&mut log.calls, contract, target, value),
            Kind::FourByte(_) | Kind::Nothing | Kind::Steps(_) => {}
        }
    }
}
