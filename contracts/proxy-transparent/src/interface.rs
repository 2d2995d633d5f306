//! What the proxy tells, and why it refuses.

use zx::{components::VersionsError, prelude::*};

/// The proxy runs other code (EIP-1967).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Upgraded {
    /// Where the code is.
    #[indexed]
    pub implementation: Address,
}

/// The proxy has its admin (EIP-1967). It never has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct AdminChanged {
    /// Nobody.
    pub previous_admin: Address,
    /// Who is.
    pub new_admin: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum ProxyError {
    /// The admin manages the proxy and does not use it.
    ProxyDeniedAdminAccess {},
    /// There is no code at this address.
    ERC1967InvalidImplementation {
        /// The address.
        implementation: Address,
    },
    /// Nobody cannot be admin.
    ERC1967InvalidAdmin {
        /// Who should have been.
        admin: Address,
    },
    /// Value came along, and no call that could take it.
    ERC1967NonPayable {},
    /// A proxy is created and initialised in one.
    ERC1967ProxyUninitialized {},
    /// A call failed without a word.
    FailedCall {},
    /// Of the versions.
    Versions(VersionsError),
    /// The code refused, in its own words.
    Call(CallError),
}
