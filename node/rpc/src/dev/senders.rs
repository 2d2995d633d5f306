//! Accounts that the node sends for without their keys, and what they send.

use crate::{Api, error::RpcError, fill};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::TransactionRequest;
use zx_primitives::impersonation;

pub(crate) fn impersonate(api: &Api, address: Address) -> Result<(), RpcError> {
    api.chain.control(|controls| controls.impersonated.insert(address));
    Ok(())
}

pub(crate) fn stop(api: &Api, address: Address) -> Result<(), RpcError> {
    api.chain.control(|controls| controls.impersonated.remove(&address));
    Ok(())
}

pub(crate) fn impersonate_all(api: &Api, on: bool) -> Result<(), RpcError> {
    api.chain.control(|controls| controls.impersonate_all = on);
    Ok(())
}

/// Whether transactions are taken for an account without its key.
pub(crate) fn is_impersonated(api: &Api, address: Address) -> bool {
    api.chain.is_development() && api.chain.control(|controls| controls.impersonates(&address))
}

/// Accounts that are impersonated by name.
pub(crate) fn impersonated(api: &Api) -> Vec<Address> {
    api.chain.control(|controls| controls.impersonated.iter().copied().collect())
}

/// Fills a transaction in and sends it without a signature.
pub(crate) fn send(api: &Api, request: TransactionRequest) -> Result<B256, RpcError> {
    let filled = fill::fill(api, request)?;
    let from = filled.from;
    let hash = api.chain.submit_as(from, &filled.signed(impersonation::mark(from)).encoded_2718())?;
    api.sent().push(hash);
    Ok(hash)
}

/// Forgets a waiting transaction; answers its hash, or null if there was none.
pub(crate) fn drop_one(api: &Api, hash: B256) -> Result<Option<B256>, RpcError> {
    Ok(api.chain.forget(&hash).then_some(hash))
}

pub(crate) fn drop_all(api: &Api) -> Result<(), RpcError> {
    api.chain.forget_all();
    Ok(())
}

/// Forgets what waits of a sender.
pub(crate) fn drop_of(api: &Api, sender: Address) -> Result<(), RpcError> {
    let waiting = api.chain.waiting_from(&sender);
    for tx in waiting.queued.iter().chain(waiting.pending.iter().rev()) {
        api.chain.forget(tx.inner().tx_hash());
    }
    Ok(())
}
