//! The states of the last blocks, as what each block has overwritten.
//!
//! The store holds the state of the head. To read at an earlier height, look for the value in what the blocks since
//! have overwritten, oldest first; what none of them touched is as it is now. Kept in memory, so that a restarted node
//! knows only the states since its start.

use alloy_primitives::{Address, B256, Bytes, U256, map::HashMap};
use std::{collections::VecDeque, sync::Arc};
use zx_primitives::{AccountInfo, StateChanges, StateError, StateReader};
use zx_storage::View;

/// Blocks whose states can be read: what geth keeps in memory.
const KEPT: usize = 128;

/// What a block has overwritten.
#[derive(Debug, Default)]
pub(crate) struct Overwritten {
    accounts: HashMap<Address, Option<AccountInfo>>,
    slots: HashMap<(Address, U256), U256>,
}

impl Overwritten {
    /// Reads what `changes` are about to overwrite.
    pub(crate) fn by(changes: &StateChanges, before: &dyn StateReader) -> Result<Self, StateError> {
        let mut overwritten = Self::default();
        for (address, change) in &changes.accounts {
            overwritten.accounts.insert(*address, before.account(*address)?);
            for slot in change.storage.keys() {
                overwritten.slots.insert((*address, *slot), before.storage(*address, *slot)?);
            }
        }
        Ok(overwritten)
    }
}

/// What the last blocks have overwritten, by height.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(VecDeque<(u64, Arc<Overwritten>)>);

impl History {
    /// Notes a block that is about to be written.
    pub(crate) fn push(&mut self, number: u64, overwritten: Overwritten) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back((number, Arc::new(overwritten)));
    }

    /// What the blocks after `number`, up to `head`, have overwritten, oldest first; `None` if not all are known.
    pub(crate) fn since(&self, number: u64, head: u64) -> Option<Vec<Arc<Overwritten>>> {
        let wanted = usize::try_from(head.checked_sub(number)?).ok()?;
        let known = self.0.iter().filter(|(height, _)| (number + 1..=head).contains(height));
        let since: Vec<_> = known.map(|(_, overwritten)| Arc::clone(overwritten)).collect();
        (since.len() == wanted).then_some(since)
    }
}

/// A state: the store's, seen through what has been overwritten since.
#[derive(Debug)]
pub struct PastState<'v, 'a> {
    store: &'v View<'a>,
    since: Vec<Arc<Overwritten>>,
}

impl<'v, 'a> PastState<'v, 'a> {
    pub(crate) fn new(store: &'v View<'a>, since: Vec<Arc<Overwritten>>) -> Self {
        Self { store, since }
    }
}

impl StateReader for PastState<'_, '_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        match self.since.iter().find_map(|block| block.accounts.get(&address)) {
            Some(then) => Ok(*then),
            None => self.store.account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        match self.since.iter().find_map(|block| block.slots.get(&(address, slot))) {
            Some(then) => Ok(*then),
            None => self.store.storage(address, slot),
        }
    }

    /// Code is never removed.
    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        self.store.code(hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.store.block_hash(number)
    }
}
