//! ZX-20 whose holders vote. Compatible with OpenZeppelin's `ERC20Votes` with `ERC20Permit`, `ERC20Burnable` and
//! `Ownable2Step`; what a governor asks.
//!
//! Tokens vote once their holder has delegated them, to somebody else or to themselves; what an account could vote with is
//! known for every block that has passed. The balances are the units of [`Votes`], so that they cannot disagree. The owner
//! mints: whoever deployed the token, until they hand it on.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod interface;
#[cfg(test)]
mod tests;

pub use interface::Zx20VotesError;

use zx::{
    components::{Eip712, Erc20, Nonces, Ownable, Votes},
    crypto::{Permit, Signature},
    prelude::*,
};

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct Zx20Votes {
    /// Name of the token.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    #[component]
    erc20: Erc20<Votes>,
    #[component]
    votes: Votes,
    #[component]
    ownable: Ownable,
    #[component]
    nonces: Nonces,
    #[component]
    domain: Eip712,
}

#[zx::public]
impl Zx20Votes {
    /// Names the token and makes the deployer its owner.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        name: String,
        symbol: String,
    ) -> Result<(), Zx20VotesError> {
        self.domain.init(cx, name.clone(), "1".into());
        self.name.set(name);
        self.symbol.set(symbol);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Decimal places with which amounts are shown.
    pub fn decimals() -> u8 {
        18
    }

    /// Sets an allowance that its owner has signed (EIP-2612).
    #[expect(clippy::too_many_arguments, reason = "what EIP-2612 takes")]
    pub fn permit(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(), Zx20VotesError> {
        let domain = self.domain.domain().separator(cx);
        let permit = Permit {
            owner,
            spender,
            value,
            deadline,
        };
        let signature = Signature { v, r, s };
        self.erc20
            .allow_signed(cx, permit, domain, &mut self.nonces, signature)
    }

    /// Makes new tokens. Only the owner can.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20VotesError> {
        self.ownable.only_owner(cx)?;
        Ok(self.erc20.mint(cx, to, value)?)
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Zx20VotesError> {
        Ok(self.erc20.burn(cx, cx.sender(), value)?)
    }

    /// Destroys tokens that the caller was allowed to move.
    pub fn burn_from(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        value: U256,
    ) -> Result<(), Zx20VotesError> {
        Ok(self.erc20.burn_from(cx, account, value)?)
    }
}
