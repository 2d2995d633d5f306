//! `--fork`: a chain that goes on from a block of another.

use crate::keys::DevKey;
use alloy_primitives::U256;
use clap::Args;
use eyre::Result;
use std::{path::Path, sync::Arc};
use zx_chain::{ChainConfig, Fork};
use zx_primitives::spec::COIN;
use zx_rpc::HttpRemote;

/// Flags of a fork.
#[derive(Args)]
#[command(next_help_heading = "Fork")]
pub(crate) struct Options {
    /// Go on from a block of the chain of this node, and read its state as it is needed. What was read is kept in the
    /// data directory.
    #[arg(long, value_name = "URL", env = "ZX_FORK", hide_env_values = true)]
    fork: Option<String>,
    /// The block [default: the last one; that of the data directory, if it has a fork].
    #[arg(long, value_name = "BLOCK", requires = "fork", env = "ZX_FORK_BLOCK")]
    fork_block: Option<u64>,
}

impl Options {
    /// Where the remote is, if there is to be a fork.
    pub(crate) fn url(&self) -> Option<&str> {
        self.fork.as_deref()
    }

    /// Pins the fork, if there is to be one, and makes its rules those of the remote chain.
    pub(crate) async fn apply(&self, config: &mut ChainConfig, keys: &[DevKey], coins: u64) -> Result<()> {
        let Some(url) = self.fork.clone() else { return Ok(()) };
        let balance = COIN.saturating_mul(U256::from(coins));
        let funded = keys.iter().map(|key| (key.address, balance)).collect();
        let (datadir, block) = (config.datadir.clone(), self.fork_block);
        let fork = tokio::task::spawn_blocking(move || open(&datadir, url, block, funded)).await??;
        let spec = &mut config.spec;
        spec.chain_id = fork.chain_id();
        spec.block_gas_limit = spec.block_gas_limit.max(fork.pinned().header.gas_limit);
        spec.tx_gas_limit = spec.block_gas_limit;
        spec.coinbase = fork.pinned().header.beneficiary;
        config.fork = Some(Arc::new(fork));
        Ok(())
    }
}

fn open(
    datadir: &Path,
    url: String,
    block: Option<u64>,
    funded: std::collections::BTreeMap<alloy_primitives::Address, U256>,
) -> Result<Fork> {
    Ok(Fork::open(datadir, Arc::new(HttpRemote::new(url)), block, funded)?)
}
