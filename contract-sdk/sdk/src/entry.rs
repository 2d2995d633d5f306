//! What the entry points that `#[zx::public]` writes consist of.

use crate::{Bytes, Ctx, abi::Abi, error::ContractError, host, revert::error_string};
use alloc::vec::Vec;

/// What an entry ends with: the data to return, or the data to revert with.
pub type Outcome = Result<Vec<u8>, Vec<u8>>;

/// A struct of storage fields: written by `#[zx::contract]`.
pub trait Contract: Sized {
    /// The contract's fields, each at its slot.
    const LAYOUT: Self;
}

/// A contract that can be called: written by `#[zx::public]`.
pub trait Entry: Contract {
    /// Solidity declarations of the public methods, each in parts.
    #[doc(hidden)]
    const DECLARATIONS: &'static [&'static [&'static str]];

    /// Runs the method that the calldata names.
    ///
    /// # Errors
    /// The data to revert with.
    fn call(cx: &mut Ctx, input: &[u8]) -> Outcome;

    /// Runs the constructor with these ABI-encoded arguments. Without a constructor there is nothing to run.
    ///
    /// # Errors
    /// The data to revert with.
    fn deploy(cx: &mut Ctx, input: &[u8]) -> Outcome {
        let (_, _) = (cx, input);
        Ok(Vec::new())
    }
}

/// What a method may return: an [`Abi`] type, or a `Result` of one and a [`ContractError`].
#[diagnostic::on_unimplemented(
    message = "a public method cannot return `{Self}`",
    note = "return a type that crosses the ABI, or `Result<T, E>` of one and a `#[derive(zx::Error)]` type"
)]
pub trait Reply {
    /// What it returns if all goes well.
    type Value: Abi;

    /// Encodes it.
    fn reply(self) -> Outcome;
}

impl<T: Abi> Reply for T {
    type Value = T;

    fn reply(self) -> Outcome {
        Ok(self.encode_return())
    }
}

impl<T: Abi, E: ContractError> Reply for Result<T, E> {
    type Value = T;

    fn reply(self) -> Outcome {
        match self {
            Ok(value) => Ok(value.encode_return()),
            Err(error) => Err(error.encode()),
        }
    }
}

/// Runs an entry point: hands it the calldata, and the host its outcome.
pub fn run(entry: fn(&mut Ctx, &[u8]) -> Outcome) -> i32 {
    let (data, status) = match entry(&mut Ctx::new(), &host::calldata()) {
        Ok(data) => (data, 0),
        Err(data) => (data, 1),
    };
    host::output(&data);
    status
}

/// What a fallback may return: bytes that go to the caller as they are, or a `Result` of them.
#[diagnostic::on_unimplemented(message = "a fallback returns `Bytes` or `Result<Bytes, E>`, not `{Self}`")]
pub trait RawReply {
    /// The outcome.
    fn raw(self) -> Outcome;
}

impl RawReply for Bytes {
    fn raw(self) -> Outcome {
        Ok(self.into())
    }
}

impl<E: ContractError> RawReply for Result<Bytes, E> {
    fn raw(self) -> Outcome {
        self.map(Vec::from).map_err(E::encode)
    }
}

/// The outcome of a fallback.
pub fn raw(reply: impl RawReply) -> Outcome {
    reply.raw()
}

/// The part of a declaration that says what is returned.
pub const fn returns<R: Reply>() -> [&'static str; 3] {
    let name = <R::Value as Abi>::NAME;
    match (name.len() == "()".len(), <R::Value as Abi>::IS_TUPLE) {
        (true, true) => [""; 3],
        (false, true) => [" returns ", name, ""],
        (_, false) => [" returns (", name, ")"],
    }
}

/// Selector and arguments, if the calldata is long enough to have a selector.
pub fn split(input: &[u8]) -> Option<(u32, &[u8])> {
    let (selector, args) = input.split_first_chunk()?;
    Some((u32::from_be_bytes(*selector), args))
}

/// Arguments that do not decode.
pub(crate) fn malformed(method: &str) -> ! {
    complain(method, ": malformed arguments")
}

/// Reverts if value comes with a call that does not take any.
pub fn refuse_value(method: &str) {
    if host::value() != [0; 32] {
        complain(method, "not payable");
    }
}

/// A call of a method that is not there.
pub fn unknown_selector() -> ! {
    complain("unknown selector", "")
}

/// A call with less than four bytes.
pub fn no_selector() -> ! {
    complain("no selector", "")
}

#[cold]
#[inline(never)]
fn complain(about: &str, what: &str) -> ! {
    host::revert(&error_string([about, what]))
}
