//! Who validates: validators stake the chain's own coin and others delegate to them, rewards are shared out, what leaves
//! stays liable for a while, and votes that exclude each other cost a part of the stake. The set of each epoch is the
//! validators with the most stake as the epoch began. A node can take it for the truth.
//!
//! # Time
//! Everything is counted in blocks, because an offence has a height. Epoch `e` is the blocks from `e * epochBlocks` on.
//! [`validator_set`](ValidatorStaking::validator_set)`(e)` is what the stakes were when it began, and never changes: the
//! first call of an epoch that moves a stake writes the set down before it does, and a node asks for the next set, after
//! the last block of an epoch, with [`next_validator_set`](ValidatorStaking::next_validator_set).
//!
//! # Stakes
//! A validator's stake is divided into shares. Rewards are paid beside it and never change what a share is worth; slashing
//! does. What is undelegated counts, and is liable, until the epoch ends, and is liable for votes before that for
//! `unbondingBlocks` more. Evidence is taken as long: whoever stood for an offence bears it, to the block. What is staked
//! bears it whenever it came.
//!
//! # Votes
//! A consensus key is 32 bytes of Ed25519 or 64 of secp256k1 (both coordinates). It signs the EIP-712 hash of
//! `Vote(uint8 kind,uint64 height,uint32 round,bytes32 blockHash)` for the domain `Zexus Validators`, version `1`, this
//! chain and this contract ([`vote_hash`](ValidatorStaking::vote_hash)): secp256k1 the hash itself, Ed25519 as a message.
//! A validator can have another key from the next epoch on, once an epoch; a vote counts by the key of its height's epoch.
//! Two that differ in nothing but the block are an offence. It is punished once, with all others before the punishment;
//! evidence of an earlier one makes stakes liable that left in between, and takes nothing from the others again.
//!
//! # Bounds
//! No loop is longer than: 200 candidates (who stands, when a set is chosen or all places are taken; a place is taken from
//! who has the least, so that filling them up keeps nobody out who has more), 100 members of a set, 8 stakes of an account
//! that leave a validator (one an epoch), 8 keys that a validator had and is liable for, 8 slashes of a validator (the last one is for ever). Delegators are never walked
//! through.
//!
//! # Layout
//! As Solidity's, for nodes that read storage: slot 4 is the list of candidates, 5 the list of epochs of which a set was
//! written down (four to a slot, ascending), 6 a mapping from such an epoch to its set (a list; an element is a slot, with
//! the validator in its lower 20 bytes and the stake in the upper 12), 7 a mapping from a validator to its stake (lower 16
//! bytes) and shares (upper 16), 8 a mapping from a validator to what else there is of it, the fourth slot of which is its
//! key (bytes), unless the seventh, an epoch, is neither zero nor to come: then the key is the sixth (bytes). A set holds for its own epoch and those before it down to the one before it in slot 5.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod consensus;
mod election;
mod interface;
#[cfg(test)]
mod keys;
mod ledger;
#[cfg(test)]
mod model;
mod offences;
mod rotation;
mod rules;
mod stake;
mod standing;
#[cfg(test)]
mod tests;

pub use interface::*;

use consensus::{Possession, Vote};
use election::Election;
use rotation::Former;
use rules::{Clock, MAXIMUM_EXITS, MAXIMUM_SLASHES, Minimums, Rules};
use stake::{Delegation, Exit, Pool, Slash, Sums, WHOLE, part, penalty};
use zx::prelude::*;

/// Jailed for ever.
const FOR_EVER: u64 = u64::MAX;

/// Where a validator stands: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Standing {
    /// Block of its registration; zero is that of nobody.
    registered: u64,
    /// Last block of its jail; zero is none.
    jailed_until: u64,
    /// Its place among the candidates, from 1 on; zero is none.
    place: u16,
}

/// What a validator asks of rewards: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Commission {
    /// In ten-thousandths.
    rate: u16,
    /// The most that it may ever be.
    maximum: u16,
    /// Epoch in which it was set.
    epoch: u64,
    /// What it has come to and was not claimed, in wei.
    due: u128,
}

/// A validator, besides its stake.
#[zx::storage]
#[derive(Debug)]
struct Validator {
    standing: Item<Standing>,
    commission: Item<Commission>,
    /// What a share from the beginning would have earned, in 2^128 parts of a wei.
    per_share: Item<U256>,
    key: Item<Bytes>,
    slashes: List<Slash>,
    /// The key from an epoch on; zero is none. Once the epoch has begun it is its key.
    next_key: Item<Bytes>,
    next_from: Item<u64>,
    /// Those before, in no order.
    former: List<Former>,
}

/// State of the contract.
#[zx::contract]
#[derive(Debug)]
pub struct ValidatorStaking {
    clock: Item<Clock>,
    rules: Item<Rules>,
    minimums: Item<Minimums>,
    /// Who hands out rewards.
    #[view]
    distributor: Item<Address>,
    election: Election,
    pools: Map<Address, Pool>,
    validators: Map<Address, Validator>,
    /// By validator, then delegator.
    delegations: Map<(Address, Address), Delegation>,
    exits: Map<(Address, Address), List<Exit>>,
    /// Whose a key is or was, by its hash.
    #[view]
    operator_of_key: Map<B256, Address>,
    sums: Item<Sums>,
    /// What slashing took, in wei: it stays here, and nobody can have it.
    burned: Item<u128>,
}

#[zx::public]
impl ValidatorStaking {
    /// Sets the rules.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        parameters: Parameters,
    ) -> Result<(), ValidatorError> {
        let (clock, rules, minimums) = rules::checked(&parameters)?;
        self.clock.set(clock);
        self.rules.set(rules);
        self.minimums.set(minimums);
        self.distributor.set(parameters.distributor);
        Ok(())
    }

    /// Registers the caller as a validator: with a consensus key, the key's signature of the caller's address
    /// ([`possession_hash`](Self::possession_hash)), what it asks of rewards and will ask at most (in ten-thousandths), and
    /// what comes with the call as its own stake.
    #[payable]
    pub fn register(
        &mut self,
        cx: &mut Ctx,
        key: Bytes,
        proof: Bytes,
        commission: u16,
        maximum_commission: u16,
    ) -> Result<(), ValidatorError> {
        let operator = cx.sender();
        let registered = self.validators.at(operator).standing.get().registered;
        ensure!(registered == 0, ValidatorError::AlreadyRegistered);
        rules::check_commission(commission, maximum_commission)?;
        rules::check_commission(maximum_commission, WHOLE)?;
        at_least(cx.value(), self.minimums.get().self_stake)?;
        self.bind(cx, &key, operator, &proof)?;
        let epoch = self.roll(cx);
        let mut validator = self.validators.at_mut(operator);
        validator.standing.set(Standing {
            registered: cx.block_number(),
            jailed_until: 0,
            place: 0,
        });
        validator.commission.set(Commission {
            rate: commission,
            maximum: maximum_commission,
            epoch,
            due: 0,
        });
        validator.key.set(key.clone());
        cx.emit(Registered {
            operator,
            key,
            commission,
        });
        self.bring(cx, operator)?;
        self.stand(cx, operator)
    }

    /// Has the caller, a validator, vote by another key from the next epoch on, once an epoch: with the key's signature of
    /// the caller's address, as of the first one. Votes of before count by the key that it had.
    pub fn set_key(
        &mut self,
        cx: &mut Ctx,
        key: Bytes,
        proof: Bytes,
    ) -> Result<(), ValidatorError> {
        let operator = cx.sender();
        self.known(operator)?;
        self.bind(cx, &key, operator, &proof)?;
        self.rotate(cx, operator, key)
    }

    /// Stakes what comes with the call with a validator.
    #[payable]
    pub fn delegate(&mut self, cx: &mut Ctx, operator: Address) -> Result<u128, ValidatorError> {
        let standing = self.known(operator)?;
        if operator == cx.sender() {
            at_least(cx.value(), 1)?;
        } else {
            not_jailed(standing)?;
            at_least(cx.value(), self.minimums.get().delegation.max(1))?;
        }
        self.roll(cx);
        self.bring(cx, operator)
    }

    /// Lets shares of the caller leave a validator; what they are worth can be withdrawn once it is no more liable.
    pub fn undelegate(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        shares: U256,
    ) -> Result<u128, ValidatorError> {
        let epoch = self.roll(cx);
        let (delegator, clock) = (cx.sender(), self.clock.get());
        let (shares, amount) = self.take(operator, delegator, shares)?;
        let until = clock.end_of(epoch);
        self.note_exit(operator, delegator, amount, until)?;
        let withdrawable = until.saturating_add(clock.unbonding_blocks);
        cx.emit(Undelegated {
            operator,
            delegator,
            amount,
            shares,
            withdrawable,
        });
        let minimum = U256::from(self.minimums.get().self_stake);
        if operator == delegator && self.self_stake(operator) < minimum {
            self.stand_no_more(cx, operator);
        }
        Ok(amount)
    }

    /// Pays stakes of the caller that have left a validator and are no more liable.
    pub fn withdraw(&mut self, cx: &mut Ctx, operator: Address) -> Result<u128, ValidatorError> {
        let delegator = cx.sender();
        let (was, amount) = self.take_exits(cx, operator, delegator);
        ensure!(was > 0, ValidatorError::Nothing);
        let mut sums = self.sums.get();
        sums.leaving -= was;
        self.sums.set(sums);
        self.burned.add(was - amount);
        cx.emit(Withdrawn {
            operator,
            delegator,
            amount,
        });
        Ok(cx.send(delegator, U256::from(amount)).map(|()| amount)?)
    }

    /// Shares what comes with the call out among a validator and its delegators. Only the distributor can.
    #[payable]
    pub fn distribute(&mut self, cx: &mut Ctx, operator: Address) -> Result<(), ValidatorError> {
        let (account, amount) = (cx.sender(), cx.value());
        ensure!(
            account == self.distributor.get(),
            ValidatorError::NotDistributor { account }
        );
        self.known(operator)?;
        let pool = self.pools.get(operator);
        ensure!(
            !amount.is_zero() && pool.shares > 0,
            ValidatorError::Nothing
        );
        let mut sums = self.sums.get();
        let distributed = U256::from(sums.distributed) + amount;
        let narrow = |sum| u128::try_from(sum).ok();
        let too_much = ValidatorError::TooMuch {
            amount: distributed,
        };
        sums.distributed = narrow(distributed).ok_or(too_much)?;
        self.sums.set(sums);
        let mut validator = self.validators.at_mut(operator);
        let mut commission = validator.commission.get();
        let cut = part(narrow(amount).unwrap_or(0), commission.rate);
        commission.due += cut;
        validator.commission.set(commission);
        let rest = amount - U256::from(cut);
        validator.per_share.add(pool.per_share(rest));
        cx.emit(RewardDistributed {
            operator,
            amount,
            commission: U256::from(cut),
        });
        Ok(())
    }

    /// Pays what the caller has earned with a validator; how much that is.
    pub fn claim(&mut self, cx: &mut Ctx, operator: Address) -> Result<u128, ValidatorError> {
        let delegator = cx.sender();
        let mut delegation = self.settled(operator, delegator);
        let amount = core::mem::take(&mut delegation.earned);
        self.delegations.set((operator, delegator), delegation);
        cx.emit(RewardClaimed {
            operator,
            delegator,
            amount,
        });
        self.pay(cx, amount)
    }

    /// Pays the commission of the caller, who is a validator.
    pub fn claim_commission(&mut self, cx: &mut Ctx) -> Result<u128, ValidatorError> {
        let operator = cx.sender();
        self.known(operator)?;
        let mut validator = self.validators.at_mut(operator);
        let mut commission = validator.commission.get();
        let amount = core::mem::take(&mut commission.due);
        validator.commission.set(commission);
        cx.emit(CommissionClaimed { operator, amount });
        self.pay(cx, amount)
    }

    /// Sets what the caller asks of rewards from now on: by a step at most, once an epoch, never above its own maximum.
    pub fn set_commission(&mut self, cx: &mut Ctx, rate: u16) -> Result<(), ValidatorError> {
        let operator = cx.sender();
        self.known(operator)?;
        let epoch = self.clock.get().epoch_of(cx.block_number());
        let maximum_step = self.rules.get().commission_step;
        let mut validator = self.validators.at_mut(operator);
        let old = validator.commission.get();
        rules::check_commission(rate, old.maximum)?;
        ensure!(
            epoch > old.epoch,
            ValidatorError::CommissionJustChanged { epoch }
        );
        let step = rate.abs_diff(old.rate);
        ensure!(
            step <= maximum_step,
            ValidatorError::CommissionStepTooLarge {
                step,
                maximum: maximum_step
            }
        );
        validator.commission.set(Commission { rate, epoch, ..old });
        cx.emit(CommissionChanged {
            operator,
            commission: rate,
        });
        Ok(())
    }

    /// Punishes a validator for two votes that exclude each other, and pays the caller a part of what it costs them; how
    /// much that is.
    pub fn report(&mut self, cx: &mut Ctx, evidence: Evidence) -> Result<u128, ValidatorError> {
        let Evidence {
            operator, height, ..
        } = evidence;
        let standing = self.known(operator)?;
        let (now, clock) = (cx.block_number(), self.clock.get());
        let known = height >= standing.registered && height <= now;
        ensure!(
            known && now < height.saturating_add(clock.unbonding_blocks),
            ValidatorError::OutOfTime { height }
        );
        let key = self.key_in(operator, clock.epoch_of(height));
        consensus::check_evidence(cx, &key, &evidence)?;
        self.roll(cx);
        if self.was_punished(operator, height)? {
            cx.emit(Slashed {
                operator,
                reporter: cx.sender(),
                height,
                penalty: 0,
                reward: 0,
            });
            return Ok(0);
        }
        self.jail(cx, operator);
        self.slash(cx, operator, height)
    }

    /// Stands again, when the time in jail is over and the caller's own stake suffices.
    pub fn unjail(&mut self, cx: &mut Ctx) -> Result<(), ValidatorError> {
        let operator = cx.sender();
        let standing = self.known(operator)?;
        let block = standing.jailed_until;
        ensure!(block > 0, ValidatorError::NotJailed);
        ensure!(
            block != FOR_EVER && cx.block_number() > block,
            ValidatorError::JailedUntil { block }
        );
        self.roll(cx);
        self.validators.at_mut(operator).standing.set(Standing {
            jailed_until: 0,
            ..standing
        });
        self.stand(cx, operator)
    }

    /// Stands again, after having been outbid, or having had too little.
    pub fn join(&mut self, cx: &mut Ctx) -> Result<(), ValidatorError> {
        not_jailed(self.known(cx.sender())?)?;
        self.roll(cx);
        self.stand(cx, cx.sender())
    }

    /// Writes the set of this epoch down, if nobody has; which epoch it is.
    pub fn advance(&mut self, cx: &mut Ctx) -> u64 {
        self.roll(cx)
    }

    /// The rules.
    pub fn parameters(&self, _cx: &Ctx) -> Parameters {
        let (clock, rules, minimums) = (self.clock.get(), self.rules.get(), self.minimums.get());
        rules::told(clock, rules, minimums, self.distributor.get())
    }

    /// Which epoch it is.
    pub fn epoch(&self, cx: &Ctx) -> u64 {
        self.clock.get().epoch_of(cx.block_number())
    }

    /// The validators of an epoch that has begun, most stake first; of equal ones, the lower address first.
    pub fn validator_set(&self, cx: &Ctx, epoch: u64) -> Result<Vec<Member>, ValidatorError> {
        let now = self.epoch(cx);
        ensure!(epoch <= now, ValidatorError::NotYet { epoch: now });
        let chosen = self.election.set_of(epoch);
        Ok(chosen.unwrap_or_else(|| self.next_validator_set(cx)))
    }

    /// The validators of the next epoch, if nothing changes until then.
    pub fn next_validator_set(&self, _cx: &Ctx) -> Vec<Member> {
        let count = self.rules.get().maximum_validators;
        self.election.top(&self.pools, count)
    }

    /// Who stands for the next set, in no order.
    pub fn candidates(&self, _cx: &Ctx) -> Vec<Address> {
        self.election.candidates()
    }

    /// What is known of a validator.
    pub fn validator(&self, cx: &Ctx, operator: Address) -> ValidatorInfo {
        let validator = self.validators.at(operator);
        let (standing, commission) = (validator.standing.get(), validator.commission.get());
        let Pool { stake, shares } = self.pools.get(operator);
        ValidatorInfo {
            key: self.key_in(operator, self.epoch(cx)),
            stake,
            shares,
            self_stake: self.self_stake(operator),
            commission: commission.rate,
            maximum_commission: commission.maximum,
            commission_due: commission.due,
            registered: standing.registered,
            standing: standing.place > 0,
            jailed_until: standing.jailed_until,
            slashes: validator.slashes.len(),
        }
    }

    /// The consensus key that a validator votes by in an epoch: the next one, this one, or one for whose votes somebody can
    /// be held liable.
    pub fn key_of(&self, _cx: &Ctx, operator: Address, epoch: u64) -> Bytes {
        self.key_in(operator, epoch)
    }

    /// Shares that somebody has with a validator, and what they are worth in wei.
    pub fn delegation(&self, _cx: &Ctx, operator: Address, delegator: Address) -> (u128, u128) {
        let shares = self.delegations.get((operator, delegator)).shares;
        (shares, self.pools.get(operator).worth(shares))
    }

    /// What somebody has earned with a validator and was not paid yet, in wei.
    pub fn earned(&self, _cx: &Ctx, operator: Address, delegator: Address) -> u128 {
        self.settled(operator, delegator).earned
    }

    /// Stakes of somebody that leave a validator.
    pub fn leaving(&self, _cx: &Ctx, operator: Address, delegator: Address) -> Vec<Leaving> {
        let slashes = self.validators.at(operator).slashes.to_vec();
        let liable = self.clock.get().unbonding_blocks;
        let exits = self.exits.at((operator, delegator));
        let told = |exit: Exit| Leaving {
            amount: exit.left(&slashes),
            withdrawable: exit.until.saturating_add(liable),
        };
        exits.iter().map(told).collect()
    }

    /// What is here, in wei: staked, leaving (as it left), earned and not paid, and burned. The contract has that, at least.
    pub fn accounts(&self, _cx: &Ctx) -> (u128, u128, u128, u128) {
        let sums = self.sums.get();
        let owed = sums.distributed - sums.paid;
        (sums.staked, sums.leaving, owed, self.burned.get())
    }

    /// What a consensus key signs to vote: kinds are 0 for a proposal, 1 for a prevote, 2 for a precommit; the zero hash is
    /// a vote for no block.
    pub fn vote_hash(&self, cx: &Ctx, kind: u8, height: u64, round: u32, block_hash: B256) -> B256 {
        let vote = Vote {
            kind,
            height,
            round,
            block_hash,
        };
        consensus::hash(cx, &vote)
    }

    /// What a consensus key signs to be registered by an account.
    pub fn possession_hash(&self, cx: &Ctx, operator: Address) -> B256 {
        consensus::hash(cx, &Possession { operator })
    }
}

fn at_least(amount: U256, minimum: u128) -> Result<(), ValidatorError> {
    ensure!(
        amount >= U256::from(minimum),
        ValidatorError::TooLittle { amount, minimum }
    );
    Ok(())
}

fn not_jailed(standing: Standing) -> Result<(), ValidatorError> {
    let block = standing.jailed_until;
    ensure!(block == 0, ValidatorError::JailedUntil { block });
    Ok(())
}
