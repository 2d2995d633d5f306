//! A proxy: an address and its storage stay, the code behind it can be replaced by the admin.
//!
//! Implementation and admin are where EIP-1967 puts them, so that explorers and `cargo zx` find them, and no field of
//! an implementation can lie there. The proxy answers four methods itself (`implementation`, `admin`, `changeAdmin`,
//! `upgradeToAndCall`): an implementation must not have them. Everything else runs the implementation on the proxy's
//! storage.
//!
//! This is the least that a proxy does. Before others rely on one, look at `contracts/proxy-transparent` and
//! `contracts/proxy-uups`, whose upgrades are announced and can be taken back, which hide no method of the code, and whose
//! next admin has to accept.
//!
//! `cargo zx deploy --upgrade PROXY` deploys an implementation, checks that it can take over the storage, and upgrades.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::prelude::*;

/// The proxy. Its fields lie where EIP-1967 puts them: the slots from 0 on are the implementation's.
#[zx::contract]
#[derive(Debug)]
pub struct Proxy {
    /// The code behind the proxy.
    #[view]
    #[slot("eip1967.proxy.implementation")]
    implementation: Item<Address>,
    /// Who can replace it.
    #[view]
    #[slot("eip1967.proxy.admin")]
    admin: Item<Address>,
}

/// The code behind the proxy is another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Upgraded {
    /// Where it is.
    #[indexed]
    pub implementation: Address,
}

/// The admin is another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct AdminChanged {
    /// Who was.
    pub previous_admin: Address,
    /// Who is.
    pub new_admin: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum ProxyError {
    /// Only the admin can do this.
    NotAdmin {
        /// Who tried.
        account: Address,
    },
    /// There is no code at this address: calls of it would succeed, and do nothing.
    NoImplementation {
        /// The address.
        implementation: Address,
    },
    /// The zero address cannot act.
    NoAdmin,
    /// The implementation refused, in its own words.
    Implementation(CallError),
}

#[zx::public]
impl Proxy {
    /// Puts an implementation behind the proxy, and runs it with `data` if there are any: to initialise the storage.
    #[constructor]
    #[payable]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        admin: Address,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        self.set_admin(cx, admin)?;
        self.set_implementation(cx, implementation, &data)
    }

    /// Hands the proxy to another admin.
    pub fn change_admin(&mut self, cx: &mut Ctx, new_admin: Address) -> Result<(), ProxyError> {
        self.only_admin(cx)?;
        self.set_admin(cx, new_admin)
    }

    /// Replaces the code, and runs the new one with `data` if there are any: to migrate the storage.
    #[payable]
    pub fn upgrade_to_and_call(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        self.only_admin(cx)?;
        self.set_implementation(cx, new_implementation, &data)
    }

    /// Value without calldata goes to the implementation as well.
    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) -> Result<(), ProxyError> {
        self.forward(cx, &[]).map(|_| ())
    }

    /// Everything else.
    #[fallback]
    #[payable]
    pub fn other(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
        self.forward(cx, calldata)
    }

    fn only_admin(&self, cx: &Ctx) -> Result<(), ProxyError> {
        let account = cx.sender();
        ensure!(
            account == self.admin.get(),
            ProxyError::NotAdmin { account }
        );
        Ok(())
    }

    fn set_admin(&mut self, cx: &mut Ctx, new_admin: Address) -> Result<(), ProxyError> {
        ensure!(!new_admin.is_zero(), ProxyError::NoAdmin);
        let previous_admin = self.admin.replace(new_admin);
        cx.emit(AdminChanged {
            previous_admin,
            new_admin,
        });
        Ok(())
    }

    fn set_implementation(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        data: &[u8],
    ) -> Result<(), ProxyError> {
        ensure!(
            cx.has_code(implementation),
            ProxyError::NoImplementation { implementation }
        );
        self.implementation.set(implementation);
        cx.emit(Upgraded { implementation });
        if !data.is_empty() {
            cx.delegate_call(implementation, data, u64::MAX)?;
        }
        Ok(())
    }

    fn forward(&self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
        Ok(cx.delegate_call(self.implementation.get(), calldata, u64::MAX)?)
    }
}
