//! What a chain does in these tests: transfers, deployments, calls that log, and branches.

use crate::{
    counter::counter,
    record::Log,
    support::{Chance, config, sign, signer},
};
use alloy_primitives::{Address, TxKind};
use std::{path::Path, sync::Arc};
use zx_chain::{Chain, ChainError, Finality};
use zx_primitives::Block;

pub(crate) const RECEIVER: Address = Address::repeat_byte(0xaa);
/// Bytes of data that some transfers carry: more than a page of RocksDB's log.
const LOAD: usize = 40_000;

/// A chain that says what it does.
#[derive(Debug)]
pub(crate) struct Life<'a> {
    pub(crate) chain: Chain,
    log: &'a mut Log,
    /// Another node, which makes the branches.
    twin: Option<Chain>,
}

impl<'a> Life<'a> {
    pub(crate) fn open(
        config: zx_chain::ChainConfig,
        twin: Option<&Path>,
        log: &'a mut Log,
    ) -> Result<Self, ChainError> {
        let chain = Chain::open(config)?;
        let head = chain.head();
        log.line(&format!("opened {} {} {}", head.number(), head.hash, head.header.parent_hash));
        let twin = twin.map(|folder| {
            let mut config = config_of_twin(folder);
            config.window = 1_000;
            Chain::open(config).expect("the twin opens")
        });
        Ok(Self { chain, log, twin })
    }

    /// Makes so many blocks more.
    pub(crate) fn go(&mut self, blocks: u64) -> Result<(), ChainError> {
        for _ in 0..blocks {
            self.block()?;
            let number = self.chain.head().number();
            if self.twin.is_some() && number % 4 == 3 {
                self.fork()?;
            }
            if self.twin.is_some() && number % 4 == 1 {
                self.back_and_forth()?;
            }
        }
        Ok(())
    }

    /// One block, with three transactions.
    pub(crate) fn block(&mut self) -> Result<Arc<Block>, ChainError> {
        let number = self.chain.head().number() + 1;
        let load = if number % 5 == 2 { LOAD } else { 10 };
        self.send(1, TxKind::Call(RECEIVER), number, Chance::new(number).bytes(load));
        let contract = signer(2).address().create(0);
        match self.chain.next_nonce(signer(2).address())? {
            0 => self.send(2, TxKind::Create, 0, counter()),
            _ => self.send(2, TxKind::Call(contract), 0, Vec::new()),
        }
        match number % 4 {
            0 => self.send(3, TxKind::Create, 0, counter()),
            _ => self.send(3, TxKind::Call(contract), 0, Vec::new()),
        }
        self.log.line("try produce");
        let block = self.chain.produce(false)?.expect("there is work");
        self.log.block(&block, self.chain.head().hash);
        Ok(block)
    }

    /// Says that something failed.
    pub(crate) fn failed(&mut self, error: &ChainError) {
        self.log.line(&format!("failed {error}"));
    }

    /// Tries once more to make a block of what waits.
    pub(crate) fn again(&mut self) -> Result<(), ChainError> {
        self.log.line("try produce");
        let block = self.chain.produce(true)?.expect("a block");
        self.log.block(&block, self.chain.head().hash);
        Ok(())
    }

    fn send(&self, who: u8, to: TxKind, value: u64, input: Vec<u8>) {
        submit(&self.chain, who, to, value, input);
    }

    /// A branch of two blocks beside the head, which becomes longer than the head's chain.
    fn fork(&mut self) -> Result<(), ChainError> {
        let Some(twin) = self.twin.take() else { return Ok(()) };
        let head = self.chain.head();
        for number in 1..=head.number() {
            let block = self.chain.view()?.block(number.into())?.expect("a block of the chain");
            twin.import((*block).clone()).expect("valid");
        }
        twin.set_head(head.header.parent_hash).expect("known");
        submit(&twin, 4, TxKind::Call(RECEIVER), 1_000, Vec::new());
        for _ in 0..2 {
            let block = twin.produce(true).expect("no failure").expect("a block");
            self.log.line(&format!("try import {}", block.hash));
            self.chain.import((*block).clone())?;
            self.log.block(&block, self.chain.head().hash);
        }
        self.twin = Some(twin);
        Ok(())
    }

    /// Makes the parent the head, and then the head again.
    fn back_and_forth(&mut self) -> Result<(), ChainError> {
        let head = self.chain.head();
        for hash in [head.header.parent_hash, head.hash] {
            self.log.line(&format!("try head {hash}"));
            self.chain.set_head(hash)?;
            self.log.line(&format!("head {hash}"));
        }
        Ok(())
    }
}

fn config_of_twin(folder: &Path) -> zx_chain::ChainConfig {
    let mut config = config(folder);
    config.finality = Finality::Depth(1_000);
    config
}

/// Sends a transaction. What a failure has left waiting may be in the way, and is as good.
fn submit(chain: &Chain, who: u8, to: TxKind, value: u64, input: Vec<u8>) {
    let nonce = chain.next_nonce(signer(who).address()).expect("read");
    chain.submit(&sign(who, nonce, to, value, input)).expect("taken");
}
