//! The state root: Ethereum's secure Merkle Patricia Trie over accounts and their storage (Yellow Paper, appendix D).
//!
//! [`apply`] takes a state as it is stored ([`TrieSource`]: hashed keys, in order) and a block's changes, and gives the
//! new root with the rows to write. It reads nothing else and writes nothing, so that a faster trie, which keeps its
//! branch nodes, can take its place: such a one only adds rows.
//!
//! This one walks every account for each block: its cost grows with the state. Storage tries are only walked for
//! accounts whose storage changed; the others' roots stand in their rows.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

use alloy_primitives::{B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles, TrieAccount};
use std::collections::BTreeMap;
use zx_primitives::{AccountChange, StateChanges, StateError};

/// Stored state in the order of its trie: by the Keccak-256 of address and slot.
pub trait TrieSource {
    /// One account.
    ///
    /// # Errors
    /// If the store fails.
    fn trie_account(&self, account: B256) -> Result<Option<TrieAccount>, StateError>;

    /// Visits every account in order.
    ///
    /// # Errors
    /// If the store fails.
    fn each_account(&self, visit: &mut dyn FnMut(B256, TrieAccount)) -> Result<(), StateError>;

    /// Visits every slot of an account in order.
    ///
    /// # Errors
    /// If the store fails.
    fn each_slot(&self, account: B256, visit: &mut dyn FnMut(B256, U256)) -> Result<(), StateError>;
}

/// Rows that a block changes, by hashed key, and the root that comes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateUpdate {
    /// Root of the state with the rows below in place.
    pub root: B256,
    /// Accounts written, or gone.
    pub accounts: BTreeMap<B256, Option<TrieAccount>>,
    /// Storage written.
    pub storage: BTreeMap<B256, StorageUpdate>,
}

/// Rows of one account's storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageUpdate {
    /// Whether every row from before goes first.
    pub wiped: bool,
    /// Slots written; zero removes one.
    pub slots: BTreeMap<B256, U256>,
}

/// Works out the rows and the root that `changes` make of the state in `source`.
///
/// # Errors
/// If the source cannot be read.
pub fn apply(source: &dyn TrieSource, changes: &StateChanges) -> Result<StateUpdate, StateError> {
    let mut update = StateUpdate::default();
    for (address, change) in &changes.accounts {
        let key = keccak256(address);
        let before = source.trie_account(key)?;
        let storage = StorageUpdate {
            wiped: change.wiped || change.info.is_none(),
            slots: change.storage.iter().map(|(slot, value)| (keccak256(slot.to_be_bytes::<32>()), *value)).collect(),
        };
        update.accounts.insert(key, account_after(source, key, before, change, &storage)?);
        if storage.wiped || !storage.slots.is_empty() {
            update.storage.insert(key, storage);
        }
    }
    update.root = account_root(source, &update.accounts)?;
    Ok(update)
}

/// Works the root out from every row: each storage trie, then the accounts.
///
/// # Errors
/// If the source cannot be read, or an account's row names another storage root than its slots have.
pub fn root_of(source: &dyn TrieSource) -> Result<B256, StateError> {
    let mut wrong = None;
    let mut keys = Vec::new();
    source.each_account(&mut |key, account| keys.push((key, account.storage_root)))?;
    for (key, expected) in keys {
        let found = storage_root(source, key, &StorageUpdate::default())?;
        if found != expected {
            wrong.get_or_insert(format!("the storage of account {key} has the root {found}, its row says {expected}"));
        }
    }
    match wrong {
        Some(wrong) => Err(StateError(wrong)),
        None => account_root(source, &BTreeMap::new()),
    }
}

fn account_after(
    source: &dyn TrieSource,
    key: B256,
    before: Option<TrieAccount>,
    change: &AccountChange,
    storage: &StorageUpdate,
) -> Result<Option<TrieAccount>, StateError> {
    let Some(info) = change.info else { return Ok(None) };
    let storage_root = match before {
        Some(before) if !storage.wiped && storage.slots.is_empty() => before.storage_root,
        _ => storage_root(source, key, storage)?,
    };
    let account = TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash };
    // EIP-161: an account with nothing in it does not exist.
    let empty = account.nonce == 0 && account.balance.is_zero() && account.code_hash == KECCAK256_EMPTY;
    Ok((!empty || account.storage_root != EMPTY_ROOT_HASH).then_some(account))
}

fn storage_root(source: &dyn TrieSource, account: B256, update: &StorageUpdate) -> Result<B256, StateError> {
    let rows = update.slots.iter().map(|(slot, value)| (*slot, (!value.is_zero()).then_some(*value)));
    let mut builder = Builder::new(rows);
    if !update.wiped {
        source.each_slot(account, &mut |slot, value| builder.stored(slot, value))?;
    }
    Ok(builder.root())
}

fn account_root(source: &dyn TrieSource, accounts: &BTreeMap<B256, Option<TrieAccount>>) -> Result<B256, StateError> {
    let mut builder = Builder::new(accounts.iter().map(|(key, account)| (*key, *account)));
    source.each_account(&mut |key, account| builder.stored(key, account))?;
    Ok(builder.root())
}

/// Merges stored rows with changed ones, both in order, into a trie's leaves.
struct Builder<V, I: Iterator<Item = (B256, Option<V>)>> {
    changed: std::iter::Peekable<I>,
    hash: HashBuilder,
    rlp: Vec<u8>,
}

impl<V: Encodable, I: Iterator<Item = (B256, Option<V>)>> Builder<V, I> {
    fn new(changed: I) -> Self {
        Self { changed: changed.peekable(), hash: HashBuilder::default(), rlp: Vec::new() }
    }

    fn leaf(&mut self, key: B256, value: &V) {
        self.rlp.clear();
        value.encode(&mut self.rlp);
        self.hash.add_leaf(Nibbles::unpack(key), &self.rlp);
    }

    /// A row of the store: what changed before it comes first, and what changed at it comes in its place.
    fn stored(&mut self, key: B256, value: V) {
        while let Some((changed, new)) = self.changed.next_if(|(changed, _)| *changed <= key) {
            if let Some(new) = new {
                self.leaf(changed, &new);
            }
            if changed == key {
                return;
            }
        }
        self.leaf(key, &value);
    }

    fn root(mut self) -> B256 {
        while let Some((key, new)) = self.changed.next() {
            if let Some(new) = new {
                self.leaf(key, &new);
            }
        }
        self.hash.root()
    }
}

/// A state with nothing in it: what a first block is made on.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl TrieSource for Nothing {
    fn trie_account(&self, _: B256) -> Result<Option<TrieAccount>, StateError> {
        Ok(None)
    }

    fn each_account(&self, _: &mut dyn FnMut(B256, TrieAccount)) -> Result<(), StateError> {
        Ok(())
    }

    fn each_slot(&self, _: B256, _: &mut dyn FnMut(B256, U256)) -> Result<(), StateError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
