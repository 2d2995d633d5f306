//! What a transaction must satisfy that depends on its sender and on what else waits.

use crate::{
    account::Account,
    config::PoolConfig,
    error::{PoolError, Shortfall},
    index::Index,
    screen::Incoming,
};
use alloy_consensus::Transaction;
use alloy_primitives::{Address, U256, map::HashMap};

/// What the state says of a sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderState {
    /// Next nonce.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Whether it has code that is not an EIP-7702 delegation (EIP-3607).
    pub is_contract: bool,
    /// Whether it has an EIP-7702 delegation.
    pub is_delegated: bool,
}

/// Where a transaction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From anybody.
    External,
    /// From the operator of this node: kept when the pool is full, whatever it pays. Its sender's other transactions
    /// are, too, from then on.
    Local,
    /// It has been admitted before: from a block that is no longer in the chain, or from before a restart. Fees may
    /// have moved since, and that is no reason to forget it.
    Returned {
        /// Whether it was local.
        local: bool,
    },
}

impl Origin {
    pub(crate) fn is_local(self) -> bool {
        matches!(self, Self::Local | Self::Returned { local: true })
    }

    fn is_returned(self) -> bool {
        matches!(self, Self::Returned { .. })
    }
}

/// A transaction at the door.
pub(crate) struct Visit<'a> {
    pub(crate) incoming: &'a Incoming,
    pub(crate) state: &'a SenderState,
    pub(crate) origin: Origin,
    pub(crate) local: bool,
    pub(crate) base_fee: u64,
    /// What waits of its sender.
    pub(crate) account: Option<&'a Account>,
}

impl Visit<'_> {
    fn nonce(&self) -> u64 {
        self.incoming.tx.inner().nonce()
    }

    /// Checks everything but for whether there is room in the pool.
    pub(crate) fn check(
        &self,
        config: &PoolConfig,
        index: &Index,
        accounts: &HashMap<Address, Account>,
    ) -> Result<(), PoolError> {
        self.check_fees(config)?;
        self.check_nonce(config)?;
        self.check_delegations(index, accounts)?;
        self.check_funds()?;
        self.check_replacement(config)?;
        self.check_share(config)
    }

    fn check_fees(&self, config: &PoolConfig) -> Result<(), PoolError> {
        let tx = self.incoming.tx.inner();
        let (cap, tip) = (tx.max_fee_per_gas(), tx.priority_fee_or_price());
        if self.origin.is_returned() {
            return Ok(());
        }
        if cap < u128::from(self.base_fee) {
            return Err(PoolError::FeeCapTooLow { cap, base_fee: self.base_fee });
        }
        if !self.local && tip < config.min_tip {
            return Err(PoolError::Underpriced { tip, needed: config.min_tip });
        }
        Ok(())
    }

    fn check_nonce(&self, config: &PoolConfig) -> Result<(), PoolError> {
        if self.state.is_contract {
            return Err(PoolError::SenderIsContract(self.incoming.sender()));
        }
        let (next, nonce) = (self.state.nonce, self.nonce());
        if nonce < next {
            return Err(PoolError::NonceTooLow { next, nonce });
        }
        if self.origin.is_returned() {
            return Ok(());
        }
        let ahead = config.per_sender as u64;
        if nonce.saturating_sub(next) >= ahead {
            return Err(PoolError::NonceTooHigh { next, nonce, ahead });
        }
        // Only a nonce beyond the pending ones can be behind a gap that is too wide.
        let end = self.account.map_or(next, Account::end);
        if nonce.saturating_sub(end) <= config.gapped {
            return Ok(());
        }
        let missing = self.account.map_or(next, Account::first_missing);
        match nonce.saturating_sub(missing) > config.gapped {
            true => Err(PoolError::NonceTooHigh { next: missing, nonce, ahead: config.gapped }),
            false => Ok(()),
        }
    }

    /// The code of a delegated account may spend what its other transactions were to be paid with (EIP-7702): one at a
    /// time may wait of it.
    fn check_delegations(&self, index: &Index, accounts: &HashMap<Address, Account>) -> Result<(), PoolError> {
        if self.origin.is_returned() {
            return Ok(());
        }
        let (sender, nonce, next) = (self.incoming.sender(), self.nonce(), self.state.nonce);
        if self.state.is_delegated || index.delegates(&sender) {
            if nonce != next {
                return Err(PoolError::DelegatedGap { next, nonce });
            }
            let others = self.account.is_some_and(|account| account.len() > usize::from(account.get(nonce).is_some()));
            if others {
                return Err(PoolError::InFlightLimit(sender));
            }
        }
        let waiting = |authority: &Address| accounts.get(authority).map_or(0, Account::len);
        let crowded = self.incoming.authorities.iter().map(|authority| (*authority, waiting(authority)));
        match { crowded }.find(|(_, count)| *count > 1) {
            Some((authority, count)) => Err(PoolError::AuthorityReserved { authority, count }),
            None => Ok(()),
        }
    }

    /// The sender must be able to pay for all that waits of it, at the most that it can cost.
    fn check_funds(&self) -> Result<(), PoolError> {
        let (balance, cost) = (self.state.balance, self.incoming.cost);
        if balance < cost {
            return Err(PoolError::InsufficientFunds { balance, cost });
        }
        let replaced = self.replaced().map_or(U256::ZERO, |waiting| waiting.cost);
        let queued = self.account.map_or(U256::ZERO, |account| account.cost().saturating_sub(replaced));
        // A transaction that comes back is taken: what was to come behind it then waits for funds. Past all that there
        // can be, sums would no longer add up.
        let most = if self.origin.is_returned() { U256::MAX } else { balance };
        match queued.checked_add(cost).is_some_and(|sum| sum <= most) {
            true => Ok(()),
            false => Err(PoolError::InsufficientForAll(Box::new(Shortfall { balance, queued, cost }))),
        }
    }

    pub(crate) fn replaced(&self) -> Option<&crate::account::Waiting> {
        self.account?.get(self.nonce())
    }

    fn check_replacement(&self, config: &PoolConfig) -> Result<(), PoolError> {
        let Some(old) = self.replaced() else { return Ok(()) };
        let least = |old: u128| old.saturating_mul(100_u128.saturating_add(config.price_bump)).div_ceil(100);
        let enough = |new: u128, old: u128| new >= least(old) && new > old;
        let tx = self.incoming.tx.inner();
        match enough(tx.max_fee_per_gas(), old.bid.cap) && enough(tx.priority_fee_or_price(), old.bid.tip) {
            true => Ok(()),
            false => Err(PoolError::ReplacementUnderpriced),
        }
    }

    /// No sender has more than its share.
    fn check_share(&self, config: &PoolConfig) -> Result<(), PoolError> {
        let (count, bytes) = self.account.map_or((0, 0), |account| (account.len(), account.bytes()));
        let (less, less_bytes) = self.replaced().map_or((0, 0), |old| (1, old.size));
        let count = count.saturating_sub(less).saturating_add(1);
        let bytes = bytes.saturating_sub(less_bytes).saturating_add(self.incoming.size);
        let (most, most_bytes) = (config.per_sender, config.per_sender_bytes);
        match count > most || bytes > most_bytes {
            true => Err(PoolError::AccountLimit { count, bytes, most, most_bytes }),
            false => Ok(()),
        }
    }
}
