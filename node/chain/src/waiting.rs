//! What waits: looking at it.

use crate::chain::Chain;
use alloy_primitives::Address;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::broadcast;
use zx_primitives::RecoveredTx;

/// Transactions that a slow follower of [`Chain::ready`] may be behind before it misses some.
pub(crate) const FEED: usize = 16_384;

/// What waits of one sender, in the order of nonces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountContent {
    /// Ready for a block.
    pub pending: Vec<Arc<RecoveredTx>>,
    /// Behind a gap.
    pub queued: Vec<Arc<RecoveredTx>>,
}

impl Chain {
    /// A waiting transaction, by who has sent it with which nonce.
    pub fn waiting_by_nonce(&self, sender: &Address, nonce: u64) -> Option<Arc<RecoveredTx>> {
        let content = self.waiting_from(sender);
        let is_it = |tx: &&Arc<RecoveredTx>| alloy_consensus::Transaction::nonce(tx.inner()) == nonce;
        content.pending.iter().chain(&content.queued).find(is_it).cloned()
    }

    /// What waits of a sender.
    pub fn waiting_from(&self, sender: &Address) -> AccountContent {
        self.waiting_content().remove(sender).unwrap_or_default()
    }

    /// Everything that waits, by sender.
    pub fn waiting_content(&self) -> BTreeMap<Address, AccountContent> {
        let pool = self.pool.lock();
        let mut content: BTreeMap<Address, AccountContent> = BTreeMap::new();
        for tx in pool.all() {
            let account = content.entry(tx.signer()).or_default();
            let ready = pool.is_ready(tx.inner().tx_hash());
            if ready { &mut account.pending } else { &mut account.queued }.push(Arc::new(tx.clone()));
        }
        content
    }

    /// Sees each transaction that becomes ready for a block. Who is too slow is told how many it has missed.
    pub fn ready(&self) -> broadcast::Receiver<Arc<RecoveredTx>> {
        self.ready.subscribe()
    }
}
