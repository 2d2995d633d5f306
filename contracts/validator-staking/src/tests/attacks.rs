//! What is tried against it.

use super::*;

/// Leaving after an offence, before anybody reports it.
#[zx::test]
fn what_leaves_after_the_offence_bears_it(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    by(delegator).paying(n(1_000)).delegate(operator).unwrap();
    // Leaves in epoch 0, and stands until block 10.
    by(delegator).undelegate(operator, n(500)).unwrap();
    to(host, 12);
    by(delegator).undelegate(operator, n(300)).unwrap();
    to(host, 25);
    // The offence is at 10: the first part did not stand for it, the second did until 20.
    staking.report(offence(host, at, operator, 0, 10)).unwrap();
    to(host, 26);
    by(delegator).undelegate(operator, n(100)).unwrap();
    let amounts: Vec<_> = staking
        .leaving(operator, delegator)
        .into_iter()
        .map(|leaving| (leaving.amount, leaving.withdrawable))
        .collect();
    assert_eq!(
        amounts,
        [(500, 40), (270, 50), (90, 60)],
        "the last part has lost its tenth before it left"
    );
    to(host, 60);
    assert_eq!(by(delegator).withdraw(operator), Ok(860));
    // A tenth of 1,200, less what the reporter got, and of 300.
    assert_eq!(staking.accounts(), (1_080 - 90, 0, 0, 120 - 6 + 30));
    assert_eq!(
        host.balance(at),
        n(1_080 - 90 + 144),
        "what was slashed is here, and nobody's"
    );
}

/// Stakes that leave can be withdrawn in the very block from which on no evidence is taken.
#[zx::test]
fn no_stake_is_gone_before_its_offences_are_too_old(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    by(delegator).paying(n(1_000)).delegate(operator).unwrap();
    by(delegator).undelegate(operator, n(1_000)).unwrap();
    // It stands until block 9.
    to(host, 38);
    let last = offence(host, at, operator, 0, 9);
    host.rehearse(|| {
        staking.report(last.clone()).unwrap();
        to(host, 40);
        assert_eq!(by(delegator).withdraw(operator), Ok(900));
    });
    to(host, 39);
    let too_old = ValidatorError::OutOfTime { height: 9 };
    assert_eq!(staking.report(last), Err(too_old.into()));
    assert_eq!(
        by(delegator).withdraw(operator),
        Err(ValidatorError::Nothing.into())
    );
    to(host, 40);
    assert_eq!(by(delegator).withdraw(operator), Ok(1_000));
}

/// The same evidence, its votes in the other order, other signatures, and other offences of before.
#[zx::test]
fn an_offence_is_punished_once(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    to(host, 20);
    let evidence = offence(host, at, operator, 0, 18);
    staking.report(evidence.clone()).unwrap();
    let punished: Reverted = ValidatorError::AlreadyPunished { height: 18 }.into();
    assert_eq!(staking.report(evidence.clone()), Err(punished.clone()));
    let turned = Evidence {
        first: evidence.second,
        first_signature: evidence.second_signature.clone(),
        second: evidence.first,
        second_signature: evidence.first_signature.clone(),
        ..evidence
    };
    assert_eq!(staking.report(turned), Err(punished.clone()));
    for height in 18..=20 {
        let again = offence(host, at, operator, 0, height);
        assert_eq!(staking.report(again), Err(punished.clone()));
    }
    assert_eq!(staking.validator(operator).stake, 900);
    to(host, 22);
    staking.report(offence(host, at, operator, 0, 21)).unwrap();
    assert_eq!(
        (
            staking.validator(operator).stake,
            staking.validator(operator).slashes
        ),
        (810, 2)
    );
}

/// A validator that offends, lets its stake leave, offends again with the rest, and reports that.
#[zx::test]
fn a_later_offence_is_no_shield_for_what_left_between(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    to(host, 11);
    // The offence is now; nine tenths leave.
    by(operator).undelegate(operator, n(900)).unwrap();
    to(host, 25);
    by(operator)
        .report(offence(host, at, operator, 0, 24))
        .unwrap();
    assert_eq!(staking.leaving(operator, operator)[0].amount, 900);
    assert_eq!(
        by(delegator).report(offence(host, at, operator, 0, 11)),
        Ok(0)
    );
    let moved = Slashed {
        operator,
        reporter: delegator,
        height: 11,
        penalty: 0,
        reward: 0,
    };
    host.assert_logs(at, [moved.into_log()]);
    assert_eq!(staking.leaving(operator, operator)[0].amount, 810);
    assert_eq!(staking.validator(operator).stake, 90, "not again");
    assert_eq!(
        by(delegator).report(offence(host, at, operator, 0, 12)),
        Err(ValidatorError::AlreadyPunished { height: 11 }.into())
    );
}

#[zx::test]
fn who_reports_itself_loses(host: &Host) {
    let generous = Parameters {
        reporter_share: 5_000,
        maximum_reporter_reward: 30,
        ..parameters(host)
    };
    let [_, operator] = host.accounts();
    let staking = host.deploy::<ValidatorStaking>((generous,)).by(operator);
    register(host, staking.address(), operator, 0, 1_000).unwrap();
    let evidence = offence(host, staking.address(), operator, 0, 1);
    assert_eq!(staking.report(evidence), Ok(30), "of the hundred it lost");
}

/// With hardly anything of its own at stake, a validator would be paid for what its delegators lose.
#[zx::test]
fn who_reports_itself_does_not_earn_by_what_others_lose(host: &Host) {
    let [_, operator, delegator, accomplice] = host.accounts();
    let high = Parameters {
        maximum_reporter_reward: 1_000_000,
        ..parameters(host)
    };
    let staking = host.deploy::<ValidatorStaking>((high,));
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    register(host, at, operator, 0, 1_000).unwrap();
    by(delegator).paying(n(999_000)).delegate(operator).unwrap();
    let report = || {
        let height = host.block().number;
        by(accomplice).report(offence(host, at, operator, 0, height))
    };
    // A twentieth of the 100,000 that all lose would be 5,000.
    host.rehearse(|| assert_eq!(report(), Ok(50), "half of its own hundred"));
    by(operator).undelegate(operator, n(900)).unwrap();
    assert_eq!(report(), Ok(50), "what is leaving is lost as well");
    assert_eq!(staking.leaving(operator, operator)[0].amount, 810);
    assert_eq!(staking.accounts(), (899_190, 900, 0, 99_910 - 50));
    to(host, 40);
    assert_eq!(by(operator).withdraw(operator), Ok(810));
    by(operator).undelegate(operator, n(100)).unwrap();
    to(host, 100);
    by(operator).withdraw(operator).unwrap();
    assert_eq!(report(), Ok(0), "who has nothing to lose earns nothing");
}

/// Eight times, and for ever.
#[zx::test]
fn who_never_learns_stays_out(host: &Host) {
    let (staking, operator, delegator) = one(host);
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    by(operator).paying(n(100_000)).delegate(operator).unwrap();
    for number in 1..=8 {
        host.mine(40);
        let height = host.block().number;
        staking
            .report(offence(host, at, operator, 0, height))
            .unwrap();
        let until = staking.validator(operator).jailed_until;
        assert_eq!(until == u64::MAX, number == 8);
    }
    host.mine(1_000);
    let out: Reverted = ValidatorError::JailedUntil { block: u64::MAX }.into();
    assert_eq!(by(operator).unjail(), Err(out.clone()));
    assert_eq!(by(operator).join(), Err(out.clone()));
    assert_eq!(by(delegator).paying(n(10)).delegate(operator), Err(out));
    let height = host.block().number;
    let more = staking.report(offence(host, at, operator, 0, height));
    assert!(
        matches!(
            more.unwrap_err().decode(),
            Some(ValidatorError::AlreadyPunished { .. })
        ),
        "the list of slashes ends"
    );
    by(operator).undelegate(operator, n(1_000)).unwrap();
}

/// A signature in its other form (EIP-2), cut, or too long.
#[zx::test]
fn signatures_have_one_form(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    let good = offence(host, at, operator, 0, 1);
    let order = U256::from_be_bytes(
        zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0,
    );
    let mut turned = good.first_signature.to_vec();
    let s = U256::from_be_bytes(turned[32..64].try_into().expect("32 bytes"));
    turned[32..64].copy_from_slice(&(order - s).to_be_bytes());
    turned[64] = 27 + 28 - turned[64];
    let mut long = good.first_signature.to_vec();
    long.push(0);
    for signature in [turned, long, good.first_signature[..64].to_vec()] {
        let evidence = Evidence {
            first_signature: signature.into(),
            ..good.clone()
        };
        assert_eq!(
            staking.report(evidence),
            Err(ValidatorError::InvalidSignature.into())
        );
    }
}

/// A small pool after a slash: whoever comes next must not lose to who was there, nor win.
#[zx::test]
fn shares_cannot_be_made_dear_for_the_next(host: &Host) {
    let [_, operator, delegator] = host.accounts();
    let cheap = Parameters {
        minimum_self_stake: 1,
        minimum_delegation: 1,
        slash_share: 5_000,
        ..parameters(host)
    };
    let staking = host.deploy::<ValidatorStaking>((cheap,));
    let at = staking.address();
    let by = |account| host.at::<ValidatorStaking>(at).by(account);
    register(host, at, operator, 0, 101).unwrap();
    staking.report(offence(host, at, operator, 0, 1)).unwrap();
    // 50 for 101 shares. Shares that are worth less than a wei cannot be burned to make the others dear.
    assert_eq!(
        by(operator).undelegate(operator, n(2)),
        Err(ValidatorError::WorthNothing.into())
    );
    by(operator).undelegate(operator, n(98)).unwrap();
    host.mine(20);
    by(operator).unjail().unwrap();
    let (before, value) = (staking.delegation(operator, operator).1, 1_000);
    let shares = by(delegator).paying(n(value)).delegate(operator).unwrap();
    assert!(shares > 0);
    let after = staking.delegation(operator, delegator).1;
    assert!(after <= u128::from(value) && after + 1 >= u128::from(value));
    assert!(staking.delegation(operator, operator).1 <= before + 1);
    // And who brings too little for a share is told so, and keeps it.
    let ruined = Parameters {
        slash_share: 10_000,
        ..cheap
    };
    let staking = host.deploy::<ValidatorStaking>((ruined,));
    let at = staking.address();
    register(host, at, operator, 0, 100).unwrap();
    staking
        .report(offence(host, at, operator, 0, host.block().number))
        .unwrap();
    assert_eq!(staking.accounts().0, 0);
    assert_eq!(
        host.at::<ValidatorStaking>(at)
            .by(operator)
            .paying(n(100))
            .delegate(operator),
        Err(ValidatorError::WorthNothing.into())
    );
}

/// Coins that come without a call are nobody's.
#[zx::test]
fn gifts_are_no_stake_and_no_reward(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    host.set_balance(at, n(1_000_000));
    assert_eq!(staking.accounts(), (1_000, 0, 0, 0));
    assert_eq!(staking.earned(operator, operator), 0);
    assert_eq!(staking.delegation(operator, operator), (1_000, 1_000));
    let paid = host.raw(at).by(operator).paying(n(1)).transact(&[]);
    assert!(paid.is_err(), "a plain payment is refused");
}

/// What cannot be paid stays somebody's: nothing is lost with a receiver that refuses.
#[zx::test]
fn who_cannot_be_paid_keeps_what_is_theirs(host: &Host) {
    let (staking, operator, _) = one(host);
    let at = staking.address();
    let deaf = Address::repeat_byte(7);
    host.set_balance(deaf, n(1_000));
    let theirs = host.at::<ValidatorStaking>(at).by(deaf);
    host.at::<ValidatorStaking>(at)
        .by(deaf)
        .paying(n(1_000))
        .delegate(operator)
        .unwrap();
    host.at::<ValidatorStaking>(at)
        .paying(n(1_000))
        .distribute(operator)
        .unwrap();
    theirs.undelegate(operator, n(1_000)).unwrap();
    host.mock(deaf).install();
    host.mine(100);
    assert!(theirs.withdraw(operator).is_err() && theirs.claim(operator).is_err());
    assert_eq!(staking.leaving(operator, deaf)[0].amount, 1_000);
    // Half of 950, rounded down with all binary places.
    assert_eq!(staking.earned(operator, deaf), 474);
    assert_eq!(staking.accounts(), (1_000, 1_000, 1_000, 0));
}
