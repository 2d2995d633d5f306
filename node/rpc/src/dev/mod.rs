//! What only a development node answers: `evm_*`, `anvil_*`, `hardhat_*`, `miner_*` and the faucet, in the forms that
//! viem's test client, Hardhat's helpers and anvil's users send. What they do is the chain's; see [`zx_chain::dev`].

pub(crate) mod amount;
pub(crate) mod faucet;
pub(crate) mod fork;
pub(crate) mod info;
pub(crate) mod mining;
mod remote;
pub(crate) mod senders;
pub(crate) mod snapshots;
pub(crate) mod state;
pub(crate) mod state_file;
pub(crate) mod time;

pub use remote::HttpRemote;
pub use state_file::{StateFileError, dump_state, load_state};

use crate::error::RpcError;
use zx_chain::dev::{EditError, MineError};

/// Namespaces that other nodes do not have at all.
const NAMESPACES: [&str; 4] = ["evm", "anvil", "hardhat", "miner"];

/// Whether only development nodes have a method.
pub(crate) fn is_ours(method: &str) -> bool {
    NAMESPACES.contains(&crate::registry::namespace(method))
        || matches!(method, "zx_faucet" | "eth_sendUnsignedTransaction")
}

impl From<EditError> for RpcError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Chain(error) => error.into(),
            EditError::Code(_) => Self::params(format!("invalid argument 1: {error}")),
        }
    }
}

impl From<MineError> for RpcError {
    fn from(error: MineError) -> Self {
        match error {
            MineError::Chain(error) => error.into(),
            MineError::Remote => Self::server(error.to_string()),
            MineError::TooMany { .. } | MineError::Time { .. } => Self::params(error.to_string()),
        }
    }
}
