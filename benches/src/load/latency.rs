//! How long reads take at a rate that is the same for both, and does not wait for answers.
//!
//! Each request has a time at which it is to be sent; it counts from then, however late an earlier answer on its
//! connection has let it go.

use crate::{
    Plan, Ring,
    peer::{Peer, balance_of, wait_for},
    signed::{Kind, Stream, recipient},
    table,
    throughput::{self, median, receipt_question},
    wire::{Wire, call, request},
};
use alloy_primitives::{Address, B256};
use eyre::{ensure, eyre};
use serde_json::json;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Connections that reads are spread over.
const CONNECTIONS: u32 = 8;
/// Transfers a second that come in meanwhile, in the second half.
const TRANSFERS: u32 = 400;
/// Transfers in each of their batches.
const BATCH: u32 = 20;

/// Requests in turn, and what an answer must hold.
#[derive(Debug)]
struct Question {
    name: &'static str,
    requests: Vec<Vec<u8>>,
    holds: &'static [u8],
}

fn questions(token: Address, hashes: &[B256]) -> [Question; 2] {
    let balance = |nth| {
        let wanted = json!({ "to": token, "data": balance_of(recipient(nth)) });
        request(&call("eth_call", &json!([wanted, "latest"])))
    };
    [
        Question { name: "eth_call", requests: (0..64).map(balance).collect(), holds: b"\"result\":\"0x" },
        Question {
            name: "eth_getTransactionReceipt",
            requests: hashes.iter().map(|hash| receipt_question(*hash)).collect(),
            holds: b"\"status\":\"0x1\"",
        },
    ]
}

/// Time at which the `nth` of so many a second is to be sent.
fn due(begun: Instant, nth: u32, rate: u32) -> Instant {
    begun + Duration::from_secs(u64::from(nth)) / rate
}

fn wait_until(time: Instant) {
    let left = time.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        thread::sleep(left);
    }
}

/// Asks at a rate, and gives what each took from the time at which it was to be asked.
fn ask(peer: &Peer, question: &Question, plan: Plan) -> eyre::Result<Vec<Duration>> {
    let wires = (0..CONNECTIONS).map(|_| peer.wire()).collect::<eyre::Result<Vec<_>>>()?;
    let begun = Instant::now() + Duration::from_millis(10);
    let one = |(place, mut wire): (u32, Wire)| -> eyre::Result<Vec<Duration>> {
        let mut took = Vec::new();
        for nth in (place..plan.rate * plan.seconds).step_by(CONNECTIONS as usize) {
            let Some(request) = question.requests.get(nth as usize % question.requests.len()) else { continue };
            let due = due(begun, nth, plan.rate);
            wait_until(due);
            let answer = wire.ask(request)?;
            took.push(due.elapsed());
            let right = answer.windows(question.holds.len()).any(|part| part == question.holds);
            ensure!(right, "{}: {:.300}", question.name, String::from_utf8_lossy(answer));
        }
        Ok(took)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..).zip(wires).map(|work| scope.spawn(move || one(work))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| eyre!("an asker panicked"))?);
        Ok(joined.collect::<eyre::Result<Vec<_>>>()?.concat())
    })
}

/// Sends transfers at their rate, or as fast as they get their receipts if that is slower.
fn trickle(mut wire: Wire, streams: &[Stream]) -> eyre::Result<()> {
    let begun = Instant::now();
    let batches = streams.iter().flat_map(|stream| stream.batches.iter().zip(stream.last_hashes()));
    for (nth, (batch, last)) in (0..).zip(batches) {
        wait_until(due(begun, nth, TRANSFERS / BATCH));
        wire.ask(batch)?;
        wait_for(&mut wire, last)?;
    }
    Ok(())
}

/// The time that one in a hundred takes longer than, in milliseconds; `part` of a hundred.
fn percentile(took: &mut [Duration], part: usize) -> f64 {
    took.sort_unstable();
    let place = (took.len() * part).div_ceil(100).saturating_sub(1);
    took.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

/// Medians over the rounds of the 50th and the 99th percentile.
type Figures = (Vec<f64>, Vec<f64>);

fn round(ring: &mut Ring, plan: Plan, question: &Question, busy: bool, all: &mut [Figures; 2]) -> eyre::Result<()> {
    let transfers = if busy { TRANSFERS * plan.seconds } else { 0 };
    let streams = ring.senders.streams(Kind::Native, 1, transfers as usize, BATCH as usize);
    for (peer, (halves, tails)) in ring.peers.iter().zip(all) {
        let (wire, streams) = (peer.wire()?, &streams);
        let mut took = thread::scope(|scope| {
            let trickling = scope.spawn(|| trickle(wire, streams));
            let took = ask(peer, question, plan);
            trickling.join().map_err(|_| eyre!("a sender panicked"))??;
            took
        })?;
        throughput::check(peer, streams)?;
        println!("  {}: {} done{}", peer.name, question.name, if busy { ", busy" } else { "" });
        halves.push(percentile(&mut took, 50));
        tails.push(percentile(&mut took, 99));
    }
    Ok(())
}

pub(crate) fn run(ring: &mut Ring, plan: Plan) -> eyre::Result<()> {
    let streams = ring.senders.streams(Kind::Token(ring.token), plan.connections, 2_000, plan.batch);
    for peer in &ring.peers {
        throughput::send(peer, &streams)?;
        throughput::check(peer, &streams)?;
    }
    let hashes: Vec<B256> = streams.iter().flat_map(|stream| &stream.hashes).step_by(7).copied().collect();
    let questions = questions(ring.token, &hashes);
    let head = ["milliseconds", "p50", "anvil's", "p99", "anvil's", "p99 to anvil's"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for (busy, when) in [(false, "quiet"), (true, "while transfers come in")] {
        for question in &questions {
            let mut all = [Figures::default(), Figures::default()];
            for _ in 0..plan.rounds {
                round(ring, plan, question, busy, &mut all)?;
            }
            let [ours, theirs] = all.map(|(halves, tails)| (median(halves), median(tails)));
            let show = |figure: f64| format!("{figure:.2}");
            let name = format!("{}, {when}", question.name);
            rows.push(vec![name, show(ours.0), show(theirs.0), show(ours.1), show(theirs.1), show(ours.1 / theirs.1)]);
        }
    }
    let title = format!(
        "Reads, {} a second for {} s, {} times; transfers: {TRANSFERS} a second, in batches of {BATCH}",
        plan.rate, plan.seconds, plan.rounds
    );
    table::print(&title, &rows);
    Ok(())
}
