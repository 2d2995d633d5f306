//! The state transition: transactions on revm, with WASM programs as a second kind of frame.
//!
//! revm brings validity, fees, refunds, access lists, precompiles and the journal. Where it would start a frame, our
//! [`evm`] looks at the code: if it is a WASM account's, or a WASM deployment, [`frame`] runs it in the sandbox on the
//! same journal, between the same checkpoints; what the program asks for goes through [`host`], which charges what the
//! EVM's opcodes charge. A program that calls out runs a nested frame loop, so that WASM and EVM contracts call each
//! other without either noticing.
//!
//! [`Executor::execute_block`] is what producing and importing a block both call; [`Executor::simulate`] and
//! [`Executor::estimate_gas`] serve reads, [`Executor::trace_block`] shows what happens inside, and
//! [`Executor::rehearse`] serves tests of contracts.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod access_list;
mod cancel;
mod db;
mod estimate;
mod evm;
mod frame;
mod host;
mod open;
mod overlay;
mod rehearse;
mod simulate;
mod trace;
mod transfers;

pub use access_list::AccessListed;
pub use cancel::Cancel;
pub use estimate::EstimateError;
pub use overlay::Overlay;
pub use rehearse::{Ending, Rehearsal, Rehearsed};
pub use revm::context_interface::result::InvalidTransaction;
pub use simulate::{BlockOptions, CallEnv, Simulated, SimulatedBlock};
pub use trace::{HostCall, StructOptions, StructTrace, Trace, TraceError, Traced, Tracer, Wanted, ZxFrame};

use alloy_consensus::{Header, Transaction};
use alloy_primitives::{Address, B256, Bytes, U256};
use db::{CodeCache, DbError};
use evm::{SPEC, StateDbError, ZxEvm};
use revm::{
    context::TxEnv,
    context_interface::{cfg::GasParams, either::Either, result::EVMError},
    database_interface::bal::EvmDatabaseError,
    state::Bytecode,
};
use std::sync::Arc;
use zx_host_functions::{AccountCode, DeployError, DeployPayload, ProgramCode, deploy::is_wasm};
use zx_primitives::{ChainSpec, Receipt, RecoveredTx, StateChanges, StateError, StateReader, impersonation};
use zx_sandbox::{CodeHash, Sandbox, ValidationError};

/// Gas of the smallest transaction (EIP-2).
const LEAST_GAS: u64 = 21_000;

/// Executes transactions by the rules of one chain.
#[derive(Debug)]
pub struct Executor {
    spec: Arc<ChainSpec>,
    sandbox: Arc<Sandbox>,
    codes: CodeCache,
}

/// Why a transaction cannot be part of a block.
#[derive(Debug, thiserror::Error)]
pub enum TxError {
    /// It breaks a rule: its sender's fault.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// The state cannot be read: ours.
    #[error(transparent)]
    State(#[from] StateError),
    /// It was given up; see [`Cancel`].
    #[error("execution aborted")]
    Cancelled,
    /// The sandbox cannot run a valid module: ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<EVMError<StateDbError>> for TxError {
    fn from(error: EVMError<StateDbError>) -> Self {
        match error {
            EVMError::Transaction(invalid) => Self::Invalid(invalid),
            EVMError::Database(EvmDatabaseError::Database(DbError(state))) => Self::State(state),
            EVMError::Database(other) => Self::Internal(other.to_string()),
            EVMError::Header(header) => Self::Internal(header.to_string()),
            EVMError::Custom(text) if text == cancel::CANCELLED => Self::Cancelled,
            EVMError::Custom(text) => Self::Internal(text),
            EVMError::CustomAny(any) => Self::Internal(any.to_string()),
        }
    }
}

/// Why a WASM deployment is refused before it costs anything.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeployRefusal {
    /// It cannot be read.
    #[error("invalid WASM deployment: {0}")]
    Payload(#[from] DeployError),
    /// The module breaks a rule.
    #[error("invalid WASM module: {0}")]
    Module(#[from] ValidationError),
}

/// Why code cannot be an account's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// The module breaks a rule.
    #[error("invalid WASM module: {0}")]
    Module(#[from] ValidationError),
    /// It begins like WASM code, but is of no form that there is, or ends too early.
    #[error(
        "invalid WASM code: after ef5a58 it is not 01 and a module, 02, immutables and a module, or 03, a code hash and immutables"
    )]
    Form,
    /// It is an instance's, of code that is not there or has no module.
    #[error("invalid WASM code: no code with the hash {0} has a module; deploy the template first")]
    Template(B256),
    /// The bytecode is of a form that there is not.
    #[error("invalid bytecode: {0}")]
    Bytecode(String),
}

/// What became of a block's transactions.
#[derive(Debug)]
pub struct Executed {
    /// The ones that are in, in order.
    pub included: Vec<RecoveredTx>,
    /// Their receipts.
    pub receipts: Vec<Receipt>,
    /// The ones that cannot be in this block, and why.
    pub refused: Vec<(RecoveredTx, TxError)>,
    /// What the block does to the state.
    pub changes: StateChanges,
    /// Gas used.
    pub gas_used: u64,
}

impl Executor {
    /// An executor of one chain.
    pub fn new(spec: Arc<ChainSpec>, sandbox: Arc<Sandbox>) -> Self {
        Self { spec, sandbox, codes: CodeCache::default() }
    }

    /// The chain's rules.
    pub fn spec(&self) -> &ChainSpec {
        &self.spec
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Gets the modules ready that were used most, while `go_on` says so, and says how many are. What cannot be read
    /// or prepared is left for the call that needs it.
    pub fn warm_up(&self, state: &dyn StateReader, go_on: impl Fn() -> bool) -> usize {
        let ready = |holder: &CodeHash| {
            let code = state.code(holder.into()).ok()?;
            let code = AccountCode::parse(&code)?;
            let program = self.codes.program(holder.into(), &code);
            self.sandbox.prepare_of(&program.0, holder, code.module()?).ok()
        };
        self.sandbox.most_used().iter().take_while(|_| go_on()).filter_map(ready).count()
    }

    /// Executes transactions in order on top of `state`, in a block with this header.
    ///
    /// A transaction that cannot be in the block is left out and named; whoever imports a block refuses it for that.
    /// Once the block has no gas left for even the smallest transaction, no more are asked for.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn execute_block(
        &self,
        state: &dyn StateReader,
        header: &Header,
        transactions: impl IntoIterator<Item = RecoveredTx>,
    ) -> Result<Executed, TxError> {
        let mut evm = ZxEvm::new(self, state, header);
        let mut done = Executed {
            included: Vec::new(),
            receipts: Vec::new(),
            refused: Vec::new(),
            changes: StateChanges::default(),
            gas_used: 0,
        };
        let mut trail = Vec::new();
        let mut transactions = transactions.into_iter();
        while header.gas_limit.saturating_sub(done.gas_used) >= LEAST_GAS {
            let Some(tx) = transactions.next() else { break };
            if header.gas_limit.saturating_sub(done.gas_used) < tx.inner().gas_limit() {
                done.refused.push((tx, InvalidTransaction::CallerGasLimitMoreThanBlock.into()));
                continue;
            }
            let place = u32::try_from(done.included.len()).unwrap_or(u32::MAX);
            // A development node may send for a contract, which no key could (EIP-3607).
            evm.cfg().disable_eip3607 = impersonation::is_marked(tx.inner());
            match evm.transact_commit(place, *tx.inner().tx_hash(), tx_env(&tx)) {
                Ok((result, overwritten)) => {
                    trail.push(overwritten);
                    done.gas_used = done.gas_used.saturating_add(result.tx_gas_used());
                    done.receipts.push(Receipt {
                        tx_type: tx.inner().tx_type(),
                        success: result.is_success(),
                        cumulative_gas_used: done.gas_used,
                        logs: result.into_logs(),
                    });
                    done.included.push(tx);
                }
                Err(fatal @ EVMError::Database(_)) => return Err(fatal.into()),
                // The sandbox's own failure (code that cranelift cannot compile) concerns this transaction alone.
                Err(error) => done.refused.push((tx, error.into())),
            }
        }
        done.changes = evm.into_changes(&self.codes);
        done.changes.trail = trail;
        Ok(done)
    }

    /// Least gas that a transaction needs to be included: EIP-2, 2028, 2930, 3860, 7623 and 7702.
    pub fn intrinsic_gas(&self, tx: &RecoveredTx) -> u64 {
        let gas = GasParams::new_spec(SPEC).initial_tx_gas_for_tx(tx_env(tx), None);
        gas.initial_regular_gas.saturating_add(gas.initial_state_gas).max(gas.floor_gas)
    }

    /// Checks a deployment as `deploy` would, without running it. EVM init code passes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_deployment(&self, input: &[u8]) -> Result<(), DeployRefusal> {
        let Some(payload) = DeployPayload::parse(input) else { return Ok(()) };
        if let Some(module) = payload?.module() {
            zx_host_functions::validate(module, &self.spec.modules)?;
        }
        Ok(())
    }

    /// Checks code that is to be an account's without having been deployed: a WASM account's must be a valid module, and
    /// bytecode must be such as revm can run.
    ///
    /// `codes` finds the code that an instance names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_code(&self, code: &Bytes, codes: impl Fn(B256) -> Option<Bytes>) -> Result<(), CodeRefusal> {
        let parsed = AccountCode::parse(code);
        // There is one way to write it.
        if parsed.is_some_and(|parsed| parsed.encode() != **code) {
            return Err(CodeRefusal::Form);
        }
        match parsed.map(|code| code.program) {
            Some(ProgramCode::Module(module)) => Ok(zx_host_functions::validate(module, &self.spec.modules).map(drop)?),
            Some(ProgramCode::Template(hash)) => {
                let holder = codes(hash.into()).unwrap_or_default();
                let module = AccountCode::parse(&holder).and_then(|code| code.module());
                module.map(drop).ok_or(CodeRefusal::Template(hash.into()))
            }
            None if is_wasm(code) => Err(CodeRefusal::Form),
            None => Bytecode::new_raw_checked(code.clone()).map(drop).map_err(|e| CodeRefusal::Bytecode(e.to_string())),
        }
    }
}

/// A transaction as revm wants it.
fn tx_env(tx: &RecoveredTx) -> TxEnv {
    let inner = tx.inner();
    TxEnv {
        tx_type: inner.tx_type() as u8,
        caller: tx.signer(),
        gas_limit: inner.gas_limit(),
        gas_price: inner.max_fee_per_gas(),
        kind: inner.kind(),
        value: inner.value(),
        data: inner.input().clone(),
        nonce: inner.nonce(),
        chain_id: inner.chain_id(),
        access_list: inner.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: inner.max_priority_fee_per_gas(),
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: inner.authorization_list().unwrap_or_default().iter().cloned().map(Either::Left).collect(),
    }
}

/// State of a chain's first block.
pub fn genesis_changes(spec: &ChainSpec) -> StateChanges {
    let account = |balance: &U256| zx_primitives::AccountChange {
        info: Some(zx_primitives::AccountInfo {
            nonce: 0,
            balance: *balance,
            code_hash: alloy_primitives::KECCAK256_EMPTY,
        }),
        ..Default::default()
    };
    let accounts = spec.alloc.iter().map(|(address, balance): &(Address, U256)| (*address, account(balance))).collect();
    StateChanges { accounts, ..Default::default() }
}
