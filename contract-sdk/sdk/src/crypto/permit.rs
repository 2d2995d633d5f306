//! Allowances that their owners have signed (EIP-2612).

use super::{Signature, TypedData as _, is_valid_signature};
use crate::{Address, B256, Ctx, U256, components::Nonces};

/// What an owner of tokens signs: how many of them a spender may move. The token checks it and sets the allowance:
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Eip712, Nonces}, crypto::{Permit, PermitError, Signature}, prelude::*};
///
/// #[zx::contract]
/// pub struct Token {
///     #[component]
///     nonces: Nonces,
///     #[component]
///     domain: Eip712,
///     #[view]
///     allowance: Map<(Address, Address), U256>,
/// }
///
/// #[zx::public]
/// impl Token {
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx) {
///         self.domain.init(cx, "Token".into(), "1".into());
///     }
///
///     /// Sets an allowance that its owner has signed.
///     pub fn permit(
///         &mut self,
///         cx: &mut Ctx,
///         owner: Address,
///         spender: Address,
///         value: U256,
///         deadline: U256,
///         v: u8,
///         r: B256,
///         s: B256,
///     ) -> Result<(), PermitError> {
///         let domain = self.domain.domain().separator(cx);
///         Permit { owner, spender, value, deadline }.check(cx, domain, &mut self.nonces, Signature { v, r, s })?;
///         self.allowance.set((owner, spender), value);
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Whose tokens.
    pub owner: Address,
    /// Who may move them.
    pub spender: Address,
    /// How many.
    pub value: U256,
    /// Until when the signature is valid, in seconds since 1970.
    pub deadline: U256,
}

/// Why a permit is none: OpenZeppelin's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum PermitError {
    /// It is no more valid.
    ERC2612ExpiredSignature {
        /// Until when it was, in seconds since 1970.
        deadline: U256,
    },
    /// Somebody else has signed it, or something else.
    ERC2612InvalidSigner {
        /// Who has; the zero address if that is nobody, or the owner is a contract.
        signer: Address,
        /// Who should have.
        owner: Address,
    },
}

/// The message itself.
mod message {
    use crate::{Address, U256};

    #[derive(zx::TypedData)]
    pub(super) struct Permit {
        pub(super) owner: Address,
        pub(super) spender: Address,
        pub(super) value: U256,
        pub(super) nonce: U256,
        pub(super) deadline: U256,
    }
}

impl Permit {
    /// Checks the signature, of an account or of a contract (EIP-1271, which is given r, s and v in 65 bytes), and uses the
    /// owner's nonce.
    ///
    /// # Errors
    /// It is expired, or somebody else's.
    pub fn check(
        self,
        cx: &Ctx,
        separator: B256,
        nonces: &mut Nonces,
        signature: Signature,
    ) -> Result<(), PermitError> {
        let Self { owner, spender, value, deadline } = self;
        if U256::from(cx.block_timestamp()) > deadline {
            return Err(PermitError::ERC2612ExpiredSignature { deadline });
        }
        let nonce = nonces.take(owner);
        let hash = message::Permit { owner, spender, value, nonce, deadline }.typed_hash(separator);
        if cx.has_code(owner) {
            let valid = is_valid_signature(cx, owner, hash, &signature.to_bytes());
            return if valid { Ok(()) } else { invalid(Address::ZERO, owner) };
        }
        match signature.recover(hash) {
            Ok(signer) if signer == owner => Ok(()),
            Ok(signer) => invalid(signer, owner),
            Err(_) => invalid(Address::ZERO, owner),
        }
    }
}

fn invalid(signer: Address, owner: Address) -> Result<(), PermitError> {
    Err(PermitError::ERC2612InvalidSigner { signer, owner })
}
