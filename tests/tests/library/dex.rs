//! Pools and their factory against Uniswap v2's.

use super::{
    driver::{Side, Step, Subject},
    erc20::{self, LIKELY, approveCall, balanceOfCall, call, somebody, transferCall, transferFromCall},
    random::Random,
    wallet,
    world::World,
};
use alloy_primitives::{Address, Bytes, U256, aliases::U112};
use alloy_sol_types::{Panic, Revert, SolCall as _, SolError as _, SolValue as _, sol};

sol! {
    interface IPool {
        function getReserves() external view returns (uint112, uint112, uint32);
        function price0CumulativeLast() external view returns (uint256);
        function price1CumulativeLast() external view returns (uint256);
        function kLast() external view returns (uint256);
        function token0() external view returns (address);
        function token1() external view returns (address);
        function factory() external view returns (address);
        function MINIMUM_LIQUIDITY() external view returns (uint256);
        function mint(address to) external returns (uint256);
        function burn(address to) external returns (uint256, uint256);
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) external;
        function skim(address to) external;
        function sync() external;
        function initialize(address token0, address token1) external;
    }

    interface IFactory {
        function feeTo() external view returns (address);
        function feeToSetter() external view returns (address);
        function getPair(address a, address b) external view returns (address);
        function allPairs(uint256 index) external view returns (address);
        function allPairsLength() external view returns (uint256);
        function createPair(address a, address b) external returns (address);
        function setFeeTo(address feeTo) external;
        function setFeeToSetter(address feeToSetter) external;
    }

    error InsufficientOutputAmount();
    error InsufficientInputAmount();
    error InsufficientLiquidity();
    error InsufficientLiquidityMinted();
    error InsufficientLiquidityBurned();
    error InvalidTo(address to);
    error K(uint256 amount0In, uint256 amount1In);
    error BalanceOverflow(uint256 balance);
    error TransferFailed(address token);
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error IdenticalAddresses();
    error ZeroAddress();
    error PairExists(address pair);
    error Forbidden(address account);
}

/// What ours says for each of Uniswap's reasons: a selector, or the message of the SDK.
const REASONS: [(&str, [u8; 4]); 15] = [
    ("UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT", InsufficientOutputAmount::SELECTOR),
    ("UniswapV2: INSUFFICIENT_INPUT_AMOUNT", InsufficientInputAmount::SELECTOR),
    ("UniswapV2: INSUFFICIENT_LIQUIDITY", InsufficientLiquidity::SELECTOR),
    ("UniswapV2: INSUFFICIENT_LIQUIDITY_MINTED", InsufficientLiquidityMinted::SELECTOR),
    ("UniswapV2: INSUFFICIENT_LIQUIDITY_BURNED", InsufficientLiquidityBurned::SELECTOR),
    ("UniswapV2: INVALID_TO", InvalidTo::SELECTOR),
    ("UniswapV2: K", K::SELECTOR),
    ("UniswapV2: OVERFLOW", BalanceOverflow::SELECTOR),
    ("UniswapV2: TRANSFER_FAILED", TransferFailed::SELECTOR),
    ("UniswapV2: IDENTICAL_ADDRESSES", IdenticalAddresses::SELECTOR),
    ("UniswapV2: ZERO_ADDRESS", ZeroAddress::SELECTOR),
    ("UniswapV2: PAIR_EXISTS", PairExists::SELECTOR),
    ("UniswapV2: FORBIDDEN", Forbidden::SELECTOR),
    ("ds-math-sub-underflow", ERC20InsufficientBalance::SELECTOR),
    ("ds-math-sub-underflow", ERC20InsufficientAllowance::SELECTOR),
];

/// Ours has errors with figures where Uniswap has texts, and Solidity's panics where Uniswap stops without a word.
pub(crate) fn same_error(ours: &[u8], theirs: &[u8]) -> bool {
    if ours == theirs {
        return true;
    }
    let panic = Panic::abi_decode(ours).ok().map(|panic| panic.code.to::<u64>());
    let Ok(Revert { reason }) = Revert::abi_decode(theirs) else {
        // Division by zero, and a list's element that is not there.
        let says = |error: Revert| error.reason == "there are not so many pools";
        return theirs.is_empty() && (panic == Some(0x12) || Revert::abi_decode(ours).is_ok_and(says));
    };
    let named = REASONS.iter().any(|(text, selector)| *text == reason && ours.starts_with(selector));
    let arithmetic = reason.starts_with("ds-math-") && panic == Some(0x11);
    let reentered = |error: Revert| error.reason == "reentrant call";
    // Nobody initialises a pool of ours: its constructor has.
    let unknown = |error: Revert| error.reason == "unknown selector";
    let taken = reason == "UniswapV2: FORBIDDEN" && Revert::abi_decode(ours).is_ok_and(unknown);
    let locked = reason == "UniswapV2: LOCKED" && Revert::abi_decode(ours).is_ok_and(reentered);
    named || arithmetic || locked || taken
}

pub(crate) fn deploy_factory(world: &mut World, side: Side) -> eyre::Result<Address> {
    let who = wallet::accounts()?;
    let (owner, other) = (who[0], who[4]);
    match side {
        Side::Ours => {
            // By another account, so that both factories have the same address.
            let code = world.deploy(other, "dex-pair", &(Address::ZERO, Address::ZERO).abi_encode_params())?;
            world.deploy(owner, "dex-factory", &(owner, code).abi_encode_params())
        }
        Side::Theirs => world.original(owner, "UniswapV2Factory", &(owner,).abi_encode_params()),
    }
}

/// `contracts/dex-factory`.
pub(crate) const FACTORY: Subject = Subject {
    name: "dex-factory",
    original: "Uniswap v2 factory",
    deploy: |world, side| Ok(vec![deploy_factory(world, side)?]),
    step: |random, _, contracts| {
        let (factory, from) = (contracts[0], somebody(random)?);
        let setter = if random.chance(70) { wallet::accounts()?[0] } else { from };
        // So few that many pools are there already, later on.
        let a = Address::repeat_byte(random.below(14) as u8);
        let b = Address::repeat_byte(random.below(14) as u8);
        Ok(match random.below(10) {
            0..=6 => call("createPair", from, factory, &IFactory::createPairCall { a, b }),
            7..=8 => call("setFeeTo", setter, factory, &IFactory::setFeeToCall { feeTo: a }),
            _ => {
                let to = if random.chance(90) { wallet::accounts()?[0] } else { from };
                let to = if to == setter { to } else { setter };
                call("setFeeToSetter", setter, factory, &IFactory::setFeeToSetterCall { feeToSetter: to })
            }
        })
    },
    views: |contracts| {
        let mut views = vec![
            IFactory::feeToCall {}.abi_encode(),
            IFactory::feeToSetterCall {}.abi_encode(),
            IFactory::allPairsLengthCall {}.abi_encode(),
        ];
        for index in [0, 1, 10, 5_000].map(U256::from) {
            views.push(IFactory::allPairsCall { index }.abi_encode());
        }
        for (a, b) in [(1, 2), (2, 1), (3, 4), (5, 5), (7, 50)] {
            let (a, b) = (Address::repeat_byte(a), Address::repeat_byte(b));
            views.push(IFactory::getPairCall { a, b }.abi_encode());
        }
        views.into_iter().map(|data| (contracts[0], data)).collect()
    },
    same_error,
    creates: &["createPair"],
    attacks: &[],
    dearer: &[],
};

/// `contracts/dex-pair`, on tokens of OpenZeppelin. Its contracts are the factory, the pool, its two tokens, and a borrower.
pub(crate) const PAIR: Subject = Subject {
    name: "dex-pair",
    original: "Uniswap v2 pair",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let mut tokens = Vec::with_capacity(2);
        for name in ["A", "B"] {
            let arguments = (name.to_owned(), name.to_owned(), U256::from(1_000_000)).abi_encode_params();
            let token = world.original(owner, "Plain", &arguments)?;
            erc20::endow(world, token)?;
            tokens.push(token);
        }
        tokens.sort_unstable();
        let borrower = world.original(owner, "Borrower", &[])?;
        for token in &tokens {
            world.must(owner, *token, transferCall { to: borrower, value: U256::from(100_000) }.abi_encode())?;
        }
        let factory = deploy_factory(world, side)?;
        let create = IFactory::createPairCall { a: tokens[0], b: tokens[1] };
        let pair = Address::abi_decode(&world.must(owner, factory, create.abi_encode())?)?;
        for token in &tokens {
            world.must(owner, *token, transferCall { to: pair, value: U256::from(200_000) }.abi_encode())?;
        }
        world.must(owner, pair, IPool::mintCall { to: owner }.abi_encode())?;
        Ok(vec![factory, pair, tokens[0], tokens[1], borrower])
    },
    step: pair_step,
    views: |contracts| {
        let pair = contracts[1];
        let mut views = vec![
            IPool::getReservesCall {}.abi_encode(),
            IPool::price0CumulativeLastCall {}.abi_encode(),
            IPool::price1CumulativeLastCall {}.abi_encode(),
            IPool::kLastCall {}.abi_encode(),
            IPool::token0Call {}.abi_encode(),
            IPool::token1Call {}.abi_encode(),
            IPool::factoryCall {}.abi_encode(),
            IPool::MINIMUM_LIQUIDITYCall {}.abi_encode(),
            erc20::totalSupplyCall {}.abi_encode(),
            erc20::decimalsCall {}.abi_encode(),
        ];
        let who = wallet::accounts().unwrap_or_default();
        let mut all: Vec<_> = Vec::new();
        for account in who.iter().chain(contracts).copied().chain([Address::ZERO]) {
            let balance = balanceOfCall { account }.abi_encode();
            all.extend([2, 3].map(|at| (contracts[at], balance.clone())));
            views.push(balance);
            views.push(erc20::allowanceCall { owner: account, spender: who[1] }.abi_encode());
        }
        all.extend(views.into_iter().map(|data| (pair, data)));
        all
    },
    same_error,
    creates: &[],
    attacks: &["initialize"],
    dearer: &[],
};

/// What the pool counts on, and what has come since.
struct Pool {
    reserves: [U256; 2],
    surplus: [U256; 2],
}

impl Pool {
    fn read(world: &mut World, contracts: &[Address]) -> eyre::Result<Self> {
        let pair = contracts[1];
        let data = world.look(pair, &IPool::getReservesCall {}.abi_encode())?.data;
        let (reserve0, reserve1, _) = <(U112, U112, u32)>::abi_decode_params(&data)?;
        let reserves = [U256::from(reserve0), U256::from(reserve1)];
        let mut surplus = reserves;
        for (i, token) in contracts[2..4].iter().enumerate() {
            let balance = world.look(*token, &balanceOfCall { account: pair }.abi_encode())?.data;
            surplus[i] = U256::abi_decode(&balance)?.saturating_sub(reserves[i]);
        }
        Ok(Self { reserves, surplus })
    }

    /// What has to come of which token to go with the surplus of the other.
    fn missing(&self) -> Option<(usize, U256)> {
        let side = self.surplus.iter().position(U256::is_zero)?;
        let value = (self.surplus[1 - side] * self.reserves[side]).checked_div(self.reserves[1 - side])?;
        Some((side, value + U256::ONE))
    }

    /// What the surplus of a token buys of the other.
    fn bought(&self, of: usize) -> U256 {
        let paid = self.surplus[of] * U256::from(997);
        let (reserve_in, reserve_out) = (self.reserves[of], self.reserves[1 - of]);
        (paid * reserve_out).checked_div(reserve_in * U256::from(1_000) + paid).unwrap_or_default()
    }
}

fn pair_step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (factory, pair, borrower) = (contracts[0], contracts[1], contracts[4]);
    let (from, to) = (somebody(random)?, somebody(random)?);
    let owner = wallet::accounts()?[0];
    let pool = Pool::read(world, contracts)?;
    let side = random.below(2) as usize;
    let token = contracts[2 + side];
    // What has come is mostly used at once.
    if pool.surplus.iter().any(|surplus| !surplus.is_zero()) && random.chance(80) {
        return Ok(match random.below(12) {
            0..=5 => swap(random, &pool, from, pair, to),
            6..=9 => match pool.missing() {
                Some((side, value)) => {
                    call("transfer to the pool", from, contracts[2 + side], &transferCall { to: pair, value })
                }
                None => call("mint", from, pair, &IPool::mintCall { to }),
            },
            10 => call("skim", from, pair, &IPool::skimCall { to }),
            _ => call("sync", from, pair, &IPool::syncCall {}),
        });
    }
    let value = random.amount(2 * LIKELY);
    Ok(match random.below(24) {
        0..=8 => call("transfer to the pool", from, token, &transferCall { to: pair, value }),
        9..=10 => {
            let value = if random.chance(80) { U256::from(random.below(LIKELY)) } else { value };
            call("share transfer to the pool", from, pair, &transferCall { to: pair, value })
        }
        11..=12 => call("burn", from, pair, &IPool::burnCall { to }),
        13 => call("share transfer", from, pair, &transferCall { to, value }),
        14 => call("share approve", from, pair, &approveCall { spender: to, value }),
        15 => {
            let from_whom = somebody(random)?;
            call("share transferFrom", from, pair, &transferFromCall { from: from_whom, to, value })
        }
        16..=18 => flash(random, &pool, contracts, from, side, borrower),
        19 => {
            let fee_to = if random.chance(70) { to } else { Address::ZERO };
            call("setFeeTo", owner, factory, &IFactory::setFeeToCall { feeTo: fee_to })
        }
        20 => {
            let initialize = IPool::initializeCall { token0: token, token1: token };
            call("initialize", from, pair, &initialize)
        }
        21 => {
            let to = if random.chance(50) { token } else { to };
            swap(random, &pool, from, pair, to)
        }
        _ => Step::Pass(random.below(100)),
    })
}

/// Asks for what has been paid for: mostly exactly, else too much or too little.
fn swap(random: &mut Random, pool: &Pool, from: Address, pair: Address, to: Address) -> Step {
    let of = usize::from(pool.surplus[0].is_zero());
    let exact = pool.bought(of);
    let out = match random.below(8) {
        0 => exact + U256::ONE,
        1 => random.amount(LIKELY),
        2 => exact / U256::from(2),
        _ => exact,
    };
    let (amount0_out, amount1_out) = if of == 0 { (U256::ZERO, out) } else { (out, U256::ZERO) };
    let swap = IPool::swapCall { amount0Out: amount0_out, amount1Out: amount1_out, to, data: Bytes::new() };
    call("swap", from, pair, &swap)
}

/// Borrows, and pays back what is owed, or a unit less; now and then the borrower calls the pool again.
fn flash(
    random: &mut Random,
    pool: &Pool,
    contracts: &[Address],
    from: Address,
    side: usize,
    borrower: Address,
) -> Step {
    let lent = U256::from(1 + random.below(LIKELY)).min(pool.reserves[side].saturating_sub(U256::ONE));
    let owed = (lent * U256::from(1_000)).div_ceil(U256::from(997));
    let pays = if random.chance(20) { owed - U256::ONE } else { owed };
    let mode = U256::from(if random.chance(60) { 0 } else { random.below(4) });
    let data = (contracts[2 + side], pays, mode).abi_encode_params();
    let (amount0_out, amount1_out) = if side == 0 { (lent, U256::ZERO) } else { (U256::ZERO, lent) };
    let swap = IPool::swapCall { amount0Out: amount0_out, amount1Out: amount1_out, to: borrower, data: data.into() };
    call("flash swap", from, contracts[1], &swap)
}

#[test]
fn the_factory_does_what_uniswap_s_does() -> eyre::Result<()> {
    FACTORY.check().map(drop)
}

#[test]
fn the_pool_does_what_uniswap_s_does() -> eyre::Result<()> {
    PAIR.check().map(drop)
}
