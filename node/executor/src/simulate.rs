//! Reads: what a call would do, and what blocks of calls would.

use crate::{Executor, TxError, cancel::Cancel, evm::ZxEvm};
use alloy_consensus::Header;
use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use revm::{
    context::TxEnv,
    context_interface::{
        either::Either,
        result::{ExecutionResult, HaltReason},
    },
};
use zx_primitives::{StateChanges, StateReader};

/// A call that is not signed.
#[derive(Clone, Debug, Default)]
pub struct CallEnv {
    /// Sender.
    pub from: Address,
    /// Receiver, or a create.
    pub to: TxKind,
    /// Most gas, up to what a block holds; that if not said.
    pub gas: Option<u64>,
    /// Most wei a gas; free if not said.
    pub gas_price: Option<u128>,
    /// Tip in wei a gas (EIP-1559); the whole of `gas_price` if not said.
    pub priority_fee: Option<u128>,
    /// Wei.
    pub value: U256,
    /// Calldata, or init code.
    pub data: Bytes,
    /// Nonce; the sender's next if not said.
    pub nonce: Option<u64>,
    /// EIP-2930.
    pub access_list: AccessList,
    /// EIP-7702.
    pub authorizations: Vec<SignedAuthorization>,
}

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Simulated {
    /// It succeeds.
    Success {
        /// What it returns.
        output: Bytes,
        /// Gas used.
        gas_used: u64,
        /// Logs.
        logs: Vec<Log>,
    },
    /// It reverts.
    Revert {
        /// Revert data.
        output: Bytes,
        /// Gas used.
        gas_used: u64,
    },
    /// It fails, and its gas is gone.
    Halt {
        /// Why, in the words of geth.
        reason: String,
        /// Whether more gas might help.
        out_of_gas: bool,
        /// Gas used.
        gas_used: u64,
    },
}

impl Simulated {
    /// Gas used.
    pub fn gas_used(&self) -> u64 {
        match self {
            Self::Success { gas_used, .. } | Self::Revert { gas_used, .. } | Self::Halt { gas_used, .. } => *gas_used,
        }
    }
}

/// How a block is simulated.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions {
    /// Whether nonces, fees and senders are held to the rules of transactions.
    pub validate: bool,
    /// Whether moves of value are logged, as if wei were a token at `0xeeee...ee`.
    pub log_transfers: bool,
}

/// What a block of calls does.
#[derive(Clone, Debug)]
pub struct SimulatedBlock {
    /// What became of each call, and the most gas that it had in use before refunds.
    pub outcomes: Vec<(Simulated, u64)>,
    /// What the block does to the state.
    pub changes: StateChanges,
}

impl Executor {
    /// Runs a call on a state, and forgets what it changed.
    ///
    /// # Errors
    /// If it is not a valid call (too little balance for its value, say), or the state cannot be read.
    pub fn simulate(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<Simulated, TxError> {
        // Nobody pays for it, so nobody may ask for more than a block could hold.
        let gas = call.gas.unwrap_or(u64::MAX).min(self.spec.block_gas_limit);
        self.run(state, header, call, gas, cancel).map(|(simulated, _)| simulated)
    }

    /// The simulated outcome and the refund that is in it.
    pub(crate) fn run(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        gas_limit: u64,
        cancel: &Cancel,
    ) -> Result<(Simulated, u64), TxError> {
        let mut evm = self.call_evm(state, header, call, cancel);
        let result = evm.transact(B256::ZERO, self.call_tx(state, call, gas_limit)?)?;
        let refund = result.gas().inner_refunded();
        Ok((simulated(result), refund))
    }

    /// revm for a call that nobody has signed: it need not have a nonce, nor pay, unless it says a price.
    pub(crate) fn call_evm<'a>(
        &'a self,
        state: &'a dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> ZxEvm<'a> {
        let mut evm = ZxEvm::new(self, state, header);
        evm.cancel = cancel.clone();
        let cfg = evm.cfg();
        cfg.disable_nonce_check = true;
        cfg.disable_block_gas_limit = true;
        cfg.disable_eip3607 = true;
        cfg.disable_base_fee = call.gas_price.unwrap_or_default() == 0;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        evm
    }

    /// A call as revm wants it.
    pub(crate) fn call_tx(&self, state: &dyn StateReader, call: &CallEnv, gas_limit: u64) -> Result<TxEnv, TxError> {
        let nonce = match call.nonce {
            Some(nonce) => nonce,
            None => state.account(call.from)?.map_or(0, |account| account.nonce),
        };
        let tx_type = match call {
            CallEnv { authorizations, .. } if !authorizations.is_empty() => 4,
            CallEnv { priority_fee: Some(_), .. } => 2,
            CallEnv { access_list, .. } => u8::from(!access_list.0.is_empty()),
        };
        Ok(TxEnv {
            caller: call.from,
            kind: call.to,
            gas_limit,
            gas_price: call.gas_price.unwrap_or_default(),
            gas_priority_fee: match tx_type {
                0 | 1 => None,
                _ => Some(call.priority_fee.or(call.gas_price).unwrap_or_default()),
            },
            value: call.value,
            data: call.data.clone(),
            access_list: call.access_list.clone(),
            authorization_list: call.authorizations.iter().cloned().map(Either::Left).collect(),
            tx_type,
            chain_id: Some(self.spec.chain_id),
            nonce,
            ..TxEnv::default()
        })
    }

    /// Runs calls one after the other in a block on a state. Calls must say their gas.
    ///
    /// # Errors
    /// With the place of a call that is not valid; or if the state cannot be read.
    pub fn simulate_block(
        &self,
        state: &dyn StateReader,
        header: &Header,
        calls: &[CallEnv],
        options: BlockOptions,
        cancel: &Cancel,
    ) -> Result<SimulatedBlock, (usize, TxError)> {
        let mut evm = ZxEvm::new(self, state, header);
        evm.cancel = cancel.clone();
        evm.log_transfers = options.log_transfers;
        let cfg = evm.cfg();
        cfg.disable_eip3607 = !options.validate;
        cfg.disable_nonce_check = !options.validate;
        cfg.disable_base_fee = !options.validate;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let mut outcomes = Vec::with_capacity(calls.len());
        for (index, call) in calls.iter().enumerate() {
            let mut one = || {
                let tx = self.call_tx(state, call, call.gas.unwrap_or_default())?;
                let place = u32::try_from(index).unwrap_or(u32::MAX);
                let (result, _) = evm.transact_commit(place, B256::ZERO, tx)?;
                let most = result.gas().total_gas_spent();
                Ok((simulated(result), most))
            };
            outcomes.push(one().map_err(|error: TxError| (index, error))?);
        }
        Ok(SimulatedBlock { outcomes, changes: evm.into_changes(&self.codes) })
    }
}

pub(crate) fn simulated(result: ExecutionResult) -> Simulated {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, logs, .. } => {
            Simulated::Success { output: output.into_data(), gas_used, logs }
        }
        ExecutionResult::Revert { output, .. } => Simulated::Revert { output, gas_used },
        ExecutionResult::Halt { reason, .. } => {
            let out_of_gas = matches!(reason, HaltReason::OutOfGas(_));
            Simulated::Halt { reason: halt_text(&reason), out_of_gas, gas_used }
        }
    }
}

/// The words of geth (`core/vm/errors.go`), which clients know.
pub(crate) fn halt_text(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        HaltReason::StackUnderflow => "stack underflow".into(),
        HaltReason::StackOverflow => "stack limit reached".into(),
        HaltReason::OutOfOffset => "return data out of bounds".into(),
        HaltReason::CreateCollision => "contract address collision".into(),
        HaltReason::NonceOverflow => "nonce uint64 overflow".into(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".into(),
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef".into(),
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded".into(),
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => "write protection".into(),
        HaltReason::OutOfFunds => "insufficient balance for transfer".into(),
        HaltReason::CallTooDeep => "max call depth exceeded".into(),
        other => format!("vm execution error: {other:?}"),
    }
}
