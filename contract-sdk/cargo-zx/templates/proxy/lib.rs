//! A proxy: an address and its storage stay, the code behind it can be replaced by the admin.
//!
//! Implementation and admin are where EIP-1967 puts them, so that explorers and `cargo zx` find them, and no field of
//! an implementation can lie there. The proxy answers four methods itself (`implementation`, `admin`, `changeAdmin`,
//! `upgradeToAndCall`): an implementation must not have them. Everything else runs the implementation on the proxy's
//! storage.
//!
//! `cargo zx deploy --upgrade PROXY` deploys an implementation, checks that it can take over the storage, and upgrades.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::{Slot, prelude::*};

/// `keccak256("eip1967.proxy.implementation") - 1` (EIP-1967).
const IMPLEMENTATION: Slot =
    zx::b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc").0;
/// `keccak256("eip1967.proxy.admin") - 1` (EIP-1967).
const ADMIN: Slot = zx::b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103").0;

/// The proxy. It has no fields: the slots from 0 on are the implementation's.
#[zx::contract]
#[derive(Debug)]
pub struct Proxy {}

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
    /// The zero address has no code.
    NoImplementation,
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
        set_admin(cx, admin)?;
        set_implementation(cx, implementation, &data)
    }

    /// The code behind the proxy.
    pub fn implementation(&self, _cx: &Ctx) -> Address {
        implementation()
    }

    /// Who can replace it.
    pub fn admin(&self, _cx: &Ctx) -> Address {
        admin()
    }

    /// Hands the proxy to another admin.
    pub fn change_admin(&mut self, cx: &mut Ctx, new_admin: Address) -> Result<(), ProxyError> {
        only_admin(cx)?;
        set_admin(cx, new_admin)
    }

    /// Replaces the code, and runs the new one with `data` if there are any: to migrate the storage.
    #[payable]
    pub fn upgrade_to_and_call(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        only_admin(cx)?;
        set_implementation(cx, new_implementation, &data)
    }

    /// Value without calldata goes to the implementation as well.
    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx) -> Result<(), ProxyError> {
        forward(cx, &[]).map(|_| ())
    }

    /// Everything else.
    #[fallback]
    #[payable]
    pub fn other(&mut self, cx: &mut Ctx, calldata: Bytes) -> Result<Bytes, ProxyError> {
        forward(cx, &calldata).map(Bytes::from)
    }
}

fn implementation() -> Address {
    Item::<Address, Slot>::in_slot(IMPLEMENTATION).get()
}

fn admin() -> Address {
    Item::<Address, Slot>::in_slot(ADMIN).get()
}

fn only_admin(cx: &Ctx) -> Result<(), ProxyError> {
    let account = cx.sender();
    if account == admin() {
        Ok(())
    } else {
        Err(ProxyError::NotAdmin { account })
    }
}

fn set_admin(cx: &mut Ctx, new_admin: Address) -> Result<(), ProxyError> {
    if new_admin.is_zero() {
        return Err(ProxyError::NoAdmin);
    }
    let previous_admin = admin();
    Item::<Address, Slot>::in_slot(ADMIN).set(new_admin);
    cx.emit(AdminChanged {
        previous_admin,
        new_admin,
    });
    Ok(())
}

fn set_implementation(
    cx: &mut Ctx,
    implementation: Address,
    data: &[u8],
) -> Result<(), ProxyError> {
    if implementation.is_zero() {
        return Err(ProxyError::NoImplementation);
    }
    Item::<Address, Slot>::in_slot(IMPLEMENTATION).set(implementation);
    cx.emit(Upgraded { implementation });
    if !data.is_empty() {
        cx.delegate_call(implementation, data, u64::MAX)?;
    }
    Ok(())
}

fn forward(cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
    Ok(cx.delegate_call(implementation(), calldata, u64::MAX)?)
}
