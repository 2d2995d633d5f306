//! A contract that remembers a number.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::prelude::*;

/// What the contract keeps, in slots in this order: add new fields at the end. `#[view]` makes a getter.
#[zx::contract]
#[derive(Debug)]
pub struct Contract {
    /// Who can change the number.
    #[view]
    owner: Item<Address>,
    /// The number.
    #[view]
    number: Item<U256>,
}

/// The number is another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct NumberChanged {
    /// Who changed it.
    #[indexed]
    pub by: Address,
    /// What it is.
    pub number: U256,
}

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum ContractError {
    /// Only the owner can do this.
    NotOwner {
        /// Who tried.
        account: Address,
    },
}

#[zx::public]
impl Contract {
    /// Makes the deployer the owner, and sets the number.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, number: U256) {
        self.owner.set(cx.sender());
        self.number.set(number);
    }

    /// Changes the number. Only the owner can.
    pub fn set_number(&mut self, cx: &mut Ctx, number: U256) -> Result<(), ContractError> {
        let account = cx.sender();
        ensure!(
            account == self.owner.get(),
            ContractError::NotOwner { account }
        );
        self.number.set(number);
        cx.emit(NumberChanged {
            by: account,
            number,
        });
        Ok(())
    }
}
