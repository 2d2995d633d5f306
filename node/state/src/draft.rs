//! New nodes that are not hashed yet.
//!
//! A node is hashed from the references of its children, so what is new is hashed from the leaves upwards. It is first
//! put together without any hash, as drafts, and then hashed one height after another: all drafts of a height together,
//! which is much faster than one by one ([`crate::keccak`]).

use crate::{
    keccak::Batch,
    node::{Branch, Child, Leaf, Reference, Value},
    update::Row,
};
use alloy_trie::Nibbles;
use std::sync::Arc;
use zx_primitives::StateError;

/// A child of a draft.
#[derive(Debug)]
pub(crate) enum Part<V> {
    /// A node that is finished.
    Done(Child<V>),
    /// One that is not.
    Draft(Id),
}

/// Which draft it is: of the drafts that have as many others below them, and of those the how manieth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id {
    height: usize,
    place: usize,
}

/// A branch to be.
#[derive(Debug)]
pub(crate) struct Sketch<V> {
    pub(crate) prefix: Nibbles,
    pub(crate) mask: u16,
    pub(crate) parts: Vec<Part<V>>,
    pub(crate) value: Option<Box<V>>,
}

#[derive(Debug)]
enum Draft<V> {
    Leaf {
        leaf: Arc<Leaf<V>>,
        depth: usize,
    },
    Branch {
        sketch: Sketch<V>,
        /// Whether it is written within its parent's row.
        inline: bool,
        /// Path of the row that it is to be.
        row: Option<Nibbles>,
    },
}

/// The drafts of one subtrie, and the rows that are other than before.
#[derive(Debug)]
pub(crate) struct Drafts<V> {
    heights: Vec<Vec<Draft<V>>>,
    rows: Vec<Row<V>>,
}

impl<V> Default for Drafts<V> {
    fn default() -> Self {
        Self { heights: Vec::new(), rows: Vec::new() }
    }
}

impl<V> Drafts<V> {
    fn add(&mut self, height: usize, draft: Draft<V>) -> Part<V> {
        if self.heights.len() <= height {
            self.heights.resize_with(height.saturating_add(1), Vec::new);
        }
        let mut place = 0;
        if let Some(drafts) = self.heights.get_mut(height) {
            place = drafts.len();
            drafts.push(draft);
        }
        Part::Draft(Id { height, place })
    }

    fn get(&mut self, id: Id) -> Option<&mut Draft<V>> {
        self.heights.get_mut(id.height)?.get_mut(id.place)
    }

    /// A leaf that hangs at a depth.
    pub(crate) fn leaf(&mut self, leaf: Arc<Leaf<V>>, depth: usize) -> Part<V> {
        self.add(0, Draft::Leaf { leaf, depth })
    }

    /// A branch of parts that are here already.
    pub(crate) fn branch(&mut self, sketch: Sketch<V>) -> Part<V> {
        let below = |part: &Part<V>| match part {
            Part::Done(_) => 0,
            Part::Draft(id) => id.height.saturating_add(1),
        };
        let height = sketch.parts.iter().map(below).max().unwrap_or_default();
        let leaf = |part: &Part<V>| match part {
            Part::Done(child) => matches!(child, Child::Leaf(..)),
            Part::Draft(id) => {
                matches!(self.heights.get(id.height).and_then(|drafts| drafts.get(id.place)), Some(Draft::Leaf { .. }))
            }
        };
        let inline =
            Branch::<V>::fits_inline(sketch.parts.len(), sketch.value.is_some()) && sketch.parts.iter().all(leaf);
        self.add(height, Draft::Branch { sketch, inline, row: None })
    }

    /// Moves a leaf to another depth, or puts another path in front of a branch: `leaf` and `prefix` say of what is
    /// there what it becomes. The branch is no row yet, until it is noted again.
    pub(crate) fn move_up(
        &mut self,
        id: Id,
        depth: usize,
        leaf: impl FnOnce(&Leaf<V>) -> Leaf<V>,
        prefix: impl FnOnce(&Nibbles) -> Nibbles,
    ) -> Moved {
        match self.get(id) {
            Some(Draft::Leaf { leaf: old, depth: at }) => {
                (*old, *at) = (Arc::new(leaf(old)), depth);
                Moved::Leaf
            }
            Some(Draft::Branch { sketch, row, .. }) => {
                (sketch.prefix, *row) = (prefix(&sketch.prefix), None);
                Moved::Branch
            }
            None => Moved::Leaf,
        }
    }

    /// Notes a row that is other than before. Of several with one path the last one counts.
    pub(crate) fn row(&mut self, path: Nibbles, branch: Option<Arc<Branch<V>>>) {
        self.rows.push((path, branch));
    }

    /// Notes a branch as the row at a path; `false` if it is a leaf, which is none.
    pub(crate) fn put(&mut self, part: &Part<V>, path: Nibbles) -> bool {
        match part {
            Part::Done(Child::Branch(_, Some(branch))) => self.rows.push((path, Some(Arc::clone(branch)))),
            Part::Done(_) => return false,
            Part::Draft(id) => match self.get(*id) {
                Some(Draft::Branch { row, .. }) => *row = Some(path),
                _ => return false,
            },
        }
        true
    }

    /// Notes what becomes of the row at a path, once the child there is another.
    pub(crate) fn note(&mut self, old: Option<&Child<V>>, new: Option<&Part<V>>, path: Nibbles) {
        let has_row = match new {
            None => false,
            Some(Part::Done(child)) => child.has_row(),
            Some(Part::Draft(id)) => matches!(self.get(*id), Some(Draft::Branch { inline: false, .. })),
        };
        let put = has_row && new.is_some_and(|new| self.put(new, path));
        if !put && old.is_some_and(Child::has_row) {
            self.row(path, None);
        }
    }

    /// Takes over rows of a subtrie that is finished.
    pub(crate) fn append(&mut self, rows: &mut Vec<Row<V>>) {
        self.rows.append(rows);
    }
}

/// What has been moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    Leaf,
    Branch,
}

impl<V: Value> Drafts<V> {
    /// Hashes all drafts, says their rows, and gives the node that is on top of them.
    pub(crate) fn finish(
        self,
        top: Option<Part<V>>,
        block: u64,
        rows: &mut Vec<Row<V>>,
    ) -> Result<Option<Child<V>>, StateError> {
        let Self { heights, rows: mut known } = self;
        // Those of drafts come last: what is known of a path before is of a node that a draft has replaced.
        rows.append(&mut known);
        let mut hashing = Hashing { block, batch: Batch::default(), done: Vec::with_capacity(heights.len()) };
        for drafts in heights {
            hashing.height(drafts, rows)?;
        }
        top.map(|top| hashing.child(top)).transpose()
    }
}

/// Drafts on their way to be nodes.
struct Hashing<V> {
    block: u64,
    batch: Batch,
    /// Nodes by height and place, until their parents take them.
    done: Vec<Vec<Option<Child<V>>>>,
}

/// A node that lacks nothing but its reference.
enum Whole<V> {
    Leaf(Arc<Leaf<V>>),
    Branch(Branch<V>, Option<Nibbles>),
}

impl<V: Value> Hashing<V> {
    /// Makes nodes of the drafts of a height, all those below being done.
    fn height(&mut self, drafts: Vec<Draft<V>>, rows: &mut Vec<Row<V>>) -> Result<(), StateError> {
        self.batch.clear();
        let whole: Vec<_> = drafts.into_iter().map(|draft| self.whole(draft)).collect::<Result<_, _>>()?;
        let mut references = Reference::to_each(&self.batch);
        self.extend(&whole, &mut references);
        let hang = |(whole, reference)| match whole {
            Whole::Leaf(leaf) => Some(Child::Leaf(reference, Some(leaf))),
            Whole::Branch(branch, row) => {
                let branch = Arc::new(branch);
                rows.extend(row.map(|path| (path, Some(Arc::clone(&branch)))));
                Some(Child::Branch(reference, Some(branch)))
            }
        };
        self.done.push(whole.into_iter().zip(references).map(hang).collect());
        Ok(())
    }

    fn whole(&mut self, draft: Draft<V>) -> Result<Whole<V>, StateError> {
        match draft {
            Draft::Leaf { leaf, depth } => {
                self.batch.push(|out| leaf.rlp(depth, out));
                Ok(Whole::Leaf(leaf))
            }
            Draft::Branch { sketch: Sketch { prefix, mask, parts, value }, row, .. } => {
                let children = parts.into_iter().map(|part| self.child(part)).collect::<Result<_, _>>()?;
                let branch = Branch { prefix, mask, children, value, changed: self.block };
                self.batch.push(|out| branch.rlp(out));
                Ok(Whole::Branch(branch, row))
            }
        }
    }

    /// The extensions in front of branches: what a parent refers to is them.
    fn extend(&mut self, whole: &[Whole<V>], references: &mut [Reference]) {
        self.batch.clear();
        let mut extended = Vec::new();
        for (whole, reference) in whole.iter().zip(references) {
            if let Whole::Branch(branch, _) = whole
                && !branch.prefix.is_empty()
            {
                self.batch.push(|out| branch.extension_rlp(reference, out));
                extended.push(reference);
            }
        }
        extended.into_iter().zip(Reference::to_each(&self.batch)).for_each(|(old, new)| *old = new);
    }

    fn child(&mut self, part: Part<V>) -> Result<Child<V>, StateError> {
        let id = match part {
            Part::Done(child) => return Ok(child),
            Part::Draft(id) => id,
        };
        let done = self.done.get_mut(id.height).and_then(|drafts| drafts.get_mut(id.place)?.take());
        done.ok_or_else(|| StateError("a new trie node has no place, or two: this is a defect of the trie".into()))
    }
}
