//! `txpool_*`.

use crate::{Api, convert, error::RpcError};
use alloy_consensus::{Transaction as _, transaction::SignerRecoverable};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rpc_types_eth::Transaction;
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::{RecoveredTx, Tx};

/// What waits of a sender, by nonce.
type ByNonce<T> = BTreeMap<String, T>;

/// What waits, ready for a block or behind something that is missing.
#[derive(Serialize)]
pub(crate) struct Content<T> {
    pending: T,
    queued: T,
}

pub(crate) fn status(api: &Api) -> Result<Value, RpcError> {
    let status = api.chain.pool_status();
    Ok(json!({ "pending": U64::from(status.pending), "queued": U64::from(status.queued) }))
}

fn by_nonce<T>(waiting: &[Arc<RecoveredTx>], show: impl Fn(&RecoveredTx) -> T) -> ByNonce<T> {
    waiting.iter().map(|tx| (tx.inner().nonce().to_string(), show(tx))).collect()
}

fn by_sender<T>(api: &Api, show: impl Fn(&RecoveredTx) -> T) -> Content<BTreeMap<String, ByNonce<T>>> {
    let mut content = Content { pending: BTreeMap::new(), queued: BTreeMap::new() };
    for (sender, waiting) in api.chain.waiting_content() {
        let sides = [(&mut content.pending, waiting.pending), (&mut content.queued, waiting.queued)];
        for (side, waiting) in sides.into_iter().filter(|(_, waiting)| !waiting.is_empty()) {
            side.insert(sender.to_checksum(None), by_nonce(&waiting, &show));
        }
    }
    content
}

fn whole(tx: &RecoveredTx) -> Transaction<Tx> {
    convert::waiting(tx.clone())
}

/// geth's line.
fn line(tx: &RecoveredTx) -> String {
    let tx = tx.inner();
    let to = tx.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_checksum(None));
    format!("{to}: {} wei + {} gas × {} wei", tx.value(), tx.gas_limit(), tx.max_fee_per_gas())
}

pub(crate) fn content(api: &Api) -> Result<impl Serialize + use<>, RpcError> {
    Ok(by_sender(api, whole))
}

pub(crate) fn inspect(api: &Api) -> Result<impl Serialize + use<>, RpcError> {
    Ok(by_sender(api, line))
}

pub(crate) fn content_from(api: &Api, address: Address) -> Result<impl Serialize + use<>, RpcError> {
    let waiting = api.chain.waiting_from(&address);
    Ok(Content { pending: by_nonce(&waiting.pending, whole), queued: by_nonce(&waiting.queued, whole) })
}

/// The waiting transaction of a sender with a nonce.
pub(crate) fn waiting_of(api: &Api, sender: Address, nonce: u64) -> Option<RecoveredTx> {
    api.chain.waiting_by_nonce(&sender, nonce).map(|tx| (*tx).clone())
}

/// What a transaction was replaced by.
#[derive(Serialize)]
pub(crate) struct Replacement {
    replaced: B256,
    hash: B256,
}

pub(crate) fn replace_by_fee(api: &Api, transaction: Bytes) -> Result<Replacement, RpcError> {
    let invalid = |error: String| RpcError::params(format!("invalid transaction encoding: {error}"));
    let tx = Tx::decode_2718(&mut transaction.as_ref()).map_err(|error| invalid(error.to_string()))?;
    let sender =
        tx.recover_signer().map_err(|error| RpcError::server(format!("invalid transaction signature: {error}")))?;
    let old = waiting_of(api, sender, tx.nonce()).ok_or_else(|| {
        let nonce = tx.nonce();
        RpcError::server(format!("no transaction to replace: nothing of {sender} waits with nonce {nonce}"))
    })?;
    let hash = crate::submit::raw(api, transaction)?;
    Ok(Replacement { replaced: *old.inner().tx_hash(), hash })
}
