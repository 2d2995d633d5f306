//! `eth_simulateV1`: blocks of calls that follow each other, on a block that is there.

use crate::{
    Api, calls, convert,
    error::{RpcError, code, invalid_text, table::simulation},
    overrides,
    state::{height, state_at},
};
use alloy_consensus::{BlockHeader, EthereumTxEnvelope, Header, TxEip4844Variant, transaction::Recovered};
use alloy_eips::BlockId;
use alloy_primitives::{B256, Bytes, Log as PlainLog, Signature, TxKind, U64};
use alloy_rpc_types_eth::{
    Log, TransactionRequest,
    simulate::{SimBlock, SimulatePayload},
};
use serde::Serialize;
use serde_json::{Value, json};
use zx_chain::{BlockOptions, CallEnv, Cancel, DraftTrie, HeadView, InvalidTransaction, Overlay, Simulated, TxError};
use zx_primitives::{Block, Receipt, RecoveredTx, StateChanges, Tx, block as roots};

/// Blocks that one request may simulate, those between them too; geth's bound.
const MAX_BLOCKS: u64 = 256;
/// Calls that one request may simulate.
const MAX_CALLS: usize = 1_000;

/// A simulated block with what became of its calls.
#[derive(Serialize)]
pub(crate) struct Answer {
    #[serde(flatten)]
    block: convert::RpcBlock,
    calls: Vec<Value>,
}

pub(crate) fn simulate(api: &Api, payload: SimulatePayload, block: Option<BlockId>) -> Result<Vec<Answer>, RpcError> {
    check(&payload)?;
    let cancel = api.cancel();
    let view = api.chain.view()?;
    let number = height(&view, block)?;
    let state = state_at(&view, number)?;
    let parent = view.block(number.into())?.ok_or_else(|| RpcError::server("header not found"))?;
    let SimulatePayload { block_state_calls, trace_transfers, validation, return_full_transactions } = payload;
    let mut run = Run {
        api,
        view: &view,
        state: Overlay::new(&state),
        trie: view.draft_trie(number),
        last: (*parent).clone(),
        first: number,
        options: BlockOptions { validate: validation, log_transfers: trace_transfers },
        full: return_full_transactions,
        cancel,
    };
    let mut answers = Vec::new();
    for wanted in block_state_calls {
        run.fill_up_to(&wanted, &mut answers)?;
        answers.push(run.block(wanted)?);
    }
    Ok(answers)
}

fn check(payload: &SimulatePayload) -> Result<(), RpcError> {
    let (blocks, calls) = (
        payload.block_state_calls.len(),
        payload.block_state_calls.iter().map(|block| block.calls.len()).sum::<usize>(),
    );
    if blocks == 0 {
        return Err(RpcError::params("empty input: blockStateCalls has no block"));
    }
    if blocks as u64 > MAX_BLOCKS {
        return Err(RpcError::new(simulation::LIMIT, format!("too many blocks: {blocks}, limit {MAX_BLOCKS}")));
    }
    if calls > MAX_CALLS {
        return Err(RpcError::new(simulation::LIMIT, format!("too many calls: {calls}, limit {MAX_CALLS}")));
    }
    Ok(())
}

/// A simulation that is under way.
struct Run<'v, 'a> {
    api: &'v Api,
    view: &'v HeadView<'a>,
    state: Overlay<'v>,
    /// For roots; where the trie is not kept they are zero.
    trie: Option<DraftTrie<'v, 'a>>,
    last: Block,
    /// Height of the block that all stands on.
    first: u64,
    options: BlockOptions,
    full: bool,
    cancel: Cancel,
}

impl Run<'_, '_> {
    /// Makes the empty blocks between the last one and one that names a later height.
    fn fill_up_to(&mut self, wanted: &SimBlock, answers: &mut Vec<Answer>) -> Result<(), RpcError> {
        let next = self.last.number().saturating_add(1);
        let Some(number) = wanted.block_number_override() else { return self.check_span(next) };
        let number = u64::try_from(number)
            .map_err(|_| RpcError::params(format!("block number {number} is more than 64 bits")))?;
        if number < next {
            let message = format!("block numbers must be in order: {number} <= {}", self.last.number());
            return Err(RpcError::new(simulation::NUMBER, message));
        }
        self.check_span(number)?;
        for _ in next..number {
            answers.push(self.block(SimBlock::default())?);
        }
        Ok(())
    }

    fn check_span(&self, number: u64) -> Result<(), RpcError> {
        match number.saturating_sub(self.first) {
            blocks if blocks > MAX_BLOCKS => {
                let message = format!("too many blocks: {blocks} with those in between, limit {MAX_BLOCKS}");
                Err(RpcError::new(simulation::LIMIT, message))
            }
            _ => Ok(()),
        }
    }

    /// Simulates a block on the last one.
    fn block(&mut self, wanted: SimBlock) -> Result<Answer, RpcError> {
        let mut header = self.header(wanted.block_overrides)?;
        if let Some(accounts) = wanted.state_overrides {
            let changes = overrides::state(&self.state, accounts)?;
            self.apply(&mut header, &changes)?;
        }
        let mut calls = Vec::with_capacity(wanted.calls.len());
        for request in wanted.calls {
            calls.push(self.call(request)?);
        }
        let envs = self.with_gas(&header, calls)?;
        let done = self.view.simulate_block(&self.state, &header, &envs, self.options, &self.cancel);
        let done = done.map_err(|(index, error)| refused(index, error))?;
        self.apply(&mut header, &done.changes)?;
        self.seal(header, &envs, done.outcomes)
    }

    /// The header of the next block, but for what comes of its calls.
    fn header(&mut self, wanted: Option<alloy_rpc_types_eth::BlockOverrides>) -> Result<Header, RpcError> {
        let parent = self.last.header.timestamp;
        let mut header = self.api.chain.spec().next_header(&self.last, parent.saturating_add(1));
        header.state_root = self.last.header.state_root;
        if !self.options.validate {
            // Calls that offer nothing are as good as any.
            header.base_fee_per_gas = Some(0);
        }
        if let Some(wanted) = wanted {
            overrides::block(&mut header, &mut self.state, wanted)?;
        }
        if header.timestamp <= parent {
            let message = format!("block timestamps must be in order: {} <= {parent}", header.timestamp);
            return Err(RpcError::new(simulation::TIMESTAMP, message));
        }
        Ok(header)
    }

    fn apply(&mut self, header: &mut Header, changes: &StateChanges) -> Result<(), RpcError> {
        header.state_root = match &mut self.trie {
            Some(trie) => trie.apply(header.number, changes)?,
            None => B256::ZERO,
        };
        self.state.apply(changes);
        Ok(())
    }

    /// A call, which here keeps the nonce that it names.
    fn call(&self, request: TransactionRequest) -> Result<CallEnv, RpcError> {
        let nonce = request.nonce;
        let call = calls::call_env(self.api, request)?;
        if call.to == TxKind::Create {
            let refused = |refusal: zx_chain::DeployRefusal| RpcError::server(refusal.to_string());
            self.view.check_deployment(&call.data).map_err(refused)?;
        }
        Ok(CallEnv { nonce, ..call })
    }

    /// Calls that name no gas share what the block has left.
    fn with_gas(&self, header: &Header, mut calls: Vec<CallEnv>) -> Result<Vec<CallEnv>, RpcError> {
        let named = calls.iter().filter_map(|call| call.gas).fold(0u64, u64::saturating_add);
        let unnamed = calls.iter().filter(|call| call.gas.is_none()).count() as u64;
        let Some(left) = header.gas_limit.checked_sub(named) else {
            let message = format!("block gas limit reached: the calls have {named}, the block {}", header.gas_limit);
            return Err(RpcError::new(simulation::BLOCK_GAS, message));
        };
        let share = left.checked_div(unnamed).unwrap_or_default();
        calls.iter_mut().for_each(|call| call.gas = call.gas.or(Some(share)));
        Ok(calls)
    }

    /// Makes a block of what was done, as if the calls had been transactions.
    fn seal(
        &mut self,
        mut header: Header,
        calls: &[CallEnv],
        outcomes: Vec<(Simulated, u64)>,
    ) -> Result<Answer, RpcError> {
        let mut transactions = Vec::with_capacity(calls.len());
        for call in calls {
            transactions.push(self.transaction(call)?);
        }
        let mut receipts = Vec::with_capacity(calls.len());
        for ((outcome, _), tx) in outcomes.iter().zip(&transactions) {
            header.gas_used = header.gas_used.saturating_add(outcome.gas_used());
            let logs = match outcome {
                Simulated::Success { logs, .. } => logs.clone(),
                Simulated::Revert { .. } | Simulated::Halt { .. } => Vec::new(),
            };
            let success = matches!(outcome, Simulated::Success { .. });
            let (tx_type, cumulative_gas_used) = (tx.inner().tx_type(), header.gas_used);
            receipts.push(Receipt { tx_type, success, cumulative_gas_used, logs });
        }
        (header.receipts_root, header.logs_bloom) = roots::receipts_root(&receipts);
        header.transactions_root = roots::transactions_root(&transactions);
        let block = Block::seal(header, transactions);
        let calls = show(&block, &outcomes);
        self.state.set_hash(block.number(), block.hash);
        let answer = Answer { block: convert::block(&block, self.full), calls };
        self.last = block;
        Ok(answer)
    }

    /// The transaction that a call would be; its signature is zeros.
    fn transaction(&self, call: &CallEnv) -> Result<RecoveredTx, RpcError> {
        let legacy = call.gas_price.is_some() && call.priority_fee.is_none();
        let request = TransactionRequest {
            from: Some(call.from),
            to: Some(call.to),
            gas: call.gas,
            gas_price: call.gas_price.filter(|_| legacy),
            max_fee_per_gas: call.gas_price.filter(|_| !legacy).or((!legacy).then_some(0)),
            max_priority_fee_per_gas: call.priority_fee.or((!legacy).then_some(0)),
            value: Some(call.value),
            input: call.data.clone().into(),
            nonce: Some(call.nonce.unwrap_or_default()),
            chain_id: Some(self.api.chain.spec().chain_id),
            access_list: (!call.access_list.0.is_empty()).then(|| call.access_list.clone()),
            authorization_list: (!call.authorizations.is_empty()).then(|| call.authorizations.clone()),
            ..TransactionRequest::default()
        };
        let whole = request.build_consensus_tx().map_err(|error| RpcError::params(error.error.to_string()))?;
        let unsigned = Signature::new(Default::default(), Default::default(), false);
        let envelope: EthereumTxEnvelope<TxEip4844Variant> = whole.into_envelope(unsigned);
        let tx: Tx = envelope.into();
        Ok(Recovered::new_unchecked(tx, call.from))
    }
}

/// What became of each call.
fn show(block: &Block, outcomes: &[(Simulated, u64)]) -> Vec<Value> {
    let mut first = 0;
    let mut shown = Vec::with_capacity(outcomes.len());
    for (index, (outcome, most)) in outcomes.iter().enumerate() {
        let gas = json!({ "gasUsed": U64::from(outcome.gas_used()), "maxUsedGas": U64::from(*most) });
        let rest = match outcome {
            Simulated::Success { output, logs, .. } => {
                let shown = logs_of(block, index, first, logs);
                first += logs.len();
                json!({ "status": "0x1", "returnData": output, "logs": shown })
            }
            Simulated::Revert { output, .. } => {
                let error = RpcError::reverted(output);
                json!({ "status": "0x0", "returnData": output, "logs": [], "error": error })
            }
            Simulated::Halt { reason, .. } => {
                let reason = reason.strip_prefix("vm execution error: ").unwrap_or(reason);
                let error = json!({ "code": code::VM_ERROR, "message": format!("vm execution error: {reason}") });
                json!({ "status": "0x0", "returnData": Bytes::new(), "logs": [], "error": error })
            }
        };
        shown.push(merged(rest, gas));
    }
    shown
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut one, other) {
        fields.extend(more);
    }
    one
}

fn logs_of(block: &Block, index: usize, first: usize, logs: &[PlainLog]) -> Vec<Log> {
    let hash = block.transactions.get(index).map(|tx| *tx.inner().tx_hash());
    let show = |(nth, log): (usize, &PlainLog)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.number()),
        block_timestamp: Some(block.header.timestamp()),
        transaction_hash: hash,
        transaction_index: Some(index as u64),
        log_index: Some((first + nth) as u64),
        removed: false,
    };
    logs.iter().enumerate().map(show).collect()
}

/// The codes by which clients of `eth_simulateV1` tell what is wrong with a call.
fn refused(index: usize, error: TxError) -> RpcError {
    let TxError::Invalid(invalid) = error else { return error.into() };
    let code = match &invalid {
        InvalidTransaction::NonceTooLow { .. } => simulation::NONCE_TOO_LOW,
        InvalidTransaction::NonceTooHigh { .. } => simulation::NONCE_TOO_HIGH,
        InvalidTransaction::GasPriceLessThanBasefee => simulation::FEE_TOO_LOW,
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
        | InvalidTransaction::GasFloorMoreThanGasLimit { .. } => simulation::INTRINSIC_GAS,
        InvalidTransaction::LackOfFundForMaxFee { .. } | InvalidTransaction::OverflowPaymentInTransaction => {
            simulation::FUNDS
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => simulation::BLOCK_GAS,
        InvalidTransaction::RejectCallerWithCode => simulation::NOT_AN_EOA,
        InvalidTransaction::CreateInitCodeSizeLimit => simulation::INIT_CODE,
        _ => code::SERVER,
    };
    RpcError::new(code, format!("{}: call {index}", invalid_text(&invalid)))
}
