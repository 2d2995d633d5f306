//! What attackers try, and what becomes of it.

use crate::{
    LendingError, LendingPool, UNIT,
    tests::{Bank, ORACLE, TERMS, YEAR, n},
};
use attacker::Attacker;
use dex_factory::DexFactory;
use dex_pair::DexPair;
use hostile_token::{HostileToken, Nature};
use price_oracle::PriceOracle;
use zx::{
    prelude::*,
    testing::{Host, Reverted},
};

/// What is sent to the pool without a call moves no share, no rate and no limit.
#[zx::test]
fn donations_move_nothing(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, bob), bank);
    pool.supply(a, n(10_000)).unwrap();
    pool.borrow(b, n(10_000)).unwrap();
    let before = (pool.totals(b), pool.health(bob), pool.supplied(b, alice));
    bank.token(host, b)
        .by(bob)
        .transfer(bank.pool, n(500_000))
        .unwrap();
    let after = (pool.totals(b), pool.health(bob), pool.supplied(b, alice));
    assert_eq!(before, after);
}

/// The first to supply a market supplies a unit and gives it much, for the next one's tokens to be worth no share.
#[zx::test]
fn the_first_supplier_takes_nothing_of_the_next(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = Bank::open(host);
    let a = bank.a;
    bank.by(host, bob).supply(a, n(1)).unwrap();
    bank.token(host, a)
        .by(bob)
        .transfer(bank.pool, n(100_000))
        .unwrap();
    bank.by(host, carol).supply(a, n(50_000)).unwrap();
    assert_eq!(bank.by(host, carol).supplied(a, carol), n(50_000));
    assert_eq!(bank.by(host, bob).withdraw(a, U256::MAX), Ok(n(1)));
    assert_eq!(bank.by(host, carol).withdraw(a, U256::MAX), Ok(n(50_000)));
}

/// A unit at a time, where everything is rounded.
#[zx::test]
fn dust_brings_nothing(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = Bank::open(host);
    let (a, b) = (bank.a, bank.b);
    bank.by(host, carol).supply(a, n(50_000)).unwrap();
    bank.by(host, carol).borrow(b, n(70_000)).unwrap();
    host.pass(YEAR / 3);
    let pool = bank.by(host, bob);
    pool.supply(a, n(100)).unwrap();
    let worth = || bank.token(host, b).balance_of(bob) + pool.supplied(b, bob) - pool.debt(b, bob);
    let mut last = worth();
    for _ in 0..10 {
        for step in [
            pool.supply(b, n(3)).map(drop),
            pool.withdraw(b, n(1)).map(drop),
            pool.borrow(b, n(1)),
            pool.repay(b, bob, n(2)).map(drop),
        ] {
            drop(step);
            let now = worth();
            assert!(now <= last, "{now} after {last}");
            last = now;
        }
    }
    assert!(last < n(1_000_000), "it costs");
}

/// A debt of a unit or two cannot be made so small that nobody can close it.
#[zx::test]
fn a_debt_of_dust_is_liquidated_whole(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = Bank::open(host);
    let (a, b) = (bank.a, bank.b);
    bank.by(host, bob).supply(a, n(2)).unwrap();
    bank.by(host, bob).borrow(b, n(3)).unwrap();
    bank.prices(host, 1_000, 1_000);
    let pool = bank.by(host, carol);
    assert_eq!(pool.health(bob), (n(1), n(3)));
    assert_eq!(pool.liquidate(bob, b, n(2), a), Ok(n(2)));
    assert_eq!(pool.debt(b, bob), n(1));
    assert_eq!(
        pool.liquidate(bob, b, n(1), a).unwrap_err().decode(),
        Some(LendingError::InsufficientSupply {
            supplied: n(0),
            needed: n(1)
        })
    );
    assert_eq!(pool.repay(b, bob, U256::MAX), Ok(n(1)), "by anybody");
}

/// An oracle that answers zero where it does not know a price, as Compound's does: what costs nothing could be borrowed
/// against nothing.
#[zx::test]
fn what_an_oracle_says_costs_nothing_has_no_price(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = Bank::open(host);
    let Bank { a, b, .. } = bank;
    let (pool, other) = (bank.by(host, bob), bank.by(host, carol));
    pool.supply(a, n(10_000)).unwrap();
    pool.borrow(b, n(1_000)).unwrap();
    bank.prices(host, 2_000, 0);
    let unknown = |asset| Reverted::from(LendingError::NoPrice { asset });
    assert_eq!(other.borrow(b, n(99_000)), Err(unknown(b)));
    assert_eq!(pool.withdraw(a, U256::MAX), Err(unknown(b)));
    bank.prices(host, 0, 1_000);
    let (limit, debt) = (n(75_000), n(1_000));
    let healthy = LendingError::Healthy { limit, debt };
    assert_eq!(other.liquidate(bob, b, n(1), a), Err(healthy.into()));
    pool.repay(b, bob, U256::MAX).unwrap();
    pool.withdraw(a, U256::MAX).unwrap();
}

/// A third asset, C, of which Bob has ten, and whose price the oracle does not know.
fn with_silent(host: &Host) -> (Bank, Address) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let silent = host
        .deploy::<zx20::Zx20>(("C".to_owned(), "C".to_owned(), 18, n(100_000)))
        .address();
    bank.by(host, alice).set_market(silent, TERMS).unwrap();
    let token = bank.token(host, silent);
    token.transfer(bob, n(50_000)).unwrap();
    for account in [alice, bob] {
        let approved = bank.token(host, silent).by(account);
        approved.approve(bank.pool, U256::MAX).unwrap();
    }
    (bank, silent)
}

/// A debtor supplies a unit of what has no price now, so that nobody can tell whether they owe too much.
#[zx::test]
fn a_unit_without_a_price_keeps_nobody_from_being_liquidated(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let (bank, silent) = with_silent(host);
    let Bank { a, b, .. } = bank;
    let (pool, debtor) = (bank.by(host, carol), bank.by(host, bob));
    debtor.supply(a, n(10_000)).unwrap();
    debtor.borrow(b, n(15_000)).unwrap();
    debtor.supply(silent, n(1)).unwrap();
    assert!(debtor.borrow(b, n(1)).is_err(), "nothing is lent by it");
    bank.prices(host, 1_500, 1_000);
    assert!(pool.try_health(bob).is_err());
    // 10,000 at 1.5 and one at ten, three quarters of each.
    assert_eq!(pool.certain_health(bob), (n(11_257), n(15_000)));
    assert_eq!(pool.liquidate(bob, b, n(1_000), a), Ok(n(719)));
    let unpriced = pool.liquidate(bob, b, n(1), silent);
    assert!(unpriced.is_err(), "what is seized must have a price");
}

/// Somebody whose collateral has no price for a while, and whom a liquidator would like to find without it.
#[zx::test]
fn who_may_be_healthy_is_not_liquidated_for_want_of_a_price(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let (bank, silent) = with_silent(host);
    let Bank { a, b, .. } = bank;
    let (pool, debtor) = (bank.by(host, carol), bank.by(host, bob));
    let asked = zx::selector("priceOf(address)");
    let prices = |of_b: u64, of_c: u64| {
        let milli = n(1_000_000_000_000_000);
        host.mock(ORACLE)
            .returns_to(asked, (a,), n(2_000) * milli)
            .returns_to(asked, (b,), n(of_b) * milli)
            .returns_to(asked, (silent,), n(of_c) * milli)
            .install();
    };
    prices(1_000, 20_000);
    bank.by(host, alice).supply(silent, n(1_000)).unwrap();
    debtor.supply(silent, n(2_000)).unwrap();
    // Not at the twenty that it costs, but at the ceiling: or it would be less once there is no price.
    assert_eq!(debtor.health(bob), (n(15_000), n(0)));
    assert!(debtor.borrow(b, n(15_001)).is_err());
    debtor.borrow(b, n(15_000)).unwrap();
    // An oracle that answers zero, one that reverts, and prices of what is owed.
    let healthy = |limit, debt| Err(LendingError::Healthy { limit, debt }.into());
    prices(1_000, 0);
    let refused = pool.liquidate(bob, b, n(1_000), silent);
    assert_eq!(refused, healthy(n(15_000), n(15_000)));
    bank.prices(host, 2_000, 1_000);
    let refused = pool.liquidate(bob, b, n(1_000), silent);
    assert_eq!(refused, healthy(n(15_000), n(15_000)));
    prices(0, 1_000);
    let refused = pool.liquidate(bob, b, n(1_000), silent);
    assert_eq!(refused, healthy(n(1_500), n(0)), "a debt without a price");
    prices(1_000, 1_000);
    assert!(pool.liquidate(bob, b, n(1_000), silent).is_ok(), "it fell");
}

/// Much of what has no price counts for its owner, unless the pool's owner lets such collateral count for nothing.
#[zx::test]
fn collateral_that_nobody_prices_can_be_made_to_protect_nobody(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let (bank, silent) = with_silent(host);
    let Bank { a, b, .. } = bank;
    bank.by(host, bob).supply(a, n(10_000)).unwrap();
    bank.by(host, bob).borrow(b, n(15_000)).unwrap();
    bank.by(host, bob).supply(silent, n(5_000)).unwrap();
    bank.prices(host, 1_500, 1_000);
    let pool = bank.by(host, carol);
    let (limit, debt) = (n(48_750), n(15_000));
    let healthy = LendingError::Healthy { limit, debt };
    assert_eq!(pool.liquidate(bob, b, n(1_000), a), Err(healthy.into()));
    let terms = crate::Terms {
        collateral_factor: 0,
        ..TERMS
    };
    bank.by(host, alice).set_market(silent, terms).unwrap();
    assert_eq!(pool.liquidate(bob, b, n(1_000), a), Ok(n(719)));
}

/// Somebody makes their collateral dear in the pool that the oracle looks at, borrows, and makes it cheap again, all of it
/// in the block in which the oracle takes its mean.
#[zx::test]
fn a_price_that_is_moved_within_a_block_is_borrowed_against_by_nobody(host: &Host) {
    let [alice, bob] = host.accounts();
    let oracle = host.deploy::<PriceOracle>(());
    let bank = Bank::new(host, oracle.address());
    let (Bank { a, b, .. }, unit) = (bank, 1_000_000_000_000_000_000u128);
    let code = host
        .deploy::<DexPair>((Address::ZERO, Address::ZERO))
        .address();
    let factory = host.deploy::<DexFactory>((alice, code));
    let pair = host.at::<DexPair>(factory.create_pair(a, b).unwrap());
    let give = |from: Address, token, amount: u64| {
        let moved = bank.token(host, token).by(from);
        moved.transfer(pair.address(), n(amount)).unwrap();
    };
    // An A is worth two B.
    give(alice, a, 100_000);
    give(alice, b, 200_000);
    pair.mint(alice).unwrap();
    let terms = price_oracle::Terms {
        minimum: 1,
        maximum: 1_000 * unit,
        pair: pair.address(),
        max_change: 10_000,
        interval: 600,
        heartbeat: 3_600,
    };
    oracle.set_feed(a, terms).unwrap();
    let reported = price_oracle::Terms {
        pair: Address::ZERO,
        ..terms
    };
    oracle.set_feed(b, reported).unwrap();
    bank.by(host, alice).supply(b, n(100_000)).unwrap();
    bank.by(host, bob).supply(a, n(1_000)).unwrap();
    host.pass(600);

    let swap = |out_a: u64, out_b: u64| {
        let (out0, out1) = if a < b {
            (out_a, out_b)
        } else {
            (out_b, out_a)
        };
        pair.swap(n(out0), n(out1), bob, Bytes::new()).unwrap();
    };
    give(bob, b, 300_000);
    swap(59_900, 0);
    let (reserve0, reserve1, _) = pair.get_reserves();
    let (of_a, of_b) = if a < b {
        (reserve0, reserve1)
    } else {
        (reserve1, reserve0)
    };
    assert!(
        of_b.get() > of_a.get() * n(12),
        "an A costs six times as much"
    );
    oracle.update(a).unwrap();
    oracle.set_price(b, U256::from(unit)).unwrap();
    let above = bank.by(host, bob).borrow(b, n(1_501));
    let refused = LendingError::Undercollateralised {
        limit: n(1_500),
        debt: n(1_501),
    };
    assert_eq!(above, Err(refused.into()));
    give(bob, a, 59_900);
    swap(0, 298_000);
    assert!(
        bank.by(host, bob).borrow(b, n(1_500)).is_ok(),
        "what it was good for"
    );
}

/// A token that lets somebody call the pool while the pool moves it: somebody who has supplied it, and could withdraw and
/// borrow once more by what was not written down yet.
#[zx::test]
fn a_token_that_calls_back_finds_the_pool_closed(host: &Host) {
    let [alice] = host.accounts();
    let bank = Bank::open(host);
    let token = host.deploy::<HostileToken>((n(1_000_000),));
    let evil = token.address();
    bank.by(host, alice).set_market(evil, TERMS).unwrap();
    // It has a price as well.
    let (asked, unit) = (zx::selector("priceOf(address)"), U256::from(UNIT));
    host.mock(ORACLE)
        .returns_to(asked, (evil,), unit)
        .returns_to(asked, (bank.b,), unit)
        .install();
    let attacker = host.deploy::<Attacker>(());
    let caller = attacker.address();
    token.transfer(caller, n(50_000)).unwrap();
    let act = |data: Bytes| attacker.act(bank.pool, n(0), data);
    let (ten, one) = (n(10_000), n(1));
    act(call("supply(address,uint256)", (evil, ten))).unwrap();
    let plan = [
        call("borrow(address,uint256)", (bank.b, one)),
        call("withdraw(address,uint256)", (evil, one)),
        call("supply(address,uint256)", (evil, one)),
        call("repay(address,address,uint256)", (evil, caller, one)),
        call("health(address)", (caller,)),
    ];
    for step in &plan {
        host.rehearse(|| {
            let alone = act(step.clone());
            let owes_nothing = step.starts_with(&zx::selector("repay(address,address,uint256)"));
            assert_eq!(alone.is_ok(), !owes_nothing, "by itself it would work");
        });
        attacker.plan(bank.pool, n(0), step.clone()).unwrap();
    }
    let told = Nature {
        told: caller,
        ..Nature::default()
    };
    token.behave(told).unwrap();
    act(call("withdraw(address,uint256)", (evil, n(4_000)))).unwrap();
    assert_eq!(attacker.taken(), plan.len() as u32);
    for number in 0..attacker.taken() {
        assert!(!attacker.succeeded(number), "step {number}");
    }
    let pool = host.at::<LendingPool>(bank.pool);
    assert_eq!(pool.supplied(evil, caller), n(6_000));
}

fn call(method: &str, arguments: impl zx::abi::Args) -> Bytes {
    [zx::selector(method).to_vec(), arguments.encode()]
        .concat()
        .into()
}

/// Half of a debt can be liquidated at once.
#[zx::test]
fn who_gives_more_than_is_pulled_liquidates_no_more(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::new(host, ORACLE);
    let lavish = host.deploy::<HostileToken>((n(1_000_000),));
    let twice = Nature {
        besides: 100,
        ..Nature::default()
    };
    lavish.behave(twice).unwrap();
    let token = lavish.address();
    let prices = |of_a: u64| {
        let (asked, milli) = (
            zx::selector("priceOf(address)"),
            U256::from(UNIT) / n(1_000),
        );
        host.mock(ORACLE)
            .returns_to(asked, (bank.a,), n(of_a) * milli)
            .returns_to(asked, (token,), n(1_000) * milli)
            .install();
    };
    prices(1_000);
    let (owner, debtor) = (bank.by(host, alice), bank.by(host, bob));
    owner.set_market(token, TERMS).unwrap();
    owner.supply(token, n(20_000)).unwrap();
    assert_eq!(
        owner.supplied(token, alice),
        n(20_000),
        "the rest is nobody's"
    );
    debtor.supply(bank.a, n(20_000)).unwrap();
    debtor.borrow(token, n(15_000)).unwrap();
    prices(900);
    let seized = bank.by(host, alice).liquidate(bob, token, n(7_500), bank.a);
    assert_eq!(seized, Ok(n(8_999)));
    assert_eq!(owner.debt(token, bob), n(7_500));
}
