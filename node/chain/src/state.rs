//! A state to read: of a block in the tree, or of one below its base.

use crate::{
    fork::{Fork, Local, marks},
    tree::Tree,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use zx_primitives::{AccountInfo, StateChanges, StateError, StateReader};
use zx_state::{Lookup, Reader, State, TrieAccount};
use zx_storage::View;

/// The state after a block.
#[derive(Debug)]
pub struct StateAt<'v, 'a> {
    tree: &'v Tree,
    store: &'v View<'a>,
    place: Place,
    /// What the chain has not itself is read from there.
    fork: Option<&'v Fork>,
}

#[derive(Debug)]
enum Place {
    /// In the tree, or its base: in memory what has changed since the store's state.
    Tree { hash: B256, state: State },
    /// Below the base: what has been overwritten since is in the store.
    Past { number: u64 },
}

impl<'v, 'a> StateAt<'v, 'a> {
    pub(crate) fn in_tree(tree: &'v Tree, store: &'v View<'a>, hash: B256, state: State) -> Self {
        Self { tree, store, place: Place::Tree { hash, state }, fork: None }
    }

    pub(crate) fn past(tree: &'v Tree, store: &'v View<'a>, number: u64) -> Self {
        Self { tree, store, place: Place::Past { number }, fork: None }
    }

    /// The same, of a fork.
    pub(crate) fn over(self, fork: Option<&'v Fork>) -> Self {
        Self { fork, ..self }
    }

    /// Makes changes of a fork's state such as its own trie can have; see [`marks`](crate::fork).
    pub(crate) fn fit(&self, changes: &mut StateChanges) -> Result<(), StateError> {
        match self.fork {
            Some(fork) => marks::fit(fork, self, changes),
            None => Ok(()),
        }
    }

    /// The account with its storage root: what a proof ends in. `None` below the tree's base, where no trie is kept.
    pub(crate) fn trie(&self) -> Option<&State> {
        match &self.place {
            Place::Tree { state, .. } => Some(state),
            Place::Past { .. } => None,
        }
    }

    pub(crate) fn store(&self) -> &'v View<'a> {
        self.store
    }

    /// An account as the trie has it.
    pub(crate) fn trie_account(&self, state: &State, key: B256) -> Result<Option<TrieAccount>, StateError> {
        match state.account(key) {
            Lookup::Found(account) => Ok(Some(account)),
            Lookup::Absent => Ok(None),
            Lookup::Stored => Reader::account(self.store, key),
        }
    }
}

/// The chain's own state, without that of a chain that it goes on from.
impl Local for StateAt<'_, '_> {
    fn own_account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        let key = keccak256(address);
        match &self.place {
            Place::Past { number } => Ok(self.store.account_at(key, *number)?),
            Place::Tree { state, .. } => {
                let account = self.trie_account(state, key)?;
                Ok(account.map(|a| AccountInfo { nonce: a.nonce, balance: a.balance, code_hash: a.code_hash }))
            }
        }
    }

    fn own_slot(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let (account, slot) = (keccak256(address), keccak256(slot.to_be_bytes::<32>()));
        match &self.place {
            Place::Past { number } => Ok(self.store.slot_at(account, slot, *number)?),
            Place::Tree { state, .. } => match state.slot(account, slot) {
                Lookup::Found(value) => Ok(value),
                Lookup::Absent => Ok(U256::ZERO),
                Lookup::Stored => Ok(self.store.slot_row(account, slot)?),
            },
        }
    }

    fn own_code(&self, hash: B256) -> Result<Bytes, StateError> {
        match self.tree.code(&hash) {
            Some(code) => Ok(code),
            None => self.store.code(hash),
        }
    }
}

impl StateReader for StateAt<'_, '_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        match self.fork {
            Some(fork) => marks::account(fork, self, address),
            None => self.own_account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        match self.fork {
            Some(fork) => marks::slot(fork, self, address, slot),
            None => self.own_slot(address, slot),
        }
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        match self.fork.and_then(|fork| fork.code(&hash)) {
            Some(code) => Ok(code),
            None => self.own_code(hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        if let Some(fork) = self.fork.filter(|fork| number <= fork.pinned().number()) {
            return fork.block_hash(number);
        }
        match &self.place {
            Place::Tree { hash, .. } if number > self.tree.base().number() => {
                let mut line = self.tree.ancestors(*hash).map(|entry| entry.block());
                Ok(line.find(|block| block.number() == number).map(|block| block.hash).unwrap_or_default())
            }
            _ => self.store.block_hash(number),
        }
    }
}
