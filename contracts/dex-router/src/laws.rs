//! What holds whatever traders do, by the router and past it.

use crate::tests::{EVER, Exchange, held, is_empty, n, token_at};
use core::cell::Cell;
use zx::{
    prelude::*,
    testing::{Host, Invariants, Reverted},
};

/// What each trader has of A and B when it begins.
const ENDOWED: u64 = 50_000;

/// What so much is worth at the price that the pool of A and B began with: four B for an A.
fn worth((of_a, of_b): (U256, U256)) -> U256 {
    of_a * n(4) + of_b
}

struct Market {
    exchange: Exchange,
    traders: [Address; 2],
    /// Product of the reserves, and shares, as they were.
    last: Cell<(U256, U256)>,
}

impl Market {
    fn open(host: &Host) -> Self {
        let exchange = Exchange::open(host);
        let [_, bob, carol] = host.accounts();
        let pair = exchange.pair(host, exchange.a, exchange.b);
        for trader in [bob, carol] {
            exchange.endow(host, trader, ENDOWED);
            let shares = pair.by(trader);
            shares.shares().approve(exchange.router, U256::MAX).unwrap();
        }
        Self {
            exchange,
            traders: [bob, carol],
            last: Cell::default(),
        }
    }

    /// Sells one for the other, in one of three ways.
    fn trade(
        &self,
        host: &Host,
        who: Address,
        (amount, sells_a, way): (u16, bool, u8),
    ) -> Result<(), Reverted> {
        let (router, amount) = (self.exchange.router(host).by(who), n(amount.into()));
        let (none, Exchange { a, b, .. }) = (U256::ZERO, self.exchange);
        let path = if sells_a { vec![a, b] } else { vec![b, a] };
        match way % 3 {
            0 => router
                .swap_exact_tokens_for_tokens(amount, none, path, who, EVER)
                .map(drop),
            1 => router
                .swap_tokens_for_exact_tokens(amount, U256::MAX, path, who, EVER)
                .map(drop),
            _ => router.swap_exact_tokens_for_tokens_with_fee(amount, none, path, who, EVER),
        }
    }

    /// Redeems a part of somebody's shares, in 255ths.
    fn remove(&self, host: &Host, who: Address, part: u8) -> Result<(), Reverted> {
        let (none, Exchange { a, b, .. }) = (U256::ZERO, self.exchange);
        let all = self.exchange.pair(host, a, b).shares().balance_of(who);
        let shares = all * n(part.into()) / n(255);
        let router = self.exchange.router(host).by(who);
        router
            .remove_liquidity(a, b, shares, none, none, who, EVER)
            .map(drop)
    }

    /// Takes what somebody can of the pool itself.
    fn take(&self, host: &Host, who: Address, amount: u16, how: u8) -> Result<(), Reverted> {
        let Exchange { a, b, .. } = self.exchange;
        let (pair, amount) = (self.exchange.pair(host, a, b).by(who), n(amount.into()));
        let none = U256::ZERO;
        match how % 5 {
            0 => pair.swap(amount, none, who, Bytes::new()),
            1 => pair.swap(none, amount, who, Bytes::new()),
            2 => pair.mint(who).map(drop),
            3 => pair.burn(who).map(drop),
            _ => pair.skim(who),
        }
    }

    /// What the traders have together.
    fn wealth(&self, host: &Host) -> U256 {
        let Exchange { a, b, .. } = self.exchange;
        let shares = self.exchange.pair(host, a, b);
        let total = shares.shares().total_supply();
        let pooled = worth(self.exchange.reserves(host, a, b));
        let each = |trader: &Address| {
            let owned = shares.shares().balance_of(*trader);
            worth((held(host, a, *trader), held(host, b, *trader)))
                + pooled.mul_div(owned, total, Rounding::Down)
        };
        self.traders.iter().map(each).sum()
    }
}

/// What the traders have is never worth more than what they began with: whatever they gain, others would have lost. Each of
/// the pool's shares is worth as much as before.
#[test]
fn no_traders_together_gain_anything_and_a_share_loses_nothing() {
    Invariants::new(|host, targets| {
        let market = Market::open(host);
        targets.senders(market.traders).amounts(0u64..=20_000);
        market
    })
    .step("trade", |host, market, who, how: (u16, bool, u8)| {
        market.trade(host, who, how)
    })
    .step("add", |host, market, who, (of_a, of_b): (u16, u16)| {
        let Exchange { a, b, .. } = market.exchange;
        let (of_a, of_b, none) = (n(of_a.into()), n(of_b.into()), U256::ZERO);
        let router = market.exchange.router(host).by(who);
        router
            .add_liquidity(a, b, of_a, of_b, none, none, who, EVER)
            .map(drop)
    })
    .step("remove", |host, market, who, (part,): (u8,)| {
        market.remove(host, who, part)
    })
    .step("give", |host, market, who, (amount, of_a): (u16, bool)| {
        let Exchange { a, b, .. } = market.exchange;
        let token = token_at(host, if of_a { a } else { b }).by(who);
        let pair = market.exchange.pair(host, a, b).address();
        token.transfer(pair, n(amount.into())).map(drop)
    })
    .step("take", |host, market, who, (amount, how): (u16, u8)| {
        market.take(host, who, amount, how)
    })
    .step("sync", |host, market, _, (): ()| {
        let Exchange { a, b, .. } = market.exchange;
        market.exchange.pair(host, a, b).sync()
    })
    .hold("the traders have gained nothing", |host, market| {
        let all = market.wealth(host);
        assert!(all <= n(2) * worth((n(ENDOWED), n(ENDOWED))), "{all}");
    })
    .hold("a share is worth what it was", |host, market| {
        let Exchange { a, b, .. } = market.exchange;
        let (of_a, of_b) = market.exchange.reserves(host, a, b);
        let total = market.exchange.pair(host, a, b).shares().total_supply();
        let product = of_a * of_b;
        let (product_before, total_before) = market.last.replace((product, total));
        assert!(product * total_before * total_before >= product_before * total * total);
    })
    .hold("the router has nothing", |host, market| {
        is_empty(host, &market.exchange);
    })
    .check();
}
