//! A proxy that knows nothing of upgrades: the code behind it decides who replaces it (UUPS). Compatible with OpenZeppelin's
//! `ERC1967Proxy`.
//!
//! Every call runs the code, on the proxy's storage; be it WebAssembly or EVM bytecode. What upgrades is in the code: see
//! `contracts/upgradeable`. Code without that stays for ever.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use zx::prelude::*;

/// The proxy. The slots from 0 on are the code's.
#[zx::contract]
#[derive(Debug)]
pub struct ProxyUups {
    #[slot("eip1967.proxy.implementation")]
    implementation: Item<Address>,
}

/// The proxy runs other code (EIP-1967).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Upgraded {
    /// Where the code is.
    #[indexed]
    pub implementation: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum ProxyError {
    /// A proxy is created and initialised in one.
    ERC1967ProxyUninitialized {},
    /// There is no code at this address.
    ERC1967InvalidImplementation {
        /// The address.
        implementation: Address,
    },
    /// A call failed without a word.
    FailedCall {},
    /// The code refused, in its own words.
    Call(CallError),
}

#[zx::public(events(Upgraded))]
impl ProxyUups {
    /// Runs this code from now on, which is called with `data` now: its initializer.
    #[constructor]
    #[payable]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        data: Bytes,
    ) -> Result<(), ProxyError> {
        ensure!(!data.is_empty(), ProxyError::ERC1967ProxyUninitialized {});
        ensure!(
            cx.has_code(implementation),
            ProxyError::ERC1967InvalidImplementation { implementation }
        );
        self.implementation.set(implementation);
        cx.emit(Upgraded { implementation });
        match cx.delegate_call(implementation, &data, u64::MAX) {
            Ok(_) => Ok(()),
            Err(CallError::Revert(words)) if !words.is_empty() => {
                Err(CallError::Revert(words).into())
            }
            Err(_) => Err(ProxyError::FailedCall {}),
        }
    }

    /// Takes every call.
    #[fallback]
    #[payable]
    #[reentrant]
    pub fn forward(&mut self, cx: &mut Ctx, calldata: &[u8]) -> Result<Vec<u8>, ProxyError> {
        match cx.delegate_call(self.implementation.get(), calldata, u64::MAX) {
            // The proxy has no words of its own.
            Err(CallError::Failed) => Err(CallError::Revert(Vec::new()).into()),
            outcome => Ok(outcome?),
        }
    }
}
