//! What contracts check that was computed or signed elsewhere.
//!
//! | what | for |
//! |---|---|
//! | [`merkle`] | that something is in a list of which the contract knows the root |
//! | [`Domain`], [`TypedData`] | hashes of messages that wallets show to those who sign them (EIP-712) |
//! | [`Signature`], [`is_valid_signature`] | who signed: an account, or a contract (EIP-1271) |
//! | [`Permit`] | an allowance that its owner has signed (EIP-2612) |
//!
//! Hashes and signatures themselves are the context's: [`keccak256`](crate::Ctx::keccak256),
//! [`sha256`](crate::Ctx::sha256), [`ripemd160`](crate::Ctx::ripemd160), [`ecrecover`](crate::Ctx::ecrecover),
//! [`secp256k1_verify`](crate::Ctx::secp256k1_verify), [`ed25519_verify`](crate::Ctx::ed25519_verify).

pub mod merkle;
mod permit;
mod signature;
mod typed;

pub use permit::{Permit, PermitError};
pub use signature::{IERC1271, Signature, SignatureError, is_valid_signature};
pub use typed::{Domain, TypedData, TypedValue};
#[doc(hidden)]
pub use typed::{hash_words, names_of, number_of, type_hash};
