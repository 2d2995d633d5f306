//! revm with a second kind of frame.

use crate::{
    Executor,
    cancel::{CANCELLED, Cancel},
    db::{self, CodeCache, DbError, ReaderDb},
    open::OpenFrames,
    trace::recorder::Recorder,
};
use alloy_consensus::Header;
use alloy_primitives::{B256, U256, map::B256HashMap};
use revm::{
    DatabaseCommit, MainBuilder, MainnetEvm,
    context::{BlockEnv, CfgEnv, ContextSetters, ContextTr, FrameStack, TxEnv},
    context_interface::{
        Host as _, JournalTr,
        block::BlobExcessGasAndPrice,
        context::ContextError,
        result::{EVMError, ExecutionResult},
    },
    database::{State, states::bundle_state::BundleRetention},
    database_interface::bal::EvmDatabaseError,
    handler::{
        EthFrame, EthPrecompiles, EvmTr, FrameInitOrResult, FrameResult, FrameTr, Handler, ItemOrResult,
        MainnetContext, MainnetHandler, evm::FrameInitResult, instructions::EthInstructions,
    },
    interpreter::{
        CallOutcome, CallScheme, CreateOutcome, FrameInput, Gas, InstructionResult, InterpreterResult,
        interpreter::EthInterpreter, interpreter_action::FrameInit,
    },
    primitives::{Bytes, hardfork::SpecId},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
};
use zx_host_functions::deploy::is_wasm;
use zx_primitives::{ChainSpec, Overwritten, StateChanges, StateReader};
use zx_sandbox::{BlockContext, Interruptible, Prepared, Sandbox, TransactionContext, release_stacks};

/// A module that is ready to run.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) module: Rc<Prepared>,
    /// Hash of the code that it is by itself, without immutables.
    pub(crate) hash: B256,
}

/// Ethereum's rules of today (Fusaka).
pub(crate) const SPEC: SpecId = SpecId::OSAKA;

pub(crate) type Ctx<'a> = MainnetContext<State<ReaderDb<'a>>>;
/// What `State` makes of a [`DbError`].
pub(crate) type StateDbError = EvmDatabaseError<DbError>;
pub(crate) type FrameError = ContextError<StateDbError>;

/// revm, the sandbox beside it, and the block that both run in.
pub(crate) struct ZxEvm<'a> {
    pub(crate) inner: MainnetEvm<Ctx<'a>>,
    pub(crate) spec: &'a ChainSpec,
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) block: BlockContext,
    pub(crate) transaction: TransactionContext,
    /// What the block has called already, by the hash of the account's code: found again without the sandbox's lock.
    pub(crate) programs: B256HashMap<Program>,
    pub(crate) codes: &'a CodeCache,
    /// Frames that are open, of both kinds.
    pub(crate) open: OpenFrames,
    /// WASM frames among them.
    pub(crate) wasm_depth: u32,
    /// The most that were.
    pub(crate) deepest: u32,
    /// When to give up.
    pub(crate) cancel: Cancel,
    /// Lets WASM programs be ended then, from the first one on.
    pub(crate) interruptible: Option<Interruptible>,
    /// Whether moves of value are logged, as `eth_simulateV1` may ask for.
    pub(crate) log_transfers: bool,
    /// Who listens to what happens, if a trace is asked for.
    pub(crate) recorder: Option<Box<Recorder>>,
}

/// WASM frames inside each other up to which their stacks are kept for the next block.
const KEPT_STACKS: u32 = 8;

impl Drop for ZxEvm<'_> {
    fn drop(&mut self) {
        if self.deepest > KEPT_STACKS {
            release_stacks();
        }
    }
}

impl<'a> ZxEvm<'a> {
    pub(crate) fn new(executor: &'a Executor, state: &'a dyn StateReader, header: &Header) -> Self {
        let spec = &*executor.spec;
        let db = State::builder().with_database(ReaderDb::new(state, &executor.codes)).with_bundle_update().build();
        let inner = Ctx::new(db, SPEC)
            .with_block(block_env(header))
            .modify_cfg_chained(|cfg| configure(cfg, spec))
            .build_mainnet();
        let block = BlockContext {
            number: header.number,
            timestamp: header.timestamp,
            base_fee: U256::from(header.base_fee_per_gas.unwrap_or_default()).to_be_bytes(),
            gas_limit: header.gas_limit,
            coinbase: header.beneficiary.into_array(),
            prev_randao: header.mix_hash.0,
            chain_id: spec.chain_id,
        };
        Self {
            inner,
            spec,
            sandbox: &executor.sandbox,
            block,
            transaction: TransactionContext::default(),
            programs: B256HashMap::default(),
            codes: &executor.codes,
            open: OpenFrames::default(),
            wasm_depth: 0,
            deepest: 0,
            cancel: Cancel::default(),
            interruptible: None,
            log_transfers: false,
            recorder: None,
        }
    }

    /// Runs a transaction, keeps what it changed, and says what it has overwritten. `place` is its place in the block.
    pub(crate) fn transact_commit(
        &mut self,
        place: u32,
        hash: B256,
        tx: TxEnv,
    ) -> Result<(ExecutionResult, Overwritten), EVMError<StateDbError>> {
        let result = self.transact(hash, tx)?;
        let journal = self.inner.ctx.journal_mut();
        let changed = journal.finalize();
        let trail = db::overwritten(journal.db_mut(), place, &changed)?;
        journal.db_mut().commit(changed);
        Ok((result, trail))
    }

    /// Runs a transaction; its changes stay in the journal. What is no transaction has the hash zero.
    pub(crate) fn transact(&mut self, hash: B256, tx: TxEnv) -> Result<ExecutionResult, EVMError<StateDbError>> {
        self.begin_transaction(hash, tx);
        MainnetHandler::<Self, EVMError<StateDbError>, EthFrame>::default().run(self)
    }

    /// Gets ready to run a transaction.
    pub(crate) fn begin_transaction(&mut self, hash: B256, tx: TxEnv) {
        let limit = match tx.kind.is_create() && is_wasm(&tx.data) {
            true => self.spec.wasm_deploy_bytes(),
            false => self.spec.evm_init_code_bytes(),
        };
        self.inner.ctx.cfg.limit_contract_initcode_size = Some(limit);
        self.inner.ctx.set_tx(tx);
        self.transaction = TransactionContext {
            origin: self.inner.ctx.caller().into_array(),
            hash: hash.0,
            gas_price: self.inner.ctx.effective_gas_price().to_be_bytes(),
        };
        self.open.clear();
        self.wasm_depth = 0;
    }

    /// Keeps what a transaction changed.
    pub(crate) fn commit(&mut self) {
        let journal = self.inner.ctx.journal_mut();
        let changed = journal.finalize();
        journal.db_mut().commit(changed);
    }

    pub(crate) fn cfg(&mut self) -> &mut CfgEnv {
        &mut self.inner.ctx.cfg
    }

    /// What all transactions changed.
    pub(crate) fn into_changes(mut self, codes: &CodeCache) -> StateChanges {
        let db = self.inner.ctx.journal_mut().db_mut();
        db.merge_transitions(BundleRetention::PlainState);
        db::changes(&db.take_bundle(), codes)
    }

    /// Runs a frame that a WASM program asked for, with all that it calls, on a frame stack of its own.
    pub(crate) fn run_nested(&mut self, init: FrameInit) -> Result<FrameResult, FrameError> {
        let outer = std::mem::replace(&mut self.inner.frame_stack, FrameStack::new());
        let depth = (self.inner.ctx.journal_mut().inner.depth, self.wasm_depth);
        let open = self.open.len();
        let result = catch_unwind(AssertUnwindSafe(|| self.frame_loop(init)));
        self.inner.frame_stack = outer;
        self.open.leave_to(open);
        result.unwrap_or_else(|panic| {
            // The sandbox ends the program that asked for it, and its checkpoint undoes what was done. What the frames
            // in between would have put back is put back here.
            (self.inner.ctx.journal_mut().inner.depth, self.wasm_depth) = depth;
            // Whoever listened has not heard of their ends.
            self.recorder = None;
            resume_unwind(panic)
        })
    }

    /// The hook: a WASM program runs to its end here and is a result at once, as a precompile is.
    pub(crate) fn begin(&mut self, init: FrameInit) -> Result<FrameInitResult<'_, <Self as EvmTr>::Frame>, FrameError> {
        let FrameInit { depth, memory, frame_input } = init;
        match frame_input {
            FrameInput::Call(inputs) if is_wasm(inputs.known_bytecode.1.original_byte_slice()) => {
                Ok(ItemOrResult::Result(FrameResult::Call(self.wasm_call(depth, memory, &inputs)?)))
            }
            FrameInput::Create(inputs) if is_wasm(inputs.init_code()) => {
                Ok(ItemOrResult::Result(FrameResult::Create(self.wasm_create(depth, memory, &inputs)?)))
            }
            FrameInput::Create(inputs) if inputs.init_code().len() > self.spec.evm_init_code_bytes() => {
                let result = failed(InstructionResult::CreateInitCodeSizeLimit, inputs.gas_limit());
                Ok(ItemOrResult::Result(FrameResult::Create(CreateOutcome::new(result, None))))
            }
            frame_input => self.evm_frame(FrameInit { depth, memory, frame_input }),
        }
    }

    fn frame_loop(&mut self, init: FrameInit) -> Result<FrameResult, FrameError> {
        if let ItemOrResult::Result(result) = self.frame_init(init)? {
            return Ok(result);
        }
        loop {
            let result = match self.frame_run()? {
                ItemOrResult::Item(init) => match self.frame_init(init)? {
                    ItemOrResult::Item(_) => continue,
                    ItemOrResult::Result(result) => result,
                },
                ItemOrResult::Result(result) => result,
            };
            if let Some(result) = self.frame_return_result(result)? {
                return Ok(result);
            }
        }
    }
}

fn block_env(header: &Header) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: U256::ZERO,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: 1 }),
        slot_num: 0,
    }
}

fn configure(cfg: &mut CfgEnv, spec: &ChainSpec) {
    cfg.chain_id = spec.chain_id;
    cfg.tx_gas_limit_cap = Some(spec.tx_gas_limit);
    cfg.limit_contract_code_size = Some(spec.evm_code_bytes);
}

impl<'a> EvmTr for ZxEvm<'a> {
    type Context = Ctx<'a>;
    type Instructions = EthInstructions<EthInterpreter, Ctx<'a>>;
    type Precompiles = EthPrecompiles;
    type Frame = EthFrame<EthInterpreter>;

    fn all(&self) -> (&Self::Context, &Self::Instructions, &Self::Precompiles, &FrameStack<Self::Frame>) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (&mut Self::Context, &mut Self::Instructions, &mut Self::Precompiles, &mut FrameStack<Self::Frame>) {
        self.inner.all_mut()
    }

    fn frame_init(&mut self, init: FrameInit) -> Result<FrameInitResult<'_, Self::Frame>, FrameError> {
        if self.cancel.is_due() {
            return Err(ContextError::Custom(CANCELLED.to_owned()));
        }
        if self.recorder.is_some() { self.listened_init(init) } else { self.begin(init) }
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Self::Frame>, FrameError> {
        let result = match () {
            () if self.recorder.is_some() => self.listened_run()?,
            () if self.cancel.is_possible() => self.run_until_due()?,
            () => self.inner.frame_run()?,
        };
        if result.is_result() {
            self.open.leave();
        }
        Ok(result)
    }

    fn frame_return_result(
        &mut self,
        result: <Self::Frame as FrameTr>::FrameResult,
    ) -> Result<Option<<Self::Frame as FrameTr>::FrameResult>, FrameError> {
        self.inner.frame_return_result(result)
    }
}

/// Whether a frame enters the contract that it works on: see [`OpenFrames`].
pub(crate) fn counts(input: &FrameInput) -> bool {
    match input {
        FrameInput::Call(inputs) => enters(inputs.scheme),
        FrameInput::Create(_) => true,
        FrameInput::Empty => false,
    }
}

/// The same of a call.
pub(crate) fn enters(scheme: CallScheme) -> bool {
    matches!(scheme, CallScheme::Call | CallScheme::StaticCall)
}

/// A result that says only why.
pub(crate) fn failed(why: InstructionResult, gas_limit: u64) -> InterpreterResult {
    InterpreterResult { result: why, output: Bytes::new(), gas: Gas::new(gas_limit) }
}

/// A call's outcome without a place in the caller's memory, but for the one that `inputs` named.
pub(crate) fn call_outcome(result: InterpreterResult, range: std::ops::Range<usize>) -> CallOutcome {
    CallOutcome::new(result, range)
}
