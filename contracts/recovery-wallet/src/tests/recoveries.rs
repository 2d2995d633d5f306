//! How guardians give the wallet another owner.

use super::*;

#[zx::test]
fn enough_guardians_make_a_new_owner_after_the_delay(host: &Host) {
    let safe = Safe::new(host);
    let candidate = safe.stranger;
    safe.guardian(0).support_recovery(candidate).unwrap();
    let supported = |number: usize| RecoverySupported {
        guardian: safe.guardians[number],
        candidate,
    };
    host.assert_logs(safe.wallet, [supported(0).into_log()]);
    assert_eq!(safe.owner().recovery_support(candidate), 1);
    assert_eq!(
        safe.guardian(0).support_recovery(candidate),
        Err(RecoveryError::AlreadySupported { candidate }.into())
    );
    let none: Reverted = RecoveryError::NoRecovery.into();
    assert_eq!(safe.guardian(0).finish_recovery(), Err(none.clone()));
    let ready = host.block().timestamp + RECOVERY;
    safe.guardian(1).support_recovery(candidate).unwrap();
    let started = RecoveryStarted { candidate, ready };
    host.assert_logs(safe.wallet, [supported(1).into_log(), started.into_log()]);
    assert_eq!(safe.owner().recovery(), (candidate, ready));
    assert_eq!(
        safe.guardian(2).support_recovery(candidate),
        Err(RecoveryError::RecoveryRunning { candidate }.into())
    );
    host.pass(RECOVERY - 1);
    assert_eq!(
        safe.guardian(0).finish_recovery(),
        Err(RecoveryError::TooEarly { ready }.into())
    );
    host.pass(1);
    safe.by(safe.stranger).finish_recovery().unwrap();
    let changed = OwnerChanged {
        previous: safe.owner,
        owner: candidate,
    };
    host.assert_logs(safe.wallet, [changed.into_log()]);
    assert_eq!(safe.owner().owner(), candidate);
    assert_eq!(safe.guardian(0).finish_recovery(), Err(none));
    safe.by(candidate).pay(candidate, n(1)).unwrap();
}

#[zx::test]
fn the_owner_cancels_and_guardians_begin_again(host: &Host) {
    let safe = Safe::new(host);
    let candidate = safe.stranger;
    assert_eq!(
        safe.owner().cancel_recovery(),
        Err(RecoveryError::NoRecovery.into())
    );
    for number in 0..2 {
        safe.guardian(number).support_recovery(candidate).unwrap();
    }
    safe.owner().cancel_recovery().unwrap();
    host.assert_logs(safe.wallet, [RecoveryCancelled { candidate }.into_log()]);
    assert_eq!(safe.owner().recovery(), (Address::ZERO, 0));
    assert_eq!(safe.owner().recovery_support(candidate), 0);
    safe.guardian(2).support_recovery(candidate).unwrap();
    assert_eq!(safe.owner().recovery(), (Address::ZERO, 0));
    host.pass(RECOVERY * 2);
    assert_eq!(
        safe.guardian(2).finish_recovery(),
        Err(RecoveryError::NoRecovery.into())
    );
}

#[zx::test]
fn a_guardian_wants_one_at_a_time(host: &Host) {
    let safe = Safe::new(host);
    let (one, other) = (safe.stranger, Address::repeat_byte(0x22));
    safe.guardian(0).support_recovery(one).unwrap();
    safe.guardian(0).support_recovery(other).unwrap();
    let wallet = safe.owner();
    assert_eq!(
        (wallet.recovery_support(one), wallet.recovery_support(other)),
        (0, 1)
    );
    safe.guardian(1).support_recovery(one).unwrap();
    assert_eq!(wallet.recovery().0, Address::ZERO, "one each");
    safe.guardian(2).support_recovery(other).unwrap();
    assert_eq!(wallet.recovery().0, other);
}

#[zx::test]
fn who_cannot_be_the_owner_is_no_candidate(host: &Host) {
    let safe = Safe::new(host);
    for owner in [COIN, safe.wallet, safe.owner, safe.guardians[1]] {
        assert_eq!(
            safe.guardian(0).support_recovery(owner),
            Err(RecoveryError::InvalidOwner { owner }.into())
        );
    }
}
