//! Every error of the documents is provoked, and has the code and the words that they say.

use super::{Grown, LOGGER, OTHER, REFUSER, SENDER};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip4844, TxLegacy};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, b256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use eyre::{OptionExt as _, Result, ensure};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use zx_tests::{CHAIN_ID, Node, Rpc, workspace};

/// The second development account, whose address is [`OTHER`].
const KEY: B256 = b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
/// Nobody's address, to which calls give code.
const CODE_AT: &str = "0x00000000000000000000000000000000000000cc";
/// Jumps to itself.
const SPIN: &str = "0x5b5f56";
/// Wei a gas: enough for any base fee here.
const CAP: u128 = 100_000_000_000;
/// Least tip of the node, in wei a gas.
const TIP: u128 = 10;
/// Rows that other tests provoke: they take floods, or many sockets.
const ELSEWHERE: &[&str] = &["rate limit exceeded", "the node is busy", "too many subscriptions on this connection"];
/// The node's own failures, which no request can provoke.
const INTERNAL: i64 = -32_603;

/// A row of the table in docs/rpc.md.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    code: i64,
    text: String,
}

fn rows() -> Result<BTreeSet<Row>> {
    let document = fs::read_to_string(workspace().join("docs/rpc.md"))?;
    let table =
        document.split("\n## Errors\n").nth(1).and_then(|rest| rest.split("\n## ").next()).ok_or_eyre("no table")?;
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let code = cells.next()?.parse().ok()?;
        Some(Row { code, text: cells.next()?.trim_matches('`').to_owned() })
    };
    Ok(table.lines().filter_map(row).collect())
}

/// Whether a message begins as a row says, where `N`, `X` and `NAME` stand for anything.
fn fits(row: &Row, code: i64, message: &str) -> Result<bool> {
    let words: Vec<String> = row
        .text
        .split(' ')
        .map(|word| match word.trim_matches(|c: char| !c.is_ascii_alphabetic()) {
            name @ ("N" | "X" | "NAME") => regex_lite::escape(word).replace(name, ".*"),
            _ => regex_lite::escape(word),
        })
        .collect();
    Ok(row.code == code && regex_lite::Regex::new(&format!("^{}", words.join(" ")))?.is_match(message))
}

/// The rows that answers have fitted.
struct Seen {
    rows: BTreeSet<Row>,
    seen: BTreeSet<Row>,
    wrong: Vec<String>,
}

impl Seen {
    /// Takes note of an answer, which must be an error of the documents that begins so.
    fn note(&mut self, begins: &str, what: &str, answer: &Value) -> Result<()> {
        let (code, message) =
            (answer["error"]["code"].as_i64(), answer["error"]["message"].as_str().unwrap_or_default());
        let mut found = None;
        for row in &self.rows {
            if fits(row, code.unwrap_or_default(), message)? && row.text.starts_with(begins) {
                found = Some(row.clone());
            }
        }
        match found {
            Some(row) => _ = self.seen.insert(row),
            None => self.wrong.push(format!("{what}: wanted {begins:?}, got {answer}")),
        }
        Ok(())
    }

    fn ask(&mut self, node: &Node, begins: &str, method: &str, params: Value) -> Result<()> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = node.http()?.post(body.to_string())?.json()?;
        self.note(begins, &format!("{method} {params}"), &answer)
    }

    fn send(&mut self, node: &Node, begins: &str, raw: &Bytes) -> Result<()> {
        self.ask(node, begins, "eth_sendRawTransaction", json!([raw]))
    }
}

fn node(flags: &[&str]) -> Result<(tempfile::TempDir, Node)> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), flags)?;
    Ok((datadir, node))
}

/// A call of code that is nowhere else.
fn call(code: &str) -> Value {
    json!([{ "to": CODE_AT, "gas": "0x186a0" }, "latest", { CODE_AT: { "code": code } }])
}

fn signed<T: SignableTransaction<Signature>>(tx: T) -> Result<Bytes>
where
    alloy_consensus::Signed<T>: Encodable2718,
{
    let signature = PrivateKeySigner::from_bytes(&KEY)?.sign_hash_sync(&tx.signature_hash())?;
    Ok(tx.into_signed(signature).encoded_2718().into())
}

/// A transfer of nothing, with what `change` makes of it.
fn tx(change: impl FnOnce(&mut TxEip1559)) -> TxEip1559 {
    let mut tx = TxEip1559 {
        chain_id: CHAIN_ID,
        nonce: 1,
        gas_limit: 21_000,
        max_fee_per_gas: CAP,
        max_priority_fee_per_gas: TIP,
        to: TxKind::Call(Address::repeat_byte(7)),
        ..TxEip1559::default()
    };
    change(&mut tx);
    tx
}

fn general(seen: &mut Seen, node: &Node) -> Result<()> {
    let answer = node.http()?.post("{")?.json()?;
    seen.note("parse error", "{", &answer)?;
    let answer = node.http()?.post("{}")?.json()?;
    seen.note("invalid request", "{}", &answer)?;
    seen.ask(node, "the method X", "eth_nothing", json!([]))?;
    seen.ask(node, "invalid argument", "eth_getBalance", json!([7]))
}

fn calls(seen: &mut Seen, node: &Node) -> Result<()> {
    seen.ask(node, "execution reverted", "eth_call", call("0x5f5ffd"))?;
    seen.ask(node, "out of gas", "eth_call", call(SPIN))?;
    let precompile = json!([{ "to": "0x000000000000000000000000000000000000000a", "input": "0x00", "gas": "0x186a0" }]);
    seen.ask(node, "vm execution error", "eth_call", precompile)?;
    seen.ask(node, "gas required exceeds", "eth_estimateGas", call(SPIN))?;
    seen.ask(node, "header not found", "eth_call", json!([{ "to": CODE_AT }, "0xffff"]))?;
    seen.ask(node, "invalid WASM module", "eth_call", json!([{ "input": "0xef5a5801000000080011223344556677" }]))?;
    seen.ask(node, "invalid WASM deployment", "eth_call", json!([{ "input": "0xef5a5801" }]))
}

/// Words of geth that the documents name beside others.
fn machine(node: &Node) -> Result<()> {
    for (code, words) in
        [("0xfe", "invalid opcode"), ("0x50", "stack underflow"), ("0x600356", "invalid jump destination")]
    {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": call(code) });
        let error = node.http()?.post(body.to_string())?.json()?["error"].take();
        ensure!(error["code"] == -32_000, "{code}: {error}");
        ensure!(error["message"].as_str().is_some_and(|text| text.starts_with(words)), "{code}: {error}");
    }
    Ok(())
}

fn transactions(seen: &mut Seen, node: &Node, rpc: &mut Rpc) -> Result<()> {
    rpc.send_raw(&signed(tx(|tx| tx.nonce = 0))?)?;
    rpc.call("evm_mine", json!([]))?;
    seen.send(node, "nonce too low", &signed(tx(|tx| (tx.nonce, tx.value) = (0, U256::from(1))))?)?;
    seen.send(node, "nonce too high", &signed(tx(|tx| tx.nonce = 1_000_000))?)?;
    let waiting = signed(tx(|_| {}))?;
    rpc.send_raw(&waiting)?;
    seen.send(node, "already known", &waiting)?;
    seen.send(node, "replacement transaction underpriced", &signed(tx(|tx| tx.value = U256::from(1)))?)?;
    let next = |change: &dyn Fn(&mut TxEip1559)| {
        signed(tx(|tx| {
            tx.nonce = 2;
            change(tx);
        }))
    };
    seen.send(node, "transaction underpriced", &next(&|tx| tx.max_priority_fee_per_gas = TIP - 1)?)?;
    seen.send(node, "insufficient funds", &next(&|tx| tx.value = U256::from(10).pow(U256::from(30)))?)?;
    seen.send(node, "intrinsic gas too low", &next(&|tx| tx.gas_limit = 20_000)?)?;
    seen.send(node, "exceeds block gas limit", &next(&|tx| tx.gas_limit = 1 << 40)?)?;
    seen.send(node, "max fee per gas less", &next(&|tx| tx.max_fee_per_gas = TIP)?)?;
    seen.send(node, "max priority fee per gas higher", &next(&|tx| tx.max_priority_fee_per_gas = CAP + 1)?)?;
    let large = |bytes: usize| Bytes::from(vec![0; bytes]);
    let create = |tx: &mut TxEip1559| (tx.to, tx.input, tx.gas_limit) = (TxKind::Create, large(60_000), 10_000_000);
    seen.send(node, "max initcode size exceeded", &next(&create)?)?;
    seen.send(node, "oversized data", &next(&|tx| (tx.input, tx.gas_limit) = (large(2 << 20), 29_000_000))?)?;
    let legacy = |chain_id| TxLegacy {
        chain_id,
        nonce: 2,
        gas_price: CAP,
        gas_limit: 21_000,
        to: TxKind::Call(Address::ZERO),
        ..TxLegacy::default()
    };
    seen.send(node, "only replay-protected", &signed(legacy(None))?)?;
    seen.send(node, "invalid chain id", &signed(legacy(Some(1)))?)?;
    let blob = TxEip4844 {
        chain_id: CHAIN_ID,
        nonce: 2,
        gas_limit: 21_000,
        max_fee_per_gas: CAP,
        max_priority_fee_per_gas: TIP,
        blob_versioned_hashes: vec![B256::with_last_byte(1)],
        max_fee_per_blob_gas: 1,
        ..TxEip4844::default()
    };
    seen.send(node, "transaction type not supported", &signed(blob)?)?;
    seen.send(node, "invalid transaction encoding", &Bytes::from_static(&[2, 0xc0]))?;
    let nobody = Signature::new(U256::MAX, U256::from(1), false);
    seen.send(node, "invalid transaction signature", &tx(|_| {}).into_signed(nobody).encoded_2718().into())?;
    let unknown = json!([{ "from": CODE_AT, "to": OTHER }]);
    seen.ask(node, "unknown account", "eth_sendTransaction", unknown)?;
    seen.ask(node, "the transaction is not in a block yet", "eth_sendRawTransactionSync", json!([next(&|_| {})?, 1]))?;
    // From here on it is a contract.
    rpc.call("anvil_setCode", json!([OTHER, "0x00"]))?;
    seen.send(node, "sender not an eoa", &next(&|tx| tx.nonce = 3)?)
}

fn reads(seen: &mut Seen, node: &Node, rpc: &mut Rpc) -> Result<()> {
    let made: B256 =
        serde_json::from_value(rpc.call("eth_sendTransaction", json!([{ "from": SENDER, "input": LOGGER }]))?)?;
    rpc.call("evm_mine", json!([]))?;
    let logger = rpc.receipt(made)?["contractAddress"].clone();
    for _ in 0..2 {
        rpc.call("eth_sendTransaction", json!([{ "from": SENDER, "to": logger, "gas": "0x186a0" }]))?;
        rpc.call("evm_mine", json!([]))?;
    }
    let logs = |filter: Value| ("eth_getLogs", json!([filter]));
    for (begins, (method, params)) in [
        ("query returned more than", logs(json!({ "fromBlock": "0x0", "address": logger }))),
        ("block range extends beyond", logs(json!({ "fromBlock": "0x0", "toBlock": "0xffff" }))),
        ("invalid block range params", logs(json!({ "fromBlock": "0x2", "toBlock": "0x1" }))),
        ("filter not found", ("eth_getFilterChanges", json!(["0xff"]))),
        ("transaction not found", ("debug_traceTransaction", json!([B256::repeat_byte(1)]))),
        ("block N not found", ("debug_traceBlockByNumber", json!(["0xffff"]))),
        ("genesis is not traceable", ("debug_traceBlockByNumber", json!(["0x0"]))),
        ("request beyond head block", ("eth_feeHistory", json!(["0x1", "0xffff", []]))),
        ("tracer \"NAME\" not found", ("debug_traceCall", json!([{}, "latest", { "tracer": "nothing" }]))),
        (
            "trace too large",
            (
                "debug_traceCall",
                json!([{ "to": CODE_AT }, "latest", { "stateOverrides": { CODE_AT: { "code": SPIN } } }]),
            ),
        ),
    ] {
        seen.ask(node, begins, method, params)?;
    }
    rpc.call("anvil_mine", json!([300]))?;
    seen.ask(node, "the state of block N is not kept", "eth_getBalance", json!([OTHER, "0x1"]))?;
    seen.ask(node, "pruned history unavailable", "debug_traceBlockByNumber", json!(["0x1"]))
}

fn simulations(seen: &mut Seen, node: &Node) -> Result<()> {
    let contract = json!({ CODE_AT: { "code": "0x00", "balance": "0xde0b6b3a7640000" } });
    let one = |call: Value| json!({ "blockStateCalls": [{ "calls": [call] }], "validation": true });
    let fee = json!({ "maxFeePerGas": "0x174876e800", "maxPriorityFeePerGas": "0x0" });
    let with = |more: Value| {
        let mut call = fee.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            call[name] = value.clone();
        }
        one(call)
    };
    let large = format!("0x{}", "00".repeat(60_000));
    for (code, payload) in [
        (-38_010, with(json!({ "from": SENDER, "to": CODE_AT, "nonce": "0x0" }))),
        (-38_011, with(json!({ "from": SENDER, "to": CODE_AT, "nonce": "0xff" }))),
        (
            -38_012,
            one(
                json!({ "from": SENDER, "to": CODE_AT, "nonce": "0x1", "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x0" }),
            ),
        ),
        (-38_013, json!({ "blockStateCalls": [{ "calls": [{ "to": CODE_AT, "gas": "0x1" }] }] })),
        (-38_014, json!({ "blockStateCalls": [{ "calls": [{ "from": CODE_AT, "to": OTHER, "value": "0x1" }] }] })),
        (-38_015, json!({ "blockStateCalls": [{ "calls": [{ "to": CODE_AT, "gas": "0xffffffffff" }] }] })),
        (-38_020, json!({ "blockStateCalls": [{ "blockOverrides": { "number": "0x0" } }] })),
        (-38_021, json!({ "blockStateCalls": [{ "blockOverrides": { "time": "0x0" } }] })),
        (
            -38_024,
            json!({ "blockStateCalls": [{ "stateOverrides": contract, "calls": [{ "from": CODE_AT, "to": OTHER, "maxFeePerGas": "0x174876e800" }] }], "validation": true }),
        ),
        (-38_025, json!({ "blockStateCalls": [{ "calls": [{ "from": SENDER, "input": large }] }] })),
        (-38_026, json!({ "blockStateCalls": vec![json!({}); 300] })),
    ] {
        let begins = seen.rows.iter().find(|row| row.code == code).ok_or_eyre("no such row")?.text.clone();
        seen.ask(node, &begins, "eth_simulateV1", json!([payload, "latest"]))?;
    }
    Ok(())
}

#[test]
fn every_error_of_the_documents_is_answered_as_they_say() -> Result<()> {
    let mut seen = Seen { rows: rows()?, seen: BTreeSet::new(), wrong: Vec::new() };
    ensure!(seen.rows.len() >= 60, "only {} rows", seen.rows.len());
    let tip = TIP.to_string();
    let (_datadir, main) = node(&[
        "--no-mining",
        "--history",
        "1",
        "--window",
        "1",
        "--txpool.pricelimit",
        &tip,
        "--rpc.max-trace-size",
        "1",
        "--rpc.max-logs-per-response",
        "1",
    ])?;
    let mut rpc = main.rpc()?;
    general(&mut seen, &main)?;
    calls(&mut seen, &main)?;
    machine(&main)?;
    transactions(&mut seen, &main, &mut rpc)?;
    reads(&mut seen, &main, &mut rpc)?;
    simulations(&mut seen, &main)?;

    let (_datadir, archive) = node(&["--window", "1"])?;
    archive.rpc()?.call("anvil_mine", json!([300]))?;
    seen.ask(&archive, "no proofs for block N", "eth_getProof", json!([OTHER, [], "0x1"]))?;

    let (_datadir, hasty) = node(&["--rpc.evmtimeout", "0.001"])?;
    let spin = json!([{ "to": CODE_AT }, "latest", { CODE_AT: { "code": SPIN } }]);
    seen.ask(&hasty, "execution aborted (timeout)", "eth_call", spin)?;

    let (_datadir, small) = node(&["--no-mining", "--txpool.max-count", "1"])?;
    let rich = json!([{ "from": SENDER, "to": OTHER, "gas": "0x5208", "maxFeePerGas": "0x174876e800", "maxPriorityFeePerGas": "0x174876e800" }]);
    small.rpc()?.call("eth_sendTransaction", rich)?;
    seen.send(&small, "txpool is full", &signed(tx(|tx| tx.nonce = 1))?)?;
    seen.send(&small, "transaction underpriced", &signed(tx(|tx| tx.nonce = 0))?)?;

    ensure!(
        seen.wrong.is_empty(),
        "{} answers are not what the documents say:\n{}",
        seen.wrong.len(),
        seen.wrong.join("\n")
    );
    let unseen =
        seen.rows.difference(&seen.seen).filter(|row| row.code != INTERNAL && !ELSEWHERE.contains(&row.text.as_str()));
    let unseen: Vec<&Row> = unseen.collect();
    ensure!(unseen.is_empty(), "nothing was answered with {unseen:?}");
    Ok(())
}

#[test]
fn reverts_carry_their_reason_and_their_data() -> Result<()> {
    let mut grown = Grown::new(0)?;
    let made = grown.send(json!({ "input": REFUSER }))?;
    let data = "0x08c379a0\
        0000000000000000000000000000000000000000000000000000000000000020\
        0000000000000000000000000000000000000000000000000000000000000002\
        6e6f000000000000000000000000000000000000000000000000000000000000";
    for method in ["eth_call", "eth_estimateGas"] {
        let answer = grown.answer(method, &json!([{ "from": SENDER, "to": made["contractAddress"] }]))?;
        let expected = json!({ "code": 3, "message": "execution reverted: no", "data": data });
        ensure!(answer["error"] == expected, "{method}: {answer}");
        // Nothing, and what could be taken for a text but is none: `revert(0, 0)`, and `abcd`.
        for (code, data) in [("0x5f5ffd", "0x"), ("0x6361626364 5f52 6004 601c fd", "0x61626364")] {
            let code = code.replace(' ', "");
            let answer = grown.answer(method, &call(&code))?;
            let expected = json!({ "code": 3, "message": "execution reverted", "data": data });
            ensure!(answer["error"] == expected, "{method} {code}: {answer}");
        }
    }
    Ok(())
}
