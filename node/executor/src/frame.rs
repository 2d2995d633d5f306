//! WASM frames: what revm does around an EVM frame (checkpoint, transfer, commit or revert), around a program.

use crate::{
    cancel::CANCELLED,
    evm::{Ctx, FrameError, Program, ZxEvm, call_outcome, enters, failed},
    host::JournalHost,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{Revert, SolError};
use revm::{
    Database,
    context::ContextTr,
    context_interface::{
        Cfg, JournalTr,
        context::ContextError,
        journaled_state::{JournalCheckpoint, JournalLoadError, account::JournaledAccountTr},
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
    AccountCode, CODE_PREFIX, DeployPayload, DeploySource, ProgramCode,
    deploy::{NO_TEMPLATE, account_code},
    validate,
};
use zx_sandbox::{Entry, Frame, Interruptible, Outcome, PrepareError, Prepared, Status};

/// Revert data of a deployment that is refused. Validators' texts change with versions; this does not.
const INVALID_DEPLOYMENT: &str = "invalid WASM deployment";
/// Revert data of constructor arguments, or value, for a module without a constructor.
const NO_CONSTRUCTOR: &str = "the module has no constructor, and takes neither arguments nor value";

/// Who runs on whose account, with what.
struct Run<'p> {
    program: &'p Program,
    /// Hash of the account's code; of the program, while it is constructed.
    code_hash: B256,
    immutables: &'p [u8],
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
        let found = match AccountCode::parse(code.original_byte_slice()) {
            Some(code) => self.program(hash, &code)?.map(|program| (program, code.immutables)),
            None => None,
        };
        let Some((program, immutables)) = found else {
            self.ctx_mut().journal_mut().checkpoint_revert(checkpoint);
            return refuse(InstructionResult::OpcodeNotFound);
        };
        let run = Run {
            program: &program,
            code_hash: *hash,
            immutables,
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
        let (result, _) = self.run_program(&run, memory)?;
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
        let holder;
        let (program, source) = match payload.source {
            DeploySource::Module(module) => match self.deployed(&mut gas, module)? {
                Ok(program) => (program, ProgramCode::Module(module)),
                Err(refusal) => return Ok(refusal.result(gas)),
            },
            DeploySource::Template(template) => match self.template(&mut gas, template.into())? {
                Ok((program, hash)) => {
                    holder = hash;
                    (program, ProgramCode::Template(&holder.0))
                }
                Err(refusal) => return Ok(refusal.result(gas)),
            },
        };
        let (mut result, immutables) = if self.sandbox.has_constructor(&program.module) {
            let run = Run {
                program: &program,
                code_hash: program.hash,
                immutables: &[],
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
            let (ran, immutables) = self.run_program(&run, memory)?;
            let spent = run.gas_limit.saturating_sub(ran.gas.remaining());
            // The program cannot have spent more than its limit, which is what is left.
            let _ = gas.record_regular_cost(spent);
            gas.record_refund(ran.gas.refunded());
            (InterpreterResult { gas, ..ran }, immutables)
        } else if payload.args.is_empty() && inputs.value().is_zero() {
            (InterpreterResult { result: InstructionResult::Return, output: Bytes::new(), gas }, Vec::new())
        } else {
            (reverted(gas, NO_CONSTRUCTOR), Vec::new())
        };
        if !result.result.is_ok() {
            return Ok(result);
        }
        let code = AccountCode { program: source, immutables: &immutables }.encode();
        // The module has been paid for; what the code is longer, not yet.
        let more = code.len().saturating_sub(payload.module().map_or(0, |module| CODE_PREFIX.len() + module.len()));
        let deposit = self.ctx_mut().cfg().gas_params().code_deposit_cost(more);
        if !result.gas.record_regular_cost(deposit) {
            return Ok(failed(InstructionResult::OutOfGas, inputs.gas_limit()));
        }
        let code = Bytecode::new_legacy(code.into());
        result.output = code.original_bytes();
        let hash = code.hash_slow();
        self.ctx_mut().journal_mut().set_code_with_hash(address, code, hash);
        Ok(result)
    }

    /// A module that is being deployed, paid for and ready to run.
    fn deployed(&mut self, gas: &mut Gas, module: &[u8]) -> Result<Result<Program, Refusal>, FrameError> {
        let code = account_code(module);
        let deposit = self.ctx_mut().cfg().gas_params().code_deposit_cost(code.len());
        if !gas.record_regular_cost(deposit) {
            return Ok(Err(Refusal::OutOfGas));
        }
        let Ok(facts) = validate(module, self.sandbox.limits()) else {
            return Ok(Err(Refusal::Revert(INVALID_DEPLOYMENT)));
        };
        // The same whether this node has the artifact or not.
        if !gas.record_regular_cost(facts.work.gas().saturating_sub(deposit)) {
            return Ok(Err(Refusal::OutOfGas));
        }
        let hash = keccak256(&code);
        if let Some(program) = self.programs.get(&hash) {
            return Ok(Ok(program.clone()));
        }
        // No code of the chain has it yet, nor will any with this hash if the constructor writes immutables.
        let Some(program) = ready(self.sandbox.prepare(&hash.0, module), hash)? else {
            return Ok(Err(Refusal::Revert(INVALID_DEPLOYMENT)));
        };
        self.programs.insert(hash, program.clone());
        Ok(Ok(program))
    }

    /// The program that an instance is to run, and the hash of the code that has it. Access to the template costs what
    /// access to any account does.
    fn template(&mut self, gas: &mut Gas, at: Address) -> Result<Result<(Program, B256), Refusal>, FrameError> {
        let params = self.inner.ctx.cfg().gas_params();
        let (warm, cold) = (params.warm_storage_read_cost(), params.cold_account_additional_cost());
        if !gas.record_regular_cost(warm) {
            return Ok(Err(Refusal::OutOfGas));
        }
        let skip = gas.remaining() < cold;
        let account = match self.inner.ctx.journal_mut().load_account_info_skip_cold_load(at, true, skip) {
            Ok(account) => account,
            Err(JournalLoadError::ColdLoadSkipped) => return Ok(Err(Refusal::OutOfGas)),
            Err(JournalLoadError::DBError(error)) => return Err(ContextError::Db(error)),
        };
        let (is_cold, hash) = (account.is_cold, account.account.code_hash);
        let code = account.account.code.clone().unwrap_or_default();
        if is_cold && !gas.record_regular_cost(cold) {
            return Ok(Err(Refusal::OutOfGas));
        }
        // What is made in a transaction can be destroyed in it (EIP-6780), and its code with it.
        let is_new = self.inner.ctx.journal_mut().inner.state.get(&at).is_none_or(|account| account.is_created());
        let Some(parsed) = AccountCode::parse(code.original_byte_slice()).filter(|_| !is_new) else {
            return Ok(Err(Refusal::Revert(NO_TEMPLATE)));
        };
        let holder = match parsed.program {
            ProgramCode::Module(_) => hash,
            ProgramCode::Template(holder) => holder.into(),
        };
        Ok(self.program(&hash, &parsed)?.map(|program| (program, holder)).ok_or(Refusal::Revert(NO_TEMPLATE)))
    }

    /// What code with this hash runs, ready; `None` if it breaks a rule.
    fn program(&mut self, hash: &B256, code: &AccountCode<'_>) -> Result<Option<Program>, FrameError> {
        if let Some(program) = self.programs.get(hash) {
            return Ok(Some(program.clone()));
        }
        let found = match code.program {
            ProgramCode::Module(module) => self.prepare(*hash, code, module)?,
            ProgramCode::Template(holder) => {
                let holder = B256::from(holder);
                let bytes = self.ctx_mut().journal_mut().db_mut().code_by_hash(holder).map_err(ContextError::Db)?;
                match AccountCode::parse(bytes.original_byte_slice()) {
                    Some(code @ AccountCode { program: ProgramCode::Module(module), .. }) => {
                        self.prepare(holder, &code, module)?
                    }
                    _ => None,
                }
            }
        };
        if let Some(program) = &found {
            self.programs.insert(*hash, program.clone());
        }
        Ok(found)
    }

    /// The module in code with the hash `holder`, ready to run; `None` if it breaks a rule.
    fn prepare(&self, holder: B256, code: &AccountCode<'_>, module: &[u8]) -> Result<Option<Program>, FrameError> {
        let hash = self.codes.program(holder, code);
        ready(self.sandbox.prepare_of(&hash.0, &holder.0, module), hash)
    }

    fn close(&mut self, checkpoint: JournalCheckpoint, keep: bool) {
        let journal = self.ctx_mut().journal_mut();
        if keep { journal.checkpoint_commit() } else { journal.checkpoint_revert(checkpoint) }
    }

    /// What became of it, and the immutables that it has written.
    fn run_program(&mut self, run: &Run<'_>, memory: SharedMemory) -> Result<(InterpreterResult, Vec<u8>), FrameError> {
        let (transaction, block) = (self.transaction, self.block);
        self.open.enter(run.address, run.enters);
        let frame = Frame {
            input: run.input,
            caller: run.caller.into_array(),
            address: run.address.into_array(),
            value: run.value.to_be_bytes(),
            immutables: run.immutables,
            is_first: run.depth == 0,
            is_static: run.is_static,
            is_reentrant: self.open.is_reentrant(&run.address),
            transaction: &transaction,
            block: &block,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.enter(run.code_hash, run.gas_limit);
        }
        if self.interruptible.is_none() && self.cancel.is_possible() {
            let cancel = self.cancel.clone();
            self.interruptible = Some(Interruptible::new(move || cancel.is_due()));
        }
        let sandbox = self.sandbox;
        self.wasm_depth += 1;
        self.deepest = self.deepest.max(self.wasm_depth);
        let mut host = JournalHost::new(self, memory, run.address, run.caller, run.value, run.is_static, run.depth);
        let mut outcome = sandbox.run(&run.program.module, run.entry, &frame, run.gas_limit, &mut host);
        let (refund, error) = host.finish();
        self.wasm_depth -= 1;
        self.open.leave();
        if let Some(recorder) = &mut self.recorder {
            recorder.exit(outcome.gas_left);
        }
        let immutables = std::mem::take(&mut outcome.immutables);
        match error {
            Some(error) => Err(error),
            None => Ok((self.result(run.gas_limit, outcome, refund)?, immutables)),
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

/// Why a deployment does not come to its constructor.
enum Refusal {
    OutOfGas,
    Revert(&'static str),
}

impl Refusal {
    fn result(self, gas: Gas) -> InterpreterResult {
        match self {
            Self::OutOfGas => failed(InstructionResult::OutOfGas, gas.limit()),
            Self::Revert(text) => reverted(gas, text),
        }
    }
}

/// A program of what the sandbox has prepared; `None` if it breaks a rule.
fn ready(prepared: Result<Prepared, PrepareError>, hash: B256) -> Result<Option<Program>, FrameError> {
    match prepared {
        Ok(module) => Ok(Some(Program { module: Rc::new(module), hash })),
        Err(PrepareError::Invalid(_)) => Ok(None),
        // This node's own failure: no block may depend on it.
        Err(error @ PrepareError::Compile(_)) => Err(ContextError::Custom(error.to_string())),
    }
}

/// A revert with `Error(string)` of a fixed text.
fn reverted(gas: Gas, text: &str) -> InterpreterResult {
    let output = Revert::from(text).abi_encode().into();
    InterpreterResult { result: InstructionResult::Revert, output, gas }
}
