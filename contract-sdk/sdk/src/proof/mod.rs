//! Proofs of Ethereum's state, transactions and receipts, checked without trusting who brings them: what a bridge or a
//! light client needs inside a contract.
//!
//! A root commits to a whole trie of keys and values (Merkle Patricia, Yellow Paper appendix D). A proof is the nodes
//! on the way from the root to a key, and proves what the key has: a value, or none. It is written as `eth_getProof`
//! (EIP-1186) writes it: root first, and without the nodes of fewer than 32 bytes, which lie in their parents.
//!
//! ```
//! use zx_sdk::{self as zx, prelude::*, proof};
//!
//! // The storage of a contract that has 7 in slot 0, and nothing else: a trie of one leaf.
//! let hash = |bytes: &[u8]| zx::testing::TestHost::new().look(|cx| cx.keccak256(bytes));
//! let path = hash(&[0; 32]);
//! let leaf = [&[0xE3, 0xA1, 0x20], &path[..], &[7]].concat();
//! let root = hash(&leaf);
//!
//! let (first, second) = (B256::ZERO, B256::with_last_byte(1));
//! assert_eq!(proof::verify_storage(root, first, &[&leaf]), Ok(U256::from(7u8)));
//! assert_eq!(proof::verify_storage(root, second, &[&leaf]), Ok(U256::ZERO), "proved to be empty");
//! let forged = [&leaf[..35], &[8]].concat();
//! assert_eq!(proof::verify_storage(root, first, &[&forged]), Err(proof::ProofError::HashMismatch { node: 0 }));
//! ```
//!
//! A method that takes `proof: Vec<Bytes>` has `bytes[] proof` in its ABI, and hands on why a proof was refused:
//!
//! ```
//! # extern crate zx_sdk as zx;
//! use zx::{prelude::*, proof::{self, ProofError}};
//!
//! /// Knows a state, and what stands in it.
//! #[zx::contract]
//! pub struct Bridge {
//!     state_root: Item<B256>,
//! }
//!
//! #[zx::public]
//! impl Bridge {
//!     /// Balance that an account of the other chain is proved to have, in wei.
//!     pub fn balance(&self, _cx: &Ctx, account: Address, proof: Vec<Bytes>) -> Result<U256, ProofError> {
//!         let account = proof::verify_account(self.state_root.get(), account, &proof)?;
//!         Ok(account.map_or(U256::ZERO, |account| account.balance))
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! What a proof says is as good as the root: where that comes from is for the caller to know. [`Header::decode`] reads
//! the roots of a block from a header whose hash is known.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod error;
mod ethereum;
mod header;
mod node;
pub mod rlp;
#[cfg(test)]
mod tests;

pub use error::ProofError;
pub use ethereum::{Account, verify_account, verify_receipt, verify_storage, verify_transaction};
pub use header::Header;
pub use node::NodeError;

use crate::{B256, b256, buffer, host};
use alloc::vec::Vec;
use node::{Next, Path};

/// Root of a trie in which there is nothing: the Keccak-256 of an empty RLP string.
pub const EMPTY_ROOT: B256 = b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// Value that `proof` proves `key` to have in the trie of this root; `None` if it proves that the key has none.
///
/// The nodes come in their order from the root, each of 32 bytes or more (a smaller one lies in its parent), except
/// for the root. The empty trie is proved by no node, or by the node 0x80.
///
/// In a trie that Ethereum calls secure (state, storage) the key is the Keccak-256 of what is looked for:
/// [`verify_account`] and [`verify_storage`] see to that.
///
/// # Errors
/// The proof proves nothing: a node is missing, left over, malformed, or not the one that its parent refers to.
pub fn verify<P: AsRef<[u8]>>(root: B256, key: &[u8], proof: &[P]) -> Result<Option<Vec<u8>>, ProofError> {
    if proof.is_empty() && root == EMPTY_ROOT {
        return Ok(None);
    }
    let mut path = Path::new(key);
    let mut expected = root;
    for (at, encoded) in proof.iter().enumerate() {
        match step(expected, at, encoded.as_ref(), &mut path)? {
            Next::Hashed(hash) => expected = hash,
            Next::End(value) => return end(at.wrapping_add(1), proof.len(), value),
            // Followed already.
            Next::Embedded(_) => break,
        }
    }
    Err(ProofError::NodeMissing { node: proof.len() })
}

/// Goes through node number `at`, which must have this hash.
#[inline(never)]
fn step<'a>(expected: B256, at: usize, encoded: &'a [u8], path: &mut Path<'_>) -> Result<Next<'a>, ProofError> {
    if host::keccak256(encoded) != expected.0 {
        return Err(ProofError::HashMismatch { node: at });
    }
    node::follow(encoded, path, at == 0).map_err(|why| ProofError::Malformed { node: at, why })
}

/// The value, if as many nodes were used as there are.
fn end(used: usize, nodes: usize, value: Option<&[u8]>) -> Result<Option<Vec<u8>>, ProofError> {
    if used < nodes { Err(ProofError::NodeLeftOver { node: used }) } else { Ok(value.map(buffer::copy)) }
}
