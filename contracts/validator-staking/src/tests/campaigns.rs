//! Random calls, and what must hold after each.

use super::*;
use crate::model::Exit;
use core::cell::Cell;
use zx::testing::Block;

/// A contract of three validators, what it should say, and the sets that were seen when epochs began.
struct Watched {
    staking: Address,
    people: Vec<Address>,
    model: RefCell<Model>,
    block: RefCell<u64>,
    sets: RefCell<BTreeMap<u64, Vec<Member>>>,
    /// The keys of each validator: from which epoch on, and the seed of which.
    keys: RefCell<[Vec<(u64, u8)>; 3]>,
}

impl Watched {
    /// Seed of the key that a validator has in an epoch.
    fn seed(&self, validator: usize, epoch: u64) -> u8 {
        let keys = self.keys.borrow();
        let mut past = keys[validator].iter().rev();
        past.find(|(from, _)| *from <= epoch).expect("the first").1
    }
}

fn quick(host: &Host) -> Parameters {
    Parameters {
        epoch_blocks: 3,
        unbonding_blocks: 5,
        jail_blocks: 2,
        maximum_reporter_reward: 20,
        ..parameters(host)
    }
}

/// Three validators with 200 each; all five accounts act, and the first distributes.
fn setup(host: &Host, targets: &mut Targets) -> Watched {
    let [owner, a, b, c, other] = host.accounts();
    let rules = quick(host);
    let staking = host.deploy::<ValidatorStaking>((rules,)).address();
    targets
        .contract::<ValidatorStaking>(staking)
        .except(&["register", "report", "setKey"])
        .senders([owner, a, b, c, other])
        .addresses([a, b, c, a, b, c])
        .amounts(0u64..=600)
        .passing(10);
    let mut model = Model {
        validators: BTreeMap::new(),
        burned: 0,
        slash_share: rules.slash_share.into(),
        reporter_share: rules.reporter_share.into(),
        reporter_cap: rules.maximum_reporter_reward,
        unbonding_blocks: rules.unbonding_blocks,
    };
    for (seed, operator) in [a, b, c].into_iter().enumerate() {
        register(host, staking, operator, seed as u8, 200).unwrap();
        for (_, log) in host.logs() {
            model.follow(&log, host.block().number);
        }
    }
    // Everybody is with everybody, so that most calls mean something.
    for operator in [a, b, c] {
        for who in [owner, a, b, c, other] {
            let client = host.at::<ValidatorStaking>(staking).by(who);
            client.paying(n(300)).delegate(operator).unwrap();
            for (_, log) in host.logs() {
                model.follow(&log, host.block().number);
            }
        }
    }
    Watched {
        staking,
        people: vec![owner, a, b, c, other],
        model: RefCell::new(model),
        // Before: what is registered so far has been followed.
        block: RefCell::new(host.block().number - 1),
        // The epoch of the deployment began without a validator.
        sets: RefCell::new(BTreeMap::from([(0, Vec::new())])),
        keys: RefCell::new([0, 1, 2].map(|seed| vec![(0, seed)])),
    }
}

/// Somebody reports that a validator has double-signed so many blocks ago.
fn prosecute(
    host: &Host,
    watched: &Watched,
    who: Address,
    (seed, ago): (u8, u8),
) -> Result<(), Reverted> {
    let validator = usize::from(seed % 3);
    let operator = watched.people[validator + 1];
    let Block {
        chain_id, number, ..
    } = host.block();
    let height = number.saturating_sub(u64::from(ago % 8));
    let seed = watched.seed(validator, height / 3);
    let evidence = Key::of(seed).offend(chain_id, watched.staking, operator, height);
    let staking = host.at::<ValidatorStaking>(watched.staking).by(who);
    staking.report(evidence).map(drop)
}

/// A validator has another key from the next epoch on.
fn change_key(host: &Host, watched: &Watched, _: Address, (which,): (u8,)) -> Result<(), Reverted> {
    let validator = usize::from(which % 3);
    let operator = watched.people[validator + 1];
    let used: usize = watched.keys.borrow().iter().map(Vec::len).sum();
    let seed = used as u8;
    let proof = proof(host, watched.staking, seed, operator);
    let staking = host.at::<ValidatorStaking>(watched.staking).by(operator);
    staking.set_key(Key::of(seed).public(), proof)?;
    let next = host.block().number / 3 + 1;
    watched.keys.borrow_mut()[validator].push((next, seed));
    Ok(())
}

/// The key of the next epoch, of this one, and of all whose votes somebody can be held liable for.
fn keys_are_those_of_their_epochs(host: &Host, watched: &Watched) {
    let staking = host.at::<ValidatorStaking>(watched.staking);
    let (epoch, liable) = (host.block().number / 3, quick(host).unbonding_blocks / 3);
    for (validator, operator) in watched.people[1..4].iter().enumerate() {
        for epoch in epoch.saturating_sub(liable)..=epoch + 1 {
            let key = Key::of(watched.seed(validator, epoch)).public();
            assert_eq!(staking.key_of(*operator, epoch), key, "of epoch {epoch}");
        }
        let now = Key::of(watched.seed(validator, epoch)).public();
        assert_eq!(staking.validator(*operator).key, now);
    }
}

/// Has the model do what the last transaction did, and notes the set when an epoch begins.
fn follow(host: &Host, watched: &Watched) {
    let (now, staking) = (
        host.block().number,
        host.at::<ValidatorStaking>(watched.staking),
    );
    let was = watched.block.replace(now);
    if now == was {
        let mut model = watched.model.borrow_mut();
        for (_, log) in host.logs().iter().filter(|(of, _)| *of == watched.staking) {
            model.follow(log, now);
        }
        return;
    }
    note_sets(watched, &staking, was, now);
}

/// Only time has passed: what is the top now was it when the epochs in between began.
fn note_sets(watched: &Watched, staking: &ValidatorStakingClient<'_>, was: u64, now: u64) {
    for epoch in was / 3 + 1..=now / 3 {
        let top = staking.next_validator_set();
        watched.sets.borrow_mut().insert(epoch, top);
    }
}

/// Between two calls, so that epochs begin and stakes are paid.
fn time_goes_on(host: &Host, watched: &Watched) {
    host.mine(1);
    let now = host.block().number;
    let was = watched.block.replace(now);
    let staking = host.at::<ValidatorStaking>(watched.staking);
    note_sets(watched, &staking, was, now);
}

fn agrees_with_the_model(host: &Host, watched: &Watched) {
    follow(host, watched);
    let (staking, model) = (
        host.at::<ValidatorStaking>(watched.staking),
        watched.model.borrow(),
    );
    for (operator, expected) in &model.validators {
        let info = staking.validator(*operator);
        assert_eq!(
            (info.stake, info.shares, info.commission_due),
            (expected.stake, expected.shares, expected.commission_due)
        );
        for who in &watched.people {
            let account = expected.accounts.get(who).cloned().unwrap_or_default();
            assert_eq!(staking.delegation(*operator, *who).0, account.shares);
            let earned = staking.earned(*operator, *who);
            assert!(
                model.has_earned(*operator, *who, earned),
                "{earned} for {who} of {account:?}"
            );
            let leaving = staking.leaving(*operator, *who);
            let left: u128 = leaving.iter().map(|leaving| leaving.amount).sum();
            let expected: u128 = account.exits.iter().map(|exit| exit.left).sum();
            let rounded = account.exits.iter().map(Exit::roundings).sum();
            assert!(left.abs_diff(expected) <= rounded, "{left} of {expected}");
        }
    }
    let (staked, leaving, _, burned) = staking.accounts();
    assert_eq!(
        (staked, leaving, burned),
        (model.staked(), model.leaving(), model.burned)
    );
}

fn all_is_covered(host: &Host, watched: &Watched) {
    let staking = host.at::<ValidatorStaking>(watched.staking);
    let (staked, leaving, owed, burned) = staking.accounts();
    let sum = U256::from(staked + leaving + owed + burned);
    assert_eq!(host.balance(watched.staking), sum, "to the wei");
    let operators = &watched.people[1..4];
    let earned: u128 = operators
        .iter()
        .map(|operator| {
            let each = |who: &Address| staking.earned(*operator, *who);
            let all: u128 = watched.people.iter().map(each).sum();
            all + staking.validator(*operator).commission_due
        })
        .sum();
    assert!(earned <= owed, "{earned} of {owed}");
    for operator in operators {
        let each = |who: &Address| staking.delegation(*operator, *who);
        let (shares, worth) = watched
            .people
            .iter()
            .map(each)
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let info = staking.validator(*operator);
        assert_eq!(shares, info.shares);
        assert!(worth <= info.stake, "{worth} of {}", info.stake);
    }
}

fn sets_are_right_and_stay(host: &Host, watched: &Watched) {
    let staking = host.at::<ValidatorStaking>(watched.staking);
    let standing = |operator: &&Address| staking.validator(**operator).standing;
    let mut expected: Vec<_> = watched.people[1..4]
        .iter()
        .filter(standing)
        .map(|operator| {
            let info = staking.validator(*operator);
            assert!(info.jailed_until == 0 && info.self_stake >= n(100));
            (core::cmp::Reverse(info.stake), *operator)
        })
        .collect();
    expected.sort();
    expected.truncate(2);
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(stake, operator)| Member {
            operator,
            stake: Uint::new(U256::from(stake.0)),
        })
        .collect();
    assert_eq!(staking.next_validator_set(), expected);
    for (epoch, set) in watched.sets.borrow().iter() {
        assert_eq!(staking.validator_set(*epoch), *set, "of epoch {epoch}");
    }
    time_goes_on(host, watched);
}

#[test]
fn the_contract_agrees_with_its_model() {
    Invariants::new(setup)
        // Each look asks some two hundred views.
        .runs(24)
        .hold(
            "the contract says what the model says",
            agrees_with_the_model,
        )
        .hold("what it owes is there", all_is_covered)
        .hold(
            "sets are the top and do not change",
            sets_are_right_and_stay,
        )
        .check();
}

#[test]
fn with_offences_the_contract_agrees_with_its_model() {
    let slashed = Cell::new(0);
    Invariants::new(setup)
        // Each look asks some two hundred views, and an offence is signed and verified twice.
        .runs(24)
        .step("prosecute", prosecute)
        .step("prosecute another", prosecute)
        .step("change a key", change_key)
        .hold(
            "the contract says what the model says",
            agrees_with_the_model,
        )
        .hold("what it owes is there", all_is_covered)
        .hold(
            "sets are the top and do not change",
            sets_are_right_and_stay,
        )
        .hold(
            "keys are those of their epochs",
            keys_are_those_of_their_epochs,
        )
        .hold("offences are punished", |host, watched| {
            let staking = host.at::<ValidatorStaking>(watched.staking);
            let slashes = |operator: &Address| staking.validator(*operator).slashes;
            let now: u32 = watched.people[1..4].iter().map(slashes).sum();
            slashed.set(slashed.get().max(now));
        })
        .check();
    assert!(slashed.get() > 2, "{} slashes in a sequence", slashed.get());
}
