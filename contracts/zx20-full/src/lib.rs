//! ZX-20 with everything that a token of an organisation has: minters and pausers by role, a cap, burning, and permits.
//! Compatible with OpenZeppelin's `ERC20` with `AccessControl`, `ERC20Capped`, `ERC20Pausable`, `ERC20Burnable` and
//! `ERC20Permit`.
//!
//! Who deploys it has all roles: `DEFAULT_ADMIN_ROLE`, which grants the others, `MINTER_ROLE` and `PAUSER_ROLE`. While the
//! token is paused nothing moves, is minted or burned; allowances can still be set. An allowance of 2^256 - 1 is infinite:
//! spending does not decrease it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{Approval, IAccessControl, Transfer, Zx20FullError};

use zx::{
    components::{AccessControl, DEFAULT_ADMIN_ROLE, Nonces, Pausable, role},
    crypto::{Domain, Permit, Signature},
    prelude::*,
};

/// Who can mint.
pub const MINTER_ROLE: B256 = role("MINTER_ROLE");
/// Who can pause and unpause.
pub const PAUSER_ROLE: B256 = role("PAUSER_ROLE");

/// Version of the domain that permits are signed for.
const VERSION: &str = "1";

/// What ERC-5267 returns.
type DomainParts = (
    FixedBytes<1>,
    String,
    String,
    U256,
    Address,
    B256,
    Vec<U256>,
);

/// How many tokens there are, and may be: one slot, because a mint needs both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Supply {
    total: u128,
    cap: u128,
}

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct Zx20Full {
    #[component]
    access: AccessControl,
    /// Name of the token.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    #[component]
    pausable: Pausable,
    /// Decimal places with which amounts are shown.
    #[view]
    decimals: Item<u8>,
    supply: Item<Supply>,
    /// Tokens that an account holds.
    #[view]
    balance_of: Map<Address, U256>,
    /// Tokens of an owner that a spender may still move.
    #[view]
    allowance: Map<(Address, Address), U256>,
    #[component]
    nonces: Nonces,
}

#[zx::public(implements(IAccessControl))]
impl Zx20Full {
    /// Names the token, says how many there may be, and gives the deployer all roles.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        name: String,
        symbol: String,
        decimals: u8,
        cap: U256,
    ) -> Result<(), Zx20FullError> {
        let limit = u128::try_from(cap).ok().filter(|cap| *cap > 0);
        let cap = limit.ok_or(Zx20FullError::ERC20InvalidCap { cap })?;
        self.supply.set(Supply { total: 0, cap });
        self.name.set(name);
        self.symbol.set(symbol);
        self.decimals.set(decimals);
        for role in [DEFAULT_ADMIN_ROLE, MINTER_ROLE, PAUSER_ROLE] {
            self.access.grant(cx, role, cx.sender());
        }
        Ok(())
    }

    /// Id of the role that can mint.
    #[selector(name = "MINTER_ROLE")]
    pub fn minter_role() -> B256 {
        MINTER_ROLE
    }

    /// Id of the role that can pause.
    #[selector(name = "PAUSER_ROLE")]
    pub fn pauser_role() -> B256 {
        PAUSER_ROLE
    }

    /// Tokens that there may be.
    pub fn cap(&self, _cx: &Ctx) -> U256 {
        U256::from(self.supply.get().cap)
    }

    /// Tokens that exist.
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        U256::from(self.supply.get().total)
    }

    /// Hash of the domain that permits are signed for (EIP-712).
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self, cx: &Ctx) -> B256 {
        self.domain().separator(cx)
    }

    /// What the domain consists of: which fields it has, name, version, chain id, contract, salt, extensions (ERC-5267).
    pub fn eip712_domain(&self, cx: &Ctx) -> DomainParts {
        let fields = FixedBytes([0x0F]);
        let (name, version) = (self.name.get(), VERSION.into());
        (
            fields,
            name,
            version,
            U256::from(cx.chain_id()),
            cx.address(),
            B256::ZERO,
            Vec::new(),
        )
    }

    /// Moves tokens of the caller.
    pub fn transfer(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        value: U256,
    ) -> Result<bool, Zx20FullError> {
        self.move_tokens(cx, cx.sender(), to, value)?;
        Ok(true)
    }

    /// Lets `spender` move so many tokens of the caller.
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, Zx20FullError> {
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
    ) -> Result<bool, Zx20FullError> {
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
    ) -> Result<(), Zx20FullError> {
        let domain = self.domain().separator(cx);
        Permit {
            owner,
            spender,
            value,
            deadline,
        }
        .check(cx, domain, &mut self.nonces, Signature { v, r, s })?;
        self.allow(cx, owner, spender, value)
    }

    /// Makes new tokens. Only minters can.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20FullError> {
        self.access.only(cx, MINTER_ROLE)?;
        ensure!(
            !to.is_zero(),
            Zx20FullError::ERC20InvalidReceiver { receiver: to }
        );
        self.pausable.when_not_paused()?;
        // The supply overflows before any balance can.
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
        self.balance_of.add(to, value);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            value,
        });
        Ok(())
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Zx20FullError> {
        self.destroy(cx, cx.sender(), value)
    }

    /// Destroys tokens that the caller was allowed to move.
    pub fn burn_from(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        value: U256,
    ) -> Result<(), Zx20FullError> {
        self.spend_allowance(account, cx.sender(), value)?;
        self.destroy(cx, account, value)
    }

    /// Stops all movement. Only pausers can.
    pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), Zx20FullError> {
        self.access.only(cx, PAUSER_ROLE)?;
        Ok(self.pausable.pause(cx)?)
    }

    /// Lets tokens move again. Only pausers can.
    pub fn unpause(&mut self, cx: &mut Ctx) -> Result<(), Zx20FullError> {
        self.access.only(cx, PAUSER_ROLE)?;
        Ok(self.pausable.unpause(cx)?)
    }

    /// Named as the token is: read from the one slot that holds the name.
    fn domain(&self) -> Domain {
        Domain::of(&self.name.get(), VERSION)
    }

    fn move_tokens(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Zx20FullError> {
        ensure!(
            !from.is_zero(),
            Zx20FullError::ERC20InvalidSender { sender: from }
        );
        ensure!(
            !to.is_zero(),
            Zx20FullError::ERC20InvalidReceiver { receiver: to }
        );
        self.pausable.when_not_paused()?;
        self.debit(from, value)?;
        self.balance_of.add(to, value);
        cx.emit(Transfer { from, to, value });
        Ok(())
    }

    fn destroy(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), Zx20FullError> {
        ensure!(
            !from.is_zero(),
            Zx20FullError::ERC20InvalidSender { sender: from }
        );
        self.pausable.when_not_paused()?;
        self.debit(from, value)?;
        // No balance is above the supply, so that the number fits.
        let Supply { total, cap } = self.supply.get();
        self.supply.set(Supply {
            total: total - u128::try_from(value).unwrap_or(u128::MAX),
            cap,
        });
        cx.emit(Transfer {
            from,
            to: Address::ZERO,
            value,
        });
        Ok(())
    }

    fn debit(&mut self, sender: Address, needed: U256) -> Result<(), Zx20FullError> {
        let debited = self.balance_of.try_sub(sender, needed);
        debited
            .map(drop)
            .map_err(|rest| Zx20FullError::ERC20InsufficientBalance {
                sender,
                balance: rest.available,
                needed,
            })
    }

    fn allow(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Zx20FullError> {
        ensure!(
            !owner.is_zero(),
            Zx20FullError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            Zx20FullError::ERC20InvalidSpender { spender }
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
    ) -> Result<(), Zx20FullError> {
        let mut entry = self.allowance.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(Zx20FullError::ERC20InsufficientAllowance {
                spender,
                allowance,
                needed,
            });
        };
        ensure!(
            !owner.is_zero(),
            Zx20FullError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            Zx20FullError::ERC20InvalidSpender { spender }
        );
        entry.set(rest);
        Ok(())
    }
}
