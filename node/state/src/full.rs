//! The long way: a root from every row, and all nodes from nothing. For checking, restoring and migrating a store.

use crate::{
    node::{Branch, Value},
    state::{Account, Node, Nothing, wrap_account, wrap_slot},
    trie::Trie,
    update::{Change, Update},
};
use alloy_primitives::{B256, U256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles, TrieAccount};
use std::sync::Arc;
use zx_primitives::StateError;

/// Every row of a state, in the order of its tries.
pub trait Rows {
    /// Visits every account.
    ///
    /// # Errors
    /// If the store fails, or whatever the visitor says.
    fn each_account(
        &self,
        visit: &mut dyn FnMut(B256, TrieAccount) -> Result<(), StateError>,
    ) -> Result<(), StateError>;

    /// Visits every slot of an account.
    ///
    /// # Errors
    /// If the store fails, or whatever the visitor says.
    fn each_slot(
        &self,
        account: B256,
        visit: &mut dyn FnMut(B256, U256) -> Result<(), StateError>,
    ) -> Result<(), StateError>;
}

/// Works the root out from every row: each storage trie, then the accounts. Shares no code with the trie that is kept,
/// so that each can be held against the other.
///
/// # Errors
/// If the rows cannot be read, or an account's row names another storage root than its slots have.
pub fn root_of(rows: &dyn Rows) -> Result<B256, StateError> {
    let mut accounts = Hasher::default();
    rows.each_account(&mut |key, account| {
        let mut storage = Hasher::default();
        rows.each_slot(key, &mut |slot, value| {
            storage.leaf(slot, &value);
            Ok(())
        })?;
        fits(key, storage.root(), &account)?;
        accounts.leaf(key, &account);
        Ok(())
    })?;
    Ok(accounts.root())
}

fn fits(key: B256, found: B256, account: &TrieAccount) -> Result<(), StateError> {
    let expected = account.storage_root;
    match found == expected {
        true => Ok(()),
        false => Err(StateError(format!("the slots of account {key} have the root {found}, its row says {expected}"))),
    }
}

#[derive(Default)]
struct Hasher {
    hash: HashBuilder,
    rlp: Vec<u8>,
}

impl Hasher {
    fn leaf(&mut self, key: B256, value: &impl Encodable) {
        self.rlp.clear();
        value.encode(&mut self.rlp);
        self.hash.add_leaf(Nibbles::unpack(key), &self.rlp);
    }

    fn root(mut self) -> B256 {
        self.hash.root()
    }
}

/// Where [`rebuild`] puts nodes: of the accounts' trie, or of one account's storage. A path may come again, and the
/// last one counts.
pub type NodeSink<'a> = dyn FnMut(Option<B256>, Nibbles, Option<Node>) -> Result<(), StateError> + 'a;

/// Makes all nodes anew from every row, and says the root.
///
/// # Errors
/// If the rows cannot be read, an account's row names another storage root than its slots have, or whatever the sink
/// says.
pub fn rebuild(rows: &dyn Rows, sink: &mut NodeSink<'_>) -> Result<B256, StateError> {
    let mut accounts = Growing::new(wrap_account);
    rows.each_account(&mut |key, account| {
        if account.storage_root != EMPTY_ROOT_HASH {
            let mut storage = Growing::new(wrap_slot);
            let mut put = |path, node| sink(Some(key), path, node);
            rows.each_slot(key, &mut |slot, value| storage.add(slot, value, &mut put))?;
            fits(key, storage.finish(&mut put)?, &account)?;
        }
        accounts.add(key, Account::stored(account), &mut |path, node| sink(None, path, node))
    })?;
    accounts.finish(&mut |path, node| sink(None, path, node))
}

/// A trie that grows from the left to the right. What it has passed is let go.
struct Growing<V> {
    trie: Trie<V>,
    waiting: Vec<Change<V>>,
    chunk: u64,
    wrap: fn(Arc<Branch<V>>) -> Node,
}

/// Keys that go into a growing trie at once.
const CHUNK: usize = 1 << 16;

type Put<'a> = dyn FnMut(Nibbles, Option<Node>) -> Result<(), StateError> + 'a;

impl<V: Value> Growing<V> {
    fn new(wrap: fn(Arc<Branch<V>>) -> Node) -> Self {
        Self { trie: Trie::empty(), waiting: Vec::new(), chunk: 0, wrap }
    }

    fn add(&mut self, key: B256, value: V, put: &mut Put<'_>) -> Result<(), StateError> {
        self.waiting.push(Change { key: Nibbles::unpack(key), existed: false, value: Some(value) });
        if self.waiting.len() < CHUNK { Ok(()) } else { self.grow(put) }
    }

    fn grow(&mut self, put: &mut Put<'_>) -> Result<(), StateError> {
        self.chunk = self.chunk.saturating_add(1);
        let mut rows = Vec::new();
        let update = Update { source: &Nothing, block: self.chunk };
        let grown = self.trie.update(&update, &self.waiting, &mut rows)?;
        // The right edge is of this chunk; further to the left no key comes any more.
        self.trie = grown.trim(self.chunk.saturating_sub(1), &|_| None);
        self.waiting.clear();
        rows.into_iter().try_for_each(|(path, branch)| put(path, branch.map(self.wrap)))
    }

    fn finish(mut self, put: &mut Put<'_>) -> Result<B256, StateError> {
        self.grow(put)?;
        Ok(self.trie.hash())
    }
}
