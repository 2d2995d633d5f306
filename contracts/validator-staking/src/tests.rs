use super::{keys::Key, model::Model, *};
use core::cell::RefCell;
use std::collections::BTreeMap;
use zx::{
    Event as _,
    testing::{Host, Invariants, Reverted, Targets},
};

mod attacks;
mod campaigns;
mod rotation;
mod sets;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// The first account distributes; the next three validate.
fn parameters(host: &Host) -> Parameters {
    Parameters {
        minimum_self_stake: 100,
        minimum_delegation: 10,
        epoch_blocks: 10,
        unbonding_blocks: 30,
        jail_blocks: 15,
        distributor: host.accounts::<1>()[0],
        slash_share: 1_000,
        reporter_share: 500,
        maximum_reporter_reward: 1_000,
        commission_step: 100,
        maximum_validators: 2,
        maximum_candidates: 3,
    }
}

fn open(host: &Host) -> ValidatorStakingClient<'_> {
    host.deploy::<ValidatorStaking>((parameters(host),))
}

fn proof(host: &Host, staking: Address, seed: u8, operator: Address) -> Bytes {
    Key::of(seed).sign_for(host.block().chain_id, staking, &Possession { operator })
}

/// Registers an account with the key of a seed.
fn register(
    host: &Host,
    staking: Address,
    operator: Address,
    seed: u8,
    stake: u64,
) -> Result<(), Reverted> {
    let client = host.at::<ValidatorStaking>(staking).by(operator);
    let proof = proof(host, staking, seed, operator);
    client
        .paying(n(stake))
        .register(Key::of(seed).public(), proof, 500, 2_000)
}

/// A contract with one validator, who has 1,000 staked, and the account after it.
fn one(host: &Host) -> (ValidatorStakingClient<'_>, Address, Address) {
    let [_, operator, delegator] = host.accounts();
    let staking = open(host);
    register(host, staking.address(), operator, 0, 1_000).unwrap();
    (staking, operator, delegator)
}

fn offence(host: &Host, staking: Address, operator: Address, seed: u8, height: u64) -> Evidence {
    Key::of(seed).offend(host.block().chain_id, staking, operator, height)
}

fn to(host: &Host, block: u64) {
    host.mine(block - host.block().number);
}

#[zx::test]
fn rules_that_make_no_sense_are_refused(host: &Host) {
    let good = parameters(host);
    assert_eq!(open(host).parameters(), good);
    assert_eq!(open(host).distributor(), good.distributor);
    let bad = [
        Parameters {
            minimum_self_stake: 0,
            ..good
        },
        Parameters {
            epoch_blocks: 0,
            ..good
        },
        Parameters {
            unbonding_blocks: 9,
            ..good
        },
        Parameters {
            jail_blocks: 0,
            ..good
        },
        Parameters {
            slash_share: 10_001,
            ..good
        },
        Parameters {
            reporter_share: 5_001,
            ..good
        },
        Parameters {
            commission_step: 10_001,
            ..good
        },
        Parameters {
            maximum_validators: 0,
            ..good
        },
        Parameters {
            maximum_validators: 101,
            maximum_candidates: 200,
            ..good
        },
        Parameters {
            maximum_candidates: 1,
            ..good
        },
        Parameters {
            maximum_candidates: 201,
            ..good
        },
    ];
    for parameters in bad {
        let refused = host.try_deploy::<ValidatorStaking>(good.distributor, n(0), (parameters,));
        assert_eq!(
            refused.err(),
            Some(ValidatorError::InvalidParameters.into()),
            "{parameters:?}"
        );
    }
}

/// Whoever deploys the contract cannot hold for good what others stake, nor keep the set as it is.
#[zx::test]
fn times_have_bounds(host: &Host) {
    let (million, good) = (1_000_000, parameters(host));
    let longest = Parameters {
        epoch_blocks: million,
        unbonding_blocks: 10 * million,
        jail_blocks: 10 * million,
        ..good
    };
    let deploy = |parameters: Parameters| {
        let arguments = (parameters,);
        let deployed = host.try_deploy::<ValidatorStaking>(good.distributor, n(0), arguments);
        deployed.map(|staking| staking.parameters())
    };
    assert_eq!(deploy(longest), Ok(longest));
    let refused = |blocks, maximum| {
        let epoch = ValidatorError::EpochTooLong { blocks, maximum };
        let unbonding = ValidatorError::UnbondingTooLong { blocks, maximum };
        (
            epoch,
            unbonding,
            ValidatorError::JailTooLong { blocks, maximum },
        )
    };
    for more in [1, u64::MAX - 10 * million] {
        let blocks = 10 * million + more;
        let (_, unbonding, jail) = refused(blocks, 10 * million);
        let long = Parameters {
            unbonding_blocks: blocks,
            ..longest
        };
        assert_eq!(deploy(long), Err(unbonding.into()));
        let long = Parameters {
            jail_blocks: blocks,
            ..longest
        };
        assert_eq!(deploy(long), Err(jail.into()));
    }
    let (epoch, ..) = refused(million + 1, million);
    let long = Parameters {
        epoch_blocks: million + 1,
        ..longest
    };
    assert_eq!(deploy(long), Err(epoch.into()));
}

#[zx::test]
fn a_validator_registers_with_a_key_of_either_kind(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let staking = open(host);
    for (operator, seed) in [(alice, 0), (bob, 2)] {
        register(host, staking.address(), operator, seed, 100).unwrap();
        let key = Key::of(seed).public();
        let told = [
            Registered {
                operator,
                key: key.clone(),
                commission: 500,
            }
            .into_log(),
            Delegated {
                operator,
                delegator: operator,
                amount: n(100),
                shares: 100,
            }
            .into_log(),
            Joined { operator }.into_log(),
        ];
        let logs: Vec<_> = host.logs().into_iter().map(|(_, log)| log).collect();
        assert!(logs.ends_with(&told), "{logs:?}");
        let info = staking.validator(operator);
        assert_eq!(
            info,
            ValidatorInfo {
                key: key.clone(),
                stake: 100,
                shares: 100,
                self_stake: n(100),
                commission: 500,
                maximum_commission: 2_000,
                commission_due: 0,
                registered: host.block().number,
                standing: true,
                jailed_until: 0,
                slashes: 0,
            }
        );
        let hash = alloy_primitives::keccak256(&key);
        assert_eq!(staking.operator_of_key(hash), operator);
    }
    assert_eq!(staking.candidates(), [alice, bob]);
    assert_eq!(staking.accounts(), (200, 0, 0, 0));
}

#[zx::test]
fn what_is_no_registration_is_refused(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let staking = open(host);
    let at = staking.address();
    let attempt = |key: Bytes, proof: Bytes, commission, most, stake: u64| {
        staking
            .by(alice)
            .paying(n(stake))
            .register(key, proof, commission, most)
    };
    let key = Key::of(0).public();
    let good = proof(host, at, 0, alice);
    let refused = |error: ValidatorError| Err(error.into());
    assert_eq!(
        attempt(key.clone(), good.clone(), 500, 2_000, 99),
        refused(ValidatorError::TooLittle {
            amount: n(99),
            minimum: 100
        })
    );
    let too_high = |commission, maximum| ValidatorError::CommissionTooHigh {
        commission,
        maximum,
    };
    assert_eq!(
        attempt(key.clone(), good.clone(), 501, 500, 100),
        refused(too_high(501, 500))
    );
    assert_eq!(
        attempt(key.clone(), good.clone(), 0, 10_001, 100),
        refused(too_high(10_001, 10_000))
    );
    assert_eq!(
        attempt(key.slice(1..), good.clone(), 0, 0, 100),
        refused(ValidatorError::InvalidKey { length: n(63) })
    );
    let theirs = proof(host, at, 0, bob);
    let elsewhere = proof(host, owner, 0, alice);
    for wrong in [theirs, elsewhere, Bytes::new(), good.slice(1..)] {
        assert_eq!(
            attempt(key.clone(), wrong, 0, 0, 100),
            refused(ValidatorError::InvalidSignature)
        );
    }
    attempt(key, good, 500, 500, 100).unwrap();
    assert_eq!(
        register(host, at, alice, 1, 100),
        refused(ValidatorError::AlreadyRegistered)
    );
    assert_eq!(
        register(host, at, bob, 0, 100),
        refused(ValidatorError::KeyTaken { operator: alice })
    );
    let unknown = ValidatorError::UnknownValidator { operator: bob };
    assert_eq!(
        staking.paying(n(10)).delegate(bob),
        refused(unknown.clone()).map(|()| 0)
    );
    assert_eq!(staking.by(bob).set_commission(1), refused(unknown.clone()));
    assert_eq!(staking.by(bob).join(), refused(unknown.clone()));
    assert_eq!(staking.by(bob).unjail(), refused(unknown.clone()));
    assert_eq!(
        staking.by(bob).claim_commission(),
        refused(unknown.clone()).map(|()| 0)
    );
    assert_eq!(
        staking.paying(n(1)).distribute(bob),
        refused(unknown.clone())
    );
    let evidence = offence(host, at, bob, 1, host.block().number);
    assert_eq!(staking.report(evidence), refused(unknown).map(|()| 0));
}

#[zx::test]
fn stakes_come_leave_and_are_paid_when_they_are_no_more_liable(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let theirs = host.at::<ValidatorStaking>(staking.address()).by(delegator);
    let before = host.balance(delegator);
    let pays = |amount: u64| {
        host.at::<ValidatorStaking>(staking.address())
            .by(delegator)
            .paying(n(amount))
    };
    assert_eq!(
        pays(9).delegate(operator),
        Err(ValidatorError::TooLittle {
            amount: n(9),
            minimum: 10
        }
        .into())
    );
    assert_eq!(pays(500).delegate(operator), Ok(500));
    let delegated = Delegated {
        operator,
        delegator,
        amount: n(500),
        shares: 500,
    };
    host.assert_logs(staking.address(), [delegated.into_log()]);
    let too_many = |needed| ValidatorError::InsufficientShares {
        shares: 500,
        needed,
    };
    assert_eq!(
        theirs.undelegate(operator, n(501)),
        Err(too_many(n(501)).into())
    );
    assert_eq!(
        theirs.undelegate(operator, U256::MAX),
        Err(too_many(U256::MAX).into())
    );
    assert_eq!(
        theirs.undelegate(operator, n(0)),
        Err(ValidatorError::WorthNothing.into())
    );
    assert_eq!(theirs.undelegate(operator, n(200)), Ok(200));
    let undelegated = Undelegated {
        operator,
        delegator,
        amount: 200,
        shares: 200,
        withdrawable: 40,
    };
    host.assert_logs(staking.address(), [undelegated.into_log()]);
    theirs.undelegate(operator, n(50)).unwrap();
    let leaving = [Leaving {
        amount: 250,
        withdrawable: 40,
    }];
    assert_eq!(
        staking.leaving(operator, delegator),
        leaving,
        "one an epoch"
    );
    assert_eq!(staking.delegation(operator, delegator), (250, 250));
    assert_eq!(staking.accounts(), (1_250, 250, 0, 0));
    to(host, 39);
    assert_eq!(
        theirs.withdraw(operator),
        Err(ValidatorError::Nothing.into())
    );
    to(host, 40);
    assert_eq!(theirs.withdraw(operator), Ok(250));
    let withdrawn = Withdrawn {
        operator,
        delegator,
        amount: 250,
    };
    host.assert_logs(staking.address(), [withdrawn.into_log()]);
    assert_eq!(host.balance(delegator), before - n(250));
    assert_eq!(
        theirs.withdraw(operator),
        Err(ValidatorError::Nothing.into())
    );
    assert_eq!(staking.accounts(), (1_250, 0, 0, 0));
}

#[zx::test]
fn only_so_many_stakes_of_an_account_leave_at_once(host: &Host) {
    let (staking, operator, _) = one(host);
    let long = Parameters {
        unbonding_blocks: 1_000,
        ..parameters(host)
    };
    let staking = host
        .deploy::<ValidatorStaking>((long,))
        .by(staking.by(operator).sender());
    register(host, staking.address(), operator, 0, 1_000).unwrap();
    for _ in 0..8 {
        staking.undelegate(operator, n(1)).unwrap();
        host.mine(10);
    }
    let full = ValidatorError::TooManyLeaving;
    assert_eq!(staking.undelegate(operator, n(1)), Err(full.into()));
    host.mine(1_000);
    assert_eq!(staking.withdraw(operator), Ok(8));
    staking.undelegate(operator, n(1)).unwrap();
}

#[zx::test]
fn rewards_are_shared_out_after_the_commission(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let by = |account| host.at::<ValidatorStaking>(staking.address()).by(account);
    by(delegator).paying(n(3_000)).delegate(operator).unwrap();
    let pays = |amount: u64| {
        host.at::<ValidatorStaking>(staking.address())
            .paying(n(amount))
    };
    let stranger = ValidatorError::NotDistributor { account: delegator };
    assert_eq!(
        by(delegator).paying(n(1)).distribute(operator),
        Err(stranger.into())
    );
    assert_eq!(
        pays(0).distribute(operator),
        Err(ValidatorError::Nothing.into())
    );
    pays(1_000).distribute(operator).unwrap();
    let distributed = RewardDistributed {
        operator,
        amount: n(1_000),
        commission: n(50),
    };
    host.assert_logs(staking.address(), [distributed.into_log()]);
    // 950, of which three quarters are the delegator's.
    assert_eq!(
        (
            staking.earned(operator, operator),
            staking.earned(operator, delegator),
            staking.validator(operator).commission_due
        ),
        (237, 712, 50)
    );
    let before = host.balance(delegator);
    assert_eq!(by(delegator).claim(operator), Ok(712));
    let claimed = RewardClaimed {
        operator,
        delegator,
        amount: 712,
    };
    host.assert_logs(staking.address(), [claimed.into_log()]);
    assert_eq!(host.balance(delegator), before + n(712));
    let nothing: Reverted = ValidatorError::Nothing.into();
    assert_eq!(by(delegator).claim(operator), Err(nothing.clone()));
    assert_eq!(by(operator).claim_commission(), Ok(50));
    let claimed = CommissionClaimed {
        operator,
        amount: 50,
    };
    host.assert_logs(staking.address(), [claimed.into_log()]);
    assert_eq!(by(operator).claim_commission(), Err(nothing));
    by(delegator).undelegate(operator, n(3_000)).unwrap();
    pays(100).distribute(operator).unwrap();
    assert_eq!(
        (
            staking.earned(operator, operator),
            staking.earned(operator, delegator)
        ),
        (237 + 95, 0),
        "what leaves earns no more"
    );
    assert_eq!(staking.accounts(), (1_000, 3_000, 1_100 - 762, 0));
}

#[zx::test]
fn a_commission_changes_by_steps_that_delegators_see_coming(host: &Host) {
    let (staking, operator, _) = one(host);
    let staking = staking.by(operator);
    let just = |epoch| ValidatorError::CommissionJustChanged { epoch };
    assert_eq!(staking.set_commission(501), Err(just(0).into()));
    to(host, 10);
    let step = |step| ValidatorError::CommissionStepTooLarge { step, maximum: 100 };
    assert_eq!(staking.set_commission(601), Err(step(101).into()));
    assert_eq!(staking.set_commission(300), Err(step(200).into()));
    staking.set_commission(600).unwrap();
    let changed = CommissionChanged {
        operator,
        commission: 600,
    };
    host.assert_logs(staking.address(), [changed.into_log()]);
    assert_eq!(staking.set_commission(601), Err(just(1).into()));
    let too_high = ValidatorError::CommissionTooHigh {
        commission: 2_001,
        maximum: 2_000,
    };
    assert_eq!(staking.set_commission(2_001), Err(too_high.into()));
}

#[zx::test]
fn an_offence_costs_a_share_and_the_place_in_the_set(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let by = |account| host.at::<ValidatorStaking>(staking.address()).by(account);
    by(delegator).paying(n(1_005)).delegate(operator).unwrap();
    to(host, 25);
    let evidence = offence(host, staking.address(), operator, 0, 24);
    let before = host.balance(delegator);
    // A tenth of 2,005, rounded up; a twentieth of that.
    assert_eq!(by(delegator).report(evidence.clone()), Ok(10));
    let told = [
        SetChosen {
            epoch: 2,
            members: 1,
        }
        .into_log(),
        Left { operator }.into_log(),
        Jailed {
            operator,
            until: 40,
        }
        .into_log(),
        Slashed {
            operator,
            reporter: delegator,
            height: 24,
            penalty: 201,
            reward: 10,
        }
        .into_log(),
    ];
    host.assert_logs(staking.address(), told);
    assert_eq!(host.balance(delegator), before + n(10));
    assert_eq!(staking.accounts(), (1_804, 0, 0, 191));
    assert_eq!(staking.delegation(operator, delegator), (1_005, 904));
    let info = staking.validator(operator);
    assert_eq!(
        (info.standing, info.jailed_until, info.slashes),
        (false, 40, 1)
    );
    assert_eq!(staking.next_validator_set(), []);
    let jailed: Reverted = ValidatorError::JailedUntil { block: 40 }.into();
    assert_eq!(
        by(delegator).paying(n(10)).delegate(operator),
        Err(jailed.clone())
    );
    assert_eq!(by(operator).join(), Err(jailed.clone()));
    to(host, 40);
    assert_eq!(by(operator).unjail(), Err(jailed));
    to(host, 41);
    by(operator).unjail().unwrap();
    assert!(host.emitted(Joined { operator }));
    let not_jailed: Reverted = ValidatorError::NotJailed.into();
    assert_eq!(by(operator).unjail(), Err(not_jailed));
    assert_eq!(
        by(operator).join(),
        Err(ValidatorError::AlreadyStanding.into())
    );
}

#[zx::test]
fn votes_that_do_not_exclude_each_other_are_no_offence(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    to(host, 40);
    let good = offence(host, at, operator, 0, 39);
    let no_conflict: Reverted = ValidatorError::NoConflict.into();
    let same = Evidence {
        second: good.first,
        second_signature: good.first_signature.clone(),
        ..good.clone()
    };
    assert_eq!(staking.report(same), Err(no_conflict));
    let invalid: Reverted = ValidatorError::InvalidSignature.into();
    let other_chain = Key::of(0).offend(host.block().chain_id + 1, at, operator, 39);
    let other_contract = Key::of(0).offend(host.block().chain_id, operator, operator, 39);
    let other_key = Key::of(1).offend(host.block().chain_id, at, operator, 39);
    let other_round = Evidence {
        round: good.round + 1,
        ..good.clone()
    };
    let other_kind = Evidence {
        kind: 1,
        ..good.clone()
    };
    let third = Evidence {
        second: B256::repeat_byte(3),
        ..good.clone()
    };
    for wrong in [
        other_chain,
        other_contract,
        other_key,
        other_round,
        other_kind,
        third,
    ] {
        assert_eq!(staking.report(wrong), Err(invalid.clone()));
    }
    for height in [0, 10, 41, u64::MAX] {
        let evidence = offence(host, at, operator, 0, height);
        let out = ValidatorError::OutOfTime { height };
        assert_eq!(staking.report(evidence), Err(out.into()));
    }
    let hash = staking.vote_hash(good.kind, good.height, good.round, good.first);
    assert_eq!(Key::of(0).sign(hash), good.first_signature);
    let hash = staking.possession_hash(operator);
    assert_eq!(Key::of(0).sign(hash), proof(host, at, 0, operator));
    staking.report(good).unwrap();
}

#[zx::test]
fn sums_that_do_not_fit_are_refused_when_they_come(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let most = (U256::ONE << 96) - U256::ONE;
    host.set_balance(delegator, U256::ONE << 130);
    let client = |value| {
        host.at::<ValidatorStaking>(staking.address())
            .by(delegator)
            .paying(value)
    };
    let too_much = ValidatorError::TooMuch {
        amount: most + U256::ONE,
    };
    assert_eq!(
        client(most - n(999)).delegate(operator),
        Err(too_much.into())
    );
    client(most - n(1_000)).delegate(operator).unwrap();
    assert_eq!(staking.next_validator_set()[0].stake, Uint::MAX);
    host.set_balance(parameters(host).distributor, U256::MAX);
    let most = U256::from(u128::MAX);
    let reward = |value| {
        host.at::<ValidatorStaking>(staking.address())
            .paying(value)
            .distribute(operator)
    };
    reward(most).unwrap();
    let too_much = ValidatorError::TooMuch {
        amount: most + U256::ONE,
    };
    assert_eq!(reward(U256::ONE), Err(too_much.into()));
    let earned = client(n(0)).claim(operator).unwrap();
    assert!(earned > 0);
    client(n(0)).undelegate(operator, n(1_000_000)).unwrap();
}
