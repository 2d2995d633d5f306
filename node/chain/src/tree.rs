//! The blocks that are not in the base of the store yet: a tree over it, in memory, each with the state after it.
//!
//! A [`Tree`] is never changed: a block makes another one, which shares all but a map of pointers with the one before.
//! Whoever reads holds one, and sees the chain as it was at that moment; a reorganisation is another head.

use alloy_primitives::{B256, Bytes, map::HashMap};
use std::{collections::HashSet, sync::Arc};
use zx_primitives::{Block, Receipt, StateChanges};
use zx_state::{State, StateUpdate};
use zx_storage::{Folded, TxPlace};

/// A block with what it did.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) block: Arc<Block>,
    pub(crate) receipts: Arc<Vec<Receipt>>,
    pub(crate) changes: StateChanges,
    pub(crate) update: StateUpdate,
    /// Where its transactions are in it.
    places: HashMap<B256, u32>,
}

impl Sealed {
    pub(crate) fn new(block: Arc<Block>, receipts: Vec<Receipt>, changes: StateChanges, update: StateUpdate) -> Self {
        let places = (0..).zip(&block.transactions).map(|(place, tx)| (*tx.inner().tx_hash(), place)).collect();
        Self { block, receipts: Arc::new(receipts), changes, update, places }
    }

    fn folded(&self) -> Folded<'_> {
        Folded { block: &self.block, receipts: &self.receipts, changes: &self.changes, update: &self.update }
    }
}

/// A block in the tree.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) sealed: Arc<Sealed>,
    /// The state after it.
    pub(crate) state: State,
}

impl Entry {
    pub(crate) fn block(&self) -> &Arc<Block> {
        &self.sealed.block
    }
}

/// The base, the blocks over it, and which of them is the head.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    base: Arc<Block>,
    base_state: State,
    entries: HashMap<B256, Entry>,
    /// Hashes from the block over the base to the head.
    line: Vec<B256>,
    head: Arc<Block>,
    /// Height of the last final block of the head's chain.
    finished: u64,
    /// How many trees came before it, since the start.
    version: u64,
}

/// What becomes part of the base, and what no longer has a place over it.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    pub(crate) entries: Vec<Entry>,
    pub(crate) dropped: Vec<(u64, B256)>,
}

impl Fold {
    pub(crate) fn blocks(&self) -> Vec<Folded<'_>> {
        self.entries.iter().map(|entry| entry.sealed.folded()).collect()
    }
}

impl Tree {
    /// The base alone, with the state after it.
    pub(crate) fn new(base: Arc<Block>, base_state: State) -> Self {
        let (finished, entries, line) = (base.number(), HashMap::default(), Vec::new());
        Self { head: Arc::clone(&base), base, base_state, entries, line, finished, version: 0 }
    }

    pub(crate) fn base(&self) -> &Arc<Block> {
        &self.base
    }

    pub(crate) fn head(&self) -> &Arc<Block> {
        &self.head
    }

    pub(crate) fn finished(&self) -> u64 {
        self.finished
    }

    /// Which tree this is: each that is shown has a higher number than the one before.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Makes this the one that follows another.
    pub(crate) fn follow(&mut self, before: &Self) {
        self.version = before.version.saturating_add(1);
    }

    /// Blocks up to a height are final, and stay so if the head goes back.
    pub(crate) fn finish(&mut self, height: u64) {
        self.finished = self.finished.max(height);
    }

    pub(crate) fn entry(&self, hash: &B256) -> Option<&Entry> {
        self.entries.get(hash)
    }

    /// A block and the state after it, if the tree has it.
    pub(crate) fn state(&self, hash: &B256) -> Option<(&Arc<Block>, &State)> {
        match self.entries.get(hash) {
            Some(entry) => Some((entry.block(), &entry.state)),
            None if *hash == self.base.hash => Some((&self.base, &self.base_state)),
            None => None,
        }
    }

    /// The head's chain at a height over the base.
    pub(crate) fn at(&self, number: u64) -> Option<&Entry> {
        let place = number.checked_sub(self.base.number())?.checked_sub(1)?;
        self.entries.get(self.line.get(usize::try_from(place).ok()?)?)
    }

    /// Where a transaction of the head's chain is, over the base.
    pub(crate) fn transaction(&self, hash: &B256) -> Option<TxPlace> {
        let place = |entry: &Entry| {
            let index = *entry.sealed.places.get(hash)?;
            Some(TxPlace { block: entry.block().number(), index })
        };
        self.line.iter().rev().filter_map(|hash| self.entries.get(hash)).find_map(place)
    }

    /// Code that a block over the base has deployed.
    pub(crate) fn code(&self, hash: &B256) -> Option<Bytes> {
        self.entries.values().find_map(|entry| entry.sealed.changes.codes.get(hash)).cloned()
    }

    /// A block's line down to the base, from the block itself.
    pub(crate) fn ancestors(&self, mut hash: B256) -> impl Iterator<Item = &Entry> {
        std::iter::from_fn(move || {
            let entry = self.entries.get(&hash)?;
            hash = entry.block().header.parent_hash;
            Some(entry)
        })
    }

    /// Takes a block in. It must stand on one that the tree has.
    pub(crate) fn insert(&mut self, entry: Entry) {
        self.entries.insert(entry.block().hash, entry);
    }

    /// Makes a block of the tree the head; `false` if it has none of that hash.
    pub(crate) fn set_head(&mut self, hash: B256) -> bool {
        let Some((block, _)) = self.state(&hash) else { return false };
        let block = Arc::clone(block);
        self.line = self.ancestors(hash).map(|entry| entry.block().hash).collect();
        self.line.reverse();
        self.head = block;
        true
    }

    /// Goes back to a block of the head's chain as if nothing had followed it, final or not; says what that takes out
    /// of the tree. `None` if the tree has no such block, or it is not in the head's chain.
    pub(crate) fn rewind(&mut self, hash: B256) -> Option<Vec<(u64, B256)>> {
        if hash != self.base.hash && !self.line.contains(&hash) {
            return None;
        }
        self.set_head(hash);
        let number = self.head.number();
        self.finished = self.finished.min(number);
        let gone = self.entries.values().map(|entry| (entry.block().number(), entry.block().hash));
        let gone: Vec<(u64, B256)> = gone.filter(|(height, _)| *height > number).collect();
        for (_, hash) in &gone {
            self.entries.remove(hash);
        }
        Some(gone)
    }

    /// Blocks of the head's chain that the other's does not have, and the other way round, oldest first. Both trees
    /// stand on the same base.
    pub(crate) fn differences(&self, other: &Self) -> (Vec<Entry>, Vec<Entry>) {
        let only = |one: &Self, two: &Self| {
            let theirs: HashSet<&B256> = two.line.iter().collect();
            let line = one.line.iter().filter(|hash| !theirs.contains(hash));
            line.filter_map(|hash| one.entries.get(hash)).cloned().collect()
        };
        (only(self, other), only(other, self))
    }

    /// Moves the base up along the head's chain to a height, and says what that takes out of the tree.
    pub(crate) fn fold(&mut self, to: u64) -> Fold {
        let count = usize::try_from(to.saturating_sub(self.base.number())).unwrap_or(usize::MAX).min(self.line.len());
        let mut fold = Fold::default();
        for hash in self.line.drain(..count) {
            let Some(entry) = self.entries.remove(&hash) else { continue };
            self.base = Arc::clone(entry.block());
            self.base_state = entry.state.clone();
            fold.entries.push(entry);
        }
        let kept: HashSet<B256> = self.over_the_base();
        self.entries.retain(|hash, entry| {
            let keep = kept.contains(hash);
            if !keep {
                fold.dropped.push((entry.block().number(), *hash));
            }
            keep
        });
        fold
    }

    /// Lets the head's state go of what the base has, because too much has come together.
    pub(crate) fn trim(&mut self) {
        let (hash, base) = (self.head.hash, self.base.number());
        if let Some(entry) = self.entries.get_mut(&hash) {
            entry.state = entry.state.trim(base);
        }
        self.base_state = State::stored(self.base.header.state_root);
    }

    /// Blocks that stand on the base, by way of others or at once.
    fn over_the_base(&self) -> HashSet<B256> {
        let mut entries: Vec<_> = self.entries.values().map(Entry::block).collect();
        entries.sort_unstable_by_key(|block| block.number());
        let mut kept = HashSet::from([self.base.hash]);
        for block in entries {
            if kept.contains(&block.header.parent_hash) {
                kept.insert(block.hash);
            }
        }
        kept
    }
}
