//! A token that is up to no good, in tests.

use zx::prelude::*;

/// A token that keeps a tenth of each transfer, or calls the pool while it is moved.
#[zx::contract]
pub struct Toll {
    balances: Map<Address, U256>,
    /// The pool that it calls, if it does.
    pool: Item<Address>,
    /// Whether the pool let it.
    pub fooled: Item<bool>,
}

#[zx::public]
impl Toll {
    /// Gives the deployer all.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, supply: U256) {
        self.balances.set(cx.sender(), supply);
    }

    /// From now on it calls this pool.
    pub fn aim(&mut self, _cx: &mut Ctx, pool: Address) {
        self.pool.set(pool);
    }

    /// Whether a call of the pool from within one of its own has succeeded.
    pub fn has_fooled(&self, _cx: &Ctx) -> bool {
        self.fooled.get()
    }

    /// What somebody has.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// Moves tokens.
    #[reentrant]
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.move_tokens(cx, cx.sender(), to, value)
    }

    /// Moves tokens of anybody: only tests hold them.
    #[reentrant]
    pub fn transfer_from(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        self.move_tokens(cx, from, to, value)
    }

    fn move_tokens(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        self.balances.sub(from, value);
        self.balances.add(to, value - value / U256::from(10u8));
        let pool = self.pool.get();
        if !pool.is_zero() {
            for method in ["getReward()", "exit()"] {
                let selector = zx::selector(method);
                let again: Result<U256, _> = cx.invoke(pool, selector, (), CallOptions::default());
                if again.is_ok() {
                    self.fooled.set(true);
                }
            }
        }
        true
    }
}
