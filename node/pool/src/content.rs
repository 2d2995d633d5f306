//! Looking at what waits.

use crate::{
    account::{Account, Waiting},
    admission::SenderState,
    pool::Pool,
};
use alloy_primitives::{Address, B256};
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::RecoveredTx;

/// How many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Ready for a block.
    pub pending: usize,
    /// Behind a gap, or not paid for.
    pub queued: usize,
    /// Bytes of all, as EIP-2718 has them.
    pub bytes: usize,
}

/// What waits of one sender, in the order of nonces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountContent {
    /// Ready for a block.
    pub pending: Vec<Arc<RecoveredTx>>,
    /// Behind a gap, or not paid for.
    pub queued: Vec<Arc<RecoveredTx>>,
}

impl From<&Account> for AccountContent {
    fn from(account: &Account) -> Self {
        let tx = |waiting: &Waiting| Arc::clone(&waiting.tx);
        Self { pending: account.pending().map(tx).collect(), queued: account.queued().map(tx).collect() }
    }
}

impl Pool {
    /// How many wait.
    pub fn status(&self) -> PoolStatus {
        let pending = self.index.pending_count;
        PoolStatus { pending, queued: self.index.count().saturating_sub(pending), bytes: self.index.bytes }
    }

    /// A waiting transaction.
    pub fn get(&self, hash: &B256) -> Option<&Arc<RecoveredTx>> {
        let (address, nonce) = self.index.by_hash.get(hash)?;
        self.by_nonce(address, *nonce)
    }

    /// A waiting transaction, by who has sent it with which nonce.
    pub fn by_nonce(&self, sender: &Address, nonce: u64) -> Option<&Arc<RecoveredTx>> {
        self.accounts.get(sender)?.get(nonce).map(|waiting| &waiting.tx)
    }

    /// Whether a transaction waits, with nothing missing before it.
    pub fn is_pending(&self, hash: &B256) -> bool {
        let Some((address, nonce)) = self.index.by_hash.get(hash) else { return false };
        self.accounts.get(address).is_some_and(|account| account.is_pending(*nonce))
    }

    /// The nonce after a sender's last pending transaction, if anything waits of it.
    pub fn next_nonce(&self, sender: &Address) -> Option<u64> {
        self.accounts.get(sender).map(Account::end)
    }

    /// A sender's state, as the pool knows it; only of those of whom something waits.
    pub fn state_of(&self, sender: &Address) -> Option<&SenderState> {
        self.accounts.get(sender).map(Account::state)
    }

    /// What waits of a sender.
    pub fn content_from(&self, sender: &Address) -> AccountContent {
        self.accounts.get(sender).map(AccountContent::from).unwrap_or_default()
    }

    /// Everything that waits, by sender.
    pub fn content(&self) -> BTreeMap<Address, AccountContent> {
        self.accounts.iter().map(|(address, account)| (*address, account.into())).collect()
    }

    /// Everything that waits, each sender's in the order of nonces, and whether it is local.
    pub fn all(&self) -> impl Iterator<Item = (&Arc<RecoveredTx>, bool)> {
        let waiting = self.accounts.values().flat_map(|account| account.pending().chain(account.queued()));
        waiting.map(|waiting| (&waiting.tx, waiting.local))
    }
}
