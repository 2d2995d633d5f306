//! What waits, by sender and nonce.

use crate::admission::{self, PoolError, Rules, SenderState};
use alloy_consensus::Transaction;
use alloy_primitives::{Address, B256, map::HashMap};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};
use zx_primitives::{RecoveredTx, Tx};

/// How many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Ready for the next block.
    pub pending: usize,
    /// Behind a gap.
    pub queued: usize,
}

#[derive(Debug)]
struct Waiting {
    tx: RecoveredTx,
    /// Order of arrival.
    arrival: u64,
}

/// What waits of one sender.
#[derive(Debug, Default)]
struct Sender {
    /// Its next nonce, as of the last block.
    next: u64,
    by_nonce: BTreeMap<u64, Waiting>,
}

impl Sender {
    /// The ones without a gap before them.
    fn ready(&self) -> impl Iterator<Item = &Waiting> {
        let expected = self.next..;
        self.by_nonce.iter().zip(expected).take_while(|((nonce, _), want)| **nonce == *want).map(|((_, w), _)| w)
    }
}

/// The pool.
#[derive(Debug, Default)]
pub struct Pool {
    senders: HashMap<Address, Sender>,
    by_hash: HashMap<B256, (Address, u64)>,
    arrivals: u64,
}

impl Pool {
    /// Admits a transaction, or says why not.
    ///
    /// `intrinsic_gas` is the least gas that it takes to be included.
    ///
    /// # Errors
    /// The first rule that it breaks; the pool is then as before.
    pub fn add(
        &mut self,
        tx: RecoveredTx,
        intrinsic_gas: u64,
        sender: &SenderState,
        rules: &Rules,
    ) -> Result<B256, PoolError> {
        let hash = admission::hash(&tx);
        if self.by_hash.contains_key(&hash) {
            return Err(PoolError::AlreadyKnown);
        }
        admission::check(&tx, intrinsic_gas, sender, rules)?;
        let (address, nonce) = (tx.signer(), tx.inner().nonce());
        self.advance(address, sender.nonce);
        self.check_place(&tx, sender, rules)?;
        if let Some(old) = self.senders.get(&address).and_then(|s| s.by_nonce.get(&nonce)) {
            if !outbids(tx.inner(), old.tx.inner(), rules.price_bump) {
                return Err(PoolError::ReplacementUnderpriced);
            }
            let old = admission::hash(&old.tx);
            self.by_hash.remove(&old);
        } else if self.by_hash.len() >= rules.capacity {
            self.make_room(&tx, sender.nonce, rules)?;
        }
        self.arrivals = self.arrivals.wrapping_add(1);
        let entry = self.senders.entry(address).or_default();
        entry.next = entry.next.max(sender.nonce);
        entry.by_nonce.insert(nonce, Waiting { tx, arrival: self.arrivals });
        self.by_hash.insert(hash, (address, nonce));
        Ok(hash)
    }

    /// The first nonce of a sender for which nothing waits.
    fn first_gap(&self, address: &Address, next: u64) -> u64 {
        let ready = self.senders.get(address).map_or(0, |sender| sender.ready().count() as u64);
        next.saturating_add(ready)
    }

    /// What else the sender has waiting: not too far ahead, and payable together.
    fn check_place(&self, tx: &RecoveredTx, sender: &SenderState, rules: &Rules) -> Result<(), PoolError> {
        let (address, nonce) = (tx.signer(), tx.inner().nonce());
        let gap = nonce.saturating_sub(self.first_gap(&address, sender.nonce));
        if gap > rules.per_sender_gapped {
            let (next, ahead) = (sender.nonce, rules.per_sender_gapped);
            return Err(PoolError::NonceTooHigh { next, nonce, ahead });
        }
        let Some(waiting) = self.senders.get(&address) else { return Ok(()) };
        let others = waiting.by_nonce.iter().filter(|(other, _)| **other != nonce);
        let cost =
            others.fold(admission::cost(tx.inner()), |sum, (_, w)| sum.saturating_add(admission::cost(w.tx.inner())));
        if sender.balance < cost {
            return Err(PoolError::InsufficientFunds { balance: sender.balance, cost });
        }
        Ok(())
    }

    /// Lets something go for a transaction that is ready: one behind a gap, else the one that pays least, if it pays
    /// less. Always a sender's last, so that no gap is made.
    fn make_room(&mut self, tx: &RecoveredTx, next: u64, rules: &Rules) -> Result<(), PoolError> {
        if tx.inner().nonce() != self.first_gap(&tx.signer(), next) {
            return Err(PoolError::Full);
        }
        let tip = |tx: &Tx| tx.effective_tip_per_gas(rules.base_fee);
        let lasts = self.senders.iter().filter(|(address, _)| **address != tx.signer()).filter_map(|(_, sender)| {
            let ready = sender.ready().count();
            let (_, last) = sender.by_nonce.last_key_value()?;
            let is_ready = ready == sender.by_nonce.len();
            Some((is_ready, tip(last.tx.inner()), Reverse(last.arrival), admission::hash(&last.tx)))
        });
        match lasts.min() {
            Some((is_ready, paid, _, hash)) if !is_ready || paid < tip(tx.inner()) => {
                self.remove(&hash);
                Ok(())
            }
            _ => Err(PoolError::Full),
        }
    }

    /// What can be in the next block: best tip first, then first come; a sender's transactions in nonce order.
    pub fn best(&self, base_fee: u64) -> Vec<RecoveredTx> {
        let tip = |w: &Waiting| w.tx.inner().effective_tip_per_gas(base_fee);
        let mut queues: HashMap<Address, std::iter::Peekable<_>> =
            self.senders.iter().map(|(address, sender)| (*address, sender.ready().peekable())).collect();
        let mut heads = BinaryHeap::new();
        for (address, queue) in &mut queues {
            heads.extend(queue.peek().and_then(|w| Some((tip(w)?, Reverse(w.arrival), *address))));
        }
        let mut best = Vec::new();
        while let Some((_, _, address)) = heads.pop() {
            let Some(queue) = queues.get_mut(&address) else { continue };
            best.extend(queue.next().map(|w| w.tx.clone()));
            heads.extend(queue.peek().and_then(|w| Some((tip(w)?, Reverse(w.arrival), address))));
        }
        best
    }

    /// Takes note of the nonces after a block, and forgets what they have used up.
    pub fn on_block(&mut self, nonces: impl IntoIterator<Item = (Address, u64)>) {
        for (address, next) in nonces {
            self.advance(address, next);
        }
    }

    /// Takes note of the nonces after a reorganisation: they may be lower than before it.
    pub fn on_reorganisation(&mut self, nonces: impl IntoIterator<Item = (Address, u64)>) {
        for (address, next) in nonces {
            if let Some(sender) = self.senders.get_mut(&address) {
                sender.next = next;
            }
            self.advance(address, next);
        }
    }

    /// Everything that waits, each sender's in nonce order.
    pub fn all(&self) -> impl Iterator<Item = &RecoveredTx> {
        self.senders.values().flat_map(|sender| sender.by_nonce.values()).map(|waiting| &waiting.tx)
    }

    fn advance(&mut self, address: Address, next: u64) {
        let Some(sender) = self.senders.get_mut(&address) else { return };
        sender.next = sender.next.max(next);
        let later = sender.by_nonce.split_off(&sender.next);
        let gone = std::mem::replace(&mut sender.by_nonce, later);
        if sender.by_nonce.is_empty() {
            self.senders.remove(&address);
        }
        for waiting in gone.values() {
            self.by_hash.remove(&admission::hash(&waiting.tx));
        }
    }

    /// Drops a transaction that turned out to be impossible, and leaves those behind it waiting for another.
    pub fn remove(&mut self, hash: &B256) {
        let Some((address, nonce)) = self.by_hash.remove(hash) else { return };
        let Some(sender) = self.senders.get_mut(&address) else { return };
        sender.by_nonce.remove(&nonce);
        if sender.by_nonce.is_empty() {
            self.senders.remove(&address);
        }
    }

    /// A waiting transaction.
    pub fn get(&self, hash: &B256) -> Option<&RecoveredTx> {
        let (address, nonce) = self.by_hash.get(hash)?;
        self.senders.get(address)?.by_nonce.get(nonce).map(|w| &w.tx)
    }

    /// Whether a transaction waits, with nothing missing before it.
    pub fn is_ready(&self, hash: &B256) -> bool {
        let Some((address, nonce)) = self.by_hash.get(hash) else { return false };
        self.senders.get(address).is_some_and(|sender| sender.ready().any(|w| w.tx.inner().nonce() == *nonce))
    }

    /// The nonce after a sender's last ready transaction, if one waits.
    pub fn next_nonce(&self, address: &Address) -> Option<u64> {
        let last = self.senders.get(address)?.ready().last()?;
        Some(last.tx.inner().nonce().saturating_add(1))
    }

    /// How many wait.
    pub fn status(&self) -> PoolStatus {
        let pending = self.senders.values().map(|s| s.ready().count()).sum();
        PoolStatus { pending, queued: self.by_hash.len().saturating_sub(pending) }
    }
}

/// Whether `new` pays enough more than `old`, in fee cap and in tip.
fn outbids(new: &Tx, old: &Tx, bump_percent: u128) -> bool {
    let enough = |new: u128, old: u128| {
        let least = old.saturating_mul(100u128.saturating_add(bump_percent)).div_ceil(100);
        new >= least && new > old
    };
    enough(new.max_fee_per_gas(), old.max_fee_per_gas())
        && enough(new.priority_fee_or_price(), old.priority_fee_or_price())
}

#[cfg(test)]
mod tests;
