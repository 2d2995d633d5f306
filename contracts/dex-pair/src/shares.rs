//! Shares of a pool: a ZX-20 with permits.

use crate::{Approval, PairError, Transfer};
use zx::{
    components::Nonces,
    crypto::{Domain, Permit, Signature},
    prelude::*,
};

/// What wallets show to who signs a permit.
pub(crate) const DOMAIN: Domain = Domain::new("Zexus Pool Share", "1");

/// Shares: whose they are, and who may move them. All methods can be called while the pool waits for a borrower.
#[zx::storage]
#[derive(Debug)]
pub struct Shares {
    total: Item<U256>,
    balances: Map<Address, U256>,
    allowances: Map<(Address, Address), U256>,
    nonces: Nonces,
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

    /// Makes shares; those that are made for the zero address are locked for ever.
    pub(crate) fn create(&mut self, cx: &mut Ctx, to: Address, value: U256) {
        self.total.add(value);
        self.balances.add(to, value);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            value,
        });
    }

    /// Destroys shares.
    pub(crate) fn destroy(&mut self, cx: &mut Ctx, from: Address, value: U256) {
        self.balances.sub(from, value);
        self.total.sub(value);
        cx.emit(Transfer {
            from,
            to: Address::ZERO,
            value,
        });
    }

    fn give(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, PairError> {
        ensure!(
            !from.is_zero(),
            PairError::ERC20InvalidSender { sender: from }
        );
        ensure!(
            !to.is_zero(),
            PairError::ERC20InvalidReceiver { receiver: to }
        );
        self.balances
            .try_sub(from, value)
            .map_err(|rest| PairError::ERC20InsufficientBalance {
                sender: from,
                balance: rest.available,
                needed: value,
            })?;
        self.balances.add(to, value);
        cx.emit(Transfer { from, to, value });
        Ok(true)
    }

    fn allow(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), PairError> {
        ensure!(
            !owner.is_zero(),
            PairError::ERC20InvalidApprover { approver: owner }
        );
        ensure!(
            !spender.is_zero(),
            PairError::ERC20InvalidSpender { spender }
        );
        self.allowances.set((owner, spender), value);
        cx.emit(Approval {
            owner,
            spender,
            value,
        });
        Ok(())
    }

    fn spend(&mut self, owner: Address, spender: Address, needed: U256) -> Result<(), PairError> {
        let mut entry = self.allowances.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(PairError::ERC20InsufficientAllowance {
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
    pub fn name() -> String {
        "Zexus Pool Share".into()
    }

    /// Their short name.
    pub fn symbol() -> String {
        "ZX-LP".into()
    }

    /// Decimal places with which they are shown.
    pub fn decimals() -> u8 {
        18
    }

    /// Shares that exist.
    #[reentrant]
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.total()
    }

    /// Shares that `account` holds.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.of(account)
    }

    /// Shares of `owner` that `spender` may still move.
    #[reentrant]
    pub fn allowance(&self, _cx: &Ctx, owner: Address, spender: Address) -> U256 {
        self.allowances.get((owner, spender))
    }

    /// The next nonce of a permit of an account.
    #[reentrant]
    pub fn nonces(&self, _cx: &Ctx, owner: Address) -> U256 {
        self.nonces.current(owner)
    }

    /// Hash of the domain that permits are signed for (EIP-712).
    #[reentrant]
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self, cx: &Ctx) -> B256 {
        DOMAIN.separator(cx)
    }

    /// Moves shares of the caller.
    #[reentrant]
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<bool, PairError> {
        self.give(cx, cx.sender(), to, value)
    }

    /// Lets `spender` move so many shares of the caller.
    #[reentrant]
    pub fn approve(
        &mut self,
        cx: &mut Ctx,
        spender: Address,
        value: U256,
    ) -> Result<bool, PairError> {
        self.allow(cx, cx.sender(), spender, value)?;
        Ok(true)
    }

    /// Moves shares that the caller was allowed to move.
    #[reentrant]
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, PairError> {
        self.spend(from, cx.sender(), value)?;
        self.give(cx, from, to, value)
    }

    /// Sets an allowance that its owner has signed (EIP-2612).
    #[reentrant]
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
    ) -> Result<(), PairError> {
        let domain = DOMAIN.separator(cx);
        Permit {
            owner,
            spender,
            value,
            deadline,
        }
        .check(cx, domain, &mut self.nonces, Signature { v, r, s })?;
        self.allow(cx, owner, spender, value)
    }
}
