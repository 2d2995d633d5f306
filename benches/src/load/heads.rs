//! Subscribers that do nothing but listen: how long the last of them waits for a head.

use crate::{
    Plan, Ring,
    peer::{Peer, send},
    signed::{Act, Kind, Sender, recipient},
    subscriber::{Crowd, Delivery},
    table, throughput,
};
use alloy_primitives::{Bytes, TxKind, U256};
use eyre::{WrapErr as _, ensure, eyre};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

/// Blocks of one transaction each that are made one after the other.
const SINGLE: usize = 20;
/// A head that has not come to everybody after so long is lost.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);
/// Files besides the sockets of subscribers.
const FILES: u64 = 256;

/// What was seen.
struct Seen {
    /// From handing a transaction in until the last subscriber has its block.
    alone: Vec<Duration>,
    /// Between the first and the last who has a head, while transfers come in.
    busy: Vec<Duration>,
    rate: f64,
}

/// This process has a socket for each subscriber.
fn allow_files(count: usize) -> eyre::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let wanted = count as u64 + FILES;
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).wrap_err_with(|| format!("{wanted} open files are not allowed here"))
}

/// Waits until a head has come to everybody.
fn until(crowd: &mut Crowd, number: u64) -> eyre::Result<Delivery> {
    let end = Instant::now() + PATIENCE;
    loop {
        let all = crowd.log.all();
        if let Some(delivery) = all.get(&number).filter(|delivery| delivery.count == crowd.len()) {
            return Ok(*delivery);
        }
        if let Some(error) = crowd.lost() {
            return Err(error.wrap_err("a subscriber was lost"));
        }
        ensure!(Instant::now() < end, "head {number} has not come to all: {:?}", all.get(&number));
        thread::sleep(LOOK);
    }
}

fn transfer(sender: &mut Sender) -> Vec<u8> {
    let to = TxKind::Call(recipient(0));
    sender.sign(&Act { to, value: U256::ONE, input: Bytes::new(), gas: 21_000 })
}

fn measure(peer: &Peer, plan: Plan, raws: &[Vec<u8>], streams: &[crate::signed::Stream]) -> eyre::Result<Seen> {
    let mut crowd = Crowd::gather(peer.address, plan.subscribers)?;
    let mut alone = Vec::new();
    for raw in raws {
        let begun = Instant::now();
        let receipt = send(peer, raw)?;
        let number = receipt["blockNumber"].as_str().ok_or_else(|| eyre!("a block has a number"))?;
        let number = u64::from_str_radix(number.trim_start_matches("0x"), 16)?;
        alone.push(until(&mut crowd, number)?.last - begun);
    }
    let before = crowd.log.all();
    let took = throughput::send(peer, streams)?;
    let last = throughput::height(peer)?;
    until(&mut crowd, last)?;
    let all = crowd.log.all();
    let under_load: BTreeMap<u64, Delivery> =
        all.into_iter().filter(|(number, _)| !before.contains_key(number)).collect();
    for (number, delivery) in &under_load {
        ensure!(delivery.count == plan.subscribers, "{number} has come to {} only", delivery.count);
    }
    let busy = under_load.values().map(|delivery| delivery.last - delivery.first).collect();
    let count: usize = streams.iter().map(|stream| stream.hashes.len()).sum();
    Ok(Seen { alone, busy, rate: count as f64 / took.as_secs_f64() })
}

pub(crate) fn run(ring: &mut Ring, plan: Plan) -> eyre::Result<()> {
    allow_files(plan.subscribers)?;
    let raws: Vec<Vec<u8>> = (0..SINGLE).map(|_| transfer(&mut ring.senders.first)).collect();
    let streams = ring.senders.streams(Kind::Native, plan.connections, plan.transfers, plan.batch);
    let head =
        ["", "slowest", "median", "slowest under load", "heads", "transfers a second"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for peer in &ring.peers {
        let row = match measure(peer, plan, &raws, &streams) {
            Ok(seen) => shown(peer.name, seen),
            // What the other does is no failure of this run.
            Err(error) if peer.name == "anvil" => {
                let mut row = vec![format!("anvil: {error:#}")];
                row.resize(6, String::new());
                row
            }
            Err(error) => return Err(error),
        };
        rows.push(row);
    }
    let title = format!("Heads to {} subscribers, until the last has it, in milliseconds", plan.subscribers);
    table::print(&title, &rows);
    Ok(())
}

fn shown(name: &str, Seen { mut alone, busy, rate }: Seen) -> Vec<String> {
    alone.sort_unstable();
    let show = |time: Option<&Duration>| time.map_or("-".to_owned(), |time| format!("{:.0}", time.as_secs_f64() * 1e3));
    vec![
        name.to_owned(),
        show(alone.last()),
        show(alone.get(alone.len() / 2)),
        show(busy.iter().max()),
        busy.len().to_string(),
        format!("{rate:.0}"),
    ]
}
