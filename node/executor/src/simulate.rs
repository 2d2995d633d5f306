//! Reads: what a call would do, and how much gas it takes.

use crate::{Executor, InvalidTransaction, TxError, evm::ZxEvm};
use alloy_consensus::Header;
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use revm::{
    context::TxEnv,
    context_interface::result::{ExecutionResult, HaltReason},
};
use zx_primitives::StateReader;

/// Least gas of any transaction.
const TRANSFER_GAS: u64 = 21_000;
/// An estimate may be this much over what is needed, in thousandths: geth's bound, which saves half of the runs.
const ESTIMATE_SLACK: u64 = 15;

/// A call that is not signed.
#[derive(Clone, Debug, Default)]
pub struct CallEnv {
    /// Sender.
    pub from: Address,
    /// Receiver, or a create.
    pub to: TxKind,
    /// Most gas, up to what a block holds; that if not said.
    pub gas: Option<u64>,
    /// Wei a gas; free if not said.
    pub gas_price: Option<u128>,
    /// Wei.
    pub value: U256,
    /// Calldata, or init code.
    pub data: Bytes,
    /// EIP-2930.
    pub access_list: AccessList,
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
    },
}

/// Why no amount of gas is enough.
#[derive(Debug, thiserror::Error)]
pub enum EstimateError {
    /// The call reverts.
    #[error("execution reverted")]
    Revert(Bytes),
    /// The call fails.
    #[error("{0}")]
    Halt(String),
    /// It takes more than the limit.
    #[error("gas required exceeds allowance ({0})")]
    Allowance(u64),
    /// It cannot be run at all.
    #[error(transparent)]
    Tx(#[from] TxError),
}

impl Executor {
    /// Runs a call on a state, and forgets what it changed.
    ///
    /// # Errors
    /// If it is not a valid call (too little balance for its value, say), or the state cannot be read.
    pub fn simulate(&self, state: &dyn StateReader, header: &Header, call: &CallEnv) -> Result<Simulated, TxError> {
        // Nobody pays for it, so nobody may ask for more than a block could hold.
        let gas = call.gas.unwrap_or(u64::MAX).min(self.spec.block_gas_limit);
        self.run(state, header, call, gas).map(|(simulated, _)| simulated)
    }

    /// The simulated outcome and the refund that is in it.
    fn run(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        gas_limit: u64,
    ) -> Result<(Simulated, u64), TxError> {
        let nonce = state.account(call.from)?.map_or(0, |account| account.nonce);
        let mut evm = ZxEvm::new(self, state, header);
        let cfg = evm.cfg();
        cfg.disable_nonce_check = true;
        cfg.disable_block_gas_limit = true;
        cfg.disable_eip3607 = true;
        cfg.disable_base_fee = true;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let tx = TxEnv {
            caller: call.from,
            kind: call.to,
            gas_limit,
            gas_price: call.gas_price.unwrap_or_default(),
            value: call.value,
            data: call.data.clone(),
            access_list: call.access_list.clone(),
            tx_type: u8::from(!call.access_list.0.is_empty()),
            chain_id: Some(self.spec.chain_id),
            nonce,
            ..TxEnv::default()
        };
        let result = evm.transact(B256::ZERO, tx)?;
        let refund = result.gas().inner_refunded();
        Ok((simulated(result), refund))
    }

    /// The least gas, up to a slack of 1.5 %, with which a call succeeds.
    ///
    /// # Errors
    /// If none does; says why.
    pub fn estimate_gas(&self, state: &dyn StateReader, header: &Header, call: &CallEnv) -> Result<u64, EstimateError> {
        let mut high = self.gas_allowance(state, call)?;
        let (first, refund) = self.run(state, header, call, high)?;
        let used = match first {
            Simulated::Success { gas_used, .. } => gas_used,
            Simulated::Revert { output, .. } => return Err(EstimateError::Revert(output)),
            Simulated::Halt { out_of_gas: true, .. } => return Err(EstimateError::Allowance(high)),
            Simulated::Halt { reason, .. } => return Err(EstimateError::Halt(reason)),
        };
        let succeeds = |gas| match self.run(state, header, call, gas) {
            Ok((simulated, _)) => Ok(matches!(simulated, Simulated::Success { .. })),
            Err(TxError::Invalid(_)) => Ok(false),
            Err(error) => Err(error),
        };
        // Most calls need what they use, and no more.
        if succeeds(used)? {
            return Ok(used);
        }
        let mut low = used;
        // What it used, with the refund that it must be able to afford first and the 64th that callers keep back.
        let likely = used.saturating_add(refund).saturating_add(2_300).saturating_mul(64) / 63;
        if likely < high && likely > low {
            if succeeds(likely)? { high = likely } else { low = likely }
        }
        while low.saturating_add(1) < high {
            if (high - low).saturating_mul(1_000) / high < ESTIMATE_SLACK {
                break;
            }
            let middle = low + (high - low) / 2;
            // Most calls need little more than they use: look near the lower end first.
            let middle = middle.min(low.saturating_mul(2)).max(low + 1);
            if succeeds(middle)? { high = middle } else { low = middle }
        }
        Ok(high)
    }

    /// What the caller asks for, what a transaction may have, and what the sender can pay.
    fn gas_allowance(&self, state: &dyn StateReader, call: &CallEnv) -> Result<u64, EstimateError> {
        let limit = call.gas.filter(|gas| *gas >= TRANSFER_GAS).unwrap_or(u64::MAX).min(self.spec.tx_gas_limit);
        let Some(price) = call.gas_price.filter(|price| *price > 0) else { return Ok(limit) };
        let balance = state.account(call.from).map_err(TxError::from)?.map_or(U256::ZERO, |account| account.balance);
        let Some(spare) = balance.checked_sub(call.value) else {
            let short =
                InvalidTransaction::LackOfFundForMaxFee { fee: Box::new(call.value), balance: Box::new(balance) };
            return Err(TxError::from(short).into());
        };
        let payable = u64::try_from(spare / U256::from(price)).unwrap_or(u64::MAX);
        if payable < TRANSFER_GAS {
            return Err(EstimateError::Allowance(payable));
        }
        Ok(limit.min(payable))
    }
}

fn simulated(result: ExecutionResult) -> Simulated {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, logs, .. } => {
            Simulated::Success { output: output.into_data(), gas_used, logs }
        }
        ExecutionResult::Revert { output, .. } => Simulated::Revert { output, gas_used },
        ExecutionResult::Halt { reason, .. } => {
            let out_of_gas = matches!(reason, HaltReason::OutOfGas(_));
            Simulated::Halt { reason: halt_text(&reason), out_of_gas }
        }
    }
}

/// The words of geth (`core/vm/errors.go`), which clients know.
fn halt_text(reason: &HaltReason) -> String {
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
