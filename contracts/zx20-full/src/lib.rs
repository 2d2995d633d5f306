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
mod ledger;
#[cfg(test)]
mod tests;

pub use interface::Zx20FullError;
pub use ledger::CappedBalances;

use zx::{
    components::{AccessControl, DEFAULT_ADMIN_ROLE, Erc20, IAccessControl, Nonces, role},
    crypto::{Domain, Permit, Signature},
    prelude::*,
};

/// Who can mint.
pub const MINTER_ROLE: B256 = role("MINTER_ROLE");
/// Who can pause and unpause.
pub const PAUSER_ROLE: B256 = role("PAUSER_ROLE");

/// Version of the domain that permits are signed for.
const VERSION: &str = "1";
const HASHED_VERSION: [u8; 32] = Domain::new("", VERSION).hashes()[1];

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

/// State of the token.
#[zx::contract]
#[derive(Debug)]
pub struct Zx20Full {
    #[component]
    access: AccessControl,
    /// Name of the token.
    #[view]
    name: Item<String>,
    hashed_name: Immutable<B256>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    /// Decimal places with which amounts are shown.
    #[view]
    decimals: Immutable<u8>,
    #[component]
    erc20: Erc20<CappedBalances>,
    #[component]
    nonces: Nonces,
}

#[zx::public(
    implements(IAccessControl),
    events(zx::components::Paused, zx::components::Unpaused)
)]
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
        self.erc20.ledger_mut().init(cap)?;
        self.hashed_name.set(cx.keccak256(name.as_bytes()));
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
        self.erc20.ledger().cap()
    }

    /// Whether tokens do not move at the moment.
    pub fn paused(&self, cx: &Ctx) -> bool {
        self.erc20.ledger().pausable.paused(cx)
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

    /// Makes new tokens. Only minters can.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Zx20FullError> {
        self.access.only(cx, MINTER_ROLE)?;
        self.erc20.mint(cx, to, value)
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Zx20FullError> {
        self.erc20.burn(cx, cx.sender(), value)
    }

    /// Destroys tokens that the caller was allowed to move.
    pub fn burn_from(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        value: U256,
    ) -> Result<(), Zx20FullError> {
        self.erc20.burn_from(cx, account, value)
    }

    /// Stops all movement. Only pausers can.
    pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), Zx20FullError> {
        self.access.only(cx, PAUSER_ROLE)?;
        Ok(self.erc20.ledger_mut().pausable.pause(cx)?)
    }

    /// Lets tokens move again. Only pausers can.
    pub fn unpause(&mut self, cx: &mut Ctx) -> Result<(), Zx20FullError> {
        self.access.only(cx, PAUSER_ROLE)?;
        Ok(self.erc20.ledger_mut().pausable.unpause(cx)?)
    }

    /// Named as the token is.
    fn domain(&self) -> Domain {
        Domain::hashed([self.hashed_name.get().0, HASHED_VERSION])
    }
}
