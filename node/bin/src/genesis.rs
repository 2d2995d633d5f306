//! The flags that say what a development chain begins with.

use crate::keys::{self, DevKey};
use alloy_primitives::U256;
use clap::Args;
use eyre::{Result, WrapErr};
use zx_primitives::{
    ChainSpec,
    spec::{COIN, DEV_CHAIN_ID},
};

/// Coins of each account at the start.
const COINS: u64 = 10_000;

/// The greatest chain id (EIP-2294): wallets count with twice of it and 36 more.
const MOST_CHAIN_ID: u64 = u64::MAX / 2 - 36;

/// Flags of the first block. A chain that is kept must be started with the same ones again.
#[derive(Args)]
#[command(next_help_heading = "The first block")]
pub(crate) struct Options {
    /// Id of the chain (EIP-155), which transactions are signed for. A fork has that of the chain that it goes on from.
    #[arg(long, value_name = "ID", conflicts_with = "fork", default_value_t = DEV_CHAIN_ID, value_parser = clap::value_parser!(u64).range(1..=MOST_CHAIN_ID), env = "ZX_CHAIN_ID")]
    chain_id: u64,
    /// How many accounts the node funds and signs for.
    #[arg(long, value_name = "COUNT", default_value_t = keys::ACCOUNTS, value_parser = clap::value_parser!(u32).range(0..=1_000), env = "ZX_ACCOUNTS")]
    accounts: u32,
    /// Coins of each.
    #[arg(long, value_name = "COINS", default_value_t = COINS, env = "ZX_BALANCE")]
    balance: u64,
    /// Words that the accounts' keys come from (BIP-39). Everybody who reaches the node can sign with these keys: never
    /// use words that hold anything of worth.
    #[arg(long, value_name = "WORDS", env = "ZX_MNEMONIC", hide_env_values = true)]
    mnemonic: Option<String>,
    /// Time of the first block, in seconds since 1970; the chain's clock goes on from there.
    #[arg(long, value_name = "SECONDS", env = "ZX_TIMESTAMP")]
    pub(crate) timestamp: Option<u64>,
}

impl Options {
    /// The accounts.
    pub(crate) fn keys(&self) -> Result<Vec<DevKey>> {
        let Some(words) = &self.mnemonic else { return keys::derive(keys::MNEMONIC, self.accounts) };
        tracing::warn!(
            "everybody who reaches this node can sign with the keys of the mnemonic: it must not hold anything of worth"
        );
        // What is wrong with the words must not put them into a log.
        keys::derive(words, self.accounts).map_err(|_| ()).or_else(|()| {
            Err(eyre::eyre!("the words are not a BIP-39 mnemonic of English words with a checksum that fits"))
                .wrap_err("--mnemonic cannot be used")
        })
    }

    /// Whether the accounts are those that every tool knows.
    pub(crate) fn keys_are_public(&self) -> bool {
        self.mnemonic.is_none()
    }

    /// Coins of each account.
    pub(crate) fn balance(&self) -> u64 {
        self.balance
    }

    /// The chain's rules.
    pub(crate) fn spec(&self, keys: &[DevKey]) -> ChainSpec {
        let spec = funded(keys, self.balance);
        let genesis_time = self.timestamp.unwrap_or(spec.genesis_time);
        ChainSpec { chain_id: self.chain_id, genesis_time, ..spec }
    }
}

/// The rules of a chain that no flag says anything of.
pub(crate) fn usual() -> Result<ChainSpec> {
    Ok(funded(&keys::derive(keys::MNEMONIC, keys::ACCOUNTS)?, COINS))
}

fn funded(keys: &[DevKey], coins: u64) -> ChainSpec {
    let balance = COIN.saturating_mul(U256::from(coins));
    ChainSpec::dev(keys.iter().map(|key| (key.address, balance)).collect())
}
