//! WebSockets: subscriptions, their order, and what becomes of those who do not read.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use eyre::{OptionExt as _, Result};
use serde_json::{Value, json};
use zx_tests::{Account, Node, Rpc, Socket};

struct Edge {
    node: Node,
    rpc: Rpc,
    account: Account,
    _datadir: tempfile::TempDir,
}

fn edge(flags: &[&str]) -> Result<Edge> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), flags)?;
    Ok(Edge { rpc: node.rpc()?, node, account: Account::dev(0)?, _datadir: datadir })
}

impl Edge {
    /// Sends a wei, and gives the transaction's hash and its block.
    fn transfer(&mut self) -> Result<(Value, Value)> {
        let raw = self.account.sign(TxKind::Call(Address::repeat_byte(7)), U256::from(1), Bytes::new(), 21_000)?;
        let hash = self.rpc.send_raw(&raw)?;
        let receipt = self.rpc.receipt(hash)?;
        Ok((json!(hash), receipt["blockNumber"].clone()))
    }

    /// Deploys what tells a log for each time that it is called, with the caller's word as its topic.
    fn teller(&mut self) -> Result<Address> {
        // Runtime: push the first word of the input, then LOG1 of nothing with it.
        let runtime = [0x5f, 0x35, 0x5f, 0x5f, 0xa1, 0x00];
        // Init code: copy the six bytes behind it, return them.
        let init = [&[0x60, 6, 0x60, 10, 0x5f, 0x39, 0x60, 6, 0x5f, 0xf3][..], &runtime].concat();
        let raw = self.account.sign(TxKind::Create, U256::ZERO, init.into(), 200_000)?;
        let hash = self.rpc.send_raw(&raw)?;
        let receipt = self.rpc.receipt(hash)?;
        assert_eq!(receipt["status"], "0x1");
        Ok(serde_json::from_value(receipt["contractAddress"].clone())?)
    }

    fn tell(&mut self, teller: Address, topic: u8) -> Result<()> {
        let topic = [topic; 32];
        let raw = self.account.sign(TxKind::Call(teller), U256::ZERO, Bytes::from(topic), 60_000)?;
        let hash = self.rpc.send_raw(&raw)?;
        assert_eq!(self.rpc.receipt(hash)?["status"], "0x1");
        Ok(())
    }
}

#[test]
fn requests_and_batches_are_answered_as_over_http() -> Result<()> {
    let edge = edge(&[])?;
    let mut socket = edge.node.socket()?;
    assert_eq!(socket.call("eth_chainId", json!([]))?, "0x7a69");
    assert_eq!(socket.ask("no_such", json!([]))?["error"]["code"], -32601);
    socket.send("not JSON")?;
    assert_eq!(socket.answer()?["error"]["code"], -32700);
    // viem keeps its sockets alive with such a request.
    socket.send(r#"{"jsonrpc":"2.0","id":null,"method":"net_version"}"#)?;
    assert_eq!(socket.answer()?, json!({ "jsonrpc": "2.0", "id": null, "result": "31337" }));
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber" },
        { "jsonrpc": "2.0", "id": 2, "method": "eth_subscribe", "params": ["newHeads"] },
    ]);
    socket.send(batch.to_string())?;
    let answers = socket.answer()?;
    assert_eq!(answers[0]["result"], "0x0");
    assert!(answers[1]["result"].as_str().is_some_and(|id| id.starts_with("0x")), "{answers}");
    Ok(())
}

#[test]
fn every_head_is_told_in_order_with_its_header() -> Result<()> {
    let mut edge = edge(&[])?;
    let mut socket = edge.node.socket()?;
    let id = socket.subscribe(json!(["newHeads"]))?;
    for _ in 0..5 {
        let (_, number) = edge.transfer()?;
        let (of, head) = socket.notification()?;
        assert_eq!((&of, &head["number"]), (&id, &number));
        let block = edge.rpc.call("eth_getBlockByNumber", json!([number, false]))?;
        for field in ["hash", "parentHash", "stateRoot", "logsBloom", "baseFeePerGas", "timestamp", "extraData"] {
            assert_eq!(head[field], block[field], "{field}");
        }
        assert!(head.get("transactions").is_none(), "{head}");
    }
    assert_eq!(socket.call("eth_unsubscribe", json!([id]))?, true);
    assert_eq!(socket.ask("eth_unsubscribe", json!([id]))?["error"]["message"], "subscription not found");
    edge.transfer()?;
    let other = socket.subscribe(json!(["newHeads"]))?;
    let (_, number) = edge.transfer()?;
    let (of, head) = socket.notification()?;
    assert_eq!((of, &head["number"]), (other, &number), "nothing is told of the block before");
    Ok(())
}

#[test]
fn logs_are_told_to_those_whose_filter_they_match() -> Result<()> {
    let mut edge = edge(&[])?;
    let teller = edge.teller()?;
    let mut socket = edge.node.socket()?;
    let all = socket.subscribe(json!(["logs"]))?;
    let own = socket.subscribe(json!(["logs", { "address": teller, "topics": [format!("0x{}", "02".repeat(32))] }]))?;
    let _none = socket.subscribe(json!(["logs", { "address": Address::repeat_byte(9) }]))?;
    for topic in 1..=3 {
        edge.tell(teller, topic)?;
    }
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (of, log) = socket.notification()?;
        assert_eq!(log["removed"], false, "{log}");
        let found = edge.rpc.call("eth_getLogs", json!([{ "blockHash": log["blockHash"] }]))?;
        assert_eq!(found[0], log, "the same as eth_getLogs gives");
        seen.push((of, log["topics"][0].as_str().unwrap_or_default()[2..4].to_owned()));
    }
    let expected = [(&all, "01"), (&all, "02"), (&own, "02"), (&all, "03")];
    assert_eq!(seen, expected.map(|(id, topic)| (id.clone(), topic.to_owned())));
    Ok(())
}

#[test]
fn waiting_transactions_are_told_by_hash_or_whole() -> Result<()> {
    let mut edge = edge(&[])?;
    let (mut hashes, mut whole) = (edge.node.socket()?, edge.node.socket()?);
    hashes.subscribe(json!(["newPendingTransactions"]))?;
    whole.subscribe(json!(["newPendingTransactions", true]))?;
    for _ in 0..3 {
        let (hash, _) = edge.transfer()?;
        assert_eq!(hashes.notification()?.1, hash);
        let tx = whole.notification()?.1;
        assert_eq!(tx["hash"], hash);
        assert_eq!((&tx["blockHash"], &tx["from"]), (&Value::Null, &json!(edge.account.address())));
    }
    Ok(())
}

#[test]
fn what_cannot_be_subscribed_to_is_named_and_there_is_a_limit() -> Result<()> {
    let edge = edge(&["--rpc.max-subscriptions-per-connection", "2"])?;
    let mut socket = edge.node.socket()?;
    for params in [json!([]), json!(["newHeds"]), json!(["logs", { "topics": ["0x12"] }])] {
        assert_eq!(socket.ask("eth_subscribe", params.clone())?["error"]["code"], -32602, "{params}");
    }
    let one = socket.subscribe(json!(["newHeads"]))?;
    socket.subscribe(json!(["syncing"]))?;
    let refused = socket.ask("eth_subscribe", json!(["newHeads"]))?;
    assert_eq!(refused["error"]["code"], -32005, "{refused}");
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("limit 2")), "{refused}");
    socket.call("eth_unsubscribe", json!([one]))?;
    socket.subscribe(json!(["newHeads"]))?;
    let over_http = edge.node.rpc()?.call("eth_subscribe", json!(["newHeads"])).expect_err("nobody to tell");
    assert!(over_http.to_string().contains("does not exist"), "{over_http}");
    Ok(())
}

#[test]
fn the_chains_own_name_works_too() -> Result<()> {
    let mut edge = edge(&[])?;
    let mut socket = edge.node.socket()?;
    let id = socket.call("zx_subscribe", json!(["newHeads"]))?;
    edge.transfer()?;
    let told = socket.message()?;
    assert_eq!((&told["method"], &told["params"]["subscription"]), (&json!("zx_subscription"), &id));
    assert_eq!(socket.call("zx_unsubscribe", json!([id]))?, true);
    Ok(())
}

#[test]
fn more_requests_than_there_are_places_for_are_all_answered() -> Result<()> {
    let edge = edge(&[])?;
    let mut socket = edge.node.socket()?;
    for id in 0..1_000 {
        socket.send(json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId", "params": [] }).to_string())?;
    }
    let mut ids = (0..1_000).map(|_| Ok(socket.answer()?["id"].as_u64())).collect::<Result<Vec<_>>>()?;
    ids.sort_unstable();
    assert!(ids.into_iter().eq((0..1_000).map(Some)));
    Ok(())
}

#[test]
fn many_subscribers_all_hear_of_every_head() -> Result<()> {
    let mut edge = edge(&[])?;
    let mut sockets = Vec::new();
    for _ in 0..200 {
        let mut socket = edge.node.socket()?;
        socket.subscribe(json!(["newHeads"]))?;
        sockets.push(socket);
    }
    for _ in 0..3 {
        let (_, number) = edge.transfer()?;
        for socket in &mut sockets {
            assert_eq!(socket.notification()?.1["number"], number);
        }
    }
    let metrics = String::from_utf8(edge.node.http()?.get("/metrics")?.body)?;
    assert!(metrics.contains("zx_rpc_subscriptions{topic=\"newHeads\"} 200\n"), "{metrics}");
    drop(sockets);
    // Whoever goes is forgotten, with what he wanted.
    until(&edge.node, "zx_rpc_subscriptions{topic=\"newHeads\"} 0\n")?;
    until(&edge.node, "zx_rpc_websockets 0\n")
}

/// Asks for the metrics until they have a line.
fn until(node: &Node, line: &str) -> Result<()> {
    let mut http = node.http()?;
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let text = String::from_utf8(http.get("/metrics")?.body)?;
        if text.contains(line) {
            return Ok(());
        }
        eyre::ensure!(std::time::Instant::now() < end, "no {line} in:\n{text}");
        std::thread::yield_now();
    }
}

/// Init code that tells so many logs of 1 KiB, and deploys nothing.
fn chatter(logs: u8) -> Vec<u8> {
    vec![0x60, logs, 0x5b, 0x61, 4, 0, 0x5f, 0xa0, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 2, 0x57, 0x00]
}

#[test]
fn who_does_not_read_is_dropped_with_a_reason_and_nobody_else_waits() -> Result<()> {
    let mut edge = edge(&[])?;
    let (mut slow, mut good) = (edge.node.socket()?, edge.node.socket()?);
    // Many subscriptions make much to read of each block.
    for _ in 0..100 {
        slow.subscribe(json!(["logs"]))?;
    }
    good.subscribe(json!(["newHeads"]))?;
    let mut dropped = false;
    for _ in 0..40 {
        let raw = edge.account.sign(TxKind::Create, U256::ZERO, chatter(100).into(), 2_000_000)?;
        let hash = edge.rpc.send_raw(&raw)?;
        assert_eq!(edge.rpc.receipt(hash)?["status"], "0x1");
        good.notification()?;
        let metrics = String::from_utf8(edge.node.http()?.get("/metrics")?.body)?;
        dropped = metrics.contains("zx_rpc_slow_consumers_total 1\n");
        if dropped {
            break;
        }
    }
    assert!(dropped, "20 MB a block, and nobody reads");
    let (_, why) = slow.until_closed()?;
    let (code, reason) = why.ok_or_eyre("a reason")?;
    assert!(code == 1008 && reason.starts_with("too slow: "), "{code} {reason}");
    edge.transfer()?;
    good.notification()?;
    Ok(())
}

#[test]
fn a_stop_closes_sockets_and_says_so() -> Result<()> {
    let edge = edge(&[])?;
    let mut socket = edge.node.socket()?;
    socket.subscribe(json!(["newHeads"]))?;
    let listening = std::thread::spawn(move || socket.until_closed());
    edge.node.stop()?;
    let (_, why) = listening.join().expect("a thread")?;
    assert_eq!(why, Some((1001, "the node is stopping".to_owned())));
    Ok(())
}

#[test]
fn sockets_may_have_a_port_of_their_own() -> Result<()> {
    let edge = edge(&["--ws.port", "0", "--ws.api", "net", "--ws.origins", "https://app.example"])?;
    assert!(edge.node.socket().is_err(), "HTTP's port serves none");
    let address = edge.node.port("WebSocket")?;
    let mut socket = Socket::connect(address, &[])?;
    assert_eq!(socket.call("net_version", json!([]))?, "31337");
    assert_eq!(socket.ask("eth_chainId", json!([]))?["error"]["code"], -32601);
    assert!(Socket::connect(address, &[("origin", "https://evil.example")]).is_err());
    Socket::connect(address, &[("origin", "https://app.example")])?;
    Ok(())
}

#[test]
fn sockets_can_be_turned_off() -> Result<()> {
    let edge = edge(&["--ws=false"])?;
    assert!(edge.node.socket().is_err());
    Ok(())
}

#[test]
fn messages_that_never_end_take_no_more_than_their_share() -> Result<()> {
    let mut edge = edge(&[])?;
    // Together they would be some 400 MB; the limit of each is 5 MiB.
    let mut hostile = Vec::new();
    for _ in 0..100 {
        let mut socket = edge.node.socket()?;
        // Whoever has no room is cut off while he sends.
        let cut_off = socket.send_part(4 << 20).is_err();
        hostile.push((socket, cut_off));
    }
    assert!(hostile.iter().any(|(_, cut_off)| *cut_off), "there is not room for all");
    let mut good = edge.node.socket()?;
    good.subscribe(json!(["newHeads"]))?;
    edge.transfer()?;
    good.notification()?;
    let metrics = String::from_utf8(edge.node.http()?.get("/metrics")?.body)?;
    let memory = metrics.lines().find_map(|line| line.strip_prefix("zx_process_resident_memory_bytes "));
    let memory: u64 = memory.ok_or_eyre("memory")?.parse()?;
    assert!(memory < 512 << 20, "{memory} bytes");
    Ok(())
}
