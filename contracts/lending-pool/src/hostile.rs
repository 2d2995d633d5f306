//! Contracts of tests: prices that can be set, a token that attacks, and one that brings more than was asked for.

use zx::prelude::*;

/// Says what it was told to say.
#[zx::contract]
pub struct Prices {
    prices: Map<Address, U256>,
}

#[zx::public]
impl Prices {
    /// A price, in thousandths; never nothing.
    pub fn set(&mut self, _cx: &mut Ctx, asset: Address, thousandths: u16) {
        let milli = U256::from(1_000_000_000_000_000u64);
        self.prices
            .set(asset, U256::from(thousandths.max(1)) * milli);
    }

    /// What 10^18 units are worth.
    pub fn price_of(&self, _cx: &Ctx, asset: Address) -> U256 {
        self.prices.get(asset)
    }
}

/// A token that brings twice what is pulled, as one whose hook lets the sender give more meanwhile.
#[zx::contract]
pub struct Lavish {
    balances: Map<Address, U256>,
}

#[zx::public]
impl Lavish {
    /// Makes the deployer rich.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
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

    /// Moves twice as many.
    pub fn transfer_from(
        &mut self,
        _cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> bool {
        self.balances.sub(from, value + value);
        self.balances.add(to, value + value);
        true
    }
}

zx::sol_interface! {
    interface ILending {
        function supply(address asset, uint256 amount) external returns (uint256);
        function withdraw(address asset, uint256 amount) external returns (uint256);
        function borrow(address asset, uint256 amount) external;
        function health(address account) external view returns (uint256, uint256);
    }
}

/// A token that, while the pool moves it, calls the pool; and has supplied and borrowed there itself.
#[zx::contract]
pub struct Attacker {
    balances: Map<Address, U256>,
    pool: Item<Address>,
    other: Item<Address>,
    /// Calls from within that the pool took.
    #[view]
    taken: Item<u8>,
}

#[zx::public]
impl Attacker {
    /// Whom it attacks, and for what.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, pool: Address, other: Address) {
        self.pool.set(pool);
        self.other.set(other);
        self.balances.set(cx.sender(), U256::from(1_000_000u64));
        self.balances.set(cx.address(), U256::from(1_000_000u64));
    }

    /// Supplies itself.
    pub fn supply(&mut self, cx: &mut Ctx, amount: U256) -> Result<(), CallError> {
        let here = cx.address();
        ILending::at(self.pool.get()).supply(cx, here, amount)?;
        Ok(())
    }

    /// Takes itself back.
    #[reentrant]
    pub fn withdraw(&mut self, cx: &mut Ctx, amount: U256) -> Result<(), CallError> {
        let here = cx.address();
        ILending::at(self.pool.get()).withdraw(cx, here, amount)?;
        Ok(())
    }

    /// Tokens of an account.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// Moves tokens, and attacks.
    #[reentrant]
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.attack(cx);
        self.balances.sub(cx.sender(), value);
        self.balances.add(to, value);
        true
    }

    /// Moves tokens, and attacks.
    #[reentrant]
    pub fn transfer_from(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        self.attack(cx);
        self.balances.sub(from, value);
        self.balances.add(to, value);
        true
    }

    fn attack(&mut self, cx: &mut Ctx) {
        let (pool, here, one) = (ILending::at(self.pool.get()), cx.address(), U256::ONE);
        let taken = [
            pool.borrow(cx, self.other.get(), one).is_ok(),
            pool.withdraw(cx, here, one).is_ok(),
            pool.supply(cx, here, one).is_ok(),
            pool.health(cx, here).is_ok(),
        ];
        let taken = taken.into_iter().filter(|taken| *taken).count();
        self.taken.add(taken as u8);
    }
}
