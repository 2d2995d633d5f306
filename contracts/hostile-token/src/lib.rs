//! A token that tests set on other contracts. It does what it is told to:
//!
//! - keeps a part of what it moves, as those do that take a fee;
//! - moves more than `transferFrom` is asked for, as one does whose hook lets the sender give more meanwhile;
//! - calls somebody whenever it is moved, as those of ERC-777 do: an `attacker`, which calls back.
//!
//! Anybody can move anybody's: only tests hold it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use zx::prelude::*;

/// What it does whenever it is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Nature {
    /// What it keeps of what is moved, in percent.
    pub kept: u8,
    /// What `transferFrom` moves besides, in percent.
    pub besides: u8,
    /// Whom it calls, unless it is the zero address, with data that mean nothing.
    pub told: Address,
}

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct HostileToken {
    balances: Map<Address, U256>,
    /// What it does.
    #[view]
    nature: Item<Nature>,
}

#[zx::public]
impl HostileToken {
    /// Gives the deployer so many.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, supply: U256) {
        self.balances.set(cx.sender(), supply);
    }

    /// Says what it does from now on.
    pub fn behave(&mut self, _cx: &mut Ctx, nature: Nature) {
        self.nature.set(nature);
    }

    /// What somebody has.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.balances.get(account)
    }

    /// Moves tokens of the caller.
    #[reentrant]
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> bool {
        self.move_tokens(cx, cx.sender(), to, value)
    }

    /// Moves somebody's tokens.
    #[reentrant]
    pub fn transfer_from(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        let besides = percent(value, self.nature.get().besides);
        self.move_tokens(cx, from, to, value + besides)
    }

    /// Tells whom it has to, then moves them: what is asked from within is as it was.
    fn move_tokens(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> bool {
        let nature = self.nature.get();
        if !nature.told.is_zero() {
            let data = zx::selector("moved()");
            drop(cx.call(nature.told, &data, CallOptions::default()));
        }
        self.balances.sub(from, value);
        self.balances.add(to, value - percent(value, nature.kept));
        true
    }
}

fn percent(of: U256, part: u8) -> U256 {
    of * U256::from(part) / U256::from(100u8)
}
