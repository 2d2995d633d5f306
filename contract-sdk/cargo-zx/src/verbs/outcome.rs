//! Showing what became of a call or a transaction.

use crate::{
    failure::Failure,
    node::{
        Node,
        chain::{CallRequest, Log, Receipt},
        revert_data,
    },
    ui::{Ui, grouped},
    values::decode,
};
use alloy_json_abi::JsonAbi;
use serde_json::{Value, json};

/// Turns a revert that the node reports into one that the ABI explains.
pub(super) fn explain(abi: &JsonAbi, what: &str, failure: Failure) -> Failure {
    match revert_data(&failure) {
        Some(data) => {
            let reason = decode::revert(abi, data).text();
            Failure::Reverted { what: what.to_owned(), reason, data: data.clone() }
        }
        // geth leaves the data out if there are none.
        None if matches!(&failure, Failure::Rpc { message, .. } if message.starts_with("execution reverted")) => {
            Failure::Reverted { what: what.to_owned(), reason: "without a reason".to_owned(), data: Default::default() }
        }
        None => failure,
    }
}

/// Events of a receipt: those that the ABI knows by name, the others as they are.
pub(super) fn events(ui: &Ui, abi: &JsonAbi, logs: &[Log]) -> Value {
    let one = |log: &Log| match decode::log(abi, &log.topics, &log.data) {
        Some(event) => {
            ui.row("event", format!("{} by {}", event.text(), log.address));
            let mut object = event.json();
            if let Some(object) = object.as_object_mut() {
                object.insert("address".to_owned(), json!(log.address.to_string()));
            }
            object
        }
        None => {
            let topics = log.topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            ui.row("event", format!("unknown: topics [{topics}], data {} by {}", log.data, log.address));
            json!({ "address": log.address.to_string(), "topics": log.topics, "data": log.data })
        }
    };
    logs.iter().map(one).collect()
}

/// Shows a receipt's transaction, block and gas.
pub(super) fn receipt(ui: &Ui, receipt: &Receipt) {
    ui.row("transaction", receipt.transaction_hash.to_string());
    ui.row("block", receipt.block_number.to_string());
    let price = receipt.effective_gas_price;
    ui.row("gas", format!("{} at {price} wei", grouped(receipt.gas_used.to::<u64>())));
}

/// The same for programs.
pub(super) fn receipt_json(receipt: &Receipt) -> Value {
    json!({
        "transaction": receipt.transaction_hash,
        "block": receipt.block_number.to::<u64>(),
        "gasUsed": receipt.gas_used.to::<u64>(),
        "effectiveGasPrice": receipt.effective_gas_price.to_string(),
    })
}

/// Why a transaction that is in a block failed: the call is run again on the state after it, as the receipt has no data.
pub(super) fn failed(node: &Node, abi: &JsonAbi, what: &str, request: &CallRequest, receipt: &Receipt) -> Failure {
    let hash = receipt.transaction_hash;
    match node.read(request) {
        Err(failure) => match explain(abi, what, failure) {
            Failure::Reverted { what, reason, data } => {
                Failure::Reverted { what, reason: format!("{reason}\n  transaction {hash}"), data }
            }
            other => other,
        },
        Ok(_) => Failure::Reverted {
            what: what.to_owned(),
            reason: format!(
                "in the block, though not now: was it out of gas?\n  transaction {hash}; `cargo zx trace` shows more"
            ),
            data: Default::default(),
        },
    }
}
