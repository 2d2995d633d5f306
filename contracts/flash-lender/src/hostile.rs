//! A borrower, in tests.

use zx::prelude::*;

zx::sol_interface! {
    interface ILender {
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256);
        function flashLoan(address receiver, address token, uint256 amount, bytes calldata data) external returns (bool);
        function convertToAssets(uint256 shares) external view returns (uint256);
        function flashFee(address token, uint256 amount) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
    }

    interface IMoney {
        function approve(address spender, uint256 value) external returns (bool);
    }
}

/// Pays back what it is told to, and before that tries what it should not.
#[zx::contract]
pub struct Borrower {
    pays: Item<U256>,
    tries: Item<u8>,
    answer: Item<B256>,
    /// How often the pool let it do something.
    #[view]
    done: Item<u8>,
    /// Whether it was told the fee.
    #[view]
    told: Item<bool>,
}

#[zx::public]
impl Borrower {
    /// What it allows the pool to take back, which method it tries, and what it returns.
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, pays: U256, tries: u8, answer: B256) {
        self.pays.set(pays);
        self.tries.set(tries);
        self.answer.set(answer);
    }

    /// Is lent something.
    pub fn on_flash_loan(
        &mut self,
        cx: &mut Ctx,
        _initiator: Address,
        token: Address,
        amount: U256,
        fee: U256,
        _data: Bytes,
    ) -> Result<B256, CallError> {
        let (pool, here) = (ILender::at(cx.sender()), cx.address());
        self.told.set(pool.flash_fee(cx, token, amount) == Ok(fee));
        let done = match self.tries.get() {
            1 => pool.deposit(cx, amount, here).is_ok(),
            2 => pool.redeem(cx, U256::ONE, here, here).is_ok(),
            3 => pool
                .flash_loan(cx, here, token, U256::ZERO, Bytes::new())
                .is_ok(),
            4 => pool.convert_to_assets(cx, amount).is_ok(),
            5 => pool.transfer(cx, token, U256::ZERO).is_ok(),
            _ => false,
        };
        if done {
            self.done.add(1);
        }
        IMoney::at(token).approve(cx, cx.sender(), self.pays.get())?;
        Ok(self.answer.get())
    }
}
