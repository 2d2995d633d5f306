//! Changing a trie: a batch of keys, in order, goes down from the root, and new nodes come back up.
//!
//! Nothing is changed in place: what the batch touches is made anew, and the rest is shared with the trie from before,
//! which stays as it was. So every state that is still of interest is a root, and going back to it costs nothing.
//!
//! Nodes that are not in memory come from a [`Source`]. It holds the trie of some earlier state; what the states
//! since have changed is in memory, and so what is not in memory is the same there.

use crate::{
    draft::{Drafts, Moved, Part, Sketch},
    node::{Branch, Child, Leaf, Value, head, tail},
    walk::{self, Step},
};
use alloy_trie::Nibbles;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::{hint::black_box, sync::Arc};
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

/// What becomes of a child, or that it stays.
type New<V> = Result<Outcome<V>, StateError>;

impl<S> Update<'_, S> {
    /// What the changes make of a child at a depth. They are in order, not empty, and alike up to the depth.
    pub(crate) fn child<V: Value>(
        &self,
        old: Option<&Child<V>>,
        depth: usize,
        changes: &[Change<V>],
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        match old {
            None => match build(depth, &self.leaves(changes), drafts) {
                None => Ok(Outcome::Same),
                new => Ok(Outcome::Now(new)),
            },
            Some(Child::Leaf(_, leaf)) => self.at_leaf(leaf.as_ref(), depth, changes, drafts),
            Some(Child::Branch(_, Some(branch))) => self.branch(branch, depth, changes, drafts),
            Some(Child::Branch(_, None)) => {
                let Some(first) = changes.first() else { return Ok(Outcome::Same) };
                let branch = self.load(None, || head(&first.key, depth))?;
                self.branch(&branch, depth, changes, drafts)
            }
        }
    }

    fn leaves<V: Value>(&self, changes: &[Change<V>]) -> Vec<Arc<Leaf<V>>> {
        let leaf = |change: &Change<V>| {
            let value = change.value.clone()?;
            Some(Arc::new(Leaf { key: change.key, value, changed: self.block }))
        };
        changes.iter().filter_map(leaf).collect()
    }

    /// Changes where there was one leaf: its key, if it is not in memory, is the one among theirs that existed, or has
    /// to be looked up.
    fn at_leaf<V: Value>(
        &self,
        leaf: Option<&Arc<Leaf<V>>>,
        depth: usize,
        changes: &[Change<V>],
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        if let [Change { key, existed: true, value: Some(value) }] = changes
            && leaf.is_none_or(|leaf| leaf.key == *key)
        {
            // What nearly all changes are: another value where one was.
            if leaf.is_some_and(|leaf| leaf.value == *value) {
                return Ok(Outcome::Same);
            }
            let leaf = Leaf { key: *key, value: value.clone(), changed: self.block };
            return Ok(Outcome::Now(Some(drafts.leaf(Arc::new(leaf), depth))));
        }
        let mut leaves = self.leaves(changes);
        let replaced = match leaf {
            Some(leaf) => changes.iter().any(|change| change.key == leaf.key),
            None => changes.iter().any(|change| change.existed),
        };
        if replaced {
            return Ok(Outcome::Now(build(depth, &leaves, drafts)));
        }
        let Some(first) = leaves.first() else { return Ok(Outcome::Same) };
        let leaf = self.leaf(leaf, || head(&first.key, depth))?;
        let at = leaves.partition_point(|other| other.key < leaf.key);
        leaves.insert(at, leaf);
        Ok(Outcome::Now(build(depth, &leaves, drafts)))
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
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        let prefix = &branch.prefix;
        if prefix.is_empty() {
            return self.below(branch, depth, changes, drafts);
        }
        let shared = |change: &Change<V>| tail(&change.key, depth).common_prefix_length(prefix);
        let kept = changes.iter().filter(|change| change.value.is_some()).map(shared).min().unwrap_or(prefix.len());
        if kept < prefix.len() {
            return self.split(branch, kept, depth, changes, drafts);
        }
        // What is left besides are removals of keys that are not there.
        let start = changes.partition_point(|change| tail(&change.key, depth) < *prefix);
        let inside = changes.get(start..).unwrap_or_default();
        let end = inside.partition_point(|change| tail(&change.key, depth).starts_with(prefix));
        self.below(branch, depth, inside.get(..end).unwrap_or_default(), drafts)
    }

    /// A key leaves the path in front of a branch: a new branch comes where it does.
    fn split<V: Value>(
        &self,
        branch: &Arc<Branch<V>>,
        kept: usize,
        depth: usize,
        changes: &[Change<V>],
        drafts: &mut Drafts<V>,
    ) -> New<V>
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
        let lower = Part::Done(lower);
        drafts.note(None, Some(&lower), path);
        let Part::Done(lower) = lower else { return Ok(Outcome::Same) };
        let upper = Branch { prefix, mask: 1 << nibble, children: vec![lower], value: None, changed: self.block };
        self.branch(&Arc::new(upper), depth, changes, drafts)
    }

    /// Changes that all have the branch's prefix.
    fn below<V: Value>(
        &self,
        branch: &Arc<Branch<V>>,
        depth: usize,
        changes: &[Change<V>],
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        let at = depth.saturating_add(branch.prefix.len());
        let Some(first) = changes.first() else { return Ok(Outcome::Same) };
        if let (Some(nibble), Some(last)) = (first.key.get(at), changes.last())
            && last.key.get(at) == Some(nibble)
            && let Some(old) = branch.child(nibble)
        {
            return self.below_one(branch, (nibble, old), depth, changes, drafts);
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
        let one = |(nibble, group): (u8, &[Change<V>]), drafts: &mut Drafts<V>| {
            let old = branch.child(nibble);
            let Outcome::Now(new) = self.child(old, at.saturating_add(1), group, drafts)? else { return Ok(None) };
            drafts.note(old, new.as_ref(), join(path, nibble));
            Ok::<_, StateError>(Some((nibble, new)))
        };
        let new: Vec<_> = match changes.len() {
            PARALLEL.. => {
                // Each part is finished by the thread that has made it.
                let one = |group: (u8, &[Change<V>])| {
                    if let Some(old) = branch.child(group.0).filter(|_| group.1.len() < PARALLEL) {
                        draw_near(old, at.saturating_add(1), group.1);
                    }
                    let (mut drafts, mut rows) = (Drafts::default(), Vec::new());
                    let Some((nibble, new)) = one(group, &mut drafts)? else { return Ok(None) };
                    let new = drafts.finish(new, self.block, &mut rows)?.map(Part::Done);
                    Ok::<_, StateError>(Some((nibble, new, rows)))
                };
                let parts = groups.into_par_iter().map(one).collect::<Result<Vec<_>, _>>()?;
                let append = |(nibble, new, mut rows)| {
                    drafts.append(&mut rows);
                    (nibble, new)
                };
                parts.into_iter().flatten().map(append).collect()
            }
            _ => groups.into_iter().filter_map(|group| one(group, drafts).transpose()).collect::<Result<_, _>>()?,
        };
        if here.is_none() && new.is_empty() {
            return Ok(Outcome::Same);
        }
        let value = match here {
            Some(value) => value.clone().map(Box::new),
            None => branch.value.clone(),
        };
        self.assemble(branch, value, depth, path, new, drafts)
    }

    /// Changes that all go to one child, as most do far from the root.
    fn below_one<V: Value>(
        &self,
        branch: &Branch<V>,
        (nibble, old): (u8, &Child<V>),
        depth: usize,
        changes: &[Change<V>],
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        let at = depth.saturating_add(branch.prefix.len());
        let Outcome::Now(new) = self.child(Some(old), at.saturating_add(1), changes, drafts)? else {
            return Ok(Outcome::Same);
        };
        let Some(first) = changes.first() else { return Ok(Outcome::Same) };
        let path = head(&first.key, at);
        drafts.note(Some(old), new.as_ref(), join(path, nibble));
        let Some(new) = new else {
            return self.assemble(branch, branch.value.clone(), depth, path, vec![(nibble, None)], drafts);
        };
        branch.draw_near();
        let place = (branch.mask & ((1_u16 << (nibble & 15)).wrapping_sub(1))).count_ones() as usize;
        let mut parts = Vec::with_capacity(branch.children.len());
        let kept = |child: &Child<V>| Part::Done(child.clone());
        parts.extend(branch.children.iter().take(place).map(kept));
        parts.push(new);
        parts.extend(branch.children.iter().skip(place.saturating_add(1)).map(kept));
        let Branch { prefix, mask, ref value, .. } = *branch;
        let sketch = Sketch { prefix, mask, parts, value: value.clone() };
        Ok(Outcome::Now(Some(drafts.branch(sketch))))
    }

    /// Puts a branch together again, with some children new or gone; one with a single child, or none, gives way to
    /// what is left.
    fn assemble<V: Value>(
        &self,
        branch: &Branch<V>,
        value: Option<Box<V>>,
        depth: usize,
        path: Nibbles,
        new: Vec<(u8, Option<Part<V>>)>,
        drafts: &mut Drafts<V>,
    ) -> New<V>
    where
        S: Source<V>,
    {
        branch.draw_near();
        let mut parts = Vec::with_capacity(branch.children.len().saturating_add(new.len()).min(16));
        let mut mask = 0_u16;
        let mut new = new.into_iter().peekable();
        let mut old = branch.each().peekable();
        for nibble in 0..16 {
            let old = old.next_if(|(place, _)| *place == nibble);
            let part = match new.next_if(|(place, _)| *place == nibble) {
                Some((_, part)) => part,
                None => old.map(|(_, child)| Part::Done(child.clone())),
            };
            if let Some(part) = part {
                mask |= 1 << nibble;
                parts.push(part);
            }
        }
        let prefix = branch.prefix;
        let now = match (parts.len(), value) {
            (0, None) => None,
            (0, Some(value)) => {
                let leaf = Leaf { key: path, value: *value, changed: self.block };
                Some(drafts.leaf(Arc::new(leaf), depth))
            }
            (1, None) => {
                let path = join(path, u8::try_from(mask.trailing_zeros()).unwrap_or_default());
                parts.pop().map(|only| self.collapse(only, depth, path, drafts)).transpose()?
            }
            (_, value) => Some(drafts.branch(Sketch { prefix, mask, parts, value })),
        };
        Ok(Outcome::Now(now))
    }

    /// An only child, at `path`, takes its parent's place at a depth.
    fn collapse<V: Value>(
        &self,
        only: Part<V>,
        depth: usize,
        path: Nibbles,
        drafts: &mut Drafts<V>,
    ) -> Result<Part<V>, StateError>
    where
        S: Source<V>,
    {
        // It hangs elsewhere now, so the store's place for it no longer finds it by its path.
        let leaf = |old: &Leaf<V>| Leaf { key: old.key, value: old.value.clone(), changed: self.block };
        let prefix = |below: &Nibbles| tail(&path, depth).join(below);
        match only {
            Part::Draft(id) => {
                if drafts.move_up(id, depth, leaf, prefix) == Moved::Branch {
                    drafts.row(path, None);
                }
                Ok(Part::Draft(id))
            }
            Part::Done(Child::Leaf(_, old)) => {
                let old = self.leaf(old.as_ref(), || path)?;
                Ok(drafts.leaf(Arc::new(leaf(&old)), depth))
            }
            Part::Done(ref only @ Child::Branch(_, ref branch)) => {
                let below = self.load(branch.as_ref(), || path)?;
                if only.has_row() {
                    drafts.row(path, None);
                }
                let parts = below.children.iter().map(|child| Part::Done(child.clone())).collect();
                let (mask, value) = (below.mask, below.value.clone());
                Ok(drafts.branch(Sketch { prefix: prefix(&below.prefix), mask, parts, value }))
            }
        }
    }
}

/// A trie of its own of leaves that are in order and alike up to a depth.
fn build<V: Value>(depth: usize, leaves: &[Arc<Leaf<V>>], drafts: &mut Drafts<V>) -> Option<Part<V>> {
    let (first, last) = (leaves.first()?, leaves.last()?);
    if leaves.len() == 1 {
        return Some(drafts.leaf(Arc::clone(first), depth));
    }
    let shared = tail(&first.key, depth).common_prefix_length(&tail(&last.key, depth));
    let at = depth.saturating_add(shared);
    let (value, mut rest) = match first.key.get(at) {
        None => (Some(Box::new(first.value.clone())), leaves.get(1..).unwrap_or_default()),
        Some(_) => (None, leaves),
    };
    let (mut mask, mut parts) = (0, Vec::new());
    while let Some(nibble) = rest.first().and_then(|leaf| leaf.key.get(at)) {
        let (group, after) = rest.split_at(rest.partition_point(|leaf| leaf.key.get(at) <= Some(nibble)));
        let part = build(at.saturating_add(1), group, drafts);
        drafts.note(None, part.as_ref(), head(&group.first()?.key, at.saturating_add(1)));
        parts.extend(part);
        mask |= 1 << nibble;
        rest = after;
    }
    let prefix = first.key.slice(depth..at);
    Some(drafts.branch(Sketch { prefix, mask, parts, value }))
}

fn join(mut path: Nibbles, nibble: u8) -> Nibbles {
    path.push(nibble);
    path
}

/// Has the nodes near that changes below a child will touch: those of all keys are waited for at once.
fn draw_near<V>(child: &Child<V>, depth: usize, changes: &[Change<V>]) {
    let steps = changes.iter().map(|change| (change.key, Step::At(child, depth)));
    black_box(walk::follow_each(steps.collect()));
}

/// What became of a child.
pub(crate) enum Outcome<V> {
    /// Nothing.
    Same,
    /// Another node, or none.
    Now(Option<Part<V>>),
}
