//! Code that is replaced behind a proxy.

use crate::{Address, B256, Bytes, CallError, Ctx, FixedBytes, Item, declare::eip1967};

/// Where a proxy keeps the address of the code that it runs (EIP-1967).
pub const IMPLEMENTATION_SLOT: B256 = FixedBytes(eip1967("eip1967.proxy.implementation"));

/// Code that a proxy runs, and that lets itself be replaced (UUPS, ERC-1822): OpenZeppelin's `UUPSUpgradeable`. The proxy
/// knows nothing of upgrades; any ERC-1967 proxy, in EVM bytecode too, will do.
///
/// Nobody may upgrade until the contract says who, with a method that stands for this component's:
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Ownable, OwnableError, UpgradeError, Upgradeable}, prelude::*};
///
/// #[zx::contract]
/// pub struct Wallet {
///     #[component]
///     upgradeable: Upgradeable,
///     #[component]
///     ownable: Ownable,
/// }
///
/// #[derive(Debug, zx::Error)]
/// pub enum WalletError {
///     Ownable(OwnableError),
///     Upgrade(UpgradeError),
/// }
///
/// #[zx::public]
/// impl Wallet {
///     /// Replaces the code. Only the owner can.
///     #[payable]
///     #[overrides]
///     pub fn upgrade_to_and_call(
///         &mut self,
///         cx: &mut Ctx,
///         new_implementation: Address,
///         data: Bytes,
///     ) -> Result<(), WalletError> {
///         self.ownable.only_owner(cx)?;
///         Ok(self.upgradeable.upgrade(cx, new_implementation, data)?)
///     }
/// }
/// ```
///
/// The storage of the new code has to go on where that of the old one ends: `cargo zx layout-diff` tells.
#[zx::storage]
#[derive(Debug)]
pub struct Upgradeable {
    #[slot("eip1967.proxy.implementation")]
    implementation: Item<Address>,
}

/// The proxy runs other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Upgraded {
    /// Where the code is.
    #[indexed]
    pub implementation: Address,
}

/// Why an upgrade was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum UpgradeError {
    /// The code says that nobody may replace it.
    UpgradeDisabled {},
    /// An upgrade has to be called through the proxy, and `proxiableUUID` has not.
    UUPSUnauthorizedCallContext {},
    /// The new code keeps its address in another slot.
    UUPSUnsupportedProxiableUUID {
        /// Which slot.
        slot: B256,
    },
    /// The new code could not be upgraded again, or there is none.
    ERC1967InvalidImplementation {
        /// Its address.
        implementation: Address,
    },
    /// Value came along, and no call that could take it.
    ERC1967NonPayable {},
    /// The call that follows the upgrade failed.
    Call(CallError),
}

zx::sol_interface! {
    /// Code that proxies run (ERC-1822).
    interface IProxiable {
        /// The slot that it expects its address in.
        function proxiableUUID() external view returns (bytes32);
    }
}

impl Upgradeable {
    /// Replaces the code that the proxy runs, whoever calls, and calls the new one with `data`, unless they are empty:
    /// its initializer.
    ///
    /// # Errors
    /// The code runs on its own and not behind a proxy, the new code could not be upgraded again, or the call failed.
    pub fn upgrade(&mut self, cx: &mut Ctx, new_implementation: Address, data: Bytes) -> Result<(), UpgradeError> {
        self.only_proxy(cx)?;
        check(cx, new_implementation)?;
        self.implementation.set(new_implementation);
        cx.emit(Upgraded { implementation: new_implementation });
        if !data.is_empty() {
            cx.delegate_call(new_implementation, &data, u64::MAX)?;
        } else if !cx.value().is_zero() {
            return Err(UpgradeError::ERC1967NonPayable {});
        }
        Ok(())
    }

    /// Goes on only behind a proxy: only there the slot has an address, since code that runs on its own never gets past
    /// this to write one.
    ///
    /// # Errors
    /// The code runs on its own.
    pub fn only_proxy(&self, cx: &Ctx) -> Result<(), UpgradeError> {
        let implementation = self.implementation.get();
        if implementation.is_zero() || implementation == cx.address() {
            return Err(UpgradeError::UUPSUnauthorizedCallContext {});
        }
        Ok(())
    }

    /// Where the code is that the proxy runs; the zero address where there is no proxy.
    pub fn implementation(&self) -> Address {
        self.implementation.get()
    }
}

/// Refuses code that could not be upgraded again.
fn check(cx: &Ctx, implementation: Address) -> Result<(), UpgradeError> {
    match IProxiable::at(implementation).proxiable_uuid(cx) {
        Ok(IMPLEMENTATION_SLOT) => Ok(()),
        Ok(slot) => Err(UpgradeError::UUPSUnsupportedProxiableUUID { slot }),
        Err(_) => Err(UpgradeError::ERC1967InvalidImplementation { implementation }),
    }
}

#[zx::component(events(Upgraded))]
impl Upgradeable {
    /// Version of the interface by which the code is upgraded.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version() -> crate::__private::String {
        "5.0.0".into()
    }

    /// The slot that the code expects its address in (ERC-1822). Not to be called through a proxy: else two proxies could
    /// be each other's code.
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self, cx: &Ctx) -> Result<B256, UpgradeError> {
        if self.only_proxy(cx).is_ok() {
            return Err(UpgradeError::UUPSUnauthorizedCallContext {});
        }
        Ok(IMPLEMENTATION_SLOT)
    }

    /// Replaces the code. Nobody can, unless the contract says who.
    #[payable]
    pub fn upgrade_to_and_call(
        &mut self,
        _cx: &mut Ctx,
        _new_implementation: Address,
        _data: Bytes,
    ) -> Result<(), UpgradeError> {
        Err(UpgradeError::UpgradeDisabled {})
    }
}
