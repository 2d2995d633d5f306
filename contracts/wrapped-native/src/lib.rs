//! The chain's own coin as a ZX-20, one for one: what came in by [`deposit`](WrappedNative::deposit), or by a plain
//! payment, goes out by [`withdraw`](WrappedNative::withdraw). Compatible with WETH9.
//!
//! There is no owner. The supply is what the contract holds, so that every token can be redeemed at any time. An allowance
//! of 2^256 - 1 is infinite, and who moves their own tokens needs none.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{Deposit, Withdrawal, WrappedError};

use zx::{
    components::{
        Erc20Error,
        erc20::{self, Approval, Transfer},
    },
    prelude::*,
};

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct WrappedNative {
    /// Tokens that an account holds.
    #[view]
    balance_of: Map<Address, U256>,
    /// Tokens of an owner that a spender may still move.
    #[view]
    allowance: Map<(Address, Address), U256>,
}

#[zx::public]
impl WrappedNative {
    /// Name of the token.
    pub fn name() -> String {
        "Wrapped Coin".into()
    }

    /// Its short name.
    pub fn symbol() -> String {
        "WZX".into()
    }

    /// Decimal places with which amounts are shown: those of the coin.
    pub fn decimals() -> u8 {
        18
    }

    /// Tokens that exist: the coins that the contract holds. Coins that came without a call are nobody's, and count too.
    pub fn total_supply(&self, cx: &Ctx) -> U256 {
        cx.balance()
    }

    /// Makes the coins that come with the call tokens of the caller.
    #[payable]
    pub fn deposit(&mut self, cx: &mut Ctx) {
        let (to, value) = (cx.sender(), cx.value());
        self.balance_of.add(to, value);
        cx.emit(Deposit { to, value });
    }

    /// The same, for plain payments.
    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) {
        self.deposit(cx);
    }

    /// Makes tokens of the caller coins again.
    pub fn withdraw(&mut self, cx: &mut Ctx, value: U256) -> Result<(), WrappedError> {
        let from = cx.sender();
        erc20::debit(&mut self.balance_of, from, value)?;
        cx.emit(Withdrawal { from, value });
        Ok(cx.send(from, value)?)
    }

    /// Lets `spender` move so many tokens of the caller.
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, Erc20Error> {
        let owner = cx.sender();
        ensure!(
            !spender.is_zero(),
            Erc20Error::ERC20InvalidSpender { spender }
        );
        self.allowance.set((owner, spender), value);
        cx.emit(Approval {
            owner,
            spender,
            value,
        });
        Ok(true)
    }

    /// Moves tokens of the caller.
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<bool, Erc20Error> {
        self.move_tokens(cx, cx.sender(), to, value)
    }

    /// Moves tokens that the caller was allowed to move, or their own.
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Erc20Error> {
        if from != cx.sender() {
            self.spend_allowance(from, cx.sender(), value)?;
        }
        self.move_tokens(cx, from, to, value)
    }

    fn move_tokens(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Erc20Error> {
        ensure!(
            !from.is_zero(),
            Erc20Error::ERC20InvalidSender { sender: from }
        );
        ensure!(
            !to.is_zero(),
            Erc20Error::ERC20InvalidReceiver { receiver: to }
        );
        erc20::debit(&mut self.balance_of, from, value)?;
        self.balance_of.add(to, value);
        cx.emit(Transfer { from, to, value });
        Ok(true)
    }

    fn spend_allowance(
        &mut self,
        owner: Address,
        spender: Address,
        needed: U256,
    ) -> Result<(), Erc20Error> {
        let mut entry = self.allowance.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(Erc20Error::ERC20InsufficientAllowance {
                spender,
                allowance,
                needed,
            });
        };
        entry.set(rest);
        Ok(())
    }
}
