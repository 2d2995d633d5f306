//! Nodes of a trie in memory, and their rows.
//!
//! A leaf keeps its whole key. A branch keeps the nibbles that all below it share (in the trie's own terms: the
//! extension in front of it), so that there are two kinds of node and no chains of extensions. A child that was not
//! loaded is known by its reference alone, which is all that the hash of its parent needs.

use crate::keccak::Batch;
use alloy_primitives::{B256, keccak256};
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::{
    Nibbles,
    nodes::{ExtensionNodeRef, LeafNodeRef},
};
use std::sync::Arc;
use zx_primitives::StateError;

/// What a leaf holds. Values that are equal have the same RLP.
pub(crate) trait Value: Clone + PartialEq + Send + Sync {
    /// Appends the value's RLP, which is what the trie hashes.
    fn encode(&self, out: &mut Vec<u8>);
}

/// What a parent has of a node: its RLP if that is less than 32 bytes, otherwise its hash (Yellow Paper, appendix D).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Length of the RLP, or 32 for a hash.
    length: u8,
    bytes: [u8; 32],
}

/// Bytes of a hash, and from which on a node is hashed.
const HASH: usize = 32;

impl Reference {
    /// To a node by its RLP.
    pub(crate) fn to(rlp: &[u8]) -> Self {
        Self::small(rlp).unwrap_or_else(|| Self::hashed(keccak256(rlp)))
    }

    fn hashed(hash: B256) -> Self {
        Self { length: HASH as u8, bytes: hash.0 }
    }

    fn small(rlp: &[u8]) -> Option<Self> {
        let mut bytes = [0; HASH];
        bytes.get_mut(..rlp.len()).filter(|_| rlp.len() < HASH)?.copy_from_slice(rlp);
        Some(Self { length: rlp.len() as u8, bytes })
    }

    /// To each node of a batch, by its RLP.
    pub(crate) fn to_each(batch: &Batch) -> Vec<Self> {
        let one = |(rlp, hash)| Self::small(rlp).unwrap_or(Self::hashed(hash));
        batch.inputs().zip(batch.hashes()).map(one).collect()
    }

    /// The hash of the node.
    pub(crate) fn hash(&self) -> B256 {
        if self.is_hash() { self.bytes.into() } else { keccak256(self.bytes()) }
    }

    fn is_hash(&self) -> bool {
        usize::from(self.length) == HASH
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    fn rlp_length(&self) -> usize {
        usize::from(self.length).saturating_add(usize::from(self.is_hash()))
    }

    /// Appends it as it stands in its parent.
    fn encode(&self, out: &mut Vec<u8>) {
        if self.is_hash() {
            out.push(EMPTY_STRING_CODE.saturating_add(self.length));
        }
        out.extend_from_slice(self.bytes());
    }
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
    pub(crate) value: Option<Box<V>>,
    /// Block that made it so; 0 if it came from the store.
    pub(crate) changed: u64,
}

/// A node, seen from its parent: the reference that the parent hashes, and the node if it is in memory.
#[derive(Debug)]
pub(crate) enum Child<V> {
    Leaf(Reference, Option<Arc<Leaf<V>>>),
    Branch(Reference, Option<Arc<Branch<V>>>),
}

impl<V> Clone for Child<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(node, leaf) => Self::Leaf(*node, leaf.clone()),
            Self::Branch(node, branch) => Self::Branch(*node, branch.clone()),
        }
    }
}

impl<V> Child<V> {
    pub(crate) fn reference(&self) -> &Reference {
        match self {
            Self::Leaf(node, _) | Self::Branch(node, _) => node,
        }
    }

    /// How many share the node: of interest is only that this reads it.
    fn sharers(&self) -> usize {
        match self {
            Self::Leaf(_, Some(leaf)) => Arc::strong_count(leaf),
            Self::Branch(_, Some(branch)) => Arc::strong_count(branch),
            Self::Leaf(_, None) | Self::Branch(_, None) => 0,
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
        let leaves = || self.children.iter().all(|child| matches!(child, Child::Leaf(..)));
        Self::fits_inline(self.children.len(), self.value.is_some()) && leaves()
    }

    /// Whether a branch of so many children would be, if they are all leaves.
    pub(crate) fn fits_inline(children: usize, has_value: bool) -> bool {
        children <= INLINE_CHILDREN && !has_value
    }

    pub(crate) fn child(&self, nibble: u8) -> Option<&Child<V>> {
        let bit = 1_u16.checked_shl(nibble.into())?;
        if self.mask & bit == 0 {
            return None;
        }
        self.children.get((self.mask & bit.wrapping_sub(1)).count_ones() as usize)
    }

    /// Has the children near, which are about to be shared. A count is raised in one place after another, each of
    /// which waits for memory; reads wait for all places at once.
    pub(crate) fn draw_near(&self) {
        std::hint::black_box(self.children.iter().map(Child::sharers).fold(0, usize::wrapping_add));
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

impl<V: Value> Leaf<V> {
    /// Appends the RLP of the leaf when it hangs at a depth.
    pub(crate) fn rlp(&self, depth: usize, out: &mut Vec<u8>) {
        // Most accounts take 70 bytes, and a slot 33.
        let mut value = Vec::with_capacity(128);
        self.value.encode(&mut value);
        let path = tail(&self.key, depth);
        LeafNodeRef { key: &path, value: &value }.encode(out);
    }

    /// The leaf as a child at a depth.
    pub(crate) fn hang(self: Arc<Self>, depth: usize) -> Child<V> {
        let mut rlp = Vec::new();
        self.rlp(depth, &mut rlp);
        Child::Leaf(Reference::to(&rlp), Some(self))
    }
}

impl<V: Value> Branch<V> {
    /// Appends the RLP of the branch itself, without what is in front of it (Yellow Paper, appendix D).
    pub(crate) fn rlp(&self, out: &mut Vec<u8>) {
        let mut value = Vec::new();
        if let Some(held) = &self.value {
            let mut inner = Vec::new();
            held.encode(&mut inner);
            inner.as_slice().encode(&mut value);
        }
        let empty = 16_usize.saturating_sub(self.children.len()).saturating_add(usize::from(self.value.is_none()));
        let full: usize = self.children.iter().map(|child| child.reference().rlp_length()).sum();
        Header { list: true, payload_length: empty.saturating_add(full).saturating_add(value.len()) }.encode(out);
        let mut children = self.children.iter();
        for nibble in 0..16 {
            match children.as_slice().first() {
                Some(child) if self.mask & (1 << nibble) != 0 => {
                    child.reference().encode(out);
                    children.next();
                }
                _ => out.push(EMPTY_STRING_CODE),
            }
        }
        match value.is_empty() {
            true => out.push(EMPTY_STRING_CODE),
            false => out.extend_from_slice(&value),
        }
    }

    /// Appends the RLP of the extension in front of the branch.
    pub(crate) fn extension_rlp(&self, below: &Reference, out: &mut Vec<u8>) {
        let mut child = Vec::with_capacity(HASH + 1);
        below.encode(&mut child);
        ExtensionNodeRef { key: &self.prefix, child: &child }.encode(out);
    }

    /// The branch as a child.
    pub(crate) fn hang(self) -> Child<V> {
        let mut rlp = Vec::new();
        self.rlp(&mut rlp);
        let mut reference = Reference::to(&rlp);
        if !self.prefix.is_empty() {
            rlp.clear();
            self.extension_rlp(&reference, &mut rlp);
            reference = Reference::to(&rlp);
        }
        Child::Branch(reference, Some(Arc::new(self)))
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
        let (mut leaves, mut within, mut short) = (0_u16, 0_u16, 0_u16);
        for (nibble, child) in self.each() {
            let bit = 1_u16 << nibble;
            match child {
                Child::Leaf(..) => leaves |= bit,
                Child::Branch(_, Some(branch)) if branch.is_inline() => within |= bit,
                Child::Branch(..) => {}
            }
            if !child.reference().is_hash() {
                short |= bit;
            }
        }
        [self.mask, leaves, within, short].iter().for_each(|mask| out.extend_from_slice(&mask.to_be_bytes()));
        for child in &self.children {
            let reference = child.reference();
            if !reference.is_hash() {
                out.push(reference.length);
            }
            out.extend_from_slice(reference.bytes());
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
                    Reference::small(row.split_off(..length)?)?
                }
                false => Reference::hashed(take::<HASH>(row)?.into()),
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
