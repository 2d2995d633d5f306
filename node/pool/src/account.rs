//! What waits of one sender.
//!
//! Pending are the nonces from the sender's next one on, as many as there are without a gap and as its balance pays for,
//! each at the most that it can cost. Everything else is queued. Every change ends in [`Account::settle`], which moves
//! the border between the two to where it belongs.

use crate::{admission::SenderState, bids::Bid, index::Index};
use alloy_primitives::{Address, U256};
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::RecoveredTx;

/// A transaction that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) tx: Arc<RecoveredTx>,
    pub(crate) bid: Bid,
    /// Most that it can cost, in wei.
    pub(crate) cost: U256,
    /// EIP-2718 bytes.
    pub(crate) size: usize,
    pub(crate) authorities: Box<[Address]>,
    /// Whether it is kept when the pool is full.
    pub(crate) local: bool,
    /// When it became queued, in seconds; nothing if it is pending.
    pub(crate) since: u64,
    /// Whether it has been told of as pending.
    pub(crate) told: bool,
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Pending,
    Queued,
}

/// What waits of one sender.
#[derive(Debug)]
pub(crate) struct Account {
    state: SenderState,
    /// Boxed, because a node of the map has room for eleven, and most senders have one.
    by_nonce: BTreeMap<u64, Box<Waiting>>,
    /// How many are pending.
    pending: u64,
    /// What those may cost together, in wei.
    pending_cost: U256,
    /// What all may cost together, in wei.
    cost: U256,
    /// Bytes of all.
    bytes: usize,
    /// Its first pending one, as the index has it.
    head: Option<Bid>,
}

impl Account {
    pub(crate) fn new(state: SenderState) -> Self {
        Self {
            state,
            by_nonce: BTreeMap::new(),
            pending: 0,
            pending_cost: U256::ZERO,
            cost: U256::ZERO,
            bytes: 0,
            head: None,
        }
    }

    pub(crate) fn state(&self) -> &SenderState {
        &self.state
    }

    pub(crate) fn get(&self, nonce: u64) -> Option<&Waiting> {
        self.by_nonce.get(&nonce).map(AsRef::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_nonce.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_nonce.is_empty()
    }

    pub(crate) fn cost(&self) -> U256 {
        self.cost
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The nonce after the last pending one.
    pub(crate) fn end(&self) -> u64 {
        self.state.nonce.saturating_add(self.pending)
    }

    /// The first nonce, from the sender's next on, for which nothing waits: beyond the pending ones there may be more
    /// in a row that cannot be paid for.
    pub(crate) fn first_missing(&self) -> u64 {
        let row = self.by_nonce.range(self.end()..).zip(self.end()..);
        row.take_while(|((nonce, _), expected)| *nonce == expected)
            .last()
            .map_or(self.end(), |((nonce, _), _)| nonce.saturating_add(1))
    }

    pub(crate) fn pending(&self) -> impl Iterator<Item = &Waiting> {
        self.by_nonce.range(self.state.nonce..self.end()).map(|(_, waiting)| waiting.as_ref())
    }

    pub(crate) fn queued(&self) -> impl Iterator<Item = &Waiting> {
        // Nonces below the sender's next do not stay.
        self.by_nonce.range(self.end()..).map(|(_, waiting)| waiting.as_ref())
    }

    pub(crate) fn last_first(&self) -> impl Iterator<Item = &Waiting> {
        self.by_nonce.values().rev().map(AsRef::as_ref)
    }

    pub(crate) fn is_pending(&self, nonce: u64) -> bool {
        (self.state.nonce..self.end()).contains(&nonce)
    }

    fn standing(&self, nonce: u64) -> Standing {
        match self.is_pending(nonce) {
            true => Standing::Pending,
            false => Standing::Queued,
        }
    }

    /// Takes a transaction in, in the place of another if there is one of its nonce.
    pub(crate) fn insert(&mut self, waiting: Waiting, index: &mut Index) {
        let mut waiting = Box::new(waiting);
        let nonce = waiting.bid.nonce;
        let standing = self.standing(nonce);
        if let Some(old) = self.by_nonce.remove(&nonce) {
            self.uncount(&old, standing, index);
        }
        index.enter(&waiting);
        index.stand(&mut waiting, standing);
        self.cost = self.cost.saturating_add(waiting.cost);
        self.bytes = self.bytes.saturating_add(waiting.size);
        if standing == Standing::Pending {
            self.pending_cost = self.pending_cost.saturating_add(waiting.cost);
        }
        self.by_nonce.insert(nonce, waiting);
        self.settle(index);
    }

    /// Takes a transaction out; those behind it are queued then.
    pub(crate) fn remove(&mut self, nonce: u64, index: &mut Index) {
        if !self.by_nonce.contains_key(&nonce) {
            return;
        }
        while self.is_pending(nonce) {
            self.demote_last(index);
        }
        if let Some(old) = self.by_nonce.remove(&nonce) {
            self.uncount(&old, Standing::Queued, index);
        }
        self.settle(index);
    }

    /// Takes all out.
    pub(crate) fn clear(&mut self, index: &mut Index) {
        while self.pending > 0 {
            self.demote_last(index);
        }
        while let Some((_, old)) = self.by_nonce.pop_last() {
            self.uncount(&old, Standing::Queued, index);
        }
        self.settle(index);
    }

    /// Has everything kept when the pool is full.
    pub(crate) fn make_local(&mut self, index: &mut Index) {
        let (start, end) = (self.state.nonce, self.end());
        for (nonce, waiting) in self.by_nonce.iter_mut().filter(|(_, waiting)| !waiting.local) {
            let standing = if (start..end).contains(nonce) { Standing::Pending } else { Standing::Queued };
            index.lift(waiting, standing);
            waiting.local = true;
            index.stand(waiting, standing);
        }
    }

    /// Takes note of the sender's nonce and balance; what the nonce has used up goes.
    pub(crate) fn set_state(&mut self, state: SenderState, index: &mut Index) {
        if state == self.state {
            return;
        }
        if state.nonce < self.state.nonce {
            while self.pending > 0 {
                self.demote_last(index);
            }
        }
        while let Some(first) = self.by_nonce.first_entry().filter(|first| *first.key() < state.nonce) {
            let (nonce, old) = first.remove_entry();
            let standing = self.standing(nonce);
            self.uncount(&old, standing, index);
            if standing == Standing::Pending {
                // The row now begins behind it.
                self.state.nonce = nonce.saturating_add(1);
                self.pending = self.pending.saturating_sub(1);
            }
        }
        self.state = state;
        self.settle(index);
    }

    /// Forgets a transaction that has been taken out from where it stood.
    fn uncount(&mut self, old: &Waiting, standing: Standing, index: &mut Index) {
        index.lift(old, standing);
        index.leave(old);
        self.cost = self.cost.saturating_sub(old.cost);
        self.bytes = self.bytes.saturating_sub(old.size);
        if standing == Standing::Pending {
            self.pending_cost = self.pending_cost.saturating_sub(old.cost);
        }
    }

    /// Makes pending what can be, and queued what cannot be any more.
    fn settle(&mut self, index: &mut Index) {
        while self.pending > 0 && self.pending_cost > self.state.balance {
            self.demote_last(index);
        }
        while let Some(next) = self.by_nonce.get_mut(&self.state.nonce.saturating_add(self.pending)) {
            let cost = self.pending_cost.saturating_add(next.cost);
            if cost > self.state.balance {
                break;
            }
            index.lift(next, Standing::Queued);
            index.stand(next, Standing::Pending);
            self.pending_cost = cost;
            self.pending = self.pending.saturating_add(1);
        }
        self.renew_head(index);
    }

    fn demote_last(&mut self, index: &mut Index) {
        self.pending = self.pending.saturating_sub(1);
        let Some(last) = self.by_nonce.get_mut(&self.state.nonce.saturating_add(self.pending)) else { return };
        index.lift(last, Standing::Pending);
        index.stand(last, Standing::Queued);
        self.pending_cost = self.pending_cost.saturating_sub(last.cost);
    }

    fn renew_head(&mut self, index: &mut Index) {
        let head = self.pending().next().map(|waiting| waiting.bid);
        if head != self.head {
            self.head.inspect(|old| index.heads.remove(old));
            head.inspect(|new| index.heads.insert(*new));
            self.head = head;
        }
    }
}
