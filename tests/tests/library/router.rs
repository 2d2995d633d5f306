//! The router against Uniswap v2's Router02, each with pools, a factory and a wrapped coin of its own kind.

use super::{
    dex::{self, IFactory, IPool},
    driver::{Side, Step, Subject},
    erc20::{LIKELY, Permit, allowanceCall, approveCall, balanceOfCall, call, noncesCall, somebody, transferCall},
    originals,
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{
    Eip712Domain, Revert, SolCall, SolError as _, SolStruct as _, SolValue as _, eip712_domain, sol,
};
use zx_tests::CHAIN_ID;

sol! {
    interface IRouter {
        function factory() external view returns (address);
        function WETH() external view returns (address);
        function addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256, uint256);
        function addLiquidityETH(address token, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) external payable returns (uint256, uint256, uint256);
        function removeLiquidity(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256);
        function removeLiquidityETH(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) external returns (uint256, uint256);
        function removeLiquidityETHSupportingFeeOnTransferTokens(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) external returns (uint256);
        function removeLiquidityWithPermit(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline, bool approveMax, uint8 v, bytes32 r, bytes32 s) external returns (uint256, uint256);
        function removeLiquidityETHWithPermit(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline, bool approveMax, uint8 v, bytes32 r, bytes32 s) external returns (uint256, uint256);
        function removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline, bool approveMax, uint8 v, bytes32 r, bytes32 s) external returns (uint256);
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) external returns (uint256[]);
        function swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline) external returns (uint256[]);
        function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline) external payable returns (uint256[]);
        function swapTokensForExactETH(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline) external returns (uint256[]);
        function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) external returns (uint256[]);
        function swapETHForExactTokens(uint256 amountOut, address[] path, address to, uint256 deadline) external payable returns (uint256[]);
        function swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) external;
        function swapExactETHForTokensSupportingFeeOnTransferTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline) external payable;
        function swapExactTokensForETHSupportingFeeOnTransferTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) external;
        function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) external pure returns (uint256);
        function getAmountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) external pure returns (uint256);
        function getAmountIn(uint256 amountOut, uint256 reserveIn, uint256 reserveOut) external pure returns (uint256);
        function getAmountsOut(uint256 amountIn, address[] path) external view returns (uint256[]);
        function getAmountsIn(uint256 amountOut, address[] path) external view returns (uint256[]);
    }

    error Expired(uint256 deadline);
    error InsufficientAAmount(uint256 amount, uint256 minimum);
    error InsufficientBAmount(uint256 amount, uint256 minimum);
    error InsufficientOutputAmount(uint256 amount, uint256 minimum);
    error ExcessiveInputAmount(uint256 amount, uint256 maximum);
    error InvalidPath();
    error IdenticalAddresses();
    error ZeroAddress();
    error InsufficientAmount();
    error InsufficientInputAmount();
    error InsufficientLiquidity();
    error NoPool(address tokenA, address tokenB);
    error NotSent(address to, uint256 value);
    error NotFromWrapper(address sender);
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC2612InvalidSigner(address signer, address owner);
}

/// What ours says for each of Uniswap's reasons, besides those of pools.
const REASONS: [(&str, [u8; 4]); 19] = [
    ("UniswapV2Router: EXPIRED", Expired::SELECTOR),
    ("UniswapV2Router: INSUFFICIENT_A_AMOUNT", InsufficientAAmount::SELECTOR),
    ("UniswapV2Router: INSUFFICIENT_B_AMOUNT", InsufficientBAmount::SELECTOR),
    ("UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT", InsufficientOutputAmount::SELECTOR),
    ("UniswapV2Router: EXCESSIVE_INPUT_AMOUNT", ExcessiveInputAmount::SELECTOR),
    ("UniswapV2Router: INVALID_PATH", InvalidPath::SELECTOR),
    ("UniswapV2Library: INVALID_PATH", InvalidPath::SELECTOR),
    ("UniswapV2Library: IDENTICAL_ADDRESSES", IdenticalAddresses::SELECTOR),
    ("UniswapV2Library: ZERO_ADDRESS", ZeroAddress::SELECTOR),
    ("UniswapV2Library: INSUFFICIENT_AMOUNT", InsufficientAmount::SELECTOR),
    ("UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT", InsufficientInputAmount::SELECTOR),
    ("UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT", InsufficientOutputAmount::SELECTOR),
    ("UniswapV2Library: INSUFFICIENT_LIQUIDITY", InsufficientLiquidity::SELECTOR),
    ("TransferHelper: TRANSFER_FROM_FAILED", ERC20InsufficientBalance::SELECTOR),
    ("TransferHelper: TRANSFER_FROM_FAILED", ERC20InsufficientAllowance::SELECTOR),
    ("TransferHelper: ETH_TRANSFER_FAILED", NotSent::SELECTOR),
    ("UniswapV2: INVALID_SIGNATURE", ERC2612InvalidSigner::SELECTOR),
    // More than there is, asked for.
    ("ds-math-sub-underflow", InsufficientLiquidity::SELECTOR),
    // Before the permit is looked at, the deadline is.
    ("UniswapV2: EXPIRED", Expired::SELECTOR),
];

fn same_error(ours: &[u8], theirs: &[u8]) -> bool {
    if dex::same_error(ours, theirs) {
        return true;
    }
    let says = |selectors: &[[u8; 4]]| selectors.iter().any(|selector| ours.starts_with(selector));
    let Ok(Revert { reason }) = Revert::abi_decode(theirs) else {
        // No code at a pool's address, an index out of bounds, all of a reserve asked for, or coins of a stranger.
        return theirs.is_empty()
            && says(&[
                NoPool::SELECTOR,
                InvalidPath::SELECTOR,
                InsufficientLiquidity::SELECTOR,
                NotFromWrapper::SELECTOR,
            ]);
    };
    // The token's own words are handed on.
    let words = Revert::abi_decode(ours).is_ok_and(|own| own.reason == "ds-math-sub-underflow");
    REASONS.iter().any(|(text, selector)| *text == reason && ours.starts_with(selector))
        || (words && reason == "TransferHelper: TRANSFER_FROM_FAILED")
}

/// Where the contracts are: tokens, and pools of some of them.
struct Places {
    router: Address,
    coin: Address,
    /// A, B and C, and one that keeps a hundredth of what is moved.
    tokens: [Address; 4],
    /// Takes no coins.
    deaf: Address,
}

impl Places {
    fn of(contracts: &[Address]) -> Self {
        let [_, router, coin, a, b, c, d, deaf] = contracts[..8] else { unreachable!("so many are deployed") };
        Self { router, coin, tokens: [a, b, c, d], deaf }
    }

    /// What is traded: A and B, B and coins, the one with a fee and both A and coins; later on C and A, and C and coins.
    fn pools(&self) -> [(Address, Address); 6] {
        let [a, b, c, d] = self.tokens;
        [(a, b), (b, self.coin), (d, self.coin), (d, a), (c, a), (c, self.coin)]
    }

    /// Mostly one that can be traded along.
    fn path(&self, random: &mut Random) -> Vec<Address> {
        let ([a, b, c, d], w) = (self.tokens, self.coin);
        let odd = [vec![], vec![a], vec![a, a], vec![b, c], vec![a, Address::ZERO], vec![b, a, c]];
        let good =
            [vec![a, b], vec![a, b, w], vec![b, w], vec![c, a], vec![b, a], vec![d, a], vec![d, w], vec![b, w, d]];
        if random.chance(12) {
            return odd[random.below(odd.len() as u64) as usize].clone();
        }
        let mut path = good[random.below(good.len() as u64) as usize].clone();
        if random.chance(50) {
            path.reverse();
        }
        path
    }

    /// The same from coins, or to them.
    fn path_of_coins(&self, random: &mut Random, from_coins: bool) -> Vec<Address> {
        let ([a, b, c, d], w) = (self.tokens, self.coin);
        if random.chance(8) {
            return self.path(random);
        }
        let ways = [vec![w, b], vec![w, b, a], vec![w, d], vec![w, c]];
        let mut path = ways[random.below(ways.len() as u64) as usize].clone();
        if !from_coins {
            path.reverse();
        }
        path
    }
}

/// Where a pool is, on either side: its tokens are in what ours is made of, and in the salt of the other.
fn pool_of(factory: Address, a: Address, b: Address, side: Side) -> eyre::Result<Address> {
    let (first, second) = (a.min(b), a.max(b));
    let (salt, made_of) = match side {
        Side::Theirs => {
            (keccak256([first.as_slice(), second.as_slice()].concat()), originals::code("UniswapV2Pair")?.to_vec())
        }
        Side::Ours => {
            let template = wallet::accounts()?[4].create(0);
            let prefix = [&[0xEF, 0x5A, 0x58, 0x03], template.as_slice()].concat();
            (B256::ZERO, [prefix, (first, second).abi_encode_params()].concat())
        }
    };
    Ok(factory.create2(salt, keccak256(made_of)))
}

/// `contracts/dex-router`. Its contracts are the factory, the router, the wrapped coin, four tokens, one that takes no
/// coins, and six pools, of which two are not there yet.
pub(crate) const SUBJECT: Subject = Subject {
    name: "dex-router",
    original: "Uniswap v2 Router02",
    deploy,
    step,
    views,
    same_error,
    creates: &[],
    attacks: &["a plain payment"],
    dearer: &[],
};

fn deploy(world: &mut World, side: Side) -> eyre::Result<Vec<Address>> {
    let who = wallet::accounts()?;
    let owner = who[0];
    let factory = dex::deploy_factory(world, side)?;
    let coin = match side {
        Side::Ours => world.deploy(owner, "wrapped-native", &[])?,
        Side::Theirs => world.original(owner, "WETH9", &[])?,
    };
    let arguments = (factory, coin).abi_encode_params();
    let router = match side {
        Side::Ours => world.deploy(owner, "dex-router", &arguments)?,
        Side::Theirs => world.original(owner, "UniswapV2Router02", &arguments)?,
    };
    let mut contracts = vec![factory, router, coin];
    for name in ["A", "B", "C"] {
        let arguments = (name.to_owned(), name.to_owned(), U256::from(1_000_000)).abi_encode_params();
        contracts.push(world.original(owner, "Plain", &arguments)?);
    }
    contracts.push(world.original(owner, "DeflatingERC20", &U256::from(1_000_000).abi_encode())?);
    contracts.push(world.original(owner, "Silent", &[])?);
    for token in contracts[3..7].iter().copied() {
        for to in &who[1..] {
            let gift = transferCall { to: *to, value: U256::from(20 * LIKELY) };
            world.must(owner, token, gift.abi_encode())?;
        }
        for account in &who[..4] {
            let approve = approveCall { spender: router, value: U256::MAX };
            world.must(*account, token, approve.abi_encode())?;
        }
    }
    let places = Places::of(&contracts);
    for (i, (a, b)) in places.pools().into_iter().enumerate() {
        let pool = pool_of(factory, a, b, side)?;
        contracts.push(pool);
        if i < 4 {
            open(world, &places, (a, b), pool)?;
        }
    }
    Ok(contracts)
}

/// A pool of 100,000 each, whose shares the router may move of two accounts, and not of the others.
fn open(world: &mut World, places: &Places, (a, b): (Address, Address), pool: Address) -> eyre::Result<()> {
    let who = wallet::accounts()?;
    let (owner, amount, to) = (who[0], U256::from(100_000), who[0]);
    let (deadline, zero) = (U256::MAX, U256::ZERO);
    if b == places.coin {
        let add = IRouter::addLiquidityETHCall {
            token: a,
            amountTokenDesired: amount,
            amountTokenMin: zero,
            amountETHMin: zero,
            to,
            deadline,
        };
        let call = Call { what: "", from: owner, to: places.router, value: amount, data: add.abi_encode().into() };
        eyre::ensure!(world.send(&call)?.success, "there is no pool");
    } else {
        let add = IRouter::addLiquidityCall {
            tokenA: a,
            tokenB: b,
            amountADesired: amount,
            amountBDesired: amount,
            amountAMin: zero,
            amountBMin: zero,
            to,
            deadline,
        };
        world.must(owner, places.router, add.abi_encode())?;
    }
    for account in &who {
        world.must(owner, pool, transferCall { to: *account, value: U256::from(10_000) }.abi_encode())?;
    }
    for account in &who[..2] {
        world.must(*account, pool, approveCall { spender: places.router, value: U256::MAX }.abi_encode())?;
    }
    Ok(())
}

fn views(contracts: &[Address]) -> Vec<(Address, Vec<u8>)> {
    let places = Places::of(contracts);
    let who = wallet::accounts().unwrap_or_default();
    let mut views = vec![
        (places.router, IRouter::factoryCall {}.abi_encode()),
        (places.router, IRouter::WETHCall {}.abi_encode()),
        (contracts[0], IFactory::allPairsLengthCall {}.abi_encode()),
    ];
    let pools = &contracts[8..];
    for token in places.tokens.iter().chain([&places.coin]).chain(pools) {
        // Those two pools that are made later have no views before.
        for account in who.iter().chain(pools).chain([&places.router]) {
            views.push((*token, balanceOfCall { account: *account }.abi_encode()));
        }
    }
    for pool in pools {
        views.push((*pool, IPool::getReservesCall {}.abi_encode()));
        for owner in &who {
            views.push((*pool, allowanceCall { owner: *owner, spender: places.router }.abi_encode()));
        }
    }
    views
}

/// Amounts that no product of Uniswap's overflows with: ours has an answer where it has none.
fn amount(random: &mut Random) -> U256 {
    match random.below(20) {
        0 => U256::ZERO,
        1 => U256::ONE,
        2 => U256::from(random.word()) << 40,
        3 => U256::from(u128::MAX >> 16),
        _ => U256::from(random.below(2 * LIKELY)),
    }
}

/// Mostly none; else what is just enough, just not, or anything.
fn limit(random: &mut Random, exact: Option<U256>, none: U256) -> U256 {
    match (random.below(10), exact) {
        (0, _) => amount(random),
        (1..=3, Some(exact)) => exact,
        (4, Some(exact)) if none.is_zero() => exact + U256::ONE,
        (4, Some(exact)) => exact.saturating_sub(U256::ONE),
        _ => none,
    }
}

fn along(world: &mut World, router: Address, method: &impl SolCall, last: bool) -> eyre::Result<Option<U256>> {
    let said = world.look(router, &method.abi_encode())?;
    let amounts = if said.success { Vec::<U256>::abi_decode(&said.data)? } else { Vec::new() };
    Ok(if last { amounts.last() } else { amounts.first() }.copied())
}

fn step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let places = Places::of(contracts);
    Ok(match random.below(40) {
        0..=7 => add(random, world, &places)?,
        8..=17 => remove(random, world, &places, contracts)?,
        18..=33 => swap(random, world, &places)?,
        34..=36 => look(random, &places)?,
        37 => {
            let from = somebody(random)?;
            let value = U256::from(random.below(5));
            Step::Call(Call { what: "a plain payment", from, to: places.router, value, data: Bytes::new() })
        }
        _ => Step::Pass(random.below(100)),
    })
}

/// Mostly far; now and then this very second, or over.
fn deadline(random: &mut Random, world: &World) -> U256 {
    let now = U256::from(world.block().1);
    match random.below(16) {
        0 => now - U256::ONE,
        1 => now,
        _ => now + U256::from(1_000),
    }
}

fn add(random: &mut Random, world: &mut World, places: &Places) -> eyre::Result<Step> {
    let (from, to, deadline) = (somebody(random)?, somebody(random)?, deadline(random, world));
    let pools = places.pools();
    let (mut a, mut b) = random.pick(&pools);
    let (of_a, of_b) = (amount(random), amount(random));
    let least = |random: &mut Random, of: U256| if random.chance(70) { U256::ZERO } else { of - of / U256::from(9) };
    if b == places.coin {
        let method = IRouter::addLiquidityETHCall {
            token: a,
            amountTokenDesired: of_a,
            amountTokenMin: least(random, of_a),
            amountETHMin: least(random, of_b),
            to,
            deadline,
        };
        let data = method.abi_encode().into();
        let value = of_b.min(U256::from(10 * LIKELY));
        return Ok(Step::Call(Call { what: "addLiquidityETH", from, to: places.router, value, data }));
    }
    if random.chance(50) {
        (a, b) = (b, a);
    }
    if random.chance(5) {
        b = random.pick(&[a, Address::ZERO]);
    }
    let method = IRouter::addLiquidityCall {
        tokenA: a,
        tokenB: b,
        amountADesired: of_a,
        amountBDesired: of_b,
        amountAMin: least(random, of_a),
        amountBMin: least(random, of_b),
        to,
        deadline,
    };
    Ok(call("addLiquidity", from, places.router, &method))
}

/// A permit of both sides: pools have other addresses there, and shares another name.
struct Permits {
    approve_max: bool,
    theirs: (u8, B256, B256),
    ours: (u8, B256, B256),
}

impl Permits {
    fn sign(
        random: &mut Random,
        world: &mut World,
        places: &Places,
        contracts: &[Address],
        at: usize,
        signed: (Address, U256, U256),
    ) -> eyre::Result<Self> {
        let (owner, liquidity, deadline) = signed;
        let who = wallet::accounts()?;
        let (a, b) = places.pools()[at];
        let nonce = world.look(contracts[8 + at], &noncesCall { owner }.abi_encode())?.data;
        let nonce = U256::abi_decode(&nonce).unwrap_or_default();
        // The last account has never allowed anything: ours takes an allowance for a permit that was used up before.
        let (approve_max, signer) = (owner == who[3], if owner == who[4] { somebody(random)? } else { owner });
        let value = if approve_max { U256::MAX } else { liquidity };
        let hash = Permit { owner, spender: places.router, value, nonce, deadline };
        let sign = |name: &'static str, side| -> eyre::Result<_> {
            let domain: Eip712Domain = eip712_domain! {
                name: name,
                version: "1",
                chain_id: CHAIN_ID,
                verifying_contract: pool_of(contracts[0], a, b, side)?,
            };
            wallet::sign(signer, hash.eip712_signing_hash(&domain))
        };
        let (theirs, ours) = (sign("Uniswap V2", Side::Theirs)?, sign("Zexus Pool Share", Side::Ours)?);
        Ok(Self { approve_max, theirs, ours })
    }
}

fn remove(random: &mut Random, world: &mut World, places: &Places, contracts: &[Address]) -> eyre::Result<Step> {
    let (from, deadline) = (somebody(random)?, deadline(random, world));
    let to = if random.chance(5) { places.deaf } else { somebody(random)? };
    let at = random.below(6) as usize;
    let (a, b) = places.pools()[at];
    // Who redeems nothing needs no permit of ours.
    let liquidity = amount(random).max(U256::ONE);
    let least = |random: &mut Random| if random.chance(80) { U256::ZERO } else { U256::from(random.below(LIKELY)) };
    let (least_a, least_b) = (least(random), least(random));
    let router = places.router;
    let permits = if random.chance(45) {
        Some(Permits::sign(random, world, places, contracts, at, (from, liquidity, deadline))?)
    } else {
        None
    };
    let fee = at == 2 || random.chance(10);
    Ok(match (permits, b == places.coin, fee) {
        (None, false, _) => {
            let (a, b) = if random.chance(50) { (a, b) } else { (b, a) };
            let method = IRouter::removeLiquidityCall {
                tokenA: a,
                tokenB: b,
                liquidity,
                amountAMin: least_a,
                amountBMin: least_b,
                to,
                deadline,
            };
            call("removeLiquidity", from, router, &method)
        }
        (None, true, false) => {
            let method = IRouter::removeLiquidityETHCall {
                token: a,
                liquidity,
                amountTokenMin: least_a,
                amountETHMin: least_b,
                to,
                deadline,
            };
            call("removeLiquidityETH", from, router, &method)
        }
        (None, true, true) => {
            let method = IRouter::removeLiquidityETHSupportingFeeOnTransferTokensCall {
                token: a,
                liquidity,
                amountTokenMin: least_a,
                amountETHMin: least_b,
                to,
                deadline,
            };
            call("removeLiquidityETHSupportingFeeOnTransferTokens", from, router, &method)
        }
        (Some(Permits { approve_max, theirs, ours }), false, _) => {
            let method = |(v, r, s)| IRouter::removeLiquidityWithPermitCall {
                tokenA: a,
                tokenB: b,
                liquidity,
                amountAMin: least_a,
                amountBMin: least_b,
                to,
                deadline,
                approveMax: approve_max,
                v,
                r,
                s,
            };
            apart("removeLiquidityWithPermit", from, router, [method(theirs), method(ours)])
        }
        (Some(Permits { approve_max, theirs, ours }), true, false) => {
            let method = |(v, r, s)| IRouter::removeLiquidityETHWithPermitCall {
                token: a,
                liquidity,
                amountTokenMin: least_a,
                amountETHMin: least_b,
                to,
                deadline,
                approveMax: approve_max,
                v,
                r,
                s,
            };
            apart("removeLiquidityETHWithPermit", from, router, [method(theirs), method(ours)])
        }
        (Some(Permits { approve_max, theirs, ours }), true, true) => {
            let method = |(v, r, s)| IRouter::removeLiquidityETHWithPermitSupportingFeeOnTransferTokensCall {
                token: a,
                liquidity,
                amountTokenMin: least_a,
                amountETHMin: least_b,
                to,
                deadline,
                approveMax: approve_max,
                v,
                r,
                s,
            };
            let what = "removeLiquidityETHWithPermitSupportingFeeOnTransferTokens";
            apart(what, from, router, [method(theirs), method(ours)])
        }
    })
}

fn apart<M: SolCall>(what: &'static str, from: Address, to: Address, [theirs, ours]: [M; 2]) -> Step {
    let call = Call { what, from, to, value: U256::ZERO, data: theirs.abi_encode().into() };
    Step::Apart(call, ours.abi_encode().into())
}

fn swap(random: &mut Random, world: &mut World, places: &Places) -> eyre::Result<Step> {
    let (router, from, deadline) = (places.router, somebody(random)?, deadline(random, world));
    let to = if random.chance(4) { places.deaf } else { somebody(random)? };
    let (way, amount) = (random.below(9), amount(random));
    let path = match way {
        0..=2 => places.path(random),
        3..=5 => places.path_of_coins(random, true),
        _ => places.path_of_coins(random, false),
    };
    let brought = IRouter::getAmountsOutCall { amountIn: amount, path: path.clone() };
    let needed = IRouter::getAmountsInCall { amountOut: amount, path: path.clone() };
    let brought = along(world, router, &brought, true)?;
    let needed = along(world, router, &needed, false)?;
    let coins = U256::from(20 * LIKELY);
    let (least, most) = (limit(random, brought, U256::ZERO), limit(random, needed, coins));
    let pay = |what, value: U256, data: Vec<u8>| {
        Step::Call(Call { what, from, to: router, value: value.min(coins), data: data.into() })
    };
    Ok(match way {
        0 => {
            let method =
                IRouter::swapExactTokensForTokensCall { amountIn: amount, amountOutMin: least, path, to, deadline };
            call("swapExactTokensForTokens", from, router, &method)
        }
        1 => {
            let method =
                IRouter::swapTokensForExactTokensCall { amountOut: amount, amountInMax: most, path, to, deadline };
            call("swapTokensForExactTokens", from, router, &method)
        }
        2 => {
            let method = IRouter::swapExactTokensForTokensSupportingFeeOnTransferTokensCall {
                amountIn: amount,
                amountOutMin: least,
                path,
                to,
                deadline,
            };
            call("swapExactTokensForTokensSupportingFeeOnTransferTokens", from, router, &method)
        }
        3 => {
            let method = IRouter::swapExactETHForTokensCall { amountOutMin: least, path, to, deadline };
            pay("swapExactETHForTokens", amount, method.abi_encode())
        }
        4 => {
            let method = IRouter::swapETHForExactTokensCall { amountOut: amount, path, to, deadline };
            pay("swapETHForExactTokens", most, method.abi_encode())
        }
        5 => {
            let method = IRouter::swapExactETHForTokensSupportingFeeOnTransferTokensCall {
                amountOutMin: least,
                path,
                to,
                deadline,
            };
            pay("swapExactETHForTokensSupportingFeeOnTransferTokens", amount, method.abi_encode())
        }
        6 => {
            let method =
                IRouter::swapExactTokensForETHCall { amountIn: amount, amountOutMin: least, path, to, deadline };
            call("swapExactTokensForETH", from, router, &method)
        }
        7 => {
            let method =
                IRouter::swapTokensForExactETHCall { amountOut: amount, amountInMax: most, path, to, deadline };
            call("swapTokensForExactETH", from, router, &method)
        }
        _ => {
            let method = IRouter::swapExactTokensForETHSupportingFeeOnTransferTokensCall {
                amountIn: amount,
                amountOutMin: least,
                path,
                to,
                deadline,
            };
            call("swapExactTokensForETHSupportingFeeOnTransferTokens", from, router, &method)
        }
    })
}

/// What is only asked, in a transaction of its own.
fn look(random: &mut Random, places: &Places) -> eyre::Result<Step> {
    let (router, from) = (places.router, somebody(random)?);
    let (a, b, c) = (amount(random), amount(random), amount(random));
    Ok(match random.below(5) {
        0 => call("quote", from, router, &IRouter::quoteCall { amountA: a, reserveA: b, reserveB: c }),
        1 => {
            call("getAmountOut", from, router, &IRouter::getAmountOutCall { amountIn: a, reserveIn: b, reserveOut: c })
        }
        2 => call("getAmountIn", from, router, &IRouter::getAmountInCall { amountOut: a, reserveIn: b, reserveOut: c }),
        3 => {
            let path = places.path(random);
            call("getAmountsOut", from, router, &IRouter::getAmountsOutCall { amountIn: a, path })
        }
        _ => {
            let path = places.path(random);
            call("getAmountsIn", from, router, &IRouter::getAmountsInCall { amountOut: a, path })
        }
    })
}

#[test]
fn the_router_does_what_uniswap_s_does() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
