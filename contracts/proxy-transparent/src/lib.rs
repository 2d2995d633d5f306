//! A transparent proxy: an address and its storage stay, the code behind it is replaced by the admin, who has to announce it.
//! Compatible with OpenZeppelin's `TransparentUpgradeableProxy`.
//!
//! - Everybody's calls run the code behind, on the proxy's storage; be it WebAssembly or EVM bytecode, one may replace the
//!   other. The admin's calls never do: the admin has the methods of [`Management`], and those of
//!   [`Versions`](zx::components::Versions), and no others. So no method of the code can be hidden by one of the proxy, nor
//!   stand for it.
//! - An upgrade is announced, with a name, and can be made when its delay is over. The delay is set for ever; if it is zero,
//!   an upgrade need not be announced. The versions are kept, and the admin can go back to any, by its name.
//! - The admin is part of the proxy's code, for ever, so that no call reads a slot to learn who it is. Let it be
//!   `contracts/proxy-admin`, or OpenZeppelin's `ProxyAdmin`, and whoever owns that can hand it on. An account that is the
//!   admin itself stays it, whatever becomes of its key.
//!
//! The code behind has no constructor that counts: what initialises the storage is called as the proxy is created.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod interface;
#[cfg(test)]
mod laws;
mod management;
#[cfg(test)]
mod tests;

pub use interface::{AdminChanged, ProxyError, Upgraded};
pub use management::Management;

use zx::{Component as _, prelude::*};

/// The proxy. The slots from 0 on are the code's.
#[zx::contract]
#[derive(Debug)]
pub struct ProxyTransparent {
    /// No `#[component]`: whether a call is for it depends on who calls.
    management: Management,
}

#[zx::public(events(Upgraded, AdminChanged))]
impl ProxyTransparent {
    /// Runs this code from now on, which is called with `data` now: its initializer. The admin stays. The first version has
    /// this name; the next ones have to be announced so many seconds before.
    #[constructor]
    #[payable]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        admin: Address,
        data: Bytes,
        upgrade_delay: u64,
        name: String,
    ) -> Result<(), ProxyError> {
        ensure!(!data.is_empty(), ProxyError::ERC1967ProxyUninitialized {});
        let management = &mut self.management;
        management
            .versions
            .init(cx, upgrade_delay, implementation, name)?;
        management.run(cx, implementation, &data)?;
        management.set_admin(cx, admin)
    }

    /// Takes every call: the admin's manages the proxy, others run the code.
    #[fallback]
    #[payable]
    #[reentrant]
    pub fn forward(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
        if self.management.is_admin(cx.sender()) {
            return self.manage(cx, calldata);
        }
        match cx.delegate_call(self.management.code(), calldata, u64::MAX) {
            // The proxy has no words of its own.
            Err(CallError::Failed) => Err(CallError::Revert(Vec::new()).into()),
            outcome => Ok(outcome?),
        }
    }

    fn manage(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
        let management = &mut self.management;
        let outcome = management
            .call(cx, calldata)
            .or_else(|| management.versions.call(cx, calldata));
        match outcome {
            Some(Ok(data)) => Ok(data),
            Some(Err(data)) => Err(CallError::Revert(data).into()),
            None => Err(ProxyError::ProxyDeniedAdminAccess {}),
        }
    }
}
