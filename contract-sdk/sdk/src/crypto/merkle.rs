//! Merkle trees whose pairs are hashed in order of size, as OpenZeppelin's `MerkleProof` and `StandardMerkleTree` do: a
//! proof needs no positions.
//!
//! ```
//! use zx_sdk::{B256, Address, U256, crypto::merkle};
//!
//! // Three people may claim so much each. The list is kept elsewhere, the contract knows the root.
//! let leaf = |who: u8, amount: u64| merkle::leaf(&(Address::repeat_byte(who), U256::from(amount)));
//! let (a, b, c) = (leaf(1, 10), leaf(2, 20), leaf(3, 30));
//! let root = merkle::pair(merkle::pair(a, b), c);
//! assert!(merkle::verify(root, leaf(2, 20), &[a, c]));
//! assert!(!merkle::verify(root, leaf(2, 21), &[a, c]));
//! ```
//!
//! A leaf must not be what a pair hashes to, or a pair passes for a leaf: [`leaf`] hashes twice.

use crate::{B256, abi::Args, host};
use alloc::vec::Vec;

/// The leaf of these values: the hash of the hash of their ABI encoding, as OpenZeppelin's `StandardMerkleTree` has it.
pub fn leaf(values: &impl Args) -> B256 {
    host::keccak256(&host::keccak256(&values.encode())).into()
}

/// The hash of two nodes, the smaller one first.
pub fn pair(a: B256, b: B256) -> B256 {
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    host::keccak256([first.0, second.0].as_flattened()).into()
}

/// Whether `leaf` is in the tree of this root. The proof has its siblings, from the leaf up: one hash for each level.
pub fn verify(root: B256, leaf: B256, proof: &[B256]) -> bool {
    proof.iter().fold(leaf, |node, sibling| pair(node, *sibling)) == root
}

/// Whether all of `leaves` are in the tree of this root: one proof for several leaves. Each flag says of a pair, from the
/// leaves up, whether its second node is one of those that were already there (a leaf, or an earlier pair) or the next of
/// the proof.
///
/// `false` also if there are not as many flags as that takes, `leaves + proof - 1`, or no leaves at all: a proof of
/// nothing proves nothing, where OpenZeppelin's says that it does.
pub fn verify_all(root: B256, leaves: &[B256], proof: &[B256], flags: &[bool]) -> bool {
    !leaves.is_empty() && root_of(leaves, proof, flags) == Some(root)
}

fn root_of(leaves: &[B256], proof: &[B256], flags: &[bool]) -> Option<B256> {
    if leaves.len().checked_add(proof.len())? != flags.len().checked_add(1)? {
        return None;
    }
    // Leaves, then pairs: each is used once, in this order.
    let mut nodes = leaves.to_vec();
    let (mut used, mut proof) = (0, proof.iter());
    let mut take = |nodes: &Vec<B256>| {
        let node = nodes.get(used).copied();
        used += 1;
        node
    };
    for known in flags {
        let first = take(&nodes)?;
        let second = if *known { take(&nodes)? } else { *proof.next()? };
        nodes.push(pair(first, second));
    }
    if proof.next().is_some() { None } else { nodes.last().copied() }
}
