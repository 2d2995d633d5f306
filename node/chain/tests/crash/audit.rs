//! Reads a data directory from one end to the other, and holds it against itself and what was acknowledged.

use crate::{
    life::{Life, RECEIVER},
    record::{Known, Log, Record},
    support::{CACHE, Limit, WINDOW, config, signer, spec},
};
use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    path::Path,
};
use zx_chain::{Chain, ChainError, HeadView, LogQuery, StoreError};
use zx_primitives::{
    Block, Receipt, StateError, StateReader,
    block::{encode_receipts, receipts_root, transactions_root},
};
use zx_storage::{Store, StoreConfig, Verified};

/// How what the store finds wrong with itself begins.
pub(crate) const VERIFY: &str = "verify: ";

/// What a data directory is found to be when it is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It says itself what is wrong.
    Named(String),
    /// It contradicts itself, or what was acknowledged, and says nothing.
    Silent(String),
}

/// What a whole one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) head: u64,
    /// The block whose state the store has as rows.
    pub(crate) base: u64,
    /// Of everything that was read.
    pub(crate) digest: B256,
}

impl From<ChainError> for Fault {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Store(error) => error.into(),
            ChainError::State(error) => error.into(),
            ChainError::Damaged { .. } => Self::Named(error.to_string()),
            other => Self::Silent(format!("{other:?}")),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::Damaged { .. }
            | StoreError::Lost { .. }
            | StoreError::Database { .. }
            | StoreError::Decode(_)
            | StoreError::State(_) => Self::Named(text),
            // Not what is wrong with a store of this program and this chain.
            other => Self::Silent(format!("{other:?}")),
        }
    }
}

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Self::Named(error.to_string())
    }
}

fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let mut text = format!("{what}: {found:?} is not {expected:?}");
    text.truncate(600);
    Err(Fault::Silent(text))
}

/// Opens, and reads everything.
pub(crate) fn audit(datadir: &Path, record: &Record) -> Result<Whole, Fault> {
    let _limit = Limit::new(format!("reading {}", datadir.display()));
    let checked = verified(datadir)?;
    let chain = Chain::open(config(datadir))?;
    let mut whole = {
        let view = chain.view()?;
        acknowledged(&view, record)?;
        let mut pass = Pass { view: &view, digest: Vec::new(), seen: Seen::default() };
        (0..=view.head.number()).try_for_each(|number| pass.block(number))?;
        pass.logs()?;
        pass.states()?;
        let digest = keccak256(&pass.digest);
        Whole { head: view.head.number(), base: view.first_proof(), digest }
    };
    branches(&chain, record)?;
    // A store that was empty until it was opened here had nothing to check.
    let blocks = if whole.head == 0 { checked.blocks } else { whole.base + 1 };
    same("blocks that the check has seen", checked.blocks, blocks)?;
    same("pending blocks that the check has not seen", checked.pending < whole.head - whole.base, false)?;
    whole.digest = keccak256([whole.digest, keccak256(format!("{checked:?}"))].concat());
    Ok(whole)
}

/// After [`audit`]: the chain takes more blocks, so many that what was its head becomes a part of the base, and all of
/// it is whole.
pub(crate) fn goes_on(scratch: &Path, datadir: &Path, record: &Record) -> Result<Whole, Fault> {
    let log = scratch.join("afterwards");
    let before;
    {
        let mut log = Log::append(&log);
        let mut life = Life::open(config(datadir), None, &mut log)?;
        before = life.chain.head().number();
        life.go(2 * WINDOW)?;
    }
    let whole = audit(datadir, &record.clone().and(&log).map_err(Fault::Silent)?)?;
    same("the base is below what was the head", whole.base < before, false)?;
    Ok(whole)
}

/// Every acknowledged block of the head's chain is there, and the head is one that can be.
fn acknowledged(view: &HeadView<'_>, record: &Record) -> Result<(), Fault> {
    let head = &view.head;
    let found = Known { number: head.number(), parent: head.header.parent_hash };
    record.allows(head.hash, found).map_err(Fault::Silent)?;
    let mut line = record.line(head.hash);
    line.extend(record.line(head.header.parent_hash));
    for (number, hash) in line {
        let block = view.block(number.into())?;
        same("LOST: an acknowledged block", block.map(|block| block.hash), Some(hash))?;
    }
    Ok(())
}

/// Acknowledged blocks that lost, and stand on the base, can still become the head.
fn branches(chain: &Chain, record: &Record) -> Result<(), Fault> {
    let (head, base) = {
        let view = chain.view()?;
        (view.head.hash, view.block(view.first_proof().into())?.map(|block| block.hash).unwrap_or_default())
    };
    let line = record.line(head);
    let lost = record.blocks.keys().filter(|hash| !line.values().any(|ours| ours == *hash));
    let mut visited = false;
    for hash in lost.filter(|hash| record.line(**hash).values().any(|below| *below == base)) {
        visited = true;
        match chain.set_head(*hash) {
            Ok(_) | Err(ChainError::UndoesFinal { .. }) => {}
            Err(error) => return Err(Fault::Silent(format!("LOST: the branch at {hash}: {error}"))),
        }
    }
    if visited {
        chain.set_head(head)?;
    }
    Ok(())
}

/// What a pass over the blocks gathers.
#[derive(Default)]
struct Seen {
    /// Heights with a log of an address, or with a topic.
    addresses: BTreeMap<Address, BTreeSet<u64>>,
    topics: BTreeMap<B256, BTreeSet<u64>>,
    /// What the receiver has after each block.
    paid: BTreeMap<u64, U256>,
    /// State roots.
    roots: BTreeMap<u64, B256>,
    contracts: BTreeSet<Address>,
    parent: B256,
}

struct Pass<'v, 'a> {
    view: &'v HeadView<'a>,
    digest: Vec<u8>,
    seen: Seen,
}

impl Pass<'_, '_> {
    /// One block: its header, what the header says of its transactions and receipts, and every index that leads to it.
    fn block(&mut self, number: u64) -> Result<(), Fault> {
        let view = self.view;
        let Some(block) = view.block(number.into())? else {
            return Err(Fault::Silent(format!("block {number} is missing, the head is {}", view.head.number())));
        };
        let receipts = view.receipts(number)?;
        same("height", block.number(), number)?;
        same("hash", block.header.hash_slow(), block.hash)?;
        same("parent", block.header.parent_hash, self.seen.parent)?;
        same("height by hash", view.resolve(block.hash.into())?, Some(number))?;
        same("transactions' root", transactions_root(&block.transactions), block.header.transactions_root)?;
        let found = receipts_root(&receipts);
        same("receipts' root and bloom", found, (block.header.receipts_root, block.header.logs_bloom))?;
        same("receipts", receipts.len(), block.transactions.len())?;
        same("gas", receipts.last().map_or(0, |last| last.cumulative_gas_used), block.header.gas_used)?;
        for (index, tx) in block.transactions.iter().enumerate() {
            let found = view.transaction(*tx.inner().tx_hash())?;
            same(
                "a transaction's place",
                found.map(|found| (found.block.hash, found.index)),
                Some((block.hash, index)),
            )?;
        }
        self.digest.extend(block.encode());
        self.digest.extend(encode_receipts(&receipts));
        self.gather(&block, &receipts);
        Ok(())
    }

    fn gather(&mut self, block: &Block, receipts: &[Receipt]) {
        use alloy_consensus::Transaction as _;
        let (number, seen) = (block.number(), &mut self.seen);
        for log in receipts.iter().flat_map(|receipt| &receipt.logs) {
            seen.addresses.entry(log.address).or_default().insert(number);
            for topic in log.topics() {
                seen.topics.entry(*topic).or_default().insert(number);
            }
        }
        let to_receiver = block.transactions.iter().filter(|tx| tx.inner().kind() == TxKind::Call(RECEIVER));
        let before = number.checked_sub(1).and_then(|before| seen.paid.get(&before)).copied().unwrap_or_default();
        seen.paid.insert(number, to_receiver.fold(before, |sum, tx| sum + tx.inner().value()));
        let creations = block.transactions.iter().filter(|tx| tx.inner().kind() == TxKind::Create);
        seen.contracts.extend(creations.map(|tx| tx.signer().create(tx.inner().nonce())));
        seen.roots.insert(number, block.header.state_root);
        seen.parent = block.hash;
    }

    /// The index leads to the blocks that reading all receipts leads to: to exactly these in the base.
    fn logs(&self) -> Result<(), Fault> {
        let addresses = self
            .seen
            .addresses
            .iter()
            .map(|(address, heights)| (LogQuery { addresses: vec![*address], ..Default::default() }, heights));
        let topics = self.seen.topics.iter().map(|(topic, heights)| {
            let topics = [vec![*topic], Vec::new(), Vec::new(), Vec::new()];
            (LogQuery { topics, ..Default::default() }, heights)
        });
        let base = self.view.first_proof();
        for (query, expected) in addresses.chain(topics) {
            let found = self.view.log_blocks(&query, 0..=self.view.head.number(), usize::MAX)?;
            let found: BTreeSet<u64> = found.heights.into_iter().collect();
            let final_ones = |heights: &BTreeSet<u64>| heights.range(..=base).copied().collect::<Vec<_>>();
            same("blocks by the index of logs", final_ones(&found), final_ones(expected))?;
            let missing: Vec<_> = expected.difference(&found).collect();
            same("blocks that the blooms leave out", missing, Vec::new())?;
        }
        Ok(())
    }

    /// States of all blocks: what the receiver has is what it was sent, and a proof of it holds where there are tries.
    fn states(&mut self) -> Result<(), Fault> {
        let genesis: Vec<Address> = spec().alloc.iter().map(|(address, _)| *address).collect();
        let people: Vec<Address> = genesis.into_iter().chain([RECEIVER]).chain(self.seen.contracts.clone()).collect();
        for number in self.view.first_state()..=self.view.head.number() {
            let state = self.view.state(number);
            for address in &people {
                let account = state.account(*address)?;
                let slot = state.storage(*address, U256::ZERO)?;
                if *address == RECEIVER {
                    let has = account.map_or(U256::ZERO, |account| account.balance);
                    same("what the receiver has", Some(&has), self.seen.paid.get(&number))?;
                }
                if let Some(account) = account
                    && self.seen.contracts.contains(address)
                {
                    self.digest.extend(state.code(account.code_hash)?);
                }
                self.digest.extend(format!("{account:?} {slot}").into_bytes());
                if number >= self.view.first_proof() {
                    let proof = self.view.prove(number, *address, &[U256::ZERO]).map_err(ChainError::from)?;
                    same("an account by its proof", proof.account.map(|a| a.balance), account.map(|a| a.balance))?;
                    same(
                        "the root of a proof",
                        proof.proof.first().map(keccak256),
                        self.seen.roots.get(&number).copied(),
                    )?;
                }
            }
            let counter = state.storage(signer(2).address().create(0), U256::ZERO)?;
            self.digest.extend(counter.to_be_bytes::<32>());
        }
        Ok(())
    }
}

/// What the store finds when it checks itself: the root of all rows, every node, every index, the history. It comes
/// first, as what it finds is named by whoever asks it.
fn verified(datadir: &Path) -> Result<Verified, Fault> {
    let store = Store::open(&datadir.join("db"), StoreConfig { cache_bytes: CACHE, ..Default::default() })?;
    let report = store.verify(&mut |_| {})?;
    match report.faults.first() {
        Some(fault) => Err(Fault::Named(format!("{VERIFY}{fault}"))),
        None => Ok(report),
    }
}
