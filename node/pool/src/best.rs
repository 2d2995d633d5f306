//! The order of a block.

use crate::{
    account::Account,
    bids::{Place, Rank},
    pool::Pool,
};
use alloy_primitives::{Address, map::HashSet};
use std::{collections::BinaryHeap, sync::Arc};
use zx_primitives::RecoveredTx;

/// How far someone has come who takes pending transactions, best first.
///
/// It borrows nothing, so that the pool is free while a block is made: transactions that come in meanwhile may be taken
/// or missed, those that go are not handed out.
#[derive(Debug, Default)]
pub struct Best {
    place: Place,
    /// What follows the transactions that were taken.
    followers: BinaryHeap<(Rank, Address, u64)>,
    /// Senders of whom something was taken.
    begun: HashSet<Address>,
}

impl Pool {
    /// Takes at most so many transactions more: best effective tip first, then first come, and a sender's in the order
    /// of their nonces. Those that do not pay the base fee are left out, and with them what is behind them. They stay
    /// in the pool.
    pub fn take(&self, best: &mut Best, most: usize) -> Vec<Arc<RecoveredTx>> {
        std::iter::from_fn(|| self.take_one(best)).take(most).collect()
    }

    fn take_one(&self, best: &mut Best) -> Option<Arc<RecoveredTx>> {
        loop {
            let head = loop {
                match self.index.heads.next(&best.place) {
                    Some(bid) if best.begun.contains(&bid.sender) => best.place.pass(&bid, &self.index.heads),
                    other => break other.filter(|bid| bid.effective(self.base_fee).is_some()),
                }
            };
            let head_rank = head.map(|bid| bid.rank(self.base_fee));
            let (sender, nonce) = match (head, best.followers.peek()) {
                (Some(bid), follower) if follower.is_none_or(|(rank, ..)| head_rank > Some(*rank)) => {
                    best.place.pass(&bid, &self.index.heads);
                    best.begun.insert(bid.sender);
                    (bid.sender, bid.nonce)
                }
                _ => {
                    let (_, sender, nonce) = best.followers.pop()?;
                    (sender, nonce)
                }
            };
            let Some(account) = self.accounts.get(&sender) else { continue };
            let Some(tx) = self.still_pending(account, nonce) else { continue };
            let next = nonce.saturating_add(1);
            let follower = account.get(next).filter(|_| account.is_pending(next));
            let paying = follower.filter(|waiting| waiting.bid.effective(self.base_fee).is_some());
            best.followers.extend(paying.map(|waiting| (waiting.bid.rank(self.base_fee), sender, next)));
            return Some(tx);
        }
    }

    fn still_pending(&self, account: &Account, nonce: u64) -> Option<Arc<RecoveredTx>> {
        let waiting = account.get(nonce).filter(|_| account.is_pending(nonce))?;
        waiting.bid.effective(self.base_fee)?;
        Some(Arc::clone(&waiting.tx))
    }
}
