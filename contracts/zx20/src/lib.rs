//! ZX-20: a fungible token, compatible with ERC-20.
//!
//! The errors are those of EIP-6093. One account, the owner, can mint: whoever deployed the token.
//! An allowance of 2^256 - 1 is infinite: spending does not decrease it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{Approval, Transfer, Zx20Error};

use zx::prelude::*;

/// State of a token. Solidity's layout: slots 0 to 6 in this order. A field with `#[view]` has a getter.
#[zx::contract]
#[derive(Debug)]
pub struct Zx20 {
    /// Name of the token.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    /// Decimal places with which amounts are shown.
    #[view]
    decimals: Item<u8>,
    /// Tokens that exist.
    #[view]
    total_supply: Item<U256>,
    balance_of: Map<Address, U256>,
    allowance: Map<(Address, Address), U256>,
    /// Who can mint.
    #[view]
    owner: Item<Address>,
}

#[zx::public]
impl Zx20 {
    /// Names the token, makes the deployer its owner and gives them the supply.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        name: String,
        symbol: String,
        decimals: u8,
        initial_supply: U256,
    ) -> Result<(), Zx20Error> {
        self.name.set(name);
        self.symbol.set(symbol);
        self.decimals.set(decimals);
        let deployer = cx.sender();
        self.owner.set(deployer);
        self.create(cx, deployer, initial_supply)
    }

    /// Tokens that `account` holds.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balance_of.get(account)
    }

    /// Tokens of `owner` that `spender` may still move.
    pub fn allowance(&self, _cx: &Ctx, owner: Address, spender: Address) -> U256 {
        self.allowance.get((owner, spender))
    }

    /// Moves tokens of the caller.
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<bool, Zx20Error> {
        self.move_tokens(cx, cx.sender(), to, value)?;
        Ok(true)
    }

    /// Lets `spender` move so many tokens of the caller.
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, Zx20Error> {
        let owner = cx.sender();
        if spender.is_zero() {
            return Err(Zx20Error::ERC20InvalidSpender { spender });
        }
        self.allowance.set((owner, spender), value);
        cx.emit(Approval {
            owner,
            spender,
            value,
        });
        Ok(true)
    }

    /// Moves tokens that the caller was allowed to move.
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Zx20Error> {
        self.spend_allowance(from, cx.sender(), value)?;
        self.move_tokens(cx, from, to, value)?;
        Ok(true)
    }

    /// Makes new tokens. Only the owner can.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20Error> {
        self.only_owner(cx)?;
        self.create(cx, to, value)
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Zx20Error> {
        let from = cx.sender();
        self.debit(from, value)?;
        self.total_supply.sub(value);
        cx.emit(Transfer {
            from,
            to: Address::ZERO,
            value,
        });
        Ok(())
    }

    fn move_tokens(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Zx20Error> {
        if from.is_zero() {
            return Err(Zx20Error::ERC20InvalidSender { sender: from });
        }
        if to.is_zero() {
            return Err(Zx20Error::ERC20InvalidReceiver { receiver: to });
        }
        self.debit(from, value)?;
        self.balance_of.add(to, value);
        cx.emit(Transfer { from, to, value });
        Ok(())
    }

    /// Mints: adds to the supply first, which overflows before any balance can.
    fn create(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20Error> {
        if to.is_zero() {
            return Err(Zx20Error::ERC20InvalidReceiver { receiver: to });
        }
        self.total_supply.add(value);
        self.balance_of.add(to, value);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            value,
        });
        Ok(())
    }

    fn debit(&mut self, sender: Address, needed: U256) -> Result<(), Zx20Error> {
        let mut account = self.balance_of.entry(sender);
        let balance = account.get();
        let Some(rest) = balance.checked_sub(needed) else {
            return Err(Zx20Error::ERC20InsufficientBalance {
                sender,
                balance,
                needed,
            });
        };
        account.set(rest);
        Ok(())
    }

    fn spend_allowance(
        &mut self,
        owner: Address,
        spender: Address,
        needed: U256,
    ) -> Result<(), Zx20Error> {
        let mut entry = self.allowance.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(Zx20Error::ERC20InsufficientAllowance {
                spender,
                allowance,
                needed,
            });
        };
        entry.set(rest);
        Ok(())
    }

    fn only_owner(&self, cx: &Ctx) -> Result<(), Zx20Error> {
        let account = cx.sender();
        if account == self.owner.get() {
            Ok(())
        } else {
            Err(Zx20Error::OwnableUnauthorizedAccount { account })
        }
    }
}
