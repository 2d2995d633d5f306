//! Errors that a method returns.

use crate::abi::Args;
use alloc::vec::Vec;

/// An error that a method can return: the call reverts with [`encode`](Self::encode)d bytes. Derived with
/// `#[derive(zx::Error)]`.
pub trait ContractError: Sized {
    /// Selector and ABI-encoded fields, as Solidity encodes a custom error.
    fn encode(self) -> Vec<u8>;
}

/// A selector, then the encoded fields.
pub(crate) fn encode_error<A: Args>(selector: [u8; 4], fields: A) -> Vec<u8> {
    let mut data = selector.to_vec();
    fields.append(&mut data);
    data
}
