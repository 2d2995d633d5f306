use super::*;
use dex_factory::{DexFactory, DexFactoryClient};
use dex_pair::{DexPair, DexPairClient};
use k256::ecdsa::SigningKey;
use wrapped_native::WrappedNative;
use zx::{
    crypto::TypedData as _,
    testing::{Host, Reverted},
};
use zx20::{Zx20, Zx20Client};

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

/// No limit in time.
pub(crate) const EVER: U256 = U256::MAX;

/// An exchange: A and B are traded 100,000 to 400,000, and B and coins 200,000 to 50,000. The first account has all shares,
/// and a million of each of three tokens; the router may move all of it.
#[derive(Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) factory: Address,
    pub(crate) router: Address,
    pub(crate) coin: Address,
    pub(crate) a: Address,
    pub(crate) b: Address,
    /// Is not traded.
    pub(crate) c: Address,
}

impl Exchange {
    pub(crate) fn open(host: &Host) -> Self {
        let [alice] = host.accounts();
        let code = host
            .deploy::<DexPair>((Address::ZERO, Address::ZERO))
            .address();
        let factory = host.deploy::<DexFactory>((alice, code)).address();
        let coin = host.deploy::<WrappedNative>(()).address();
        let router = host.deploy::<DexRouter>((factory, coin));
        let token = |name: &str| {
            let token = host.deploy::<Zx20>((name.to_owned(), name.to_owned(), 18, n(1_000_000)));
            token.approve(router.address(), U256::MAX).unwrap();
            token.address()
        };
        let (a, b, c) = (token("A"), token("B"), token("C"));
        let (hundred, four) = (n(100_000), n(400_000));
        router
            .add_liquidity(a, b, hundred, four, hundred, four, alice, EVER)
            .unwrap();
        router
            .paying(n(50_000))
            .add_liquidity_native(b, n(200_000), n(200_000), n(50_000), alice, EVER)
            .unwrap();
        Self {
            factory,
            router: router.address(),
            coin,
            a,
            b,
            c,
        }
    }

    pub(crate) fn router<'h>(&self, host: &'h Host) -> DexRouterClient<'h> {
        host.at::<DexRouter>(self.router)
    }

    fn factory<'h>(&self, host: &'h Host) -> DexFactoryClient<'h> {
        host.at::<DexFactory>(self.factory)
    }

    pub(crate) fn pair<'h>(&self, host: &'h Host, a: Address, b: Address) -> DexPairClient<'h> {
        host.at::<DexPair>(self.factory(host).get_pair(a, b))
    }

    /// Reserves of both tokens, in this order.
    pub(crate) fn reserves(&self, host: &Host, a: Address, b: Address) -> (U256, U256) {
        let (reserve0, reserve1, _) = self.pair(host, a, b).get_reserves();
        if a < b {
            (reserve0.get(), reserve1.get())
        } else {
            (reserve1.get(), reserve0.get())
        }
    }

    /// Gives somebody so much of A and B, which the router may move.
    pub(crate) fn endow(&self, host: &Host, who: Address, amount: u64) {
        for token in [self.a, self.b] {
            token_at(host, token).transfer(who, n(amount)).unwrap();
            let approved = token_at(host, token)
                .by(who)
                .approve(self.router, U256::MAX);
            approved.unwrap();
        }
    }
}

pub(crate) fn token_at(host: &Host, token: Address) -> Zx20Client<'_> {
    host.at::<Zx20>(token)
}

pub(crate) fn held(host: &Host, token: Address, who: Address) -> U256 {
    token_at(host, token).balance_of(who)
}

/// The router keeps nothing.
pub(crate) fn is_empty(host: &Host, exchange: &Exchange) {
    for token in [exchange.a, exchange.b, exchange.c, exchange.coin] {
        assert_eq!(held(host, token, exchange.router), n(0), "{token}");
    }
    assert_eq!(host.balance(exchange.router), n(0));
}

#[zx::test]
fn it_knows_its_factory_and_the_coin(host: &Host) {
    let exchange = Exchange::open(host);
    let router = exchange.router(host);
    assert_eq!(
        (router.factory(), router.wrapped()),
        (exchange.factory, exchange.coin)
    );
    let no_factory = host
        .try_deploy::<DexRouter>(exchange.a, n(0), (exchange.a, exchange.coin))
        .err();
    assert!(no_factory.is_some(), "it has no code for pools");
}

#[zx::test]
fn tokens_go_in_at_the_price_of_the_pool_and_make_one_where_there_is_none(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, c, .. }) = (exchange.router(host), exchange);
    // 4 B go with each A.
    let added = router.add_liquidity(a, b, n(1_000), n(5_000), n(1_000), n(4_000), bob, EVER);
    assert_eq!(added, Ok((n(1_000), n(4_000), n(2_000))));
    let added = router.add_liquidity(a, b, n(1_000), n(400), n(100), n(0), bob, EVER);
    assert_eq!(added, Ok((n(100), n(400), n(200))));
    let added = router.add_liquidity(b, a, n(400), n(1_000), n(0), n(100), bob, EVER);
    assert_eq!(added, Ok((n(400), n(100), n(200))), "in any order");
    assert_eq!(exchange.pair(host, a, b).shares().balance_of(bob), n(2_400));
    // As much as it takes of the one, whichever is worth more: four times that are more than can be counted.
    for (a, b, of_b, of_a) in [(a, b, 400, 100), (b, a, 100, 400)] {
        let added =
            host.rehearse(|| router.add_liquidity(a, b, U256::MAX, n(of_b), n(0), n(0), bob, EVER));
        assert_eq!(added, Ok((n(of_a), n(of_b), n(200))));
    }
    let dear = router.add_liquidity(a, b, n(1_000), n(5_000), n(0), n(4_001), bob, EVER);
    let refused = RouterError::InsufficientBAmount {
        amount: n(4_000),
        minimum: n(4_001),
    };
    assert_eq!(dear, Err(refused.into()));
    let dear = router.add_liquidity(a, b, n(1_000), n(400), n(101), n(0), bob, EVER);
    let refused = RouterError::InsufficientAAmount {
        amount: n(100),
        minimum: n(101),
    };
    assert_eq!(dear, Err(refused.into()));
    let nothing = router.add_liquidity(a, b, n(0), n(400), n(0), n(0), bob, EVER);
    assert_eq!(nothing, Err(RouterError::InsufficientAmount.into()));

    let made = router.add_liquidity(c, a, n(40_000), n(10_000), n(0), n(0), alice, EVER);
    assert_eq!(made, Ok((n(40_000), n(10_000), n(19_000))));
    assert_eq!(exchange.factory(host).all_pairs_length(), n(3));
    assert_eq!(exchange.reserves(host, a, c), (n(10_000), n(40_000)));
    let same = router.add_liquidity(a, a, n(1), n(1), n(0), n(0), bob, EVER);
    assert_eq!(same, Err(RouterError::IdenticalAddresses.into()));
    let nobody = router.add_liquidity(a, Address::ZERO, n(1), n(1), n(0), n(0), bob, EVER);
    assert_eq!(nobody, Err(RouterError::ZeroAddress.into()));
    is_empty(host, &exchange);
}

#[zx::test]
fn coins_go_in_and_those_that_are_not_needed_go_back(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, b) = (exchange.router(host), exchange.b);
    let before = host.balance(alice);
    let added = router
        .paying(n(300))
        .add_liquidity_native(b, n(800), n(800), n(200), bob, EVER);
    assert_eq!(added, Ok((n(800), n(200), n(400))));
    assert_eq!(before - host.balance(alice), n(200));
    let refused = router
        .paying(n(300))
        .add_liquidity_native(b, n(800), n(0), n(201), bob, EVER);
    let dear = RouterError::InsufficientBAmount {
        amount: n(200),
        minimum: n(201),
    };
    assert_eq!(refused, Err(dear.into()));
    is_empty(host, &exchange);
}

#[zx::test]
fn shares_are_redeemed_for_both_tokens_or_a_token_and_coins(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, .. }) = (exchange.router(host), exchange);
    for pair in [
        exchange.pair(host, a, b),
        exchange.pair(host, b, exchange.coin),
    ] {
        pair.shares().approve(exchange.router, n(30_000)).unwrap();
    }
    let dear = |amount: u64, minimum: u64| RouterError::InsufficientBAmount {
        amount: n(amount),
        minimum: n(minimum),
    };
    let redeem = |least_a: u64, least_b: u64| {
        router.remove_liquidity(b, a, n(20_000), n(least_a), n(least_b), bob, EVER)
    };
    assert_eq!(redeem(40_000, 10_001), Err(dear(10_000, 10_001).into()));
    let cheap = RouterError::InsufficientAAmount {
        amount: n(40_000),
        minimum: n(40_001),
    };
    assert_eq!(redeem(40_001, 0), Err(cheap.into()));
    assert_eq!(redeem(40_000, 10_000), Ok((n(40_000), n(10_000))));
    assert_eq!(
        (held(host, a, bob), held(host, b, bob)),
        (n(10_000), n(40_000))
    );
    let more = redeem(0, 0).unwrap_err();
    let allowance = zx::components::Erc20Error::ERC20InsufficientAllowance {
        spender: exchange.router,
        allowance: n(10_000),
        needed: n(20_000),
    };
    assert_eq!(more.decode(), Some(allowance), "in the pool's own words");

    let before = host.balance(bob);
    let dear_native = router.remove_liquidity_native(b, n(10_000), n(0), n(5_001), bob, EVER);
    assert_eq!(dear_native, Err(dear(5_000, 5_001).into()));
    let redeemed = router.remove_liquidity_native(b, n(10_000), n(20_000), n(5_000), bob, EVER);
    assert_eq!(redeemed, Ok((n(20_000), n(5_000))));
    assert_eq!(
        (host.balance(bob) - before, held(host, b, bob)),
        (n(5_000), n(60_000))
    );
    let before = held(host, b, alice);
    let redeemed =
        router.remove_liquidity_native_with_fee(b, n(10_000), n(0), n(5_000), alice, EVER);
    assert_eq!(redeemed, Ok(n(5_000)));
    assert_eq!(held(host, b, alice) - before, n(20_000));
    is_empty(host, &exchange);
}

#[zx::test]
fn a_trade_along_a_path_brings_what_was_said_before(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);
    let path = vec![a, b, coin];
    // 1,000 A: 400,000 * 997 / 100,997 = 3,948 B; 3,948 B: 50,000 * 3,936.156 / 203,936.156 = 965.
    let amounts = vec![n(1_000), n(3_948), n(965)];
    assert_eq!(router.get_amounts_out(n(1_000), path.clone()), amounts);
    let swap = |least: u64| {
        router.swap_exact_tokens_for_tokens(n(1_000), n(least), path.clone(), bob, EVER)
    };
    let poor = RouterError::InsufficientOutputAmount {
        amount: n(965),
        minimum: n(966),
    };
    assert_eq!(swap(966), Err(poor.into()));
    assert_eq!(swap(965), Ok(amounts));
    assert_eq!(held(host, coin, bob), n(965));
    assert_eq!(exchange.reserves(host, a, b), (n(101_000), n(396_052)));

    let path = vec![coin, b, a];
    let asked = router.get_amounts_in(n(500), path.clone());
    let before = (host.balance(alice), held(host, a, bob));
    let bought =
        router
            .paying(n(10_000))
            .swap_native_for_exact_tokens(n(500), path.clone(), bob, EVER);
    assert_eq!(bought, Ok(asked.clone()));
    assert_eq!(before.0 - host.balance(alice), asked[0], "the rest is back");
    assert_eq!(held(host, a, bob) - before.1, n(500), "exactly");
    let few = asked[0] - n(1);
    let refused = router
        .paying(few)
        .swap_native_for_exact_tokens(n(500), path, bob, EVER);
    assert!(matches!(
        refused.unwrap_err().decode(),
        Some(RouterError::ExcessiveInputAmount { maximum, .. }) if maximum == few
    ));
    is_empty(host, &exchange);
}

#[zx::test]
fn every_way_to_trade_moves_what_it_says(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);

    let asked = router.get_amounts_in(n(700), vec![b, a]);
    let dear = router.swap_tokens_for_exact_tokens(n(700), asked[0] - n(1), vec![b, a], bob, EVER);
    let refused = RouterError::ExcessiveInputAmount {
        amount: asked[0],
        maximum: asked[0] - n(1),
    };
    assert_eq!(dear, Err(refused.into()));
    let before = held(host, b, alice);
    router
        .swap_tokens_for_exact_tokens(n(700), asked[0], vec![b, a], bob, EVER)
        .unwrap();
    assert_eq!(
        (before - held(host, b, alice), held(host, a, bob)),
        (asked[0], n(700))
    );

    let out = router.get_amounts_out(n(900), vec![coin, b]);
    let bought =
        router
            .paying(n(900))
            .swap_exact_native_for_tokens(out[1], vec![coin, b], bob, EVER);
    assert_eq!((bought, held(host, b, bob)), (Ok(out.clone()), out[1]));

    let before = host.balance(bob);
    let out = router.get_amounts_out(n(1_000), vec![b, coin]);
    router
        .swap_exact_tokens_for_native(n(1_000), out[1], vec![b, coin], bob, EVER)
        .unwrap();
    assert_eq!(host.balance(bob) - before, out[1]);

    let before = (host.balance(bob), held(host, b, alice));
    let asked = router.get_amounts_in(n(300), vec![b, coin]);
    router
        .swap_tokens_for_exact_native(n(300), asked[0], vec![b, coin], bob, EVER)
        .unwrap();
    assert_eq!(
        (
            host.balance(bob) - before.0,
            before.1 - held(host, b, alice)
        ),
        (n(300), asked[0])
    );
    is_empty(host, &exchange);
}

/// Of tokens without a fee they do the same as the others.
#[zx::test]
fn what_counts_what_arrives_trades_too(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);
    let out = router.get_amounts_out(n(1_000), vec![a, b])[1];
    let swap = |least| {
        router.swap_exact_tokens_for_tokens_with_fee(n(1_000), least, vec![a, b], bob, EVER)
    };
    let poor = RouterError::InsufficientOutputAmount {
        amount: out,
        minimum: out + n(1),
    };
    assert_eq!(swap(out + n(1)), Err(poor.into()));
    swap(out).unwrap();
    assert_eq!(held(host, b, bob), out);

    let out = router.get_amounts_out(n(1_000), vec![coin, b])[1];
    let paying = router.paying(n(1_000));
    let path = vec![coin, b];
    paying
        .swap_exact_native_for_tokens_with_fee(out, path, alice, EVER)
        .unwrap();

    let out = router.get_amounts_out(n(1_000), vec![a, b, coin])[2];
    let swap = |least| {
        let path = vec![a, b, coin];
        router.swap_exact_tokens_for_native_with_fee(n(1_000), least, path, bob, EVER)
    };
    assert!(swap(out + n(1)).is_err());
    let before = host.balance(bob);
    swap(out).unwrap();
    assert_eq!(host.balance(bob) - before, out);
    is_empty(host, &exchange);
}

#[zx::test]
fn what_is_no_path_and_what_is_no_trade_is_refused(host: &Host) {
    let [_, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, c, coin, .. }) = (exchange.router(host), exchange);
    let swap = |amount: u64, path: &[Address]| {
        router
            .swap_exact_tokens_for_tokens(n(amount), n(0), path.to_vec(), bob, EVER)
            .unwrap_err()
    };
    let invalid: Reverted = RouterError::InvalidPath.into();
    assert_eq!(
        (swap(1, &[]), swap(1, &[a])),
        (invalid.clone(), invalid.clone())
    );
    assert_eq!(swap(1, &[a, a]), RouterError::IdenticalAddresses.into());
    assert_eq!(
        swap(1, &[a, Address::ZERO]),
        RouterError::ZeroAddress.into()
    );
    assert_eq!(
        swap(0, &[a, b]),
        RouterError::InsufficientInputAmount.into()
    );
    let none = RouterError::NoPool {
        token_a: b,
        token_b: c,
    };
    assert_eq!(swap(1_000, &[a, b, c]), none.into());
    assert_eq!(
        router.swap_exact_tokens_for_native(n(1), n(0), vec![coin, b], bob, EVER),
        Err(invalid.clone())
    );
    assert_eq!(
        router.swap_tokens_for_exact_native(n(1), n(9), vec![coin, b], bob, EVER),
        Err(invalid.clone())
    );
    assert_eq!(
        router.swap_exact_tokens_for_native_with_fee(n(1), n(0), vec![coin, b], bob, EVER),
        Err(invalid.clone())
    );
    let paying = router.paying(n(5));
    let path = || vec![b, coin];
    assert_eq!(
        paying.swap_exact_native_for_tokens(n(0), path(), bob, EVER),
        Err(invalid.clone())
    );
    assert_eq!(
        paying.swap_native_for_exact_tokens(n(1), path(), bob, EVER),
        Err(invalid.clone())
    );
    assert_eq!(
        paying.swap_exact_native_for_tokens_with_fee(n(0), path(), bob, EVER),
        Err(invalid)
    );
    let all = router.swap_tokens_for_exact_tokens(n(400_000), EVER, vec![a, b], bob, EVER);
    assert_eq!(all, Err(RouterError::InsufficientLiquidity.into()));
    let nothing = router.swap_tokens_for_exact_tokens(n(0), EVER, vec![a, b], bob, EVER);
    let minimum = RouterError::InsufficientOutputAmount {
        amount: n(0),
        minimum: n(1),
    };
    assert_eq!(nothing, Err(minimum.into()));
    let poor = router
        .by(bob)
        .swap_exact_tokens_for_tokens(n(10), n(0), vec![a, b], bob, EVER);
    let words = zx::components::Erc20Error::ERC20InsufficientAllowance {
        spender: exchange.router,
        allowance: n(0),
        needed: n(10),
    };
    assert_eq!(poor, Err(words.into()), "in the token's own words");
}

/// The figures of one trade, and those that no 256 bits hold.
#[zx::test]
fn quotes_are_rounded_against_the_caller_and_do_not_overflow(host: &Host) {
    let router = Exchange::open(host).router(host);
    assert_eq!(router.quote(n(10), n(3), n(2)), n(6), "6.67");
    assert_eq!(
        router.get_amount_out(n(1_000), n(100_000), n(400_000)),
        n(3_948)
    );
    assert_eq!(
        router.get_amount_in(n(3_948), n(100_000), n(400_000)),
        n(1_000)
    );
    assert_eq!(router.get_amount_in(n(1), n(1), n(1_000)), n(1), "0.001");
    let huge = U256::ONE << 200;
    assert_eq!(router.quote(huge, huge, huge), huge);
    assert_eq!(
        router.get_amount_out(huge, huge, huge),
        huge.mul_div(n(997), n(1_997), Rounding::Down)
    );
    assert_eq!(
        router.try_quote(n(0), n(1), n(1)),
        Err(RouterError::InsufficientAmount.into())
    );
    let dry: Reverted = RouterError::InsufficientLiquidity.into();
    assert_eq!(router.try_quote(n(1), n(0), n(1)), Err(dry.clone()));
    assert_eq!(
        router.try_get_amount_out(n(1), n(1), n(0)),
        Err(dry.clone())
    );
    assert_eq!(router.try_get_amount_in(n(5), n(1), n(5)), Err(dry));
}

#[zx::test]
fn nothing_is_done_too_late(host: &Host) {
    let [_, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);
    let (now, one, zero) = (n(host.block().timestamp), n(1), n(0));
    let swap =
        |deadline| router.swap_exact_tokens_for_tokens(n(1_000), zero, vec![a, b], bob, deadline);
    swap(now).unwrap();
    let late = now - one;
    let expired: Reverted = RouterError::Expired { deadline: late }.into();
    let (s, path) = (B256::ZERO, |x, y| vec![x, y]);
    let paid = router.paying(one);
    let refusals = [
        swap(late).err(),
        router
            .add_liquidity(a, b, one, one, zero, zero, bob, late)
            .err(),
        paid.add_liquidity_native(b, one, zero, zero, bob, late)
            .err(),
        router
            .remove_liquidity(a, b, one, zero, zero, bob, late)
            .err(),
        router
            .remove_liquidity_native(b, one, zero, zero, bob, late)
            .err(),
        router
            .remove_liquidity_native_with_fee(b, one, zero, zero, bob, late)
            .err(),
        router
            .remove_liquidity_with_permit(a, b, one, zero, zero, bob, late, false, 27, s, s)
            .err(),
        router
            .swap_tokens_for_exact_tokens(one, EVER, path(a, b), bob, late)
            .err(),
        paid.swap_exact_native_for_tokens(zero, path(coin, b), bob, late)
            .err(),
        router
            .swap_tokens_for_exact_native(one, EVER, path(b, coin), bob, late)
            .err(),
        router
            .swap_exact_tokens_for_native(one, zero, path(b, coin), bob, late)
            .err(),
        paid.swap_native_for_exact_tokens(one, path(coin, b), bob, late)
            .err(),
        router
            .swap_exact_tokens_for_tokens_with_fee(one, zero, path(a, b), bob, late)
            .err(),
        paid.swap_exact_native_for_tokens_with_fee(zero, path(coin, b), bob, late)
            .err(),
        router
            .swap_exact_tokens_for_native_with_fee(one, zero, path(b, coin), bob, late)
            .err(),
    ];
    for (number, refused) in refusals.into_iter().enumerate() {
        assert_eq!(refused, Some(expired.clone()), "method {number}");
    }
}

/// What an owner of shares signs.
#[derive(zx::TypedData)]
struct Permit {
    owner: Address,
    spender: Address,
    value: U256,
    nonce: U256,
    deadline: U256,
}

/// v, r and s of the first account, for the router to move its shares of a pool.
pub(crate) fn sign(
    host: &Host,
    exchange: &Exchange,
    pair: Address,
    value: U256,
    nonce: u64,
) -> (u8, B256, B256) {
    let [owner] = host.accounts();
    let domain = zx::crypto::Domain::new("Zexus Pool Share", "1");
    let permit = Permit {
        owner,
        spender: exchange.router,
        value,
        nonce: n(nonce),
        deadline: EVER,
    };
    let hash = permit.typed_hash(domain.separator_of(host.block().chain_id, pair));
    let key = zx::b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    let key = SigningKey::from_slice(&key.0).expect("a key");
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let (r, s) = signature.split_bytes();
    (
        27 + recovery.to_byte(),
        B256::from_slice(&r),
        B256::from_slice(&s),
    )
}

#[zx::test]
fn a_permit_lets_shares_be_redeemed_in_the_same_call(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);
    let ab = exchange.pair(host, a, b);
    let bc = exchange.pair(host, b, coin);
    let (amount, zero) = (n(10_000), n(0));
    let (v, r, s) = sign(host, &exchange, ab.address(), amount, 0);
    let redeemed =
        router.remove_liquidity_with_permit(a, b, amount, zero, zero, bob, EVER, false, v, r, s);
    assert_eq!(redeemed, Ok((n(5_000), n(20_000))));
    assert_eq!(ab.shares().allowance(alice, exchange.router), zero);

    let (v, r, s) = sign(host, &exchange, bc.address(), amount, 0);
    let redeemed = router
        .remove_liquidity_native_with_permit(b, amount, zero, zero, bob, EVER, false, v, r, s);
    assert_eq!(redeemed, Ok((n(20_000), n(5_000))));
    let (v, r, s) = sign(host, &exchange, bc.address(), U256::MAX, 1);
    let redeemed = router.remove_liquidity_native_with_permit_and_fee(
        b, amount, zero, zero, bob, EVER, true, v, r, s,
    );
    assert_eq!(redeemed, Ok(n(5_000)));
    assert_eq!(bc.shares().allowance(alice, exchange.router), U256::MAX);

    let forged =
        router.remove_liquidity_with_permit(a, b, amount, zero, zero, bob, EVER, false, v, r, s);
    assert!(matches!(
        forged.unwrap_err().decode(),
        Some(zx::crypto::PermitError::ERC2612InvalidSigner { owner, .. }) if owner == alice
    ));
    is_empty(host, &exchange);
}
