//! How much gas a call takes.

use crate::{CallEnv, Cancel, Executor, InvalidTransaction, Simulated, TxError};
use alloy_consensus::Header;
use alloy_primitives::{Bytes, U256};
use zx_primitives::StateReader;

/// Least gas of any transaction.
const TRANSFER_GAS: u64 = 21_000;
/// An estimate may be this much over what is needed, in thousandths: geth's bound, which saves half of the runs.
const ESTIMATE_SLACK: u64 = 15;

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
    /// The least gas, up to a slack of 1.5 %, with which a call succeeds.
    ///
    /// # Errors
    /// If none does; says why.
    pub fn estimate_gas(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<u64, EstimateError> {
        let mut high = self.gas_allowance(state, call)?;
        let (first, refund) = self.run(state, header, call, high, cancel)?;
        let used = match first {
            Simulated::Success { gas_used, .. } => gas_used,
            Simulated::Revert { output, .. } => return Err(EstimateError::Revert(output)),
            Simulated::Halt { out_of_gas: true, .. } => return Err(EstimateError::Allowance(high)),
            Simulated::Halt { reason, .. } => return Err(EstimateError::Halt(reason)),
        };
        let succeeds = |gas| match self.run(state, header, call, gas, cancel) {
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
            if cancel.is_due() {
                return Err(TxError::Cancelled.into());
            }
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
