//! Requests that are answered on the thread that has read them, and what happens when that turns out to take long.

use eyre::Result;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
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
    let node = Node::start_with(datadir.path(), &["--rpc.gascap", "100000000000", "--rpc.evmtimeout", "1"])?;
    let done = AtomicBool::new(false);
    thread::scope(|scope| -> Result<()> {
        // More than there are slots. Each is given up when its time is over.
        let connections = (0..12).map(|_| node.http()).collect::<Result<Vec<_>>>()?;
        let calls: Vec<_> =
            connections.into_iter().map(|http| scope.spawn(move || outcome(http, looping(90_000_000_000)))).collect();
        let (mut rpc, done) = (node.rpc()?, &done);
        let lookups = scope.spawn(move || -> Result<u64> {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) || count == 0 {
                assert_eq!(rpc.call("eth_chainId", json!([]))?, "0x7a69");
                count += 1;
            }
            Ok(count)
        });
        for call in calls {
            let answer = call.join().expect("no panic")?;
            assert_eq!(answer["error"]["message"], "execution aborted (timeout)", "{answer}");
        }
        done.store(true, Ordering::Relaxed);
        let count = lookups.join().expect("no panic")?;
        assert!(count > 12, "{count} lookups in the time of twelve calls");
        Ok(())
    })
}
