//! Makes pools of two tokens, one for each pair of them. Compatible with Uniswap v2's factory.
//!
//! A pool is an instance of one code, at an address that follows from the factory, the code and the two tokens, of which
//! the lower address comes first: that of CREATE2 (EIP-1014) for `zx::instance(implementation, (token0, token1))` and the
//! salt zero. Whoever wants a pool makes it.
//!
//! One account may name another that takes a sixth of the pools' fees. It takes nothing else, and cannot stop a pool.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{FactoryError, PairCreated};

use zx::prelude::*;

/// State of the factory.
#[zx::contract]
#[derive(Debug)]
pub struct DexFactory {
    /// Who takes a sixth of the fees; nobody, if that is the zero address.
    #[view]
    fee_to: Item<Address>,
    /// Who says who does.
    #[view]
    fee_to_setter: Item<Address>,
    /// The code that pools run.
    #[view]
    implementation: Immutable<Address>,
    /// By the lower address, then the other.
    pairs: Map<(Address, Address), Address>,
    all: List<Address>,
}

#[zx::public]
impl DexFactory {
    /// Says who sets the fee, and which code pools run.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        fee_to_setter: Address,
        implementation: Address,
    ) -> Result<(), FactoryError> {
        ensure!(!implementation.is_zero(), FactoryError::ZeroAddress);
        self.fee_to_setter.set(fee_to_setter);
        self.implementation.set(implementation);
        Ok(())
    }

    /// The pool of two tokens, in any order; the zero address if there is none.
    pub fn get_pair(&self, _cx: &Ctx, token_a: Address, token_b: Address) -> Address {
        self.pairs.get(sorted(token_a, token_b))
    }

    /// A pool by its number, from zero on. Reverts if there are not so many.
    pub fn all_pairs(&self, _cx: &Ctx, index: U256) -> Result<Address, &'static str> {
        u32::try_from(index)
            .ok()
            .and_then(|index| self.all.get(index))
            .ok_or("there are not so many pools")
    }

    /// How many pools there are.
    pub fn all_pairs_length(&self, _cx: &Ctx) -> U256 {
        U256::from(self.all.len())
    }

    /// Makes the pool of two tokens.
    pub fn create_pair(
        &mut self,
        cx: &mut Ctx,
        token_a: Address,
        token_b: Address,
    ) -> Result<Address, FactoryError> {
        ensure!(token_a != token_b, FactoryError::IdenticalAddresses);
        let (token0, token1) = sorted(token_a, token_b);
        ensure!(!token0.is_zero(), FactoryError::ZeroAddress);
        let existing = self.pairs.get((token0, token1));
        ensure!(
            existing.is_zero(),
            FactoryError::PairExists { pair: existing }
        );
        let code = zx::instance(self.implementation.get(), (token0, token1));
        let pair = cx.create2(&code, B256::ZERO, U256::ZERO)?;
        self.pairs.set((token0, token1), pair);
        self.all.push(pair);
        cx.emit(PairCreated {
            token0,
            token1,
            pair,
            count: U256::from(self.all.len()),
        });
        Ok(pair)
    }

    /// Says who takes a sixth of the fees; the zero address for nobody.
    pub fn set_fee_to(&mut self, cx: &mut Ctx, fee_to: Address) -> Result<(), FactoryError> {
        self.only_setter(cx)?;
        self.fee_to.set(fee_to);
        Ok(())
    }

    /// Hands the right to say so on.
    pub fn set_fee_to_setter(
        &mut self,
        cx: &mut Ctx,
        fee_to_setter: Address,
    ) -> Result<(), FactoryError> {
        self.only_setter(cx)?;
        self.fee_to_setter.set(fee_to_setter);
        Ok(())
    }

    fn only_setter(&self, cx: &Ctx) -> Result<(), FactoryError> {
        let account = cx.sender();
        ensure!(
            account == self.fee_to_setter.get(),
            FactoryError::Forbidden { account }
        );
        Ok(())
    }
}

fn sorted(a: Address, b: Address) -> (Address, Address) {
    if a < b { (a, b) } else { (b, a) }
}
