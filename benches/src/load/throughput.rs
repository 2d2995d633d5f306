//! Signed transfers, until all are in blocks.

use crate::{
    Plan, Ring,
    peer::{Peer, wait_for},
    signed::{Kind, Stream},
    table,
    wire::{call, request},
};
use alloy_primitives::B256;
use eyre::{WrapErr as _, ensure, eyre};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Receipts of this many transactions are looked at when the clock has stopped, of each sender.
const LOOKED_AT: usize = 200;

/// Sends every stream on a connection of its own. Before the next batch goes out, the last transaction of the one before
/// has its receipt; nonces are used in their order, so that all the others have theirs too. What waits is thus bounded,
/// which anvil needs: with some thousands waiting, it takes seconds for a block.
pub(crate) fn send(peer: &Peer, streams: &[Stream]) -> eyre::Result<Duration> {
    let wires = streams.iter().map(|_| peer.wire()).collect::<eyre::Result<Vec<_>>>()?;
    let begun = Instant::now();
    thread::scope(|scope| {
        let one = |(stream, mut wire): (&Stream, crate::wire::Wire)| -> eyre::Result<()> {
            for (batch, last) in stream.batches.iter().zip(stream.last_hashes()) {
                let answer = wire.ask(batch)?;
                let refused = answer.windows(8).any(|eight| eight == b"\"error\":");
                ensure!(!refused, "refused: {:.300}", String::from_utf8_lossy(answer));
                wait_for(&mut wire, last)?;
            }
            Ok(())
        };
        let threads: Vec<_> = streams.iter().zip(wires).map(|work| scope.spawn(move || one(work))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| eyre!("a sender panicked"))?)
    })
    .wrap_err(peer.name)?;
    Ok(begun.elapsed())
}

/// Whether all have succeeded.
pub(crate) fn check(peer: &Peer, streams: &[Stream]) -> eyre::Result<()> {
    let mut wire = peer.wire()?;
    for stream in streams {
        let apart = stream.hashes.len().div_ceil(LOOKED_AT).max(1);
        for hash in stream.hashes.iter().step_by(apart).chain(stream.hashes.last()) {
            let receipt = wait_for(&mut wire, *hash)?;
            ensure!(receipt["status"] == "0x1", "{}: {hash} has failed: {receipt}", peer.name);
        }
    }
    Ok(())
}

pub(crate) fn height(peer: &Peer) -> eyre::Result<u64> {
    let number = peer.wire()?.call("eth_blockNumber", &json!([]))?;
    let number = number.as_str().unwrap_or_default().trim_start_matches("0x").to_owned();
    Ok(u64::from_str_radix(&number, 16)?)
}

/// Transactions a second, round by round, of both, and their blocks.
fn measure(ring: &mut Ring, plan: Plan, kind: Kind) -> eyre::Result<[(Vec<f64>, u64); 2]> {
    let mut rates = [(Vec::new(), 0), (Vec::new(), 0)];
    // The first is to warm up.
    for round in 0..=plan.rounds {
        let transfers = if round == 0 { plan.transfers / 4 } else { plan.transfers };
        let streams = ring.senders.streams(kind, plan.connections, transfers, plan.batch);
        let count: usize = streams.iter().map(|stream| stream.hashes.len()).sum();
        for (peer, (rates, blocks)) in ring.peers.iter().zip(&mut rates) {
            let before = height(peer)?;
            let took = send(peer, &streams)?;
            check(peer, &streams)?;
            if round > 0 {
                rates.push(count as f64 / took.as_secs_f64());
                *blocks += height(peer)? - before;
            }
        }
    }
    Ok(rates)
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn run(ring: &mut Ring, plan: Plan) -> eyre::Result<()> {
    let head = ["", "zx-node", "blocks", "anvil", "blocks", "ratio", "worst round"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for (name, kind) in [("native", Kind::Native), ("token: ZX-20, Solidity's ERC-20", Kind::Token(ring.token))] {
        let [(ours, our_blocks), (theirs, their_blocks)] = measure(ring, plan, kind)?;
        let worst = ours.iter().zip(&theirs).map(|(our, their)| our / their).fold(f64::INFINITY, f64::min);
        let (ours, theirs) = (median(ours), median(theirs));
        rows.push(vec![
            name.to_owned(),
            format!("{ours:.0}"),
            our_blocks.to_string(),
            format!("{theirs:.0}"),
            their_blocks.to_string(),
            format!("{:.2}", ours / theirs),
            format!("{worst:.2}"),
        ]);
    }
    let title = format!(
        "Signed transfers a second, until all have receipts: {} rounds of {}, in batches of {} on {} connections",
        plan.rounds, plan.transfers, plan.batch, plan.connections
    );
    table::print(&title, &rows);
    Ok(())
}

/// A question for a receipt.
pub(crate) fn receipt_question(hash: B256) -> Vec<u8> {
    request(&call("eth_getTransactionReceipt", &Value::from(vec![json!(hash)])))
}
