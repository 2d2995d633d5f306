//! Transactions in the order of what they pay, whatever the base fee is.
//!
//! A transaction pays the lesser of its tip and what its fee cap leaves over the base fee. As long as that is its tip it
//! does not depend on the base fee, and once it is not, the order among such transactions is that of their caps. So two
//! sorted maps hold the order, and a third says who changes sides when the base fee moves.

use alloy_consensus::Transaction;
use alloy_primitives::Address;
use std::{cmp::Reverse, collections::BTreeMap};
use zx_primitives::RecoveredTx;

/// What a transaction offers for its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bid {
    /// Most tip, in wei a gas.
    pub(crate) tip: u128,
    /// Most fee, in wei a gas.
    pub(crate) cap: u128,
    /// Order of arrival; no two have the same.
    pub(crate) arrival: u64,
    pub(crate) sender: Address,
    pub(crate) nonce: u64,
}

/// What is paid at a base fee: the tip, else that it does not pay the base fee, and how much of it.
pub(crate) type Price = (Option<u128>, u128);
/// The greatest comes first: what is paid, then who came first.
pub(crate) type Rank = (Price, Reverse<u64>);
/// Tip or cap, then who came first.
pub(crate) type Key = (u128, Reverse<u64>);

impl Bid {
    pub(crate) fn new(tx: &RecoveredTx, arrival: u64) -> Self {
        let (tip, cap) = (tx.inner().priority_fee_or_price(), tx.inner().max_fee_per_gas());
        Self { tip, cap, arrival, sender: tx.signer(), nonce: tx.inner().nonce() }
    }

    /// Tip that is paid over a base fee, in wei a gas; `None` if the cap does not reach it.
    pub(crate) fn effective(&self, base_fee: u64) -> Option<u128> {
        self.cap.checked_sub(u128::from(base_fee)).map(|room| room.min(self.tip))
    }

    pub(crate) fn price(&self, base_fee: u64) -> Price {
        match self.effective(base_fee) {
            Some(tip) => (Some(tip), 0),
            None => (None, self.cap),
        }
    }

    pub(crate) fn rank(&self, base_fee: u64) -> Rank {
        (self.price(base_fee), Reverse(self.arrival))
    }

    /// The highest base fee at which the whole tip is paid.
    fn turning(&self) -> u128 {
        self.cap.saturating_sub(self.tip)
    }

    fn by_tip(&self) -> Key {
        (self.tip, Reverse(self.arrival))
    }

    fn by_cap(&self) -> Key {
        (self.cap, Reverse(self.arrival))
    }
}

/// Bids in order.
#[derive(Debug, Default)]
pub(crate) struct Bids {
    base_fee: u64,
    /// Those that pay their tip.
    by_tip: BTreeMap<Key, Bid>,
    /// Those whose cap leaves less than their tip.
    by_cap: BTreeMap<Key, Bid>,
    /// All, by the base fee above which they change sides.
    turning: BTreeMap<(u128, u64), Bid>,
}

impl Bids {
    pub(crate) fn insert(&mut self, bid: Bid) {
        self.turning.insert((bid.turning(), bid.arrival), bid);
        match self.pays_tip(&bid) {
            true => self.by_tip.insert(bid.by_tip(), bid),
            false => self.by_cap.insert(bid.by_cap(), bid),
        };
    }

    pub(crate) fn remove(&mut self, bid: &Bid) {
        self.turning.remove(&(bid.turning(), bid.arrival));
        match self.pays_tip(bid) {
            true => self.by_tip.remove(&bid.by_tip()),
            false => self.by_cap.remove(&bid.by_cap()),
        };
    }

    fn pays_tip(&self, bid: &Bid) -> bool {
        bid.turning() >= u128::from(self.base_fee)
    }

    /// Moves the ones over that change sides.
    pub(crate) fn set_base_fee(&mut self, base_fee: u64) {
        let (old, new) = (u128::from(self.base_fee), u128::from(base_fee));
        self.base_fee = base_fee;
        for (_, bid) in self.turning.range((old.min(new), 0)..(old.max(new), 0)) {
            if new > old {
                self.by_tip.remove(&bid.by_tip());
                self.by_cap.insert(bid.by_cap(), *bid);
            } else {
                self.by_cap.remove(&bid.by_cap());
                self.by_tip.insert(bid.by_tip(), *bid);
            }
        }
    }

    /// All, from the one that pays least.
    pub(crate) fn worst_first(&self) -> impl Iterator<Item = &Bid> {
        let (mut tips, mut caps) = (self.by_tip.values().peekable(), self.by_cap.values().peekable());
        std::iter::from_fn(move || match (tips.peek(), caps.peek()) {
            (Some(tip), Some(cap)) if tip.rank(self.base_fee) < cap.rank(self.base_fee) => tips.next(),
            (Some(_), None) => tips.next(),
            _ => caps.next(),
        })
    }

    /// The one that pays most among those behind a place.
    pub(crate) fn next(&self, after: &Place) -> Option<Bid> {
        let tip = match after.tip {
            Some(key) => self.by_tip.range(..key).next_back(),
            None => self.by_tip.last_key_value(),
        };
        let cap = match after.cap {
            Some(key) => self.by_cap.range(..key).next_back(),
            None => self.by_cap.last_key_value(),
        };
        [tip, cap].into_iter().flatten().map(|(_, bid)| *bid).max_by_key(|bid| bid.rank(self.base_fee))
    }
}

/// How far someone has come who goes through the bids from the best.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    tip: Option<Key>,
    cap: Option<Key>,
}

impl Place {
    /// Goes behind a bid.
    pub(crate) fn pass(&mut self, bid: &Bid, bids: &Bids) {
        match bids.pays_tip(bid) {
            true => self.tip = Some(bid.by_tip()),
            false => self.cap = Some(bid.by_cap()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bid(tip: u128, over: u128, arrival: u64) -> Bid {
        Bid { tip, cap: tip + over, arrival, sender: Address::ZERO, nonce: 0 }
    }

    proptest! {
        /// However the base fee moves, both ends give the order that sorting gives.
        #[test]
        fn the_order_is_that_of_what_is_paid(
            offers in prop::collection::vec((0..20u128, 0..20u128, any::<bool>()), 0..60),
            fees in prop::collection::vec(0..45u64, 1..8),
        ) {
            let mut bids = Bids::default();
            let mut kept = Vec::new();
            for (arrival, (tip, over, stays)) in (0..).zip(offers) {
                let bid = bid(tip, over, arrival);
                bids.insert(bid);
                if stays { kept.push(bid) } else { bids.remove(&bid) }
            }
            for base_fee in fees {
                bids.set_base_fee(base_fee);
                kept.sort_by_key(|bid| bid.rank(base_fee));
                prop_assert_eq!(bids.worst_first().copied().collect::<Vec<_>>(), kept.clone());
                let mut place = Place::default();
                for expected in kept.iter().rev() {
                    let found = bids.next(&place).unwrap();
                    prop_assert_eq!(found, *expected);
                    place.pass(&found, &bids);
                }
                prop_assert_eq!(bids.next(&place), None);
            }
        }
    }
}
