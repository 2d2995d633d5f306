use super::{NodeError, rlp::RlpError};
use crate::{ContractError, abi::Encoder, revert::error_string};
use core::fmt;

/// Why a proof proves nothing. Nodes are counted from 0, the root.
///
/// As an error of a method (`-> Result<T, ProofError>`, or a variant of the contract's error that holds it) it reverts
/// with `Error(string)`, without the number of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// This node is not the one that its parent refers to; if it is the first, it has not the hash that the root is.
    HashMismatch {
        /// Its number.
        node: usize,
    },
    /// The proof ends although the key goes on to this node.
    NodeMissing {
        /// Its number.
        node: usize,
    },
    /// The key ends before this node, which therefore proves nothing.
    NodeLeftOver {
        /// Its number.
        node: usize,
    },
    /// This node is none. No trie of Ethereum has its hash in it.
    Malformed {
        /// Its number.
        node: usize,
        /// What is wrong with it.
        why: NodeError,
    },
    /// The key has a value, but none of the kind that was looked for.
    Value(RlpError),
}

impl ProofError {
    const fn text(self) -> &'static str {
        match self {
            Self::HashMismatch { .. } => "node has another hash",
            Self::NodeMissing { .. } => "node is missing",
            Self::NodeLeftOver { .. } => "node is left over",
            Self::Malformed { why, .. } => why.text(),
            Self::Value(_) => "value is of another kind",
        }
    }
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { node, why } => write!(f, "node {node} of the proof: {why}"),
            Self::Value(why) => write!(f, "proof: {}: {why}", self.text()),
            Self::HashMismatch { node } | Self::NodeMissing { node } | Self::NodeLeftOver { node } => {
                write!(f, "node {node} of the proof: {}", self.text())
            }
        }
    }
}

impl core::error::Error for ProofError {}

impl ContractError for ProofError {
    fn write(self, out: &mut Encoder) {
        out.raw(&error_string(&["proof: ", self.text()]));
    }
}

impl ContractError for RlpError {
    fn write(self, out: &mut Encoder) {
        out.raw(&error_string(&[self.text()]));
    }
}
