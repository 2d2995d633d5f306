//! Contracts that attack, in tests.

use zx::prelude::*;

zx::sol_interface! {
    interface IRouter {
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline) external returns (uint256[] memory);
        function getAmountsOut(uint256 amountIn, address[] calldata path) external view returns (uint256[] memory);
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
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, router: Address, other: Address) {
        self.router.set(router);
        self.other.set(other);
        self.balances.set(cx.sender(), U256::from(1_000_000u64));
    }

    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balances.get(account)
    }

    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.balances.sub(cx.sender(), value);
        self.balances.add(to, value);
        true
    }

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
