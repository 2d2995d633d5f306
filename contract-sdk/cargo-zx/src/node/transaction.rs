//! Signing, sending, and waiting for the block.

use super::{
    Node,
    chain::{CallRequest, Receipt},
};
use crate::{failure::Failure, ui::Ui};
use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use clap::Args;
use serde_json::json;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Time between two questions for a receipt: a dev node has it with the first.
const ASK: Duration = Duration::from_millis(200);

/// What a sender can choose about a transaction.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Transaction")]
pub struct TransactionArgs {
    /// Gas limit [default: what the node estimates, and a fifth more].
    #[arg(long, value_name = "GAS")]
    pub gas_limit: Option<u64>,
    /// The most that a gas may cost, in wei [default: four times the base fee, and the tip].
    #[arg(long, value_name = "WEI")]
    pub max_fee: Option<u128>,
    /// Tip to the block's producer for each gas, in wei [default: what the node suggests].
    #[arg(long, value_name = "WEI")]
    pub tip: Option<u128>,
    /// Nonce [default: the next].
    #[arg(long)]
    pub nonce: Option<u64>,
}

/// Signs and sends a transaction, and waits until it is in a block.
///
/// # Errors
/// The node does not answer or refuses it, or it is not in a block in time. A revert that the node foresees is a
/// [`Failure::Rpc`] with the revert data; one in the block is a receipt that did not succeed.
pub fn send(
    ui: &Ui,
    node: &Node,
    signer: &PrivateKeySigner,
    request: &CallRequest,
    args: &TransactionArgs,
) -> Result<Receipt, Failure> {
    let request = CallRequest { from: Some(signer.address()), ..request.clone() };
    let gas_limit = match args.gas_limit {
        Some(gas) => gas,
        // What a call takes depends on the state that it finds in its block.
        None => node.estimate(&request)?.saturating_mul(6) / 5,
    };
    let (max_fee, tip) = node.fees()?;
    let max_fee_per_gas = args.max_fee.unwrap_or(max_fee.max(args.tip.unwrap_or_default()));
    let tx = TxEip1559 {
        chain_id: node.chain_id(),
        nonce: args.nonce.map_or_else(|| node.nonce(signer.address()), Ok)?,
        gas_limit,
        max_fee_per_gas,
        max_priority_fee_per_gas: args.tip.unwrap_or(tip).min(max_fee_per_gas),
        to: request.to.map_or(TxKind::Create, TxKind::Call),
        value: request.value,
        access_list: Default::default(),
        input: request.input,
    };
    let signature = signer.sign_hash_sync(&tx.signature_hash());
    let signature = signature.map_err(|error| Failure::Key(format!("cannot sign: {error}")))?;
    let raw = Bytes::from(tx.into_signed(signature).encoded_2718());
    let hash: B256 = node.call("eth_sendRawTransaction", json!([raw]))?;
    wait(ui, node, hash)
}

fn wait(ui: &Ui, node: &Node, hash: B256) -> Result<Receipt, Failure> {
    let _progress = ui.progress(&format!("waiting for {hash}"));
    let end = Instant::now() + node.patience();
    loop {
        if let Some(receipt) = node.receipt(hash)? {
            return Ok(receipt);
        }
        if Instant::now() > end {
            return Err(Failure::Other(format!(
                "{hash} was sent, but is in no block after {} s\n  it may come yet; `--timeout SECONDS` waits longer",
                node.patience().as_secs()
            )));
        }
        thread::sleep(ASK);
    }
}

/// A value in wei: `1000`, `0.5ether`, `20 gwei`.
///
/// # Errors
/// It is none; the text says what one looks like.
pub fn wei(text: &str) -> Result<U256, String> {
    let value = alloy_dyn_abi::DynSolType::Uint(256).coerce_str(text).ok();
    value.and_then(|value| value.as_uint().map(|(value, _)| value)).ok_or_else(|| {
        format!("`{text}` is no amount: write wei (`1000000`), or a number with a unit (`0.5ether`, `20gwei`)")
    })
}

/// An address, for clap: its error says what one looks like.
///
/// # Errors
/// It is none.
pub fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| format!("`{text}` is no address: it takes 0x and 40 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units() {
        assert_eq!(wei("1000"), Ok(U256::from(1_000)));
        assert_eq!(wei("20gwei"), Ok(U256::from(20_000_000_000u64)));
        assert_eq!(wei("0.5 ether"), Ok(U256::from(500_000_000_000_000_000u64)));
        assert!(wei("much").expect_err("no number").contains("0.5ether"));
    }
}
