//! Keys that are replaced.

use super::*;

fn change(host: &Host, staking: Address, operator: Address, seed: u8) -> Result<(), Reverted> {
    let proof = proof(host, staking, seed, operator);
    let client = host.at::<ValidatorStaking>(staking).by(operator);
    client.set_key(Key::of(seed).public(), proof)
}

#[zx::test]
fn a_key_is_another_from_the_next_epoch_on(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    change(host, at, operator, 2).unwrap();
    let (old, new) = (Key::of(0).public(), Key::of(2).public());
    let changed = KeyChanged {
        operator,
        key: new.clone(),
        epoch: 1,
    };
    host.assert_logs(at, [changed.into_log()]);
    assert_eq!(staking.validator(operator).key, old);
    let keys = |epoch| staking.key_of(operator, epoch);
    assert_eq!(
        (keys(0), keys(1), keys(9)),
        (old.clone(), new.clone(), new.clone())
    );
    let just = |epoch| Err(ValidatorError::KeyJustChanged { epoch }.into());
    assert_eq!(change(host, at, operator, 3), just(0));
    to(host, 10);
    assert_eq!(staking.validator(operator).key, new);
    change(host, at, operator, 3).unwrap();
    assert_eq!(change(host, at, operator, 4), just(1));
    assert_eq!(staking.validator(operator).key, new);
    to(host, 25);
    let third = Key::of(3).public();
    assert_eq!((keys(0), keys(1), keys(2)), (old, new, third.clone()));
    assert_eq!(staking.validator(operator).key, third);
}

/// A validator that changes its key does not get rid of what it has voted; nor can anybody who finds an old key make it
/// vote.
#[zx::test]
fn a_vote_counts_by_the_key_of_its_epoch(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    let registered = host.block().number;
    change(host, at, operator, 2).unwrap();
    to(host, 10);
    change(host, at, operator, 3).unwrap();
    to(host, 25);
    let seeds = [0, 2, 3];
    for (height, good) in [(registered, 0), (9, 0), (10, 2), (19, 2), (20, 3), (25, 3)] {
        for seed in seeds {
            host.rehearse(|| {
                let reported = staking.report(offence(host, at, operator, seed, height));
                let refused = Err(ValidatorError::InvalidSignature.into());
                if seed == good {
                    assert!(reported.is_ok(), "{height} by {seed}: {reported:?}");
                } else {
                    assert_eq!(reported, refused, "{height} by {seed}");
                }
            });
        }
    }
}

#[zx::test]
fn what_is_no_key_for_a_validator_is_refused(host: &Host) {
    let (staking, operator, stranger) = one(host);
    let at = staking.address();
    let refused = |error: ValidatorError| Err(error.into());
    let unknown = ValidatorError::UnknownValidator { operator: stranger };
    assert_eq!(change(host, at, stranger, 1), refused(unknown));
    let own = staking.by(operator);
    let theirs = proof(host, at, 1, stranger);
    let key = Key::of(1).public();
    assert_eq!(
        own.set_key(key.clone(), theirs),
        refused(ValidatorError::InvalidSignature)
    );
    assert_eq!(
        own.set_key(key.slice(1..), proof(host, at, 1, operator)),
        refused(ValidatorError::InvalidKey { length: n(63) })
    );
    register(host, at, stranger, 1, 100).unwrap();
    for (seed, operator_of) in [(0, operator), (1, stranger)] {
        let taken = ValidatorError::KeyTaken {
            operator: operator_of,
        };
        assert_eq!(change(host, at, operator, seed), refused(taken));
    }
    change(host, at, operator, 3).unwrap();
    to(host, 10);
    let taken = ValidatorError::KeyTaken { operator };
    assert_eq!(change(host, at, operator, 0), refused(taken), "it was used");
}

/// Keys are looked through for evidence, and kept as long as there can be some: eight at a time.
#[zx::test]
fn so_many_keys_are_kept_and_those_that_nobody_is_liable_for_are_not(host: &Host) {
    let [_, operator] = host.accounts();
    let long = Parameters {
        unbonding_blocks: 200,
        ..parameters(host)
    };
    let staking = host.deploy::<ValidatorStaking>((long,));
    let at = staking.address();
    register(host, at, operator, 0, 1_000).unwrap();
    // The last two are not among the eight.
    for seed in 1..=9 {
        change(host, at, operator, seed).unwrap();
        host.mine(10);
    }
    assert!(staking.key_of(operator, 0) == Key::of(0).public());
    assert_eq!(
        change(host, at, operator, 10),
        Err(ValidatorError::TooManyKeys.into())
    );
    // The first was used until block 9.
    let height = 9;
    to(host, 208);
    let evidence = offence(host, at, operator, 0, height);
    host.rehearse(|| assert!(staking.report(evidence.clone()).is_ok()));
    assert!(change(host, at, operator, 10).is_err());
    to(host, 210);
    change(host, at, operator, 10).unwrap();
    let late = ValidatorError::OutOfTime { height };
    assert_eq!(staking.report(evidence), Err(late.into()));
}
