//! What the pool should say, by exact fractions: a period gives whole units as its seconds pass, and each is cut exactly by
//! the stakes. The model follows the events of the pool.

use crate::{RewardAdded, RewardPaid, Staked, Withdrawn};
use std::collections::BTreeMap;
use zx::{Abi, Event, Log, prelude::*};

type Wide = alloy_primitives::Uint<8192, 128>;

/// A fraction, in its lowest terms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio {
    above: Wide,
    below: Wide,
}

impl Ratio {
    pub(crate) const ZERO: Self = Self {
        above: Wide::ZERO,
        below: Wide::ONE,
    };

    fn new(above: Wide, below: Wide) -> Self {
        let common = above.gcd(below);
        Self {
            above: above / common,
            below: below / common,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self::new(
            self.above * other.below + other.above * self.below,
            self.below * other.below,
        )
    }

    /// This fraction less a whole number; it must not be below zero.
    fn less(self, whole: u128) -> Self {
        let whole = Wide::from(whole) * self.below;
        Self::new(
            self.above
                .checked_sub(whole)
                .expect("more was paid than was due"),
            self.below,
        )
    }

    /// Whether `whole` is at most this fraction, and more than this fraction less `error`.
    pub(crate) fn is_close_above(self, whole: u128, error: u128) -> bool {
        let (whole, error) = (Wide::from(whole), Wide::from(error));
        whole * self.below <= self.above && (whole + error) * self.below > self.above
    }
}

/// An account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub(crate) stake: u128,
    /// What it has earned and was not paid.
    pub(crate) due: Ratio,
    /// How often the pool has rounded for it.
    pub(crate) looks: u128,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) accounts: BTreeMap<Address, Account>,
    pub(crate) amount: u128,
    pub(crate) released: u128,
    start: u64,
    pub(crate) finish: u64,
    pub(crate) unassigned: u128,
    pub(crate) funded: u128,
    pub(crate) paid: u128,
    /// Until when all that is counted.
    now: u64,
}

fn small(number: U256) -> u128 {
    u128::try_from(number).expect("a number of 128 bits")
}

impl Model {
    pub(crate) fn staked(&self) -> u128 {
        self.accounts.values().map(|account| account.stake).sum()
    }

    /// Whether time has passed since this was asked last; then it is counted.
    pub(crate) fn has_passed(&mut self, now: u64) -> bool {
        let passed = now > self.now;
        self.pass(now);
        passed
    }

    fn pass(&mut self, now: u64) {
        self.now = now;
        let released = if now >= self.finish {
            self.amount
        } else {
            self.amount * u128::from(now - self.start) / u128::from(self.finish - self.start)
        };
        let (fresh, staked) = (released - self.released, self.staked());
        self.released = released;
        if staked == 0 {
            self.unassigned += fresh;
            return;
        }
        for account in self.accounts.values_mut().filter(|a| a.stake > 0) {
            let part = Ratio::new(
                Wide::from(fresh) * Wide::from(account.stake),
                Wide::from(staked),
            );
            account.due = account.due.plus(part);
        }
    }

    /// Does what an event tells. All that came before is counted already.
    pub(crate) fn follow(&mut self, log: &Log) {
        let topic = log.topics[0];
        let numbers: Vec<U256> = log
            .data
            .chunks(32)
            .map(|word| <U256 as Abi>::decode_return(word).expect("a word"))
            .collect();
        if topic == RewardAdded::TOPIC.0 {
            let left = self.amount - self.released + self.unassigned;
            self.funded += small(numbers[0]);
            self.amount = left + small(numbers[0]);
            assert_eq!(small(numbers[1]), self.amount, "what the period gives");
            self.finish = u64::try_from(numbers[2]).expect("a time");
            (self.start, self.released, self.unassigned) = (self.now, 0, 0);
            return;
        }
        let user = Address::from_word(log.topics[1].into());
        let account = self.accounts.entry(user).or_insert(Account {
            stake: 0,
            due: Ratio::ZERO,
            looks: 0,
        });
        account.looks += 1;
        let number = small(numbers[0]);
        match topic {
            topic if topic == Staked::TOPIC.0 => account.stake += number,
            topic if topic == Withdrawn::TOPIC.0 => account.stake -= number,
            topic if topic == RewardPaid::TOPIC.0 => {
                account.due = account.due.less(number);
                self.paid += number;
            }
            _ => panic!("the model does not know the event"),
        }
    }
}
