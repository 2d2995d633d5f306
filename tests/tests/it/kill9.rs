//! `kill -9` in the middle of a stream of blocks: whatever was acknowledged is there afterwards, in the same block, and
//! the balances are those of exactly the transactions that the chain holds.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use eyre::{OptionExt as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    sync::mpsc::{Sender, channel},
    thread,
};
use zx_tests::{Account, Node, Rpc, Signal, artifacts, quantity};

const SENDERS: u32 = 4;
/// When the blow falls: different places in a stream, and after lives of different length. In the idle rounds the
/// very last block has been acknowledged to everybody.
const ROUNDS: [Round; 7] = [
    Round::Busy { receipts: 40 },
    Round::Idle { receipts: 10 },
    Round::Busy { receipts: 7 },
    Round::Busy { receipts: 90 },
    Round::Idle { receipts: 1 },
    Round::Busy { receipts: 1 },
    Round::Busy { receipts: 60 },
];
/// 10,000 coins.
const FUNDS: u128 = 10_000 * 10_u128.pow(18);

#[derive(Clone, Copy)]
enum Round {
    /// After so many receipts of all streams together, while they go on sending.
    Busy { receipts: usize },
    /// After so many receipts of each stream, at once when the last one has come.
    Idle { receipts: usize },
}

/// One account that pays one recipient, coins or tokens, always one more than its last nonce.
struct Stream {
    account: Account,
    recipient: Address,
    token: Option<Address>,
    /// Transactions by nonce, from `first_nonce` on: every one that was sent, with its receipt if it was seen.
    sent: Vec<Sent>,
    first_nonce: u64,
}

#[derive(Clone)]
struct Sent {
    hash: B256,
    receipt: Option<Value>,
}

impl Stream {
    fn amount(nonce: u64) -> U256 {
        U256::from(nonce + 1)
    }

    /// Signs the next payment.
    fn next(&mut self) -> Result<Bytes> {
        let amount = Self::amount(self.account.nonce);
        match self.token {
            Some(token) => {
                self.account.sign(token.into(), U256::ZERO, artifacts::transfer(self.recipient, amount), 300_000)
            }
            None => self.account.sign(self.recipient.into(), amount, Bytes::new(), 21_000),
        }
    }

    /// Pays until the node is gone, or as often as the round says. Reports each receipt.
    fn run(mut self, mut rpc: Rpc, round: Round, seen: &Sender<()>) -> Result<Self> {
        let payments = match round {
            Round::Busy { .. } => usize::MAX,
            Round::Idle { receipts } => receipts,
        };
        for _ in 0..payments {
            let raw = self.next()?;
            let hash = alloy_primitives::keccak256(&raw);
            self.sent.push(Sent { hash, receipt: None });
            let Ok(answer) = rpc.send_raw(&raw) else { return Ok(self) };
            ensure!(answer == hash, "the node hashes {raw} to {answer}");
            let Ok(receipt) = rpc.receipt(hash) else { return Ok(self) };
            ensure!(receipt["status"] == "0x1", "{receipt}");
            if let Some(last) = self.sent.last_mut() {
                last.receipt = Some(receipt);
            }
            // The test stops listening when it has seen enough.
            let _ = seen.send(());
        }
        Ok(self)
    }

    /// After a restart: compares the chain with what this stream knows, and forgets what the chain does not hold.
    fn check(&mut self, rpc: &mut Rpc, spent_before: U256) -> Result<()> {
        let nonce = rpc.nonce(self.account.address())?;
        let held = usize::try_from(nonce - self.first_nonce)?;
        ensure!(held <= self.sent.len(), "the chain holds more than was sent");
        let (committed, lost) = self.sent.split_at(held);
        ensure!(lost.iter().all(|s| s.receipt.is_none()), "an acknowledged transaction is lost");
        ensure!(lost.len() <= 1, "only the last one of a stream can be in the air");

        let mut spent = spent_before;
        for (i, sent) in committed.iter().enumerate() {
            let receipt = rpc.call("eth_getTransactionReceipt", json!([sent.hash]))?;
            ensure!(receipt["status"] == "0x1", "{} is committed, but its receipt is {receipt}", sent.hash);
            ensure!(sent.receipt.is_none() || sent.receipt.as_ref() == Some(&receipt), "the receipt has changed");
            let block = rpc.block(Some(quantity(&receipt["blockNumber"])?.saturating_to()))?;
            ensure!(block["hash"] == receipt["blockHash"], "the receipt is of another block");
            spent += quantity(&receipt["gasUsed"])? * quantity(&receipt["effectiveGasPrice"])?;
            if self.token.is_none() {
                spent += Self::amount(self.first_nonce + i as u64);
            }
        }
        let balance = rpc.balance(self.account.address())?;
        ensure!(balance == U256::from(FUNDS) - spent, "{balance} is not {FUNDS} less {spent}");
        let paid = (self.first_nonce..nonce).map(Self::amount).fold(U256::ZERO, |a, b| a + b);
        let received = match self.token {
            Some(token) => U256::from_be_slice(&rpc.read(token, artifacts::balance_of(self.recipient))?),
            None => rpc.balance(self.recipient)?,
        };
        ensure!(received == paid, "{received} received, {paid} paid");
        self.sent.truncate(held);
        self.account.nonce = nonce;
        Ok(())
    }
}

/// Deploys the token for the first account and gives the streams: the first one pays tokens, the others coins.
fn streams(rpc: &mut Rpc) -> Result<(Vec<Stream>, U256)> {
    let mut owner = Account::dev(0)?;
    let deployment = artifacts::zx20_deployment(U256::from(u64::MAX))?;
    let hash = rpc.send_raw(&owner.sign(TxKind::Create, U256::ZERO, deployment, 12_000_000)?)?;
    let receipt = rpc.receipt(hash)?;
    let token = serde_json::from_value(receipt["contractAddress"].clone())?;
    let cost = quantity(&receipt["gasUsed"])? * quantity(&receipt["effectiveGasPrice"])?;
    let mut streams = vec![];
    for i in 0..SENDERS {
        let account = if i == 0 { owner.clone() } else { Account::dev(i)? };
        let token = (i == 0).then_some(token);
        let first_nonce = account.nonce;
        streams.push(Stream {
            account,
            recipient: Address::repeat_byte(0xA0 + i as u8),
            token,
            sent: vec![],
            first_nonce,
        });
    }
    Ok((streams, cost))
}

/// Every block from the head down to genesis is there and names its parent.
fn chain_is_whole(rpc: &mut Rpc) -> Result<u64> {
    let mut block = rpc.block(None)?;
    let head = quantity(&block["number"])?.saturating_to();
    for number in (0..head).rev() {
        let parent = rpc.block(Some(number))?;
        ensure!(block["parentHash"] == parent["hash"], "block {} hangs in the air", number + 1);
        block = parent;
    }
    Ok(head)
}

#[test]
fn what_was_acknowledged_survives_kill_9() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let mut node = Node::start(datadir.path())?;
    let (mut streams, deployment) = streams(&mut node.rpc()?)?;
    let mut head = 0;
    for round in ROUNDS {
        let wanted = match round {
            Round::Busy { receipts } => receipts,
            Round::Idle { receipts } => receipts * SENDERS as usize,
        };
        let (sender, seen) = channel();
        let running: Vec<_> = streams
            .into_iter()
            .map(|stream| {
                let (rpc, sender) = (node.rpc()?, sender.clone());
                Ok(thread::spawn(move || stream.run(rpc, round, &sender)))
            })
            .collect::<Result<_>>()?;
        drop(sender);
        for _ in 0..wanted {
            seen.recv().map_err(|_| eyre::eyre!("the streams ended before the blow:\n{}", node.log()))?;
        }
        node.end(Signal::Kill)?;
        streams = running.into_iter().map(|t| t.join().expect("a stream panicked")).collect::<Result<_>>()?;
        let acknowledged = streams
            .iter()
            .flat_map(|s| s.sent.iter().filter_map(|sent| sent.receipt.as_ref()))
            .map(|receipt| Ok(quantity(&receipt["blockNumber"])?.saturating_to()))
            .collect::<Result<Vec<u64>>>()?;
        let last = acknowledged.into_iter().max().ok_or_eyre("nothing was acknowledged")?;

        node = Node::start(datadir.path())?;
        let mut rpc = node.rpc()?;
        let restarted = chain_is_whole(&mut rpc)?;
        assert!(restarted >= last && restarted > head, "head {restarted}, acknowledged {last}, before {head}");
        head = restarted;
        for stream in &mut streams {
            let before = if stream.token.is_some() { deployment } else { U256::ZERO };
            stream.check(&mut rpc, before)?;
        }
    }
    node.stop()
}
