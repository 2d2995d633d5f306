//! Filling in what a transaction leaves out.

use crate::{Api, calls, error::RpcError, fees};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TypedTransaction};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, Bytes, Signature, TxKind};
use alloy_rpc_types_eth::TransactionRequest;
use serde_json::{Value, json};

/// A transaction that is whole but for its signature, and its sender.
pub(crate) struct Filled {
    pub(crate) from: Address,
    pub(crate) tx: TypedTransaction,
}

/// Fills in nonce, gas, fees and chain id.
pub(crate) fn fill(api: &Api, mut request: TransactionRequest) -> Result<Filled, RpcError> {
    let from = request.from.ok_or_else(|| RpcError::params("the transaction has no \"from\""))?;
    // Refuses what contradicts itself, and takes `data` for `input`.
    let call = calls::call_env(api, request.clone())?;
    if call.to == TxKind::Create && call.data.is_empty() {
        return Err(RpcError::params("contract creation without any data provided"));
    }
    request.to = Some(call.to);
    request.input = call.data.into();
    request.chain_id = Some(api.chain.spec().chain_id);
    if request.nonce.is_none() {
        request.nonce = Some(api.chain.next_nonce(from)?);
    }
    fill_fees(api, &mut request);
    if request.gas.is_none() {
        request.gas = Some(calls::estimate_gas(api, request.clone(), None, None, None)?.to());
    }
    request.value.get_or_insert_default();
    let tx = request
        .build_consensus_tx()
        .map_err(|error| RpcError::params(format!("the transaction is not whole: {}", error.error)))?;
    Ok(Filled { from, tx })
}

/// Fees by which it gets into a block even if the next ones are full: twice the base fee, and the usual tip.
fn fill_fees(api: &Api, request: &mut TransactionRequest) {
    if request.gas_price.is_some() {
        return;
    }
    let suggested = u128::from(fees::SUGGESTED_TIP);
    let tip = *request.max_priority_fee_per_gas.get_or_insert_with(|| match request.max_fee_per_gas {
        Some(cap) => suggested.min(cap),
        None => suggested,
    });
    let enough = u128::from(api.chain.next_base_fee()).saturating_mul(2).saturating_add(tip);
    request.max_fee_per_gas.get_or_insert(enough);
}

impl Filled {
    /// Its EIP-2718 bytes with a signature.
    pub(crate) fn signed(self, signature: Signature) -> EthereumTxEnvelope<alloy_consensus::TxEip4844Variant> {
        self.tx.into_envelope(signature)
    }

    /// What is to be signed.
    pub(crate) fn hash(&self) -> alloy_primitives::B256 {
        match &self.tx {
            TypedTransaction::Legacy(tx) => tx.signature_hash(),
            TypedTransaction::Eip2930(tx) => tx.signature_hash(),
            TypedTransaction::Eip1559(tx) => tx.signature_hash(),
            TypedTransaction::Eip4844(tx) => tx.signature_hash(),
            TypedTransaction::Eip7702(tx) => tx.signature_hash(),
        }
    }

    /// The transaction as JSON, as a wallet wants it.
    pub(crate) fn to_json(&self) -> Result<Value, RpcError> {
        let mut value = serde_json::to_value(&self.tx).map_err(|error| RpcError::server(error.to_string()))?;
        if let Value::Object(fields) = &mut value {
            fields.insert("from".to_owned(), json!(self.from));
            fields.entry("to").or_insert(Value::Null);
        }
        Ok(value)
    }
}

/// The price that it may come to, beside the caps of EIP-1559: the specification wants it of every transaction.
pub(crate) fn priced(mut transaction: Value) -> Value {
    if let Value::Object(fields) = &mut transaction
        && let Some(cap) = fields.get("maxFeePerGas").cloned()
    {
        fields.entry("gasPrice").or_insert(cap);
    }
    transaction
}

pub(crate) fn fill_transaction(api: &Api, request: TransactionRequest) -> Result<Value, RpcError> {
    let filled = fill(api, request)?;
    let shown = filled.to_json()?;
    // The bytes are whole but for the signature, which is zeros.
    let raw: Bytes = filled.signed(Signature::new(Default::default(), Default::default(), false)).encoded_2718().into();
    Ok(json!({ "raw": raw, "tx": priced(shown) }))
}
