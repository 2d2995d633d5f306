use super::*;
use price_oracle::{OracleError, PriceOracle, REPORTER_ROLE};
use zx::{
    Event as _,
    components::OwnableError,
    testing::{Host, Invariants, Reverted},
};
use zx20::{Zx20, Zx20Client};

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A year, in seconds.
pub(crate) const YEAR: u64 = 31_536_000;

/// Three quarters of the value can be borrowed; 2 % a year, up to 12 % while all is lent, and from four fifths on up to
/// 100 % more; a tenth of it for the pool. A unit counts for ten at most.
pub(crate) const TERMS: Terms = Terms {
    collateral_factor: 7_500,
    close_factor: 5_000,
    bonus: 800,
    reserve_factor: 1_000,
    base_rate: 200,
    slope: 1_000,
    kink: 8_000,
    jump: 10_000,
    lent: true,
    ceiling: 10_000_000_000_000_000_000,
};

pub(crate) const ORACLE: Address = Address::repeat_byte(0x0A);

/// A pool of A and B, of which the first three accounts have a million each, and the pool may take it.
#[derive(Clone, Copy)]
pub(crate) struct Bank {
    pub(crate) pool: Address,
    pub(crate) a: Address,
    pub(crate) b: Address,
}

impl Bank {
    pub(crate) fn new(host: &Host, oracle: Address) -> Self {
        let who = host.accounts::<3>();
        let pool = host.deploy::<LendingPool>((oracle,));
        let token = |name: &str| {
            let arguments = (name.to_owned(), name.to_owned(), 18, n(3_000_000));
            let token = host.deploy::<Zx20>(arguments).address();
            for account in who {
                host.at::<Zx20>(token)
                    .transfer(account, n(1_000_000))
                    .unwrap();
                let approved = host.at::<Zx20>(token).by(account);
                approved.approve(pool.address(), U256::MAX).unwrap();
            }
            token
        };
        let (a, b) = (token("A"), token("B"));
        pool.set_market(a, TERMS).unwrap();
        pool.set_market(b, TERMS).unwrap();
        Self {
            pool: pool.address(),
            a,
            b,
        }
    }

    /// With prices that a test sets: an A is worth two, a B one. The first account has supplied 100,000 B.
    pub(crate) fn open(host: &Host) -> Self {
        let bank = Self::new(host, ORACLE);
        bank.prices(host, 2_000, 1_000);
        let [alice] = host.accounts();
        bank.by(host, alice).supply(bank.b, n(100_000)).unwrap();
        bank
    }

    /// Prices in thousandths.
    pub(crate) fn prices(&self, host: &Host, a: u64, b: u64) {
        let asked = zx::selector("priceOf(address)");
        let milli = n(1_000_000_000_000_000);
        host.mock(ORACLE)
            .returns_to(asked, (self.a,), n(a) * milli)
            .returns_to(asked, (self.b,), n(b) * milli)
            .install();
    }

    pub(crate) fn by<'h>(&self, host: &'h Host, who: Address) -> LendingPoolClient<'h> {
        host.at::<LendingPool>(self.pool).by(who)
    }

    pub(crate) fn token<'h>(&self, host: &'h Host, token: Address) -> Zx20Client<'h> {
        host.at::<Zx20>(token)
    }
}

#[zx::test]
fn what_is_supplied_can_be_taken_back(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, a) = (bank.by(host, bob), bank.a);
    assert_eq!(pool.assets(), vec![bank.a, bank.b]);
    assert_eq!((pool.oracle(), pool.terms(a)), (ORACLE, TERMS));
    assert_eq!(pool.supply(a, n(10_000)), Ok(n(10_000)));
    let supplied = Supplied {
        asset: a,
        account: bob,
        amount: n(10_000),
    };
    host.assert_logs(bank.pool, [supplied.into_log()]);
    assert_eq!(pool.supplied(a, bob), n(10_000));
    assert_eq!(pool.health(bob), (n(15_000), n(0)));
    assert_eq!(pool.withdraw(a, n(4_000)), Ok(n(4_000)));
    let withdrawn = Withdrawn {
        asset: a,
        account: bob,
        amount: n(4_000),
    };
    host.assert_logs(bank.pool, [withdrawn.into_log()]);
    let more = LendingError::InsufficientSupply {
        supplied: n(6_000),
        needed: n(6_001),
    };
    assert_eq!(pool.withdraw(a, n(6_001)), Err(more.into()));
    assert_eq!(pool.withdraw(a, U256::MAX), Ok(n(6_000)), "all");
    assert_eq!(bank.token(host, a).balance_of(bob), n(1_000_000));
    let nothing: Reverted = LendingError::NothingToDo.into();
    assert_eq!(pool.withdraw(a, U256::MAX), Err(nothing.clone()));
    assert_eq!(pool.supply(a, n(0)), Err(nothing));
    let unknown: Reverted = LendingError::NoMarket { asset: alice }.into();
    assert_eq!(pool.supply(alice, n(1)), Err(unknown.clone()));
    assert_eq!(pool.borrow(alice, n(1)), Err(unknown.clone()));
    assert_eq!(pool.try_supplied(alice, bob), Err(unknown));
    let large = U256::ONE << 128;
    let broke = pool.supply(a, large).unwrap_err();
    assert!(matches!(
        broke.decode(),
        Some(zx::components::Erc20Error::ERC20InsufficientBalance { needed, .. }) if needed == large
    ));
}

#[zx::test]
fn against_what_is_supplied_others_can_be_borrowed(host: &Host) {
    let [_, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, bob), bank);
    let none = LendingError::Undercollateralised {
        limit: n(0),
        debt: n(1),
    };
    assert_eq!(pool.borrow(b, n(1)), Err(none.into()));
    pool.supply(a, n(10_000)).unwrap();
    let above = LendingError::Undercollateralised {
        limit: n(15_000),
        debt: n(15_001),
    };
    assert_eq!(pool.borrow(b, n(15_001)), Err(above.into()));
    pool.borrow(b, n(15_000)).unwrap();
    let borrowed = Borrowed {
        asset: b,
        account: bob,
        amount: n(15_000),
    };
    host.assert_logs(bank.pool, [borrowed.into_log()]);
    assert_eq!(bank.token(host, b).balance_of(bob), n(1_015_000));
    assert_eq!(pool.totals(b), (n(85_000), n(15_000), n(100_000), n(0)));
    let bound = LendingError::Undercollateralised {
        limit: n(14_998),
        debt: n(15_000),
    };
    assert_eq!(pool.withdraw(a, n(1)), Err(bound.into()));
    assert_eq!(pool.borrow(b, n(0)), Err(LendingError::NothingToDo.into()));

    assert_eq!(pool.repay(b, bob, n(5_000)), Ok(n(5_000)));
    let repaid = Repaid {
        asset: b,
        account: bob,
        by: bob,
        amount: n(5_000),
    };
    host.assert_logs(bank.pool, [repaid.into_log()]);
    pool.withdraw(a, n(3_000)).unwrap();
    assert_eq!(pool.repay(b, bob, U256::MAX), Ok(n(10_000)), "all");
    assert_eq!(pool.debt(b, bob), n(0));
    let nothing = LendingError::NothingToDo;
    assert_eq!(pool.repay(b, bob, U256::MAX), Err(nothing.into()));
    pool.withdraw(a, U256::MAX).unwrap();
    let little = LendingError::InsufficientCash {
        cash: n(0),
        needed: n(1),
    };
    pool.supply(b, n(10_000)).unwrap();
    assert_eq!(pool.borrow(a, n(1)), Err(little.into()));
}

#[zx::test]
fn debts_grow_by_the_rate_and_what_is_supplied_by_its_part(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, bob), bank);
    pool.supply(a, n(100_000)).unwrap();
    // 40 % is lent: 2 % + 0.4 * 10 %.
    pool.borrow(b, n(40_000)).unwrap();
    host.pass(YEAR);
    assert_eq!(pool.debt(b, bob), n(42_400));
    assert_eq!(pool.supplied(b, alice), n(102_160));
    assert_eq!(pool.totals(b), (n(60_000), n(42_400), n(102_160), n(240)));
    // From here on 90 % of what there is: 2 % + 9 % + 50 %.
    pool.borrow(b, n(49_760)).unwrap();
    let (cash, debt, ..) = pool.totals(b);
    assert_eq!((cash, debt), (n(10_240), n(92_160)));
    host.pass(YEAR);
    // 49,760 are 46,944 shares of 1.06 each, rounded up: with 40,000 of before, 148,378.63 after a year of 61 %.
    assert_eq!(pool.debt(b, bob), n(148_379), "rounded up");
    // Of 56,217.99 of interest nine tenths are the suppliers', who have 152,756.19, rounded up; the rest, and 240 of before,
    // is the pool's.
    assert_eq!(
        pool.totals(b),
        (n(10_240), n(148_378), n(152_757), n(5_861))
    );
    // The reserve is the owner's to take, and no more.
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: bob };
    assert_eq!(pool.withdraw_reserves(b, bob, n(1)), Err(stranger.into()));
    let owner = bank.by(host, alice);
    let more = LendingError::InsufficientSupply {
        supplied: n(5_861),
        needed: n(5_862),
    };
    assert_eq!(
        owner.withdraw_reserves(b, alice, n(5_862)),
        Err(more.into())
    );
    owner.withdraw_reserves(b, alice, n(5_861)).unwrap();
    let taken = ReservesWithdrawn {
        asset: b,
        to: alice,
        amount: n(5_861),
    };
    host.assert_logs(bank.pool, [taken.into_log()]);
    assert_eq!(pool.totals(b).3, n(0));
}

/// The interest of a day is a unit and a half: however often somebody touches the market, it is the suppliers' by their part.
#[zx::test]
fn a_market_that_is_touched_all_the_time_earns_no_less(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let bank = Bank::open(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, bob), bank);
    pool.supply(a, n(10_000)).unwrap();
    pool.borrow(b, n(15_000)).unwrap();
    let anybody = bank.by(host, carol);
    for _ in 0..365 {
        host.pass(YEAR / 365);
        anybody.supply(b, n(2)).unwrap();
    }
    let paid = pool.debt(b, bob) - n(15_000);
    let earned = pool.supplied(b, alice) - n(100_000);
    assert!(earned * n(100) >= paid * n(89), "{earned} of {paid}");
}

/// A rate at which the index of debts is the largest that is counted within years: what is supplied does not grow any more either.
#[zx::test]
fn what_debtors_do_not_owe_suppliers_do_not_have(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, bob), bank);
    pool.supply(a, n(100_000)).unwrap();
    let terms = Terms {
        base_rate: u32::MAX,
        ..TERMS
    };
    bank.by(host, alice).set_market(b, terms).unwrap();
    pool.borrow(b, n(10_000)).unwrap();
    for _ in 0..60 {
        host.pass(YEAR);
        // Counts the interest of the year, which bears interest in the next.
        bank.by(host, alice).set_market(b, terms).unwrap();
    }
    let (cash, debt, supplied, _) = pool.totals(b);
    assert!(
        cash + debt + n(1) >= supplied,
        "{cash} + {debt}, {supplied}"
    );
}

/// Bob has supplied 10,000 A and owes 15,000 B: all that he can, until an A is worth 1.8.
fn drowning(host: &Host) -> Bank {
    let [_, bob] = host.accounts();
    let bank = Bank::open(host);
    bank.by(host, bob).supply(bank.a, n(10_000)).unwrap();
    bank.by(host, bob).borrow(bank.b, n(15_000)).unwrap();
    bank.prices(host, 1_800, 1_000);
    bank
}

#[zx::test]
fn who_owes_too_much_is_liquidated_by_halves_and_is_better_off(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = drowning(host);
    let (pool, Bank { a, b, .. }) = (bank.by(host, carol), bank);
    assert_eq!(pool.health(bob), (n(13_500), n(15_000)));
    let much = LendingError::AboveCloseFactor { max: n(7_500) };
    assert_eq!(pool.liquidate(bob, b, n(7_501), a), Err(much.into()));
    let own = LendingError::OwnLiquidation;
    assert_eq!(pool.by(bob).liquidate(bob, b, n(1), a), Err(own.into()));
    let pool = bank.by(host, carol);
    // 7,500 / 1.8 * 1.08.
    assert_eq!(pool.liquidate(bob, b, n(7_500), a), Ok(n(4_499)));
    let repaid = Repaid {
        asset: b,
        account: bob,
        by: carol,
        amount: n(7_500),
    };
    let liquidated = Liquidated {
        account: bob,
        by: carol,
        debt_asset: b,
        repaid: n(7_500),
        collateral_asset: a,
        seized: n(4_499),
    };
    host.assert_logs(bank.pool, [repaid.into_log(), liquidated.into_log()]);
    assert_eq!(
        (pool.debt(b, bob), pool.supplied(a, bob)),
        (n(7_500), n(5_501))
    );
    assert_eq!(pool.supplied(a, carol), n(4_499));
    let (limit, debt) = pool.health(bob);
    assert!(limit * n(15_000) > debt * n(13_500), "{limit} of {debt}");
    assert_eq!(pool.withdraw(a, U256::MAX), Ok(n(4_499)), "it is theirs");
    let none = LendingError::InsufficientSupply {
        supplied: n(0),
        needed: n(1_080),
    };
    let foreign = pool.liquidate(bob, b, n(1_000), b);
    assert_eq!(foreign, Err(none.into()), "he has supplied none of it");
}

#[zx::test]
fn who_owes_no_more_than_they_can_is_left_alone(host: &Host) {
    let [_, bob, carol] = host.accounts();
    let bank = drowning(host);
    bank.prices(host, 2_000, 1_000);
    let (limit, debt) = (n(15_000), n(15_000));
    let healthy: Reverted = LendingError::Healthy { limit, debt }.into();
    let pool = bank.by(host, carol);
    assert_eq!(pool.liquidate(bob, bank.b, n(1), bank.a), Err(healthy));
    host.pass(3_600);
    assert!(
        pool.liquidate(bob, bank.b, n(1_000), bank.a).is_ok(),
        "interest alone brings him there"
    );
}

#[zx::test]
fn only_the_owner_lists_markets_and_only_on_sound_terms(host: &Host) {
    let [alice, bob] = host.accounts();
    let bank = Bank::open(host);
    let (pool, a) = (bank.by(host, alice), bank.a);
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: bob };
    let refused = bank.by(host, bob).set_market(a, TERMS);
    assert_eq!(refused, Err(stranger.into()));
    let wrong = [
        Terms {
            collateral_factor: 10_001,
            ..TERMS
        },
        Terms {
            collateral_factor: 9_260,
            ..TERMS
        },
        Terms {
            close_factor: 0,
            ..TERMS
        },
        Terms {
            close_factor: 10_001,
            ..TERMS
        },
        Terms {
            reserve_factor: 10_001,
            ..TERMS
        },
        Terms {
            kink: 10_001,
            ..TERMS
        },
        Terms {
            ceiling: 0,
            ..TERMS
        },
        Terms {
            bonus: 10_001,
            collateral_factor: 0,
            ..TERMS
        },
    ];
    let invalid: Reverted = LendingError::InvalidTerms.into();
    for terms in wrong {
        assert_eq!(pool.set_market(a, terms), Err(invalid.clone()), "{terms:?}");
    }
    // 0.9259 * 1.08 is just less than one.
    let edge = Terms {
        collateral_factor: 9_259,
        ..TERMS
    };
    pool.set_market(a, edge).unwrap();
    let set = MarketSet {
        asset: a,
        collateral_factor: 9_259,
        bonus: 800,
    };
    host.assert_logs(bank.pool, [set.into_log()]);
    pool.set_market(
        a,
        Terms {
            lent: false,
            ..TERMS
        },
    )
    .unwrap();
    let closed = LendingError::NotLent { asset: a };
    assert_eq!(pool.borrow(a, n(1)), Err(closed.into()));
    for i in 0..14 {
        pool.set_market(Address::repeat_byte(0x50 + i), TERMS)
            .unwrap();
    }
    let full = pool.set_market(Address::repeat_byte(0x77), TERMS);
    assert_eq!(full, Err(LendingError::TooManyMarkets.into()));
}

/// The oracle of this library: what it does not know any more is not lent against, and stops nobody who owes nothing.
#[zx::test]
fn a_stale_price_stops_loans_and_neither_repaying_nor_leaving(host: &Host) {
    let [alice, bob] = host.accounts();
    let oracle = host.deploy::<PriceOracle>(());
    let bank = Bank::new(host, oracle.address());
    let Bank { a, b, .. } = bank;
    let unit = 1_000_000_000_000_000_000u128;
    let terms = price_oracle::Terms {
        minimum: 1,
        maximum: 1_000 * unit,
        pair: Address::ZERO,
        max_change: 1_000,
        interval: 60,
        heartbeat: 3_600,
    };
    oracle.access().grant_role(REPORTER_ROLE, alice).unwrap();
    let oracle = host.at::<PriceOracle>(oracle.address());
    let report = || {
        for (asset, price) in [(a, 2 * unit), (b, unit)] {
            oracle.report(asset, U256::from(price)).unwrap();
        }
    };
    for asset in [a, b] {
        oracle.set_feed(asset, terms).unwrap();
    }
    report();
    bank.by(host, alice).supply(b, n(50_000)).unwrap();
    let pool = bank.by(host, bob);
    pool.supply(a, n(10_000)).unwrap();
    pool.borrow(b, n(1_000)).unwrap();
    let at = host.block().timestamp;
    host.pass(3_601);
    let stale: Reverted = OracleError::Stale { asset: a, at }.into();
    assert_eq!(pool.borrow(b, n(1)), Err(stale.clone()));
    assert_eq!(pool.withdraw(a, n(1)), Err(stale.clone()));
    assert_eq!(pool.try_health(bob), Err(stale));
    // 10,000 at ten, three quarters of it.
    let (limit, debt) = (n(75_000), n(0));
    assert_eq!(pool.certain_health(bob), (limit, debt));
    let healthy: Reverted = LendingError::Healthy { limit, debt }.into();
    assert_eq!(
        bank.by(host, alice).liquidate(bob, b, n(1), a),
        Err(healthy)
    );
    bank.by(host, alice).withdraw(b, n(1_000)).unwrap();
    pool.repay(b, bob, U256::MAX).unwrap();
    pool.withdraw(a, U256::MAX).unwrap();
}

#[test]
fn the_pool_can_always_pay_what_it_owes() {
    Invariants::new(|host, targets| {
        let bank = Bank::new(host, ORACLE);
        bank.prices(host, 2_000, 1_000);
        let [alice, bob, carol] = host.accounts();
        for account in [alice, bob] {
            bank.by(host, account).supply(bank.a, n(10_000)).unwrap();
            bank.by(host, account).supply(bank.b, n(10_000)).unwrap();
        }
        targets
            .contract::<LendingPool>(bank.pool)
            .except(&["withdrawReserves", "setMarket", "transferOwnership"])
            .senders([alice, bob, carol])
            .addresses([bank.a, bank.a, bank.b, bank.b])
            .amounts(0u64..=8_000)
            .passing(YEAR);
        bank
    })
    // Sometimes to nothing: the oracle does not know.
    .step("change prices", |host, bank, _, (a, b): (u16, u16)| {
        bank.prices(host, u64::from(a), u64::from(b));
        Ok(())
    })
    .hold("it has and is owed what it owes", |host, bank| {
        let pool = host.at::<LendingPool>(bank.pool);
        let who = host.accounts::<3>();
        for asset in [bank.a, bank.b] {
            let (cash, debt, supplied, _) = pool.totals(asset);
            assert!(
                cash + debt + n(1) >= supplied,
                "{cash} + {debt}, {supplied}"
            );
            assert!(bank.token(host, asset).balance_of(bank.pool) >= cash);
            let owed: U256 = who.iter().map(|who| pool.supplied(asset, *who)).sum();
            let owing: U256 = who.iter().map(|who| pool.debt(asset, *who)).sum();
            assert!(owed <= supplied && owing >= debt);
        }
    })
    .check();
}

/// Against a passive supplier and a passive debtor, at prices that stand still, within a block.
#[test]
fn no_sequence_of_one_account_increases_what_it_is_worth() {
    Invariants::new(|host, targets| {
        let [_, bob, carol] = host.accounts();
        let bank = Bank::open(host);
        bank.by(host, carol).supply(bank.a, n(33_333)).unwrap();
        bank.by(host, carol).borrow(bank.b, n(40_000)).unwrap();
        // Indices that divide by nothing.
        host.pass(12_345_678);
        bank.by(host, bob).supply(bank.a, n(10_000)).unwrap();
        targets
            .contract::<LendingPool>(bank.pool)
            .only(&["supply", "withdraw", "borrow", "repay", "liquidate"])
            .senders([bob])
            .addresses([bank.a, bank.b, carol])
            .amounts(0u64..=9_000);
        bank
    })
    .hold("it has no more than it began with", |host, bank| {
        let [_, bob] = host.accounts();
        let pool = host.at::<LendingPool>(bank.pool);
        let worth = |asset| bank.token(host, asset).balance_of(bob) + pool.supplied(asset, bob);
        let has = worth(bank.a) * n(2) + worth(bank.b);
        let owes = pool.debt(bank.a, bob) * n(2) + pool.debt(bank.b, bob);
        assert!(has - owes <= n(3_000_000), "{has} - {owes}");
    })
    .check();
}
