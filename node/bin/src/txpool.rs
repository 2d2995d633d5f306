//! The flags of the pool, which other nodes have under these names too.

use alloy_primitives::Address;
use clap::Args;
use zx_chain::{ChainConfig, PoolConfig};

/// Bytes in a mebibyte.
const MEBIBYTE: usize = 1 << 20;

/// Flags of the pool.
#[derive(Args)]
#[command(next_help_heading = "Transactions that wait")]
pub(crate) struct Options {
    /// Transactions that may wait, in all. Then those that pay least go, the ones behind a gap first.
    #[arg(long = "txpool.max-count", value_name = "COUNT", default_value_t = PoolConfig::default().capacity, value_parser = at_least_one, env = "ZX_TXPOOL_MAX_COUNT")]
    max_count: usize,
    /// Mebibytes of transactions that may wait, in all.
    #[arg(long = "txpool.max-size", value_name = "MIB", default_value_t = PoolConfig::default().bytes / MEBIBYTE, value_parser = at_least_one, env = "ZX_TXPOOL_MAX_SIZE")]
    max_size: usize,
    /// Transactions that may wait for one sender, and how many nonces ahead of its next one they may be.
    #[arg(long = "txpool.account-slots", value_name = "COUNT", default_value_t = PoolConfig::default().per_sender, value_parser = at_least_one, env = "ZX_TXPOOL_ACCOUNT_SLOTS")]
    account_slots: usize,
    /// Mebibytes of transactions that may wait for one sender.
    #[arg(long = "txpool.account-size", value_name = "MIB", default_value_t = PoolConfig::default().per_sender_bytes / MEBIBYTE, value_parser = at_least_one, env = "ZX_TXPOOL_ACCOUNT_SIZE")]
    account_size: usize,
    /// How many nonces beyond the first that is missing a sender may go.
    #[arg(long = "txpool.account-queue", value_name = "COUNT", default_value_t = PoolConfig::default().gapped, env = "ZX_TXPOOL_ACCOUNT_QUEUE")]
    account_queue: u64,
    /// Percent that a transaction must pay more, in tip and in fee cap, to take the place of one with its nonce.
    #[arg(long = "txpool.pricebump", value_name = "PERCENT", default_value_t = PoolConfig::default().price_bump, env = "ZX_TXPOOL_PRICEBUMP")]
    price_bump: u128,
    /// Least tip, in wei a gas.
    #[arg(long = "txpool.pricelimit", value_name = "WEI", default_value_t = PoolConfig::default().min_tip, env = "ZX_TXPOOL_PRICELIMIT")]
    price_limit: u128,
    /// Seconds that a transaction may wait behind a gap, or for funds of its sender; then it goes.
    #[arg(long = "txpool.lifetime", value_name = "SECONDS", default_value_t = PoolConfig::default().lifetime, env = "ZX_TXPOOL_LIFETIME")]
    lifetime: u64,
    /// Accounts whose transactions are kept when the pool is full, and need not pay the least tip.
    #[arg(long = "txpool.locals", value_name = "ADDRESS,...", value_delimiter = ',', env = "ZX_TXPOOL_LOCALS")]
    locals: Vec<Address>,
    /// Do not keep what waits in the data directory across restarts.
    #[arg(long = "txpool.no-journal", env = "ZX_TXPOOL_NO_JOURNAL")]
    no_journal: bool,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number from 1 on".to_owned()),
        Ok(number) => Ok(number),
    }
}

impl Options {
    /// Tells the chain what they say.
    pub(crate) fn apply(&self, config: &mut ChainConfig) {
        config.journal = !self.no_journal;
        config.pool = PoolConfig {
            capacity: self.max_count,
            bytes: self.max_size.saturating_mul(MEBIBYTE),
            per_sender: self.account_slots,
            per_sender_bytes: self.account_size.saturating_mul(MEBIBYTE),
            gapped: self.account_queue,
            price_bump: self.price_bump,
            min_tip: self.price_limit,
            lifetime: self.lifetime,
            locals: self.locals.clone(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        pool: Options,
    }

    fn config(flags: &[&str]) -> ChainConfig {
        let spec = zx_primitives::ChainSpec::dev(Vec::new());
        let mut config = ChainConfig::new(spec, "");
        Line::parse_from([&["node"], flags].concat()).pool.apply(&mut config);
        config
    }

    #[test]
    fn without_flags_the_pool_is_as_it_is_by_default() {
        let config = config(&[]);
        assert_eq!((config.pool, config.journal), (PoolConfig::default(), true));
    }

    #[test]
    fn each_flag_sets_its_own() {
        let flags = "--txpool.max-count=1 --txpool.max-size=2 --txpool.account-slots=3 --txpool.account-size=4 \
                     --txpool.account-queue=5 --txpool.pricebump=6 --txpool.pricelimit=7 --txpool.lifetime=8 \
                     --txpool.no-journal \
                     --txpool.locals=0x0101010101010101010101010101010101010101,0x0202020202020202020202020202020202020202";
        let config = config(&flags.split_whitespace().collect::<Vec<_>>());
        let expected = PoolConfig {
            capacity: 1,
            bytes: 2 << 20,
            per_sender: 3,
            per_sender_bytes: 4 << 20,
            gapped: 5,
            price_bump: 6,
            min_tip: 7,
            lifetime: 8,
            locals: vec![Address::repeat_byte(1), Address::repeat_byte(2)],
        };
        assert_eq!((config.pool, config.journal), (expected, false));
        assert!(Line::try_parse_from(["node", "--txpool.max-count=0"]).is_err());
    }
}
