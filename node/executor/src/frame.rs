//! WASM frames: what revm does around an EVM frame (checkpoint, transfer, commit or revert), around a program.

use crate::{
    cancel::CANCELLED,
    evm::{Ctx, FrameError, ZxEvm, call_outcome, enters, failed},
    host::JournalHost,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Revert, SolError};
use revm::{
    context::ContextTr,
    context_interface::{
        Cfg, JournalTr,
        context::ContextError,
        journaled_state::{JournalCheckpoint, account::JournaledAccountTr},
    },
    interpreter::{
        CallInputs, CallOutcome, CallValue, CreateInputs, CreateOutcome, Gas, InstructionResult, InterpreterResult,
        SharedMemory,
    },
    primitives::constants::CALL_STACK_LIMIT,
    state::Bytecode,
};
use std::rc::Rc;
use zx_host_functions::{
    DeployPayload,
    deploy::{account_code, module_of},
    validate,
};
use zx_sandbox::{Entry, Frame, Interruptible, Outcome, PrepareError, Prepared, Status};

/// Revert data of a deployment that is refused. Validators' texts change with versions; this does not.
const INVALID_DEPLOYMENT: &str = "invalid WASM deployment";
/// Revert data of constructor arguments, or value, for a module without a constructor.
const NO_CONSTRUCTOR: &str = "the module has no constructor, and takes neither arguments nor value";

/// Who runs on whose account, with what.
struct Program<'p> {
    module: &'p Prepared,
    code_hash: B256,
    entry: Entry,
    input: &'p [u8],
    caller: Address,
    address: Address,
    value: U256,
    is_static: bool,
    /// Whether it enters the contract at `address`.
    enters: bool,
    gas_limit: u64,
    depth: usize,
}

impl<'a> ZxEvm<'a> {
    fn ctx_mut(&mut self) -> &mut Ctx<'a> {
        &mut self.inner.ctx
    }

    fn too_deep(&self, depth: usize) -> bool {
        depth > CALL_STACK_LIMIT as usize || self.wasm_depth >= self.spec.wasm_depth
    }

    /// A call of a WASM account.
    pub(crate) fn wasm_call(
        &mut self,
        depth: usize,
        memory: SharedMemory,
        inputs: &CallInputs,
    ) -> Result<CallOutcome, FrameError> {
        let range = inputs.return_memory_offset.clone();
        let refuse = |why| Ok(call_outcome(failed(why, inputs.gas_limit), range.clone()));
        if self.too_deep(depth) {
            return refuse(InstructionResult::CallTooDeep);
        }
        let input = inputs.input.bytes(&self.inner.ctx);
        let checkpoint = self.ctx_mut().journal_mut().checkpoint();
        if let CallValue::Transfer(value) = inputs.value
            && let Some(error) =
                self.ctx_mut().journal_mut().transfer_loaded(inputs.caller, inputs.target_address, value)
        {
            self.ctx_mut().journal_mut().checkpoint_revert(checkpoint);
            return refuse(error.into());
        }
        if let CallValue::Transfer(value) = inputs.value {
            self.log_transfer(inputs.caller, inputs.target_address, value);
        }
        let (hash, code) = &inputs.known_bytecode;
        let module = match self.prepare(hash, code.original_byte_slice())? {
            Some(module) => module,
            None => {
                self.ctx_mut().journal_mut().checkpoint_revert(checkpoint);
                return refuse(InstructionResult::OpcodeNotFound);
            }
        };
        let program = Program {
            module: &module,
            code_hash: *hash,
            entry: Entry::Call,
            input: &input,
            caller: inputs.caller,
            address: inputs.target_address,
            value: inputs.value.get(),
            is_static: inputs.is_static,
            enters: enters(inputs.scheme),
            gas_limit: inputs.gas_limit,
            depth,
        };
        let result = self.run_program(&program, memory)?;
        self.close(checkpoint, result.result.is_ok());
        Ok(call_outcome(result, range))
    }

    /// A deployment: account, validation, constructor, code.
    pub(crate) fn wasm_create(
        &mut self,
        depth: usize,
        memory: SharedMemory,
        inputs: &CreateInputs,
    ) -> Result<CreateOutcome, FrameError> {
        let refuse = |why| Ok(CreateOutcome::new(failed(why, inputs.gas_limit()), None));
        if self.too_deep(depth) {
            return refuse(InstructionResult::CallTooDeep);
        }
        let nonce = {
            let mut caller = self.ctx_mut().journal_mut().load_account_mut(inputs.caller())?;
            if *caller.balance() < inputs.value() {
                return refuse(InstructionResult::OutOfFunds);
            }
            let nonce = caller.nonce();
            if !caller.bump_nonce() {
                return refuse(InstructionResult::Return);
            }
            nonce
        };
        let address = inputs.created_address(nonce);
        self.ctx_mut().journal_mut().load_account(address)?;
        let spec = *self.ctx_mut().cfg().spec();
        let opened =
            self.ctx_mut().journal_mut().create_account_checkpoint(inputs.caller(), address, inputs.value(), spec);
        let checkpoint = match opened {
            Ok(checkpoint) => checkpoint,
            Err(error) => return refuse(error.into()),
        };
        self.log_transfer(inputs.caller(), address, inputs.value());
        let result = self.construct(depth, memory, inputs, address)?;
        self.close(checkpoint, result.result.is_ok());
        Ok(CreateOutcome::new(result, Some(address)))
    }

    /// Charges for the code and its compilation, validates it, runs the constructor, and stores the code.
    fn construct(
        &mut self,
        depth: usize,
        memory: SharedMemory,
        inputs: &CreateInputs,
        address: Address,
    ) -> Result<InterpreterResult, FrameError> {
        let mut gas = Gas::new(inputs.gas_limit());
        let Some(Ok(payload)) = DeployPayload::parse(inputs.init_code()) else {
            return Ok(reverted(gas, INVALID_DEPLOYMENT));
        };
        let code = Bytecode::new_legacy(account_code(payload.module).into());
        let deposit = self.ctx_mut().cfg().gas_params().code_deposit_cost(code.len());
        if !gas.record_regular_cost(deposit) {
            return Ok(failed(InstructionResult::OutOfGas, inputs.gas_limit()));
        }
        let Ok(facts) = validate(payload.module, self.sandbox.limits()) else {
            return Ok(reverted(gas, INVALID_DEPLOYMENT));
        };
        // The same whether this node has the artifact or not.
        if !gas.record_regular_cost(facts.work.gas().saturating_sub(deposit)) {
            return Ok(failed(InstructionResult::OutOfGas, inputs.gas_limit()));
        }
        let hash = code.hash_slow();
        let Some(module) = self.prepare(&hash, code.original_byte_slice())? else {
            return Ok(reverted(gas, INVALID_DEPLOYMENT));
        };
        let mut result = if self.sandbox.has_constructor(&module) {
            let program = Program {
                module: &module,
                code_hash: hash,
                entry: Entry::Deploy,
                input: payload.args,
                caller: inputs.caller(),
                address,
                value: inputs.value(),
                is_static: false,
                enters: true,
                gas_limit: gas.remaining(),
                depth,
            };
            let ran = self.run_program(&program, memory)?;
            let spent = program.gas_limit.saturating_sub(ran.gas.remaining());
            // The program cannot have spent more than its limit, which is what is left.
            let _ = gas.record_regular_cost(spent);
            gas.record_refund(ran.gas.refunded());
            InterpreterResult { gas, ..ran }
        } else if payload.args.is_empty() && inputs.value().is_zero() {
            InterpreterResult { result: InstructionResult::Return, output: Bytes::new(), gas }
        } else {
            reverted(gas, NO_CONSTRUCTOR)
        };
        if result.result.is_ok() {
            result.output = code.original_bytes();
            self.ctx_mut().journal_mut().set_code_with_hash(address, code, hash);
        }
        Ok(result)
    }

    /// The module, ready to run; `None` if it breaks a rule.
    fn prepare(&mut self, hash: &B256, code: &[u8]) -> Result<Option<Rc<Prepared>>, FrameError> {
        if let Some(module) = self.modules.get(hash) {
            return Ok(Some(Rc::clone(module)));
        }
        match self.sandbox.prepare(hash.as_ref(), module_of(code).unwrap_or_default()) {
            Ok(module) => Ok(Some(Rc::clone(self.modules.entry(*hash).or_insert(Rc::new(module))))),
            Err(PrepareError::Invalid(_)) => Ok(None),
            // This node's own failure: no block may depend on it.
            Err(error @ PrepareError::Compile(_)) => Err(ContextError::Custom(error.to_string())),
        }
    }

    fn close(&mut self, checkpoint: JournalCheckpoint, keep: bool) {
        let journal = self.ctx_mut().journal_mut();
        if keep { journal.checkpoint_commit() } else { journal.checkpoint_revert(checkpoint) }
    }

    fn run_program(&mut self, program: &Program<'_>, memory: SharedMemory) -> Result<InterpreterResult, FrameError> {
        let (transaction, block) = (self.transaction, self.block);
        self.open.enter(program.address, program.enters);
        let frame = Frame {
            input: program.input,
            caller: program.caller.into_array(),
            address: program.address.into_array(),
            value: program.value.to_be_bytes(),
            is_static: program.is_static,
            is_reentrant: self.open.is_reentrant(&program.address),
            transaction: &transaction,
            block: &block,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.enter(program.code_hash, program.gas_limit);
        }
        if self.interruptible.is_none() && self.cancel.is_possible() {
            let cancel = self.cancel.clone();
            self.interruptible = Some(Interruptible::new(move || cancel.is_due()));
        }
        let sandbox = self.sandbox;
        self.wasm_depth += 1;
        self.deepest = self.deepest.max(self.wasm_depth);
        let mut host = JournalHost::new(
            self,
            memory,
            program.address,
            program.caller,
            program.value,
            program.is_static,
            program.depth,
        );
        let outcome = sandbox.run(program.module, program.entry, &frame, program.gas_limit, &mut host);
        let (refund, error) = host.finish();
        self.wasm_depth -= 1;
        self.open.leave();
        if let Some(recorder) = &mut self.recorder {
            recorder.exit(outcome.gas_left);
        }
        match error {
            Some(error) => Err(error),
            None => self.result(program.gas_limit, outcome, refund),
        }
    }

    fn result(&mut self, gas_limit: u64, outcome: Outcome, refund: i64) -> Result<InterpreterResult, FrameError> {
        let mut gas = Gas::new(gas_limit);
        gas.set_remaining(outcome.gas_left.min(gas_limit));
        let output = outcome.output.into();
        Ok(match outcome.status {
            Status::Success => {
                gas.record_refund(refund);
                InterpreterResult { result: InstructionResult::Return, output, gas }
            }
            Status::Revert => InterpreterResult { result: InstructionResult::Revert, output, gas },
            Status::Trap(trap) => reverted(gas, trap.text()),
            Status::OutOfGas => {
                gas.spend_all();
                InterpreterResult { result: InstructionResult::OutOfGas, output: Bytes::new(), gas }
            }
            Status::Fatal => {
                std::mem::replace(self.ctx_mut().error(), Ok(()))?;
                if self.cancel.is_due() {
                    return Err(ContextError::Custom(CANCELLED.to_owned()));
                }
                return Err(ContextError::Custom("the sandbox failed without saying why".into()));
            }
        })
    }
}

/// A revert with `Error(string)` of a fixed text.
fn reverted(gas: Gas, text: &str) -> InterpreterResult {
    let output = Revert::from(text).abi_encode().into();
    InterpreterResult { result: InstructionResult::Revert, output, gas }
}
