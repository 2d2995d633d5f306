//! The requests of ethereum/execution-apis, replayed. The chain that they were recorded on is not this one: what is held
//! to them is the shape of every result, and the code of every error.

use super::{Grown, OTHER};
use eyre::{OptionExt as _, Result, WrapErr as _, bail, ensure, eyre};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};
use zx_tests::{Schema, workspace};

/// Requests that this chain answers in another way, because it has no blobs (EIP-4844), or not the transaction.
const OTHERWISE: &[&str] = &["estimate-with-eip4844.io", "send-blob-tx.io", "debug_getRawTransaction/get-tx.io"];
/// Codes of errors that depend on what the chain has: a block that is not there, a transaction that cannot be.
const OF_THE_CHAIN: &[i64] = &[-32_000, 3];
/// Height of the chain that the requests were recorded on.
const HEIGHT: u64 = 0x36;

fn folder() -> Option<PathBuf> {
    let beside = || workspace().join("../shared/conformance");
    let folder = env::var_os("ZX_CONFORMANCE_DIR").map_or_else(beside, PathBuf::from).join("execution-apis");
    let there = folder.is_dir();
    if !there {
        println!("skipped: no folder {}: set ZX_CONFORMANCE_DIR", folder.display());
    }
    there.then_some(folder)
}

/// Schemas of results, by method.
fn schemas(folder: &Path) -> Result<BTreeMap<String, Value>> {
    let document: Value = serde_json::from_slice(&fs::read(folder.join("openrpc.json"))?)?;
    let methods = document["methods"].as_array().ok_or_eyre("no methods")?;
    Ok(methods
        .iter()
        .filter_map(|method| Some((method["name"].as_str()?.to_owned(), method["result"]["schema"].clone())))
        .collect())
}

/// A request, and the answer that was recorded.
struct Exchange {
    request: Value,
    recorded: Value,
}

fn exchanges(file: &Path) -> Result<Vec<Exchange>> {
    let text = fs::read_to_string(file)?;
    let json = |line: &str| serde_json::from_str::<Value>(line.get(3..).unwrap_or_default());
    let requests = text.lines().filter(|line| line.starts_with(">> ")).map(json);
    let answers = text.lines().filter(|line| line.starts_with("<< ")).map(json);
    requests.zip(answers).map(|(request, recorded)| Ok(Exchange { request: request?, recorded: recorded? })).collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for method in fs::read_dir(folder.join("tests"))? {
        for file in fs::read_dir(method?.path())? {
            files.push(file?.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Holds an answer to its schema, or its error to the recorded one.
fn check(schemas: &BTreeMap<String, Value>, exchange: &Exchange, answer: &Value) -> Result<()> {
    let method = exchange.request["method"].as_str().ok_or_eyre("no method")?;
    let code = answer["error"]["code"].as_i64();
    match (exchange.recorded["error"]["code"].as_i64(), code) {
        (Some(recorded), Some(code)) => {
            let same = recorded == code || OF_THE_CHAIN.contains(&recorded) && OF_THE_CHAIN.contains(&code);
            ensure!(same, "code {code}, recorded {recorded}: {answer}");
        }
        // It has not failed: on this chain there is nothing that could.
        (Some(recorded), None) => ensure!(OF_THE_CHAIN.contains(&recorded), "no error, recorded {recorded}: {answer}"),
        (None, Some(code)) => ensure!(OF_THE_CHAIN.contains(&code), "code {code}, recorded a result: {answer}"),
        (None, None) => {
            let schema = schemas.get(method).ok_or_else(|| eyre!("no schema of {method}"))?;
            Schema::new(schema, schema).check(&answer["result"])?;
        }
    }
    Ok(())
}

#[test]
fn recorded_requests_are_answered_in_the_shapes_of_the_specification() -> Result<()> {
    let Some(folder) = folder() else { return Ok(()) };
    let schemas = schemas(&folder)?;
    let grown = Grown::new(HEIGHT)?;
    let (mut done, mut wrong) = (0, Vec::new());
    for file in files(&folder)? {
        if OTHERWISE.iter().any(|name| file.ends_with(name)) {
            continue;
        }
        for exchange in exchanges(&file)? {
            let body = exchange.request.to_string();
            let answer = grown.node.http()?.post(body)?.json()?;
            ensure!(answer["id"] == exchange.request["id"], "{answer}");
            if let Err(error) = check(&schemas, &exchange, &answer) {
                wrong.push(format!("{}: {error:#}", file.strip_prefix(&folder)?.display()));
            }
            done += 1;
        }
    }
    ensure!(done >= 100, "only {done} requests were found");
    ensure!(wrong.is_empty(), "{} of {done} are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    Ok(())
}

/// Requests for what the chain has: none of them may fail, and none may be answered with null.
fn requests(grown: &Grown) -> Result<Vec<(&'static str, Value)>> {
    let mut requests = Vec::new();
    let mut rpc = grown.node.rpc()?;
    for hash in &grown.transactions {
        let receipt = rpc.call("eth_getTransactionReceipt", json!([hash]))?;
        let (block, number, index) = (&receipt["blockHash"], &receipt["blockNumber"], &receipt["transactionIndex"]);
        requests.extend([
            ("eth_getTransactionReceipt", json!([hash])),
            ("eth_getTransactionByHash", json!([hash])),
            ("eth_getTransactionByBlockHashAndIndex", json!([block, index])),
            ("eth_getTransactionByBlockNumberAndIndex", json!([number, index])),
            ("eth_getBlockByHash", json!([block, true])),
            ("eth_getBlockByHash", json!([block, false])),
            ("eth_getBlockByNumber", json!([number, true])),
            ("eth_getBlockTransactionCountByHash", json!([block])),
            ("eth_getBlockTransactionCountByNumber", json!([number])),
            ("eth_getBlockReceipts", json!([number])),
            ("eth_getBlockReceipts", json!([{ "blockHash": block }])),
            ("debug_getRawBlock", json!([number])),
            ("debug_getRawHeader", json!([number])),
            ("debug_getRawReceipts", json!([number])),
            ("debug_getRawTransaction", json!([hash])),
            ("eth_getLogs", json!([{ "blockHash": block }])),
            ("debug_traceTransaction", json!([hash])),
            ("debug_traceTransaction", json!([hash, { "enableMemory": true, "enableReturnData": true }])),
            ("debug_traceTransaction", json!([hash, { "disableStack": true, "disableStorage": true, "limit": 1 }])),
            ("debug_traceBlockByHash", json!([block, { "enableMemory": true }])),
            ("debug_traceBlockByNumber", json!([number])),
        ]);
    }
    let logger = grown.logger;
    let call = json!({ "from": super::SENDER, "to": logger });
    requests.extend([
        ("eth_getLogs", json!([{ "fromBlock": "0x0", "address": logger }])),
        ("eth_getCode", json!([logger, "latest"])),
        ("eth_getStorageAt", json!([logger, "0x0", "latest"])),
        ("eth_getStorageValues", json!([{ (logger.to_string()): ["0x0"] }, "latest"])),
        ("eth_getProof", json!([logger, ["0x0", "0x1"], "latest"])),
        ("eth_createAccessList", json!([call, "latest"])),
        ("eth_estimateGas", json!([call])),
        ("eth_call", json!([call, "latest"])),
        ("eth_simulateV1", json!([{ "blockStateCalls": [{ "calls": [call] }], "returnFullTransactions": true }, "latest"])),
        ("eth_simulateV1", json!([{ "blockStateCalls": [{ "calls": [call] }, {}], "traceTransfers": true }])),
        ("eth_simulateV1", json!([{ "blockStateCalls": [{ "calls": [{ "input": "0xfe", "gas": "0x186a0" }, { "input": super::REFUSER }] }] }])),
        ("eth_fillTransaction", json!([{ "from": super::SENDER, "to": OTHER, "value": "0x1" }])),
        ("eth_fillTransaction", json!([{ "from": super::SENDER, "to": OTHER, "gasPrice": "0x2540be400" }])),
        ("eth_signTransaction", json!([{ "from": super::SENDER, "to": OTHER, "value": "0x1" }])),
        ("eth_feeHistory", json!(["0x5", "latest", [0, 50, 100]])),
        ("eth_capabilities", json!([])),
        ("eth_baseFee", json!([])),
        ("eth_blobBaseFee", json!([])),
        ("eth_gasPrice", json!([])),
        ("eth_maxPriorityFeePerGas", json!([])),
        ("eth_accounts", json!([])),
        ("eth_coinbase", json!([])),
        ("eth_newBlockFilter", json!([])),
        ("eth_newPendingTransactionFilter", json!([])),
        ("eth_newFilter", json!([{ "fromBlock": "0x0" }])),
        ("eth_getFilterLogs", json!(["0x3"])),
        ("eth_getFilterChanges", json!(["0x1"])),
        ("eth_uninstallFilter", json!(["0x1"])),
        ("eth_sign", json!([super::SENDER, "0x01"])),
        ("txpool_status", json!([])),
        ("txpool_content", json!([])),
    ]);
    Ok(requests)
}

#[test]
fn what_the_chain_has_is_answered_in_the_shapes_of_the_specification() -> Result<()> {
    let Some(folder) = folder() else { return Ok(()) };
    let schemas = schemas(&folder)?;
    let grown = Grown::new(0)?;
    let mut wrong = Vec::new();
    for (method, params) in requests(&grown)? {
        let answer = grown.answer(method, &params)?;
        let result = match answer.get("result") {
            Some(result) if !result.is_null() => result,
            _ => bail!("{method} {params}: {answer}"),
        };
        let schema = schemas.get(method).ok_or_else(|| eyre!("no schema of {method}"))?;
        if let Err(error) = Schema::new(schema, schema).check(result).wrap_err_with(|| format!("{method} {params}")) {
            wrong.push(format!("{error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}
