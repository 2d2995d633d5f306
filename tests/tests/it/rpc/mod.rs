//! The methods of JSON-RPC on a real node: against Ethereum's own requests and schemas, against the node's own document,
//! and against answers that are written down.

mod conformance;
mod discover;
mod errors;
mod fuzz;
mod golden;
mod limits;
mod reset;

use alloy_eips::eip7702::Authorization;
use alloy_primitives::{Address, B256, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use eyre::Result;
use serde_json::{Value, json};
use zx_tests::{CHAIN_ID, Node, Rpc};

/// Deploys a contract that stores 1 and logs the topic 0x2a whenever it is called.
const LOGGER: &str = "0x600d600c600039600d6000f36001600055602a60006000a100";
/// Deploys a contract that reverts with `Error("no")`.
const REFUSER: &str = "0x6027600c60003960276000f3\
    62461bcd60e51b60005260206004526002602452616e6f60f01b60445260646000fd00000000000000000000";

/// A node whose chain has some of everything, and a connection to it.
struct Grown {
    node: Node,
    rpc: Rpc,
    /// A transaction of each kind: legacy, EIP-2930, EIP-1559, EIP-7702, a deployment, a call with a log.
    transactions: Vec<B256>,
    logger: Address,
    _datadir: tempfile::TempDir,
}

/// Accounts of the node that send; the first is the one that the examples of the documents name.
const SENDER: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const OTHER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

impl Grown {
    /// Grows a chain up to a height at least.
    fn new(height: u64) -> Result<Self> {
        let datadir = tempfile::tempdir()?;
        let node = Node::start(datadir.path())?;
        let rpc = node.rpc()?;
        let mut grown = Self { node, rpc, transactions: Vec::new(), logger: Address::ZERO, _datadir: datadir };
        let price = "0x2540be400";
        grown.send(json!({ "to": OTHER, "value": "0x1", "gasPrice": price }))?;
        grown.send(json!({ "to": OTHER, "gasPrice": price, "accessList": [{ "address": OTHER, "storageKeys": [B256::ZERO] }] }))?;
        grown.send(json!({ "to": OTHER, "value": "0x2" }))?;
        let authorization = authorization()?;
        grown.send(json!({ "to": OTHER, "gas": "0x186a0", "authorizationList": [authorization] }))?;
        let made = grown.send(json!({ "input": LOGGER }))?;
        grown.logger = serde_json::from_value(made["contractAddress"].clone())?;
        let logger = grown.logger;
        grown.send(json!({ "to": logger }))?;
        while U256::from(height) > zx_tests::quantity(&grown.rpc.call("eth_blockNumber", json!([]))?)? {
            grown.send(json!({ "to": OTHER, "value": "0x1" }))?;
            grown.transactions.pop();
        }
        Ok(grown)
    }

    /// Sends a transaction that the node signs, and gives its receipt.
    fn send(&mut self, mut transaction: Value) -> Result<Value> {
        transaction["from"] = SENDER.into();
        let hash: B256 = serde_json::from_value(self.rpc.call("eth_sendTransaction", json!([transaction]))?)?;
        self.transactions.push(hash);
        let receipt = self.rpc.receipt(hash)?;
        eyre::ensure!(receipt["status"] == "0x1", "{transaction} failed: {receipt}");
        Ok(receipt)
    }

    /// The whole answer to a request.
    fn answer(&self, method: &str, params: &Value) -> Result<Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.node.http()?.post(request.to_string())?.json()
    }
}

/// Some account's delegation to nobody.
fn authorization() -> Result<Value> {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x77))?;
    let authorization = Authorization { chain_id: U256::from(CHAIN_ID), address: Address::ZERO, nonce: 0 };
    let signature = signer.sign_hash_sync(&authorization.signature_hash())?;
    Ok(serde_json::to_value(authorization.into_signed(signature))?)
}
