//! What is known of all transactions together: by hash, by what they pay, and how many there are.

use crate::{
    account::{Standing, Waiting},
    bids::Bids,
};
use alloy_primitives::{Address, B256, map::HashMap};
use std::{collections::BTreeSet, sync::Arc};
use zx_primitives::RecoveredTx;

/// Transactions that have become pending and were not fetched: more are not remembered.
const MAX_NEWS: usize = 65_536;

/// Kept in step with the accounts: each transaction enters and leaves, and in between stands where its account says.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) by_hash: HashMap<B256, (Address, u64)>,
    /// Each sender's first pending one.
    pub(crate) heads: Bids,
    /// Pending ones that may be let go of.
    pub(crate) pending: Bids,
    /// Queued ones that may be let go of.
    pub(crate) queued: Bids,
    /// The same, by when they became queued, with sender and nonce.
    aging: BTreeSet<(u64, Address, u64)>,
    /// The time, in seconds.
    pub(crate) now: u64,
    /// How many are pending, local ones too.
    pub(crate) pending_count: usize,
    /// Bytes of all.
    pub(crate) bytes: usize,
    /// Accounts that waiting transactions delegate, and how many do.
    authorities: HashMap<Address, usize>,
    /// Transactions that have become pending for the first time.
    pub(crate) news: Vec<Arc<RecoveredTx>>,
}

impl Index {
    pub(crate) fn enter(&mut self, waiting: &Waiting) {
        let bid = &waiting.bid;
        self.by_hash.insert(*waiting.tx.inner().tx_hash(), (bid.sender, bid.nonce));
        self.bytes = self.bytes.saturating_add(waiting.size);
        for authority in &waiting.authorities {
            let count = self.authorities.entry(*authority).or_default();
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn leave(&mut self, waiting: &Waiting) {
        self.by_hash.remove(waiting.tx.inner().tx_hash());
        self.bytes = self.bytes.saturating_sub(waiting.size);
        for authority in &waiting.authorities {
            let Some(count) = self.authorities.get_mut(authority) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.authorities.remove(authority);
            }
        }
    }

    /// Takes a transaction in where it stands now.
    pub(crate) fn stand(&mut self, waiting: &mut Waiting, standing: Standing) {
        match standing {
            Standing::Pending => {
                self.pending_count = self.pending_count.saturating_add(1);
                if !waiting.told && self.news.len() < MAX_NEWS {
                    self.news.push(Arc::clone(&waiting.tx));
                }
                waiting.told = true;
                if !waiting.local {
                    self.pending.insert(waiting.bid);
                }
            }
            Standing::Queued => {
                waiting.since = self.now;
                if !waiting.local {
                    self.queued.insert(waiting.bid);
                    self.aging.insert(age(waiting));
                }
            }
        }
    }

    /// Takes it out from there.
    pub(crate) fn lift(&mut self, waiting: &Waiting, standing: Standing) {
        match standing {
            Standing::Pending => {
                self.pending_count = self.pending_count.saturating_sub(1);
                if !waiting.local {
                    self.pending.remove(&waiting.bid);
                }
            }
            Standing::Queued if !waiting.local => {
                self.queued.remove(&waiting.bid);
                self.aging.remove(&age(waiting));
            }
            Standing::Queued => {}
        }
    }

    /// One that has been queued for longer than that, by sender and nonce: the one that has been so longest.
    pub(crate) fn outlived(&self, lifetime: u64) -> Option<(Address, u64)> {
        let (since, sender, nonce) = *self.aging.first()?;
        (self.now.saturating_sub(since) > lifetime).then_some((sender, nonce))
    }

    pub(crate) fn set_base_fee(&mut self, base_fee: u64) {
        for bids in [&mut self.heads, &mut self.pending, &mut self.queued] {
            bids.set_base_fee(base_fee);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.by_hash.len()
    }

    /// Whether a transaction waits that delegates an account.
    pub(crate) fn delegates(&self, authority: &Address) -> bool {
        self.authorities.contains_key(authority)
    }
}

fn age(waiting: &Waiting) -> (u64, Address, u64) {
    (waiting.since, waiting.bid.sender, waiting.bid.nonce)
}
