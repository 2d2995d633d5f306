//! Errors that a method returns.

use crate::{
    abi::{Args, Encoder},
    buffer,
    declare::Declaration,
    revert::error_string,
};
use alloc::vec::Vec;

/// An error that a method can return: the call reverts with [`encode`](Self::encode)d bytes. Derived with
/// `#[derive(zx::Error)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a call",
    note = "derive `zx::Error` for an enum of errors, or use `&'static str` for `Error(string)`"
)]
pub trait ContractError: Sized {
    /// Solidity declarations of the errors.
    #[doc(hidden)]
    const DECLARATIONS: &'static [Declaration] = &[];

    /// Writes what [`encode`](Self::encode) returns.
    #[doc(hidden)]
    fn write(self, out: &mut Encoder);

    /// Selector and ABI-encoded fields, as Solidity encodes a custom error.
    fn encode(self) -> Vec<u8> {
        let mut out = Encoder::default();
        self.write(&mut out);
        out.finish()
    }

    /// The error that revert data holds, if it is one of these.
    fn decode(_data: &[u8]) -> Option<Self> {
        None
    }
}

/// `Error(string)`. A custom error tells more and costs less.
impl ContractError for &'static str {
    fn write(self, out: &mut Encoder) {
        out.raw(&error_string(&[self]));
    }
}

/// What cannot happen.
impl ContractError for core::convert::Infallible {
    fn write(self, _: &mut Encoder) {
        match self {}
    }
}

/// Reverts with an error: a `#[derive(zx::Error)]` value, or a message.
#[cold]
pub fn revert_with(error: impl ContractError) -> ! {
    crate::revert::revert_raw(&error.encode())
}

/// Reverts at once: `revert!("message")`, `revert!(BankError::Closed)`.
#[macro_export]
macro_rules! revert {
    ($error:expr $(,)?) => {
        $crate::revert_with($error)
    };
}

/// Reverts at once unless the condition holds: `require!(amount > 0, "nothing to do")`, or with an error's value.
#[macro_export]
macro_rules! require {
    ($condition:expr, $error:expr $(,)?) => {
        if !$condition {
            $crate::revert_with($error)
        }
    };
}

/// Returns an error from the method unless the condition holds: `ensure!(open, BankError::Closed)`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:expr $(,)?) => {
        if !$condition {
            return ::core::result::Result::Err(::core::convert::From::from($error));
        }
    };
}

/// A selector, then the encoded fields.
pub(crate) fn encode_error<A: Args>(selector: [u8; 4], fields: A) -> Vec<u8> {
    let mut data = buffer::copy(&selector);
    fields.append(&mut data);
    data
}
