//! The admin of transparent proxies, as a contract: a proxy's admin is for ever, the owner of this can be another, who has to
//! accept. Compatible with OpenZeppelin's `ProxyAdmin` and `Ownable2Step`.
//!
//! - It manages any number of proxies (`contracts/proxy-transparent`) that were created with it as their admin, and those of
//!   OpenZeppelin, which know upgrades alone.
//! - Only the owner can have it do something; what it can is asked by everybody. The owner should be a timelock, or a
//!   governor's. Without an owner, the proxies stay as they are.
//! - A proxy answers its admin itself, and nobody else: of a contract that has another admin, the answers are what its code
//!   says.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod interface;
#[cfg(test)]
pub mod laws;
#[cfg(test)]
mod tests;

pub use interface::{AdminError, Proxy};

use zx::{
    components::{Announced, Ownable, OwnableError, Version},
    prelude::*,
};

/// State of the admin. It keeps no list of its proxies: each says who its admin is.
#[zx::contract]
#[derive(Debug)]
pub struct ProxyAdmin {
    /// Nothing is changed after a proxy was called, so that the code behind may call back.
    #[component(reentrant)]
    ownable: Ownable,
}

#[zx::public]
impl ProxyAdmin {
    /// Says whose it is.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        initial_owner: Address,
    ) -> Result<(), OwnableError> {
        self.ownable.init(cx, initial_owner)
    }

    /// Version of the interface by which proxies are upgraded.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version() -> String {
        "5.0.0".into()
    }

    /// Replaces the code of a proxy, and calls it with `data` and the value that came along, unless they are empty: with a
    /// delay, what was announced, once it is over. Only the owner can.
    #[payable]
    #[reentrant]
    pub fn upgrade_and_call(
        &mut self,
        cx: &mut Ctx,
        proxy: Address,
        implementation: Address,
        data: Bytes,
    ) -> Result<(), AdminError> {
        let (proxy, value) = (self.manage(cx, proxy)?, cx.value());
        Ok(proxy.upgrade_to_and_call(cx, value, implementation, data)?)
    }

    /// Announces an upgrade of a proxy: to this code, by this name, which will be called with `data` at first. Only the
    /// owner can.
    #[reentrant]
    pub fn announce_upgrade(
        &mut self,
        cx: &mut Ctx,
        proxy: Address,
        implementation: Address,
        name: String,
        data: Bytes,
    ) -> Result<(), AdminError> {
        let proxy = self.manage(cx, proxy)?;
        Ok(proxy.announce_upgrade(cx, implementation, name, data)?)
    }

    /// Withdraws the upgrade of a proxy that was announced. Only the owner can.
    #[reentrant]
    pub fn withdraw_upgrade(&mut self, cx: &mut Ctx, proxy: Address) -> Result<(), AdminError> {
        Ok(self.manage(cx, proxy)?.withdraw_upgrade(cx)?)
    }

    /// Takes a proxy back to its version of this name, at once. Only the owner can.
    #[reentrant]
    pub fn roll_back_to(
        &mut self,
        cx: &mut Ctx,
        proxy: Address,
        name: String,
    ) -> Result<(), AdminError> {
        Ok(self.manage(cx, proxy)?.roll_back_to(cx, name)?)
    }

    /// The code that a proxy runs.
    #[reentrant]
    pub fn implementation_of(&self, cx: &Ctx, proxy: Address) -> Result<Address, CallError> {
        Proxy::at(proxy).implementation(cx)
    }

    /// Seconds that pass between the announcement of an upgrade of a proxy and the upgrade.
    #[reentrant]
    pub fn upgrade_delay_of(&self, cx: &Ctx, proxy: Address) -> Result<u64, CallError> {
        Proxy::at(proxy).upgrade_delay(cx)
    }

    /// The upgrade of a proxy that was announced; of the zero address, if none was.
    #[reentrant]
    pub fn announced_upgrade_of(&self, cx: &Ctx, proxy: Address) -> Result<Announced, CallError> {
        Proxy::at(proxy).announced_upgrade(cx)
    }

    /// How many versions of a proxy there are.
    #[reentrant]
    pub fn version_count_of(&self, cx: &Ctx, proxy: Address) -> Result<u32, CallError> {
        Proxy::at(proxy).version_count(cx)
    }

    /// A version of a proxy by its number, from one on.
    #[reentrant]
    pub fn version_of(&self, cx: &Ctx, proxy: Address, number: u32) -> Result<Version, CallError> {
        Proxy::at(proxy).version(cx, number)
    }

    /// A version of a proxy by its name.
    #[reentrant]
    pub fn version_named_of(
        &self,
        cx: &Ctx,
        proxy: Address,
        name: String,
    ) -> Result<Version, CallError> {
        Proxy::at(proxy).version_named(cx, name)
    }

    /// The proxy, for its owner; what is no contract would take any call, and the value.
    fn manage(&self, cx: &Ctx, proxy: Address) -> Result<Proxy, AdminError> {
        self.ownable.only_owner(cx)?;
        ensure!(cx.has_code(proxy), AdminError::NoProxy { proxy });
        Ok(Proxy::at(proxy))
    }
}
