//! Contracts that attack, in tests.

use zx::prelude::*;

zx::sol_interface! {
    interface IRouter {
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline) external returns (uint256[] memory);
        function getAmountsOut(uint256 amountIn, address[] calldata path) external view returns (uint256[] memory);
        function swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] calldata path, address to, uint256 deadline) external returns (uint256[] memory);
        function addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256, uint256);
        function removeLiquidity(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256);
        function swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline) external;
    }

    interface IShares {
        function approve(address spender, uint256 value) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
        function mint(address to) external returns (uint256);
        function burn(address to) external returns (uint256, uint256);
        function skim(address to) external;
    }
}

/// Trades in a pool as random numbers say, by the router and past it.
#[zx::contract]
pub struct Trader {
    router: Item<Address>,
    pair: Item<Address>,
    a: Item<Address>,
    b: Item<Address>,
}

#[zx::public]
impl Trader {
    /// Where it trades.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        router: Address,
        pair: Address,
        a: Address,
        b: Address,
    ) -> Result<(), CallError> {
        self.router.set(router);
        self.pair.set(pair);
        self.a.set(a);
        self.b.set(b);
        for token in [pair, a, b] {
            IShares::at(token).approve(cx, router, U256::MAX)?;
        }
        Ok(())
    }

    /// Sells one for the other, in one of three ways.
    pub fn trade(
        &mut self,
        cx: &mut Ctx,
        amount: u16,
        sells_a: bool,
        way: u8,
    ) -> Result<(), CallError> {
        let (router, here) = (IRouter::at(self.router.get()), cx.address());
        let (path, amount) = (self.path(sells_a), U256::from(amount));
        match way % 3 {
            0 => drop(router.swap_exact_tokens_for_tokens(
                cx,
                amount,
                U256::ZERO,
                path,
                here,
                U256::MAX,
            )?),
            1 => drop(router.swap_tokens_for_exact_tokens(
                cx,
                amount,
                U256::MAX,
                path,
                here,
                U256::MAX,
            )?),
            _ => router.swap_exact_tokens_for_tokens_supporting_fee_on_transfer_tokens(
                cx,
                amount,
                U256::ZERO,
                path,
                here,
                U256::MAX,
            )?,
        }
        Ok(())
    }

    /// Brings tokens into the pool.
    pub fn add(&mut self, cx: &mut Ctx, of_a: u16, of_b: u16) -> Result<(), CallError> {
        let (a, b, here) = (self.a.get(), self.b.get(), cx.address());
        let (of_a, of_b, zero) = (U256::from(of_a), U256::from(of_b), U256::ZERO);
        IRouter::at(self.router.get()).add_liquidity(
            cx,
            a,
            b,
            of_a,
            of_b,
            zero,
            zero,
            here,
            U256::MAX,
        )?;
        Ok(())
    }

    /// Redeems a part of its shares, in 255ths.
    pub fn remove(&mut self, cx: &mut Ctx, part: u8) -> Result<(), CallError> {
        let (a, b, here, zero) = (self.a.get(), self.b.get(), cx.address(), U256::ZERO);
        let all = IShares::at(self.pair.get()).balance_of(cx, here)?;
        let shares = all * U256::from(part) / U256::from(255u8);
        IRouter::at(self.router.get()).remove_liquidity(
            cx,
            a,
            b,
            shares,
            zero,
            zero,
            here,
            U256::MAX,
        )?;
        Ok(())
    }

    /// Gives the pool something without a call.
    pub fn give(&mut self, cx: &mut Ctx, amount: u16, of_a: bool) -> Result<(), CallError> {
        let token = if of_a { self.a.get() } else { self.b.get() };
        IShares::at(token).transfer(cx, self.pair.get(), U256::from(amount))?;
        Ok(())
    }

    /// Takes what it can of the pool itself.
    pub fn take(&mut self, cx: &mut Ctx, amount: u16, how: u8) -> Result<(), CallError> {
        let (pair, here, amount) = (
            IShares::at(self.pair.get()),
            cx.address(),
            U256::from(amount),
        );
        match how % 5 {
            0 => pair.swap(cx, amount, U256::ZERO, here, Bytes::new())?,
            1 => pair.swap(cx, U256::ZERO, amount, here, Bytes::new())?,
            2 => drop(pair.mint(cx, here)?),
            3 => drop(pair.burn(cx, here)?),
            _ => pair.skim(cx, here)?,
        }
        Ok(())
    }

    fn path(&self, sells_a: bool) -> Vec<Address> {
        let mut path = [self.a.get(), self.b.get()].to_vec();
        if !sells_a {
            path.reverse();
        }
        path
    }
}

/// A token that, while it is moved, has the router trade once more; and notes whether it did.
#[zx::contract]
pub struct Caller {
    router: Item<Address>,
    other: Item<Address>,
    balances: Map<Address, U256>,
    /// Trades from within that the router took.
    #[view]
    traded: Item<u8>,
    /// How often it asked the router for a price from within.
    #[view]
    asked: Item<u8>,
}

#[zx::public]
impl Caller {
    /// Which router it calls, and what it is traded for.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, router: Address, other: Address) {
        self.router.set(router);
        self.other.set(other);
        self.balances.set(cx.sender(), U256::from(1_000_000u64));
    }

    /// Tokens of an account.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// Moves tokens.
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.balances.sub(cx.sender(), value);
        self.balances.add(to, value);
        true
    }

    /// Moves tokens, after having tried to trade.
    pub fn transfer_from(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        let router = IRouter::at(self.router.get());
        let path = [cx.address(), self.other.get()].to_vec();
        if router.get_amounts_out(cx, value, path.clone()).is_ok() {
            self.asked.add(1);
        }
        let again =
            router.swap_exact_tokens_for_tokens(cx, value, U256::ZERO, path, from, U256::MAX);
        if again.is_ok() {
            self.traded.add(1);
        }
        self.balances.sub(from, value);
        self.balances.add(to, value);
        true
    }
}
