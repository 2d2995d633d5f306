//! `cargo zx trace`.

use super::subject::{abi_of_file, abi_of_module, merge};
use crate::{
    failure::Failure,
    node::{
        Node, NodeArgs,
        chain::{Log, Receipt},
    },
    ui::{Ui, grouped},
    values::{decode, show},
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeMap, path::PathBuf};

/// Calls inside each other that are shown; the chain allows 1,024.
const DEPTH: usize = 64;

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Hash of the transaction.
    transaction: B256,
    /// ABI of contracts whose code does not have one; can be given several times.
    #[arg(long, value_name = "FILE")]
    abi: Vec<PathBuf>,
    #[command(flatten)]
    node: NodeArgs,
}

/// A call, as geth's `callTracer` describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    to: Option<Address>,
    value: Option<U256>,
    gas_used: U64,
    input: Bytes,
    output: Bytes,
    error: Option<String>,
    calls: Vec<Frame>,
    logs: Vec<Log>,
}

/// A transaction, as far as it matters here.
#[derive(Deserialize)]
struct Transaction {
    to: Option<Address>,
    #[serde(default)]
    value: U256,
    input: Bytes,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = Node::connect(&args.node)?;
    let receipt = node.receipt(args.transaction)?.ok_or_else(|| {
        Failure::Other(format!("{} knows no transaction {} that is in a block", node.url(), args.transaction))
    })?;
    let extra =
        args.abi.iter().try_fold(JsonAbi::new(), |abi, file| Ok::<_, Failure>(merge(abi, abi_of_file(file)?)))?;
    let names = Names { node: &node, extra, known: RefCell::default() };
    let traced = node.trace(args.transaction)?;
    let complete = traced.is_some();
    let frame = match traced {
        Some(json) => serde_json::from_value(json)
            .map_err(|e| Failure::Other(format!("the trace of {} cannot be read: {e}", node.url())))?,
        None => {
            ui.warn("the node traces no transactions (debug_traceTransaction): only the outermost call is shown");
            outermost(&node, args.transaction, &receipt)?
        }
    };
    let mut lines = Vec::new();
    names.draw(&frame, "", "", 0, &mut lines);
    ui.data(lines.join("\n"));
    let status = if receipt.succeeded() { "succeeded" } else { "failed" };
    ui.row(
        "status",
        format!("{status} in block {}, {} gas", receipt.block_number, grouped(receipt.gas_used.to::<u64>())),
    );
    ui.object(json!({
        "transaction": args.transaction,
        "succeeded": receipt.succeeded(),
        "gasUsed": receipt.gas_used.to::<u64>(),
        "complete": complete,
        "call": names.json(&frame, 0),
    }));
    Ok(())
}

/// What transaction and receipt say by themselves.
fn outermost(node: &Node, hash: B256, receipt: &Receipt) -> Result<Frame, Failure> {
    let tx: Transaction = node.call("eth_getTransactionByHash", json!([hash]))?;
    Ok(Frame {
        kind: if tx.to.is_some() { "CALL" } else { "CREATE" }.to_owned(),
        to: tx.to.or(receipt.contract_address),
        value: Some(tx.value),
        gas_used: receipt.gas_used,
        input: tx.input,
        error: (!receipt.succeeded()).then(|| "failed".to_owned()),
        logs: receipt.logs.clone(),
        ..Frame::default()
    })
}

/// What contracts call things.
struct Names<'a> {
    node: &'a Node,
    extra: JsonAbi,
    known: RefCell<BTreeMap<Address, JsonAbi>>,
}

impl Names<'_> {
    /// A contract that cannot be read, or that says nothing, has the names that were given.
    fn of(&self, address: Address) -> JsonAbi {
        let known = self.known.borrow().get(&address).cloned();
        known.unwrap_or_else(|| {
            let module = self.node.module(address).ok().flatten();
            let own = module.and_then(|module| abi_of_module(&module).ok()).unwrap_or_default();
            let abi = merge(own, self.extra.clone());
            self.known.borrow_mut().insert(address, abi.clone());
            abi
        })
    }

    fn abi(&self, frame: &Frame) -> JsonAbi {
        frame.to.map(|to| self.of(to)).unwrap_or_default()
    }

    /// The call, by its method's name if that is known.
    fn call_text(&self, frame: &Frame, abi: &JsonAbi) -> String {
        if frame.kind.starts_with("CREATE") {
            return format!("new ({} bytes)", grouped(frame.input.len() as u64));
        }
        let named = decode::calldata(abi, &frame.input).map(|call| call.text());
        named.unwrap_or_else(|| match frame.input.len() {
            0 => "()".to_owned(),
            length => {
                format!("{} ({length} bytes)", frame.input.get(..4).map(Bytes::copy_from_slice).unwrap_or_default())
            }
        })
    }

    fn result_text(&self, frame: &Frame, abi: &JsonAbi) -> Option<String> {
        if let Some(error) = &frame.error {
            let reverted = error.contains("revert");
            return Some(match (reverted, frame.output.is_empty()) {
                (true, false) => format!("reverted: {}", decode::revert(abi, &frame.output).text()),
                _ => error.clone(),
            });
        }
        let selector = frame.input.get(..4)?;
        let function = abi.functions().find(|f| f.selector().as_slice() == selector)?;
        let values = decode::returned(function, &frame.output).filter(|values| !values.is_empty())?;
        Some(show::named(&function.outputs, &values))
    }

    fn draw(&self, frame: &Frame, first: &str, rest: &str, depth: usize, lines: &mut Vec<String>) {
        let abi = self.abi(frame);
        let to = frame.to.map_or_else(|| "nobody".to_owned(), |to| to.to_string());
        let value = frame.value.filter(|value| !value.is_zero()).map(|v| format!(" with {v} wei")).unwrap_or_default();
        let kind = match frame.kind.as_str() {
            "CALL" => String::new(),
            other => format!(" [{}]", other.to_ascii_lowercase()),
        };
        let gas = grouped(frame.gas_used.to::<u64>());
        lines.push(format!("{first}{to}.{}{value}{kind} ({gas} gas)", self.call_text(frame, &abi)));
        let events = frame.logs.iter().map(|log| self.log_text(log));
        let mut leaves: Vec<_> = events.map(|text| format!("emits {text}")).collect();
        leaves.extend(self.result_text(frame, &abi).map(|result| format!("-> {result}")));
        if depth >= DEPTH && !frame.calls.is_empty() {
            leaves.push(format!("{} calls, which are too deep to show", frame.calls.len()));
        }
        let inner: &[Frame] = if depth < DEPTH { &frame.calls } else { &[] };
        let branch = |last: bool| if last { ("`- ", "   ") } else { ("|- ", "|  ") };
        for (index, call) in inner.iter().enumerate() {
            let (head, tail) = branch(index + 1 == inner.len() && leaves.is_empty());
            self.draw(call, &format!("{rest}{head}"), &format!("{rest}{tail}"), depth + 1, lines);
        }
        for (index, leaf) in leaves.iter().enumerate() {
            lines.push(format!("{rest}{}{leaf}", branch(index + 1 == leaves.len()).0));
        }
    }

    fn log_text(&self, log: &Log) -> String {
        let named = decode::log(&self.of(log.address), &log.topics, &log.data).map(|event| event.text());
        named.unwrap_or_else(|| format!("{:?} {}", log.topics, log.data))
    }

    fn json(&self, frame: &Frame, depth: usize) -> Value {
        let abi = self.abi(frame);
        let inner: &[Frame] = if depth < DEPTH { &frame.calls } else { &[] };
        let event = |log: &Log| {
            let named = decode::log(&self.of(log.address), &log.topics, &log.data).map(|event| event.json());
            json!({ "address": log.address.to_string(), "topics": log.topics, "data": log.data, "decoded": named })
        };
        json!({
            "type": frame.kind,
            "to": frame.to.map(|to| to.to_string()),
            "value": frame.value.unwrap_or_default().to_string(),
            "gasUsed": frame.gas_used.to::<u64>(),
            "input": frame.input,
            "output": frame.output,
            "error": frame.error,
            "call": decode::calldata(&abi, &frame.input).map(|call| call.json()),
            "result": self.result_text(frame, &abi),
            "events": frame.logs.iter().map(event).collect::<Vec<_>>(),
            "calls": inner.iter().map(|call| self.json(call, depth + 1)).collect::<Vec<_>>(),
        })
    }
}
