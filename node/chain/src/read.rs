//! Reading: the chain at one moment, with its executor.

use crate::{error::ChainError, fork::Fork, state::StateAt, tree::Tree};
use alloy_consensus::{Header, TxReceipt};
use alloy_eips::{BlockId, BlockNumberOrTag, eip2718::Encodable2718};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use std::{ops::RangeInclusive, sync::Arc};
use zx_executor::{
    AccessListed, BlockOptions, CallEnv, Cancel, DeployRefusal, EstimateError, Executor, Simulated, SimulatedBlock,
    TxError,
};
use zx_primitives::{AccountInfo, Block, Receipt, StateChanges, StateError, StateReader};
use zx_state::TrieAccount;
use zx_storage::{Changed, LogBlocks, LogQuery, StoreError, View};

/// The chain at one moment: a snapshot of the store, and the blocks over its base.
#[derive(Debug)]
pub struct HeadView<'a> {
    /// The last block.
    pub head: Arc<Block>,
    pub(crate) store: View<'a>,
    pub(crate) tree: Arc<Tree>,
    pub(crate) executor: &'a Executor,
    fork: Option<&'a Fork>,
}

/// A transaction in its block.
#[derive(Clone, Debug)]
pub struct Found {
    /// The block.
    pub block: Arc<Block>,
    /// Place in it, from 0.
    pub index: usize,
}

/// A block that is not in the head's chain any more, with its receipts.
pub type LostBlock = (Arc<Block>, Arc<Vec<Receipt>>);

/// A state's trie under changes that are never written.
#[derive(Debug)]
pub struct DraftTrie<'v, 'a> {
    state: zx_state::State,
    store: &'v View<'a>,
}

impl DraftTrie<'_, '_> {
    /// Makes changes, which must fit the state, and gives the root after them.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn apply(&mut self, block: u64, changes: &StateChanges) -> Result<B256, StateError> {
        let (state, update) = self.state.apply(self.store, block, changes)?;
        self.state = state;
        Ok(update.root)
    }
}

/// Proof of an account, and of some of its slots (EIP-1186).
#[derive(Clone, Debug)]
pub struct AccountProof {
    /// The account; `None` if the proof is that it is not there.
    pub account: Option<TrieAccount>,
    /// Nodes from the state root down.
    pub proof: Vec<Bytes>,
    /// The slots, with their values and the nodes from the account's storage root down.
    pub slots: Vec<(U256, U256, Vec<Bytes>)>,
}

/// A proof cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The trie of that block is no longer kept.
    #[error("no proofs for block {number}: tries are kept from block {first} on; values of earlier blocks can be read")]
    Gone {
        /// The block.
        number: u64,
        /// The first with a trie.
        first: u64,
    },
    /// The state is a fork's, whose trie has only what was changed here.
    #[error("a fork has no proofs: its roots are of what was changed in it, not of what the forked chain has")]
    Forked,
    /// The state cannot be read: ours.
    #[error(transparent)]
    State(#[from] StateError),
}

impl<'a> HeadView<'a> {
    pub(crate) fn new(tree: Arc<Tree>, store: View<'a>, executor: &'a Executor, fork: Option<&'a Fork>) -> Self {
        Self { head: Arc::clone(tree.head()), store, tree, executor, fork }
    }

    /// Height that a tag means. Nothing is ahead of the head.
    pub fn height(&self, tag: BlockNumberOrTag) -> u64 {
        match tag {
            BlockNumberOrTag::Number(number) => number,
            BlockNumberOrTag::Earliest => 0,
            BlockNumberOrTag::Latest | BlockNumberOrTag::Pending => self.head.number(),
            BlockNumberOrTag::Safe | BlockNumberOrTag::Finalized => self.tree.finished(),
        }
    }

    /// Height that an id means; `None` if the head's chain has no such block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn resolve(&self, id: BlockId) -> Result<Option<u64>, StoreError> {
        match id {
            BlockId::Hash(hash) => self.number_of(hash.block_hash),
            BlockId::Number(tag) => Ok(Some(self.height(tag)).filter(|number| *number <= self.head.number())),
        }
    }

    fn number_of(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        match self.tree.entry(&hash) {
            // A block of a branch that lost is not of this chain.
            Some(entry) => {
                let number = entry.block().number();
                Ok(self.tree.at(number).filter(|ours| ours.block().hash == hash).map(|_| number))
            }
            None => self.store.block_number(hash),
        }
    }

    /// A block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block(&self, id: BlockId) -> Result<Option<Arc<Block>>, StoreError> {
        let Some(number) = self.resolve(id)? else { return Ok(None) };
        match self.tree.at(number) {
            Some(entry) => Ok(Some(Arc::clone(entry.block()))),
            None if number == self.tree.base().number() => Ok(Some(Arc::clone(self.tree.base()))),
            None => Ok(self.store.block(number)?.map(Arc::new)),
        }
    }

    /// A transaction and its block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn transaction(&self, hash: B256) -> Result<Option<Found>, StoreError> {
        let place = match self.tree.transaction(&hash) {
            Some(place) => Some(place),
            None => self.store.transaction(hash)?,
        };
        let Some(place) = place else { return Ok(None) };
        let block = self.block(place.block.into())?;
        Ok(block.map(|block| Found { block, index: place.index as usize }))
    }

    /// Receipts of a block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn receipts(&self, number: u64) -> Result<Arc<Vec<Receipt>>, StoreError> {
        match self.tree.at(number) {
            Some(entry) => Ok(Arc::clone(&entry.sealed.receipts)),
            None => Ok(Arc::new(self.store.receipts(number)?.unwrap_or_default())),
        }
    }

    /// The state after the head.
    pub fn head_state(&self) -> StateAt<'_, 'a> {
        self.state(self.head.number())
    }

    /// The state after a block of this chain. Reading below [`first_state`](Self::first_state) is an error.
    pub fn state(&self, number: u64) -> StateAt<'_, 'a> {
        let base = self.tree.base();
        let hash = match self.tree.at(number) {
            Some(entry) => entry.block().hash,
            None if number >= base.number() => base.hash,
            None => return StateAt::past(&self.tree, &self.store, number).over(self.fork),
        };
        match self.tree.state(&hash) {
            Some((_, state)) => self.state_of(hash, state),
            None => StateAt::past(&self.tree, &self.store, number).over(self.fork),
        }
    }

    /// The state after a block of the tree.
    pub(crate) fn state_of(&self, block: B256, state: &zx_state::State) -> StateAt<'_, 'a> {
        StateAt::in_tree(&self.tree, &self.store, block, state.clone()).over(self.fork)
    }

    /// The first block whose state is kept.
    pub fn first_state(&self) -> u64 {
        self.store.history_from()
    }

    /// The first block for which there are proofs.
    pub fn first_proof(&self) -> u64 {
        self.tree.base().number()
    }

    /// Heights in a range whose blocks may have logs that are looked for: by the index up to the tree's base, by their
    /// blooms over it. Looks at some `limit` rows of the index, and then says where to go on.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_blocks(
        &self,
        query: &LogQuery,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<LogBlocks, StoreError> {
        let base = self.tree.base().number();
        let mut found = match *heights.start() <= base {
            true => self.store.log_blocks(query, *heights.start()..=base.min(*heights.end()), limit)?,
            false => LogBlocks::default(),
        };
        if found.next.is_none() {
            let over = base.saturating_add(1).max(*heights.start())..=*heights.end();
            let bloom = |number: &u64| self.tree.at(*number).map(|entry| entry.block().header.logs_bloom);
            found.heights.extend(over.filter(|number| bloom(number).is_some_and(|bloom| query.may_match(&bloom))));
        }
        Ok(found)
    }

    /// Proof of an account and of slots of it, after a block (EIP-1186).
    ///
    /// # Errors
    /// [`ProofError::Gone`] below [`first_proof`](Self::first_proof).
    pub fn prove(&self, number: u64, address: Address, slots: &[U256]) -> Result<AccountProof, ProofError> {
        if self.fork.is_some() {
            return Err(ProofError::Forked);
        }
        let at = self.state(number);
        let Some(state) = at.trie() else { return Err(ProofError::Gone { number, first: self.first_proof() }) };
        let (key, store) = (keccak256(address), at.store());
        let slot = |slot: &U256| -> Result<_, StateError> {
            let path = keccak256(slot.to_be_bytes::<32>());
            Ok((*slot, at.storage(address, *slot)?, state.prove_slot(store, key, path)?))
        };
        Ok(AccountProof {
            account: at.trie_account(state, key)?,
            proof: state.prove(store, key)?,
            slots: slots.iter().map(slot).collect::<Result<_, _>>()?,
        })
    }

    /// A transaction's EIP-2718 bytes, and the proof that its block has it, against the transactions root.
    ///
    /// # Errors
    /// If the store fails.
    pub fn prove_transaction(&self, found: &Found) -> Result<(Bytes, Vec<Bytes>), StateError> {
        let items = found.block.transactions.iter().map(|tx| tx.inner().encoded_2718().into());
        prove(items.collect(), found.index)
    }

    /// A receipt's EIP-2718 bytes, and the proof that its block has it, against the receipts root.
    ///
    /// # Errors
    /// If the store fails.
    pub fn prove_receipt(&self, found: &Found) -> Result<(Bytes, Vec<Bytes>), StateError> {
        let receipts = self.receipts(found.block.number())?;
        let items = receipts.iter().map(|receipt| receipt.with_bloom_ref().encoded_2718().into());
        prove(items.collect(), found.index)
    }

    /// Changes of an account, or of a slot, in a range of heights: each with its place and what it has overwritten.
    ///
    /// # Errors
    /// If the store fails, or no longer has the range.
    pub fn account_changes(
        &self,
        address: Address,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<Changed<Option<AccountInfo>>>, StoreError> {
        let mut found = self.store.account_changes(keccak256(address), heights.clone(), limit)?;
        let over = self.over_the_base(heights).flat_map(|(block, trail)| {
            let before = trail.accounts.get(&address)?;
            Some(Changed { block, transaction: trail.transaction, before: *before })
        });
        found.extend(over.take(limit.saturating_sub(found.len())));
        Ok(found)
    }

    /// Changes of a slot; see [`account_changes`](Self::account_changes).
    ///
    /// # Errors
    /// If the store fails, or no longer has the range.
    pub fn slot_changes(
        &self,
        address: Address,
        slot: U256,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<Changed<U256>>, StoreError> {
        let keys = (keccak256(address), keccak256(slot.to_be_bytes::<32>()));
        let mut found = self.store.slot_changes(keys.0, keys.1, heights.clone(), limit)?;
        let over = self.over_the_base(heights).flat_map(|(block, trail)| {
            let before = trail.slots.get(&(address, slot))?;
            Some(Changed { block, transaction: trail.transaction, before: *before })
        });
        found.extend(over.take(limit.saturating_sub(found.len())));
        Ok(found)
    }

    fn over_the_base(&self, heights: RangeInclusive<u64>) -> impl Iterator<Item = (u64, &zx_primitives::Overwritten)> {
        let first = self.tree.base().number().saturating_add(1).max(*heights.start());
        let last = self.head.number().min(*heights.end());
        let entries = (first..=last).filter_map(|number| self.tree.at(number));
        entries.flat_map(|entry| entry.sealed.changes.trail.iter().map(|trail| (entry.block().number(), trail)))
    }

    /// What a call would do in a block with this header, on a state.
    ///
    /// # Errors
    /// If the call is not valid, or the state cannot be read.
    pub fn call(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<Simulated, TxError> {
        self.executor.simulate(state, header, call, cancel)
    }

    /// Gas that a call takes in a block with this header, on a state.
    ///
    /// # Errors
    /// If no amount is enough.
    pub fn estimate_gas(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<u64, EstimateError> {
        self.executor.estimate_gas(state, header, call, cancel)
    }

    /// What a call touches in a block with this header, on a state.
    ///
    /// # Errors
    /// If the call is not valid, or the state cannot be read.
    pub fn access_list(
        &self,
        state: &dyn StateReader,
        header: &Header,
        call: &CallEnv,
        cancel: &Cancel,
    ) -> Result<AccessListed, TxError> {
        self.executor.access_list(state, header, call, cancel)
    }

    /// What calls do one after the other in a block with this header, on a state.
    ///
    /// # Errors
    /// With the place of a call that is not valid; or if the state cannot be read.
    pub fn simulate_block(
        &self,
        state: &dyn StateReader,
        header: &Header,
        calls: &[CallEnv],
        options: BlockOptions,
        cancel: &Cancel,
    ) -> Result<SimulatedBlock, (usize, TxError)> {
        self.executor.simulate_block(state, header, calls, options, cancel)
    }

    /// The trie of the state after a block, to see what changes would make of its root. `None` below
    /// [`first_proof`](Self::first_proof), and of a fork.
    pub fn draft_trie(&self, number: u64) -> Option<DraftTrie<'_, 'a>> {
        let state = self.state(number).trie().filter(|_| self.fork.is_none())?.clone();
        Some(DraftTrie { state, store: &self.store })
    }

    /// The account as the state's trie has it, with its storage root. `None` below [`first_proof`](Self::first_proof),
    /// or if there is no such account.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn trie_account(&self, number: u64, address: Address) -> Result<Option<TrieAccount>, StateError> {
        let at = self.state(number);
        let Some(trie) = at.trie() else { return Ok(None) };
        at.trie_account(trie, keccak256(address))
    }

    /// The blocks that a reorganisation has put in the place of others, seen from one of those: it and its ancestors,
    /// newest first, that are not in the head's chain, and the height at which the two meet. `None` if that is not
    /// known any more.
    ///
    /// # Errors
    /// If the store fails.
    pub fn lost(&self, hash: B256) -> Result<Option<(Vec<LostBlock>, u64)>, StoreError> {
        let mut lost = Vec::new();
        let mut hash = hash;
        loop {
            if let Some(number) = self.number_of(hash)? {
                return Ok(Some((lost, number)));
            }
            let Some(entry) = self.tree.entry(&hash) else { return Ok(None) };
            hash = entry.block().header.parent_hash;
            lost.push((Arc::clone(entry.block()), Arc::clone(&entry.sealed.receipts)));
        }
    }

    /// Checks a WASM deployment, to say what is wrong with it in words that a receipt has no room for.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_deployment(&self, input: &[u8]) -> Result<(), DeployRefusal> {
        self.executor.check_deployment(input)
    }
}

fn prove(items: Vec<Bytes>, place: usize) -> Result<(Bytes, Vec<Bytes>), StateError> {
    let item = items.get(place).cloned().unwrap_or_default();
    Ok((item, zx_state::prove_item(items, place as u64)?))
}

impl From<ProofError> for ChainError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::State(error) => Self::State(error),
            none @ (ProofError::Gone { .. } | ProofError::Forked) => Self::State(StateError(none.to_string())),
        }
    }
}
