//! A state: the trie of the accounts, with the tries of their storage in its leaves.

use crate::{
    keccak::keys,
    node::{Branch, Value},
    trie::Trie,
    update::{Change, Row, Source, Update},
    walk::Lookup,
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieAccount};
use rayon::{iter::ParallelIterator, slice::ParallelSlice};
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::{AccountChange, SlotChange, StateChanges, StateError};

/// A stored state: rows by hashed key, and the nodes above them.
pub trait Reader: Sync {
    /// One account.
    ///
    /// # Errors
    /// If the store fails.
    fn account(&self, account: B256) -> Result<Option<TrieAccount>, StateError>;

    /// The first account whose hash is not below `from`.
    ///
    /// # Errors
    /// If the store fails.
    fn account_from(&self, from: B256) -> Result<Option<(B256, TrieAccount)>, StateError>;

    /// The first slot of an account whose hash is not below `from`.
    ///
    /// # Errors
    /// If the store fails.
    fn slot_from(&self, account: B256, from: B256) -> Result<Option<(B256, U256)>, StateError>;

    /// Row of a node: of the accounts' trie, or of the trie of one account's slots.
    ///
    /// # Errors
    /// If the store fails.
    fn node(&self, of: Option<B256>, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError>;
}

/// A state with nothing in it.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Reader for Nothing {
    fn account(&self, _: B256) -> Result<Option<TrieAccount>, StateError> {
        Ok(None)
    }

    fn account_from(&self, _: B256) -> Result<Option<(B256, TrieAccount)>, StateError> {
        Ok(None)
    }

    fn slot_from(&self, _: B256, _: B256) -> Result<Option<(B256, U256)>, StateError> {
        Ok(None)
    }

    fn node(&self, _: Option<B256>, _: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        Ok(None)
    }
}

impl<V> Source<V> for Nothing {
    fn branch(&self, _: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        Ok(None)
    }

    fn leaf(&self, _: &Nibbles) -> Result<Option<(Nibbles, V)>, StateError> {
        Ok(None)
    }
}

/// An account with its storage, as a leaf.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) account: TrieAccount,
    /// The trie of its slots, if any of it is in memory.
    storage: Option<Arc<Trie<U256>>>,
}

impl Account {
    pub(crate) fn stored(account: TrieAccount) -> Self {
        Self { account, storage: None }
    }

    fn storage(&self) -> Trie<U256> {
        match &self.storage {
            Some(storage) => (**storage).clone(),
            None => Trie::stored(self.account.storage_root),
        }
    }

    fn slot(&self, slot: &Nibbles) -> Lookup<U256> {
        match &self.storage {
            Some(storage) => match storage.get(slot) {
                Lookup::Found(value) => Lookup::Found(*value),
                Lookup::Absent => Lookup::Absent,
                Lookup::Stored => Lookup::Stored,
            },
            None if self.account.storage_root == EMPTY_ROOT_HASH => Lookup::Absent,
            None => Lookup::Stored,
        }
    }
}

/// Accounts are alike if their rows are: a storage trie is what its root says.
impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        self.account == other.account
    }
}

impl Value for Account {
    fn encode(&self, out: &mut Vec<u8>) {
        self.account.encode(out);
    }
}

impl Value for U256 {
    fn encode(&self, out: &mut Vec<u8>) {
        Encodable::encode(self, out);
    }
}

struct Accounts<'a>(&'a dyn Reader);

impl Source<Account> for Accounts<'_> {
    fn branch(&self, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        self.0.node(None, path)
    }

    fn leaf(&self, path: &Nibbles) -> Result<Option<(Nibbles, Account)>, StateError> {
        let found = self.0.account_from(lowest(path))?;
        Ok(found.map(|(key, account)| (Nibbles::unpack(key), Account::stored(account))))
    }
}

struct Slots<'a>(&'a dyn Reader, B256);

impl Source<U256> for Slots<'_> {
    fn branch(&self, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        self.0.node(Some(self.1), path)
    }

    fn leaf(&self, path: &Nibbles) -> Result<Option<(Nibbles, U256)>, StateError> {
        let found = self.0.slot_from(self.1, lowest(path))?;
        Ok(found.map(|(key, value)| (Nibbles::unpack(key), value)))
    }
}

/// The lowest key below a path.
fn lowest(path: &Nibbles) -> B256 {
    let mut key = B256::ZERO;
    key.iter_mut().zip(path.pack()).for_each(|(byte, packed)| *byte = packed);
    key
}

/// What a block changes in the store, by hashed key, and the root that comes of it.
#[derive(Clone, Debug, Default)]
pub struct StateUpdate {
    /// Root of the state afterwards.
    pub root: B256,
    /// Accounts written, or gone, in order.
    pub accounts: Vec<(B256, Option<TrieAccount>)>,
    /// Storage written.
    pub storage: BTreeMap<B256, StorageUpdate>,
    /// Nodes of the accounts' trie. Of several with one path the last one counts.
    pub nodes: Vec<(Nibbles, Option<Node>)>,
}

/// What a block changes in one account's storage.
#[derive(Clone, Debug, Default)]
pub struct StorageUpdate {
    /// Whether everything from before goes first, nodes too.
    pub wiped: bool,
    /// What goes, if everything does: slots with their values.
    pub lost: Vec<(B256, U256)>,
    /// Slots written, in order; zero removes one.
    pub slots: Vec<(B256, U256)>,
    /// Nodes of the storage trie. Of several with one path the last one counts.
    pub nodes: Vec<(Nibbles, Option<Node>)>,
}

/// A node that is to be written.
#[derive(Clone, Debug)]
pub struct Node(Kind);

pub(crate) fn wrap_account(branch: Arc<Branch<Account>>) -> Node {
    Node(Kind::Account(branch))
}

pub(crate) fn wrap_slot(branch: Arc<Branch<U256>>) -> Node {
    Node(Kind::Slot(branch))
}

#[derive(Clone, Debug)]
enum Kind {
    Account(Arc<Branch<Account>>),
    Slot(Arc<Branch<U256>>),
}

impl Node {
    /// Appends the node's row.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Kind::Account(branch) => branch.encode(out),
            Kind::Slot(branch) => branch.encode(out),
        }
    }
}

/// The state after some block: a root, and in memory what has changed since the one that is stored.
#[derive(Clone, Debug)]
pub struct State {
    accounts: Trie<Account>,
}

/// Changed accounts from which on they are looked at by several threads.
const PARALLEL: usize = 64;
/// Accounts that are looked up together by one thread.
const TOGETHER: usize = 32;

impl State {
    /// The state with nothing in it.
    pub fn empty() -> Self {
        Self { accounts: Trie::empty() }
    }

    /// The state of which the store has everything.
    pub fn stored(root: B256) -> Self {
        Self { accounts: Trie::stored(root) }
    }

    /// Its root.
    pub fn root(&self) -> B256 {
        self.accounts.hash()
    }

    /// What memory says of an account.
    pub fn account(&self, account: B256) -> Lookup<TrieAccount> {
        match self.accounts.get(&Nibbles::unpack_array(&account)) {
            Lookup::Found(account) => Lookup::Found(account.account),
            Lookup::Absent => Lookup::Absent,
            Lookup::Stored => Lookup::Stored,
        }
    }

    /// What memory says of a slot.
    pub fn slot(&self, account: B256, slot: B256) -> Lookup<U256> {
        match self.accounts.get(&Nibbles::unpack_array(&account)) {
            Lookup::Found(account) => account.slot(&Nibbles::unpack_array(&slot)),
            Lookup::Absent => Lookup::Absent,
            Lookup::Stored => Lookup::Stored,
        }
    }

    fn leaf(&self, reader: &dyn Reader, key: B256) -> Result<Option<Account>, StateError> {
        match self.accounts.get(&Nibbles::unpack_array(&key)) {
            Lookup::Found(account) => Ok(Some(account.clone())),
            Lookup::Absent => Ok(None),
            Lookup::Stored => Ok(reader.account(key)?.map(Account::stored)),
        }
    }

    /// The state after a block, and what the block changes in the store. `block` is its height: nodes are stamped with
    /// it, for [`trim`](Self::trim).
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn apply(
        &self,
        reader: &dyn Reader,
        block: u64,
        changes: &StateChanges,
    ) -> Result<(Self, StateUpdate), StateError> {
        let addresses: Vec<&Address> = changes.accounts.keys().collect();
        // Neighbours in the trie one after another: what the way to one has brought near is there for the next.
        let mut keyed: Vec<(B256, &AccountChange)> =
            keys(&addresses).into_iter().zip(changes.accounts.values()).collect();
        keyed.sort_unstable_by_key(|(key, _)| *key);
        let some = |keyed: &[(B256, &AccountChange)]| -> Result<Vec<Changed>, StateError> {
            let before = self.accounts.get_each(keyed.iter().map(|(key, _)| Nibbles::unpack_array(key)));
            let each = keyed.iter().zip(before);
            each.map(|((key, change), before)| self.change(reader, block, (*key, before), change)).collect()
        };
        let changed: Vec<Changed> = match keyed.len() {
            PARALLEL.. => {
                keyed.par_chunks(TOGETHER).map(some).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
            }
            _ => some(&keyed)?,
        };
        let mut update = StateUpdate { accounts: Vec::with_capacity(changed.len()), ..Default::default() };
        let mut leaves = Vec::with_capacity(changed.len());
        for Changed { key, existed, after, storage } in changed {
            update.accounts.push((key, after.as_ref().map(|after| after.account)));
            if let Some(storage) = storage {
                update.storage.insert(key, *storage);
            }
            leaves.push(Change { key: Nibbles::unpack_array(&key), existed, value: after });
        }
        let mut rows = Vec::new();
        let accounts = self.accounts.update(&Update { source: &Accounts(reader), block }, &leaves, &mut rows)?;
        update.root = accounts.hash();
        update.nodes = nodes(rows, wrap_account);
        Ok((Self { accounts }, update))
    }

    fn change(
        &self,
        reader: &dyn Reader,
        block: u64,
        (key, before): (B256, Lookup<&Account>),
        change: &AccountChange,
    ) -> Result<Changed, StateError> {
        let before = match before {
            Lookup::Found(account) => Some(account.clone()),
            Lookup::Absent => None,
            Lookup::Stored => reader.account(key)?.map(Account::stored),
        };
        let existed = before.is_some();
        let source = Slots(reader, key);
        let (mut before, mut update) = (before.unwrap_or_else(|| Account::stored(TrieAccount::default())), None);
        let had_slots = before.account.storage_root != EMPTY_ROOT_HASH;
        if (change.wiped || change.info.is_none()) && had_slots {
            let mut lost = Vec::new();
            before.storage().each(&source, &mut |slot, value| {
                lost.push((lowest(&slot), *value));
                Ok(())
            })?;
            before = Account::stored(TrieAccount::default());
            update = Some(Box::new(StorageUpdate { wiped: true, lost, ..Default::default() }));
        }
        let Some(info) = change.info else { return Ok(Changed { key, existed, after: None, storage: update }) };
        let (mut storage_root, mut storage) = (before.account.storage_root, before.storage.clone());
        if !change.storage.is_empty() {
            let update = update.get_or_insert_default();
            let slots = slot_changes(&change.storage);
            let mut rows = Vec::new();
            let after = before.storage().update(&Update { source: &source, block }, &slots, &mut rows)?;
            update.slots = slots.iter().map(|slot| (lowest(&slot.key), slot.value.unwrap_or_default())).collect();
            update.nodes = nodes(rows, wrap_slot);
            (storage_root, storage) = (after.hash(), Some(Arc::new(after)));
        }
        let (nonce, balance, code_hash) = (info.nonce, info.balance, info.code_hash);
        let account = TrieAccount { nonce, balance, storage_root, code_hash };
        // EIP-161: an account with nothing in it does not exist.
        let empty = nonce == 0 && balance.is_zero() && code_hash == KECCAK256_EMPTY;
        let after = (!empty || storage_root != EMPTY_ROOT_HASH).then_some(Account { account, storage });
        Ok(Changed { key, existed, after, storage: update })
    }

    /// Proof that an account is what it is, or is not there (EIP-1186): nodes from the root down.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn prove(&self, reader: &dyn Reader, account: B256) -> Result<Vec<Bytes>, StateError> {
        self.accounts.prove(&Accounts(reader), &Nibbles::unpack_array(&account))
    }

    /// Proof of a slot's value against its account's storage root; empty if the account is not there.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn prove_slot(&self, reader: &dyn Reader, account: B256, slot: B256) -> Result<Vec<Bytes>, StateError> {
        match self.leaf(reader, account)? {
            Some(leaf) => leaf.storage().prove(&Slots(reader, account), &Nibbles::unpack_array(&slot)),
            None => Ok(Vec::new()),
        }
    }

    /// The same state without what is as the store has it: nodes that no block after `stored` has changed. The store
    /// must hold the state of that block, or of a later one up to this.
    #[must_use]
    pub fn trim(&self, stored: u64) -> Self {
        let storage = |account: &Account| {
            let storage = account.storage.as_ref()?.trim(stored, &|_| None);
            Some(Account { account: account.account, storage: Some(Arc::new(storage)) })
        };
        Self { accounts: self.accounts.trim(stored, &storage) }
    }

    /// Bytes that the nodes in memory take, about.
    pub fn weight(&self) -> usize {
        self.accounts.weight(&|account| account.storage.as_ref().map_or(0, |storage| storage.weight(&|_| 0)))
    }
}

/// What a block makes of an account.
struct Changed {
    key: B256,
    existed: bool,
    after: Option<Account>,
    storage: Option<Box<StorageUpdate>>,
}

fn slot_changes(storage: &BTreeMap<U256, SlotChange>) -> Vec<Change<U256>> {
    let slots: Vec<[u8; 32]> = storage.keys().map(U256::to_be_bytes).collect();
    let one = |(key, change): (B256, &SlotChange)| Change {
        key: Nibbles::unpack_array(&key),
        existed: !change.before.is_zero(),
        value: (!change.after.is_zero()).then_some(change.after),
    };
    let mut changes: Vec<_> = keys(&slots).into_iter().zip(storage.values()).map(one).collect();
    changes.sort_unstable_by_key(|change| change.key);
    changes
}

fn nodes<V>(rows: Vec<Row<V>>, wrap: fn(Arc<Branch<V>>) -> Node) -> Vec<(Nibbles, Option<Node>)> {
    rows.into_iter().map(|(path, branch)| (path, branch.map(wrap))).collect()
}
