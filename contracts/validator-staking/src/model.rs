//! What the contract should say, computed the plain way: whole numbers of any size, every account in a list, rewards with
//! 128 binary places. It follows the events of the contract.

use crate::{
    CommissionClaimed, Delegated, Jailed, RewardClaimed, RewardDistributed, Slashed, Undelegated,
    Withdrawn,
};
use std::collections::BTreeMap;
use zx::{Event as _, Log, abi::Args as _, prelude::*};

type Wide = alloy_primitives::Uint<1024, 16>;

/// A stake that leaves.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    pub(crate) left: u128,
    was: u128,
    until: u64,
    /// Which slashes of the validator were before it, or were taken of it.
    borne: Vec<usize>,
}

impl Exit {
    /// How often it may have been rounded otherwise than by the contract, which puts those of an epoch together.
    pub(crate) fn roundings(&self) -> u128 {
        self.borne.len() as u128
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) shares: u128,
    /// Wei, with 128 binary places.
    due: Wide,
    looks: u128,
    pub(crate) exits: Vec<Exit>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Validator {
    pub(crate) stake: u128,
    pub(crate) shares: u128,
    pub(crate) commission_due: u128,
    /// The earliest height of each offence, and when it was punished.
    slashes: Vec<(u64, u64)>,
    pub(crate) jailed_until: u64,
    pub(crate) accounts: BTreeMap<Address, Account>,
}

impl Validator {
    /// What it has staked itself, and what of that is leaving.
    fn own_stake(&self, operator: Address) -> u128 {
        let Some(own) = self.accounts.get(&operator) else {
            return 0;
        };
        let staked = match self.shares {
            0 => 0,
            all => mul_div(own.shares, self.stake, all, false),
        };
        staked + own.exits.iter().map(|exit| exit.left).sum::<u128>()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) validators: BTreeMap<Address, Validator>,
    pub(crate) burned: u128,
    pub(crate) slash_share: u128,
    pub(crate) reporter_share: u128,
    pub(crate) reporter_cap: u128,
    pub(crate) unbonding_blocks: u64,
}

fn divide(above: Wide, below: Wide, up: bool) -> u128 {
    let quotient = above / below;
    let rest = above % below;
    (quotient + Wide::from(up && !rest.is_zero())).to::<u128>()
}

/// `a * b / c`, whatever the product is.
fn mul_div(a: u128, b: u128, c: u128, up: bool) -> u128 {
    divide(Wide::from(a) * Wide::from(b), Wide::from(c), up)
}

impl Model {
    /// What is there for all: staked, leaving as it left, and earned at most.
    pub(crate) fn staked(&self) -> u128 {
        self.validators.values().map(|v| v.stake).sum()
    }

    pub(crate) fn leaving(&self) -> u128 {
        let accounts = self.validators.values().flat_map(|v| v.accounts.values());
        accounts
            .flat_map(|account| &account.exits)
            .map(|exit| exit.was)
            .sum()
    }

    /// Whether this is what an account has earned, but for rounding against it.
    pub(crate) fn has_earned(&self, operator: Address, delegator: Address, earned: u128) -> bool {
        let Some(account) = self
            .validators
            .get(&operator)
            .and_then(|validator| validator.accounts.get(&delegator))
        else {
            return earned == 0;
        };
        let exact = account.due >> 128;
        let error = Wide::from(account.looks + 1);
        Wide::from(earned) <= exact && Wide::from(earned) + error >= exact
    }

    fn account(&mut self, operator: Address, delegator: Address) -> &mut Account {
        let validator = self.validators.entry(operator).or_default();
        let account = validator.accounts.entry(delegator).or_default();
        account.looks += 1;
        account
    }

    /// Does what an event of a block tells.
    pub(crate) fn follow(&mut self, log: &Log, block: u64) {
        let topic = |index: usize| Address::from_word(log.topics[index].into());
        let first = log.topics[0];
        if first == Delegated::TOPIC.0 {
            let (amount, shares) = <(U256, u128)>::decode(&log.data).expect("its fields");
            self.delegated(topic(1), topic(2), amount, shares);
        } else if first == Undelegated::TOPIC.0 {
            let (amount, shares, withdrawable) = <_>::decode(&log.data).expect("its fields");
            self.undelegated(topic(1), topic(2), amount, shares, withdrawable);
        } else if first == Withdrawn::TOPIC.0 {
            let (amount,) = <(u128,)>::decode(&log.data).expect("its fields");
            self.withdrawn(topic(1), topic(2), amount, block);
        } else if first == RewardDistributed::TOPIC.0 {
            let (amount, cut) = <(U256, U256)>::decode(&log.data).expect("its fields");
            self.distributed(topic(1), amount, cut);
        } else if first == RewardClaimed::TOPIC.0 {
            let (amount,) = <(u128,)>::decode(&log.data).expect("its fields");
            let account = self.account(topic(1), topic(2));
            let amount = Wide::from(amount) << 128;
            account.due = account
                .due
                .checked_sub(amount)
                .expect("no more than is due");
        } else if first == CommissionClaimed::TOPIC.0 {
            let (amount,) = <(u128,)>::decode(&log.data).expect("its fields");
            let validator = self.validators.entry(topic(1)).or_default();
            assert_eq!(core::mem::take(&mut validator.commission_due), amount);
        } else if first == Jailed::TOPIC.0 {
            let (until,) = <(u64,)>::decode(&log.data).expect("its fields");
            self.validators.entry(topic(1)).or_default().jailed_until = until;
        } else if first == Slashed::TOPIC.0 {
            let (height, penalty, reward) = <_>::decode(&log.data).expect("its fields");
            self.slashed(topic(1), height, penalty, reward, block);
        }
    }

    fn delegated(&mut self, operator: Address, delegator: Address, amount: U256, shares: u128) {
        let amount = u128::try_from(amount).expect("a small stake");
        let validator = self.validators.entry(operator).or_default();
        let expected = match validator.shares {
            0 => amount,
            all => mul_div(amount, all, validator.stake, false),
        };
        assert_eq!(shares, expected, "shares of {amount}");
        validator.stake += amount;
        validator.shares += shares;
        self.account(operator, delegator).shares += shares;
    }

    fn undelegated(
        &mut self,
        operator: Address,
        delegator: Address,
        amount: u128,
        shares: u128,
        withdrawable: u64,
    ) {
        let validator = self.validators.entry(operator).or_default();
        let expected = mul_div(shares, validator.stake, validator.shares, false);
        assert_eq!(amount, expected, "worth of {shares} shares");
        validator.stake -= amount;
        validator.shares -= shares;
        let borne = (0..validator.slashes.len()).collect();
        let until = withdrawable - self.unbonding_blocks;
        let account = self.account(operator, delegator);
        account.shares -= shares;
        account.exits.push(Exit {
            left: amount,
            was: amount,
            until,
            borne,
        });
    }

    fn withdrawn(&mut self, operator: Address, delegator: Address, amount: u128, block: u64) {
        let liable = self.unbonding_blocks;
        let account = self.account(operator, delegator);
        let (ripe, rest): (Vec<_>, Vec<_>) = account
            .exits
            .drain(..)
            .partition(|exit| exit.until + liable <= block);
        account.exits = rest;
        let left: u128 = ripe.iter().map(|exit| exit.left).sum();
        let was: u128 = ripe.iter().map(|exit| exit.was).sum();
        // The contract may round once for what the model rounds apart.
        let error = ripe.iter().map(Exit::roundings).sum();
        assert!(left.abs_diff(amount) <= error, "{amount} of {left}");
        self.burned += was - amount;
    }

    fn distributed(&mut self, operator: Address, amount: U256, cut: U256) {
        let (amount, cut) = (
            u128::try_from(amount).expect("a small reward"),
            u128::try_from(cut).expect("a part"),
        );
        let validator = self.validators.entry(operator).or_default();
        validator.commission_due += cut;
        let all = Wide::from(validator.shares);
        for account in validator.accounts.values_mut() {
            let part = Wide::from(amount - cut) * Wide::from(account.shares);
            // Rounded up: the contract must not be above.
            account.due += ((part << 128) + all - Wide::ONE) / all;
        }
    }

    fn slashed(&mut self, operator: Address, height: u64, penalty: u128, reward: u128, block: u64) {
        let share = self.slash_share;
        let validator = self.validators.entry(operator).or_default();
        let own_stake = validator.own_stake(operator);
        let earlier = validator
            .slashes
            .iter()
            .position(|(_, punished)| height <= *punished);
        let incident = match earlier {
            Some(index) => {
                assert_eq!((penalty, reward), (0, 0), "one offence, one penalty");
                validator.slashes[index].0 = height;
                index
            }
            None => {
                let expected = mul_div(validator.stake, share, 10_000, true);
                assert_eq!(penalty, expected);
                validator.stake -= penalty;
                self.burned += penalty - reward;
                validator.slashes.push((height, block));
                validator.slashes.len() - 1
            }
        };
        for account in validator.accounts.values_mut() {
            let liable = account
                .exits
                .iter_mut()
                .filter(|exit| height < exit.until && !exit.borne.contains(&incident));
            for exit in liable {
                exit.left -= mul_div(exit.left, share, 10_000, true);
                exit.borne.push(incident);
            }
        }
        if earlier.is_none() {
            let most = mul_div(penalty, self.reporter_share, 10_000, false).min(self.reporter_cap);
            let own_half = (own_stake - validator.own_stake(operator)) / 2;
            let own = validator.accounts.get(&operator);
            let exits = own.into_iter().flat_map(|own| &own.exits);
            // The contract may round once for what the model rounds apart.
            let error = exits.map(Exit::roundings).sum();
            let (least, most) = (
                most.min(own_half.saturating_sub(error)),
                most.min(own_half + error),
            );
            assert!(
                (least..=most).contains(&reward),
                "{reward} of {least} to {most}"
            );
        }
    }
}
