//! Nodes of a trie (Yellow Paper, appendix D), followed along a key.

use super::rlp::{self, Item, Items, RlpError};
use crate::B256;
use core::fmt;

/// A node of fewer bytes than this lies in its parent, any other is referred to by its hash.
const HASHED_FROM: usize = 32;
/// Children of a branch: one for each nibble.
const CHILDREN: u8 = 16;

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeError {
    /// Its encoding.
    Rlp(RlpError),
    /// It is a string, not a list; only the whole of an empty trie is that.
    NotANode,
    /// It has fewer than 32 bytes and stands by itself: such a node lies in its parent, unless it is the root.
    NotEmbedded,
    /// A child lies in it that has 32 bytes or more: such a node is referred to by its hash.
    NotHashed,
    /// A child is neither a hash nor a node.
    Child,
    /// An extension extends by nothing, or has no child.
    EmptyExtension,
    /// A leaf has an empty value, which stands for none.
    EmptyValue,
    /// The flags of its path are none, or the nibble that fills a byte up is not 0 (hex-prefix, appendix C).
    Path,
}

impl NodeError {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Rlp(_) => "node is not RLP",
            Self::NotANode => "node is a string",
            Self::NotEmbedded => "node belongs into its parent",
            Self::NotHashed => "node within a node is too long",
            Self::Child => "child is neither hash nor node",
            Self::EmptyExtension => "extension is empty",
            Self::EmptyValue => "value is empty",
            Self::Path => "path is not hex-prefix",
        }
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rlp(error) => fmt::Display::fmt(error, f),
            other => f.write_str(other.text()),
        }
    }
}

impl core::error::Error for NodeError {}

impl From<RlpError> for NodeError {
    fn from(error: RlpError) -> Self {
        Self::Rlp(error)
    }
}

/// Where a node leads.
#[derive(Clone, Copy)]
pub(super) enum Next<'a> {
    /// To the node with this hash.
    Hashed(B256),
    /// To a node that lies in it.
    Embedded(Items<'a>),
    /// To the end: the value of the key, if it has one.
    End(Option<&'a [u8]>),
}

/// A key and how many of its nibbles are walked.
pub(super) struct Path<'a> {
    key: &'a [u8],
    walked: usize,
}

impl<'a> Path<'a> {
    pub(super) const fn new(key: &'a [u8]) -> Self {
        Self { key, walked: 0 }
    }

    /// Walks one nibble; `None` at the end of the key.
    fn step(&mut self) -> Option<u8> {
        let nibble = nibble(self.key, self.walked)?;
        self.walked = self.walked.wrapping_add(1);
        Some(nibble)
    }

    /// Walks the nibbles of `bytes` from number `from` on; whether the key has them.
    fn follow(&mut self, bytes: &[u8], from: usize) -> bool {
        let mut at = from;
        while let Some(nibble) = nibble(bytes, at) {
            if self.step() != Some(nibble) {
                return false;
            }
            at = at.wrapping_add(1);
        }
        true
    }
}

fn nibble(bytes: &[u8], at: usize) -> Option<u8> {
    let byte = bytes.get(at / 2)?;
    Some(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0F })
}

/// Follows the key through a node of a proof, and through those that lie in it.
///
/// Ends, because each node in a node is smaller than the one around it.
pub(super) fn follow<'a>(encoded: &'a [u8], path: &mut Path<'_>, is_root: bool) -> Result<Next<'a>, NodeError> {
    if encoded.len() < HASHED_FROM && !is_root {
        return Err(NodeError::NotEmbedded);
    }
    let mut next = match rlp::decode(encoded)? {
        Item::List(items) => Next::Embedded(items),
        Item::String([]) if is_root => Next::End(None),
        Item::String(_) => return Err(NodeError::NotANode),
    };
    while let Next::Embedded(items) = next {
        next = one(items, path)?;
    }
    Ok(next)
}

/// Follows the key through one node: two items are a leaf or an extension, seventeen a branch.
fn one<'a>(items: Items<'a>, path: &mut Path<'_>) -> Result<Next<'a>, NodeError> {
    let mut rest = items;
    let (first, second) = (rest.take()?, rest.take()?);
    if rest.is_empty() { short(first, second, path) } else { branch(items, path) }
}

fn branch<'a>(mut items: Items<'a>, path: &mut Path<'_>) -> Result<Next<'a>, NodeError> {
    let step = path.step();
    let mut taken = Next::End(None);
    for nibble in 0..CHILDREN {
        let child = child(items.take()?)?;
        if step == Some(nibble) {
            taken = child;
        }
    }
    let value = items.string()?;
    items.end()?;
    Ok(match step {
        Some(_) => taken,
        None => Next::End((!value.is_empty()).then_some(value)),
    })
}

/// What a reference to a child leads to; an empty string is no child.
fn child(item: Item<'_>) -> Result<Next<'_>, NodeError> {
    match item {
        Item::String([]) => Ok(Next::End(None)),
        Item::String(hash) => B256::try_from(hash).map(Next::Hashed).map_err(|_| NodeError::Child),
        // The prefix of a list so short is a byte.
        Item::List(items) if items.len() >= HASHED_FROM - 1 => Err(NodeError::NotHashed),
        Item::List(items) => Ok(Next::Embedded(items)),
    }
}

/// A leaf or an extension: a path whose first nibble has flags, then a value or a child.
fn short<'a>(prefixed: Item<'a>, target: Item<'a>, path: &mut Path<'_>) -> Result<Next<'a>, NodeError> {
    let Item::String(prefixed) = prefixed else { return Err(RlpError::NotAString.into()) };
    let &first = prefixed.first().ok_or(NodeError::Path)?;
    let (is_leaf, from) = match first {
        0x00 => (false, 2),
        0x10..=0x1F => (false, 1),
        0x20 => (true, 2),
        0x30..=0x3F => (true, 1),
        _ => return Err(NodeError::Path),
    };
    if is_leaf { leaf(prefixed, from, target, path) } else { extension(prefixed, from, target, path) }
}

fn leaf<'a>(prefixed: &[u8], from: usize, value: Item<'a>, path: &mut Path<'_>) -> Result<Next<'a>, NodeError> {
    match value {
        Item::List(_) => Err(RlpError::NotAString.into()),
        Item::String([]) => Err(NodeError::EmptyValue),
        Item::String(value) => {
            let found = path.follow(prefixed, from) && path.step().is_none();
            Ok(Next::End(found.then_some(value)))
        }
    }
}

fn extension<'a>(prefixed: &[u8], from: usize, target: Item<'a>, path: &mut Path<'_>) -> Result<Next<'a>, NodeError> {
    let next = child(target)?;
    if matches!(next, Next::End(_)) || nibble(prefixed, from).is_none() {
        return Err(NodeError::EmptyExtension);
    }
    Ok(if path.follow(prefixed, from) { next } else { Next::End(None) })
}
