//! One trie: of the accounts, or of one account's slots.

use crate::{
    draft::Drafts,
    node::{Branch, Child, Leaf, Reference, Value, head, tail},
    update::{Change, Outcome, Row, Source, Update},
    walk::{self, Lookup, Step},
};
use alloy_primitives::{B256, Bytes};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use std::sync::Arc;
use zx_primitives::StateError;

/// A trie, as one root. Copies share what they have in common.
#[derive(Debug)]
pub(crate) struct Trie<V> {
    hash: B256,
    root: Root<V>,
}

#[derive(Debug)]
enum Root<V> {
    /// In memory, in part at least.
    Here(Option<Child<V>>),
    /// In the store.
    Stored,
}

impl<V> Clone for Trie<V> {
    fn clone(&self) -> Self {
        let root = match &self.root {
            Root::Here(child) => Root::Here(child.clone()),
            Root::Stored => Root::Stored,
        };
        Self { hash: self.hash, root }
    }
}

impl<V> Trie<V> {
    /// The trie with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { hash: EMPTY_ROOT_HASH, root: Root::Here(None) }
    }

    /// The trie of which the store has the nodes.
    pub(crate) fn stored(hash: B256) -> Self {
        match hash == EMPTY_ROOT_HASH {
            true => Self::empty(),
            false => Self { hash, root: Root::Stored },
        }
    }

    pub(crate) fn hash(&self) -> B256 {
        self.hash
    }

    /// Looks a key up in memory.
    pub(crate) fn get(&self, key: &Nibbles) -> Lookup<&V> {
        self.begin().follow(key)
    }

    /// Looks several keys up in memory, which is faster than one by one.
    pub(crate) fn get_each(&self, keys: impl Iterator<Item = Nibbles>) -> Vec<Lookup<&V>> {
        walk::follow_each(keys.map(|key| (key, self.begin())).collect())
    }

    fn begin(&self) -> Step<'_, V> {
        match &self.root {
            Root::Stored => Step::End(Lookup::Stored),
            Root::Here(None) => Step::End(Lookup::Absent),
            Root::Here(Some(child)) => Step::At(child, 0),
        }
    }

    /// Lets go of what is as the store has it since a block or longer. The store must hold the trie as it was then, or
    /// as it was later, in the same chain.
    pub(crate) fn trim(&self, stored: u64, visit: &impl Fn(&V) -> Option<V>) -> Self
    where
        V: Clone,
    {
        let root = match &self.root {
            Root::Here(Some(child)) => match trim(child, stored, visit) {
                Child::Leaf(_, None) | Child::Branch(_, None) => Root::Stored,
                child => Root::Here(Some(child)),
            },
            Root::Here(None) => Root::Here(None),
            Root::Stored => Root::Stored,
        };
        Self { hash: self.hash, root }
    }

    /// Bytes that the nodes in memory take, about; `inner` says what a value takes besides.
    pub(crate) fn weight(&self, inner: &impl Fn(&V) -> usize) -> usize {
        match &self.root {
            Root::Here(Some(child)) => weight(child, inner),
            _ => 0,
        }
    }
}

impl<V: Value> Trie<V> {
    fn root<S: Source<V>>(&self, update: &Update<'_, S>) -> Result<Option<Child<V>>, StateError> {
        let Root::Here(child) = &self.root else { return self.stored_root(update).map(Some) };
        Ok(child.clone())
    }

    /// Loads the root. It is checked, so that a trie is never built upon what belongs to another state.
    fn stored_root<S: Source<V>>(&self, update: &Update<'_, S>) -> Result<Child<V>, StateError> {
        let path = Nibbles::default();
        let root = match update.source.branch(&path)? {
            Some(row) => Some(Branch::decode(&row)?.hang()),
            None => update.source.leaf(&path)?.map(|(key, value)| Arc::new(Leaf { key, value, changed: 0 }).hang(0)),
        };
        let found = root_hash(root.as_ref());
        match root {
            Some(root) if found == self.hash => Ok(root),
            _ => Err(StateError(format!("the stored trie has the root {found}, expected {}", self.hash))),
        }
    }

    /// The trie after some changes, which are in order of their keys, and the rows that are other than before.
    pub(crate) fn update<S: Source<V>>(
        &self,
        update: &Update<'_, S>,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> Result<Self, StateError> {
        if changes.is_empty() {
            return Ok(self.clone());
        }
        let old = self.root(update)?;
        let mut drafts = Drafts::default();
        let new = match update.child(old.as_ref(), 0, changes, &mut drafts)? {
            Outcome::Same => return Ok(Self { hash: self.hash, root: Root::Here(old) }),
            Outcome::Now(None) => {
                if let Some(Child::Branch(..)) = old {
                    drafts.row(Nibbles::default(), None);
                }
                None
            }
            Outcome::Now(Some(part)) => {
                // The root is a row whatever it is made of: there is no parent to hold it.
                match drafts.put(&part, Nibbles::default()) {
                    false if matches!(old, Some(Child::Branch(..))) => drafts.row(Nibbles::default(), None),
                    _ => {}
                }
                Some(part)
            }
        };
        let new = drafts.finish(new, update.block, rows)?;
        Ok(Self { hash: root_hash(new.as_ref()), root: Root::Here(new) })
    }

    /// The nodes from the root down to where a key is, or would be: EIP-1186.
    pub(crate) fn prove<S: Source<V>>(&self, source: &S, key: &Nibbles) -> Result<Vec<Bytes>, StateError> {
        let update = Update { source, block: 0 };
        let (mut proof, mut depth) = (Vec::new(), 0_usize);
        let mut next = self.root(&update)?;
        // A node of less than 32 bytes is within its parent; the root is always told.
        let mut tell = |rlp: Vec<u8>| {
            if rlp.len() >= 32 || proof.is_empty() {
                proof.push(Bytes::from(rlp));
            }
        };
        while let Some(child) = next.take() {
            let mut rlp = Vec::new();
            match &child {
                Child::Leaf(_, leaf) => {
                    update.leaf(leaf.as_ref(), || head(key, depth))?.rlp(depth, &mut rlp);
                    tell(rlp);
                }
                Child::Branch(_, branch) => {
                    let branch = update.load(branch.as_ref(), || head(key, depth))?;
                    branch.rlp(&mut rlp);
                    if !branch.prefix.is_empty() {
                        let mut extension = Vec::new();
                        branch.extension_rlp(&Reference::to(&rlp), &mut extension);
                        tell(extension);
                        if !tail(key, depth).starts_with(&branch.prefix) {
                            break;
                        }
                    }
                    tell(rlp);
                    depth = depth.saturating_add(branch.prefix.len());
                    next = key.get(depth).and_then(|nibble| branch.child(nibble)).cloned();
                    depth = depth.saturating_add(1);
                }
            }
        }
        Ok(proof)
    }

    /// Visits every key and value in order.
    pub(crate) fn each<S: Source<V>>(
        &self,
        source: &S,
        visit: &mut dyn FnMut(Nibbles, &V) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let update = Update { source, block: 0 };
        match self.root(&update)? {
            Some(root) => each(&update, &root, Nibbles::default(), visit),
            None => Ok(()),
        }
    }
}

fn each<V: Value, S: Source<V>>(
    update: &Update<'_, S>,
    child: &Child<V>,
    path: Nibbles,
    visit: &mut dyn FnMut(Nibbles, &V) -> Result<(), StateError>,
) -> Result<(), StateError> {
    match child {
        Child::Leaf(_, leaf) => {
            let leaf = update.leaf(leaf.as_ref(), || path)?;
            visit(leaf.key, &leaf.value)
        }
        Child::Branch(_, branch) => {
            let branch = update.load(branch.as_ref(), || path)?;
            let path = path.join(&branch.prefix);
            if let Some(value) = &branch.value {
                visit(path, value)?;
            }
            branch.each().try_for_each(|(nibble, child)| {
                let mut path = path;
                path.push(nibble);
                each(update, child, path, visit)
            })
        }
    }
}

/// Keccak-256 of the root node's RLP.
fn root_hash<V>(root: Option<&Child<V>>) -> B256 {
    match root.map(Child::reference) {
        None => EMPTY_ROOT_HASH,
        Some(reference) => reference.hash(),
    }
}

fn trim<V: Clone>(child: &Child<V>, stored: u64, visit: &impl Fn(&V) -> Option<V>) -> Child<V> {
    match child {
        Child::Leaf(node, Some(leaf)) if leaf.changed <= stored => Child::Leaf(*node, None),
        Child::Leaf(node, Some(leaf)) => match visit(&leaf.value) {
            None => child.clone(),
            Some(value) => {
                let Leaf { key, changed, .. } = **leaf;
                Child::Leaf(*node, Some(Arc::new(Leaf { key, value, changed })))
            }
        },
        Child::Branch(node, Some(branch)) if branch.changed <= stored && !branch.is_inline() => {
            Child::Branch(*node, None)
        }
        Child::Branch(node, Some(branch)) => {
            let children = branch.children.iter().map(|child| trim(child, stored, visit)).collect();
            let Branch { prefix, mask, ref value, changed, .. } = **branch;
            let branch = Branch { prefix, mask, children, value: value.clone(), changed };
            Child::Branch(*node, Some(Arc::new(branch)))
        }
        Child::Leaf(_, None) | Child::Branch(_, None) => child.clone(),
    }
}

fn weight<V>(child: &Child<V>, inner: &impl Fn(&V) -> usize) -> usize {
    match child {
        Child::Leaf(_, None) | Child::Branch(_, None) => 0,
        Child::Leaf(_, Some(leaf)) => size_of::<Leaf<V>>().saturating_add(inner(&leaf.value)),
        Child::Branch(_, Some(branch)) => {
            let children = branch.children.len().saturating_mul(size_of::<Child<V>>());
            let below = branch.children.iter().map(|child| weight(child, inner)).fold(0, usize::saturating_add);
            size_of::<Branch<V>>().saturating_add(children).saturating_add(below)
        }
    }
}
