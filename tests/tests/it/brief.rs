//! Requests that are answered on the thread that has read them, and what happens when that turns out to take long.

use eyre::Result;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use zx_tests::{Http, Node};

/// Code that jumps to its own beginning until the gas is gone.
const LOOP: &str = "0x5b5f56";
const LOOPER: &str = "0x00000000000000000000000000000000000000bb";

fn looping(gas: u64) -> Value {
    let call = json!({ "to": LOOPER, "gas": format!("{gas:#x}") });
    json!([call, "latest", { LOOPER: { "code": LOOP } }])
}

fn outcome(mut http: Http, params: Value) -> Result<Value> {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": params });
    http.post(request.to_string())?.json()
}

#[test]
fn a_call_that_takes_longer_than_a_moment_is_answered_all_the_same_and_counts_once() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), &["--rpc.gascap", "2000000000"])?;
    // Some tenths of a second: more than the moment that it is given, less than it may take in all.
    let answer = outcome(node.http()?, looping(1_000_000_000))?;
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("out of gas"), "{answer}");
    assert!(
        outcome(node.http()?, looping(100_000))?["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .contains("out of gas")
    );
    assert_eq!(outcome(node.http()?, json!([{ "to": LOOPER }, "latest"]))?["result"], "0x");
    let text = String::from_utf8(node.http()?.get("/metrics")?.body)?;
    for line in [
        "zx_rpc_calls_total{method=\"eth_call\",outcome=\"error\"} 2\n",
        "zx_rpc_calls_total{method=\"eth_call\",outcome=\"ok\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
    Ok(())
}

#[test]
fn lookups_are_answered_while_long_calls_take_all_their_slots() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), &["--rpc.gascap", "2000000000", "--rpc.evmtimeout", "600"])?;
    // More than there are slots.
    let connections = (0..12).map(|_| node.http()).collect::<Result<Vec<_>>>()?;
    let mut rpc = node.rpc()?;
    let (under_way, mut lookups) = (AtomicUsize::new(connections.len()), 0_usize);
    thread::scope(|scope| -> Result<()> {
        let under_way = &under_way;
        let call = |http| {
            let answer = outcome(http, looping(1_000_000_000));
            under_way.fetch_sub(1, Ordering::Relaxed);
            answer
        };
        let calls: Vec<_> = connections.into_iter().map(|http| scope.spawn(move || call(http))).collect();
        while under_way.load(Ordering::Relaxed) > 0 {
            assert_eq!(rpc.call("eth_chainId", json!([]))?, "0x7a69");
            lookups += 1;
        }
        for call in calls {
            let answer = call.join().expect("no panic")?;
            assert_eq!(answer["error"]["message"], "out of gas", "{answer}");
        }
        Ok(())
    })?;
    assert!(lookups > 100, "{lookups} lookups in the time of twelve calls");
    Ok(())
}
