//! What the node says of its methods is what they do.

use super::Grown;
use eyre::{OptionExt as _, Result, WrapErr as _, ensure};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs};
use zx_tests::{Schema, workspace};

/// Examples that no chain has a good answer to: their transactions are signed by nobody, their filters are gone, what they trace is
/// not there.
const REFUSED: &[&str] = &[
    "eth_sendRawTransaction",
    "eth_sendRawTransactionSync",
    "txpool_replaceByFee",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "debug_traceTransaction",
    "debug_traceBlockByHash",
];
/// Methods that there are over a WebSocket only.
const SOCKET: &[&str] = &["eth_subscribe", "zx_subscribe", "eth_unsubscribe"];

/// Requests in the blocks of a document.
fn examples(document: &str) -> Result<Vec<Value>> {
    let blocks = document.split("```json\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.map(|block| Ok(serde_json::from_str(block)?)).collect()
}

#[test]
fn every_example_of_the_documents_is_answered_as_the_schemas_say() -> Result<()> {
    let grown = Grown::new(0)?;
    let document = grown.answer("rpc.discover", &json!([]))?["result"].clone();
    let methods = document["methods"].as_array().ok_or_eyre("no methods")?;
    let named: BTreeMap<&str, &Value> =
        methods.iter().filter_map(|method| Some((method["name"].as_str()?, method))).collect();
    let examples = examples(&fs::read_to_string(workspace().join("docs/rpc.md"))?)?;
    ensure!(examples.len() >= 80, "only {} examples", examples.len());
    let mut socket = grown.node.socket()?;
    let mut wrong = Vec::new();
    for mut example in examples {
        let name = example["method"].as_str().ok_or_eyre("no method")?.to_owned();
        if name == "admin_exportChain" {
            let file = tempfile::tempdir()?.path().join("blocks");
            fs::create_dir_all(file.parent().ok_or_eyre("a folder")?)?;
            example["params"] = json!([file]);
        }
        if name == "eth_unsubscribe" {
            example["params"] = json!([socket.subscribe(json!(["newHeads"]))?]);
        }
        let answer = match SOCKET.contains(&name.as_str()) {
            true => socket.ask(&name, example["params"].take())?,
            false => grown.answer(&name, &example["params"])?,
        };
        if REFUSED.contains(&name.as_str()) {
            ensure!(
                answer["error"]["code"].as_i64().is_some_and(|code| code != -32_601 && code != -32_603),
                "{answer}"
            );
            continue;
        }
        let Some(result) = answer.get("result") else {
            wrong.push(format!("{name}: {answer}"));
            continue;
        };
        let method = named.get(name.as_str()).ok_or_eyre("a method that is not in the document")?;
        if let Err(error) = Schema::new(&method["result"]["schema"], &document).check(result) {
            wrong.push(format!("{name}: {error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}

#[test]
fn every_notification_is_as_the_document_says() -> Result<()> {
    let mut grown = Grown::new(0)?;
    let document = grown.answer("rpc.discover", &json!([]))?["result"].clone();
    let mut socket = grown.node.socket()?;
    let topics = document["x-subscriptions"].as_array().ok_or_eyre("no subscriptions")?;
    let mut schemas = BTreeMap::new();
    for topic in topics {
        let id = socket.subscribe(json!([topic["name"]]))?;
        schemas.insert(id, (topic["name"].as_str().ok_or_eyre("no name")?, &topic["params"]));
    }
    ensure!(schemas.len() == 4, "a topic has come or gone: {topics:?}");
    let whole = socket.subscribe(json!(["newPendingTransactions", true]))?;
    let pending = topics.iter().find(|topic| topic["name"] == "newPendingTransactions").ok_or_eyre("no topic")?;
    schemas.insert(whole, ("newPendingTransactions, whole", &pending["params"]));
    let logger = grown.logger;
    grown.send(json!({ "to": logger }))?;
    // All but `syncing`, which a node that is alone does not.
    let mut told = BTreeMap::new();
    while told.len() < 4 {
        let (id, result) = socket.notification()?;
        let (name, schema) = schemas.get(&id).ok_or_eyre("a notification of something else")?;
        let params = json!({ "subscription": id, "result": result });
        Schema::new(schema, &document).check(&params).wrap_err_with(|| format!("{name}: {params}"))?;
        told.insert(id, params);
    }
    Ok(())
}
