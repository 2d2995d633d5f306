//! Accounts that the node signs for: those of a development node, which everybody knows.

use crate::{
    Api,
    dev::senders,
    error::RpcError,
    fill::{self, Filled},
    submit,
};
use alloy_dyn_abi::TypedData;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, eip191_hash_message};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};

/// The keys, in the order in which they are listed.
#[derive(Default)]
pub(crate) struct Signers(Vec<PrivateKeySigner>);

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(PrivateKeySigner::address)).finish()
    }
}

impl Signers {
    /// Keys by their secrets; one that is none is left out.
    pub(crate) fn new(secrets: impl IntoIterator<Item = B256>) -> Self {
        Self(secrets.into_iter().filter_map(|secret| PrivateKeySigner::from_bytes(&secret).ok()).collect())
    }

    /// Whether the node signs for an address.
    pub(crate) fn has(&self, address: Address) -> bool {
        self.get(address).is_ok()
    }

    fn get(&self, address: Address) -> Result<&PrivateKeySigner, RpcError> {
        let unknown = || RpcError::server(format!("unknown account: this node does not sign for {address}"));
        self.0.iter().find(|signer| signer.address() == address).ok_or_else(unknown)
    }

    fn sign(&self, address: Address, hash: B256) -> Result<alloy_primitives::Signature, RpcError> {
        self.get(address)?.sign_hash_sync(&hash).map_err(|error| RpcError::server(error.to_string()))
    }
}

/// Accounts of whom the node has the keys.
pub(crate) fn own(api: &Api) -> Vec<Address> {
    api.signers.0.iter().map(PrivateKeySigner::address).collect()
}

/// Those, and the ones that are impersonated.
pub(crate) fn list(api: &Api) -> Result<Vec<Address>, RpcError> {
    let mut all = own(api);
    let others: Vec<Address> = senders::impersonated(api).into_iter().filter(|other| !all.contains(other)).collect();
    all.extend(others);
    Ok(all)
}

pub(crate) fn sign(api: &Api, address: Address, message: Bytes) -> Result<Bytes, RpcError> {
    Ok(api.signers.sign(address, eip191_hash_message(message))?.as_bytes().into())
}

/// Typed data comes as an object, or as the text of one.
pub(crate) fn sign_typed_data(api: &Api, address: Address, data: Value) -> Result<Bytes, RpcError> {
    let data: TypedData = match data {
        Value::String(text) => serde_json::from_str(&text),
        object => serde_json::from_value(object),
    }
    .map_err(|error| RpcError::params(format!("invalid argument 1: not typed data (EIP-712): {error}")))?;
    let hash = data
        .eip712_signing_hash()
        .map_err(|error| RpcError::params(format!("invalid argument 1: the data is not of its type: {error}")))?;
    Ok(api.signers.sign(address, hash)?.as_bytes().into())
}

type Envelope = alloy_consensus::EthereumTxEnvelope<alloy_consensus::TxEip4844Variant>;

fn seal(api: &Api, filled: Filled) -> Result<Envelope, RpcError> {
    let signature = api.signers.sign(filled.from, filled.hash())?;
    Ok(filled.signed(signature))
}

/// Fills a transaction in and signs it.
fn signed(api: &Api, request: TransactionRequest) -> Result<Envelope, RpcError> {
    // Before anything is worked out for an address that nothing can be signed for.
    api.signers.get(request.from.unwrap_or_default())?;
    seal(api, fill::fill(api, request)?)
}

/// Signs and sends a transaction that is whole.
pub(crate) fn sign_and_send(api: &Api, filled: Filled) -> Result<B256, RpcError> {
    submit::raw(api, seal(api, filled)?.encoded_2718().into())
}

pub(crate) fn sign_transaction(api: &Api, request: TransactionRequest) -> Result<Value, RpcError> {
    let envelope = signed(api, request)?;
    let raw: Bytes = envelope.encoded_2718().into();
    Ok(json!({ "raw": raw, "tx": fill::priced(json!(envelope)) }))
}

pub(crate) fn send_transaction(api: &Api, request: TransactionRequest) -> Result<B256, RpcError> {
    let from = request.from.unwrap_or_default();
    if !api.signers.has(from) && senders::is_impersonated(api, from) {
        return senders::send(api, request);
    }
    submit::raw(api, signed(api, request)?.encoded_2718().into())
}
