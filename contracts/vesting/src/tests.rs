use super::*;
use core::cell::Cell;
use zx::{
    Event as _,
    components::OwnableError,
    testing::{Host, Invariants, Reverted},
};
use zx20::{Zx20, Zx20Client};

fn n(value: u64) -> U256 {
    U256::from(value)
}

const DURATION: u64 = 1_000;
const CLIFF: u64 = 250;

/// A wallet for the second account, which the first may revoke, with 10,000 coins and 8,000 tokens. It starts now.
fn wallet(host: &Host) -> (VestingClient<'_>, Zx20Client<'_>) {
    let [alice, bob] = host.accounts();
    let now = host.block().timestamp;
    let arguments = (bob, now, DURATION, CLIFF, alice);
    let made = host.try_deploy::<Vesting>(alice, n(10_000), arguments);
    let wallet = made.unwrap();
    let token = host.deploy::<Zx20>(("Token".to_owned(), "TKN".to_owned(), 18, n(1_000_000)));
    token.transfer(wallet.address(), n(8_000)).unwrap();
    (wallet, token)
}

#[zx::test]
fn nothing_before_the_cliff_then_by_the_second_and_all_at_the_end(host: &Host) {
    let [_, bob] = host.accounts();
    let (wallet, token) = wallet(host);
    let start = host.block().timestamp;
    let times = (
        wallet.start(),
        wallet.duration(),
        wallet.end(),
        wallet.cliff(),
    );
    let said = (n(start), n(DURATION), n(start + DURATION), n(start + CLIFF));
    assert_eq!(times, said);
    let at = |seconds| {
        let time = start + seconds;
        (
            wallet.vested_amount(time),
            wallet.vested_amount_of(token.address(), time),
        )
    };
    assert_eq!(at(249), (n(0), n(0)));
    assert_eq!(at(250), (n(2_500), n(2_000)));
    assert_eq!(at(251), (n(2_510), n(2_008)));
    assert_eq!(at(999), (n(9_990), n(7_992)));
    assert_eq!(at(1_000), (n(10_000), n(8_000)));
    assert_eq!(wallet.vested_amount(start - 1), n(0));

    host.pass(300);
    let before = host.balance(bob);
    wallet.release().unwrap();
    let released = EtherReleased { amount: n(3_000) };
    host.assert_logs(wallet.address(), [released.into_log()]);
    assert_eq!(host.balance(bob) - before, n(3_000));
    wallet.release_of(token.address()).unwrap();
    let released = ERC20Released {
        token: token.address(),
        amount: n(2_400),
    };
    host.assert_logs(wallet.address(), [released.into_log()]);
    assert_eq!(token.balance_of(bob), n(2_400));
    assert_eq!(
        (wallet.releasable(), wallet.releasable_of(token.address())),
        (n(0), n(0))
    );
    // What comes later is as if it had been there from the start.
    let paid = host.raw(wallet.address()).paying(n(1_000)).transact(&[]);
    paid.unwrap();
    assert_eq!(wallet.releasable(), n(300));
    host.pass(700);
    wallet.release().unwrap();
    wallet.release_of(token.address()).unwrap();
    assert_eq!(
        (wallet.released(), wallet.released_of(token.address())),
        (n(11_000), n(8_000))
    );
    assert_eq!(host.balance(wallet.address()), n(0));
}

#[zx::test]
fn what_is_revoked_goes_back_and_what_was_the_beneficiary_s_stays(host: &Host) {
    let [alice, bob] = host.accounts();
    let (wallet, token) = wallet(host);
    host.pass(300);
    wallet.release().unwrap();
    host.pass(100);
    assert_eq!(wallet.reclaimable(COIN), n(0));
    assert_eq!(wallet.reclaim(COIN), Err(VestingError::NotRevoked.into()));
    let stranger: Reverted = VestingError::NotRevoker { account: bob }.into();
    assert_eq!(wallet.by(bob).revoke(), Err(stranger.clone()));
    wallet.revoke().unwrap();
    host.assert_logs(wallet.address(), [Revoked { by: alice }.into_log()]);
    let revoked = host.block().timestamp;
    assert_eq!(wallet.revoked_at(), revoked);
    assert_eq!(wallet.revoke(), Err(VestingError::AlreadyRevoked.into()));
    host.pass(10_000);
    assert_eq!(wallet.by(bob).reclaim(COIN), Err(stranger));
    assert_eq!(
        (wallet.releasable(), wallet.reclaimable(COIN)),
        (n(1_000), n(6_000))
    );
    assert_eq!(wallet.reclaim(COIN), Ok(n(6_000)));
    let back = Reclaimed {
        token: COIN,
        amount: n(6_000),
    };
    host.assert_logs(wallet.address(), [back.into_log()]);
    assert_eq!(wallet.reclaim(COIN), Ok(n(0)), "once");
    assert_eq!(wallet.releasable(), n(1_000), "as before");
    wallet.release().unwrap();
    assert_eq!(host.balance(wallet.address()), n(0));
    // Of tokens too, in the other order.
    wallet.release_of(token.address()).unwrap();
    assert_eq!(token.balance_of(bob), n(3_200));
    assert_eq!(wallet.reclaim(token.address()), Ok(n(4_800)));
    assert_eq!(token.balance_of(wallet.address()), n(0));
}

#[zx::test]
fn before_the_cliff_all_of_it_goes_back_and_after_the_end_nothing(host: &Host) {
    let (early, _) = wallet(host);
    let (late, token) = wallet(host);
    host.pass(CLIFF - 1);
    early.revoke().unwrap();
    assert_eq!(early.reclaim(COIN), Ok(n(10_000)));
    host.pass(DURATION);
    late.revoke().unwrap();
    assert_eq!(late.reclaim(COIN), Ok(n(0)));
    assert_eq!(late.reclaim(token.address()), Ok(n(0)));
    assert_eq!(late.releasable(), n(10_000));
}

/// A token that takes half of all balances, after the one or the other has been given theirs: what is left is not locked up
/// for being less than is due.
#[zx::test]
fn of_a_token_that_takes_from_balances_what_is_left_can_be_had(host: &Host) {
    let [alice, bob] = host.accounts();
    let token = Address::repeat_byte(0x70);
    let has = |amount| {
        host.mock(token)
            .returns(zx::selector("balanceOf(address)"), n(amount))
            .returns(zx::selector("transfer(address,uint256)"), true)
            .install();
    };
    for first_is_the_beneficiary in [true, false] {
        let now = host.block().timestamp;
        let wallet = host.deploy::<Vesting>((bob, now, DURATION, 0, alice));
        has(1_000);
        host.pass(DURATION / 2);
        wallet.revoke().unwrap();
        if first_is_the_beneficiary {
            wallet.release_of(token).unwrap();
        } else {
            assert_eq!(wallet.reclaim(token), Ok(n(500)));
        }
        has(250);
        if first_is_the_beneficiary {
            assert_eq!(wallet.reclaim(token), Ok(n(250)));
        } else {
            assert_eq!(wallet.releasable_of(token), n(250));
            wallet.release_of(token).unwrap();
        }
        has(0);
        let left = (wallet.releasable_of(token), wallet.reclaimable(token));
        assert_eq!(left, (n(0), n(0)));
    }
}

#[zx::test]
fn without_a_revoker_nobody_revokes(host: &Host) {
    let [alice, bob] = host.accounts();
    let now = host.block().timestamp;
    let wallet = host.deploy::<Vesting>((bob, now, DURATION, 0, Address::ZERO));
    assert_eq!(wallet.revoker(), Address::ZERO);
    for account in [alice, bob, Address::ZERO] {
        let refused = wallet.by(account).revoke();
        assert_eq!(refused, Err(VestingError::NotRevoker { account }.into()));
    }
    assert_eq!(wallet.cliff(), n(now));
}

#[zx::test]
fn terms_that_are_none_are_refused(host: &Host) {
    let [alice, bob] = host.accounts();
    let deploy = |arguments| {
        host.try_deploy::<Vesting>(alice, n(0), arguments)
            .map(|_| ())
    };
    let cliff = VestingError::InvalidCliffDuration {
        cliff_seconds: 11,
        duration_seconds: 10,
    };
    assert_eq!(deploy((bob, 0, 10, 11, alice)), Err(cliff.into()));
    let endless = VestingError::InvalidDuration {
        duration_seconds: u64::MAX,
    };
    assert_eq!(deploy((bob, 1, u64::MAX, 0, alice)), Err(endless.into()));
    let nobody = OwnableError::OwnableInvalidOwner {
        owner: Address::ZERO,
    };
    assert_eq!(deploy((Address::ZERO, 0, 1, 0, alice)), Err(nobody.into()));
}

#[zx::test]
fn the_wallet_can_be_handed_on_and_gives_nobody_what_is_nobody_s(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let (wallet, token) = wallet(host);
    host.pass(500);
    wallet.by(bob).ownable().transfer_ownership(carol).unwrap();
    let (wallet, token) = (host.at::<Vesting>(wallet.address()), token.address());
    wallet.by(carol).ownable().accept_ownership().unwrap();
    let wallet = host.at::<Vesting>(wallet.address());
    wallet.release_of(token).unwrap();
    assert_eq!(host.at::<Zx20>(token).balance_of(carol), n(4_000));
    let deaf = Address::repeat_byte(0xDE);
    host.mock(deaf).install();
    wallet.by(carol).ownable().transfer_ownership(deaf).unwrap();
    let wallet = host.at::<Vesting>(wallet.address());
    wallet.by(deaf).ownable().accept_ownership().unwrap();
    let wallet = host.at::<Vesting>(wallet.address());
    let value = n(5_000);
    assert_eq!(
        wallet.release(),
        Err(VestingError::NotSent { to: deaf, value }.into())
    );
    wallet.by(deaf).ownable().renounce_ownership().unwrap();
    let wallet = host.at::<Vesting>(wallet.address());
    let nobody: Reverted = VestingError::NoBeneficiary.into();
    assert_eq!(wallet.release(), Err(nobody.clone()));
    assert_eq!(wallet.release_of(token), Err(nobody));
    // The zero address is no token: coins are released by their own method, and told as coins.
    assert!(wallet.release_of(COIN).is_err());
}

#[test]
fn what_was_given_and_what_went_back_is_what_came() {
    Invariants::new(|host, targets| {
        let (wallet, token) = wallet(host);
        let [alice, bob, carol] = host.accounts();
        let addresses = (wallet.address(), token.address());
        targets
            .contract::<Vesting>(addresses.0)
            .contract::<Zx20>(addresses.1)
            .only(&["release", "reclaim", "revoke", "transfer"])
            .senders([alice, bob, carol])
            .addresses([COIN])
            .amounts(0u64..=2_000)
            .passing(200);
        (addresses, Cell::new((n(0), n(0))))
    })
    .hold(
        "the beneficiary's part is there",
        |host, ((wallet, token), _)| {
            let wallet = host.at::<Vesting>(*wallet);
            let there = [
                (COIN, host.balance(wallet.address()), wallet.releasable()),
                (
                    *token,
                    host.at::<Zx20>(*token).balance_of(wallet.address()),
                    wallet.releasable_of(*token),
                ),
            ];
            for (asset, balance, due) in there {
                assert!(due + wallet.reclaimable(asset) <= balance, "{asset}");
            }
        },
    )
    .hold(
        "what became theirs stays theirs",
        |host, ((wallet, token), last)| {
            let wallet = host.at::<Vesting>(*wallet);
            let coins = wallet.released() + wallet.releasable();
            let tokens = wallet.released_of(*token) + wallet.releasable_of(*token);
            let before = last.replace((coins, tokens));
            assert!(coins >= before.0 && tokens >= before.1);
            let revoked = wallet.revoked_at() > 0;
            assert!(!revoked || coins <= n(10_000));
        },
    )
    .check();
}
