//! A contract that attacks, in tests.

use zx::prelude::*;

/// A borrower that pays back, with what it owes, or tries to call the pool again.
#[zx::contract]
pub struct Borrower {
    token: Item<Address>,
    pays: Item<U256>,
    again: Item<u8>,
}

zx::sol_interface! {
    interface IPool {
        function swap(uint256 a, uint256 b, address to, bytes calldata data) external;
        function mint(address to) external returns (uint256);
        function sync() external;
        function getReserves() external view returns (uint112, uint112, uint32);
    }

    interface IMoney {
        function transfer(address to, uint256 value) external returns (bool);
    }
}

#[zx::public]
impl Borrower {
    /// What it pays back with, how much, and which method of the pool it calls before.
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, token: Address, pays: U256, again: u8) {
        self.token.set(token);
        self.pays.set(pays);
        self.again.set(again);
    }

    /// Is lent something.
    #[selector(name = "uniswapV2Call")]
    pub fn lent(
        &mut self,
        cx: &mut Ctx,
        _sender: Address,
        _amount0: U256,
        _amount1: U256,
        _data: Bytes,
    ) -> Result<(), CallError> {
        let pool = IPool::at(cx.sender());
        let (reserve0, _, _) = pool.get_reserves(cx)?;
        assert!(
            reserve0.get() == U256::from(100_000u64),
            "the pool counts on what it had"
        );
        match self.again.get() {
            1 => pool.swap(cx, U256::ONE, U256::ZERO, cx.address(), Bytes::new())?,
            2 => pool.mint(cx, cx.address()).map(drop)?,
            3 => pool.sync(cx)?,
            _ => {}
        }
        IMoney::at(self.token.get()).transfer(cx, cx.sender(), self.pays.get())?;
        Ok(())
    }
}
