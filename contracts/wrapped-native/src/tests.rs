use super::*;
use zx::{
    Event as _,
    testing::{Host, Invariants, Reverted},
};

fn n(value: u64) -> U256 {
    U256::from(value)
}

#[zx::test]
fn coins_become_tokens_and_tokens_coins(host: &Host) {
    let [alice, bob] = host.accounts();
    let coin = host.deploy::<WrappedNative>(());
    let before = host.balance(bob);
    coin.paying(n(100)).deposit().unwrap();
    host.assert_logs(
        coin.address(),
        [Deposit {
            to: alice,
            value: n(100),
        }
        .into_log()],
    );
    host.raw(coin.address())
        .by(bob)
        .paying(n(20))
        .transact(&[])
        .unwrap();
    host.assert_logs(
        coin.address(),
        [Deposit {
            to: bob,
            value: n(20),
        }
        .into_log()],
    );
    assert_eq!(
        (
            coin.balance_of(alice),
            coin.balance_of(bob),
            coin.total_supply()
        ),
        (n(100), n(20), n(120))
    );
    coin.transfer(bob, n(30)).unwrap();
    host.assert_logs(
        coin.address(),
        [Transfer {
            from: alice,
            to: bob,
            value: n(30),
        }
        .into_log()],
    );
    coin.by(bob).withdraw(n(50)).unwrap();
    host.assert_logs(
        coin.address(),
        [Withdrawal {
            from: bob,
            value: n(50),
        }
        .into_log()],
    );
    assert_eq!(
        (host.balance(bob), coin.total_supply()),
        (before + n(30), n(70))
    );
    assert_eq!(
        (coin.name(), coin.symbol(), coin.decimals()),
        ("Wrapped Coin".to_owned(), "WZX".to_owned(), 18)
    );
}

#[zx::test]
fn too_much_and_nobody_are_refused(host: &Host) {
    let [alice, bob] = host.accounts();
    let coin = host.deploy::<WrappedNative>(());
    coin.paying(n(10)).deposit().unwrap();
    let poor: Reverted = Erc20Error::ERC20InsufficientBalance {
        sender: alice,
        balance: n(10),
        needed: n(11),
    }
    .into();
    assert_eq!(coin.withdraw(n(11)), Err(poor.clone()));
    assert_eq!(coin.transfer(bob, n(11)), Err(poor));
    let receiver = Erc20Error::ERC20InvalidReceiver {
        receiver: Address::ZERO,
    };
    assert_eq!(coin.transfer(Address::ZERO, n(1)), Err(receiver.into()));
    let sender = Erc20Error::ERC20InvalidSender {
        sender: Address::ZERO,
    };
    assert_eq!(
        coin.by(Address::ZERO).transfer(bob, n(0)),
        Err(sender.into())
    );
    let spender = Erc20Error::ERC20InvalidSpender {
        spender: Address::ZERO,
    };
    assert_eq!(coin.approve(Address::ZERO, n(1)), Err(spender.into()));
    assert!(
        coin.paying(n(1)).transfer(bob, n(1)).is_err(),
        "only a deposit takes coins"
    );
}

#[zx::test]
fn others_need_an_allowance_and_oneself_does_not(host: &Host) {
    let [alice, bob] = host.accounts();
    let coin = host.deploy::<WrappedNative>(());
    coin.paying(n(100)).deposit().unwrap();
    coin.transfer_from(alice, bob, n(10)).unwrap();
    let none = Erc20Error::ERC20InsufficientAllowance {
        spender: bob,
        allowance: n(0),
        needed: n(1),
    };
    assert_eq!(
        coin.by(bob).transfer_from(alice, bob, n(1)),
        Err(none.into())
    );
    coin.approve(bob, n(5)).unwrap();
    host.assert_logs(
        coin.address(),
        [Approval {
            owner: alice,
            spender: bob,
            value: n(5),
        }
        .into_log()],
    );
    coin.by(bob).transfer_from(alice, bob, n(5)).unwrap();
    assert_eq!(
        (coin.allowance((alice, bob)), coin.balance_of(bob)),
        (n(0), n(15))
    );
    coin.approve(bob, U256::MAX).unwrap();
    coin.by(bob).transfer_from(alice, bob, n(5)).unwrap();
    assert_eq!(coin.allowance((alice, bob)), U256::MAX);
}

#[zx::test]
fn coins_that_cannot_be_sent_stay_tokens(host: &Host) {
    let deaf = Address::repeat_byte(7);
    host.set_balance(deaf, n(10));
    let coin = host.deploy::<WrappedNative>(()).by(deaf);
    coin.paying(n(10)).deposit().unwrap();
    // From now on there is a contract that answers nothing.
    host.mock(deaf).install();
    assert!(coin.withdraw(n(4)).is_err());
    assert_eq!(
        (coin.balance_of(deaf), host.balance(coin.address())),
        (n(10), n(10))
    );
}

/// What the accounts have.
fn coins(host: &Host) -> U256 {
    host.accounts::<3>()
        .into_iter()
        .map(|holder| host.balance(holder))
        .sum()
}

#[test]
fn every_token_is_covered_by_a_coin() {
    Invariants::new(|host, targets| {
        let coin = host.deploy::<WrappedNative>(()).address();
        targets
            .contract::<WrappedNative>(coin)
            .senders(host.accounts::<3>())
            .amounts(0u64..=1_000);
        (coin, coins(host))
    })
    .hold("the coins cover the tokens", |host, (coin, _)| {
        let client = host.at::<WrappedNative>(*coin);
        let held: U256 = host
            .accounts::<3>()
            .into_iter()
            .map(|holder| client.balance_of(holder))
            .sum();
        assert!(held + client.balance_of(*coin) <= host.balance(*coin));
    })
    .hold("no coin is made or lost", |host, (coin, begun)| {
        assert_eq!(coins(host) + host.balance(*coin), *begun);
    })
    .check();
}
