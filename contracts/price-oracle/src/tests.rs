use super::*;
use dex_factory::DexFactory;
use dex_pair::{DexPair, DexPairClient};
use zx::{
    Event as _,
    components::AccessControlError,
    testing::{Host, Invariants, Reverted},
};
use zx20::Zx20;

const ASSET: Address = Address::repeat_byte(0xA5);

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A price from 100 to 10,000, a tenth up or down each minute, good for an hour.
const TERMS: Terms = Terms {
    minimum: 100,
    maximum: 10_000,
    pair: Address::ZERO,
    max_change: 1_000,
    interval: 60,
    heartbeat: 3_600,
};

/// An oracle of the first account with a feed of ASSET, which the second account reports to.
fn oracle(host: &Host) -> PriceOracleClient<'_> {
    let [_, reporter] = host.accounts();
    let oracle = host.deploy::<PriceOracle>(());
    oracle.set_feed(ASSET, TERMS).unwrap();
    let granted = oracle.access().grant_role(REPORTER_ROLE, reporter);
    granted.unwrap();
    oracle
}

#[zx::test]
fn a_reported_price_is_good_until_it_is_stale(host: &Host) {
    let [_, bob] = host.accounts();
    let oracle = oracle(host);
    let none: Reverted = OracleError::NoPrice { asset: ASSET }.into();
    assert_eq!(oracle.try_price_of(ASSET), Err(none));
    oracle.by(bob).report(ASSET, n(1_000)).unwrap();
    let told = PriceUpdated {
        asset: ASSET,
        price: 1_000,
        by: bob,
    };
    host.assert_logs(oracle.address(), [told.into_log()]);
    let at = host.block().timestamp;
    host.pass(3_600);
    assert_eq!(oracle.price_of(ASSET), n(1_000));
    host.pass(1);
    let stale: Reverted = OracleError::Stale { asset: ASSET, at }.into();
    assert_eq!(oracle.try_price_of(ASSET), Err(stale));
    assert_eq!(oracle.latest(ASSET), (1_000, at), "as it was");
    oracle.by(bob).report(ASSET, n(1_100)).unwrap();
    assert_eq!(oracle.price_of(ASSET), n(1_100));
}

#[zx::test]
fn prices_that_are_not_believed_and_those_that_jump_are_refused(host: &Host) {
    let [_, bob] = host.accounts();
    let oracle = oracle(host);
    let report = |price| oracle.by(bob).report(ASSET, price);
    let unbelieved = |price| {
        Err(OracleError::OutOfBounds {
            price,
            minimum: 100,
            maximum: 10_000,
        }
        .into())
    };
    for price in [n(0), n(99), n(10_001), U256::MAX] {
        assert_eq!(report(price), unbelieved(price));
        assert_eq!(oracle.set_price(ASSET, price), unbelieved(price));
    }
    report(n(1_000)).unwrap();
    let until = host.block().timestamp + 60;
    host.pass(59);
    let early = Err(OracleError::TooEarly { until }.into());
    assert_eq!(report(n(1_000)), early);
    host.pass(1);
    for price in [899u64, 1_101] {
        let jump = OracleError::ChangeTooLarge {
            before: 1_000,
            price: price.into(),
        };
        assert_eq!(report(n(price)), Err(jump.into()));
    }
    report(n(900)).unwrap();
    host.pass(60);
    report(n(990)).unwrap();
    oracle.set_price(ASSET, n(9_000)).unwrap();
    assert_eq!(oracle.price_of(ASSET), n(9_000), "by the admin, at once");
}

/// Whoever has a reporter's key moves the price by a tenth each minute, and never past the bounds.
#[zx::test]
fn a_reporter_s_key_is_worth_so_much_in_so_long(host: &Host) {
    let [_, thief] = host.accounts();
    let oracle = oracle(host).by(thief);
    oracle.report(ASSET, n(1_000)).unwrap();
    let mut highest = n(1_000);
    for _ in 0..30 {
        host.pass(60);
        for _ in 0..3 {
            let next = highest + highest / n(10);
            if oracle.report(ASSET, next).is_ok() {
                highest = next;
            }
        }
    }
    let mut limit = n(1_000);
    while limit + limit / n(10) <= n(10_000) {
        limit += limit / n(10);
    }
    assert_eq!((highest, oracle.price_of(ASSET)), (limit, limit));
}

#[zx::test]
fn only_the_admin_sets_terms_and_only_reporters_report(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let oracle = oracle(host);
    let lacks = |account, needed_role: B256| -> Reverted {
        AccessControlError::AccessControlUnauthorizedAccount {
            account,
            needed_role,
        }
        .into()
    };
    let admin = lacks(bob, DEFAULT_ADMIN_ROLE);
    assert_eq!(oracle.by(bob).set_feed(ASSET, TERMS), Err(admin.clone()));
    assert_eq!(oracle.by(bob).remove_feed(ASSET), Err(admin.clone()));
    assert_eq!(oracle.by(bob).set_price(ASSET, n(500)), Err(admin));
    for account in [alice, carol] {
        let refused = oracle.by(account).report(ASSET, n(500));
        assert_eq!(refused, Err(lacks(account, REPORTER_ROLE)));
    }
    assert_eq!(oracle.reporter_role(), REPORTER_ROLE);
}

#[zx::test]
fn terms_that_are_none_are_refused_and_feeds_can_be_taken_away(host: &Host) {
    let [_, bob] = host.accounts();
    let oracle = oracle(host);
    let invalid: Reverted = OracleError::InvalidTerms.into();
    let wrong = [
        Terms {
            minimum: 0,
            ..TERMS
        },
        Terms {
            maximum: 99,
            ..TERMS
        },
        Terms {
            interval: 0,
            ..TERMS
        },
        Terms {
            heartbeat: 60,
            ..TERMS
        },
    ];
    for terms in wrong {
        assert_eq!(oracle.set_feed(ASSET, terms), Err(invalid.clone()));
    }
    assert_eq!(oracle.terms(ASSET), TERMS);
    oracle.by(bob).report(ASSET, n(500)).unwrap();
    let wide = Terms {
        maximum: 20_000,
        ..TERMS
    };
    oracle.set_feed(ASSET, wide).unwrap();
    let Terms {
        minimum,
        maximum,
        pair,
        max_change,
        interval,
        heartbeat,
    } = wide;
    let set = FeedSet {
        asset: ASSET,
        pair,
        minimum,
        maximum,
        max_change,
        interval,
        heartbeat,
    };
    host.assert_logs(oracle.address(), [set.into_log()]);
    assert!(oracle.try_price_of(ASSET).is_err(), "it is forgotten");
    oracle.by(bob).report(ASSET, n(15_000)).unwrap();
    oracle.remove_feed(ASSET).unwrap();
    host.assert_logs(oracle.address(), [FeedRemoved { asset: ASSET }.into_log()]);
    let none: Reverted = OracleError::NoFeed { asset: ASSET }.into();
    assert_eq!(oracle.remove_feed(ASSET), Err(none.clone()));
    assert_eq!(oracle.by(bob).report(ASSET, n(500)), Err(none.clone()));
    assert_eq!(oracle.set_price(ASSET, n(500)), Err(none.clone()));
    assert_eq!(oracle.update(ASSET), Err(none));
    assert!(oracle.try_price_of(ASSET).is_err());
}

/// A pool of 100,000 A and 400,000 B, and a feed of A in B.
struct Pooled<'h> {
    oracle: PriceOracleClient<'h>,
    pair: DexPairClient<'h>,
    a: Address,
    b: Address,
}

impl<'h> Pooled<'h> {
    const UNIT: u128 = 1_000_000_000_000_000_000;
    const TERMS: Terms = Terms {
        minimum: 1,
        maximum: 100 * Self::UNIT,
        pair: Address::ZERO,
        max_change: 10_000,
        interval: 600,
        heartbeat: 3_600,
    };

    fn new(host: &'h Host) -> Self {
        let [alice] = host.accounts();
        let token = |name: &str| {
            let arguments = (name.to_owned(), name.to_owned(), 18, n(10_000_000));
            host.deploy::<Zx20>(arguments).address()
        };
        let (a, b) = (token("A"), token("B"));
        let code = host
            .deploy::<DexPair>((Address::ZERO, Address::ZERO))
            .address();
        let factory = host.deploy::<DexFactory>((alice, code));
        let pair = host.at::<DexPair>(factory.create_pair(a, b).unwrap());
        let oracle = host.deploy::<PriceOracle>(());
        let pooled = Self { oracle, pair, a, b };
        let terms = Terms {
            pair: pair.address(),
            ..Self::TERMS
        };
        let empty = OracleError::InvalidPair {
            pair: pair.address(),
        };
        assert_eq!(pooled.oracle.set_feed(a, terms), Err(empty.into()));
        pooled.give(host, a, 100_000);
        pooled.give(host, b, 400_000);
        pooled.pair.mint(alice).unwrap();
        pooled.oracle.set_feed(a, terms).unwrap();
        pooled
    }

    fn give(&self, host: &Host, token: Address, amount: u64) {
        let moved = host
            .at::<Zx20>(token)
            .transfer(self.pair.address(), n(amount));
        moved.unwrap();
    }

    /// The price of this moment.
    fn spot(&self) -> U256 {
        let (reserve0, reserve1, _) = self.pair.get_reserves();
        let (of_a, of_b) = if self.a == self.pair.token0() {
            (reserve0, reserve1)
        } else {
            (reserve1, reserve0)
        };
        of_b.get()
            .mul_div(U256::from(Self::UNIT), of_a.get(), Rounding::Down)
    }

    /// Sells so much of a token, for as much as there is for it.
    fn sell(&self, host: &Host, token: Address, amount: u64) -> u64 {
        let [alice] = host.accounts();
        let (reserve0, reserve1, _) = self.pair.get_reserves();
        let first = token == self.pair.token0();
        let (here, there) = if first {
            (reserve0, reserve1)
        } else {
            (reserve1, reserve0)
        };
        let paid = n(amount) * n(997);
        let out = paid * there.get() / (here.get() * n(1_000) + paid);
        self.give(host, token, amount);
        let (out0, out1) = if first { (n(0), out) } else { (out, n(0)) };
        self.pair.swap(out0, out1, alice, Bytes::new()).unwrap();
        u64::try_from(out).unwrap()
    }
}

#[zx::test]
fn the_price_of_a_pool_is_its_mean_over_time(host: &Host) {
    let [_, anybody] = host.accounts();
    let pooled = Pooled::new(host);
    let (oracle, a) = (pooled.oracle.by(anybody), pooled.a);
    assert!(oracle.try_price_of(a).is_err());
    host.pass(300);
    let until = host.block().timestamp + 300;
    assert_eq!(
        oracle.update(a),
        Err(OracleError::TooEarly { until }.into())
    );
    // Half of the time at four, half at one: three quarters of the pool's B are bought.
    pooled.sell(host, a, 100_000);
    let half = pooled.spot();
    host.pass(300);
    oracle.update(a).unwrap();
    let mean = (U256::from(4 * Pooled::UNIT) + half) / n(2);
    let price = oracle.price_of(a);
    assert!(mean - price <= n(1), "{price} is {mean}, rounded down");
    // From then on at the new price, without anybody calling the pool.
    host.pass(600);
    oracle.update(a).unwrap();
    assert!(half - oracle.price_of(a) <= n(1));
}

/// Nobody has a mean taken for a week, and in its last hour the price falls to a quarter. Of the week it is hardly seen:
/// whoever had the mean taken then could borrow against what the asset once cost.
#[zx::test]
fn a_mean_that_is_older_than_a_price_may_be_is_none(host: &Host) {
    let [_, anybody] = host.accounts();
    let pooled = Pooled::new(host);
    let (oracle, a) = (pooled.oracle.by(anybody), pooled.a);
    host.pass(600);
    oracle.update(a).unwrap();
    let last = oracle.latest(a);
    host.pass(7 * 86_400);
    pooled.sell(host, a, 100_000);
    host.pass(3_600);
    oracle.update(a).unwrap();
    assert_eq!(oracle.latest(a), last, "the mean has begun anew");
    let (asset, at) = (a, last.1);
    let stale: Reverted = OracleError::Stale { asset, at }.into();
    assert_eq!(oracle.try_price_of(a), Err(stale));
    host.pass(599);
    let until = host.block().timestamp + 1;
    let early = OracleError::TooEarly { until };
    assert_eq!(oracle.update(a), Err(early.into()));
    host.pass(1);
    oracle.update(a).unwrap();
    assert!(pooled.spot() - oracle.price_of(a) <= n(1));
    // As long as a price is good for, a mean may be.
    host.pass(3_600);
    oracle.update(a).unwrap();
    assert!(pooled.spot() - oracle.price_of(a) <= n(1));
}

/// Bought up to a thousand times the price and sold again within the block in which the mean is taken.
#[zx::test]
fn a_price_that_is_moved_within_a_block_is_in_no_mean(host: &Host) {
    let pooled = Pooled::new(host);
    host.pass(600);
    let bought = pooled.sell(host, pooled.b, 9_000_000);
    pooled.oracle.update(pooled.a).unwrap();
    pooled.sell(host, pooled.a, bought);
    assert_eq!(
        pooled.oracle.price_of(pooled.a),
        U256::from(4 * Pooled::UNIT)
    );
    // Held for a second, of 600, it is a part of 600. The fees of before have moved the price a little.
    let calm = pooled.spot();
    host.pass(599);
    let bought = pooled.sell(host, pooled.b, 400_000);
    host.pass(1);
    pooled.sell(host, pooled.a, bought);
    pooled.oracle.update(pooled.a).unwrap();
    let price = pooled.oracle.price_of(pooled.a);
    assert!(
        price > calm && price - calm < calm * n(3) / n(600),
        "four times the price for a second: {price}"
    );
}

#[zx::test]
fn what_a_pool_does_not_trade_has_no_feed_of_it(host: &Host) {
    let pooled = Pooled::new(host);
    let pair = pooled.pair.address();
    let terms = Terms {
        pair,
        ..Pooled::TERMS
    };
    let invalid = OracleError::InvalidPair { pair };
    assert_eq!(pooled.oracle.set_feed(ASSET, terms), Err(invalid.into()));
    let [alice] = host.accounts();
    pooled
        .oracle
        .access()
        .grant_role(REPORTER_ROLE, alice)
        .unwrap();
    let reported = pooled.oracle.report(pooled.a, n(1));
    let none = OracleError::NoFeed { asset: pooled.a };
    assert_eq!(reported, Err(none.into()), "its pool says");
    pooled.oracle.set_price(pooled.a, n(5)).unwrap();
    assert_eq!(pooled.oracle.price_of(pooled.a), n(5));
}

/// The oracle's own rules, in plain numbers.
#[derive(Default)]
struct Model {
    price: u64,
    at: u64,
}

impl Model {
    fn report(&mut self, now: u64, price: u64) -> bool {
        let early = now < self.at + 60;
        let jumps = self.price > 0 && price.abs_diff(self.price) * 10 > self.price;
        if early || jumps || !(100..=10_000).contains(&price) {
            return false;
        }
        *self = Self { price, at: now };
        true
    }
}

#[zx::test]
fn two_thousand_reports_are_taken_or_refused_as_the_model_says(host: &Host) {
    let [_, bob] = host.accounts();
    let oracle = oracle(host).by(bob);
    let (mut model, mut seed, mut taken) = (Model::default(), 1u64, 0);
    for _ in 0..2_000 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (seconds, price) = ((seed >> 33) % 90, (seed >> 45) % 2_400);
        host.pass(seconds);
        let near = model.price + price % 300 - 150.min(model.price);
        let price = if price % 3 == 0 { price } else { near };
        let done = oracle.report(ASSET, n(price)).is_ok();
        assert_eq!(done, model.report(host.block().timestamp, price), "{price}");
        taken += u32::from(done);
        assert_eq!(oracle.latest(ASSET), (model.price.into(), model.at));
    }
    assert!((200..1_800).contains(&taken), "{taken} of 2,000");
}

#[test]
fn a_price_that_is_told_lies_within_the_bounds_and_is_fresh() {
    Invariants::new(|host, targets| {
        let [_, bob, carol] = host.accounts();
        let oracle = oracle(host).address();
        targets
            .contract::<PriceOracle>(oracle)
            .only(&["report", "update", "setPrice"])
            .senders([bob, bob, carol])
            .addresses([ASSET])
            .amounts(0u64..=2_000)
            .passing(2_000);
        oracle
    })
    .hold("it is believed, and not stale", |host, oracle| {
        let oracle = host.at::<PriceOracle>(*oracle);
        let (price, at) = oracle.latest(ASSET);
        let fresh = price > 0 && host.block().timestamp <= at + 3_600;
        assert_eq!(
            oracle.try_price_of(ASSET).ok(),
            fresh.then(|| U256::from(price))
        );
        assert!(price == 0 || (100..=10_000).contains(&price));
    })
    .check();
}
