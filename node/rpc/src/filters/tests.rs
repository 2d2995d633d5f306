//! Filters before, in and after a reorganisation.

use crate::{Api, jsonrpc};
use alloy_primitives::{Address, B256, U256, b256};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use zx_chain::{Chain, ChainConfig, Finality};
use zx_primitives::{Block, ChainSpec, spec::COIN};

/// The first dev account.
const KEY: B256 = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const ADDRESS: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
/// Deploys a contract that logs the topics 0x2a and 0x2b whenever it is called.
const LOGGER: &str = "0x600f600c600039600f6000f3602a60006000a1602b60006000a100";

fn open(datadir: &Path) -> Api {
    let account: Address = ADDRESS.parse().unwrap();
    let mut config = ChainConfig::new(ChainSpec::dev(vec![(account, COIN * U256::from(10))]), datadir);
    config.finality = Finality::Depth(64);
    Api::new(Arc::new(Chain::open(config).unwrap()), "test".to_owned()).with_signers([KEY])
}

fn call(api: &Api, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = jsonrpc::answer(api, request.to_string().as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    answer.get("result").unwrap_or_else(|| panic!("{method}: {answer}")).clone()
}

/// Sends a transaction and puts it in a block.
fn send(api: &Api, transaction: Value) -> (Value, Arc<Block>) {
    let hash = call(api, "eth_sendTransaction", json!([transaction]));
    let block = api.chain.produce(false).unwrap().expect("a block");
    (call(api, "eth_getTransactionReceipt", json!([hash])), block)
}

/// What a filter of logs has to tell: the block and the topic of each log, and whether it is gone.
fn told(api: &Api, filter: &Value) -> Vec<(B256, u8, bool)> {
    let logs = call(api, "eth_getFilterChanges", json!([filter]));
    let log = |log: &Value| {
        let topic: B256 = serde_json::from_value(log["topics"][0].clone()).unwrap();
        let block = serde_json::from_value(log["blockHash"].clone()).unwrap();
        (block, topic[31], log["removed"].as_bool().unwrap())
    };
    logs.as_array().unwrap().iter().map(log).collect()
}

#[test]
fn what_a_reorganisation_takes_away_is_told_again_as_removed() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [api, other] = [open(folders[0].path()), open(folders[1].path())];
    let (deployed, first) = send(&api, json!({ "from": ADDRESS, "input": LOGGER }));
    let logs = call(&api, "eth_newFilter", json!([{ "address": deployed["contractAddress"] }]));
    let blocks = call(&api, "eth_newBlockFilter", json!([]));

    let ping = json!({ "from": ADDRESS, "to": deployed["contractAddress"], "gas": "0x186a0" });
    let (_, lost) = send(&api, ping);
    assert_eq!(told(&api, &logs), [(lost.hash, 0x2a, false), (lost.hash, 0x2b, false)]);
    assert_eq!(told(&api, &logs), []);
    assert_eq!(call(&api, "eth_getFilterChanges", json!([blocks])), json!([lost.hash]));

    // Another chain on the first block, longer and without the call.
    other.chain.import((*first).clone()).unwrap();
    let branch: Vec<Arc<Block>> = (0..2).map(|_| other.chain.produce(true).unwrap().expect("a block")).collect();
    branch.iter().for_each(|block| drop(api.chain.import((**block).clone()).unwrap()));
    assert_eq!(api.chain.head().hash, branch[1].hash);
    assert_eq!(told(&api, &logs), [(lost.hash, 0x2b, true), (lost.hash, 0x2a, true)], "the last one goes first");
    let hashes: Vec<B256> = branch.iter().map(|block| block.hash).collect();
    assert_eq!(call(&api, "eth_getFilterChanges", json!([blocks])), json!(hashes));

    // The transaction waits again, and is logged again in the block that takes it.
    let again = api.chain.produce(false).unwrap().expect("a block");
    assert_eq!(again.transactions.len(), 1);
    assert_eq!(told(&api, &logs), [(again.hash, 0x2a, false), (again.hash, 0x2b, false)]);
    assert_eq!(told(&api, &logs), []);
}
