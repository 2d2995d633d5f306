//! Calls of other contracts.

use crate::{
    Address, Ctx, U256,
    abi::{Abi, Args, Encoder},
    error::ContractError,
    host,
    revert::{error_string, revert_raw},
};
use alloc::vec::Vec;

/// Why a call or create did not succeed.
///
/// As an error of a method (`-> Result<T, CallError>`, or a variant of the contract's error that holds it) it hands
/// the callee's revert data on as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The callee reverted with these bytes: a custom error, `Error(string)` or `Panic(uint256)`.
    Revert(Vec<u8>),
    /// It failed without a word: out of gas, too little balance, calls too deep.
    Failed,
    /// It succeeded, but what it returned is not what the signature says. An account without code returns nothing.
    Malformed,
}

impl ContractError for CallError {
    fn write(self, out: &mut Encoder) {
        match self {
            Self::Revert(data) => out.raw(&data),
            Self::Failed => out.raw(&error_string(&["call failed"])),
            Self::Malformed => out.raw(&error_string(&["call returned malformed data"])),
        }
    }
}

impl CallError {
    /// The callee's error, if it reverted with one of these.
    ///
    /// ```
    /// # extern crate zx_sdk as zx;
    /// # use zx::prelude::*;
    /// #[derive(Debug, PartialEq, zx::Error)]
    /// enum BankError {
    ///     Closed,
    /// }
    ///
    /// let refused = CallError::Revert(zx::selector("Closed()").to_vec());
    /// assert_eq!(refused.decode::<BankError>(), Some(BankError::Closed));
    /// ```
    pub fn decode<E: ContractError>(&self) -> Option<E> {
        match self {
            Self::Revert(data) => E::decode(data),
            Self::Failed | Self::Malformed => None,
        }
    }

    /// The message, if the callee reverted with `Error(string)`.
    pub fn message(&self) -> Option<alloc::string::String> {
        match self {
            Self::Revert(data) => crate::revert::message_of(data),
            Self::Failed | Self::Malformed => None,
        }
    }

    /// Reverts with the callee's revert data.
    pub fn bubble(self) -> ! {
        revert_raw(&self.encode())
    }
}

/// What goes along with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOptions {
    /// Wei to send.
    pub value: U256,
    /// Gas that the callee may use at most; 63/64 of what is left in any case.
    pub gas: u64,
}

impl Default for CallOptions {
    /// No value, all the gas.
    fn default() -> Self {
        Self { value: U256::ZERO, gas: u64::MAX }
    }
}

impl CallOptions {
    /// Sends this many wei along.
    pub fn value(value: U256) -> Self {
        Self { value, ..Self::default() }
    }

    /// No value, at most so much gas.
    pub fn gas(gas: u64) -> Self {
        Self { value: U256::ZERO, gas }
    }

    /// Limits the callee's gas.
    pub fn with_gas(self, gas: u64) -> Self {
        Self { gas, ..self }
    }
}

/// What the host says of a call, with what the callee returned.
pub(crate) fn outcome(status: u32) -> Result<Vec<u8>, CallError> {
    match status {
        host::STATUS_SUCCESS => Ok(host::return_data()),
        host::STATUS_REVERT => Err(CallError::Revert(host::return_data())),
        _ => Err(CallError::Failed),
    }
}

/// EVM code that creates a minimal proxy (ERC-1167).
pub(crate) fn clone_code(implementation: Address) -> [u8; 55] {
    let mut code =
        *b"\x3d\x60\x2d\x80\x60\x0a\x3d\x39\x81\xf3\x36\x3d\x3d\x37\x3d\x3d\x3d\x36\x3d\x73....................\
        \x5a\xf4\x3d\x82\x80\x3e\x90\x3d\x91\x60\x2b\x57\xfd\x5b\xf3";
    for (to, from) in code.iter_mut().skip(CLONE_TARGET).zip(implementation) {
        *to = from;
    }
    code
}

/// Where the address is in [`clone_code`].
pub(crate) const CLONE_TARGET: usize = 20;

/// What [`Ctx::create`] makes a contract of: a module with the arguments of its constructor, framed as a deployment.
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::prelude::*;
/// # fn f(cx: &mut Ctx, module: &[u8]) -> Result<Address, CallError> {
/// cx.create(&zx::deployment(module, (U256::ONE, cx.sender())), U256::ZERO)
/// # }
/// ```
pub fn deployment(module: &[u8], arguments: impl Args) -> Vec<u8> {
    zx_host_functions::DeployPayload::of(module, &arguments.encode()).encode()
}

/// What [`Ctx::create`] makes an instance of: a contract that runs the code of the one at `template`, with storage and
/// [immutables](crate::Immutable) of its own. Its constructor runs with these arguments. It costs some 40,000 gas, whatever
/// the size of the module, and calls cost no more than the template's; a clone (ERC-1167) costs 2,600 gas a call more.
///
/// The template is a WASM contract that was there before the transaction began.
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::prelude::*;
/// # fn f(cx: &mut Ctx, template: Address) -> Result<Address, CallError> {
/// cx.create(&zx::instance(template, (U256::ONE, cx.sender())), U256::ZERO)
/// # }
/// ```
pub fn instance(template: Address, arguments: impl Args) -> Vec<u8> {
    zx_host_functions::DeployPayload::instance(&template.0.0, &arguments.encode()).encode()
}

/// Calls a method, decoding what it returns.
pub fn invoke<A: Args, R: Abi>(
    cx: &mut Ctx,
    to: Address,
    selector: [u8; 4],
    args: A,
    options: CallOptions,
) -> Result<R, CallError> {
    let data = crate::error::encode_error(selector, args);
    R::decode_return(&cx.call(to, &data, options)?).ok_or(CallError::Malformed)
}

/// Calls a view, decoding what it returns; whatever it tries to write is refused.
pub fn query<A: Args, R: Abi>(cx: &Ctx, to: Address, selector: [u8; 4], args: A, gas: u64) -> Result<R, CallError> {
    let data = crate::error::encode_error(selector, args);
    R::decode_return(&cx.static_call(to, &data, gas)?).ok_or(CallError::Malformed)
}

/// Runs the code of another contract on this one's storage, decoding what it returns.
pub fn delegate<A: Args, R: Abi>(
    cx: &mut Ctx,
    to: Address,
    selector: [u8; 4],
    args: A,
    gas: u64,
) -> Result<R, CallError> {
    let data = crate::error::encode_error(selector, args);
    R::decode_return(&cx.delegate_call(to, &data, gas)?).ok_or(CallError::Malformed)
}
