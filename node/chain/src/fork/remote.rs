//! The other end of a fork.

use serde_json::Value;
use std::{fmt::Debug, io};

/// Asks a node by JSON-RPC. The node's own is in `zx-rpc`; tests have chains of their own.
pub trait Remote: Debug + Send + Sync {
    /// Where it is, to be shown.
    fn url(&self) -> &str;

    /// The result of a call.
    ///
    /// # Errors
    /// If there is none.
    fn call(&self, method: &str, params: Value) -> Result<Value, RemoteError>;
}

/// The remote of a fork does not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Nobody answers.
    #[error(
        "the forked node at {url} cannot be reached: {reason}; what the fork has not read yet is out of reach until it \
         is back: check the URL and the network"
    )]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
    /// It refuses.
    #[error("the forked node answers {method} with error {code}: {message}{}", advice(message))]
    Refused {
        /// What was asked.
        method: String,
        /// JSON-RPC's code.
        code: i64,
        /// Its words.
        message: String,
    },
    /// Its answer makes no sense.
    #[error("the forked node's answer to {method} cannot be used: {reason}")]
    Answer {
        /// What was asked.
        method: String,
        /// Why not.
        reason: String,
    },
    /// It has no such block.
    #[error("the node at {url} has no block {number}: choose another with --fork-block, or leave it out for the last")]
    NoBlock {
        /// Where.
        url: String,
        /// Which.
        number: u64,
    },
    /// The datadir is another fork's.
    #[error(
        "the data directory has a fork of block {kept}, not of block {asked}: leave --fork-block out, or name another \
         --datadir"
    )]
    Other {
        /// The block that it is pinned to.
        kept: u64,
        /// The block that was asked for.
        asked: u64,
    },
    /// What was read cannot be kept.
    #[error("what was read from the forked node cannot be kept in the data directory: {0}")]
    Cache(io::Error),
}

/// What to do where the remote has forgotten a state.
fn advice(message: &str) -> &'static str {
    let words = ["missing trie node", "not kept", "pruned", "not available", "archive", "historical"];
    match words.iter().any(|word| message.contains(word)) {
        true => {
            "; it no longer has the state of the block that the fork is pinned to: fork an archive node, or a newer \
             block with --fork-block"
        }
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pruned_remote_is_told_with_the_way_out() {
        let refused = |message: &str| {
            let (method, message) = ("eth_getBalance".to_owned(), message.to_owned());
            RemoteError::Refused { method, code: -32_000, message }.to_string()
        };
        assert!(refused("missing trie node 1234").contains("fork an archive node"));
        assert!(!refused("rate limit").contains("archive"));
    }
}
