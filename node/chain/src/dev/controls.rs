//! What is set for the blocks to come.

use super::MARK;
use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes};
use std::collections::BTreeSet;
use zx_primitives::{Block, ChainSpec};

/// Time, fields of the next header, and accounts that are impersonated.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    /// Seconds that the chain's clock is ahead of the machine's.
    pub offset: i64,
    /// Timestamp of the next block, in seconds since 1970; for one block.
    pub next_time: Option<u64>,
    /// Seconds from each block to the next, whatever the clock says.
    pub interval: Option<u64>,
    /// Address that is paid the tips, in place of the chain's.
    pub coinbase: Option<Address>,
    /// Base fee of the next block, in wei a gas; for one block.
    pub base_fee: Option<u64>,
    /// Randomness of the next block (EIP-4399); for one block.
    pub randao: Option<B256>,
    /// Gas limit of blocks, in place of the chain's and not above it.
    pub gas_limit: Option<u64>,
    /// Whether transactions are taken for any account without its signature.
    pub impersonate_all: bool,
    /// Accounts for which they are.
    pub impersonated: BTreeSet<Address>,
    /// Whether blocks are not told of in the log.
    pub quiet: bool,
}

impl Controls {
    /// Whether the node sends for an account without its signature.
    pub fn impersonates(&self, address: &Address) -> bool {
        self.impersonate_all || self.impersonated.contains(address)
    }

    /// The chain's time, when the machine's is `now`; both in seconds since 1970.
    pub fn time(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.offset)
    }

    /// Has the chain's clock say a time at the moment that the machine's says `now`.
    pub fn set_time(&mut self, time: u64, now: u64) {
        let apart = |more: u64, less: u64| i64::try_from(more.saturating_sub(less)).unwrap_or(i64::MAX);
        self.offset = apart(time, now).saturating_sub(apart(now, time));
    }

    /// The header of the next block, but for what executing it makes of it.
    pub(crate) fn header(&self, spec: &ChainSpec, parent: &Block, now: u64) -> Header {
        let by_interval = self.interval.map(|seconds| parent.header.timestamp.saturating_add(seconds));
        let time = self.next_time.or(by_interval).unwrap_or_else(|| self.time(now));
        let mut header = spec.next_header(parent, time);
        header.beneficiary = self.coinbase.unwrap_or(header.beneficiary);
        header.gas_limit = self.gas_limit.unwrap_or(header.gas_limit);
        header.mix_hash = self.randao.unwrap_or(header.mix_hash);
        header.base_fee_per_gas = self.base_fee.or(header.base_fee_per_gas);
        if self.base_fee.is_some() || self.randao.is_some() || self.gas_limit.is_some() {
            header.extra_data = Bytes::from_static(MARK);
        }
        header
    }

    /// A block with such a header has been made: what was for it alone is done with, and time goes on from there.
    pub(crate) fn used(&mut self, header: &Header, now: u64) {
        if self.next_time.take().is_some() {
            self.set_time(header.timestamp, now);
        }
        (self.base_fee, self.randao) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent() -> Block {
        let spec = ChainSpec { genesis_time: 1_000, ..ChainSpec::dev(Vec::new()) };
        spec.genesis(B256::ZERO)
    }

    fn time(controls: &Controls, now: u64) -> u64 {
        controls.header(&ChainSpec::dev(Vec::new()), &parent(), now).timestamp
    }

    #[test]
    fn the_time_of_one_block_is_where_the_clock_goes_on_from() {
        let mut controls = Controls { next_time: Some(9_000), ..Controls::default() };
        let header = controls.header(&ChainSpec::dev(Vec::new()), &parent(), 2_000);
        assert_eq!(header.timestamp, 9_000);
        controls.used(&header, 2_000);
        assert_eq!(time(&controls, 2_005), 9_005);
        controls.set_time(1_500, 2_000);
        assert_eq!(time(&controls, 2_000), 1_500);
    }

    #[test]
    fn time_never_stands_still() {
        let controls = Controls { interval: Some(12), offset: i64::MIN, ..Controls::default() };
        assert_eq!(time(&controls, 5_000), 1_012);
        assert_eq!(time(&Controls { interval: None, ..controls }, 5_000), 1_001);
    }

    #[test]
    fn only_a_block_that_the_rules_would_not_make_is_marked() {
        let spec = ChainSpec::dev(Vec::new());
        let marked = |controls: &Controls| *controls.header(&spec, &parent(), 2_000).extra_data == *MARK;
        assert!(!marked(&Controls { offset: 5, coinbase: Some(Address::ZERO), ..Controls::default() }));
        assert!(marked(&Controls { base_fee: Some(7), ..Controls::default() }));
    }
}
