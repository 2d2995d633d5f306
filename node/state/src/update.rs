//! Changing a trie: a batch of keys, in order, goes down from the root, and new nodes come back up.
//!
//! Nothing is changed in place: what the batch touches is made anew, and the rest is shared with the trie from before,
//! which stays as it was. So every state that is still of interest is a root, and going back to it costs nothing.
//!
//! Nodes that are not in memory come from a [`Source`]. It holds the trie of some earlier state; what the states
//! since have changed is in memory, and so what is not in memory is the same there.

use crate::node::{Branch, Child, Leaf, Value, head, tail};
use alloy_trie::Nibbles;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::sync::Arc;
use zx_primitives::StateError;

/// Where nodes come from that are not in memory.
pub(crate) trait Source<V>: Sync {
    /// Row of the branch at a path.
    fn branch(&self, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError>;

    /// The first leaf below a path.
    fn leaf(&self, path: &Nibbles) -> Result<Option<(Nibbles, V)>, StateError>;
}

/// What becomes of a key.
#[derive(Clone, Debug)]
pub(crate) struct Change<V> {
    pub(crate) key: Nibbles,
    /// Whether the trie has the key.
    pub(crate) existed: bool,
    /// Its value afterwards; `None` removes it.
    pub(crate) value: Option<V>,
}

/// A row to write, or to remove. Of several with one path the last one counts.
pub(crate) type Row<V> = (Nibbles, Option<Arc<Branch<V>>>);

/// Changes to one subtrie from which on its parts go to several threads: below, telling them costs more.
const PARALLEL: usize = 256;

/// A change of a trie by one block.
pub(crate) struct Update<'a, S> {
    pub(crate) source: &'a S,
    pub(crate) block: u64,
}

/// What becomes of a child: `None` if nothing is left.
type New<V> = Result<Option<Child<V>>, StateError>;

impl<S> Update<'_, S> {
    /// What the changes make of a child at a depth. They are in order, not empty, and alike up to the depth.
    pub(crate) fn child<V: Value>(
        &self,
        old: Option<&Child<V>>,
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        match old {
            None => Ok(self.build(depth, &self.leaves(changes), rows)),
            Some(Child::Leaf(_, leaf)) => self.at_leaf(old, leaf.as_ref(), depth, changes, rows),
            Some(Child::Branch(_, branch)) => {
                let Some(first) = changes.first() else { return Ok(old.cloned()) };
                let branch = self.load(branch.as_ref(), || head(&first.key, depth))?;
                Ok(self.branch(&branch, depth, changes, rows)?.or_same(old))
            }
        }
    }

    /// Rows that are different once a child at a path is another.
    pub(crate) fn note<V>(old: Option<&Child<V>>, new: Option<&Child<V>>, path: Nibbles, rows: &mut Vec<Row<V>>) {
        match new {
            Some(new @ Child::Branch(_, Some(branch))) if new.has_row() => rows.push((path, Some(Arc::clone(branch)))),
            _ if old.is_some_and(Child::has_row) => rows.push((path, None)),
            _ => {}
        }
    }

    fn leaves<V: Value>(&self, changes: &[Change<V>]) -> Vec<Arc<Leaf<V>>> {
        let leaf = |change: &Change<V>| {
            let value = change.value.clone()?;
            Some(Arc::new(Leaf { key: change.key, value, changed: self.block }))
        };
        changes.iter().filter_map(leaf).collect()
    }

    /// A trie of its own of leaves that are in order and alike up to a depth.
    fn build<V: Value>(&self, depth: usize, leaves: &[Arc<Leaf<V>>], rows: &mut Vec<Row<V>>) -> Option<Child<V>> {
        let (first, last) = (leaves.first()?, leaves.last()?);
        if leaves.len() == 1 {
            return Some(Arc::clone(first).hang(depth));
        }
        let shared = tail(&first.key, depth).common_prefix_length(&tail(&last.key, depth));
        let at = depth.saturating_add(shared);
        let (value, mut rest) = match first.key.get(at) {
            None => (Some(first.value.clone()), leaves.get(1..).unwrap_or_default()),
            Some(_) => (None, leaves),
        };
        let (mut mask, mut children) = (0, Vec::new());
        while let Some(nibble) = rest.first().and_then(|leaf| leaf.key.get(at)) {
            let (group, after) = rest.split_at(rest.partition_point(|leaf| leaf.key.get(at) <= Some(nibble)));
            let child = self.build(at.saturating_add(1), group, rows);
            Self::note(None, child.as_ref(), head(&group.first()?.key, at.saturating_add(1)), rows);
            children.extend(child);
            mask |= 1 << nibble;
            rest = after;
        }
        let prefix = first.key.slice(depth..at);
        Some(Branch { prefix, mask, children, value, changed: self.block }.hang())
    }

    /// Changes where there was one leaf: its key, if it is not in memory, is the one among theirs that existed, or has
    /// to be looked up.
    fn at_leaf<V: Value>(
        &self,
        old: Option<&Child<V>>,
        leaf: Option<&Arc<Leaf<V>>>,
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        if let [Change { key, existed: true, value: Some(value) }] = changes
            && leaf.is_none_or(|leaf| leaf.key == *key)
        {
            // What nearly all changes are: another value where one was.
            let leaf = Leaf { key: *key, value: value.clone(), changed: self.block };
            return Ok(Some(Arc::new(leaf).hang(depth)));
        }
        let mut leaves = self.leaves(changes);
        let replaced = match leaf {
            Some(leaf) => changes.iter().any(|change| change.key == leaf.key),
            None => changes.iter().any(|change| change.existed),
        };
        if replaced {
            return Ok(self.build(depth, &leaves, rows));
        }
        let Some(first) = leaves.first() else { return Ok(old.cloned()) };
        let leaf = self.leaf(leaf, || head(&first.key, depth))?;
        let at = leaves.partition_point(|other| other.key < leaf.key);
        leaves.insert(at, leaf);
        Ok(self.build(depth, &leaves, rows))
    }

    pub(crate) fn load<V>(
        &self,
        branch: Option<&Arc<Branch<V>>>,
        path: impl FnOnce() -> Nibbles,
    ) -> Result<Arc<Branch<V>>, StateError>
    where
        S: Source<V>,
    {
        if let Some(branch) = branch {
            return Ok(Arc::clone(branch));
        }
        let path = path();
        let row = self.source.branch(&path)?;
        let row = row.ok_or_else(|| StateError(format!("the trie node at {path:?} is missing")))?;
        Branch::decode(&row).map(Arc::new)
    }

    pub(crate) fn leaf<V>(
        &self,
        leaf: Option<&Arc<Leaf<V>>>,
        path: impl FnOnce() -> Nibbles,
    ) -> Result<Arc<Leaf<V>>, StateError>
    where
        S: Source<V>,
    {
        if let Some(leaf) = leaf {
            return Ok(Arc::clone(leaf));
        }
        let path = path();
        let found = self.source.leaf(&path)?.filter(|(key, _)| key.starts_with(&path));
        let (key, value) =
            found.ok_or_else(|| StateError(format!("the row of the trie leaf at {path:?} is missing")))?;
        Ok(Arc::new(Leaf { key, value, changed: 0 }))
    }

    fn branch<V: Value>(
        &self,
        branch: &Arc<Branch<V>>,
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> Result<Outcome<V>, StateError>
    where
        S: Source<V>,
    {
        let prefix = &branch.prefix;
        if prefix.is_empty() {
            return self.below(branch, depth, changes, rows);
        }
        let shared = |change: &Change<V>| tail(&change.key, depth).common_prefix_length(prefix);
        let kept = changes.iter().filter(|change| change.value.is_some()).map(shared).min().unwrap_or(prefix.len());
        if kept < prefix.len() {
            return self.split(branch, kept, depth, changes, rows);
        }
        // What is left besides are removals of keys that are not there.
        let start = changes.partition_point(|change| tail(&change.key, depth) < *prefix);
        let inside = changes.get(start..).unwrap_or_default();
        let end = inside.partition_point(|change| tail(&change.key, depth).starts_with(prefix));
        self.below(branch, depth, inside.get(..end).unwrap_or_default(), rows)
    }

    /// A key leaves the path in front of a branch: a new branch comes where it does.
    fn split<V: Value>(
        &self,
        branch: &Arc<Branch<V>>,
        kept: usize,
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> Result<Outcome<V>, StateError>
    where
        S: Source<V>,
    {
        let (Some(nibble), Some(first)) = (branch.prefix.get(kept), changes.first()) else {
            return Ok(Outcome::Same);
        };
        let lower = Branch {
            prefix: tail(&branch.prefix, kept.saturating_add(1)),
            mask: branch.mask,
            children: branch.children.clone(),
            value: branch.value.clone(),
            changed: self.block,
        }
        .hang();
        let prefix = head(&branch.prefix, kept);
        let path = join(head(&first.key, depth).join(&prefix), nibble);
        Self::note(None, Some(&lower), path, rows);
        let upper = Branch { prefix, mask: 1 << nibble, children: vec![lower], value: None, changed: self.block };
        self.branch(&Arc::new(upper), depth, changes, rows)
    }

    /// Changes that all have the branch's prefix.
    fn below<V: Value>(
        &self,
        branch: &Arc<Branch<V>>,
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> Result<Outcome<V>, StateError>
    where
        S: Source<V>,
    {
        let at = depth.saturating_add(branch.prefix.len());
        let Some(first) = changes.first() else { return Ok(Outcome::Same) };
        if let (Some(nibble), Some(last)) = (first.key.get(at), changes.last())
            && last.key.get(at) == Some(nibble)
            && let Some(old) = branch.child(nibble)
        {
            return self.below_one(branch, (nibble, old), depth, changes, rows);
        }
        let (here, mut rest) = match first.key.get(at) {
            None => (Some(&first.value), changes.get(1..).unwrap_or_default()),
            Some(_) => (None, changes),
        };
        let mut groups = Vec::with_capacity(rest.len().min(16));
        while let Some(nibble) = rest.first().and_then(|change| change.key.get(at)) {
            let (group, after) = rest.split_at(rest.partition_point(|change| change.key.get(at) <= Some(nibble)));
            groups.push((nibble, group));
            rest = after;
        }
        let path = head(&first.key, at);
        let one = |(nibble, group): (u8, &[Change<V>]), rows: &mut Vec<Row<V>>| -> Result<_, StateError> {
            let old = branch.child(nibble);
            let new = self.child(old, at.saturating_add(1), group, rows)?;
            if same(old, new.as_ref()) {
                return Ok((nibble, None));
            }
            Self::note(old, new.as_ref(), join(path, nibble), rows);
            Ok((nibble, Some(new)))
        };
        let new = match changes.len() {
            PARALLEL.. => {
                let one = |group| {
                    let mut rows = Vec::new();
                    one(group, &mut rows).map(|new| (new, rows))
                };
                let parts: Vec<_> = groups.into_par_iter().map(one).collect::<Result<_, StateError>>()?;
                let append = |(new, mut part)| {
                    rows.append(&mut part);
                    new
                };
                parts.into_iter().map(append).collect()
            }
            _ => groups.into_iter().map(|group| one(group, rows)).collect::<Result<Vec<_>, _>>()?,
        };
        let new: Vec<_> = new.into_iter().filter_map(|(nibble, new)| Some((nibble, new?))).collect();
        if here.is_none() && new.is_empty() {
            return Ok(Outcome::Same);
        }
        let value = here.cloned().unwrap_or_else(|| branch.value.clone());
        self.assemble(branch, value, depth, path, new, rows)
    }

    /// Changes that all go to one child, as most do far from the root.
    fn below_one<V: Value>(
        &self,
        branch: &Branch<V>,
        (nibble, old): (u8, &Child<V>),
        depth: usize,
        changes: &[Change<V>],
        rows: &mut Vec<Row<V>>,
    ) -> Result<Outcome<V>, StateError>
    where
        S: Source<V>,
    {
        let at = depth.saturating_add(branch.prefix.len());
        let new = self.child(Some(old), at.saturating_add(1), changes, rows)?;
        let Some(first) = changes.first().filter(|_| !same(Some(old), new.as_ref())) else { return Ok(Outcome::Same) };
        let path = head(&first.key, at);
        Self::note(Some(old), new.as_ref(), join(path, nibble), rows);
        let Some(new) = new else {
            return self.assemble(branch, branch.value.clone(), depth, path, vec![(nibble, None)], rows);
        };
        let place = (branch.mask & ((1_u16 << (nibble & 15)).wrapping_sub(1))).count_ones() as usize;
        let mut children = Vec::with_capacity(branch.children.len());
        children.extend(branch.children.iter().take(place).cloned());
        children.push(new);
        children.extend(branch.children.iter().skip(place.saturating_add(1)).cloned());
        let Branch { prefix, mask, ref value, .. } = *branch;
        let branch = Branch { prefix, mask, children, value: value.clone(), changed: self.block };
        Ok(Outcome::Now(Some(branch.hang())))
    }

    /// Puts a branch together again, with some children new or gone; one with a single child, or none, gives way to
    /// what is left.
    fn assemble<V: Value>(
        &self,
        branch: &Branch<V>,
        value: Option<V>,
        depth: usize,
        path: Nibbles,
        new: Vec<(u8, Option<Child<V>>)>,
        rows: &mut Vec<Row<V>>,
    ) -> Result<Outcome<V>, StateError>
    where
        S: Source<V>,
    {
        let mut children = Vec::with_capacity(branch.children.len().saturating_add(new.len()).min(16));
        let mut mask = 0_u16;
        let mut new = new.into_iter().peekable();
        let mut old = branch.each().peekable();
        for nibble in 0..16 {
            let old = old.next_if(|(place, _)| *place == nibble);
            let child = match new.next_if(|(place, _)| *place == nibble) {
                Some((_, child)) => child,
                None => old.map(|(_, child)| child.clone()),
            };
            if let Some(child) = child {
                mask |= 1 << nibble;
                children.push(child);
            }
        }
        let prefix = branch.prefix;
        match (children.as_slice(), value) {
            ([], None) => Ok(Outcome::Now(None)),
            ([], Some(value)) => {
                let leaf = Arc::new(Leaf { key: path, value, changed: self.block });
                Ok(Outcome::Now(Some(leaf.hang(depth))))
            }
            ([only], None) => {
                let path = join(path, u8::try_from(mask.trailing_zeros()).unwrap_or_default());
                self.collapse(only, depth, path, rows).map(|child| Outcome::Now(Some(child)))
            }
            (_, value) => Ok(Outcome::Now(Some(Branch { prefix, mask, children, value, changed: self.block }.hang()))),
        }
    }

    /// An only child, at `path`, takes its parent's place at a depth.
    fn collapse<V: Value>(
        &self,
        only: &Child<V>,
        depth: usize,
        path: Nibbles,
        rows: &mut Vec<Row<V>>,
    ) -> Result<Child<V>, StateError>
    where
        S: Source<V>,
    {
        match only {
            Child::Leaf(_, leaf) => {
                let leaf = self.leaf(leaf.as_ref(), || path)?;
                // It hangs elsewhere now, so the store's place for it no longer finds it by its path.
                let Leaf { key, ref value, .. } = *leaf;
                Ok(Arc::new(Leaf { key, value: value.clone(), changed: self.block }).hang(depth))
            }
            Child::Branch(_, branch) => {
                let below = self.load(branch.as_ref(), || path)?;
                if only.has_row() {
                    rows.push((path, None));
                }
                let merged = Branch {
                    prefix: tail(&path, depth).join(&below.prefix),
                    mask: below.mask,
                    children: below.children.clone(),
                    value: below.value.clone(),
                    changed: self.block,
                };
                Ok(merged.hang())
            }
        }
    }
}

fn join(mut path: Nibbles, nibble: u8) -> Nibbles {
    path.push(nibble);
    path
}

/// What became of a branch.
enum Outcome<V> {
    /// Nothing.
    Same,
    /// Another node, or none.
    Now(Option<Child<V>>),
}

impl<V> Outcome<V> {
    fn or_same(self, old: Option<&Child<V>>) -> Option<Child<V>> {
        match self {
            Self::Same => old.cloned(),
            Self::Now(new) => new,
        }
    }
}

/// Whether a child is as it was. A reference stands for everything below it.
fn same<V>(old: Option<&Child<V>>, new: Option<&Child<V>>) -> bool {
    old.map(Child::reference) == new.map(Child::reference)
}
