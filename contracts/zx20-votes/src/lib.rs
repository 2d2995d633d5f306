//! ZX-20 whose holders vote. Compatible with OpenZeppelin's `ERC20Votes` with `ERC20Permit`, `ERC20Burnable` and
//! `Ownable2Step`; what a governor asks.
//!
//! Tokens vote once their holder has delegated them, to somebody else or to themselves; what an account could vote with is
//! known for every block that has passed. The balances are the units of [`Votes`], so that they cannot disagree. The owner
//! mints: whoever deployed the token, until they hand it on.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{Approval, Transfer, Zx20VotesError};

use zx::{
    components::{Eip712, Nonces, Ownable, Votes},
    crypto::{Permit, Signature},
    prelude::*,
};

/// The most tokens that there can be: 2^208 - 1, what a checkpoint has room for.
const MAX_SUPPLY: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0xFFFF]);

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
    /// Tokens of an owner that a spender may still move.
    #[view]
    allowance: Map<(Address, Address), U256>,
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
        self.domain.init(name.clone(), "1".into());
        self.name.set(name);
        self.symbol.set(symbol);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Decimal places with which amounts are shown.
    pub fn decimals() -> u8 {
        18
    }

    /// Tokens that exist.
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.votes.total_units()
    }

    /// Tokens that `account` holds.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.votes.units(account)
    }

    /// Moves tokens of the caller.
    pub fn transfer(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        value: U256,
    ) -> Result<bool, Zx20VotesError> {
        self.move_tokens(cx, cx.sender(), to, value)?;
        Ok(true)
    }

    /// Lets `spender` move so many tokens of the caller.
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, Zx20VotesError> {
        self.allow(cx, cx.sender(), spender, value)?;
        Ok(true)
    }

    /// Moves tokens that the caller was allowed to move.
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Zx20VotesError> {
        self.spend_allowance(from, cx.sender(), value)?;
        self.move_tokens(cx, from, to, value)?;
        Ok(true)
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
        Permit {
            owner,
            spender,
            value,
            deadline,
        }
        .check(cx, domain, &mut self.nonces, Signature { v, r, s })?;
        self.allow(cx, owner, spender, value)
    }

    /// Makes new tokens. Only the owner can.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20VotesError> {
        self.ownable.only_owner(cx)?;
        ensure!(
            !to.is_zero(),
            Zx20VotesError::ERC20InvalidReceiver { receiver: to }
        );
        let increased_supply = self.votes.total_units() + value;
        if increased_supply > MAX_SUPPLY {
            return Err(Zx20VotesError::ERC20ExceededSafeSupply {
                increased_supply,
                cap: MAX_SUPPLY,
            });
        }
        self.update(cx, Address::ZERO, to, value)
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Zx20VotesError> {
        self.destroy(cx, cx.sender(), value)
    }

    /// Destroys tokens that the caller was allowed to move.
    pub fn burn_from(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        value: U256,
    ) -> Result<(), Zx20VotesError> {
        self.spend_allowance(account, cx.sender(), value)?;
        self.destroy(cx, account, value)
    }

    fn move_tokens(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Zx20VotesError> {
        ensure!(
            !from.is_zero(),
            Zx20VotesError::ERC20InvalidSender { sender: from }
        );
        ensure!(
            !to.is_zero(),
            Zx20VotesError::ERC20InvalidReceiver { receiver: to }
        );
        self.enough(from, value)?;
        self.update(cx, from, to, value)
    }

    fn destroy(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), Zx20VotesError> {
        ensure!(
            !from.is_zero(),
            Zx20VotesError::ERC20InvalidSender { sender: from }
        );
        self.enough(from, value)?;
        self.update(cx, from, Address::ZERO, value)
    }

    /// Balances, supply and votes in one.
    fn update(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Zx20VotesError> {
        cx.emit(Transfer { from, to, value });
        Ok(self.votes.move_units(cx, from, to, value)?)
    }

    fn enough(&self, sender: Address, needed: U256) -> Result<(), Zx20VotesError> {
        let balance = self.votes.units(sender);
        ensure!(
            balance >= needed,
            Zx20VotesError::ERC20InsufficientBalance {
                sender,
                balance,
                needed
            }
        );
        Ok(())
    }

    fn allow(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Zx20VotesError> {
        ensure!(
            !owner.is_zero(),
            Zx20VotesError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            Zx20VotesError::ERC20InvalidSpender { spender }
        );
        self.allowance.set((owner, spender), value);
        cx.emit(Approval {
            owner,
            spender,
            value,
        });
        Ok(())
    }

    fn spend_allowance(
        &mut self,
        owner: Address,
        spender: Address,
        needed: U256,
    ) -> Result<(), Zx20VotesError> {
        let mut entry = self.allowance.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(Zx20VotesError::ERC20InsufficientAllowance {
                spender,
                allowance,
                needed,
            });
        };
        ensure!(
            !owner.is_zero(),
            Zx20VotesError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            Zx20VotesError::ERC20InvalidSpender { spender }
        );
        entry.set(rest);
        Ok(())
    }
}
