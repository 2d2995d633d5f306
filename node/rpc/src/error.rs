//! Errors as they go out: a code, geth's words, and data where there is some. [`table`] lists them for the documents.

pub(crate) mod table;

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError as _};
use serde::Serialize;
use serde_json::{Value, json};
use zx_chain::{
    ChainError, EstimateError, InvalidTransaction, ProofError, StoreError, SubmitError, TransferError, TxError,
};
use zx_primitives::StateError;

/// Codes of JSON-RPC 2.0, and of geth.
pub(crate) mod code {
    pub(crate) const PARSE: i64 = -32_700;
    pub(crate) const INVALID_REQUEST: i64 = -32_600;
    pub(crate) const METHOD_NOT_FOUND: i64 = -32_601;
    pub(crate) const INVALID_PARAMS: i64 = -32_602;
    /// The node's own failure: clients may try again.
    pub(crate) const INTERNAL: i64 = -32_603;
    /// Refused, and would be again.
    pub(crate) const SERVER: i64 = -32_000;
    /// Refused for now: too many requests, or too large (EIP-1474).
    pub(crate) const LIMIT: i64 = -32_005;
    /// Asks for blocks that are not kept.
    pub(crate) const PRUNED: i64 = 4444;
    /// Reverted; the data says why.
    pub(crate) const REVERTED: i64 = 3;
    /// A transaction was taken and is not in a block yet (EIP-7966).
    pub(crate) const STILL_WAITS: i64 = 4;
    /// Failed in the machine, in what `eth_simulateV1` says of a call.
    pub(crate) const VM_ERROR: i64 = -32_015;
}

/// An error object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RpcError {
    pub(crate) code: i64,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
}

impl RpcError {
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(crate) fn params(message: impl Into<String>) -> Self {
        Self::new(code::INVALID_PARAMS, message)
    }

    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self::new(code::SERVER, message)
    }

    pub(crate) fn method_not_found(method: &str) -> Self {
        Self::new(code::METHOD_NOT_FOUND, format!("the method {method} does not exist/is not available"))
    }

    /// A revert, with its reason in the message if it is an `Error(string)` or a panic.
    pub(crate) fn reverted(output: &Bytes) -> Self {
        let reason = Revert::abi_decode(output).map(|revert| revert.reason);
        let reason = reason.or_else(|_| Panic::abi_decode(output).map(|panic| panic.to_string()));
        let message = match reason {
            Ok(reason) => format!("execution reverted: {reason}"),
            // A custom error, or none: its bytes are no text, even where they could be read as one.
            Err(_) => "execution reverted".to_owned(),
        };
        Self { code: code::REVERTED, message, data: Some(json!(output)) }
    }

    /// An error with data.
    pub(crate) fn with_data(self, data: Value) -> Self {
        Self { data: Some(data), ..self }
    }

    fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed inside the node");
        Self::new(code::INTERNAL, error.to_string())
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<StateError> for RpcError {
    fn from(error: StateError) -> Self {
        Self::internal(error)
    }
}

impl From<ChainError> for RpcError {
    fn from(error: ChainError) -> Self {
        Self::internal(error)
    }
}

impl From<TxError> for RpcError {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Invalid(invalid) => Self::server(invalid_text(&invalid)),
            TxError::Cancelled => Self::server(table::ABORTED),
            TxError::State(_) | TxError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<EstimateError> for RpcError {
    fn from(error: EstimateError) -> Self {
        match error {
            EstimateError::Revert(output) => Self::reverted(&output),
            EstimateError::Tx(error) => error.into(),
            EstimateError::Halt(_) | EstimateError::Allowance(_) => Self::server(error.to_string()),
        }
    }
}

impl From<SubmitError> for RpcError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Chain(error) => Self::internal(error),
            SubmitError::Decode(_) => Self::params(error.to_string()),
            _ => Self::server(error.to_string()),
        }
    }
}

impl From<ProofError> for RpcError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::State(error) => error.into(),
            none @ (ProofError::Gone { .. } | ProofError::Forked) => Self::server(none.to_string()),
        }
    }
}

impl From<TransferError> for RpcError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Chain(error) => error.into(),
            other => Self::server(other.to_string()),
        }
    }
}

/// The words of geth (`core/error.go`).
pub(crate) fn invalid_text(invalid: &InvalidTransaction) -> String {
    match invalid {
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            let short: U256 = fee.saturating_sub(**balance);
            format!("insufficient funds for gas * price + value: balance {balance}, tx cost {fee}, overshot {short}")
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas: needed, gas_limit }
        | InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor: needed, gas_limit } => {
            format!("intrinsic gas too low: gas {gas_limit}, minimum needed {needed}")
        }
        InvalidTransaction::CreateInitCodeSizeLimit => "max initcode size exceeded".to_owned(),
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => {
            "max priority fee per gas higher than max fee per gas".to_owned()
        }
        InvalidTransaction::GasPriceLessThanBasefee => "max fee per gas less than block base fee".to_owned(),
        InvalidTransaction::NonceTooLow { tx, state } => format!("nonce too low: next nonce {state}, tx nonce {tx}"),
        InvalidTransaction::NonceTooHigh { tx, state } => format!("nonce too high: next nonce {state}, tx nonce {tx}"),
        InvalidTransaction::CallerGasLimitMoreThanBlock => "block gas limit reached".to_owned(),
        InvalidTransaction::RejectCallerWithCode => "sender not an eoa: the account has code (EIP-3607)".to_owned(),
        InvalidTransaction::EmptyAuthorizationList => "EIP-7702 transaction with empty auth list".to_owned(),
        InvalidTransaction::OverflowPaymentInTransaction => {
            "insufficient funds for gas * price + value: the sum overflows".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revert_says_its_reason_if_it_is_a_text_or_a_panic() {
        let message = |output: Vec<u8>| RpcError::reverted(&output.into()).message;
        assert_eq!(message(Vec::new()), "execution reverted");
        assert_eq!(message(Revert::from("no").abi_encode()), "execution reverted: no");
        let overflow = Panic { code: U256::from(0x11) }.abi_encode();
        assert_eq!(message(overflow), "execution reverted: panic: arithmetic underflow or overflow (0x11)");
        // Selectors and words may happen to be UTF-8.
        assert_eq!(message(b"abcd".to_vec()), "execution reverted");
        assert_eq!(message([b"abcd".to_vec(), vec![0; 32]].concat()), "execution reverted");
    }
}
