//! Stakes of one token earn another: what a period gives is shared out by the second, to each by what they have staked.
//!
//! - The owner gives rewards with [`fund`](StakingRewards::fund), for a period of any length from now on. What the running
//!   period has left goes into the new one, and so does what was given while nobody had a stake, which nobody earned.
//!   What stakers have earned already is theirs.
//! - A reward is shared out as it becomes due: a stake that comes late has no part in what was before, and one that stays
//!   for a second earns what a second gives. Its order among the calls of a block earns nothing.
//! - The pool counts what arrives in a call, and nothing else: tokens that are given to it without a call change nothing,
//!   and tokens that keep a part of each transfer are credited as they arrive. The token that is earned may be the one that
//!   is staked.
//! - [`withdraw`](StakingRewards::withdraw) does not ask the token that is earned: stakes can leave whatever it does.
//! - All divisions round down, in favour of the pool: less than a unit at each look. Nothing is lost of what a period gives:
//!   at its end, it has given all.
//!
//! Time is counted in the blocks' seconds. No loops: each call costs the same however many stake.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod accrual;
mod interface;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod token;

pub use interface::{IToken, RewardAdded, RewardPaid, Staked, StakingError, Withdrawn};

use accrual::{Accrued, Funds, Period, Staker, Totals};
use zx::{
    components::{Ownable, erc20},
    prelude::*,
};

/// State of a pool.
#[zx::contract]
#[derive(Debug)]
pub struct StakingRewards {
    #[component]
    ownable: Ownable,
    /// What is staked.
    #[view]
    staking_token: Item<Address>,
    /// What is earned.
    #[view]
    rewards_token: Item<Address>,
    totals: Item<Totals>,
    period: Item<Period>,
    /// What a unit that was staked from the beginning would have earned, in 2^128 parts.
    #[view]
    reward_per_token: Item<U256>,
    funds: Item<Funds>,
    stakers: Map<Address, Staker>,
}

#[zx::public]
impl StakingRewards {
    /// Names the owner, who gives the rewards, and both tokens.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        staking_token: Address,
        rewards_token: Address,
    ) -> Result<(), StakingError> {
        self.staking_token.set(staking_token);
        self.rewards_token.set(rewards_token);
        Ok(self.ownable.init(cx, owner)?)
    }

    /// What all have staked.
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        U256::from(self.totals.get().staked)
    }

    /// What an account has staked.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        U256::from(self.stakers.get(account).stake)
    }

    /// What an account has earned and was not paid yet.
    pub fn earned(&self, cx: &Ctx, account: Address) -> U256 {
        let per_share = self.accrued(cx).per_share;
        U256::from(self.stakers.get(account).settled(per_share).earned)
    }

    /// The period: what it gives in all, what it has given by now, when it began and when it ends.
    pub fn period(&self, cx: &Ctx) -> (U256, U256, u64, u64) {
        let period = self.accrued(cx).period;
        let (amount, released) = (U256::from(period.amount), U256::from(period.released));
        (amount, released, period.start, period.finish)
    }

    /// What was given while nobody had a stake: the next period will give it again.
    pub fn unassigned(&self, cx: &Ctx) -> U256 {
        U256::from(self.accrued(cx).totals.unassigned)
    }

    /// Rewards that ever came, and those that were ever paid.
    pub fn funds(&self, _cx: &Ctx) -> (U256, U256) {
        let Funds { funded, paid } = self.funds.get();
        (U256::from(funded), U256::from(paid))
    }

    /// Stakes tokens of the caller, who has allowed the pool to fetch them; how many arrived.
    pub fn stake(&mut self, cx: &mut Ctx, amount: U256) -> Result<U256, StakingError> {
        // The pool cannot be called while it waits for the token, so that nothing can come in between.
        let amount = token::fetch(cx, self.staking_token.get(), amount)?;
        ensure!(!amount.is_zero(), StakingError::ZeroAmount);
        let (mut accrued, mut staker) = self.look_at(cx, cx.sender());
        accrued.totals.staked = sum(accrued.totals.staked, amount)?;
        staker.stake = sum(staker.stake, amount)?;
        self.note(accrued, cx.sender(), staker);
        cx.emit(Staked {
            user: cx.sender(),
            amount,
        });
        Ok(amount)
    }

    /// Takes back tokens that the caller has staked.
    pub fn withdraw(&mut self, cx: &mut Ctx, amount: U256) -> Result<(), StakingError> {
        let (mut accrued, mut staker) = self.look_at(cx, cx.sender());
        book_withdrawal(cx, &mut accrued, &mut staker, amount)?;
        self.note(accrued, cx.sender(), staker);
        Ok(erc20::send(
            cx,
            self.staking_token.get(),
            cx.sender(),
            amount,
        )?)
    }

    /// Pays what the caller has earned; how much that is.
    pub fn get_reward(&mut self, cx: &mut Ctx) -> Result<U256, StakingError> {
        let (accrued, mut staker) = self.look_at(cx, cx.sender());
        let reward = self.book_reward(cx, &mut staker);
        if reward.is_zero() {
            // What is less than a unit yet is not rounded away.
            return Ok(reward);
        }
        self.note(accrued, cx.sender(), staker);
        self.send_reward(cx, reward)
    }

    /// Takes back the whole stake, and what it has earned.
    pub fn exit(&mut self, cx: &mut Ctx) -> Result<U256, StakingError> {
        let (mut accrued, mut staker) = self.look_at(cx, cx.sender());
        let stake = U256::from(staker.stake);
        book_withdrawal(cx, &mut accrued, &mut staker, stake)?;
        let reward = self.book_reward(cx, &mut staker);
        self.note(accrued, cx.sender(), staker);
        erc20::send(cx, self.staking_token.get(), cx.sender(), stake)?;
        self.send_reward(cx, reward)
    }

    /// Begins a period of so many seconds: with rewards of the caller, who has allowed the pool to fetch them, what the
    /// running period has left, and what nobody earned. Only the owner can: whoever could would stretch the period.
    pub fn fund(
        &mut self,
        cx: &mut Ctx,
        amount: U256,
        duration: u64,
    ) -> Result<U256, StakingError> {
        self.ownable.only_owner(cx)?;
        ensure!(duration > 0, StakingError::ZeroDuration);
        let reward = if amount.is_zero() {
            amount
        } else {
            token::fetch(cx, self.rewards_token.get(), amount)?
        };
        let funds = self.funds.get();
        self.funds.set(Funds {
            funded: sum(funds.funded, reward)?,
            ..funds
        });
        let total = self.begin(cx, reward, duration)?;
        let finish = self.period.get().finish;
        cx.emit(RewardAdded {
            reward,
            total,
            finish,
        });
        Ok(total)
    }
}

impl StakingRewards {
    /// The state as it is by now.
    fn accrued(&self, cx: &Ctx) -> Accrued {
        Accrued {
            period: self.period.get(),
            totals: self.totals.get(),
            per_share: self.reward_per_token.get(),
        }
        .at(cx.block_timestamp())
    }

    /// The state and an account as they are by now.
    fn look_at(&self, cx: &Ctx, account: Address) -> (Accrued, Staker) {
        let accrued = self.accrued(cx);
        let staker = self.stakers.get(account).settled(accrued.per_share);
        (accrued, staker)
    }

    fn note(&mut self, accrued: Accrued, account: Address, staker: Staker) {
        self.note_pool(accrued);
        self.stakers.set(account, staker);
    }

    fn note_pool(&mut self, accrued: Accrued) {
        self.totals.set(accrued.totals);
        self.period.set(accrued.period);
        self.reward_per_token.set(accrued.per_share);
    }

    /// Takes what an account has earned off the books.
    fn book_reward(&mut self, cx: &mut Ctx, staker: &mut Staker) -> U256 {
        let earned = core::mem::take(&mut staker.earned);
        let reward = U256::from(earned);
        if earned > 0 {
            let Funds { funded, paid } = self.funds.get();
            let paid = paid + earned;
            self.funds.set(Funds { funded, paid });
            let user = cx.sender();
            cx.emit(RewardPaid { user, reward });
        }
        reward
    }

    fn send_reward(&self, cx: &mut Ctx, reward: U256) -> Result<U256, StakingError> {
        if !reward.is_zero() {
            erc20::send(cx, self.rewards_token.get(), cx.sender(), reward)?;
        }
        Ok(reward)
    }

    /// What the period that begins now gives.
    fn begin(&mut self, cx: &Ctx, reward: U256, duration: u64) -> Result<U256, StakingError> {
        let mut accrued = self.accrued(cx);
        let Period {
            amount, released, ..
        } = accrued.period;
        let left = (amount - released) + accrued.totals.unassigned;
        let amount = sum(left, reward)?;
        ensure!(amount > 0, StakingError::NothingToGive);
        let start = cx.block_timestamp();
        accrued.totals.unassigned = 0;
        accrued.period = Period {
            amount,
            released: 0,
            start,
            finish: start + duration,
        };
        self.note_pool(accrued);
        Ok(U256::from(amount))
    }
}

/// Takes a part of a stake off the books.
fn book_withdrawal(
    cx: &mut Ctx,
    accrued: &mut Accrued,
    staker: &mut Staker,
    amount: U256,
) -> Result<(), StakingError> {
    ensure!(!amount.is_zero(), StakingError::ZeroAmount);
    let stake = U256::from(staker.stake);
    let short = StakingError::InsufficientStake {
        stake,
        needed: amount,
    };
    let taken = u128::try_from(amount).ok();
    let taken = taken.filter(|taken| *taken <= staker.stake).ok_or(short)?;
    staker.stake -= taken;
    accrued.totals.staked -= taken;
    cx.emit(Withdrawn {
        user: cx.sender(),
        amount,
    });
    Ok(())
}

/// A sum that the pool can count.
fn sum(value: u128, added: U256) -> Result<u128, StakingError> {
    let amount = U256::from(value).saturating_add(added);
    u128::try_from(amount).map_err(|_| StakingError::TooMuch { amount })
}
