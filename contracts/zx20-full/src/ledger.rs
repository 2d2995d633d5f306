//! Who holds what, and what must hold before tokens move.

use crate::Zx20FullError;
use zx::{
    components::{Ledger, Pausable, erc20},
    prelude::*,
};

/// How many tokens there are, and may be: one slot, because a mint needs both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Supply {
    total: u128,
    cap: u128,
}

/// Balances up to a cap, which do not move while they are paused.
#[zx::storage]
#[derive(Debug)]
pub struct CappedBalances {
    pub(crate) pausable: Pausable,
    supply: Item<Supply>,
    balances: Map<Address, U256>,
}

impl CappedBalances {
    /// Sets the cap, of a token that has no supply yet.
    pub(crate) fn init(&mut self, cap: U256) -> Result<(), Zx20FullError> {
        let limit = u128::try_from(cap).ok().filter(|cap| *cap > 0);
        let cap = limit.ok_or(Zx20FullError::ERC20InvalidCap { cap })?;
        self.supply.set(Supply { total: 0, cap });
        Ok(())
    }

    pub(crate) fn cap(&self) -> U256 {
        U256::from(self.supply.get().cap)
    }
}

impl Ledger for CappedBalances {
    type Error = Zx20FullError;

    fn total_supply(&self) -> U256 {
        U256::from(self.supply.get().total)
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// The supply overflows before any balance can.
    fn mint(&mut self, _cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20FullError> {
        self.pausable.when_not_paused()?;
        let Supply { total, cap } = self.supply.get();
        let increased_supply = U256::from(total) + value;
        let total = u128::try_from(increased_supply)
            .ok()
            .filter(|total| *total <= cap);
        let total = total.ok_or(Zx20FullError::ERC20ExceededCap {
            increased_supply,
            cap: U256::from(cap),
        })?;
        self.supply.set(Supply { total, cap });
        self.balances.add(to, value);
        Ok(())
    }

    fn burn(&mut self, _cx: &mut Ctx, from: Address, value: U256) -> Result<(), Zx20FullError> {
        self.pausable.when_not_paused()?;
        erc20::debit(&mut self.balances, from, value)?;
        // No balance is above the supply, so that the number fits.
        let Supply { total, cap } = self.supply.get();
        let burned = u128::try_from(value).unwrap_or(u128::MAX);
        self.supply.set(Supply {
            total: total - burned,
            cap,
        });
        Ok(())
    }

    fn transfer(
        &mut self,
        _cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Zx20FullError> {
        self.pausable.when_not_paused()?;
        erc20::debit(&mut self.balances, from, value)?;
        self.balances.add(to, value);
        Ok(())
    }
}
