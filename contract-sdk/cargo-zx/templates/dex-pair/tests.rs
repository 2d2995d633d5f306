use super::*;
use zx::testing::TestHost;

const GOLD: Address = Address::repeat_byte(0x60);
const SALT: Address = Address::repeat_byte(0x5A);
const ALICE: Address = Address::repeat_byte(2);

/// A token whose holders all approve everybody. Who holds it can mint.
#[zx::contract]
struct Mock {
    balance_of: Map<Address, U256>,
}

#[zx::public]
impl Mock {
    pub fn mint(&mut self, _cx: &mut Ctx, to: Address, value: U256) {
        self.balance_of.add(to, value);
    }

    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balance_of.get(account)
    }

    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.transfer_from(cx, cx.sender(), to, value)
    }

    pub fn transfer_from(
        &mut self,
        _cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> bool {
        self.balance_of.sub(from, value);
        self.balance_of.add(to, value);
        true
    }
}

fn n(number: u64) -> U256 {
    U256::from(number)
}

fn holds(host: &TestHost, token: Address, account: Address) -> U256 {
    host.look(|cx| Token::at(token).balance_of(cx, account))
        .expect("a balance")
}

/// An empty pool; Alice holds a million of each token.
fn pool() -> (TestHost, Pair) {
    let host = TestHost::new();
    host.set_sender(ALICE);
    for token in [GOLD, SALT] {
        host.register::<Mock>(token);
        let mint = zx::selector("mint(address,uint256)");
        let minted: Result<(), _> = host
            .transact(|cx| cx.invoke(token, mint, (ALICE, n(1_000_000)), CallOptions::default()));
        minted.expect("minted");
    }
    let mut pair = host.contract::<Pair>();
    host.transact(|cx| pair.constructor(cx, GOLD, SALT))
        .expect("deployed");
    (host, pair)
}

/// A pool of 100,000 gold and 400,000 salt.
fn filled() -> (TestHost, Pair) {
    let (host, mut pair) = pool();
    let shares = host.transact(|cx| pair.add_liquidity(cx, n(100_000), n(400_000), U256::ZERO));
    assert_eq!(
        shares,
        Ok(n(199_000)),
        "the root of the product, without the locked ones"
    );
    (host, pair)
}

#[test]
fn the_first_liquidity_makes_the_price() {
    let (host, pair) = filled();
    assert_eq!(host.look(|cx| pair.reserves(cx)), (n(100_000), n(400_000)));
    assert_eq!(host.look(|cx| pair.total_shares(cx)), n(200_000));
    assert_eq!(holds(&host, GOLD, host.address()), n(100_000));
}

#[test]
fn a_trade_keeps_the_product_and_pays_the_fee() {
    let (host, mut pair) = filled();
    let expected = n(997) * n(1_000) * n(400_000) / (n(100_000) * n(1_000) + n(997) * n(1_000));
    assert_eq!(host.look(|cx| pair.quote(cx, GOLD, n(1_000))), Ok(expected));
    let before = holds(&host, SALT, ALICE);
    assert_eq!(
        host.transact(|cx| pair.swap(cx, GOLD, n(1_000), expected, ALICE)),
        Ok(expected)
    );
    assert_eq!(holds(&host, SALT, ALICE), before + expected);
    let (gold, salt) = host.look(|cx| pair.reserves(cx));
    assert!(
        gold * salt > n(100_000) * n(400_000),
        "the fee stays in the pool"
    );
}

#[test]
fn a_trade_that_gives_too_little_is_undone() {
    let (host, mut pair) = filled();
    let before = holds(&host, SALT, ALICE);
    let out = host
        .look(|cx| pair.quote(cx, SALT, n(1_000)))
        .expect("a quote");
    let refused = host.transact(|cx| pair.swap(cx, SALT, n(1_000), out + U256::ONE, ALICE));
    assert_eq!(
        refused,
        Err(PairError::Slippage {
            out,
            min_out: out + U256::ONE
        }
        .into())
    );
    assert_eq!(holds(&host, SALT, ALICE), before);
    assert_eq!(
        host.transact(|cx| pair.swap(cx, SALT, n(1_000), out, ALICE)),
        Ok(out),
        "the pool is open again"
    );
}

#[test]
fn shares_are_redeemed_for_their_part() {
    let (host, mut pair) = filled();
    assert_eq!(
        host.transact(|cx| pair.remove_liquidity(cx, n(100_000))),
        Ok((n(50_000), n(200_000)))
    );
    assert_eq!(host.look(|cx| pair.shares_of(cx, ALICE)), n(99_000));
    let refused = host.transact(|cx| pair.remove_liquidity(cx, n(99_001)));
    assert_eq!(refused, Err(PairError::TooFewShares.into()));
}

#[test]
fn later_liquidity_gets_shares_by_the_scarcer_side() {
    let (host, mut pair) = filled();
    let shares = host.transact(|cx| pair.add_liquidity(cx, n(10_000), n(400_000), U256::ZERO));
    assert_eq!(shares, Ok(n(20_000)), "10 % of the gold");
}

#[test]
fn strangers_tokens_and_dust_are_refused() {
    let (host, mut pair) = filled();
    let refused = host.transact(|cx| pair.swap(cx, ALICE, n(1), U256::ZERO, ALICE));
    assert_eq!(
        refused,
        Err(PairError::UnknownToken { token: ALICE }.into())
    );
    assert_eq!(
        host.look(|cx| pair.quote(cx, GOLD, U256::ZERO)),
        Err(PairError::TooLittle)
    );
    let (host, mut pair) = pool();
    let refused = host.transact(|cx| pair.add_liquidity(cx, n(1_000), n(1_000), U256::ZERO));
    assert_eq!(
        refused,
        Err(PairError::TooLittle.into()),
        "the locked shares would be all"
    );
}

#[test]
fn a_token_that_calls_back_finds_the_pool_closed() {
    let (host, mut pair) = filled();
    let pool = host.address();
    host.register::<Pair>(pool);
    host.register_with(GOLD, move |cx, _| {
        let swap = zx::selector("swap(address,uint256,uint256,address)");
        let args = (GOLD, U256::ONE, U256::ZERO, ALICE);
        match cx.invoke::<_, U256>(pool, swap, args, CallOptions::default()) {
            Err(CallError::Revert(data)) => Err(data),
            _ => Ok(Vec::new()),
        }
    });
    let refused = host.transact(|cx| pair.swap(cx, GOLD, n(1), U256::ZERO, ALICE));
    let why = refused.err().and_then(|reverted| reverted.message());
    assert_eq!(why.as_deref(), Some("reentrant call"), "the SDK refuses by default");
}

#[test]
fn roots_are_rounded_down() {
    for (value, root) in [(0, 0), (1, 1), (3, 1), (4, 2), (99, 9), (100, 10)] {
        assert_eq!(square_root(n(value)), n(root));
    }
    assert_eq!(square_root(U256::MAX), (U256::ONE << 128) - U256::ONE);
}
