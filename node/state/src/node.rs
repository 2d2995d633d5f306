//! Nodes of a trie in memory, and their rows.
//!
//! A leaf keeps its whole key. A branch keeps the nibbles that all below it share (in the trie's own terms: the
//! extension in front of it), so that there are two kinds of node and no chains of extensions. A child that was not
//! loaded is known by its reference alone, which is all that the hash of its parent needs.

use alloy_rlp::{EMPTY_STRING_CODE, Header};
use alloy_trie::{
    Nibbles,
    nodes::{ExtensionNodeRef, LeafNodeRef, RlpNode},
};
use std::{cell::Cell, sync::Arc};
use zx_primitives::StateError;

/// What a leaf holds.
pub(crate) trait Value: Clone + Send + Sync {
    /// Appends the value's RLP, which is what the trie hashes.
    fn encode(&self, out: &mut Vec<u8>);
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Leaf<V> {
    pub(crate) key: Nibbles,
    pub(crate) value: V,
    /// Block that made it so; 0 if it came from the store.
    pub(crate) changed: u64,
}

/// A node with up to sixteen children, behind the nibbles that they share.
#[derive(Debug)]
pub(crate) struct Branch<V> {
    pub(crate) prefix: Nibbles,
    /// Bit n: there is a child at nibble n.
    pub(crate) mask: u16,
    /// The children, by nibble.
    pub(crate) children: Vec<Child<V>>,
    /// What a key that ends here holds. Keys of one length, as state has them, never do.
    pub(crate) value: Option<V>,
    /// Block that made it so; 0 if it came from the store.
    pub(crate) changed: u64,
}

/// A node, seen from its parent: the reference that the parent hashes, and the node if it is in memory.
#[derive(Debug)]
pub(crate) enum Child<V> {
    Leaf(RlpNode, Option<Arc<Leaf<V>>>),
    Branch(RlpNode, Option<Arc<Branch<V>>>),
}

impl<V> Clone for Child<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(node, leaf) => Self::Leaf(node.clone(), leaf.clone()),
            Self::Branch(node, branch) => Self::Branch(node.clone(), branch.clone()),
        }
    }
}

impl<V> Child<V> {
    pub(crate) fn reference(&self) -> &RlpNode {
        match self {
            Self::Leaf(node, _) | Self::Branch(node, _) => node,
        }
    }

    /// Whether the node is a row of its own, rather than a part of its parent's.
    pub(crate) fn has_row(&self) -> bool {
        match self {
            Self::Leaf(..) => false,
            Self::Branch(_, branch) => branch.as_ref().is_none_or(|branch| !branch.is_inline()),
        }
    }
}

/// Children up to which a branch of leaves is written with its parent: one row less to write and to read, for some
/// 140 bytes. In a trie of evenly spread keys these are three quarters of all branches.
const INLINE_CHILDREN: usize = 4;

impl<V> Branch<V> {
    /// Whether it is written within its parent's row.
    pub(crate) fn is_inline(&self) -> bool {
        self.children.len() <= INLINE_CHILDREN
            && self.value.is_none()
            && self.children.iter().all(|child| matches!(child, Child::Leaf(..)))
    }

    pub(crate) fn child(&self, nibble: u8) -> Option<&Child<V>> {
        let bit = 1_u16.checked_shl(nibble.into())?;
        if self.mask & bit == 0 {
            return None;
        }
        self.children.get((self.mask & bit.wrapping_sub(1)).count_ones() as usize)
    }

    /// The children with their nibbles.
    pub(crate) fn each(&self) -> impl Iterator<Item = (u8, &Child<V>)> {
        nibbles(self.mask).zip(&self.children)
    }
}

/// The nibbles in a mask, in order.
pub(crate) fn nibbles(mask: u16) -> impl Iterator<Item = u8> {
    (0..16).filter(move |nibble| mask & (1 << nibble) != 0)
}

thread_local! {
    /// Where nodes are encoded to be hashed: no allocation for each.
    static SCRATCH: Cell<(Vec<u8>, Vec<u8>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// Lends two empty buffers.
fn with_scratch<T>(work: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> T) -> T {
    let (mut one, mut two) = SCRATCH.take();
    one.clear();
    two.clear();
    let result = work(&mut one, &mut two);
    SCRATCH.set((one, two));
    result
}

impl<V: Value> Leaf<V> {
    /// RLP of the leaf when it hangs at a depth. `value` is a buffer, empty.
    pub(crate) fn rlp(&self, depth: usize, value: &mut Vec<u8>, out: &mut Vec<u8>) -> RlpNode {
        self.value.encode(value);
        let path = tail(&self.key, depth);
        LeafNodeRef { key: &path, value }.rlp(out)
    }

    /// The leaf as a child at a depth.
    pub(crate) fn hang(self: Arc<Self>, depth: usize) -> Child<V> {
        Child::Leaf(with_scratch(|value, out| self.rlp(depth, value, out)), Some(self))
    }
}

impl<V: Value> Branch<V> {
    /// RLP of the branch itself, without what is in front of it (Yellow Paper, appendix D).
    pub(crate) fn rlp(&self, out: &mut Vec<u8>) -> RlpNode {
        let mut value = Vec::new();
        if let Some(held) = &self.value {
            let mut inner = Vec::new();
            held.encode(&mut inner);
            alloy_rlp::Encodable::encode(inner.as_slice(), &mut value);
        }
        let empty = 16_usize.saturating_sub(self.children.len()).saturating_add(usize::from(self.value.is_none()));
        let full: usize = self.children.iter().map(|child| child.reference().len()).sum();
        Header { list: true, payload_length: empty.saturating_add(full).saturating_add(value.len()) }.encode(out);
        let mut children = self.children.iter();
        for nibble in 0..16 {
            match children.as_slice().first() {
                Some(child) if self.mask & (1 << nibble) != 0 => {
                    out.extend_from_slice(child.reference());
                    children.next();
                }
                _ => out.push(EMPTY_STRING_CODE),
            }
        }
        match value.is_empty() {
            true => out.push(EMPTY_STRING_CODE),
            false => out.extend_from_slice(&value),
        }
        RlpNode::from_rlp(out)
    }

    /// RLP of the extension in front of the branch.
    pub(crate) fn extension_rlp(&self, below: &RlpNode, out: &mut Vec<u8>) -> RlpNode {
        ExtensionNodeRef { key: &self.prefix, child: below }.rlp(out)
    }

    /// What a parent refers to.
    pub(crate) fn reference(&self) -> RlpNode {
        with_scratch(|one, two| {
            let below = self.rlp(one);
            if self.prefix.is_empty() { below } else { self.extension_rlp(&below, two) }
        })
    }

    /// The branch as a child.
    pub(crate) fn hang(self) -> Child<V> {
        Child::Branch(self.reference(), Some(Arc::new(self)))
    }
}

/// A path without its first nibbles.
pub(crate) fn tail(path: &Nibbles, from: usize) -> Nibbles {
    path.slice(from.min(path.len())..)
}

/// A path's first nibbles.
pub(crate) fn head(path: &Nibbles, to: usize) -> Nibbles {
    path.slice(..to.min(path.len()))
}

// A row: number of prefix nibbles (u8), the prefix packed, then masks of children, of leaves among them, of branches
// that are within this row, of children whose reference is not a hash (u16, big endian each); then each child in order:
// its reference (a hash, or a length and so many bytes), and if it is within this row, its own row without a length.

impl<V> Branch<V> {
    /// Appends the branch's row.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.prefix.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.prefix.pack());
        let mask = |which: fn(&Child<V>) -> bool| {
            self.each().filter(|(_, child)| which(child)).fold(0_u16, |mask, (nibble, _)| mask | 1 << nibble)
        };
        let within = |child: &Child<V>| matches!(child, Child::Branch(_, Some(branch)) if branch.is_inline());
        let masks = [
            self.mask,
            mask(|child| matches!(child, Child::Leaf(..))),
            mask(within),
            mask(|child| !child.reference().is_hash()),
        ];
        masks.iter().for_each(|mask| out.extend_from_slice(&mask.to_be_bytes()));
        for child in &self.children {
            match child.reference().as_hash() {
                Some(hash) => out.extend_from_slice(hash.as_slice()),
                None => {
                    out.push(u8::try_from(child.reference().len()).unwrap_or(u8::MAX));
                    out.extend_from_slice(child.reference());
                }
            }
            if let Child::Branch(_, Some(branch)) = child
                && branch.is_inline()
            {
                branch.encode(out);
            }
        }
    }

    /// Reads a row.
    pub(crate) fn decode(mut row: &[u8]) -> Result<Self, StateError> {
        let branch = Self::take(&mut row, 2).ok_or_else(|| StateError("a trie node does not read back".into()))?;
        match row {
            [] => Ok(branch),
            _ => Err(StateError(format!("a trie node has {} bytes too many", row.len()))),
        }
    }

    /// Rows go no deeper than one branch within another.
    fn take(row: &mut &[u8], levels: u8) -> Option<Self> {
        let levels = levels.checked_sub(1)?;
        let nibbles = usize::from(take::<1>(row)?[0]);
        let packed = row.split_off(..nibbles.div_ceil(2))?;
        if nibbles > 64 {
            return None;
        }
        let prefix = head(&Nibbles::unpack(packed), nibbles);
        let [mask, leaves, within, short] = [take(row)?, take(row)?, take(row)?, take(row)?].map(u16::from_be_bytes);
        if (leaves | within | short) & !mask != 0 || leaves & within != 0 {
            return None;
        }
        let mut children = Vec::with_capacity(mask.count_ones() as usize);
        for nibble in self::nibbles(mask) {
            let has = |mask: u16| mask & (1 << nibble) != 0;
            let reference = match has(short) {
                true => {
                    let length = usize::from(take::<1>(row)?[0]);
                    RlpNode::from_raw(row.split_off(..length)?)?
                }
                false => RlpNode::word_rlp(&take::<32>(row)?.into()),
            };
            children.push(match (has(leaves), has(within)) {
                (true, _) => Child::Leaf(reference, None),
                (_, true) => Child::Branch(reference, Some(Arc::new(Self::take(row, levels)?))),
                (_, false) => Child::Branch(reference, None),
            });
        }
        Some(Self { prefix, mask, children, value: None, changed: 0 })
    }
}

fn take<const N: usize>(row: &mut &[u8]) -> Option<[u8; N]> {
    row.split_off(..N)?.try_into().ok()
}
