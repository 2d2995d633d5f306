//! Shares of the pool: a ZX-20.

use crate::{Approval, LenderError, Transfer};
use zx::prelude::*;

/// Shares: whose they are, and who may move them.
#[zx::storage]
#[derive(Debug)]
pub struct Shares {
    total: Item<U256>,
    balances: Map<Address, U256>,
    allowances: Map<(Address, Address), U256>,
    name: Item<String>,
    symbol: Item<String>,
}

impl Shares {
    /// Shares that exist.
    pub(crate) fn total(&self) -> U256 {
        self.total.get()
    }

    /// Shares of an account.
    pub(crate) fn of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// Names them.
    pub(crate) fn init(&mut self, name: String, symbol: String) {
        self.name.set(name);
        self.symbol.set(symbol);
    }

    /// Makes shares.
    pub(crate) fn create(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        value: U256,
    ) -> Result<(), LenderError> {
        ensure!(
            !to.is_zero(),
            LenderError::ERC20InvalidReceiver { receiver: to }
        );
        self.total.add(value);
        self.balances.add(to, value);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            value,
        });
        Ok(())
    }

    /// Destroys shares.
    pub(crate) fn destroy(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        value: U256,
    ) -> Result<(), LenderError> {
        self.debit(from, value)?;
        self.total.sub(value);
        cx.emit(Transfer {
            from,
            to: Address::ZERO,
            value,
        });
        Ok(())
    }

    fn give(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, LenderError> {
        ensure!(
            !from.is_zero(),
            LenderError::ERC20InvalidSender { sender: from }
        );
        ensure!(
            !to.is_zero(),
            LenderError::ERC20InvalidReceiver { receiver: to }
        );
        self.debit(from, value)?;
        self.balances.add(to, value);
        cx.emit(Transfer { from, to, value });
        Ok(true)
    }

    fn debit(&mut self, from: Address, value: U256) -> Result<(), LenderError> {
        ensure!(
            !from.is_zero(),
            LenderError::ERC20InvalidSender { sender: from }
        );
        let debited = self.balances.try_sub(from, value);
        debited
            .map(drop)
            .map_err(|rest| LenderError::ERC20InsufficientBalance {
                sender: from,
                balance: rest.available,
                needed: value,
            })
    }

    fn allow(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), LenderError> {
        ensure!(
            !owner.is_zero(),
            LenderError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            LenderError::ERC20InvalidSpender { spender }
        );
        self.allowances.set((owner, spender), value);
        cx.emit(Approval {
            owner,
            spender,
            value,
        });
        Ok(())
    }

    /// Takes so many of what a spender may still move. What is infinite stays so.
    pub(crate) fn spend(
        &mut self,
        owner: Address,
        spender: Address,
        needed: U256,
    ) -> Result<(), LenderError> {
        let mut entry = self.allowances.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(LenderError::ERC20InsufficientAllowance {
                spender,
                allowance,
                needed,
            });
        };
        entry.set(rest);
        Ok(())
    }
}

#[zx::component(events(Transfer, Approval))]
impl Shares {
    /// Name of the shares.
    pub fn name(&self, _cx: &Ctx) -> String {
        self.name.get()
    }

    /// Their short name.
    pub fn symbol(&self, _cx: &Ctx) -> String {
        self.symbol.get()
    }

    /// Shares that exist.
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.total()
    }

    /// Shares that `account` holds.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.of(account)
    }

    /// Shares of `owner` that `spender` may still move.
    pub fn allowance(&self, _cx: &Ctx, owner: Address, spender: Address) -> U256 {
        self.allowances.get((owner, spender))
    }

    /// Moves shares of the caller.
    pub fn transfer(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        value: U256,
    ) -> Result<bool, LenderError> {
        self.give(cx, cx.sender(), to, value)
    }

    /// Lets `spender` move so many shares of the caller.
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, LenderError> {
        self.allow(cx, cx.sender(), spender, value)?;
        Ok(true)
    }

    /// Moves shares that the caller was allowed to move.
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, LenderError> {
        self.spend(from, cx.sender(), value)?;
        self.give(cx, from, to, value)
    }
}
