//! The real node, over HTTP.

use crate::{
    signed::{Plan, sender},
    table,
};
use eyre::{ensure, eyre};
use std::{fmt::Write as _, thread, time::Instant};
use zx_tests::{Http, Node};

/// A JSON-RPC batch that hands transactions in.
fn body(transactions: &[Vec<u8>]) -> String {
    let mut body = String::from("[");
    for (id, tx) in transactions.iter().enumerate() {
        let comma = if id == 0 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"jsonrpc":"2.0","id":{id},"method":"eth_sendRawTransaction","params":["0x{}"]}}"#,
            alloy_primitives::hex::encode(tx)
        );
    }
    body + "]"
}

/// Sends one batch after the other; each must be taken.
fn send(mut http: Http, bodies: &[String]) -> eyre::Result<()> {
    for body in bodies {
        let answer = http.post(body)?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(answer.status == 200 && !text.contains("\"error\""), "refused: {text:.300}");
    }
    Ok(())
}

/// Waits until every sender's last transaction is in a block.
fn included(node: &Node, plan: Plan) -> eyre::Result<()> {
    let mut rpc = node.rpc()?;
    for nth in 0..plan.connections {
        let expected = plan.transfers / plan.connections;
        loop {
            let nonce = rpc.call("eth_getTransactionCount", serde_json::json!([sender(nth).0, "latest"]))?;
            let nonce = nonce.as_str().ok_or_else(|| eyre!("no nonce"))?.trim_start_matches("0x").to_owned();
            if u64::from_str_radix(&nonce, 16)? >= expected {
                break;
            }
            thread::yield_now();
        }
    }
    Ok(())
}

pub(crate) fn run(plan: Plan) -> eyre::Result<()> {
    let folder = tempfile::tempdir()?;
    let node = Node::start(folder.path())?;
    let signed = plan.signed();
    let bodies: Vec<Vec<String>> = signed.iter().map(|all| all.chunks(plan.batch).map(body).collect()).collect();
    let begun = Instant::now();
    thread::scope(|scope| -> eyre::Result<()> {
        let threads: Vec<_> = bodies
            .iter()
            .map(|bodies| {
                Ok(scope.spawn({
                    let http = node.http()?;
                    move || send(http, bodies)
                }))
            })
            .collect::<eyre::Result<_>>()?;
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| eyre!("a sender panicked"))?)
    })?;
    included(&node, plan)?;
    let time = begun.elapsed();
    let blocks = node.rpc()?.call("eth_blockNumber", serde_json::json!([]))?;
    node.stop()?;
    let rate = plan.transfers as f64 / time.as_secs_f64();
    let rows = [
        vec!["transfers".into(), "in a batch".into(), "connections".into(), "blocks".into(), "a second".into()],
        vec![
            plan.transfers.to_string(),
            plan.batch.to_string(),
            plan.connections.to_string(),
            blocks.to_string(),
            format!("{rate:.0}"),
        ],
    ];
    table::print("Signed transfers into the node, until all are in blocks on disk", &rows);
    Ok(())
}
