//! Who is in the set, when, and where a node finds it.

use super::*;
use alloy_primitives::keccak256;

fn members(set: &[(Address, u64)]) -> Vec<Member> {
    set.iter()
        .map(|(operator, stake)| Member {
            operator: *operator,
            stake: Uint::new(n(*stake)),
        })
        .collect()
}

#[zx::test]
fn the_set_is_the_top_by_stake_as_the_epoch_began(host: &Host) {
    let [_, alice, bob, carol] = host.accounts();
    let staking = open(host);
    let at = staking.address();
    let set = |set: &[(Address, u64)]| members(set);
    register(host, at, alice, 0, 100).unwrap();
    register(host, at, bob, 1, 200).unwrap();
    register(host, at, carol, 2, 200).unwrap();
    let (low, high) = (bob.min(carol), bob.max(carol));
    assert_eq!((staking.epoch(), staking.validator_set(0)), (0, vec![]));
    assert_eq!(
        staking.next_validator_set(),
        set(&[(low, 200), (high, 200)]),
        "of equal ones the lower address is first"
    );
    assert_eq!(
        staking.try_validator_set(1),
        Err(ValidatorError::NotYet { epoch: 0 }.into())
    );
    // Epochs 1 and 2 go by without a call; the first call that moves a stake is in the third.
    to(host, 35);
    let before = set(&[(low, 200), (high, 200)]);
    assert_eq!(staking.validator_set(3), before);
    host.at::<ValidatorStaking>(at)
        .by(alice)
        .paying(n(900))
        .delegate(alice)
        .unwrap();
    assert!(host.emitted(SetChosen {
        epoch: 3,
        members: 2
    }));
    for epoch in 1..=3 {
        assert_eq!(staking.validator_set(epoch), before, "of {epoch}");
    }
    assert_eq!(staking.validator_set(0), []);
    to(host, 40);
    let after = set(&[(alice, 1_000), (low, 200)]);
    assert_eq!(staking.validator_set(4), after);
    assert_eq!(staking.advance(), Ok(4));
    let chosen = SetChosen {
        epoch: 4,
        members: 2,
    };
    host.assert_logs(at, [chosen.into_log()]);
    assert_eq!(staking.advance(), Ok(4));
    host.assert_logs(at, []);
    assert_eq!(staking.validator_set(4), after);
}

#[zx::test]
fn who_has_too_little_of_its_own_stands_no_more(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    by(delegator).paying(n(5_000)).delegate(operator).unwrap();
    by(operator).undelegate(operator, n(900)).unwrap();
    assert!(staking.validator(operator).standing);
    by(operator).undelegate(operator, n(1)).unwrap();
    assert!(host.emitted(Left { operator }));
    assert!(staking.candidates().is_empty());
    let poor = ValidatorError::TooLittle {
        amount: n(99),
        minimum: 100,
    };
    assert_eq!(by(operator).join(), Err(poor.into()));
    assert_eq!(
        by(operator).paying(n(0)).delegate(operator),
        Err(ValidatorError::TooLittle {
            amount: n(0),
            minimum: 1
        }
        .into())
    );
    by(operator).paying(n(1)).delegate(operator).unwrap();
    by(operator).join().unwrap();
    assert_eq!(staking.next_validator_set(), members(&[(operator, 5_100)]));
}

/// Whoever fills all places with small stakes keeps nobody out who has more.
#[zx::test]
fn a_place_is_taken_from_who_has_the_least(host: &Host) {
    let [a, b, c, d, e] = host.accounts();
    let staking = open(host);
    let at = staking.address();
    for (operator, seed, stake) in [(a, 0, 300), (b, 1, 100), (c, 2, 200)] {
        register(host, at, operator, seed, stake).unwrap();
    }
    let outbid: Reverted = ValidatorError::Outbid { stake: 100 }.into();
    assert_eq!(register(host, at, d, 3, 100), Err(outbid.clone()));
    register(host, at, e, 4, 101).unwrap();
    assert!(host.emitted(Left { operator: b }));
    assert_eq!(staking.candidates(), [a, e, c]);
    let client = host.at::<ValidatorStaking>(at).by(b);
    let outbid: Reverted = ValidatorError::Outbid { stake: 101 }.into();
    assert_eq!(client.join(), Err(outbid));
    // What it has staked is still its own, and can grow.
    host.at::<ValidatorStaking>(at)
        .by(d)
        .paying(n(50))
        .delegate(b)
        .unwrap();
    client.join().unwrap();
    assert_eq!(staking.candidates(), [a, b, c]);
    assert!(!staking.validator(e).standing);
}

#[zx::test]
fn a_node_finds_the_set_in_the_slots_that_are_promised(host: &Host) {
    let [_, alice, bob] = host.accounts();
    let staking = open(host);
    let at = staking.address();
    register(host, at, alice, 0, 100).unwrap();
    register(host, at, bob, 1, 300).unwrap();
    to(host, 10);
    staking.advance().unwrap();
    let slot = |number: U256| U256::from_be_bytes(host.slot(at, number.to_be_bytes()));
    let hashed = |bytes: &[u8]| U256::from_be_bytes(keccak256(bytes).0);
    let word = |value: U256| value.to_be_bytes();
    let address = |account: Address| U256::from_be_bytes(account.into_word().0);
    // 4: candidates.
    assert_eq!(slot(n(4)), n(2));
    let first = hashed(&word(n(4)));
    assert_eq!(
        [slot(first), slot(first + n(1))],
        [address(alice), address(bob)]
    );
    // 5: epochs that have a set: 0 and 1, in one slot.
    assert_eq!(slot(n(5)), n(2));
    assert_eq!(slot(hashed(&word(n(5)))), n(1) << 64);
    // 6: the set of epoch 1.
    let set = hashed(&[word(n(1)), word(n(6))].concat());
    assert_eq!(slot(set), n(2));
    let first = hashed(&word(set));
    let member = |operator, stake: u64| address(operator) | (n(stake) << 160);
    assert_eq!(
        [slot(first), slot(first + n(1))],
        [member(bob, 300), member(alice, 100)]
    );
    // 7: stake and shares.
    let pool = hashed(&[word(address(bob)), word(n(7))].concat());
    assert_eq!(slot(pool), n(300) | (n(300) << 128));
    // 8: the key, in the fourth slot; 64 bytes, which stand elsewhere.
    let key = hashed(&[word(address(bob)), word(n(8))].concat()) + n(3);
    assert_eq!(slot(key), n(64 * 2 + 1));
    let first = hashed(&word(key));
    let halves = [slot(first), slot(first + n(1))].map(word).concat();
    assert_eq!(halves, Key::of(1).public());
}

/// What the largest set costs, against the gas of a block.
#[zx::test]
fn the_largest_set_is_chosen_within_a_sixth_of_a_block(host: &Host) {
    let large = Parameters {
        maximum_validators: 100,
        maximum_candidates: 200,
        ..parameters(host)
    };
    let staking = host.deploy::<ValidatorStaking>((large,));
    let at = staking.address();
    for number in 0..200u8 {
        let operator = Address::repeat_byte(number + 1);
        host.set_balance(operator, n(10_000));
        let key = Bytes::from(ed25519(number).verifying_key().to_bytes().to_vec());
        let hash = staking.possession_hash(operator);
        let proof = {
            use ed25519_dalek::Signer as _;
            ed25519(number).sign(&hash.0).to_bytes().to_vec().into()
        };
        host.at::<ValidatorStaking>(at)
            .by(operator)
            .paying(n(100 + u64::from(number)))
            .register(key, proof, 0, 0)
            .unwrap();
    }
    to(host, 10);
    staking.advance().unwrap();
    if let Some(gas) = host.gas_used() {
        assert!(gas < 5_000_000, "{gas}");
    }
    let set = staking.validator_set(1);
    let stakes: Vec<_> = set.iter().map(|member| member.stake.get()).collect();
    let expected: Vec<_> = (200..300).rev().map(n).collect();
    assert_eq!(stakes, expected);
}

fn ed25519(number: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[number; 32])
}
