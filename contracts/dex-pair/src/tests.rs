use super::*;
use dex_factory::{DexFactory, DexFactoryClient};
use k256::ecdsa::SigningKey;
use zx::{
    Event as _,
    components::{Erc20Error, erc20::Approval},
    crypto::{PermitError, TypedData as _},
    testing::{Host, Invariants, Reverted},
};
use zx20::Zx20;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A pool with its factory and tokens, of each of which the first account has a million.
#[derive(Clone, Copy)]
struct Market {
    factory: Address,
    pair: Address,
    token0: Address,
    token1: Address,
}

impl Market {
    fn open(host: &Host) -> Self {
        let [alice] = host.accounts();
        let token = |name: &str| {
            host.deploy::<Zx20>((name.to_owned(), name.to_owned(), 18, n(1_000_000)))
                .address()
        };
        let (a, b) = (token("A"), token("B"));
        let code = host
            .deploy::<DexPair>((Address::ZERO, Address::ZERO))
            .address();
        let factory = host.deploy::<DexFactory>((alice, code));
        let pair = factory.create_pair(a, b).unwrap();
        Self {
            factory: factory.address(),
            pair,
            token0: a.min(b),
            token1: a.max(b),
        }
    }

    /// The same with a hundred thousand of the first token and four hundred thousand of the second.
    fn filled(host: &Host) -> Self {
        let market = Self::open(host);
        market.bring(host, 100_000, 400_000);
        market.pair(host).mint(host.accounts::<1>()[0]).unwrap();
        market
    }

    fn pair<'h>(&self, host: &'h Host) -> DexPairClient<'h> {
        host.at::<DexPair>(self.pair)
    }

    fn factory<'h>(&self, host: &'h Host) -> DexFactoryClient<'h> {
        host.at::<DexFactory>(self.factory)
    }

    /// The first account gives the pool tokens.
    fn bring(&self, host: &Host, amount0: u64, amount1: u64) {
        host.at::<Zx20>(self.token0)
            .transfer(self.pair, n(amount0))
            .unwrap();
        host.at::<Zx20>(self.token1)
            .transfer(self.pair, n(amount1))
            .unwrap();
    }

    fn balances(&self, host: &Host, who: Address) -> (U256, U256) {
        (
            host.at::<Zx20>(self.token0).balance_of(who),
            host.at::<Zx20>(self.token1).balance_of(who),
        )
    }

    fn reserves(&self, host: &Host) -> (U256, U256) {
        let (reserve0, reserve1, _) = self.pair(host).get_reserves();
        (reserve0.get(), reserve1.get())
    }
}

#[zx::test]
fn the_first_who_bring_tokens_make_the_price_and_lock_some_shares(host: &Host) {
    let [alice] = host.accounts();
    let market = Market::open(host);
    market.bring(host, 100_000, 400_000);
    let pair = market.pair(host);
    assert_eq!(pair.mint(alice), Ok(n(199_000)));
    let uint = |number: u64| Uint::new(n(number));
    host.assert_logs(
        market.pair,
        [
            Transfer {
                from: Address::ZERO,
                to: Address::ZERO,
                value: n(1_000),
            }
            .into_log(),
            Transfer {
                from: Address::ZERO,
                to: alice,
                value: n(199_000),
            }
            .into_log(),
            Sync {
                reserve0: uint(100_000),
                reserve1: uint(400_000),
            }
            .into_log(),
            Mint {
                sender: alice,
                amount0: n(100_000),
                amount1: n(400_000),
            }
            .into_log(),
        ],
    );
    assert_eq!(
        (pair.shares().total_supply(), market.reserves(host)),
        (n(200_000), (n(100_000), n(400_000)))
    );
    assert_eq!(
        (pair.token0(), pair.token1(), pair.factory()),
        (market.token0, market.token1, market.factory)
    );
    market.bring(host, 10_000, 400_000);
    assert_eq!(pair.mint(alice), Ok(n(20_000)), "by the scarcer side");
}

#[zx::test]
fn too_little_is_worth_no_share(host: &Host) {
    let [alice] = host.accounts();
    let market = Market::open(host);
    let pair = market.pair(host);
    market.bring(host, 1_000, 1_000);
    assert_eq!(
        pair.mint(alice),
        Err(PairError::InsufficientLiquidityMinted.into()),
        "the locked ones would be all"
    );
    market.bring(host, 0, 500);
    assert!(pair.mint(alice).is_ok());
    assert_eq!(
        pair.mint(alice),
        Err(PairError::InsufficientLiquidityMinted.into()),
        "nothing came"
    );
    assert_eq!(
        pair.burn(alice),
        Err(PairError::InsufficientLiquidityBurned.into())
    );
}

#[zx::test]
fn shares_are_redeemed_for_their_part(host: &Host) {
    let [alice, bob] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    pair.shares().transfer(market.pair, n(50_000)).unwrap();
    assert_eq!(pair.burn(bob), Ok((n(25_000), n(100_000))));
    assert!(host.emitted(Burn {
        sender: alice,
        amount0: n(25_000),
        amount1: n(100_000),
        to: bob
    }));
    assert_eq!(market.balances(host, bob), (n(25_000), n(100_000)));
    assert_eq!(
        (pair.shares().total_supply(), market.reserves(host)),
        (n(150_000), (n(75_000), n(300_000)))
    );
}

#[zx::test]
fn a_trade_pays_the_fee_and_not_a_unit_less(host: &Host) {
    let [alice, bob] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    // 1,000 in: 997 of it count. 400,000 * 997 / (100,000 + 997), rounded down.
    market.bring(host, 1_000, 0);
    let greedy = pair.swap(n(0), n(3_949), bob, Bytes::new());
    assert_eq!(
        greedy,
        Err(PairError::K {
            amount0_in: n(1_000),
            amount1_in: n(0)
        }
        .into())
    );
    pair.swap(n(0), n(3_948), bob, Bytes::new()).unwrap();
    let (amount0_in, amount1_out) = (n(1_000), n(3_948));
    let swap = Swap {
        sender: alice,
        amount0_in,
        amount1_in: n(0),
        amount0_out: n(0),
        amount1_out,
        to: bob,
    };
    assert!(host.emitted(swap));
    assert_eq!(market.balances(host, bob), (n(0), n(3_948)));
    let (reserve0, reserve1) = market.reserves(host);
    assert!(
        reserve0 * reserve1 > n(100_000) * n(400_000),
        "the fee stays"
    );
}

#[zx::test]
fn what_cannot_be_a_trade_is_refused(host: &Host) {
    let [_, bob] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    let refused = |out0: u64, out1: u64, to| pair.swap(n(out0), n(out1), to, Bytes::new());
    assert_eq!(
        refused(0, 0, bob),
        Err(PairError::InsufficientOutputAmount.into())
    );
    assert_eq!(
        refused(100_000, 0, bob),
        Err(PairError::InsufficientLiquidity.into())
    );
    assert_eq!(
        refused(1, 0, bob),
        Err(PairError::InsufficientInputAmount.into())
    );
    assert_eq!(
        refused(1, 0, market.token0),
        Err(PairError::InvalidTo { to: market.token0 }.into())
    );
    assert_eq!(market.reserves(host), (n(100_000), n(400_000)));
}

/// Who takes a pool over would name tokens of their own: but they are part of its code.
#[zx::test]
fn nobody_initialises_a_pool_twice_or_the_code_itself(host: &Host) {
    let [alice, bob] = host.accounts();
    let market = Market::open(host);
    let initialize = [&zx::selector("initialize(address,address)")[..], &[0; 64]].concat();
    let code = market.factory(host).implementation();
    for at in [market.pair, code] {
        for who in [alice, bob, market.factory] {
            assert!(host.raw(at).by(who).transact(&initialize).is_err());
        }
    }
    let pair = market.pair(host);
    assert_eq!(
        (pair.token0(), pair.token1(), pair.factory()),
        (market.token0, market.token1, market.factory)
    );
    let code = host.at::<DexPair>(code);
    assert_eq!(
        (code.token0(), code.token1()),
        (Address::ZERO, Address::ZERO)
    );
    assert!(code.mint(alice).is_err() && code.burn(alice).is_err());
}

/// The first to bring tokens brings little, then gives the pool so much that a share is dear, for the next one's tokens
/// to be worth none. The locked shares make it cost a thousand times what can be gained.
#[zx::test]
fn inflating_the_first_share_costs_more_than_it_brings(host: &Host) {
    let [alice, bob] = host.accounts();
    let market = Market::open(host);
    let pair = market.pair(host);
    market.bring(host, 1_001, 1_001);
    assert_eq!(pair.mint(alice), Ok(n(1)));
    market.bring(host, 500_000, 500_000);
    pair.sync().unwrap();
    market.bring(host, 2_000, 2_000);
    assert_eq!(pair.mint(bob), Ok(n(3)), "the victim still gets shares");
    pair.shares().transfer(market.pair, n(1)).unwrap();
    let (back, _) = pair.burn(alice).unwrap();
    assert!(back < n(1_000), "of 501,001 the attacker has {back} left");
}

/// What is given to a pool without a call is everybody's who has shares: it buys nothing, and can be taken by anybody.
#[zx::test]
fn gifts_are_skimmed_or_shared_and_move_no_price(host: &Host) {
    let [_, bob] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    market.bring(host, 10, 70_000);
    assert_eq!(market.reserves(host), (n(100_000), n(400_000)));
    pair.skim(bob).unwrap();
    assert_eq!(market.balances(host, bob), (n(10), n(70_000)));
    market.bring(host, 0, 70_000);
    pair.sync().unwrap();
    assert_eq!(market.reserves(host), (n(100_000), n(470_000)));
}

#[zx::test]
fn prices_are_added_up_by_the_seconds_that_they_lasted(host: &Host) {
    let [alice] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    host.pass(10);
    // The price of this block is that of a manipulator, who sells much of the first token.
    market.bring(host, 900_000, 0);
    pair.swap(n(0), n(350_000), alice, Bytes::new()).unwrap();
    let four = U256::from(4u8) << 112;
    assert_eq!(
        pair.price0_cumulative_last(),
        four * n(10),
        "what a block's last trade does counts from then on"
    );
    assert_eq!(pair.price1_cumulative_last(), (U256::ONE << 110) * n(10));
    // Within the block it is undone: the mean has not moved by a unit.
    host.at::<Zx20>(market.token1)
        .transfer(market.pair, n(350_000))
        .unwrap();
    let mean = pair.price0_cumulative_last() / n(10);
    assert_eq!(mean, four);
}

/// The clock of a pool has 32 bits.
#[zx::test]
fn prices_go_on_being_added_up_when_the_clock_wraps_around(host: &Host) {
    let market = Market::filled(host);
    let block = host.block();
    let end = u64::from(u32::MAX);
    host.set_block(zx::testing::Block {
        timestamp: end - 4,
        ..block
    });
    market.pair(host).sync().unwrap();
    let before = market.pair(host).price0_cumulative_last();
    host.pass(10);
    market.pair(host).sync().unwrap();
    assert_eq!(market.pair(host).get_reserves().2, 5);
    assert_eq!(
        market.pair(host).price0_cumulative_last() - before,
        (U256::from(4u8) << 112) * n(10)
    );
}

#[zx::test]
fn a_sixth_of_the_growth_is_the_factorys_once_it_asks_for_it(host: &Host) {
    let [alice, bob] = host.accounts();
    let market = Market::filled(host);
    let pair = market.pair(host);
    market.factory(host).set_fee_to(bob).unwrap();
    market.bring(host, 10_000, 40_000);
    pair.mint(alice).unwrap();
    assert_eq!(
        (pair.k_last(), pair.shares().balance_of(bob)),
        (n(110_000) * n(440_000), n(0)),
        "from now on"
    );
    market.bring(host, 100_000, 0);
    pair.swap(n(0), n(209_000), alice, Bytes::new()).unwrap();
    let (reserve0, reserve1) = market.reserves(host);
    let (root, last, total) = (
        (reserve0 * reserve1).isqrt(),
        n(220_000),
        pair.shares().total_supply(),
    );
    market.bring(host, 21_000, 23_100);
    pair.mint(alice).unwrap();
    assert_eq!(
        pair.shares().balance_of(bob),
        total * (root - last) / (root * n(5) + last)
    );
    assert!(pair.shares().balance_of(bob) > n(0));
    market.factory(host).set_fee_to(Address::ZERO).unwrap();
    market.bring(host, 1_000, 1_100);
    pair.mint(alice).unwrap();
    assert_eq!(pair.k_last(), n(0));
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

/// v, r and s of the first account, for the shares of a pool.
fn sign(host: &Host, pair: Address, permit: &Permit) -> (u8, B256, B256) {
    let hash = permit.typed_hash(DOMAIN.separator_of(host.block().chain_id, pair));
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

/// All pools run the same code, and have the same name: what is signed for one must not be good for another.
#[zx::test]
fn a_permit_is_good_once_and_for_the_shares_of_one_pool(host: &Host) {
    let [owner, _, spender] = host.accounts();
    let market = Market::filled(host);
    let other = market
        .factory(host)
        .create_pair(market.token0, market.factory)
        .unwrap();
    let (value, nonce, deadline) = (n(40), n(0), n(host.block().timestamp));
    let (v, r, s) = sign(
        host,
        market.pair,
        &Permit {
            owner,
            spender,
            value,
            nonce,
            deadline,
        },
    );
    let send = |pair| {
        host.at::<DexPair>(pair)
            .permit(owner, spender, value, deadline, v, r, s)
    };
    let wrong = |sent: Result<(), Reverted>| {
        let error = sent
            .err()
            .and_then(|reverted| reverted.decode::<PermitError>());
        assert!(
            matches!(error, Some(PermitError::ERC2612InvalidSigner { .. })),
            "{error:?}"
        );
    };
    wrong(send(other));
    send(market.pair).unwrap();
    host.assert_logs(
        market.pair,
        [Approval {
            owner,
            spender,
            value,
        }
        .into_log()],
    );
    wrong(send(market.pair));
    let shares = host.at::<DexPair>(market.pair).by(spender);
    shares
        .shares()
        .transfer_from(owner, spender, n(40))
        .unwrap();
    let spent = Erc20Error::ERC20InsufficientAllowance {
        spender,
        allowance: n(0),
        needed: n(1),
    };
    assert_eq!(
        shares.shares().transfer_from(owner, spender, n(1)),
        Err(spent.into())
    );
}

#[test]
fn the_product_never_falls_and_what_is_counted_on_is_there() {
    Invariants::new(|host, targets| {
        let market = Market::filled(host);
        let [alice, bob] = host.accounts();
        for token in [market.token0, market.token1] {
            host.at::<Zx20>(token).transfer(bob, n(100_000)).unwrap();
        }
        targets
            .contract::<DexPair>(market.pair)
            .contract::<Zx20>(market.token0)
            .contract::<Zx20>(market.token1);
        targets
            .except(&["permit"])
            .senders([alice, bob])
            .amounts(0u64..=20_000)
            .passing(100);
        (market, core::cell::Cell::new((U256::ZERO, U256::ZERO)))
    })
    .hold(
        "each share is worth as much as before, at least",
        |host, (market, last)| {
            let (reserve0, reserve1) = market.reserves(host);
            let (product, total) = (
                reserve0 * reserve1,
                market.pair(host).shares().total_supply(),
            );
            let (product_before, total_before) = last.replace((product, total));
            // k / total^2 never falls: k * before^2 >= before's k * total^2.
            assert!(product * total_before * total_before >= product_before * total * total);
        },
    )
    .hold("the pool has what it counts on", |host, (market, _)| {
        let (balance, reserves) = (market.balances(host, market.pair), market.reserves(host));
        assert!(balance.0 >= reserves.0 && balance.1 >= reserves.1);
    })
    .check();
}
