//! What the pool should do, as plainly as it can be said: one list, searched from end to end for every question.

use crate::support::{BASE_FEE, GAS, Offer};
use alloy_primitives::B256;
use std::{cmp::Reverse, collections::BTreeSet};
use zx_pool::{PoolConfig, PoolError};

/// A sender's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) nonce: u64,
    pub(crate) balance: u128,
}

/// A transaction that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waits {
    pub(crate) offer: Offer,
    pub(crate) hash: B256,
    pub(crate) size: usize,
    pub(crate) local: bool,
    arrival: u64,
    /// When it became queued; none while it is pending.
    queued: Option<u64>,
}

/// What a transaction may cost at most, in wei.
pub(crate) fn cost(offer: &Offer) -> u128 {
    offer.cap * u128::from(GAS) + u128::from(offer.value)
}

/// What is paid over the base fee; less than nothing if the cap does not reach it.
fn paid(offer: &Offer, base_fee: u64) -> i128 {
    let room = offer.cap as i128 - i128::from(base_fee);
    room.min(offer.tip as i128)
}

/// How a transaction comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    External,
    Local,
    Returned(bool),
}

/// Which rule an error speaks of.
pub(crate) fn kind(error: &PoolError) -> &'static str {
    match error {
        PoolError::AlreadyKnown => "known",
        PoolError::FeeCapTooLow { .. } => "fee cap",
        PoolError::Underpriced { .. } => "underpriced",
        PoolError::NonceTooLow { .. } => "nonce low",
        PoolError::NonceTooHigh { .. } => "nonce high",
        PoolError::InsufficientFunds { .. } | PoolError::InsufficientForAll { .. } => "funds",
        PoolError::ReplacementUnderpriced => "replacement",
        PoolError::AccountLimit { .. } => "share",
        PoolError::Full { .. } => "full",
        _ => "other",
    }
}

/// The pool, told plainly.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) config: PoolConfig,
    pub(crate) base_fee: u64,
    pub(crate) senders: Vec<Sender>,
    pub(crate) waits: Vec<Waits>,
    pub(crate) locals: BTreeSet<u8>,
    arrivals: u64,
    pub(crate) now: u64,
}

impl Model {
    pub(crate) fn new(config: PoolConfig, senders: Vec<Sender>) -> Self {
        Self { config, base_fee: BASE_FEE, senders, waits: Vec::new(), locals: BTreeSet::new(), arrivals: 0, now: 0 }
    }

    pub(crate) fn sender(&self, of: u8) -> Sender {
        self.senders[usize::from(of)]
    }

    fn of(&self, sender: u8) -> Vec<Waits> {
        let mut own: Vec<Waits> = self.waits.iter().filter(|w| w.offer.sender == sender).copied().collect();
        own.sort_by_key(|w| w.offer.nonce);
        own
    }

    /// The law of what is pending: nonces without a gap from the sender's next, as long as its balance pays for all.
    pub(crate) fn split(&self, sender: u8) -> (Vec<Waits>, Vec<Waits>) {
        let Sender { nonce, balance } = self.sender(sender);
        let (mut next, mut left) = (nonce, balance);
        let (mut pending, mut queued) = (Vec::new(), Vec::new());
        for waits in self.of(sender) {
            if waits.offer.nonce == next && cost(&waits.offer) <= left {
                next += 1;
                left -= cost(&waits.offer);
                pending.push(waits);
            } else {
                queued.push(waits);
            }
        }
        (pending, queued)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.waits.iter().map(|w| w.size).sum()
    }

    /// What a block has: again and again the best of what each sender has next.
    pub(crate) fn best(&self) -> Vec<B256> {
        let mut rows: Vec<Vec<Waits>> = (0..self.senders.len()).map(|s| self.split(s as u8).0).collect();
        rows.iter_mut().for_each(|row| row.reverse());
        let mut best = Vec::new();
        loop {
            let next = |row: &Vec<Waits>| row.last().copied().filter(|w| paid(&w.offer, self.base_fee) >= 0);
            let first =
                rows.iter().filter_map(next).max_by_key(|w| (paid(&w.offer, self.base_fee), Reverse(w.arrival)));
            let Some(first) = first else { return best };
            rows[usize::from(first.offer.sender)].pop();
            best.push(first.hash);
        }
    }

    /// The rules in their order; what they say if one is broken.
    pub(crate) fn add(&mut self, offer: Offer, hash: B256, size: usize, way: Way) -> Result<(), &'static str> {
        let returned = matches!(way, Way::Returned(_));
        let local = self.locals.contains(&offer.sender) || matches!(way, Way::Local | Way::Returned(true));
        if self.waits.iter().any(|w| w.hash == hash) {
            return Err("known");
        }
        self.check_sender(&offer, returned, local)?;
        let own = self.of(offer.sender);
        let old = own.iter().find(|w| w.offer.nonce == offer.nonce).copied();
        let others: Vec<Waits> = own.into_iter().filter(|w| w.offer.nonce != offer.nonce).collect();
        let promised: u128 = others.iter().map(|w| cost(&w.offer)).sum();
        if !returned && promised + cost(&offer) > self.sender(offer.sender).balance {
            return Err("funds");
        }
        let outbids = |new: u128, old: u128| new > old && new * 100 >= old * (100 + self.config.price_bump);
        if old.is_some_and(|w| !outbids(offer.cap, w.offer.cap) || !outbids(offer.tip, w.offer.tip)) {
            return Err("replacement");
        }
        let bytes: usize = others.iter().map(|w| w.size).sum();
        if others.len() + 1 > self.config.per_sender || bytes + size > self.config.per_sender_bytes {
            return Err("share");
        }
        let victims = self.victims(&offer, size, local)?;
        if local {
            self.locals.insert(offer.sender);
            self.waits.iter_mut().filter(|w| w.offer.sender == offer.sender).for_each(|w| w.local = true);
        }
        self.waits.retain(|w| !victims.contains(&w.hash) && old.is_none_or(|old| old.hash != w.hash));
        self.arrivals += 1;
        self.waits.push(Waits { offer, hash, size, local, arrival: self.arrivals, queued: None });
        self.note();
        Ok(())
    }

    fn check_sender(&self, offer: &Offer, returned: bool, local: bool) -> Result<(), &'static str> {
        let Sender { nonce, balance } = self.sender(offer.sender);
        if !returned && offer.cap < u128::from(self.base_fee) {
            return Err("fee cap");
        }
        if !returned && !local && offer.tip < self.config.min_tip {
            return Err("underpriced");
        }
        if offer.nonce < nonce {
            return Err("nonce low");
        }
        let row = self.of(offer.sender).iter().zip(nonce..).take_while(|(w, n)| w.offer.nonce == *n).count() as u64;
        let far = offer.nonce - nonce >= self.config.per_sender as u64;
        if !returned && (far || offer.nonce.saturating_sub(nonce + row) > self.config.gapped) {
            return Err("nonce high");
        }
        if balance < cost(offer) { Err("funds") } else { Ok(()) }
    }

    /// Who goes: queued ones before pending ones; for each in the order of what it pays, the worst first, its sender
    /// loses its last.
    fn victims(&self, offer: &Offer, size: usize, local: bool) -> Result<Vec<B256>, &'static str> {
        let old = self.waits.iter().find(|w| (w.offer.sender, w.offer.nonce) == (offer.sender, offer.nonce));
        let kept: Vec<Waits> =
            self.waits.iter().filter(|w| old.is_none_or(|old| old.hash != w.hash)).copied().collect();
        let bytes: usize = kept.iter().map(|w| w.size).sum::<usize>() + size;
        let mut too_many = (kept.len() + 1).saturating_sub(self.config.capacity);
        let mut too_much = bytes.saturating_sub(self.config.bytes);
        if too_many == 0 && too_much == 0 {
            return Ok(Vec::new());
        }
        let end = self.sender(offer.sender).nonce + self.split(offer.sender).0.len() as u64;
        let ready = offer.nonce <= end;
        if !ready && !local {
            return Err("full");
        }
        let worst = |w: &Waits| (paid(&w.offer, self.base_fee), Reverse(w.arrival));
        let all = (0..self.senders.len() as u8).map(|sender| self.split(sender));
        let (mut pending, mut queued): (Vec<Waits>, Vec<Waits>) = (Vec::new(), Vec::new());
        for (p, q) in all {
            pending.extend(p.iter().filter(|w| !w.local));
            queued.extend(q.iter().filter(|w| !w.local));
        }
        pending.sort_by_key(worst);
        queued.sort_by_key(worst);
        let mut tails: Vec<Vec<Waits>> = (0..self.senders.len()).map(|sender| self.of(sender as u8)).collect();
        let mut victims = Vec::new();
        let queued = queued.iter().map(|w| (w, false));
        let pending = pending.iter().filter(|_| ready).map(|w| (w, true));
        for (w, is_pending) in queued.chain(pending) {
            if too_many == 0 && too_much == 0 {
                break;
            }
            let more = paid(offer, self.base_fee) > paid(&w.offer, self.base_fee) && w.offer.sender != offer.sender;
            if is_pending && !local && !more {
                return Err("underpriced");
            }
            let last = tails[usize::from(w.offer.sender)].pop().expect("one for each that waits");
            if old.is_some_and(|old| old.hash == last.hash) {
                continue;
            }
            too_many = too_many.saturating_sub(1);
            too_much = too_much.saturating_sub(last.size);
            victims.push(last.hash);
        }
        if too_many == 0 && too_much == 0 { Ok(victims) } else { Err("full") }
    }

    /// A new head.
    pub(crate) fn head(&mut self, base_fee: u64, senders: Vec<Sender>) {
        self.base_fee = base_fee;
        self.senders = senders;
        let nonces: Vec<u64> = self.senders.iter().map(|s| s.nonce).collect();
        self.waits.retain(|w| w.offer.nonce >= nonces[usize::from(w.offer.sender)]);
        self.note();
    }

    /// Takes down since when each has been queued.
    fn note(&mut self) {
        let queued = (0..self.senders.len()).flat_map(|sender| self.split(sender as u8).1);
        let queued: BTreeSet<B256> = queued.map(|w| w.hash).collect();
        for waits in &mut self.waits {
            waits.queued = queued.contains(&waits.hash).then(|| waits.queued.unwrap_or(self.now));
        }
    }

    /// Time goes on; what has been queued for too long goes, and says how many.
    pub(crate) fn pass(&mut self, now: u64) -> usize {
        let (before, lifetime) = (self.waits.len(), self.config.lifetime);
        self.now = now;
        self.waits.retain(|w| w.local || w.queued.is_none_or(|since| now - since <= lifetime));
        before - self.waits.len()
    }

    pub(crate) fn remove(&mut self, hash: &B256) {
        self.waits.retain(|w| w.hash != *hash);
        self.note();
    }
}
