//! Code that lets itself be replaced (UUPS), to begin with: an owner, upgrades that are announced, versions that the owner
//! can go back to, and a number in the place of what your contract does. Runs behind `contracts/proxy-uups`, and any other
//! ERC-1967 proxy; compatible with OpenZeppelin's `UUPSUpgradeable` and `Ownable2Step`.
//!
//! - An upgrade is announced, with a name, and can be made when its delay is over. The delay is set for ever; if it is zero,
//!   an upgrade need not be announced. New code has to be such that can be replaced again.
//! - Each new version has to go on with the storage of the last, and to have the methods that are here, or there is no way
//!   on, or back.
//! - The owner should be a timelock, or a governor's. Another owner has to accept.
//!
//! The code itself is never initialised, only what runs behind a proxy is.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;

use zx::{
    components::{
        Initializable, InitializableError, Ownable, OwnableError, UpgradeError, Upgradeable,
        Versions, VersionsError,
    },
    prelude::*,
};

/// State behind the proxy. New versions add their fields at the end.
#[zx::contract]
#[derive(Debug)]
pub struct Register {
    #[component]
    upgradeable: Upgradeable,
    #[component]
    versions: Versions,
    #[component]
    initializable: Initializable,
    #[component]
    ownable: Ownable,
    /// What the owner has set.
    #[view]
    number: Item<U256>,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum RegisterError {
    /// Somebody else owns it.
    Ownable(OwnableError),
    /// It is initialised, or never to be.
    Initializable(InitializableError),
    /// Of the upgrade.
    Upgrade(UpgradeError),
    /// Of the versions.
    Versions(VersionsError),
}

#[zx::public]
impl Register {
    /// The code itself is never initialised.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) -> Result<(), RegisterError> {
        Ok(self.initializable.disable_initializers(cx)?)
    }

    /// Says whose it is, how many seconds an upgrade is announced before, and what the first version is called. Called as
    /// the proxy is created.
    pub fn initialize(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        upgrade_delay: u64,
        name: String,
    ) -> Result<(), RegisterError> {
        self.initializable.initializer(cx)?;
        self.ownable.init(cx, owner)?;
        let code = self.upgradeable.implementation();
        Ok(self.versions.init(cx, upgrade_delay, code, name)?)
    }

    /// Sets the number. Only the owner can.
    pub fn set_number(&mut self, cx: &mut Ctx, number: U256) -> Result<(), RegisterError> {
        self.ownable.only_owner(cx)?;
        self.number.set(number);
        Ok(())
    }

    /// Announces an upgrade: to this code, by this name, which will be called with `data` at first. Only the owner can.
    pub fn announce_upgrade(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        name: String,
        data: Bytes,
    ) -> Result<(), RegisterError> {
        self.only_owner_of_proxy(cx)?;
        // Users must be able to read it while they wait.
        let implementation = new_implementation;
        ensure!(
            cx.has_code(implementation),
            UpgradeError::ERC1967InvalidImplementation { implementation }
        );
        Ok(self
            .versions
            .announce(cx, new_implementation, name, &data)?)
    }

    /// Withdraws the upgrade that was announced. Only the owner can.
    pub fn withdraw_upgrade(&mut self, cx: &mut Ctx) -> Result<(), RegisterError> {
        self.only_owner_of_proxy(cx)?;
        Ok(self.versions.withdraw(cx)?)
    }

    /// Replaces the code by what was announced, once the delay is over, and calls it with `data`, unless they are empty.
    /// Only the owner can.
    #[payable]
    #[overrides]
    pub fn upgrade_to_and_call(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        data: Bytes,
    ) -> Result<(), RegisterError> {
        self.only_owner_of_proxy(cx)?;
        self.versions.apply(cx, new_implementation, &data)?;
        Ok(self.upgradeable.upgrade(cx, new_implementation, data)?)
    }

    /// Goes back to the version of this name, at once. Only the owner can.
    pub fn roll_back_to(&mut self, cx: &mut Ctx, name: String) -> Result<(), RegisterError> {
        self.only_owner_of_proxy(cx)?;
        let implementation = self.versions.roll_back(cx, name)?;
        Ok(self.upgradeable.upgrade(cx, implementation, Bytes::new())?)
    }

    fn only_owner_of_proxy(&self, cx: &Ctx) -> Result<(), RegisterError> {
        self.upgradeable.only_proxy(cx)?;
        Ok(self.ownable.only_owner(cx)?)
    }
}
