//! What attackers try, and what becomes of it.

use crate::{
    RouterError,
    tests::{EVER, Exchange, n, sign, token_at},
};
use attacker::Attacker;
use hostile_token::{HostileToken, Nature};
use zx::{
    abi::Args,
    prelude::*,
    testing::{Host, Reverted},
};

/// What became of somebody's trade between two of somebody else's.
struct Sandwich {
    /// What the victim got; nothing if the trade was refused.
    got: Option<U256>,
    /// What the attacker has more of the token that both paid with.
    gained: bool,
}

/// Bob buys A before Alice does, and sells it after her.
fn sandwich(host: &Host, exchange: &Exchange, amount: u64, least: U256) -> Sandwich {
    let [alice, bob] = host.accounts();
    let (router, a, b) = (exchange.router(host), exchange.a, exchange.b);
    let before = token_at(host, b).balance_of(bob);
    let path = || vec![b, a];
    let bought = router
        .by(bob)
        .swap_exact_tokens_for_tokens(n(amount), n(0), path(), bob, EVER)
        .unwrap();
    let trade = router.swap_exact_tokens_for_tokens(n(20_000), least, path(), alice, EVER);
    let got = match trade {
        Ok(amounts) => amounts.last().copied(),
        Err(refused) => {
            let why = refused.decode();
            assert!(
                matches!(why, Some(RouterError::InsufficientOutputAmount { minimum, .. }) if minimum == least),
                "{why:?}"
            );
            None
        }
    };
    router
        .by(bob)
        .swap_exact_tokens_for_tokens(bought[1], n(0), vec![a, b], bob, EVER)
        .unwrap();
    Sandwich {
        got,
        gained: token_at(host, b).balance_of(bob) > before,
    }
}

#[zx::test]
fn a_sandwich_takes_no_more_than_the_limit_leaves(host: &Host) {
    let [_, bob] = host.accounts();
    let exchange = Exchange::open(host);
    exchange.endow(host, bob, 250_000);
    let fair = exchange
        .router(host)
        .get_amounts_out(n(20_000), vec![exchange.b, exchange.a])[1];
    // One percent.
    let least = fair.mul_div(n(99), n(100), Rounding::Up);
    let (mut refused, mut within) = (0, 0);
    for amount in [100, 500, 1_000, 5_000, 50_000, 250_000] {
        let attacked = host.rehearse(|| sandwich(host, &exchange, amount, least));
        match attacked.got {
            None => {
                refused += 1;
                assert!(
                    !attacked.gained,
                    "without a victim it pays the fees: {amount}"
                );
            }
            Some(got) => {
                within += 1;
                assert!(got >= least && got < fair, "{amount}");
            }
        }
    }
    assert!(refused > 2 && within > 1, "both happen");
    let attacked = host.rehearse(|| sandwich(host, &exchange, 250_000, n(0)));
    let got = attacked.got.unwrap();
    assert!(
        attacked.gained && got * n(2) < fair,
        "without a limit more than half of it is gone: {got} of {fair}"
    );
}

#[zx::test]
fn a_price_that_is_moved_and_moved_back_within_a_block_is_in_no_mean(host: &Host) {
    let [_, bob] = host.accounts();
    let exchange = Exchange::open(host);
    exchange.endow(host, bob, 300_000);
    let (router, a, b) = (exchange.router(host).by(bob), exchange.a, exchange.b);
    let pair = exchange.pair(host, a, b);
    let sum = || {
        if a < b {
            pair.price0_cumulative_last()
        } else {
            pair.price1_cumulative_last()
        }
    };
    let begun = sum();
    host.pass(100);
    let spot = || {
        router.quote(
            n(1_000),
            exchange.reserves(host, a, b).0,
            exchange.reserves(host, a, b).1,
        )
    };
    assert_eq!(spot(), n(4_000));
    let bought = router
        .swap_exact_tokens_for_tokens(n(300_000), n(0), vec![b, a], bob, EVER)
        .unwrap()[1];
    assert!(spot() > n(10_000), "an A costs {} for a moment", spot());
    router
        .swap_exact_tokens_for_tokens(bought, n(0), vec![a, b], bob, EVER)
        .unwrap();
    pair.sync().unwrap();
    let mean = (sum() - begun) / n(100);
    assert_eq!(mean, n(4) << 112, "to the last bit");
}

/// The first to bring tokens makes the price: limits are what keeps the next from theirs.
#[zx::test]
fn whoever_makes_a_pool_before_at_another_price_gains_nothing_by_it(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    exchange.endow(host, bob, 100_000);
    let (router, a, c) = (exchange.router(host), exchange.a, exchange.c);
    token_at(host, c).transfer(bob, n(100_000)).unwrap();
    let approved = token_at(host, c)
        .by(bob)
        .approve(exchange.router, U256::MAX);
    approved.unwrap();
    // Alice wants to make it at one to one; Bob does before, at one to ten.
    let first = router
        .by(bob)
        .add_liquidity(a, c, n(1_001), n(10_010), n(0), n(0), bob, EVER);
    first.unwrap();
    let made = router.add_liquidity(
        a,
        c,
        n(50_000),
        n(50_000),
        n(49_500),
        n(49_500),
        alice,
        EVER,
    );
    assert!(matches!(
        made.unwrap_err().decode(),
        Some(RouterError::InsufficientAAmount { amount, .. }) if amount == n(5_000)
    ));
}

/// Somebody sees the permit in a transaction that waits, and uses it before.
#[zx::test]
fn a_permit_that_was_used_up_before_stops_nobody(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, a, b) = (exchange.router(host), exchange.a, exchange.b);
    let pair = exchange.pair(host, a, b);
    let amount = n(10_000);
    let (v, r, s) = sign(host, &exchange, pair.address(), amount, 0);
    pair.by(bob)
        .permit(alice, exchange.router, amount, EVER, v, r, s)
        .unwrap();
    let pair = exchange.pair(host, a, b);
    let redeemed =
        router.remove_liquidity_with_permit(a, b, amount, n(0), n(0), alice, EVER, false, v, r, s);
    assert_eq!(redeemed, Ok((n(5_000), n(20_000))));
    let again =
        router.remove_liquidity_with_permit(a, b, amount, n(0), n(0), alice, EVER, false, v, r, s);
    assert!(again.is_err(), "it was for so many");
    assert_eq!(pair.shares().allowance(alice, exchange.router), n(0));
}

/// Nobody can take what was allowed to the router: it moves tokens of its caller alone.
#[zx::test]
fn allowances_are_of_no_use_to_others(host: &Host) {
    let [alice, bob] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, a, b) = (exchange.router(host).by(bob), exchange.a, exchange.b);
    let pair = exchange.pair(host, a, b);
    let approved = pair.shares().approve(exchange.router, U256::MAX);
    approved.unwrap();
    let before = token_at(host, a).balance_of(alice);
    let shares = exchange.pair(host, a, b).shares().balance_of(alice);
    assert!(
        router
            .swap_exact_tokens_for_tokens(n(10), n(0), vec![a, b], bob, EVER)
            .is_err()
    );
    assert!(
        router
            .remove_liquidity(a, b, n(10), n(0), n(0), bob, EVER)
            .is_err()
    );
    assert!(
        router
            .add_liquidity(a, b, n(10), n(40), n(0), n(0), bob, EVER)
            .is_err()
    );
    assert_eq!(token_at(host, a).balance_of(alice), before);
    assert_eq!(exchange.pair(host, a, b).shares().balance_of(alice), shares);
}

#[zx::test]
fn the_router_takes_no_coins_that_nobody_would_get_back(host: &Host) {
    let [alice] = host.accounts();
    let exchange = Exchange::open(host);
    let plain = host.raw(exchange.router).paying(n(1)).transact(&[]);
    let refused = RouterError::NotFromWrapper { sender: alice };
    assert_eq!(plain, Err(refused.into()));
    // A receiver that takes no coins: the trade is undone.
    let deaf = Address::repeat_byte(0xDE);
    host.mock(deaf).install();
    let path = vec![exchange.b, exchange.coin];
    let router = exchange.router(host);
    let out = router.get_amounts_out(n(1_000), path.clone())[1];
    let sold = router.swap_exact_tokens_for_native(n(1_000), n(0), path, deaf, EVER);
    let refused = RouterError::NotSent {
        to: deaf,
        value: out,
    };
    assert_eq!(sold, Err(refused.into()));
}

/// Coins are paid last, to whomever: they find the router closed, but can ask it.
#[zx::test]
fn a_receiver_of_coins_that_calls_back_can_ask_but_not_trade(host: &Host) {
    let [alice] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, Exchange { a, b, coin, .. }) = (exchange.router(host), exchange);
    let thief = host.deploy::<Attacker>(());
    token_at(host, b)
        .transfer(thief.address(), n(5_000))
        .unwrap();
    let path = || [b, a].to_vec();
    let (to, zero) = (thief.address(), n(0));
    let swap = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)";
    let leave = "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)";
    let approve = call("approve(address,uint256)", (exchange.router, EVER));
    thief.plan(b, zero, approve).unwrap();
    for data in [
        call(swap, (n(1_000), zero, path(), to, EVER)),
        call(leave, (b, n(1), zero, zero, to, EVER)),
        call("getAmountsOut(uint256,address[])", (n(1_000), path())),
    ] {
        thief.plan(exchange.router, zero, data).unwrap();
    }
    let sold = router.swap_exact_tokens_for_native(n(1_000), zero, [b, coin].to_vec(), to, EVER);
    assert!(sold.is_ok());
    assert_eq!(thief.taken(), 4);
    for step in [1, 2] {
        assert!(!thief.succeeded(step), "step {step}");
        let why = Reverted(thief.returned(step).into());
        assert_eq!(why.message().as_deref(), Some("reentrant call"));
    }
    assert!(thief.succeeded(0) && thief.succeeded(3));
    assert_eq!(token_at(host, b).balance_of(to), n(5_000));
    assert!(
        router
            .swap_exact_tokens_for_tokens(n(10), zero, path(), alice, EVER)
            .is_ok()
    );
}

fn call(signature: &str, arguments: impl Args) -> Bytes {
    [zx::selector(signature).to_vec(), arguments.encode()]
        .concat()
        .into()
}

/// A token that lets somebody call the router while it moves it.
#[zx::test]
fn a_token_that_calls_back_can_ask_but_not_trade(host: &Host) {
    let [alice] = host.accounts();
    let exchange = Exchange::open(host);
    let (router, b) = (exchange.router(host), exchange.b);
    let token = host.deploy::<HostileToken>((n(1_000_000),));
    let evil = token.address();
    router
        .add_liquidity(evil, b, n(10_000), n(10_000), n(0), n(0), alice, EVER)
        .unwrap();
    let attacker = host.deploy::<Attacker>(());
    let caller = attacker.address();
    token.transfer(caller, n(10_000)).unwrap();
    let data = |method: &str, arguments: Vec<u8>| -> Bytes {
        [zx::selector(method).to_vec(), arguments].concat().into()
    };
    let path = || vec![evil, b];
    let asks = data(
        "getAmountsOut(uint256,address[])",
        (n(1_000), path()).encode(),
    );
    let trades = data(
        "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
        (n(1_000), n(0), path(), caller, EVER).encode(),
    );
    for step in [&asks, &trades] {
        let alone = || attacker.act(exchange.router, n(0), step.clone());
        host.rehearse(|| assert!(alone().is_ok(), "by itself it would work"));
        attacker.plan(exchange.router, n(0), step.clone()).unwrap();
    }
    let told = Nature {
        told: caller,
        ..Nature::default()
    };
    token.behave(told).unwrap();
    let out = router.get_amounts_out(n(1_000), path());
    let traded = router.swap_exact_tokens_for_tokens(n(1_000), out[1], path(), alice, EVER);
    assert_eq!(traded, Ok(out));
    let done = (
        attacker.taken(),
        attacker.succeeded(0),
        attacker.succeeded(1),
    );
    assert_eq!(done, (2, true, false));
}
