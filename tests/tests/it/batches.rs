//! Batches with signed transactions: they are handed in together, and nobody can tell but by the time.

use alloy_primitives::{Bytes, TxKind, U256};
use eyre::{OptionExt as _, Result};
use serde_json::{Value, json};
use zx_tests::{Account, Http, Node};

const GAS: u64 = 21_000;

/// A node that makes no blocks, so that what waits stays as it is.
struct Still {
    node: Node,
    http: Http,
    _datadir: tempfile::TempDir,
}

fn still(flags: &[&str]) -> Result<Still> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), &[&["--no-mining"], flags].concat())?;
    Ok(Still { http: node.http()?, node, _datadir: datadir })
}

fn transfer(from: &mut Account, value: u64) -> Result<Bytes> {
    from.sign(TxKind::Call(Account::dev(9)?.address()), U256::from(value), Bytes::new(), GAS)
}

fn request(id: Value, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn send(id: Value, raw: &Bytes) -> Value {
    request(id, "eth_sendRawTransaction", json!([raw]))
}

/// Everything that may stand in a batch beside transactions, and everything that may be wrong with one.
fn mixed() -> Result<Vec<Value>> {
    let (mut alice, mut bob, mut poor) = (Account::dev(0)?, Account::dev(1)?, Account::dev(50)?);
    let (first, second, third) = (transfer(&mut alice, 1)?, transfer(&mut alice, 2)?, transfer(&mut alice, 3)?);
    let fourth = transfer(&mut alice, 4)?;
    alice.nonce = 1;
    let instead = transfer(&mut alice, 5)?;
    alice.nonce = 9_000;
    let ahead = transfer(&mut alice, 6)?;
    let pending = json!([alice.address(), "pending"]);
    let mut unanswered = send(Value::Null, &third);
    unanswered.as_object_mut().ok_or_eyre("an object")?.remove("id");
    Ok(vec![
        send(json!(0), &first),
        request(json!("one"), "zx_sendRawTransaction", json!([second])),
        request(json!(2), "eth_sendRawTransaction", json!([])),
        request(json!(3), "eth_sendRawTransaction", json!(["0xc0ffee"])),
        request(json!(4), "eth_sendRawTransaction", json!(["c0ffee"])),
        send(json!(5), &first),
        request(json!(6), "eth_getTransactionCount", pending.clone()),
        send(json!(7), &transfer(&mut bob, 1)?),
        send(json!(8), &instead),
        request(json!(9), "eth_chainId", json!([])),
        unanswered,
        send(json!(11), &transfer(&mut poor, 1)?),
        request(json!(12), "eth_sendRawTransaction", json!("0x00")),
        request(json!(13), "eth_sendRawTransaction", json!({ "transaction": fourth })),
        request(json!(14), "eth_sendRawTransaction", json!([first, second])),
        json!(15),
        request(Value::Null, "no_such", json!([])),
        send(json!(17), &ahead),
        request(json!(18), "eth_getTransactionCount", pending),
        request(json!(19), "eth_getTransactionByHash", json!([alloy_primitives::keccak256(&first)])),
    ])
}

#[test]
fn a_batch_with_transactions_does_what_its_requests_do_one_by_one() -> Result<()> {
    let batch = mixed()?;
    let (mut together, mut alone) = (still(&[])?, still(&[])?);
    let answers = together.http.post(Value::from(batch.clone()).to_string())?.json()?;
    let mut expected = Vec::new();
    for one in &batch {
        let answer = alone.http.post(one.to_string())?;
        if !answer.body.is_empty() {
            expected.push(answer.json()?);
        }
    }
    assert_eq!(answers, Value::from(expected), "the same answers, in the same order");

    let answers = answers.as_array().ok_or_eyre("a list")?;
    assert_eq!(answers.len(), batch.len() - 1, "a notification is not answered");
    let of = |id: Value| answers.iter().find(|answer| answer["id"] == id).ok_or_eyre("an answer for each id");
    let fails = |id: u64, code: i64, text: &str| -> Result<()> {
        let error = &of(json!(id))?["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(text)), "{id}: {error}");
        Ok(())
    };
    for taken in [json!(0), json!("one"), json!(7), json!(13)] {
        assert!(of(taken.clone())?["result"].as_str().is_some_and(|hash| hash.len() == 66), "{taken}");
    }
    assert_eq!(of(json!(6))?["result"], "0x2", "what stands before is done before");
    assert_eq!(of(json!(18))?["result"], "0x4", "and what a notification brings is taken too");
    fails(2, -32602, "missing value for required argument 0: transaction")?;
    fails(3, -32602, "invalid transaction encoding")?;
    fails(4, -32602, "without 0x prefix")?;
    fails(5, -32000, "already known")?;
    fails(8, -32000, "replacement transaction underpriced")?;
    fails(11, -32000, "insufficient funds for gas * price + value")?;
    fails(12, -32602, "non-array args")?;
    fails(14, -32602, "too many arguments")?;
    fails(17, -32000, "nonce too high")?;
    Ok(())
}

#[test]
fn more_transactions_than_go_together_are_all_taken_in_their_order() -> Result<()> {
    let mut still = still(&[])?;
    let mut alice = Account::dev(0)?;
    let batch = (0..600).map(|id| Ok(send(json!(id), &transfer(&mut alice, 1)?))).collect::<Result<Vec<_>>>()?;
    let answers = still.http.post(Value::from(batch.clone()).to_string())?.json()?;
    let answers = answers.as_array().ok_or_eyre("a list")?;
    let ids: Vec<u64> = answers.iter().filter_map(|answer| answer["id"].as_u64()).collect();
    assert_eq!(ids, (0..600).collect::<Vec<_>>());
    for (answer, one) in answers.iter().zip(&batch) {
        let raw: Bytes = serde_json::from_value(one["params"][0].clone())?;
        assert_eq!(answer["result"], json!(alloy_primitives::keccak256(raw)), "{answer}");
    }
    let status = still.node.rpc()?.call("txpool_status", json!([]))?;
    assert_eq!(status, json!({ "pending": "0x258", "queued": "0x0" }));
    Ok(())
}

#[test]
fn rates_and_namespaces_hold_for_each_transaction_of_a_batch() -> Result<()> {
    let flags = ["--rpc.method-rate", "eth_sendRawTransaction=1:3", "--http.api", "eth", "--metrics", "127.0.0.1:0"];
    let mut still = still(&flags)?;
    let mut alice = Account::dev(0)?;
    let mut batch = Vec::new();
    for id in 0..5 {
        let raw = transfer(&mut alice, 1)?;
        batch.push(request(json!(format!("zx {id}")), "zx_sendRawTransaction", json!([raw])));
        batch.push(send(json!(id), &raw));
    }
    batch.push(request(json!("chain"), "eth_chainId", json!([])));
    let answers = still.http.post(Value::from(batch).to_string())?;
    assert_eq!(answers.status, 200);
    let answers = answers.json()?;
    let answers = answers.as_array().ok_or_eyre("a list")?;
    let (ours, rest): (Vec<&Value>, Vec<&Value>) = answers.iter().partition(|one| one["id"].is_u64());
    let taken = ours.iter().filter(|one| one["result"].is_string()).count();
    let limited = ours.iter().filter(|one| one["error"]["code"] == -32005).count();
    assert_eq!((taken, limited), (3, 2), "{ours:?}");
    let hidden = rest.iter().filter(|one| one["error"]["code"] == -32601).count();
    assert_eq!((hidden, rest.len()), (5, 6), "the other name is of a namespace that is not served");
    assert_eq!(rest.last().ok_or_eyre("the last")?["result"], "0x7a69");

    let text = String::from_utf8(Http::connect(still.node.port("Metrics")?)?.get("/metrics")?.body)?;
    for line in [
        "zx_rpc_calls_total{method=\"eth_sendRawTransaction\",outcome=\"ok\"} 3\n",
        "zx_rpc_calls_total{method=\"\",outcome=\"limited\"} 2\n",
        "zx_rpc_calls_total{method=\"\",outcome=\"unknown\"} 5\n",
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
    Ok(())
}
