//! Reading: the chain at one moment, with its executor.

use crate::history::{History, PastState};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::B256;
use std::sync::Arc;
use zx_executor::{CallEnv, DeployRefusal, EstimateError, Executor, Simulated, TxError};
use zx_primitives::{Block, Receipt};
use zx_storage::{StoreError, View};

/// A snapshot of the store, and the head that it ends in.
#[derive(Debug)]
pub struct HeadView<'a> {
    /// The last block.
    pub head: Arc<Block>,
    /// The store.
    pub store: View<'a>,
    history: Arc<History>,
    executor: &'a Executor,
}

/// A transaction in its block.
#[derive(Clone, Debug)]
pub struct Found {
    /// The block.
    pub block: Block,
    /// Place in it, from 0.
    pub index: usize,
}

impl<'a> HeadView<'a> {
    pub(crate) fn new(head: Arc<Block>, store: View<'a>, history: Arc<History>, executor: &'a Executor) -> Self {
        Self { head, store, history, executor }
    }

    /// Height that a tag means. With instant finality safe and finalized are the head, and nothing is ahead of it.
    pub fn height(&self, tag: BlockNumberOrTag) -> u64 {
        match tag {
            BlockNumberOrTag::Number(number) => number,
            BlockNumberOrTag::Earliest => 0,
            BlockNumberOrTag::Latest
            | BlockNumberOrTag::Safe
            | BlockNumberOrTag::Finalized
            | BlockNumberOrTag::Pending => self.head.number(),
        }
    }

    /// Height that an id means; `None` if there is no such block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn resolve(&self, id: BlockId) -> Result<Option<u64>, StoreError> {
        match id {
            BlockId::Hash(hash) => self.store.block_number(hash.block_hash),
            BlockId::Number(tag) => Ok(Some(self.height(tag)).filter(|number| *number <= self.head.number())),
        }
    }

    /// A block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block(&self, id: BlockId) -> Result<Option<Block>, StoreError> {
        match self.resolve(id)? {
            Some(number) if number == self.head.number() => Ok(Some((*self.head).clone())),
            Some(number) => self.store.block(number),
            None => Ok(None),
        }
    }

    /// A transaction and its block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn transaction(&self, hash: B256) -> Result<Option<Found>, StoreError> {
        let Some(place) = self.store.transaction(hash)? else { return Ok(None) };
        let block = self.store.block(place.block)?;
        Ok(block.map(|block| Found { block, index: place.index as usize }))
    }

    /// Receipts of a block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn receipts(&self, number: u64) -> Result<Vec<Receipt>, StoreError> {
        Ok(self.store.receipts(number)?.unwrap_or_default())
    }

    /// The state after a block of this chain; `None` if it is not kept.
    pub fn state(&self, number: u64) -> Option<PastState<'_, 'a>> {
        let since = self.history.since(number, self.head.number())?;
        Some(PastState::new(&self.store, since))
    }

    /// What a call would do in a block, on the state after it.
    ///
    /// # Errors
    /// If the call is not valid, or the state cannot be read.
    pub fn call(&self, state: &PastState<'_, '_>, block: &Block, call: &CallEnv) -> Result<Simulated, TxError> {
        self.executor.simulate(state, &block.header, call)
    }

    /// Gas that a call takes in a block, on the state after it.
    ///
    /// # Errors
    /// If no amount is enough.
    pub fn estimate_gas(&self, state: &PastState<'_, '_>, block: &Block, call: &CallEnv) -> Result<u64, EstimateError> {
        self.executor.estimate_gas(state, &block.header, call)
    }

    /// Checks a WASM deployment, to say what is wrong with it in words that a receipt has no room for.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_deployment(&self, input: &[u8]) -> Result<(), DeployRefusal> {
        self.executor.check_deployment(input)
    }
}
