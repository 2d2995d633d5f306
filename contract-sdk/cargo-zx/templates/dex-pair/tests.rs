use super::*;
use zx::testing::{Host, TestHost};

const GOLD: Address = Address::repeat_byte(0x60);
const SALT: Address = Address::repeat_byte(0x5A);

fn n(number: u64) -> U256 {
    U256::from(number)
}

/// Puts a token there of which the pool holds so many, and which moves what it is asked to move.
fn token(host: &Host, address: Address, of_the_pool: u64) {
    host.mock(address)
        .returns(zx::selector("balanceOf(address)"), n(of_the_pool))
        .returns(zx::selector("transfer(address,uint256)"), true)
        .returns(zx::selector("transferFrom(address,address,uint256)"), true)
        .install();
}

fn pool(host: &Host) -> PairClient<'_> {
    host.deploy::<Pair>((GOLD, SALT))
}

/// A pool of 100,000 gold and 400,000 salt.
fn filled(host: &Host) -> PairClient<'_> {
    let pool = pool(host);
    token(host, GOLD, 100_000);
    token(host, SALT, 400_000);
    let shares = pool.add_liquidity(n(100_000), n(400_000), n(0));
    assert_eq!(
        shares,
        Ok(n(199_000)),
        "the root of the product, without the locked ones"
    );
    pool
}

#[zx::test]
fn the_first_liquidity_makes_the_price(host: &Host) {
    let [provider] = host.accounts();
    let pool = filled(host);
    assert!(host.emitted(LiquidityAdded {
        provider,
        amount0: n(100_000),
        amount1: n(400_000),
        shares: n(199_000),
    }));
    assert_eq!(pool.tokens(), (GOLD, SALT));
    assert_eq!(pool.reserves(), (n(100_000), n(400_000)));
    assert_eq!(pool.total_shares(), n(200_000));
    assert_eq!(pool.shares(provider), n(199_000));
}

#[zx::test]
fn a_trade_keeps_the_product_and_pays_the_fee(host: &Host) {
    let [_, trader, to] = host.accounts();
    let pool = filled(host).by(trader);
    // 997 of the 1,000 count: 997 * 400,000 / (100,000 + 997).
    let expected = n(3_948);
    assert_eq!(pool.quote(GOLD, n(1_000)), expected);

    token(host, GOLD, 101_000);
    assert_eq!(pool.swap(GOLD, n(1_000), expected, to), Ok(expected));
    assert!(host.emitted(Swapped {
        trader,
        token_in: GOLD,
        amount_in: n(1_000),
        amount_out: expected,
        to,
    }));
    let (gold, salt) = pool.reserves();
    assert_eq!((gold, salt), (n(101_000), n(400_000) - expected));
    assert!(
        gold * salt > n(100_000) * n(400_000),
        "the fee stays in the pool"
    );
}

#[zx::test]
fn a_trade_that_gives_too_little_is_undone(host: &Host) {
    let [trader] = host.accounts();
    let pool = filled(host);
    let out = pool.quote(SALT, n(1_000));
    token(host, SALT, 401_000);
    let refused = PairError::Slippage {
        out,
        min_out: out + n(1),
    };
    assert_eq!(
        pool.swap(SALT, n(1_000), out + n(1), trader),
        Err(refused.into())
    );
    assert_eq!(pool.reserves(), (n(100_000), n(400_000)));
    assert_eq!(pool.swap(SALT, n(1_000), out, trader), Ok(out));
}

#[zx::test]
fn what_came_counts_and_not_what_was_said(host: &Host) {
    let [trader] = host.accounts();
    let pool = filled(host);
    // A token that takes a tenth of what it moves.
    token(host, GOLD, 100_900);
    let out = pool.quote(GOLD, n(900));
    assert_eq!(pool.swap(GOLD, n(1_000), n(0), trader), Ok(out));
    assert_eq!(pool.reserves().0, n(100_900));
}

#[zx::test]
fn shares_are_redeemed_for_their_part(host: &Host) {
    let [provider] = host.accounts();
    let pool = filled(host);
    assert_eq!(
        pool.remove_liquidity(n(100_000)),
        Ok((n(50_000), n(200_000)))
    );
    assert_eq!(pool.shares(provider), n(99_000));
    for shares in [99_001, 0] {
        let refused = pool.remove_liquidity(n(shares));
        assert_eq!(refused, Err(PairError::TooFewShares.into()));
    }
}

#[zx::test]
fn later_liquidity_gets_shares_by_the_scarcer_side(host: &Host) {
    let pool = filled(host);
    token(host, GOLD, 110_000);
    token(host, SALT, 800_000);
    let shares = pool.add_liquidity(n(10_000), n(400_000), n(0));
    assert_eq!(shares, Ok(n(20_000)), "10 % of the gold");
}

#[zx::test]
fn strangers_tokens_and_dust_are_refused(host: &Host) {
    let [trader] = host.accounts();
    let filled = filled(host);
    let unknown = PairError::UnknownToken { token: trader };
    let refused = filled.swap(trader, n(1), n(0), trader);
    assert_eq!(refused, Err(unknown.into()));
    let dust = filled.try_quote(GOLD, n(0));
    assert_eq!(dust, Err(PairError::TooLittle.into()));

    let empty = pool(host);
    token(host, GOLD, 1_000);
    token(host, SALT, 1_000);
    let refused = empty.add_liquidity(n(1_000), n(1_000), n(0));
    let reason = "the locked shares would be all";
    assert_eq!(refused, Err(PairError::TooLittle.into()), "{reason}");
}

#[zx::test]
fn a_token_that_refuses_is_heard(host: &Host) {
    let [trader] = host.accounts();
    let pool = filled(host);
    let take = zx::selector("transferFrom(address,address,uint256)");
    host.mock(GOLD).returns(take, false).install();
    let refused = PairError::TransferFailed { token: GOLD };
    assert_eq!(pool.swap(GOLD, n(1), n(0), trader), Err(refused.into()));
    host.mock(GOLD).reverts(take, "paused").install();
    let words = pool.swap(GOLD, n(1), n(0), trader).unwrap_err();
    assert_eq!(words.message().as_deref(), Some("paused"));
}

/// A mock cannot call back, so this token is a function of the native host.
#[test]
fn a_token_that_calls_back_finds_the_pool_closed() {
    let host = TestHost::new();
    let mut pair = host.contract::<Pair>();
    host.transact(|cx| pair.constructor(cx, GOLD, SALT))
        .unwrap();
    let pool = host.address();
    host.register::<Pair>(pool);
    host.register_with(GOLD, move |cx, _| {
        let swap = zx::selector("swap(address,uint256,uint256,address)");
        let args = (GOLD, n(1), n(0), GOLD);
        match cx.invoke::<_, U256>(pool, swap, args, CallOptions::default()) {
            Err(CallError::Revert(data)) => Err(data),
            _ => Ok(Vec::new()),
        }
    });
    let refused = host.transact(|cx| pair.swap(cx, GOLD, n(1), n(0), GOLD));
    let why = refused.unwrap_err().message();
    assert_eq!(why.as_deref(), Some("reentrant call"));
}

#[test]
fn roots_are_rounded_down() {
    for (value, root) in [(0, 0), (1, 1), (3, 1), (4, 2), (99, 9), (100, 10)] {
        assert_eq!(square_root(n(value)), n(root));
    }
    assert_eq!(square_root(U256::MAX), (n(1) << 128) - n(1));
}
