use super::*;
use core::cell::Cell;
use zx::{
    Event as _,
    components::erc20::{Approval, Erc20Error, Transfer},
    testing::{Host, Invariants, Reverted},
};
use zx20::{Zx20, Zx20Client};

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A pool that lends for 0.05 %, and its token, of which the first two accounts have half a million each.
fn pool(host: &Host) -> (FlashLenderClient<'_>, Zx20Client<'_>) {
    let [alice, bob] = host.accounts();
    let name = |text: &str| text.to_owned();
    let token = host.deploy::<Zx20>((name("Token"), name("TKN"), 6, n(1_000_000)));
    let arguments = (token.address(), name("Share"), name("SHR"), 5);
    let pool = host.deploy::<FlashLender>(arguments);
    token.transfer(bob, n(500_000)).unwrap();
    for account in [alice, bob] {
        let token = host.at::<Zx20>(token.address()).by(account);
        token.approve(pool.address(), U256::MAX).unwrap();
    }
    (pool, token)
}

#[zx::test]
fn it_says_what_it_is(host: &Host) {
    let (pool, token) = pool(host);
    assert_eq!((pool.asset(), pool.decimals()), (token.address(), 9));
    assert_eq!(
        (pool.name(), pool.symbol()),
        ("Share".to_owned(), "SHR".to_owned())
    );
    let [alice] = host.accounts();
    assert_eq!(
        (pool.max_deposit(alice), pool.max_mint(alice)),
        (U256::MAX, U256::MAX)
    );
    let dear = (token.address(), String::new(), String::new(), 10_001);
    let refused = host.try_deploy::<FlashLender>(alice, n(0), dear).err();
    assert_eq!(
        refused,
        Some(LenderError::InvalidFee { fee: 10_001 }.into())
    );
}

#[zx::test]
fn tokens_become_shares_and_shares_tokens(host: &Host) {
    let [alice, bob] = host.accounts();
    let (pool, token) = pool(host);
    assert_eq!(pool.deposit(n(1_000), bob), Ok(n(1_000_000)));
    let transfer = Transfer {
        from: Address::ZERO,
        to: bob,
        value: n(1_000_000),
    };
    let deposit = Deposit {
        sender: alice,
        owner: bob,
        assets: n(1_000),
        shares: n(1_000_000),
    };
    host.assert_logs(pool.address(), [transfer.into_log(), deposit.into_log()]);
    assert_eq!(pool.mint(n(500_001), alice), Ok(n(501)), "rounded up");
    assert_eq!(pool.total_assets(), n(1_501));
    assert_eq!(pool.preview_mint(n(1)), n(1));
    assert_eq!(pool.preview_redeem(n(999)), n(0));
    assert_eq!(pool.max_withdraw(alice), n(500));
    let much = pool.withdraw(n(501), alice, alice);
    let refused = LenderError::ERC4626ExceededMaxWithdraw {
        owner: alice,
        assets: n(501),
        max: n(500),
    };
    assert_eq!(much, Err(refused.into()));
    let before = token.balance_of(alice);
    let burned = pool.preview_withdraw(n(100));
    assert_eq!(pool.withdraw(n(100), alice, alice), Ok(burned));
    assert_eq!(token.balance_of(alice) - before, n(100));
    let more = pool.redeem(n(1_000_000), alice, alice);
    let refused = LenderError::ERC4626ExceededMaxRedeem {
        owner: alice,
        shares: n(1_000_000),
        max: n(500_001) - burned,
    };
    assert_eq!(more, Err(refused.into()));
    // Of somebody else's only by an allowance.
    let none = Erc20Error::ERC20InsufficientAllowance {
        spender: alice,
        allowance: n(0),
        needed: n(1_000_000),
    };
    assert_eq!(pool.redeem(n(1_000_000), alice, bob), Err(none.into()));
    pool.by(bob).shares().approve(alice, n(1_000_000)).unwrap();
    let (pool, _) = (host.at::<FlashLender>(pool.address()), ());
    let assets = pool.preview_redeem(n(1_000_000));
    assert_eq!(pool.redeem(n(1_000_000), alice, bob), Ok(assets));
    let withdraw = Withdraw {
        sender: alice,
        receiver: alice,
        owner: bob,
        assets,
        shares: n(1_000_000),
    };
    assert!(host.emitted(withdraw));
    assert_eq!(pool.shares().allowance(bob, alice), n(0));
}

#[zx::test]
fn shares_move_as_tokens_do(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let (pool, _) = pool(host);
    pool.deposit(n(10), alice).unwrap();
    let address = pool.address();
    let shares = |by| host.at::<FlashLender>(address).by(by);
    shares(alice).shares().transfer(bob, n(4_000)).unwrap();
    let moved = Transfer {
        from: alice,
        to: bob,
        value: n(4_000),
    };
    host.assert_logs(address, [moved.into_log()]);
    shares(bob).shares().approve(carol, n(1_000)).unwrap();
    let approval = Approval {
        owner: bob,
        spender: carol,
        value: n(1_000),
    };
    host.assert_logs(address, [approval.into_log()]);
    shares(carol)
        .shares()
        .transfer_from(bob, carol, n(600))
        .unwrap();
    let left = shares(carol).shares().transfer_from(bob, carol, n(600));
    let allowance = Erc20Error::ERC20InsufficientAllowance {
        spender: carol,
        allowance: n(400),
        needed: n(600),
    };
    assert_eq!(left, Err(allowance.into()));
    let poor = Erc20Error::ERC20InsufficientBalance {
        sender: carol,
        balance: n(600),
        needed: n(601),
    };
    assert_eq!(
        shares(carol).shares().transfer(bob, n(601)),
        Err(poor.into())
    );
    let nobody = Erc20Error::ERC20InvalidReceiver {
        receiver: Address::ZERO,
    };
    assert_eq!(
        shares(carol).shares().transfer(Address::ZERO, n(1)),
        Err(nobody.into())
    );
    assert_eq!(pool.deposit(n(1), Address::ZERO), Err(nobody.into()));
    let nobody = Erc20Error::ERC20InvalidSpender {
        spender: Address::ZERO,
    };
    assert_eq!(
        shares(carol).shares().approve(Address::ZERO, n(1)),
        Err(nobody.into())
    );
    assert_eq!(pool.shares().total_supply(), n(10_000));
}

#[zx::test]
fn a_loan_of_what_is_not_there_or_to_whom_does_not_answer_is_refused(host: &Host) {
    let [alice] = host.accounts();
    let (pool, token) = pool(host);
    pool.deposit(n(100_000), alice).unwrap();
    let token = token.address();
    assert_eq!(pool.max_flash_loan(token), n(100_000));
    assert_eq!(pool.max_flash_loan(alice), n(0));
    assert_eq!(pool.flash_fee(token, n(10_000)), n(5));
    assert_eq!(pool.flash_fee(token, n(1)), n(1), "rounded up");
    let other: Reverted = LenderError::ERC3156UnsupportedToken { token: alice }.into();
    assert_eq!(pool.try_flash_fee(alice, n(1)), Err(other.clone()));
    assert_eq!(
        pool.flash_loan(alice, alice, n(0), Bytes::new()),
        Err(other)
    );
    let much = pool.flash_loan(alice, token, n(100_001), Bytes::new());
    let max_loan = n(100_000);
    let refused = LenderError::ERC3156ExceededMaxLoan { max_loan };
    assert_eq!(much, Err(refused.into()));
    // Whoever is no borrower cannot be made to pay a fee.
    let nobody = Address::repeat_byte(0x0B);
    assert!(pool.flash_loan(nobody, token, n(1), Bytes::new()).is_err());
    let wrong = zx::selector("onFlashLoan(address,address,uint256,uint256,bytes)");
    host.mock(nobody).returns(wrong, B256::ZERO).install();
    let refused = LenderError::ERC3156InvalidReceiver { receiver: nobody };
    assert_eq!(
        pool.flash_loan(nobody, token, n(1), Bytes::new()),
        Err(refused.into())
    );
    // It answers as it should, and has not allowed the pool anything.
    host.mock(nobody).returns(wrong, LENT).install();
    let unpaid = pool.flash_loan(nobody, token, n(1_000), Bytes::new());
    let words = Erc20Error::ERC20InsufficientAllowance {
        spender: pool.address(),
        allowance: n(0),
        needed: n(1_001),
    };
    assert_eq!(unpaid, Err(words.into()));
    assert_eq!(pool.total_assets(), n(100_000));
}

/// The first to come buys a share for a token and gives the pool so much that it is dear.
#[zx::test]
fn inflating_the_first_share_costs_more_than_it_brings(host: &Host) {
    let [alice, bob] = host.accounts();
    let (pool, token) = pool(host);
    pool.by(bob).deposit(n(1), bob).unwrap();
    let given = 100_000;
    host.at::<Zx20>(token.address())
        .by(bob)
        .transfer(pool.address(), n(given))
        .unwrap();
    let bought = pool.deposit(n(given / 2), alice).unwrap();
    assert!(bought > n(0), "the victim still gets shares");
    let lost = n(given / 2) - pool.max_withdraw(alice);
    let attacker = n(given + 1) - pool.max_withdraw(bob);
    assert!(lost < n(given / 1_000), "the victim has lost {lost}");
    assert!(attacker > lost * n(300), "the attacker {attacker}");
}

#[test]
fn nobody_takes_out_more_than_they_brought_and_a_share_loses_nothing() {
    Invariants::new(|host, targets| {
        let (pool, token) = pool(host);
        let who = host.accounts::<2>();
        targets
            .contract::<FlashLender>(pool.address())
            .contract::<Zx20>(token.address())
            .except(&["flashLoan"])
            .senders(who)
            .amounts(0u64..=20_000);
        (
            (pool.address(), token.address()),
            Cell::new((n(1), n(VIRTUAL_SHARES))),
        )
    })
    .hold("a share is worth what it was", |host, ((pool, _), last)| {
        let pool = host.at::<FlashLender>(*pool);
        let assets = pool.total_assets() + n(1);
        let shares = pool.shares().total_supply() + n(VIRTUAL_SHARES);
        let (assets_before, shares_before) = last.replace((assets, shares));
        // The products have more than 256 bits where as many tokens were made.
        let worth = assets.checked_mul_div(shares_before, shares, Rounding::Down);
        assert!(worth.is_none_or(|worth| worth >= assets_before));
    })
    .hold("all shares can be redeemed", |host, ((pool, token), _)| {
        let (pool, token) = (host.at::<FlashLender>(*pool), host.at::<Zx20>(*token));
        let who = host.accounts::<2>();
        let owned: U256 = who.iter().map(|owner| pool.max_withdraw(*owner)).sum();
        assert!(owned <= pool.total_assets());
        let held: U256 = who.iter().map(|owner| token.balance_of(*owner)).sum();
        assert!(held + pool.total_assets() <= token.total_supply());
    })
    .check();
}
