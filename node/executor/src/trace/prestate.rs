//! What a transaction has found, and what it has left behind.

use super::{TraceError, budget::Budget};
use crate::{
    TxError,
    db::ReaderDb,
    evm::{Ctx, StateDbError},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use alloy_rpc_types_trace::geth::{PreStateConfig, PreStateFrame};
use revm::{
    Database, DatabaseRef,
    bytecode::Bytecode,
    context::ContextTr,
    context_interface::{
        JournalTr,
        result::{EVMError, ExecutionResult, ResultAndState},
    },
    database::State,
    state::{AccountInfo, EvmState},
};
use revm_inspectors::tracing::GethTraceBuilder;
use std::cell::RefCell;

/// Bytes of an account without its code, as JSON.
const ACCOUNT: usize = 200;
/// Bytes of a slot with its value.
const SLOT: usize = 140;

/// The accounts and slots that a transaction has touched, as they were before it; or, if the options say so, what it
/// has changed of them.
pub(super) fn prestate(
    ctx: &mut Ctx<'_>,
    result: &ExecutionResult,
    touched: &EvmState,
    config: &PreStateConfig,
    budget: &mut Budget,
) -> Result<PreStateFrame, TraceError> {
    let before = Before(RefCell::new(ctx.journal_mut().db_mut()));
    for (address, account) in touched {
        let code = match config.code_enabled() {
            true => before.code_len(*address)?.saturating_add(account.info.code.as_ref().map_or(0, Bytecode::len)),
            false => 0,
        };
        budget.charge(ACCOUNT + 2 * code + SLOT * account.storage.len());
    }
    if budget.is_full() {
        // Whoever asked turns this into an error that names the limit.
        return Ok(PreStateFrame::Default(Default::default()));
    }
    let all = ResultAndState { result: result.clone(), state: touched.clone() };
    GethTraceBuilder::new(Vec::new()).geth_prestate_traces(&all, config, &before).map_err(failed)
}

fn failed(error: StateDbError) -> TraceError {
    TraceError::Tx(TxError::from(EVMError::Database(error)))
}

/// The state before the transaction: its changes are not in there yet.
struct Before<'d, 'a>(RefCell<&'d mut State<ReaderDb<'a>>>);

impl Before<'_, '_> {
    fn code_len(&self, address: Address) -> Result<usize, TraceError> {
        let account = self.basic_ref(address).map_err(failed)?;
        let code = account.map(|account| self.code_by_hash_ref(account.code_hash)).transpose().map_err(failed)?;
        Ok(code.map_or(0, |code| code.len()))
    }
}

impl DatabaseRef for Before<'_, '_> {
    type Error = StateDbError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateDbError> {
        self.0.borrow_mut().basic(address)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateDbError> {
        match hash {
            KECCAK256_EMPTY => Ok(Bytecode::default()),
            _ => self.0.borrow_mut().code_by_hash(hash),
        }
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateDbError> {
        self.0.borrow_mut().storage(address, slot)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StateDbError> {
        self.0.borrow_mut().block_hash(number)
    }
}
