//! What the admin can do.

use crate::interface::{AdminChanged, ProxyError, Upgraded};
use zx::{Immutable, components::Versions, prelude::*};

/// The proxy's own state, where no field of the code behind it can lie: in the slots of EIP-1967, and of ERC-7201.
#[zx::storage]
#[derive(Debug)]
pub struct Management {
    #[slot("eip1967.proxy.implementation")]
    implementation: Item<Address>,
    /// Where tools look for the admin; the proxy itself never does.
    #[slot("eip1967.proxy.admin")]
    shown_admin: Item<Address>,
    admin: Immutable<Address>,
    pub(crate) versions: Versions,
}

impl Management {
    /// The code that the proxy runs.
    pub(crate) fn code(&self) -> Address {
        self.implementation.get()
    }

    /// Whether this is the admin.
    pub(crate) fn is_admin(&self, account: Address) -> bool {
        account == self.admin.get()
    }

    /// Makes somebody the admin: in the constructor.
    pub(crate) fn set_admin(&mut self, cx: &mut Ctx, admin: Address) -> Result<(), ProxyError> {
        ensure!(!admin.is_zero(), ProxyError::ERC1967InvalidAdmin { admin });
        self.admin.set(admin);
        self.shown_admin.set(admin);
        cx.emit(AdminChanged {
            previous_admin: Address::ZERO,
            new_admin: admin,
        });
        Ok(())
    }

    /// Runs this code from now on, and calls it with `data`, unless they are empty.
    pub(crate) fn run(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        data: &[u8],
    ) -> Result<(), ProxyError> {
        ensure!(
            cx.has_code(implementation),
            ProxyError::ERC1967InvalidImplementation { implementation }
        );
        self.implementation.set(implementation);
        cx.emit(Upgraded { implementation });
        if data.is_empty() {
            ensure!(cx.value().is_zero(), ProxyError::ERC1967NonPayable {});
            return Ok(());
        }
        match cx.delegate_call(implementation, data, u64::MAX) {
            Ok(_) => Ok(()),
            Err(CallError::Revert(words)) if !words.is_empty() => {
                Err(CallError::Revert(words).into())
            }
            Err(_) => Err(ProxyError::FailedCall {}),
        }
    }
}

/// The admin's methods: nobody else can call them, and whoever asks something, a front end for instance, asks as the admin.
#[zx::component(events(Upgraded, AdminChanged))]
impl Management {
    /// The code that the proxy runs.
    #[reentrant]
    pub fn implementation(&self, _cx: &Ctx) -> Address {
        self.implementation.get()
    }

    /// Who manages the proxy.
    #[reentrant]
    pub fn admin(&self, _cx: &Ctx) -> Address {
        self.admin.get()
    }

    /// Announces an upgrade: to this code, by this name, which will be called with `data` at first.
    pub fn announce_upgrade(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        name: String,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        ensure!(
            cx.has_code(new_implementation),
            ProxyError::ERC1967InvalidImplementation {
                implementation: new_implementation
            }
        );
        Ok(self
            .versions
            .announce(cx, new_implementation, name, &data)?)
    }

    /// Withdraws the upgrade that was announced.
    pub fn withdraw_upgrade(&mut self, cx: &mut Ctx) -> Result<(), ProxyError> {
        Ok(self.versions.withdraw(cx)?)
    }

    /// Replaces the code by what was announced, once the delay is over, and calls it with `data`, unless they are empty.
    #[payable]
    pub fn upgrade_to_and_call(
        &mut self,
        cx: &mut Ctx,
        new_implementation: Address,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        self.versions.apply(cx, new_implementation, &data)?;
        self.run(cx, new_implementation, &data)
    }

    /// Goes back to the version of this name, at once.
    pub fn roll_back_to(&mut self, cx: &mut Ctx, name: String) -> Result<(), ProxyError> {
        let implementation = self.versions.roll_back(cx, name)?;
        self.run(cx, implementation, &[])
    }
}
